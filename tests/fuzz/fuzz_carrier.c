/* fuzz_carrier.c: frames round trip; a receiver delivers no sequence number twice within its window; the page's half takes
 * anything. Input: records of one byte (path 0-3, what to do) and one of length, then so many bytes. Layer: tests. */
#include <stdlib.h>
#include <string.h>

#include "engine/route.h"

static void require(int truth) {
    if (!truth) abort();
}

static void round_trip(const uint8_t *bytes, size_t length) {
    carrier_frame frame;
    uint8_t print[CARRIER_FRAME_MAX];
    if (carrier_parse(bytes, length, &frame) < 0) return;
    require(length <= CARRIER_FRAME_MAX && frame.length + CARRIER_HEADER == length);
    require(carrier_print(&frame, print, sizeof print) == (int)length && memcmp(print, bytes, length) == 0);
}

typedef struct {
    carrier server;
    route page;
    uint16_t delivered[CARRIER_WINDOW]; /* the last ones */
    unsigned n;
    uint64_t now_ms;
} state;

static void deliver(state *s, uint16_t seq) {
    unsigned recent = s->n < CARRIER_WINDOW ? s->n : CARRIER_WINDOW;
    bool anew = s->server.window.stale == 0 && s->server.window.highest == seq && s->server.window.seen[0] == 1 && s->server.window.seen[1] == 0;
    for (unsigned i = 0; i < recent && !anew; i++) {
        uint16_t steps = (uint16_t)(s->server.window.highest - s->delivered[i]);
        require(s->delivered[i] != seq || steps >= CARRIER_WINDOW);
    }
    if (anew) s->n = 0;
    s->delivered[s->n++ % CARRIER_WINDOW] = seq;
}

static void to_server(state *s, int path, const uint8_t *bytes, size_t length) {
    carrier_frame frame;
    uint8_t reply[CARRIER_REPLY_MAX];
    size_t reply_length;
    enum carrier_take take = carrier_receive(&s->server, path, bytes, length, &frame, reply, &reply_length);
    require((take == CARRIER_TAKE_REPLY || take == CARRIER_TAKE_ECHO) == (reply_length > 0) && reply_length <= sizeof reply);
    if (take == CARRIER_TAKE_REPLY || take == CARRIER_TAKE_ECHO) route_receive(&s->page, path, reply, reply_length, &frame, s->now_ms);
    if (take == CARRIER_TAKE_PACKET) deliver(s, frame.seq);
}

static void tick(state *s) {
    int path;
    uint8_t ping[ROUTE_PING_LEN];
    enum route_order order;
    for (int n = 0; (order = route_due(&s->page, s->now_ms, &path, ping)) != ROUTE_ORDER_NONE; n++) {
        require(n < 16 && path >= 0 && path < CARRIER_PATHS);
        if (order == ROUTE_ORDER_PING) to_server(s, path, ping, sizeof ping);
    }
    require(route_next_ms(&s->page) > s->now_ms);
    require((s->page.mask & ~route_open_paths(&s->page)) == 0);
}

static void act(state *s, uint8_t what, const uint8_t *bytes, size_t length) {
    int path = what & 3;
    uint8_t header[CARRIER_HEADER];
    carrier_frame frame;
    if (path == 3) path = 0;
    switch (what >> 2 & 7) {
    case 0: to_server(s, what & 3, bytes, length); break;
    case 1: route_receive(&s->page, path, bytes, length, &frame, s->now_ms); break;
    case 2: carrier_path(&s->server, path, true); route_opened(&s->page, path, s->now_ms); break;
    case 3: carrier_path(&s->server, path, false); route_closed(&s->page, path, s->now_ms); break;
    case 4: require(carrier_send(&s->server, path, header) < 1 << CARRIER_PATHS); break;
    case 5: require((route_send(&s->page, path, header) & ~route_open_paths(&s->page)) == 0); break;
    case 6: route_in_call(&s->page, what >> 5 & 1, s->now_ms); break;
    default: s->now_ms += 20u * length;
    }
    tick(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static state s;
    memset(&s, 0, sizeof s);
    s.now_ms = 1000;
    route_init(&s.page, size);
    route_offer(&s.page, 7, s.now_ms);
    round_trip(data, size);
    for (size_t at = 0; at + 2 <= size;) {
        size_t length = data[at + 1] % 32;
        if (length > size - at - 2) length = size - at - 2;
        act(&s, data[at], data + at + 2, length);
        at += 2 + length;
    }
    return 0;
}
