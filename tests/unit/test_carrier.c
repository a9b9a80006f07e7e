/* test_carrier.c: frames of media paths, first copies, and the server's obedience to the mask. Layer: tests. */
#include "engine/carrier.h"

#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

static void a_frame_has_the_documented_bytes(void **state) {
    (void)state;
    const uint8_t data[] = { 0x00, 3, 0x12, 0x34, 0x80, 0x08 }, ping[] = { 0x10, 5, 0xff, 0xfe, 1, 2, 3, 4 };
    carrier_frame frame;
    uint8_t bytes[CARRIER_FRAME_MAX];
    assert_int_equal(carrier_parse(data, sizeof data, &frame), 0);
    assert_true(frame.kind == CARRIER_DATA && frame.channel == 3 && frame.seq == 0x1234 && frame.length == 2 && frame.body == data + 4);
    assert_int_equal(carrier_print(&frame, bytes, sizeof bytes), sizeof data);
    assert_memory_equal(bytes, data, sizeof data);
    assert_int_equal(carrier_parse(ping, sizeof ping, &frame), 0);
    assert_true(frame.kind == CARRIER_PING && frame.mask == 5 && frame.seq == 0xfffe && frame.length == 4);
    assert_int_equal(carrier_print(&frame, bytes, sizeof ping - 1), TCCC_E_TOO_LARGE);
}

static void what_is_no_frame_is_refused(void **state) {
    (void)state;
    uint8_t bytes[CARRIER_FRAME_MAX + 1] = { 0 };
    carrier_frame frame;
    for (size_t length = 0; length <= CARRIER_HEADER; length++) assert_int_equal(carrier_parse(bytes, length, &frame), TCCC_E_FORMAT);
    assert_int_equal(carrier_parse(bytes, CARRIER_FRAME_MAX, &frame), 0);
    assert_int_equal(carrier_parse(bytes, CARRIER_FRAME_MAX + 1, &frame), TCCC_E_FORMAT);
    static const uint8_t bad[][2] = { { 0x01, 0 }, { 0x50, 0 }, { 0xf0, 0 }, { 0x00, 4 }, { 0x10, 8 } };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        memcpy(bytes, bad[i], 2);
        assert_int_equal(carrier_parse(bytes, 12, &frame), TCCC_E_FORMAT);
    }
    bytes[0] = 0x20, bytes[1] = 7;
    assert_int_equal(carrier_parse(bytes, 7, &frame), TCCC_E_FORMAT); /* 3 opaque bytes */
    assert_int_equal(carrier_parse(bytes, 20, &frame), 0);
    assert_int_equal(carrier_parse(bytes, 21, &frame), TCCC_E_FORMAT); /* 17 */
}

static void the_first_copy_counts_in_any_order_and_over_the_wrap(void **state) {
    (void)state;
    carrier_window window = { 0 };
    static const struct { uint16_t seq; bool first; } steps[] = {
        { 65533, true }, { 65533, false }, { 65535, true }, { 65534, true }, { 0, true }, { 65534, false }, { 2, true }, { 1, true },
        { 1, false }, { 100, true }, { 65533, false }, { 37, true }, { 36, true }, { 35, true }, { 36, false }, { 65535, false },
        { 130, true }, { 3, true }, { 3, false }, { 2, false }, /* 128 behind */
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) assert_int_equal(carrier_window_first(&window, steps[i].seq), steps[i].first);
    assert_true(carrier_window_first(&window, 130 + 1000));
    assert_false(carrier_window_first(&window, 130));
    assert_true(carrier_window_first(&window, 130 + 999));
}

static void a_peer_that_started_anew_is_heard_after_a_window_of_silence(void **state) {
    (void)state;
    carrier_window window = { 0 };
    carrier_window_first(&window, 30000);
    for (uint16_t seq = 0; seq < CARRIER_WINDOW; seq++) assert_false(carrier_window_first(&window, seq));
    assert_true(carrier_window_first(&window, CARRIER_WINDOW));
    assert_true(carrier_window_first(&window, CARRIER_WINDOW + 1));
}

static uint8_t send(carrier *carrier, uint16_t *seq) {
    uint8_t header[CARRIER_HEADER];
    uint8_t paths = carrier_send(carrier, 2, header);
    assert_true(paths == 0 || (header[0] == 0 && header[1] == 2));
    *seq = (uint16_t)(header[2] << 8 | header[3]);
    return paths;
}

static enum carrier_take ping(carrier *carrier, int path, uint16_t seq, uint8_t mask, uint8_t pong[20], size_t *length) {
    const uint8_t bytes[] = { 0x10, mask, (uint8_t)(seq >> 8), (uint8_t)seq, 9, 8, 7, 6 };
    carrier_frame frame;
    return carrier_receive(carrier, path, bytes, sizeof bytes, &frame, pong, length);
}

static void the_newest_ping_says_where_to_send(void **state) {
    (void)state;
    carrier carrier = { 0 };
    uint8_t pong[CARRIER_REPLY_MAX];
    size_t length;
    uint16_t first, second;
    assert_int_equal(send(&carrier, &first), 0);
    carrier_path(&carrier, 1, true);
    carrier_path(&carrier, 2, true);
    assert_int_equal(send(&carrier, &first), 2); /* without a verdict: the lowest that is open */
    assert_int_equal(ping(&carrier, 2, 7, 6, pong, &length), CARRIER_TAKE_REPLY);
    assert_int_equal(length, 8);
    assert_memory_equal(pong, ((const uint8_t[]){ 0x20, 6, 0, 7, 9, 8, 7, 6 }), 8);
    assert_int_equal(send(&carrier, &second), 6);
    assert_int_equal(second, first + 1); /* one number for both copies */
    ping(&carrier, 1, 6, 2, pong, &length); /* overtaken by number 7 */
    assert_int_equal(pong[1], 6);
    assert_int_equal(send(&carrier, &first), 6);
    carrier_path(&carrier, 2, false);
    assert_int_equal(send(&carrier, &first), 2);
    carrier_path(&carrier, 0, true);
    ping(&carrier, 0, 8, 1, pong, &length);
    assert_int_equal(send(&carrier, &first), 1);
    carrier_path(&carrier, 0, false); /* the one asked for is lost: another serves */
    assert_int_equal(send(&carrier, &first), 2);
    carrier_path(&carrier, 1, false);
    assert_int_equal(send(&carrier, &first), 0);
}

static void a_new_page_on_the_seat_is_obeyed_from_its_first_ping(void **state) {
    (void)state;
    carrier carrier = { 0 };
    uint8_t pong[CARRIER_REPLY_MAX];
    size_t length;
    uint16_t seq;
    carrier_path(&carrier, 1, true);
    ping(&carrier, 1, 500, 2, pong, &length);
    carrier_path(&carrier, 2, true);
    ping(&carrier, 2, 0, 4, pong, &length);
    assert_int_equal(send(&carrier, &seq), 4);
}

static void packets_pass_once_and_junk_not_at_all(void **state) {
    (void)state;
    carrier carrier = { 0 };
    carrier_frame frame;
    uint8_t reply[CARRIER_REPLY_MAX];
    size_t length;
    const uint8_t data[] = { 0, 1, 0, 5, 0x80, 1, 2 }, pong[] = { 0x20, 1, 0, 5, 1, 2, 3, 4 };
    assert_int_equal(carrier_receive(&carrier, 1, data, sizeof data, &frame, reply, &length), CARRIER_TAKE_PACKET);
    assert_true(frame.channel == 1 && frame.length == 3 && frame.body == data + 4);
    assert_int_equal(carrier_receive(&carrier, 2, data, sizeof data, &frame, reply, &length), CARRIER_TAKE_DROP);
    assert_int_equal(carrier_receive(&carrier, 1, pong, sizeof pong, &frame, reply, &length), CARRIER_TAKE_DROP);
    assert_int_equal(carrier_receive(&carrier, 1, data, 3, &frame, reply, &length), CARRIER_TAKE_DROP);
    assert_int_equal(carrier_receive(&carrier, 3, data, sizeof data, &frame, reply, &length), CARRIER_TAKE_DROP);
    assert_int_equal(carrier_receive(&carrier, -1, data, sizeof data, &frame, reply, &length), CARRIER_TAKE_DROP);
    assert_int_equal(length, 0);
}

static void a_probe_comes_back_once_on_the_paths_that_sound_takes(void **state) {
    (void)state;
    carrier carrier = { 0 };
    carrier_frame frame;
    uint8_t reply[CARRIER_REPLY_MAX], long_probe[CARRIER_HEADER + CARRIER_PROBE_MAX + 1] = { 0x30 };
    size_t length;
    const uint8_t ping[] = { 0x10, 6, 0, 1, 1, 2, 3, 4 }, probe[] = { 0x30, 0, 0x12, 0x34, 9, 8, 7 }, echo[] = { 0x40, 0, 0x12, 0x34, 9, 8, 7 };
    for (int path = 0; path < CARRIER_PATHS; path++) carrier_path(&carrier, path, true);
    carrier_receive(&carrier, 0, ping, sizeof ping, &frame, reply, &length);
    assert_int_equal(carrier_receive(&carrier, 1, probe, sizeof probe, &frame, reply, &length), CARRIER_TAKE_ECHO);
    assert_int_equal(length, sizeof echo);
    assert_memory_equal(reply, echo, sizeof echo);
    assert_int_equal(carrier_paths(&carrier), 6);
    assert_int_equal(carrier_receive(&carrier, 2, probe, sizeof probe, &frame, reply, &length), CARRIER_TAKE_DROP); /* the other copy */
    assert_int_equal(carrier_receive(&carrier, 1, echo, sizeof echo, &frame, reply, &length), CARRIER_TAKE_DROP);
    assert_int_equal(carrier_receive(&carrier, 1, long_probe, sizeof long_probe - 1, &frame, reply, &length), CARRIER_TAKE_DROP); /* number 0 is far behind */
    assert_int_equal(carrier_parse(long_probe, sizeof long_probe - 1, &frame), 0);
    assert_int_equal(carrier_parse(long_probe, sizeof long_probe, &frame), TCCC_E_FORMAT);
    carrier_path(&carrier, 1, false);
    assert_int_equal(carrier_paths(&carrier), 4);
}

static void a_page_that_takes_over_is_heard_from_its_first_frame(void **state) {
    (void)state;
    carrier c = { 0 };
    carrier_frame in;
    uint8_t reply[CARRIER_REPLY_MAX], bytes[CARRIER_HEADER + 1] = { 0 };
    size_t n;
    carrier_path(&c, 0, true); /* of the page before, which is dead and has closed nothing */
    for (uint16_t seq = 20000; seq < 20200; seq++) {
        carrier_put_header(bytes, CARRIER_DATA, 0, seq);
        assert_int_equal(carrier_receive(&c, 0, bytes, sizeof bytes, &in, reply, &n), CARRIER_TAKE_PACKET);
    }
    carrier_path(&c, 1, true);
    for (uint16_t seq = 10000; seq < 10010; seq++) {
        carrier_put_header(bytes, CARRIER_DATA, 0, seq);
        assert_int_equal(carrier_receive(&c, 1, bytes, sizeof bytes, &in, reply, &n), CARRIER_TAKE_PACKET);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_that_takes_over_is_heard_from_its_first_frame),
        cmocka_unit_test(a_frame_has_the_documented_bytes),
        cmocka_unit_test(what_is_no_frame_is_refused),
        cmocka_unit_test(the_first_copy_counts_in_any_order_and_over_the_wrap),
        cmocka_unit_test(a_peer_that_started_anew_is_heard_after_a_window_of_silence),
        cmocka_unit_test(the_newest_ping_says_where_to_send),
        cmocka_unit_test(a_new_page_on_the_seat_is_obeyed_from_its_first_ping),
        cmocka_unit_test(packets_pass_once_and_junk_not_at_all),
        cmocka_unit_test(a_probe_comes_back_once_on_the_paths_that_sound_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
