/* ogg_opus.c: writes an Ogg Opus file, page by page. Layer: server. RFC 3533, RFC 7845. */
#include "ogg_opus.h"

#include "tccc/error.h"

#include <errno.h>
#include <ogg/ogg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    PAGE_TICKS = OGG_OPUS_RATE_HZ,   /* of sound in a page: what a crash may cost */
    COMMENTS_MAX = 2048,
    PACKET_MAX = 1500
};

static const uint8_t silence[] = { 0xf8, 0xff, 0xfe }; /* 20 ms: CELT, full band, mono, the frame's silence flag */

struct ogg_opus {
    int fd, error, saved_errno;
    ogg_stream_state stream;
    ogg_int64_t granule, page_granule, n_packets; /* granule: ticks of all packets so far */
    uint64_t bytes;
    uint8_t kept[PACKET_MAX];        /* the newest packet: only when the next comes is it known not to be the last */
    size_t kept_len;
    int has_kept;
};

/* --- pages --- */

static int write_all(ogg_opus *file, const uint8_t *bytes, long len) {
    while (len > 0) {
        ssize_t n = write(file->fd, bytes, (size_t)len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            file->saved_errno = n < 0 ? errno : ENOSPC;
            return file->error = TCCC_E_IO;
        }
        bytes += n;
        len -= n;
        file->bytes += (uint64_t)n;
    }
    return 0;
}

static int write_pages(ogg_opus *file, int all) {
    ogg_page page;
    while (all ? ogg_stream_flush(&file->stream, &page) : ogg_stream_pageout(&file->stream, &page)) {
        file->page_granule = file->granule;
        if (write_all(file, page.header, page.header_len) || write_all(file, page.body, page.body_len))
            return file->error;
    }
    return 0;
}

static int put(ogg_opus *file, const uint8_t *bytes, size_t len, int last) {
    ogg_packet packet = {
        .packet = (uint8_t *)bytes, .bytes = (long)len, .b_o_s = file->n_packets == 0, .e_o_s = last, .granulepos = file->granule,
        .packetno = file->n_packets,
    };
    file->n_packets++;
    return ogg_stream_packetin(&file->stream, &packet) ? file->error = TCCC_E_NO_MEMORY : 0;
}

/* --- headers: RFC 7845 section 5 --- */

static size_t put_little(uint8_t *at, uint32_t value, size_t n) {
    for (size_t i = 0; i < n; i++)
        at[i] = (uint8_t)(value >> 8 * i);
    return n;
}

static int write_id_header(ogg_opus *file, int input_rate_hz) {
    uint8_t header[19] = "OpusHead";
    header[8] = 1;                   /* version */
    header[9] = 1;                   /* channels */
    put_little(header + 10, OGG_OPUS_PRE_SKIP, 2);
    put_little(header + 12, (uint32_t)input_rate_hz, 4);
    return put(file, header, sizeof header, 0) || write_pages(file, 1) ? file->error : 0;
}

static size_t put_text(uint8_t *at, size_t room, const char *text) {
    size_t len = strlen(text);
    if (len + 4 > room)
        return 0;
    put_little(at, (uint32_t)len, 4);
    memcpy(at + 4, text, len);
    return len + 4;
}

static int write_comment_header(ogg_opus *file, const char *const comments[]) {
    uint8_t header[COMMENTS_MAX] = "OpusTags";
    size_t at = 8 + put_text(header + 8, sizeof header - 8, "tcccd"), count_at = at;
    uint32_t n = 0;
    at += 4;
    for (; comments[n]; n++) {
        size_t len = put_text(header + at, sizeof header - at, comments[n]);
        if (!len)
            break;
        at += len;
    }
    put_little(header + count_at, n, 4);
    return put(file, header, at, 0) || write_pages(file, 1) ? file->error : 0;
}

ogg_opus *ogg_opus_open(int fd, int input_rate_hz, const char *const comments[], int *error) {
    uint32_t serial = 0;
    ogg_opus *file = calloc(1, sizeof *file);
    *error = TCCC_E_NO_MEMORY;
    if (!file)
        return NULL;
    if (getrandom(&serial, sizeof serial, 0) < 0)
        serial = (uint32_t)fd;
    file->fd = fd;
    if (ogg_stream_init(&file->stream, (int)serial)) {
        free(file);
        return NULL;
    }
    *error = write_id_header(file, input_rate_hz) ? file->error : write_comment_header(file, comments);
    if (!*error)
        return file;
    ogg_stream_clear(&file->stream);
    free(file);
    return NULL;
}

/* --- packets --- */

static int put_kept(ogg_opus *file, int last) {
    file->has_kept = 0;
    return put(file, file->kept, file->kept_len, last);
}

int ogg_opus_packet(ogg_opus *file, const uint8_t *payload, size_t len, int ticks) {
    if (file->error)
        return file->error;
    if (len > sizeof file->kept)
        return 0;
    if (file->has_kept && put_kept(file, 0))
        return file->error;
    if (file->granule - file->page_granule >= PAGE_TICKS && write_pages(file, 1))
        return file->error;
    memcpy(file->kept, payload, len);
    file->kept_len = len;
    file->has_kept = 1;
    file->granule += ticks;
    return 0;
}

int ogg_opus_close(ogg_opus *file) {
    if (!file->error && !file->has_kept)
        ogg_opus_packet(file, silence, sizeof silence, OGG_OPUS_RATE_HZ / 50);
    if (!file->error && !put_kept(file, 1))
        write_pages(file, 1);
    int error = file->error;
    ogg_stream_clear(&file->stream);
    free(file);
    return error;
}

uint64_t ogg_opus_bytes(const ogg_opus *file) {
    return file->bytes;
}

int64_t ogg_opus_ticks(const ogg_opus *file) {
    return file->granule;
}

int ogg_opus_errno(const ogg_opus *file) {
    return file->saved_errno;
}
