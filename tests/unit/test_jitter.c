/* test_jitter.c: every packet at most once and in order, whatever the network does; restarts are followed. Layer: tests. */
#include "media/jitter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

enum { TICKS = 160, PACKET_US = 20000 }; /* 20 ms at 8 kHz */

static jitter buffer; /* 145 kB */

static int put(uint32_t ssrc, uint16_t seq, uint32_t timestamp, uint64_t now_us) {
    const uint8_t payload[2] = {(uint8_t)(seq >> 8), (uint8_t)seq};
    const rtp_packet packet = {.payload_type = 8, .seq = seq, .timestamp = timestamp, .ssrc = ssrc, .payload = payload, .payload_len = 2};

    return jitter_put(&buffer, &packet, true, now_us);
}

/* Packet n of a stream that began at seq `first`; on time. */
static int put_n(uint16_t first, int n) {
    return put(1, (uint16_t)(first + n), (uint32_t)n * TICKS, (uint64_t)n * PACKET_US + 1000000);
}

/* Takes the first held packet; its original sequence number, or -1. */
static int take(void) {
    const jitter_slot *slot = jitter_first(&buffer);
    int seq;

    if (!slot)
        return -1;
    seq = slot->payload[0] << 8 | slot->payload[1];
    assert_int_equal(seq, (uint16_t)slot->seq);
    jitter_take(&buffer, slot);
    return seq;
}

static void packets_come_out_in_order_across_the_wrap(void **state) {
    static const int order[] = {3, 0, 2, 1, 5, 4, 9, 6, 8, 7};

    (void)state;
    jitter_open(&buffer, 8000, 20, 500);
    for (int i = 0; i < 10; i++)
        assert_int_equal(put_n(65532, order[i]), 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(take(), (65532 + i) % 65536);
    assert_int_equal(take(), -1);
}

static void a_packet_is_taken_once_and_never_after_its_turn(void **state) {
    (void)state;
    jitter_open(&buffer, 8000, 20, 500);
    assert_int_equal(put_n(100, 0), 0);
    assert_int_equal(put_n(100, 0), TCCC_E_REPLAY);
    assert_int_equal(put_n(100, 2), 0);
    assert_int_equal(take(), 100);
    assert_int_equal(put_n(100, 0), TCCC_E_REPLAY); /* played: a copy on the second path, not a late packet */
    jitter_skip(&buffer);
    assert_int_equal(put_n(100, 1), TCCC_E_TIMEOUT);
    assert_int_equal(put_n(100, 1), TCCC_E_REPLAY);
    assert_int_equal(take(), 102);
    assert_int_equal(buffer.packets_duplicate, 3);
    assert_int_equal(buffer.packets_late, 1);
}

static void loss_reordering_and_duplication_never_repeat_or_disorder(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed <= 200; seed++) {
        uint32_t random = seed, kept = 0;
        int last = -1, taken = 0, window[8];

        jitter_open(&buffer, 8000, 20, 500);
        for (int i = 0; i < 8; i++)
            window[i] = i;
        for (int n = 8; n < 3000; n++) {
            int pick;

            random = random * 1664525 + 1013904223;
            pick = random >> 29;
            if (random >> 8 & 7) { /* one in eight is lost */
                for (int copy = 0; copy < 1 + (int)(random >> 12 & 1); copy++)
                    kept += put(1, (uint16_t)(65000 + window[pick]), (uint32_t)window[pick] * TICKS, (uint64_t)n * PACKET_US) == 0;
            }
            window[pick] = n;
            if (n % 50 < 25)
                continue; /* held for a while, then taken two at a time */
            for (int i = 0; i < 2 && buffer.n_used > 0; i++) {
                const jitter_slot *slot = jitter_first(&buffer);

                if ((int)slot->seq <= last)
                    fail_msg("seed %u: %d after %d", (unsigned)seed, (int)slot->seq, last);
                last = (int)slot->seq;
                jitter_take(&buffer, slot);
                taken++;
            }
            assert_in_range(buffer.n_used, 0, JITTER_SLOTS);
        }
        assert_int_equal(kept, taken + buffer.n_used + (int)buffer.packets_dropped);
        assert_true(taken > 1000);
    }
}

static void a_full_buffer_drops_the_oldest(void **state) {
    (void)state;
    jitter_open(&buffer, 8000, 20, 500);
    for (int n = 0; n < JITTER_SLOTS + 10; n++)
        assert_int_equal(put_n(0, n), 0);
    assert_int_equal(buffer.packets_dropped, 10);
    assert_int_equal(buffer.n_used, JITTER_SLOTS);
    assert_int_equal(take(), 10);
}

static void taking_a_later_packet_drops_the_earlier(void **state) {
    (void)state;
    jitter_open(&buffer, 8000, 20, 500);
    for (int n = 0; n < 3; n++)
        put_n(0, n);
    jitter_take(&buffer, &buffer.slots[(jitter_first(&buffer)->seq + 2) % JITTER_SLOTS]);
    assert_int_equal(buffer.n_used, 0);
    assert_int_equal(buffer.packets_dropped, 2);
}

static void another_ssrc_is_followed_from_its_second_packet_on(void **state) {
    (void)state;
    jitter_open(&buffer, 8000, 20, 500);
    for (int n = 0; n < 5; n++)
        put_n(10, n);
    assert_int_equal(put(2, 700, 99, 2000000), TCCC_E_AGAIN);
    assert_int_equal(put(2, 701, 259, 2020000), 0);
    assert_int_equal(buffer.generation, 1);
    assert_int_equal(buffer.packets_dropped, 5);
    assert_int_equal(take(), 701);
}

static void two_sources_at_once_do_not_take_turns(void **state) {
    (void)state;
    jitter_open(&buffer, 8000, 20, 500);
    for (int n = 0; n < 50; n++) {
        assert_int_equal(put_n(10, n), 0);
        assert_int_equal(put(2, (uint16_t)(700 + n), 0, 1000000), TCCC_E_AGAIN);
    }
    assert_int_equal(buffer.generation, 0);
}

static void a_stray_number_is_not_followed_and_a_restarted_sender_is(void **state) {
    (void)state;
    jitter_open(&buffer, 8000, 20, 500);
    for (int n = 0; n < 5; n++)
        put_n(10, n);
    assert_int_equal(put(1, 30000, 7777, 2000000), TCCC_E_AGAIN);
    assert_int_equal(put_n(10, 5), 0);
    assert_int_equal(put(1, 30000, 7777, 2000000), TCCC_E_AGAIN);
    assert_int_equal(put(1, 30001, 7777 + TICKS, 2020000), 0);
    assert_int_equal(buffer.generation, 1);
    assert_int_equal(take(), 30001);
}

/* A path that stood still for seconds delivers what the other path delivered long ago. */
static void a_burst_of_old_packets_is_no_restart(void **state) {
    (void)state;
    jitter_open(&buffer, 8000, 20, 500);
    for (int n = 0; n < 300; n++) {
        assert_int_equal(put_n(0, n), 0);
        take();
    }
    for (int n = 0; n < 200; n++)
        assert_int_not_equal(put(1, (uint16_t)n, (uint32_t)n * TICKS, 7000000 + (uint64_t)n * 10), 0);
    assert_int_equal(buffer.generation, 0);
    assert_int_equal(put_n(0, 300), 0);
}

/* sipp plays its recording again: the same SSRC, numbers and timestamps, at the recording's pace. */
static void a_recording_played_again_is_a_restart(void **state) {
    int kept = 0;

    (void)state;
    jitter_open(&buffer, 8000, 20, 500);
    for (int n = 0; n < 236; n++) {
        assert_int_equal(put_n(0, n), 0);
        take();
    }
    for (int n = 0; n < 236; n++) {
        kept += put(1, (uint16_t)n, (uint32_t)n * TICKS, 6000000 + (uint64_t)n * PACKET_US) == 0;
        take();
    }
    assert_int_equal(buffer.generation, 1);
    assert_true(kept >= 230);
}

/* Hold for 10 s by a peer that lets its timestamps stand still: not 10 s of delay. */
static void timestamps_that_stood_still_are_a_restart(void **state) {
    (void)state;
    jitter_open(&buffer, 8000, 20, 500);
    for (int n = 0; n < 50; n++)
        put_n(0, n);
    assert_int_equal(put(1, 50, 50 * TICKS, 12000000), TCCC_E_AGAIN);
    assert_int_equal(put(1, 51, 51 * TICKS, 12020000), 0);
    assert_int_equal(buffer.generation, 1);
    assert_float_equal(jitter_delay_target_ms(&buffer.delay), 20, 0.01);
}

static void an_event_keeps_its_place_without_being_speech(void **state) {
    const rtp_packet event = {.payload_type = 101, .seq = 1, .timestamp = 5, .ssrc = 1, .payload = (const uint8_t *)"abcd", .payload_len = 4};

    (void)state;
    jitter_open(&buffer, 8000, 20, 500);
    put_n(0, 0);
    assert_int_equal(jitter_put(&buffer, &event, false, 1020000), 0);
    put_n(0, 2);
    assert_float_equal(buffer.delay.loss_ratio, 0, 1e-6);
    assert_int_equal(take(), 0);
    assert_int_equal(jitter_first(&buffer)->len, 0);
    assert_int_equal(jitter_first(&buffer)->seq & 0xffff, 1);
}

/* Packets that overtake each other by up to eight are no loss; one in ten that never comes is. */
static void only_what_never_comes_is_counted_as_lost(void **state) {
    (void)state;
    for (int lossy = 0; lossy <= 1; lossy++) {
        jitter_open(&buffer, 8000, 20, 500);
        for (int n = 0; n < 2000; n++) {
            int overtaken = n ^ (n / 8 * 5 & 7); /* each eight in another order */

            if (!lossy || overtaken % 10)
                put(1, (uint16_t)overtaken, (uint32_t)overtaken * TICKS, (uint64_t)n * PACKET_US);
        }
        assert_float_equal(buffer.delay.loss_ratio, lossy ? 0.1f : 0, lossy ? 0.03f : 1e-6f);
    }
}

static void a_payload_beyond_a_packet_is_refused(void **state) {
    static const uint8_t payload[JITTER_PAYLOAD_MAX + 1];
    rtp_packet packet = {.payload = payload, .payload_len = JITTER_PAYLOAD_MAX + 1};

    (void)state;
    jitter_open(&buffer, 8000, 20, 500);
    assert_int_equal(jitter_put(&buffer, &packet, true, 0), TCCC_E_TOO_LARGE);
    packet.payload_len--;
    assert_int_equal(jitter_put(&buffer, &packet, true, 0), 0);
}

/* Long payloads have little room: it is given back by taking, dropping and a restart. */
static void long_payloads_fill_their_room_and_leave_it(void **state) {
    uint8_t payload[JITTER_PAYLOAD_MAX];
    rtp_packet packet = {.ssrc = 1, .payload = payload, .payload_len = sizeof payload};

    (void)state;
    jitter_open(&buffer, 8000, 20, 500);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i <= JITTER_LONG_MAX; i++, packet.seq++, packet.timestamp += 960) {
            memset(payload, packet.seq, sizeof payload);
            assert_int_equal(jitter_put(&buffer, &packet, true, 120000ull * packet.seq), i < JITTER_LONG_MAX ? 0 : TCCC_E_TOO_LARGE);
        }
        for (int i = 0; i < JITTER_LONG_MAX; i++) {
            const jitter_slot *slot = jitter_first(&buffer);

            assert_int_equal(slot->len, sizeof payload);
            assert_true(slot->payload[0] == (uint8_t)slot->seq && slot->payload[sizeof payload - 1] == (uint8_t)slot->seq);
            jitter_take(&buffer, slot);
        }
    }
    for (int i = 0; i < JITTER_LONG_MAX; i++, packet.seq++, packet.timestamp += 960)
        assert_int_equal(jitter_put(&buffer, &packet, true, 120000ull * packet.seq), 0);
    packet.ssrc = 2;
    for (int i = 0; i < 1 + JITTER_LONG_MAX; i++, packet.seq++, packet.timestamp += 960)
        assert_int_equal(jitter_put(&buffer, &packet, true, 120000ull * packet.seq), i ? 0 : TCCC_E_AGAIN);
    assert_int_equal(buffer.n_used, JITTER_LONG_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_come_out_in_order_across_the_wrap),
        cmocka_unit_test(a_packet_is_taken_once_and_never_after_its_turn),
        cmocka_unit_test(loss_reordering_and_duplication_never_repeat_or_disorder),
        cmocka_unit_test(a_full_buffer_drops_the_oldest),
        cmocka_unit_test(taking_a_later_packet_drops_the_earlier),
        cmocka_unit_test(another_ssrc_is_followed_from_its_second_packet_on),
        cmocka_unit_test(two_sources_at_once_do_not_take_turns),
        cmocka_unit_test(a_stray_number_is_not_followed_and_a_restarted_sender_is),
        cmocka_unit_test(a_burst_of_old_packets_is_no_restart),
        cmocka_unit_test(a_recording_played_again_is_a_restart),
        cmocka_unit_test(timestamps_that_stood_still_are_a_restart),
        cmocka_unit_test(an_event_keeps_its_place_without_being_speech),
        cmocka_unit_test(only_what_never_comes_is_counted_as_lost),
        cmocka_unit_test(a_payload_beyond_a_packet_is_refused),
        cmocka_unit_test(long_payloads_fill_their_room_and_leave_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
