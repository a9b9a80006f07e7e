/* dcep.h: the messages that open a data channel. Layer: server. Sans-IO. RFC 8832 section 5, RFC 8831 section 8. */
#ifndef TCCC_SERVER_DCEP_H
#define TCCC_SERVER_DCEP_H

#include <stddef.h>
#include <stdint.h>

enum dcep_ppid { DCEP_PPID = 50, DCEP_PPID_STRING = 51, DCEP_PPID_BINARY = 53, DCEP_PPID_STRING_EMPTY = 56, DCEP_PPID_BINARY_EMPTY = 57 };
enum dcep_type { DCEP_TYPE_ACK = 2, DCEP_TYPE_OPEN = 3 };
enum dcep_reliability { DCEP_RELIABLE = 0, DCEP_LIMITED_RETRANSMITS = 1, DCEP_LIMITED_LIFETIME = 2 };

typedef struct {
    enum dcep_reliability reliability;
    int unordered;
    uint16_t priority;
    uint32_t limit;                  /* retransmissions, or milliseconds */
    const char *label, *protocol;    /* inside the message, not zero-terminated */
    size_t label_len, protocol_len;
} dcep_open;

/* Reads a DATA_CHANNEL_OPEN. 0 or TCCC_E_FORMAT. */
int dcep_read_open(dcep_open *open, const uint8_t *message, size_t len);
/* Writes one; its length, or TCCC_E_TOO_LARGE. */
int dcep_write_open(const dcep_open *open, uint8_t *buf, size_t cap);

#endif
