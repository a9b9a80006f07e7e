/* finished_call.h: a call record with its push as one line of JSON, and into the store. Layer: server. */
#ifndef TCCC_SERVER_STORE_FINISHED_CALL_H
#define TCCC_SERVER_STORE_FINISHED_CALL_H

#include "server/store/cdr.h"
#include "server/store/push.h"

enum { FINISHED_CALL_MAX = 4 << 20 };     /* bytes of a line */

/* The record and the push (NULL: none) in one transaction: both or neither. A push that is there already stays as it is. */
int finished_call_put(store *s, const store_cdr *cdr, const store_push *push, const char *body);
/* The line, with its line end, malloc'ed. NULL: no memory, or above FINISHED_CALL_MAX. */
char *finished_call_write(const store_cdr *cdr, const store_push *push, const char *body, size_t *length);
/* Puts a line into the store. FORMAT: it is no such line; or as finished_call_put. */
int finished_call_put_line(store *s, const char *line, size_t length, bool *has_push);

#endif
