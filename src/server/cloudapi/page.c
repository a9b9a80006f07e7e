/* page.c: PageSize and PageNumber. Layer: server. */
#include "server/cloudapi/page.h"

page page_read(const parameters *in, int64_t fallback, int64_t max) {
    page p = { 0 };
    p.size = fallback ? parameter_integer_or(in, "PageSize", fallback, 1, max) : parameter_integer(in, "PageSize", 1, max);
    int64_t number = fallback ? parameter_integer_or(in, "PageNumber", 0, 0, PAGE_NUMBER_MAX)
                              : parameter_integer(in, "PageNumber", 0, PAGE_NUMBER_MAX);
    p.offset = number * p.size;
    return p;
}

bool page_take(page *p) {
    int64_t at = p->total++;
    return at >= p->offset && at < p->offset + p->size;
}
