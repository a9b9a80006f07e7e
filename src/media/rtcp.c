/* rtcp.c: RTCP packets read and written. Layer: media. Sans-IO. RFC 3550 section 6 and A.2, RFC 5506. */
#include "media/rtcp.h"

#include <string.h>

#include "media/network_order.h"
#include "tccc/error.h"

enum {
    HEAD_LEN = 4,
    SSRC_LEN = 4,
    SENDER_LEN = 20,
    BLOCK_LEN = 24,
    SDES_CNAME = 1
};

/* Bytes of the packet that begins at `bytes`, head included. */
static size_t packet_len(const uint8_t *bytes) {
    return HEAD_LEN + 4u * network_get16(bytes + 2);
}

int rtcp_compound_parse(rtcp_cursor *cursor, const uint8_t *compound, size_t len) {
    size_t at = 0;

    if (len < HEAD_LEN + SSRC_LEN)
        return TCCC_E_FORMAT;
    while (at < len) {
        size_t n;

        if (len - at < HEAD_LEN || compound[at] >> 6 != 2)
            return TCCC_E_FORMAT;
        n = packet_len(compound + at);
        if (n > len - at)
            return TCCC_E_FORMAT;
        if ((compound[at] & 0x20) && at + n != len)
            return TCCC_E_FORMAT; /* padding is for the last packet only */
        at += n;
    }
    cursor->next = compound;
    cursor->end = compound + len;
    return TCCC_OK;
}

static void block_read(rtcp_block *block, const uint8_t *bytes) {
    block->ssrc = network_get32(bytes);
    block->fraction_lost = bytes[4];
    /* 24 bits with sign: shifted up so that the sign bit lands in place, then down again */
    block->lost = (int32_t)(network_get32(bytes + 4) << 8) / 256;
    block->highest_seq = network_get32(bytes + 8);
    block->jitter = network_get32(bytes + 12);
    block->lsr = network_get32(bytes + 16);
    block->dlsr = network_get32(bytes + 20);
}

static int blocks_read(rtcp_item *item, int count, const uint8_t *bytes, size_t len) {
    if (len < (size_t)count * BLOCK_LEN)
        return TCCC_E_FORMAT;
    for (int i = 0; i < count; i++)
        block_read(&item->blocks[i], bytes + i * BLOCK_LEN);
    item->n_blocks = count;
    return 1;
}

static int sender_read(rtcp_item *item, int count, const uint8_t *bytes, size_t len) {
    if (len < SENDER_LEN)
        return TCCC_E_FORMAT;
    item->ntp = network_get64(bytes);
    item->rtp_timestamp = network_get32(bytes + 8);
    item->packets = network_get32(bytes + 12);
    item->bytes = network_get32(bytes + 16);
    return blocks_read(item, count, bytes + SENDER_LEN, len - SENDER_LEN);
}

/* The items of the first chunk, after its SSRC. */
static int sdes_read(rtcp_item *item, const uint8_t *bytes, size_t len) {
    size_t at = 0;

    while (at < len && bytes[at] != 0) {
        size_t n;

        if (len - at < 2 || len - at - 2 < bytes[at + 1])
            return TCCC_E_FORMAT;
        n = bytes[at + 1];
        if (bytes[at] == SDES_CNAME) {
            size_t kept = n < RTCP_CNAME_MAX ? n : RTCP_CNAME_MAX;

            memcpy(item->cname, bytes + at + 2, kept);
            item->cname[kept] = 0;
        }
        at += 2 + n;
    }
    return at < len ? 1 : TCCC_E_FORMAT; /* a chunk ends with a null octet, section 6.5 */
}

static int inside_read(rtcp_item *item, int count, const uint8_t *bytes, size_t len) {
    if (len < SSRC_LEN)
        return count == 0 || item->type > RTCP_KIND_BYE ? 1 : TCCC_E_FORMAT; /* SDES and BYE may be empty */
    item->ssrc = network_get32(bytes);
    bytes += SSRC_LEN;
    len -= SSRC_LEN;
    switch (item->type) {
    case RTCP_KIND_SR:
        return sender_read(item, count, bytes, len);
    case RTCP_KIND_RR:
        return blocks_read(item, count, bytes, len);
    case RTCP_KIND_SDES:
        return count ? sdes_read(item, bytes, len) : 1;
    case RTCP_KIND_BYE:
        return count <= 1 || len >= SSRC_LEN * ((size_t)count - 1) ? 1 : TCCC_E_FORMAT;
    default:
        return 1;
    }
}

int rtcp_compound_next(rtcp_cursor *cursor, rtcp_item *item) {
    const uint8_t *bytes = cursor->next;
    size_t len;
    int result;

    if (bytes == cursor->end)
        return 0;
    memset(item, 0, sizeof *item);
    len = packet_len(bytes);
    cursor->next += len;
    item->type = bytes[1];
    if (bytes[0] & 0x20) {
        uint8_t padding = bytes[len - 1];

        if (padding == 0 || padding > len - HEAD_LEN)
            return TCCC_E_FORMAT;
        len -= padding;
    }
    if ((item->type == RTCP_KIND_SR || item->type == RTCP_KIND_RR) && len < HEAD_LEN + SSRC_LEN)
        return TCCC_E_FORMAT;
    result = inside_read(item, bytes[0] & 0x1f, bytes + HEAD_LEN, len - HEAD_LEN);
    if (result < 0)
        cursor->next = cursor->end;
    return result;
}

static void block_write(const rtcp_block *block, uint8_t *bytes) {
    network_put32(bytes, block->ssrc);
    network_put32(bytes + 4, (uint32_t)block->lost & 0xffffff);
    bytes[4] = block->fraction_lost;
    network_put32(bytes + 8, block->highest_seq);
    network_put32(bytes + 12, block->jitter);
    network_put32(bytes + 16, block->lsr);
    network_put32(bytes + 20, block->dlsr);
}

/* Bytes after head and SSRC; 0 and *ok = false for a type we do not write. */
static size_t item_inside_len(const rtcp_item *item, bool *ok) {
    *ok = item->n_blocks >= 0 && item->n_blocks <= RTCP_BLOCKS_MAX;
    switch (item->type) {
    case RTCP_KIND_SR:
        return SENDER_LEN + (size_t)item->n_blocks * BLOCK_LEN;
    case RTCP_KIND_RR:
        return (size_t)item->n_blocks * BLOCK_LEN;
    case RTCP_KIND_SDES:
        return (2 + strnlen(item->cname, RTCP_CNAME_MAX) + 4) / 4 * 4; /* at least one null octet, to a full word */
    case RTCP_KIND_BYE:
        return 0;
    default:
        *ok = false;
        return 0;
    }
}

static uint8_t item_count(const rtcp_item *item) {
    return item->type == RTCP_KIND_SR || item->type == RTCP_KIND_RR ? (uint8_t)item->n_blocks : 1;
}

static void inside_write(const rtcp_item *item, uint8_t *bytes, size_t len) {
    if (item->type == RTCP_KIND_SDES) {
        size_t n = strnlen(item->cname, RTCP_CNAME_MAX);

        memset(bytes, 0, len);
        bytes[0] = SDES_CNAME;
        bytes[1] = (uint8_t)n;
        memcpy(bytes + 2, item->cname, n);
        return;
    }
    if (item->type == RTCP_KIND_SR) {
        network_put64(bytes, item->ntp);
        network_put32(bytes + 8, item->rtp_timestamp);
        network_put32(bytes + 12, item->packets);
        network_put32(bytes + 16, item->bytes);
        bytes += SENDER_LEN;
    }
    for (int i = 0; i < item->n_blocks; i++)
        block_write(&item->blocks[i], bytes + i * BLOCK_LEN);
}

int rtcp_item_write(const rtcp_item *item, uint8_t *buf, size_t capacity) {
    bool ok;
    size_t inside = item_inside_len(item, &ok);
    size_t len = HEAD_LEN + SSRC_LEN + inside;

    if (!ok)
        return TCCC_E_ARG_RANGE;
    if (len > capacity)
        return TCCC_E_TOO_LARGE;
    buf[0] = (uint8_t)(0x80 | item_count(item));
    buf[1] = item->type;
    network_put16(buf + 2, (uint16_t)(len / 4 - 1));
    network_put32(buf + 4, item->ssrc);
    if (item->type != RTCP_KIND_BYE)
        inside_write(item, buf + HEAD_LEN + SSRC_LEN, inside);
    return (int)len;
}
