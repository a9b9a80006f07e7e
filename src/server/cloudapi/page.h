/* page.h: a page of a list: what lies before it, what is on it, how many there are in all. Layer: server. */
#ifndef TCCC_SERVER_CLOUDAPI_PAGE_H
#define TCCC_SERVER_CLOUDAPI_PAGE_H

#include "server/cloudapi/parameter.h"

enum { PAGE_NUMBER_MAX = 1000000 };

typedef struct {
    int64_t offset, size, total;
} page;

/* PageSize (required when fallback is 0) from 1 to max, and PageNumber from 0. */
page page_read(const parameters *in, int64_t fallback, int64_t max);
/* Counts one more that fits the filter; true when it is on the page. */
bool page_take(page *p);

#endif
