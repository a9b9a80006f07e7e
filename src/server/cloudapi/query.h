/* query.h: application/x-www-form-urlencoded pairs, as a query string or a form body has them. Layer: server.
 * Source: WHATWG URL, section 5. */
#ifndef TCCC_SERVER_CLOUDAPI_QUERY_H
#define TCCC_SERVER_CLOUDAPI_QUERY_H

#include <stdbool.h>
#include <stddef.h>

enum { QUERY_PAIRS_MAX = 512 };

typedef struct {
    const char *name, *value;     /* decoded; inside `memory` */
} query_pair;

typedef struct {
    query_pair pairs[QUERY_PAIRS_MAX];
    int n;
    char *memory;                 /* owned */
} query;

/* Decodes text[length]. 0, FORMAT (a broken % sequence or a NUL), LIMIT (over 512 pairs) or NO_MEMORY; on failure there
 * is nothing to free. */
int query_parse(query *q, const char *text, size_t length);
void query_free(query *q);
const char *query_get(const query *q, const char *name); /* the first of that name, or NULL */
/* Sorts by name, bytewise, as the legacy signature wants it. */
void query_sort(query *q);

#endif
