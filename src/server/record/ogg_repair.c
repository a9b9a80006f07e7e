/* ogg_repair.c: makes the beginning of an Ogg file a whole one. Layer: server. RFC 3533 section 6. */
#include "ogg_repair.h"

#include "tccc/error.h"

#include <ogg/ogg.h>
#include <string.h>
#include <unistd.h>

enum { HEAD = 27, SEGMENTS_AT = 26, FLAGS_AT = 5, SUM_AT = 22, END_FLAG = 4, PAGE_MAX = HEAD + 255 + 255 * 255, HEADER_PAGES = 2 };

typedef struct {
    uint8_t bytes[PAGE_MAX];
    ogg_page page;                   /* into bytes */
    long len;
} page_read;

/* 1: a whole page with the right checksum begins at `at`. */
static int read_page(int fd, int64_t at, page_read *p) {
    ssize_t got = pread(fd, p->bytes, sizeof p->bytes, at);
    if (got < HEAD || memcmp(p->bytes, "OggS", 4) || p->bytes[4] != 0)
        return 0;
    long head = HEAD + p->bytes[SEGMENTS_AT], body = 0;
    if (got < head)
        return 0;
    for (long i = HEAD; i < head; i++)
        body += p->bytes[i];
    if (got < head + body)
        return 0;
    uint8_t sum[4];
    memcpy(sum, p->bytes + SUM_AT, sizeof sum);
    p->page = (ogg_page){ .header = p->bytes, .header_len = head, .body = p->bytes + head, .body_len = body };
    p->len = head + body;
    ogg_page_checksum_set(&p->page);
    return !memcmp(sum, p->bytes + SUM_AT, sizeof sum);
}

static int mark_end(int fd, int64_t at, page_read *p) {
    if (p->bytes[FLAGS_AT] & END_FLAG)
        return 0;
    p->bytes[FLAGS_AT] |= END_FLAG;
    ogg_page_checksum_set(&p->page);
    return pwrite(fd, p->bytes, HEAD, at) == HEAD ? 0 : TCCC_E_IO;
}

int ogg_repair(int fd, int64_t *bytes, int64_t *granule) {
    page_read p;
    int64_t at = 0, last_at = 0;
    int serial = 0;
    long n = 0;
    while (read_page(fd, at, &p)) {
        if (n == 0)
            serial = ogg_page_serialno(&p.page);
        if (ogg_page_serialno(&p.page) != serial || ogg_page_pageno(&p.page) != n)
            break;
        n++;
        last_at = at;
        at += p.len;
    }
    if (n <= HEADER_PAGES)
        return TCCC_E_FORMAT;
    if (!read_page(fd, last_at, &p) || ftruncate(fd, at) || mark_end(fd, last_at, &p))
        return TCCC_E_IO;
    *bytes = at;
    *granule = ogg_page_granulepos(&p.page);
    return 0;
}
