/* route.c: the page's half of the media carrier. Layer: engine. Source: docs/protocol.md, "Media". */
#include "engine/route.h"

#include "base/seq.h"

#include <string.h>

#define OPEN_LIMIT_MS 15000u        /* for an attempt to open a path */
#define NETWORK_LIMIT_MS 2000u      /* the same for a path of which nothing was heard since the network changed */
#define REOPEN_FIRST_MS 1000u       /* after a path was lost; doubles up to REOPEN_LAST_MS */
#define REOPEN_LAST_MS 30000u
#define ANSWER_FLOOR_MS 400u        /* an answer is missing after this, or after 1.5 round trips and 100 ms */

/* Best first. */
static const uint8_t choices[] = { 1, 6, 2, 4 };

void route_init(route *route, uint64_t seed) {
    memset(route, 0, sizeof *route);
    route->random = seed | 1;
    route->send_seq = (uint16_t)(seed >> 16);
    route->network_ms = ROUTE_NEVER;
}

static void path_reset(route_path *path, enum route_path_state state, uint64_t due_ms) {
    unsigned failures = path->failures;
    *path = (route_path){ .state = state, .due_ms = due_ms, .failures = failures, .answering_ms = ROUTE_NEVER, .asked_ms = ROUTE_NEVER,
                           .pinged_ms = ROUTE_NEVER };
}

uint8_t route_open_paths(const route *route) {
    uint8_t open = 0;
    for (int i = 0; i < CARRIER_PATHS; i++)
        if (route->path[i].state == ROUTE_OPEN) open |= (uint8_t)(1 << i);
    return open;
}

static uint8_t good_paths(const route *route) {
    uint8_t good = 0;
    for (int i = 0; i < CARRIER_PATHS; i++)
        if (route->path[i].good) good |= (uint8_t)(1 << i);
    return good;
}

static bool is_used(const route *route, int i) { return route->mask >> i & 1; }

/* Every path is asked at once, so that the server hears of a new mask without delay. */
static void ask_all(route *route, uint64_t now_ms) {
    for (int i = 0; i < CARRIER_PATHS; i++) {
        route->path[i].told = false;
        if (route->path[i].state != ROUTE_OPEN) continue;
        route->path[i].due_ms = now_ms;
        route->path[i].pinged_ms = ROUTE_NEVER;
    }
}

static uint8_t best(const route *route) {
    uint8_t good = good_paths(route);
    for (size_t i = 0; i < sizeof choices; i++)
        if ((good & choices[i]) == choices[i]) return choices[i];
    return route_open_paths(route); /* nothing answers: everything is tried */
}

/* The new paths are taken in addition to the old ones, which are left when the server has confirmed. */
static void choose(route *route, uint64_t now_ms) {
    uint8_t wanted = best(route), open = route_open_paths(route);
    if (wanted != route->wanted || (route->mask & ~open)) {
        route->mask = (route->mask & open) | wanted;
        route->wanted = wanted;
        route->changed_ms = now_ms;
        ask_all(route, now_ms);
        return;
    }
    if (route->mask == route->wanted || now_ms - route->changed_ms < ROUTE_OVERLAP_MS) return;
    for (int i = 0; i < CARRIER_PATHS; i++)
        if ((route->wanted >> i & 1) && !route->path[i].told) return;
    route->mask = route->wanted;
    ask_all(route, now_ms);
}

static void path_close(route *route, int i, uint64_t now_ms) {
    route_path *path = &route->path[i];
    unsigned doublings = path->failures < 5 ? path->failures : 5;
    uint64_t pause = REOPEN_FIRST_MS << doublings < REOPEN_LAST_MS ? REOPEN_FIRST_MS << doublings : REOPEN_LAST_MS;
    path->failures++;
    path_reset(path, ROUTE_CLOSED, now_ms + pause);
    choose(route, now_ms);
}

void route_offer(route *route, uint8_t paths, uint64_t now_ms) {
    for (int i = 0; i < CARRIER_PATHS; i++) {
        route_path *path = &route->path[i];
        bool offered = paths >> i & 1;
        if (offered && path->state == ROUTE_OFF) path_reset(path, ROUTE_CLOSED, now_ms);
        if (!offered && path->state != ROUTE_OFF) path_reset(path, ROUTE_OFF, ROUTE_NEVER);
    }
    choose(route, now_ms);
}

void route_in_call(route *route, bool in_call, uint64_t now_ms) {
    if (in_call && !route->in_call) ask_all(route, now_ms);
    route->in_call = in_call;
}

void route_network(route *route, uint64_t now_ms) {
    route->network_ms = now_ms;
    for (int i = 0; i < CARRIER_PATHS; i++) {
        route_path *path = &route->path[i];
        path->failures = 0;
        if (path->state == ROUTE_CLOSED || path->state == ROUTE_OPENING) path->due_ms = now_ms; /* what is being opened is opened anew */
    }
    ask_all(route, now_ms);
}

void route_opened(route *route, int path, uint64_t now_ms) {
    if (route->path[path].state != ROUTE_OPENING) return;
    path_reset(&route->path[path], ROUTE_OPEN, now_ms);
    route->path[path].heard_ms = now_ms;
    choose(route, now_ms);
}

void route_closed(route *route, int path, uint64_t now_ms) {
    if (route->path[path].state == ROUTE_OPENING || route->path[path].state == ROUTE_OPEN) path_close(route, path, now_ms);
}

/* The opaque bytes of a ping: its path and when it was sent. */
static void put_echo(uint8_t echo[8], int path, uint64_t now_ms) {
    echo[0] = (uint8_t)path;
    for (int i = 1; i < 8; i++) echo[i] = (uint8_t)(now_ms >> 8 * (7 - i));
}

static bool read_echo(const carrier_frame *pong, int path, uint64_t now_ms, uint64_t *sent_ms) {
    if (pong->length != 8 || pong->body[0] != path) return false;
    uint64_t sent = 0;
    for (int i = 1; i < 8; i++) sent = sent << 8 | pong->body[i];
    *sent_ms = sent;
    return sent <= now_ms && now_ms - sent < 60000;
}

/* A path becomes good by its first answer when nothing better is at work, else by proof. */
static void judge_good(route *route, route_path *path, uint64_t now_ms) {
    bool needs_proof = route->in_call && good_paths(route) != 0;
    if (needs_proof && now_ms - path->answering_ms < ROUTE_PROVE_MS) return;
    path->good = true;
    path->failures = 0;
    choose(route, now_ms);
}

static void take_pong(route *route, int i, const carrier_frame *pong, uint64_t now_ms) {
    uint64_t sent_ms;
    route_path *path = &route->path[i];
    if (!read_echo(pong, i, now_ms, &sent_ms)) return;
    uint32_t rtt = (uint32_t)(now_ms - sent_ms);
    path->rtt_ms = path->rtt_ms ? (path->rtt_ms * 7 + rtt) / 8 : rtt;
    if (path->asked_ms <= sent_ms) path->asked_ms = ROUTE_NEVER;
    if (path->answering_ms == ROUTE_NEVER) path->answering_ms = now_ms;
    path->told = pong->mask == route->mask;
    if (!path->good) judge_good(route, path, now_ms);
    else choose(route, now_ms);
}

bool route_receive(route *route, int path, const uint8_t *bytes, size_t length, carrier_frame *frame, uint64_t now_ms) {
    if (route->path[path].state != ROUTE_OPEN || carrier_parse(bytes, length, frame) < 0) return false;
    route->path[path].heard_ms = now_ms;
    if (frame->kind == CARRIER_PONG) take_pong(route, path, frame, now_ms);
    if (frame->kind == CARRIER_ECHO) return true;
    if (frame->kind != CARRIER_DATA) return false;
    if (carrier_window_first(&route->window, frame->seq)) return route->frames_received++, true;
    route->frames_doubled++;
    return false;
}

uint8_t route_paths(const route *route) { return route->mask & route_open_paths(route); }

uint8_t route_send(route *route, int channel, uint8_t header[CARRIER_HEADER]) {
    uint8_t paths = route_paths(route);
    if (paths == 0) return 0;
    carrier_put_header(header, CARRIER_DATA, (uint8_t)channel, route->send_seq++);
    route->frames_sent++;
    return paths;
}

static uint64_t answer_limit(const route_path *path) {
    uint64_t limit = path->rtt_ms * 3ull / 2 + 100;
    return limit > ANSWER_FLOOR_MS ? limit : ANSWER_FLOOR_MS;
}

/* A ping has had no answer for too long. */
static bool is_unanswered(const route_path *path, uint64_t now_ms) {
    return path->asked_ms != ROUTE_NEVER && now_ms - path->asked_ms >= answer_limit(path);
}

static bool is_silent(const route_path *path, uint64_t now_ms) {
    return is_unanswered(path, now_ms) && now_ms - path->heard_ms >= ROUTE_SILENT_MS;
}

static bool another_answers(const route *route, int i, uint64_t now_ms) {
    for (int other = 0; other < CARRIER_PATHS; other++) {
        const route_path *path = &route->path[other];
        if (other != i && path->state == ROUTE_OPEN && path->answering_ms != ROUTE_NEVER && !is_unanswered(path, now_ms)) return true;
    }
    return false;
}

/* The others may be chosen at once when the path in use fails: they have been answering. */
static void leave(route *route, int i, uint64_t now_ms) {
    route->path[i].good = false;
    for (int other = 0; other < CARRIER_PATHS; other++)
        if (other != i && route->path[other].answering_ms != ROUTE_NEVER && !is_unanswered(&route->path[other], now_ms))
            route->path[other].good = true;
    choose(route, now_ms);
}

/* Nothing is open about this path: it answers and the server has confirmed what is sent where. */
static bool is_settled(const route *route, const route_path *path) {
    return path->good && path->told && route->mask == route->wanted && path->asked_ms == ROUTE_NEVER;
}

static uint64_t period_ms(const route *route, int i, uint64_t now_ms) {
    if (!is_settled(route, &route->path[i])) return ROUTE_BEAT_MS;
    if (!route->in_call) return ROUTE_IDLE_BEAT_MS;
    return is_used(route, i) && now_ms - route->path[i].heard_ms >= ROUTE_BEAT_MS ? ROUTE_BEAT_MS : ROUTE_CALL_BEAT_MS;
}

static void put_ping(route *route, int i, uint64_t now_ms, uint8_t ping[ROUTE_PING_LEN]) {
    route_path *path = &route->path[i];
    carrier_put_header(ping, CARRIER_PING, route->mask, route->ping_seq++);
    put_echo(ping + CARRIER_HEADER, i, now_ms);
    if (path->asked_ms == ROUTE_NEVER) path->asked_ms = now_ms;
    path->pinged_ms = now_ms;
    path->due_ms = now_ms + ROUTE_BEAT_MS;
}

/* Nothing has come for so long that the path is opened anew. */
static bool is_dead(const route *route, const route_path *path, uint64_t now_ms) {
    bool unheard = route->network_ms != ROUTE_NEVER && path->heard_ms <= route->network_ms;
    uint64_t silent_ms = now_ms - (unheard ? route->network_ms : path->heard_ms);
    return is_unanswered(path, now_ms) && silent_ms >= (unheard ? NETWORK_LIMIT_MS : OPEN_LIMIT_MS);
}

static enum route_order open_path_due(route *route, int i, uint64_t now_ms, uint8_t ping[ROUTE_PING_LEN]) {
    route_path *path = &route->path[i];
    if (is_unanswered(path, now_ms)) path->answering_ms = ROUTE_NEVER;
    if (path->good && is_silent(path, now_ms) && another_answers(route, i, now_ms)) leave(route, i, now_ms);
    if (is_dead(route, path, now_ms)) return path_close(route, i, now_ms), ROUTE_ORDER_CLOSE;
    choose(route, now_ms);
    uint64_t period = period_ms(route, i, now_ms);
    if (path->pinged_ms != ROUTE_NEVER && now_ms - path->pinged_ms < period) {
        /* In a call it is looked at again before the next ping is due, to notice silence. */
        uint64_t next = path->pinged_ms + period;
        path->due_ms = route->in_call && now_ms + ROUTE_BEAT_MS < next ? now_ms + ROUTE_BEAT_MS : next;
        return ROUTE_ORDER_NONE;
    }
    put_ping(route, i, now_ms, ping);
    return ROUTE_ORDER_PING;
}

static enum route_order path_due(route *route, int i, uint64_t now_ms, uint8_t ping[ROUTE_PING_LEN]) {
    switch (route->path[i].state) {
    case ROUTE_OFF: return ROUTE_ORDER_NONE;
    case ROUTE_CLOSED: path_reset(&route->path[i], ROUTE_OPENING, now_ms + OPEN_LIMIT_MS); return ROUTE_ORDER_OPEN;
    case ROUTE_OPENING: path_close(route, i, now_ms); return ROUTE_ORDER_CLOSE;
    case ROUTE_OPEN: break;
    }
    return open_path_due(route, i, now_ms, ping);
}

enum route_order route_due(route *route, uint64_t now_ms, int *path, uint8_t ping[ROUTE_PING_LEN]) {
    for (int i = 0; i < CARRIER_PATHS; i++) {
        if (route->path[i].state == ROUTE_OFF || route->path[i].due_ms > now_ms) continue;
        *path = i;
        enum route_order order = path_due(route, i, now_ms, ping);
        if (order != ROUTE_ORDER_NONE) return order;
    }
    return ROUTE_ORDER_NONE;
}

uint64_t route_next_ms(const route *route) {
    uint64_t next = ROUTE_NEVER;
    for (int i = 0; i < CARRIER_PATHS; i++)
        if (route->path[i].state != ROUTE_OFF && route->path[i].due_ms < next) next = route->path[i].due_ms;
    return next;
}

const char *route_name(const route *route) {
    if (good_paths(route) == 0) return "none";
    if (route->wanted & 1) return "dataChannel";
    return route->wanted == 6 ? "webSocketDoubled" : "webSocket";
}
