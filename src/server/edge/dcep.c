/* dcep.c: the messages that open a data channel. Layer: server. Sans-IO. RFC 8832 section 5. */
#include "dcep.h"

#include "media/network_order.h"
#include "tccc/error.h"

#include <string.h>

enum { HEADER_LEN = 12, UNORDERED = 0x80 };

int dcep_read_open(dcep_open *open, const uint8_t *message, size_t len) {
    if (len < HEADER_LEN || message[0] != DCEP_TYPE_OPEN)
        return TCCC_E_FORMAT;
    int type = message[1] & ~UNORDERED;
    size_t label_len = network_get16(message + 8), protocol_len = network_get16(message + 10);
    if (type > DCEP_LIMITED_LIFETIME || len != HEADER_LEN + label_len + protocol_len)
        return TCCC_E_FORMAT;
    *open = (dcep_open){
        .reliability = (enum dcep_reliability)type, .unordered = (message[1] & UNORDERED) != 0, .priority = network_get16(message + 2),
        .limit = network_get32(message + 4), .label = (const char *)message + HEADER_LEN, .label_len = label_len,
        .protocol = (const char *)message + HEADER_LEN + label_len, .protocol_len = protocol_len,
    };
    return 0;
}

int dcep_write_open(const dcep_open *open, uint8_t *buf, size_t cap) {
    size_t len = HEADER_LEN + open->label_len + open->protocol_len;
    if (len > cap || open->label_len > UINT16_MAX || open->protocol_len > UINT16_MAX)
        return TCCC_E_TOO_LARGE;
    buf[0] = DCEP_TYPE_OPEN;
    buf[1] = (uint8_t)((unsigned)open->reliability | (open->unordered ? UNORDERED : 0));
    network_put16(buf + 2, open->priority);
    network_put32(buf + 4, open->limit);
    network_put16(buf + 8, (uint16_t)open->label_len);
    network_put16(buf + 10, (uint16_t)open->protocol_len);
    if (open->label_len)
        memcpy(buf + HEADER_LEN, open->label, open->label_len);
    if (open->protocol_len)
        memcpy(buf + HEADER_LEN + open->label_len, open->protocol, open->protocol_len);
    return (int)len;
}
