/* network_order.h: big-endian integers in packets. Layer: media. RFC 1700. */
#ifndef TCCC_MEDIA_NETWORK_ORDER_H
#define TCCC_MEDIA_NETWORK_ORDER_H

#include <stdint.h>

static inline uint16_t network_get16(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t network_get32(const uint8_t *bytes) {
    return (uint32_t)network_get16(bytes) << 16 | network_get16(bytes + 2);
}

static inline uint64_t network_get64(const uint8_t *bytes) {
    return (uint64_t)network_get32(bytes) << 32 | network_get32(bytes + 4);
}

static inline void network_put16(uint8_t *bytes, uint16_t value) {
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static inline void network_put32(uint8_t *bytes, uint32_t value) {
    network_put16(bytes, (uint16_t)(value >> 16));
    network_put16(bytes + 2, (uint16_t)value);
}

static inline void network_put64(uint8_t *bytes, uint64_t value) {
    network_put32(bytes, (uint32_t)(value >> 32));
    network_put32(bytes + 4, (uint32_t)value);
}

#endif
