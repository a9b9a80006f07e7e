/* push_row.h: the members of a push, for the files that write and read them. Layer: server. */
#ifndef TCCC_SERVER_STORE_PUSH_ROW_H
#define TCCC_SERVER_STORE_PUSH_ROW_H

#include "server/store/push.h"
#include "server/store/row.h"

extern const row_shape push_shape;

/* Writes a push unless one of its uuid is there: what has been sent meanwhile stays sent. */
int store_add_push(store *s, const store_push *push, const char *body);

#endif
