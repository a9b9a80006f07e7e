/* query.c: form pairs. Layer: server. Source: WHATWG URL, section 5. */
#include "server/cloudapi/query.h"

#include "tccc/error.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes in place; the text only shrinks. */
static bool decode(char *text) {
    char *out = text;
    for (; *text; text++) {
        if (*text == '%') {
            int high = hex(text[1]), low = high < 0 ? -1 : hex(text[2]);
            if (low < 0 || high + low == 0) return false;
            *out++ = (char)(high << 4 | low);
            text += 2;
        } else {
            *out++ = *text == '+' ? ' ' : *text;
        }
    }
    *out = 0;
    return true;
}

static int add(query *q, char *pair) {
    char *equals = strchr(pair, '=');
    if (equals) *equals++ = 0;
    if (q->n == QUERY_PAIRS_MAX) return TCCC_E_LIMIT;
    if (!decode(pair) || (equals && !decode(equals))) return TCCC_E_FORMAT;
    q->pairs[q->n++] = (query_pair){ pair, equals ? equals : "" };
    return 0;
}

int query_parse(query *q, const char *text, size_t length) {
    int error = 0;
    q->n = 0;
    if (memchr(text, 0, length)) return TCCC_E_FORMAT;
    q->memory = malloc(length + 1);
    if (!q->memory) return TCCC_E_NO_MEMORY;
    memcpy(q->memory, text, length);
    q->memory[length] = 0;
    for (char *rest = q->memory, *pair; !error && (pair = strsep(&rest, "&"));)
        if (*pair) error = add(q, pair);
    if (error) query_free(q);
    return error;
}

void query_free(query *q) {
    free(q->memory);
    q->memory = NULL;
    q->n = 0;
}

const char *query_get(const query *q, const char *name) {
    for (int i = 0; i < q->n; i++)
        if (strcmp(q->pairs[i].name, name) == 0) return q->pairs[i].value;
    return NULL;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const query_pair *)a)->name, ((const query_pair *)b)->name);
}

void query_sort(query *q) {
    qsort(q->pairs, (size_t)q->n, sizeof *q->pairs, by_name);
}
