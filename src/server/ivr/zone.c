/* zone.c: a time zone of the system's (IANA) database. Layer: server. RFC 8536 (TZif). */
#include "server/ivr/zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "/usr/share/zoneinfo"

enum {
    FILE_MAX = 65536, HEAD = 44, TIMES_MAX = 1024, TYPES_MAX = 256,
    OFFSET_MAX_S = 26 * 3600,        /* RFC 8536 section 3.2: -25 h to 26 h */
    TYPE_BYTES = 6
};
static const int64_t YEAR_2037 = 2114380800;

struct zone {
    int n_times, n_types;
    int64_t times[TIMES_MAX];
    uint8_t type_at[TIMES_MAX];      /* from that time on */
    int offsets_s[TYPES_MAX];        /* the first holds before the first time */
};

typedef struct {                     /* a header's counts, in its order */
    uint32_t isut, isstd, leap, time, type, chars;
} counts;

static uint32_t get32(const uint8_t *at) { return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]; }

static int64_t get64(const uint8_t *at) { return (int64_t)((uint64_t)get32(at) << 32 | get32(at + 4)); }

static bool read_head(const uint8_t *at, size_t n, counts *c) {
    if (n < HEAD || memcmp(at, "TZif", 4) || at[4] < '2')
        return false;
    *c = (counts){ get32(at + 20), get32(at + 24), get32(at + 28), get32(at + 32), get32(at + 36), get32(at + 40) };
    return c->time <= TIMES_MAX && c->type >= 1 && c->type <= TYPES_MAX && c->isut <= TYPES_MAX && c->isstd <= TYPES_MAX && c->leap < 1000 && c->chars < 4096;
}

/* Bytes of a data block whose times have so many bytes each. */
static size_t block_size(const counts *c, size_t time) {
    return c->time * (time + 1) + c->type * TYPE_BYTES + c->chars + c->leap * (time + 4) + c->isstd + c->isut;
}

static bool read_block(zone *z, const uint8_t *at, const counts *c) {
    const uint8_t *types = at + c->time * 9;
    z->n_times = (int)c->time;
    z->n_types = (int)c->type;
    for (int i = 0; i < z->n_times; i++) {
        z->times[i] = get64(at + 8 * (size_t)i);
        z->type_at[i] = at[c->time * 8 + (size_t)i];
        if (z->type_at[i] >= c->type || (i && z->times[i] <= z->times[i - 1]))
            return false;
    }
    for (int i = 0; i < z->n_types; i++) {
        z->offsets_s[i] = (int)(int32_t)get32(types + TYPE_BYTES * i);
        if (z->offsets_s[i] < -OFFSET_MAX_S || z->offsets_s[i] > OFFSET_MAX_S)
            return false;
    }
    return true;
}

/* The footer "\nCET-1CEST,M3.5.0,M10.5.0/3\n" has a comma where the zone has a summer time to come. */
static bool is_complete(const zone *z, const uint8_t *footer, size_t n) {
    return !memchr(footer, ',', n) || (z->n_times && z->times[z->n_times - 1] >= YEAR_2037);
}

zone *zone_read(const uint8_t *bytes, size_t n) {
    counts first, second;
    if (!read_head(bytes, n, &first))
        return NULL;
    size_t skip = HEAD + block_size(&first, 4);
    if (skip > n || !read_head(bytes + skip, n - skip, &second) || n - skip < HEAD + block_size(&second, 8))
        return NULL;
    const uint8_t *block = bytes + skip + HEAD, *footer = block + block_size(&second, 8);
    zone *z = calloc(1, sizeof *z);
    if (z && read_block(z, block, &second) && is_complete(z, footer, n - (size_t)(footer - bytes)))
        return z;
    free(z);
    return NULL;
}

static bool is_name(const char *name) {
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/");
    return n && n <= ZONE_NAME_MAX && !name[n] && name[0] != '/'; /* without a dot no way leads out of the folder */
}

zone *zone_load(const char *name) {
    char path[sizeof FOLDER + ZONE_NAME_MAX + 1];
    zone *z = NULL;
    if (!is_name(name))
        return NULL;
    snprintf(path, sizeof path, FOLDER "/%s", name);
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = file ? malloc(FILE_MAX) : NULL;
    if (bytes)
        z = zone_read(bytes, fread(bytes, 1, FILE_MAX, file));
    if (file)
        fclose(file);
    free(bytes);
    return z;
}

void zone_free(zone *z) { free(z); }

int zone_offset(const zone *z, int64_t unix_s) {
    int low = 0, high = z->n_times; /* the first time after unix_s */
    while (low < high) {
        int middle = (low + high) / 2;
        if (z->times[middle] <= unix_s)
            low = middle + 1;
        else
            high = middle;
    }
    return z->offsets_s[low ? z->type_at[low - 1] : 0];
}
