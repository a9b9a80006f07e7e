/* carrier.c: frames of media paths and the server's half of sending them. Layer: engine. Source: docs/protocol.md, "Media". */
#include "engine/carrier.h"

#include "base/seq.h"
#include "tccc/error.h"

#include <string.h>

static bool body_fits(enum carrier_kind kind, size_t length) {
    if (kind == CARRIER_DATA) return length >= 1 && length <= CARRIER_PACKET_MAX;
    if (kind == CARRIER_PROBE || kind == CARRIER_ECHO) return length >= 1 && length <= CARRIER_PROBE_MAX;
    return length >= CARRIER_ECHO_MIN && length <= CARRIER_ECHO_MAX;
}

int carrier_parse(const uint8_t *bytes, size_t length, carrier_frame *frame) {
    if (length <= CARRIER_HEADER || length > CARRIER_FRAME_MAX) return TCCC_E_FORMAT;
    if ((bytes[0] & 15) != 0 || bytes[0] >> 4 > CARRIER_ECHO) return TCCC_E_FORMAT;
    *frame = (carrier_frame){
        .kind = (enum carrier_kind)(bytes[0] >> 4),
        .seq = (uint16_t)(bytes[2] << 8 | bytes[3]),
        .body = bytes + CARRIER_HEADER,
        .length = length - CARRIER_HEADER,
    };
    if (!body_fits(frame->kind, frame->length)) return TCCC_E_FORMAT;
    if (frame->kind == CARRIER_DATA) {
        frame->channel = bytes[1];
        return bytes[1] < CARRIER_CHANNELS ? 0 : TCCC_E_FORMAT;
    }
    frame->mask = bytes[1];
    return bytes[1] < 1 << CARRIER_PATHS ? 0 : TCCC_E_FORMAT;
}

void carrier_put_header(uint8_t bytes[CARRIER_HEADER], enum carrier_kind kind, uint8_t second, uint16_t seq) {
    bytes[0] = (uint8_t)(kind << 4);
    bytes[1] = second;
    bytes[2] = (uint8_t)(seq >> 8);
    bytes[3] = (uint8_t)seq;
}

int carrier_print(const carrier_frame *frame, uint8_t *bytes, size_t capacity) {
    size_t length = CARRIER_HEADER + frame->length;
    if (length > capacity || !body_fits(frame->kind, frame->length)) return TCCC_E_TOO_LARGE;
    carrier_put_header(bytes, frame->kind, frame->kind == CARRIER_DATA ? (uint8_t)frame->channel : frame->mask, frame->seq);
    memcpy(bytes + CARRIER_HEADER, frame->body, frame->length);
    return (int)length;
}

/* Moves all bits up by `steps`: what was n behind the highest is now n + steps behind. */
static void window_shift(carrier_window *window, unsigned steps) {
    if (steps >= 64) {
        window->seen[1] = steps >= CARRIER_WINDOW ? 0 : window->seen[0] << (steps - 64);
        window->seen[0] = 0;
        return;
    }
    window->seen[1] = window->seen[1] << steps | window->seen[0] >> (64 - steps);
    window->seen[0] <<= steps;
}

static bool window_start(carrier_window *window, uint16_t seq) {
    *window = (carrier_window){ .started = true, .highest = seq, .seen = { 1, 0 } };
    return true;
}

bool carrier_window_first(carrier_window *window, uint16_t seq) {
    if (!window->started) return window_start(window, seq);
    int32_t ahead = seq16_steps(window->highest, seq);
    if (ahead > 0) {
        window_shift(window, (unsigned)ahead);
        window->seen[0] |= 1;
        window->highest = seq;
        window->stale = 0;
        return true;
    }
    unsigned behind = (unsigned)-ahead;
    if (behind >= CARRIER_WINDOW) return ++window->stale > CARRIER_WINDOW && window_start(window, seq);
    window->stale = 0;
    uint64_t bit = 1ull << (behind % 64), *word = &window->seen[behind / 64];
    bool first = !(*word & bit);
    *word |= bit;
    return first;
}

void carrier_path(carrier *carrier, int path, bool open) {
    uint8_t bit = (uint8_t)(1 << path);
    carrier->open = (uint8_t)(open ? carrier->open | bit : carrier->open & ~bit);
    carrier->pinged = false; /* whoever attached may be another page, which counts its pings and frames anew: a jump back is believed at once */
    carrier->window.stale = carrier->probes.stale = CARRIER_WINDOW;
    if (carrier->open != 0) return;
    carrier->mask = 0;
    carrier->window = carrier->probes = (carrier_window){ 0 };
}

/* A ping that overtook a newer one is answered, but its mask is old. */
static void obey(carrier *carrier, const carrier_frame *ping) {
    if (carrier->pinged && seq16_before(ping->seq, carrier->ping_seq)) return;
    carrier->pinged = true;
    carrier->ping_seq = ping->seq;
    carrier->mask = ping->mask;
}

/* A probe is treated as a packet of sound: its first copy counts. */
static enum carrier_take echo(carrier *carrier, const carrier_frame *frame, uint8_t *reply, size_t *reply_length) {
    carrier_frame back = *frame;
    if (!carrier_window_first(&carrier->probes, frame->seq)) return CARRIER_TAKE_DROP;
    back.kind = CARRIER_ECHO;
    *reply_length = (size_t)carrier_print(&back, reply, CARRIER_REPLY_MAX);
    return CARRIER_TAKE_ECHO;
}

enum carrier_take carrier_receive(carrier *carrier, int path, const uint8_t *bytes, size_t length, carrier_frame *frame,
                                  uint8_t *reply, size_t *reply_length) {
    *reply_length = 0;
    if (path < 0 || path >= CARRIER_PATHS || carrier_parse(bytes, length, frame) < 0 || frame->kind == CARRIER_PONG ||
        frame->kind == CARRIER_ECHO)
        return CARRIER_TAKE_DROP;
    if (frame->kind == CARRIER_DATA)
        return carrier_window_first(&carrier->window, frame->seq) ? CARRIER_TAKE_PACKET : CARRIER_TAKE_DROP;
    if (frame->kind == CARRIER_PROBE) return echo(carrier, frame, reply, reply_length);
    obey(carrier, frame);
    carrier_frame pong = *frame;
    pong.kind = CARRIER_PONG;
    pong.mask = carrier->mask;
    *reply_length = (size_t)carrier_print(&pong, reply, CARRIER_REPLY_MAX);
    return CARRIER_TAKE_REPLY;
}

uint8_t carrier_paths(const carrier *carrier) {
    uint8_t paths = carrier->mask & carrier->open;
    return paths ? paths : carrier->open & (uint8_t)-carrier->open; /* the lowest bit: data channel first */
}

uint8_t carrier_send(carrier *carrier, int channel, uint8_t header[CARRIER_HEADER]) {
    uint8_t paths = carrier_paths(carrier);
    if (paths == 0) return 0;
    carrier_put_header(header, CARRIER_DATA, (uint8_t)channel, carrier->send_seq++);
    return paths;
}
