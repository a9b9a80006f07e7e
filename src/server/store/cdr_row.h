/* cdr_row.h: the members of a call record and of its lists, for the files that write and read them. Layer: server. */
#ifndef TCCC_SERVER_STORE_CDR_ROW_H
#define TCCC_SERVER_STORE_CDR_ROW_H

#include "server/store/cdr.h"
#include "server/store/row.h"

typedef struct {
    const char *name;
    const row_shape *shape;
    size_t items, size;           /* the array in store_cdr, bytes of one item */
    size_t count;                 /* the int in store_cdr */
    int max;
    const char *clear, *select;
} cdr_list;

enum { CDR_LISTS = 3 };
extern const row_shape cdr_shape;
extern const cdr_list cdr_lists[CDR_LISTS];

#endif
