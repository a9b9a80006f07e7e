/* test_route.c: the choice of media path against the server's half, under a simulated clock. Layer: tests. */
#include "engine/route.h"

#include <string.h>

#include "cmocka_all.h"

#define FLYING 512

typedef struct { uint64_t due_ms; int path; bool up; size_t length; uint8_t bytes[CARRIER_HEADER + 16]; } flying;

/* A page, a server and three paths between them, each with a delay of its own; `dead` paths swallow everything. */
typedef struct {
    uint64_t now_ms;
    route route;
    carrier server;
    bool dead[CARRIER_PATHS], closed[CARRIER_PATHS]; /* closed: cannot be opened */
    unsigned delay_ms[CARRIER_PATHS], opens[CARRIER_PATHS], pings[CARRIER_PATHS];
    flying air[FLYING];
    int n_air;
    unsigned sent, heard_up, heard_down; /* packets */
    uint64_t last_up_ms, gap_up_ms, last_down_ms, gap_down_ms;
    uint8_t channel;                /* of what the page heard last */
} net;

static net net_new(uint8_t paths) {
    net n = { .now_ms = 5000, .delay_ms = { 20, 20, 20 } };
    route_init(&n.route, 99);
    route_offer(&n.route, paths, n.now_ms);
    return n;
}

static void fly(net *n, int path, bool up, const uint8_t *bytes, size_t length) {
    if (n->dead[path]) return;
    assert_true(n->n_air < FLYING && length <= sizeof n->air[0].bytes);
    flying *f = &n->air[n->n_air++];
    *f = (flying){ n->now_ms + n->delay_ms[path], path, up, length, { 0 } };
    memcpy(f->bytes, bytes, length);
}

static void heard(net *n, unsigned *count, uint64_t *last_ms, uint64_t *gap_ms) {
    ++*count;
    if (*last_ms && n->now_ms - *last_ms > *gap_ms) *gap_ms = n->now_ms - *last_ms;
    *last_ms = n->now_ms;
}

static void land(net *n, const flying *f) {
    carrier_frame frame;
    uint8_t reply[CARRIER_REPLY_MAX];
    size_t length;
    if (!f->up) {
        if (!route_receive(&n->route, f->path, f->bytes, f->length, &frame, n->now_ms)) return;
        n->channel = (uint8_t)frame.channel;
        heard(n, &n->heard_down, &n->last_down_ms, &n->gap_down_ms);
        return;
    }
    enum carrier_take take = carrier_receive(&n->server, f->path, f->bytes, f->length, &frame, reply, &length);
    if (take == CARRIER_TAKE_REPLY) fly(n, f->path, false, reply, length);
    if (take == CARRIER_TAKE_PACKET) heard(n, &n->heard_up, &n->last_up_ms, &n->gap_up_ms);
}

static void open_path(net *n, int path) {
    n->opens[path]++;
    if (n->closed[path]) {
        route_closed(&n->route, path, n->now_ms);
        return;
    }
    carrier_path(&n->server, path, true);
    route_opened(&n->route, path, n->now_ms);
}

static void lose_path(net *n, int path) {
    carrier_path(&n->server, path, false);
    route_closed(&n->route, path, n->now_ms);
}

static void send_both(net *n) {
    uint8_t frame[CARRIER_HEADER + 1] = { 0 };
    n->sent++;
    uint8_t up = route_send(&n->route, 1, frame);
    for (int i = 0; i < CARRIER_PATHS; i++) if (up >> i & 1) fly(n, i, true, frame, sizeof frame);
    uint8_t down = carrier_send(&n->server, 1, frame);
    for (int i = 0; i < CARRIER_PATHS; i++) if (down >> i & 1) fly(n, i, false, frame, sizeof frame);
}

static void step(net *n) {
    uint8_t ping[ROUTE_PING_LEN];
    int path;
    enum route_order order;
    for (int i = 0; i < n->n_air;) {
        if (n->air[i].due_ms > n->now_ms) { i++; continue; }
        flying f = n->air[i];
        n->air[i] = n->air[--n->n_air];
        if (!n->dead[f.path]) land(n, &f);
    }
    while ((order = route_due(&n->route, n->now_ms, &path, ping)) != ROUTE_ORDER_NONE) {
        if (order == ROUTE_ORDER_OPEN) open_path(n, path);
        if (order == ROUTE_ORDER_CLOSE) carrier_path(&n->server, path, false);
        if (order == ROUTE_ORDER_PING) n->pings[path]++, fly(n, path, true, ping, sizeof ping);
    }
    assert_true(route_next_ms(&n->route) > n->now_ms);
}

/* Runs, with a packet each way every 20 ms when sound is on. */
static void run(net *n, unsigned for_ms, bool sound) {
    for (unsigned ms = 0; ms < for_ms; ms++, n->now_ms++) {
        step(n);
        if (sound && n->now_ms % 20 == 0) send_both(n);
    }
}

static void the_data_channel_is_preferred_then_two_sockets_then_one(void **state) {
    (void)state;
    net n = net_new(7);
    run(&n, 1500, false);
    assert_string_equal(route_name(&n.route), "dataChannel");
    assert_true(n.route.mask == 1 && n.server.mask == 1);
    n = net_new(6);
    run(&n, 1500, false);
    assert_string_equal(route_name(&n.route), "webSocketDoubled");
    assert_int_equal(n.server.mask, 6);
    n = net_new(7);
    n.closed[0] = n.closed[2] = true;
    run(&n, 1500, false);
    assert_string_equal(route_name(&n.route), "webSocket");
    n = net_new(7);
    n.dead[0] = n.dead[1] = n.dead[2] = true;
    run(&n, 1500, false);
    assert_string_equal(route_name(&n.route), "none");
}

static void sound_flows_from_the_first_open_path_on(void **state) {
    (void)state;
    net n = net_new(7);
    n.delay_ms[0] = 400;
    route_in_call(&n.route, true, n.now_ms);
    run(&n, 5000, true);
    run(&n, 500, false); /* what is in the air lands */
    assert_int_equal(n.heard_up, n.sent);
    assert_int_equal(n.heard_down, n.sent);
    assert_int_equal(n.channel, 1);
    assert_string_equal(route_name(&n.route), "dataChannel"); /* after three seconds of answers */
}

static void a_silent_path_is_left_within_a_second(void **state) {
    (void)state;
    net n = net_new(7);
    route_in_call(&n.route, true, n.now_ms);
    run(&n, 6000, true);
    assert_string_equal(route_name(&n.route), "dataChannel");
    n.dead[0] = true;
    n.gap_up_ms = n.gap_down_ms = 0;
    run(&n, 3000, true);
    assert_string_equal(route_name(&n.route), "webSocketDoubled");
    assert_in_range(n.gap_up_ms, ROUTE_SILENT_MS, 1000);
    assert_in_range(n.gap_down_ms, ROUTE_SILENT_MS, 1100);
}

static void coming_back_makes_no_gap(void **state) {
    (void)state;
    net n = net_new(7);
    route_in_call(&n.route, true, n.now_ms);
    n.dead[0] = true;
    run(&n, 5000, true);
    assert_string_equal(route_name(&n.route), "webSocketDoubled");
    n.dead[0] = false;
    run(&n, 100, false); /* what is in the air lands */
    n.gap_up_ms = n.gap_down_ms = n.last_up_ms = n.last_down_ms = 0;
    unsigned before = n.sent, up = n.heard_up, down = n.heard_down;
    run(&n, 2500, true);
    assert_string_equal(route_name(&n.route), "webSocketDoubled"); /* not yet proven */
    run(&n, 3000, true);
    assert_string_equal(route_name(&n.route), "dataChannel");
    run(&n, 1500, true);
    assert_int_equal(n.route.mask, 1); /* the old ones are left */
    assert_int_equal(n.server.mask, 1);
    assert_in_range(n.gap_up_ms, 0, 21);
    assert_in_range(n.gap_down_ms, 0, 21);
    run(&n, 100, false);
    assert_int_equal(n.heard_up - up, n.sent - before);
    assert_int_equal(n.heard_down - down, n.sent - before);
}

static void old_paths_are_kept_until_the_new_one_has_confirmed(void **state) {
    (void)state;
    net n = net_new(7);
    n.delay_ms[0] = 800; /* so long the confirmation is under way */
    route_in_call(&n.route, true, n.now_ms);
    run(&n, 3400, true);
    assert_string_equal(route_name(&n.route), "webSocketDoubled");
    while (strcmp(route_name(&n.route), "dataChannel") != 0) run(&n, 1, true);
    run(&n, ROUTE_OVERLAP_MS + 200, true);
    assert_int_equal(n.route.mask, 7);
    run(&n, 1500, true);
    assert_int_equal(n.route.mask, 1);
}

static void a_lost_socket_is_replaced_at_once_and_opened_again(void **state) {
    (void)state;
    net n = net_new(6);
    route_in_call(&n.route, true, n.now_ms);
    run(&n, 4500, true);
    assert_int_equal(n.route.mask, 6);
    n.gap_up_ms = n.gap_down_ms = 0;
    lose_path(&n, 1);
    assert_string_equal(route_name(&n.route), "webSocket");
    run(&n, 900, true);
    assert_int_equal(n.opens[1], 1);
    run(&n, 5000, true);
    assert_int_equal(n.opens[1], 2);
    assert_string_equal(route_name(&n.route), "webSocketDoubled");
    assert_in_range(n.gap_up_ms, 0, 21);
    assert_in_range(n.gap_down_ms, 0, 21);
}

static void attempts_to_open_slow_down(void **state) {
    (void)state;
    net n = net_new(7);
    n.closed[0] = true;
    run(&n, 60000, false);
    assert_int_equal(n.opens[0], 6); /* at 0, 1, 3, 7, 15 and 31 s */
    assert_int_equal(n.opens[1], 1);
}

static void an_idle_page_pings_every_five_seconds(void **state) {
    (void)state;
    net n = net_new(7);
    run(&n, 3000, false);
    memset(n.pings, 0, sizeof n.pings);
    run(&n, 50000, false);
    for (int i = 0; i < CARRIER_PATHS; i++) assert_in_range(n.pings[i], 9, 11);
}

static void in_a_call_the_other_paths_are_pinged_every_second(void **state) {
    (void)state;
    net n = net_new(7);
    route_in_call(&n.route, true, n.now_ms);
    run(&n, 6000, true);
    memset(n.pings, 0, sizeof n.pings);
    run(&n, 20000, true);
    for (int i = 0; i < CARRIER_PATHS; i++) assert_in_range(n.pings[i], 16, 24);
}

static void silence_in_a_call_is_no_loss(void **state) {
    (void)state;
    net n = net_new(7);
    route_in_call(&n.route, true, n.now_ms);
    run(&n, 6000, true);
    run(&n, 30000, false); /* hold: nothing is sent */
    assert_string_equal(route_name(&n.route), "dataChannel");
    assert_int_equal(n.route.mask, 1);
}

static void a_long_round_trip_is_not_taken_for_silence(void **state) {
    (void)state;
    net n = net_new(7);
    for (int i = 0; i < CARRIER_PATHS; i++) n.delay_ms[i] = 350;
    route_in_call(&n.route, true, n.now_ms);
    run(&n, 8000, true);
    assert_string_equal(route_name(&n.route), "dataChannel");
    uint64_t changed = n.route.changed_ms;
    run(&n, 30000, true);
    assert_int_equal(n.route.changed_ms, changed);
}

static void a_path_that_answers_nothing_is_opened_anew(void **state) {
    (void)state;
    net n = net_new(7);
    run(&n, 2000, false);
    n.dead[2] = true;
    run(&n, 25000, false);
    assert_int_equal(n.opens[2], 2);
    assert_int_equal(n.opens[1], 1);
}

static void when_nothing_answers_everything_is_tried(void **state) {
    (void)state;
    net n = net_new(7);
    route_in_call(&n.route, true, n.now_ms);
    n.dead[0] = n.dead[1] = n.dead[2] = true;
    run(&n, 1000, true);
    assert_int_equal(n.route.mask, 7);
    n.dead[1] = false;
    run(&n, 1000, true);
    assert_string_equal(route_name(&n.route), "webSocket");
}

static void a_forged_pong_changes_nothing(void **state) {
    (void)state;
    net n = net_new(7);
    n.dead[0] = n.dead[1] = n.dead[2] = true;
    run(&n, 100, false);
    carrier_frame frame;
    const uint8_t future[] = { 0x20, 7, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1 }, other[] = { 0x20, 7, 0, 0, 2, 0, 0, 0, 0, 0, 0x13, 0x88 },
                  brief[] = { 0x20, 7, 0, 0, 0, 0, 0, 0 };
    assert_false(route_receive(&n.route, 0, future, sizeof future, &frame, n.now_ms));
    assert_false(route_receive(&n.route, 0, other, sizeof other, &frame, n.now_ms));
    assert_false(route_receive(&n.route, 0, brief, sizeof brief, &frame, n.now_ms));
    assert_string_equal(route_name(&n.route), "none");
}

/* The old address is gone: nothing closes, nothing answers. */
static void what_is_silent_after_a_change_of_network_is_opened_anew_within_seconds(void **state) {
    (void)state;
    net n = net_new(7);
    route_in_call(&n.route, true, n.now_ms);
    run(&n, 5000, true);
    n.dead[0] = n.dead[1] = n.dead[2] = true;
    route_network(&n.route, n.now_ms);
    run(&n, 2100, true);
    n.dead[0] = n.dead[1] = n.dead[2] = false;
    run(&n, 1500, true);
    for (int i = 0; i < CARRIER_PATHS; i++) assert_int_equal(n.opens[i], 2);
    assert_string_equal(route_name(&n.route), "dataChannel");
}

static void a_path_that_outlives_a_change_of_network_stays(void **state) {
    (void)state;
    net n = net_new(7);
    route_in_call(&n.route, true, n.now_ms);
    run(&n, 5000, true);
    route_network(&n.route, n.now_ms);
    run(&n, 5000, true);
    for (int i = 0; i < CARRIER_PATHS; i++) assert_int_equal(n.opens[i], 1);
    assert_true(n.gap_up_ms <= 20 && n.gap_down_ms <= 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_data_channel_is_preferred_then_two_sockets_then_one),
        cmocka_unit_test(sound_flows_from_the_first_open_path_on),
        cmocka_unit_test(a_silent_path_is_left_within_a_second),
        cmocka_unit_test(coming_back_makes_no_gap),
        cmocka_unit_test(old_paths_are_kept_until_the_new_one_has_confirmed),
        cmocka_unit_test(a_lost_socket_is_replaced_at_once_and_opened_again),
        cmocka_unit_test(attempts_to_open_slow_down),
        cmocka_unit_test(an_idle_page_pings_every_five_seconds),
        cmocka_unit_test(in_a_call_the_other_paths_are_pinged_every_second),
        cmocka_unit_test(silence_in_a_call_is_no_loss),
        cmocka_unit_test(a_long_round_trip_is_not_taken_for_silence),
        cmocka_unit_test(a_path_that_answers_nothing_is_opened_anew),
        cmocka_unit_test(when_nothing_answers_everything_is_tried),
        cmocka_unit_test(a_forged_pong_changes_nothing),
        cmocka_unit_test(what_is_silent_after_a_change_of_network_is_opened_anew_within_seconds),
        cmocka_unit_test(a_path_that_outlives_a_change_of_network_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
