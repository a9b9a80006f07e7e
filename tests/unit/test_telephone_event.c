/* test_telephone_event.c: digits as RTP events, by hand after RFC 4733 section 2.5. Layer: tests. */
#include "media/telephone_event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

enum { PTIME_MS = 20 };

typedef struct {
    uint16_t seq;
    telephone_packet packet;
} sent_event;

/* Runs the sender for `frames` frames from `timestamp` on; audio frames are left out but counted in seq. */
static int send_all(telephone_sender *sender, uint32_t timestamp, int frames, sent_event *events, int max) {
    int n = 0;

    for (int i = 0; i < frames; i++) {
        telephone_packet packet;

        if (telephone_sender_next(sender, timestamp + (uint32_t)i * sender->rate_hz / 1000 * (uint32_t)sender->ptime_ms, &packet)) {
            assert_true(n < max);
            events[n++] = (sent_event){(uint16_t)i, packet};
        }
    }
    return n;
}

static int duration_of(const sent_event *event) {
    return event->packet.payload[2] << 8 | event->packet.payload[3];
}

static bool is_end(const sent_event *event) {
    return event->packet.payload[1] & 0x80;
}

/* 160 ms at 8 kHz are 1280 ticks: 8 packets of 160 more each, the last with E, then E twice again. */
static void a_digit_is_eight_packets_and_two_repeated_ends(void **state) {
    telephone_sender sender;
    sent_event events[32];

    (void)state;
    telephone_sender_open(&sender, 8000, PTIME_MS);
    assert_int_equal(telephone_sender_queue(&sender, "5"), 1);
    assert_int_equal(send_all(&sender, 1000, 20, events, 32), 10);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(events[i].packet.payload[0], 5);
        assert_int_equal(events[i].packet.payload[1] & 0x3f, 10);
        assert_int_equal(events[i].packet.timestamp, 1000);
        assert_int_equal(events[i].packet.marker, i == 0);
        assert_int_equal(is_end(&events[i]), i >= 7);
        assert_int_equal(duration_of(&events[i]), i < 7 ? 160 * (i + 1) : 1280);
        assert_int_equal(events[i].seq, i); /* every 20 ms, none left out */
    }
    assert_false(telephone_sender_active(&sender));
}

/* 160 ms on and 80 ms off: a digit starts every 240 ms, at 48 kHz every 11520 ticks. */
static void digits_keep_their_gap_and_never_overlap(void **state) {
    telephone_sender sender;
    sent_event events[64];
    int n;

    (void)state;
    telephone_sender_open(&sender, 48000, PTIME_MS);
    assert_int_equal(telephone_sender_queue(&sender, "1#D"), 3);
    n = send_all(&sender, 0xffffff00, 40, events, 64);
    assert_int_equal(n, 30);
    for (int digit = 0; digit < 3; digit++) {
        static const uint8_t codes[] = {1, 11, 15};

        for (int i = 0; i < 10; i++) {
            const sent_event *event = &events[10 * digit + i];

            assert_int_equal(event->packet.payload[0], codes[digit]);
            assert_int_equal(event->packet.timestamp, 0xffffff00u + 11520u * (uint32_t)digit);
            assert_int_equal(event->packet.marker, i == 0);
            assert_int_equal(event->seq, 12 * digit + i);
        }
        assert_int_equal(duration_of(&events[10 * digit + 9]), 7680);
    }
}

static void every_packet_time_gives_a_tone_and_a_gap_of_full_length(void **state) {
    (void)state;
    for (int ptime_ms = 10; ptime_ms <= 60; ptime_ms += 10) {
        telephone_sender sender;
        sent_event events[128];
        int n, second = 0;

        telephone_sender_open(&sender, 8000, ptime_ms);
        telephone_sender_queue(&sender, "12");
        n = send_all(&sender, 0, 100, events, 128);
        while (events[second].packet.payload[0] == 1)
            second++;
        assert_true(duration_of(&events[second - 1]) >= 160 * 8);
        assert_true((int)events[second].packet.timestamp >= duration_of(&events[second - 1]) + 80 * 8);
        assert_true(is_end(&events[second - 3]) && !is_end(&events[second - 4]));
        assert_true(is_end(&events[n - 3]) && !is_end(&events[n - 4]));
    }
}

static void the_queue_takes_64_digits_and_refuses_what_is_none(void **state) {
    telephone_sender sender;
    char digits[66];

    (void)state;
    telephone_sender_open(&sender, 8000, PTIME_MS);
    assert_int_equal(telephone_sender_queue(&sender, "12x"), TCCC_E_ARG_RANGE);
    assert_false(telephone_sender_active(&sender));
    memset(digits, '7', sizeof digits);
    digits[65] = 0;
    assert_int_equal(telephone_sender_queue(&sender, digits), TCCC_E_LIMIT);
    digits[64] = 0;
    assert_int_equal(telephone_sender_queue(&sender, digits), 64);
    assert_int_equal(telephone_sender_queue(&sender, "1"), TCCC_E_LIMIT);
    assert_int_equal(telephone_sender_queue(&sender, ""), 0);
}

/* RFC 4733 table 4. */
static void digits_and_codes_are_the_table_of_the_rfc(void **state) {
    (void)state;
    for (int i = 0; i < 16; i++) {
        assert_int_equal(telephone_event_code("0123456789*#ABCD"[i]), i);
        assert_int_equal(telephone_event_digit((uint8_t)i), "0123456789*#ABCD"[i]);
    }
    assert_int_equal(telephone_event_code('a'), 12);
    assert_int_equal(telephone_event_code(0), -1);
    assert_int_equal(telephone_event_digit(16), 0);
}

static void give(telephone_receiver *receiver, const uint8_t *payload, uint32_t timestamp, bool marker, uint64_t now_us) {
    const rtp_packet packet = {.payload_type = 101, .marker = marker, .timestamp = timestamp, .ssrc = 9, .payload = payload, .payload_len = 4};

    assert_int_equal(telephone_receiver_packet(receiver, &packet, now_us), 0);
}

static void give_event(telephone_receiver *receiver, uint8_t event, bool end, uint16_t duration, uint32_t timestamp, uint64_t now_us) {
    const uint8_t payload[4] = {event, end ? 0x8a : 0x0a, (uint8_t)(duration >> 8), (uint8_t)duration};

    give(receiver, payload, timestamp, false, now_us);
}

/* "5(160)" for each digit ended with its duration; digits that started but did not end are "5". */
static const char *heard(telephone_receiver *receiver, uint64_t now_us) {
    static char text[512];
    telephone_report report;

    text[0] = 0;
    while (telephone_receiver_poll(receiver, now_us, &report)) {
        size_t len = strlen(text);

        if (report.phase == TELEPHONE_STARTED)
            snprintf(text + len, sizeof text - len, "%c", report.digit);
        else
            snprintf(text + len, sizeof text - len, "(%u)", (unsigned)report.duration_ms);
    }
    return text;
}

static void what_the_sender_sends_is_heard_under_loss_and_duplication(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed <= 300; seed++) {
        telephone_sender sender;
        telephone_receiver receiver;
        sent_event events[256];
        char digits[32] = "";
        uint32_t random = seed, rate_hz = seed % 2 ? 8000 : 48000;
        int n, kept = 0;

        telephone_sender_open(&sender, rate_hz, PTIME_MS);
        telephone_receiver_open(&receiver, rate_hz);
        telephone_sender_queue(&sender, "0198*#AD22");
        n = send_all(&sender, 0xfffff000u + seed, 140, events, 256);
        for (int i = 0; i < n; i++) {
            telephone_report report;
            uint64_t now_us = (uint64_t)events[i].seq * 20000;

            random = random * 1664525 + 1013904223;
            if (i == 0 || events[i].packet.timestamp != events[i - 1].packet.timestamp)
                kept = 0;
            /* lose 60 %, but never all packets of one digit; double every third */
            if (random >> 24 < 154 && (kept || !(is_end(&events[i]) && i % 10 == 9)))
                continue;
            kept = 1;
            for (int copy = 0; copy < 1 + (i % 3 == 0); copy++)
                give(&receiver, events[i].packet.payload, events[i].packet.timestamp, events[i].packet.marker, now_us);
            while (telephone_receiver_poll(&receiver, now_us, &report)) {
                if (report.phase == TELEPHONE_STARTED)
                    strncat(digits, &report.digit, 1);
            }
        }
        if (strcmp(digits, "0198*#AD22") != 0)
            fail_msg("seed %u: %s", (unsigned)seed, digits);
    }
}

static void one_end_packet_alone_is_a_whole_digit(void **state) {
    telephone_receiver receiver;

    (void)state;
    telephone_receiver_open(&receiver, 8000);
    give_event(&receiver, 9, true, 1280, 5000, 0);
    give_event(&receiver, 9, true, 1280, 5000, 20000);
    give_event(&receiver, 9, true, 1280, 5000, 40000);
    assert_string_equal(heard(&receiver, 50000), "9(160)");
}

/* sipp's last digit, or a burst of loss: no END ever comes. */
static void a_digit_without_end_packets_ends_by_time_or_by_the_next(void **state) {
    telephone_receiver receiver;

    (void)state;
    telephone_receiver_open(&receiver, 8000);
    give_event(&receiver, 1, false, 160, 5000, 0);
    give_event(&receiver, 1, false, 640, 5000, 60000);
    assert_string_equal(heard(&receiver, 70000), "1");
    give_event(&receiver, 2, false, 160, 9000, 300000);
    assert_string_equal(heard(&receiver, 300000), "(80)2");
    assert_string_equal(heard(&receiver, 500000), "");
    assert_string_equal(heard(&receiver, 500001), "(20)");
    give_event(&receiver, 2, false, 320, 9000, 600000); /* a straggler says nothing new */
    assert_string_equal(heard(&receiver, 900000), "");
}

static void reordered_and_repeated_packets_change_nothing(void **state) {
    telephone_receiver receiver;

    (void)state;
    telephone_receiver_open(&receiver, 8000);
    give_event(&receiver, 3, false, 320, 100, 0);
    give_event(&receiver, 3, false, 160, 100, 1);
    give_event(&receiver, 3, true, 1280, 100, 2);
    give_event(&receiver, 3, false, 1120, 100, 3);
    give_event(&receiver, 4, false, 160, 2100, 4);
    give_event(&receiver, 3, true, 1280, 100, 5);
    give_event(&receiver, 4, true, 800, 2100, 6);
    assert_string_equal(heard(&receiver, 7), "3(160)4(100)");
}

/* The same key twice: only the timestamp tells. */
static void the_same_digit_twice_is_two_digits(void **state) {
    telephone_receiver receiver;

    (void)state;
    telephone_receiver_open(&receiver, 48000);
    give_event(&receiver, 7, true, 4800, 0, 0);
    give_event(&receiver, 7, true, 4800, 9600, 200000);
    assert_string_equal(heard(&receiver, 200000), "7(100)7(100)");
}

/* RFC 4733 section 2.5.1.3: a press of 20 s at 8 kHz is 160000 ticks: segments of 65535, no marker, no END between. */
static void a_long_press_in_segments_is_one_digit(void **state) {
    telephone_receiver receiver;

    (void)state;
    telephone_receiver_open(&receiver, 8000);
    give_event(&receiver, 8, false, 160, 1000, 0);
    give_event(&receiver, 8, false, 0xffff, 1000, 1000);
    give_event(&receiver, 8, false, 160, 1000 + 0xffff, 2000);
    give_event(&receiver, 8, false, 0xffff, 1000 + 0xffff, 3000);
    give_event(&receiver, 8, true, 160000 - 2 * 0xffff, 1000 + 2 * 0xffff, 4000);
    assert_string_equal(heard(&receiver, 5000), "8(20000)");
}

/* Some peers let the 16 bits of the duration wrap instead: 48 kHz wraps after 1.37 s. */
static void a_long_press_whose_duration_wraps_is_one_digit(void **state) {
    telephone_receiver receiver;

    (void)state;
    telephone_receiver_open(&receiver, 48000);
    for (uint32_t ticks = 960; ticks <= 144000; ticks += 960)
        give_event(&receiver, 8, ticks == 144000, (uint16_t)ticks, 1000, ticks);
    assert_string_equal(heard(&receiver, 144000), "8(3000)");
}

/* A peer that moves the timestamp along with the duration. */
static void a_moving_timestamp_is_no_new_digit(void **state) {
    telephone_receiver receiver;

    (void)state;
    telephone_receiver_open(&receiver, 8000);
    for (int i = 0; i < 8; i++)
        give_event(&receiver, 6, i == 7, 160, 1000 + 160u * (uint32_t)i, (uint64_t)i * 20000);
    assert_string_equal(heard(&receiver, 150000), "6(160)");
}

static void another_source_starts_anew(void **state) {
    telephone_receiver receiver;
    const uint8_t payload[4] = {1, 0x8a, 5, 0};
    const rtp_packet packet = {.timestamp = 50, .ssrc = 77, .payload = payload, .payload_len = 4};

    (void)state;
    telephone_receiver_open(&receiver, 8000);
    give_event(&receiver, 1, false, 160, 5000, 0);
    assert_int_equal(telephone_receiver_packet(&receiver, &packet, 1), 0);
    assert_string_equal(heard(&receiver, 1), "1(20)1(160)");
}

static void short_packets_are_counted_and_other_events_ignored(void **state) {
    telephone_receiver receiver;
    const uint8_t flash[4] = {16, 0x8a, 0, 160};
    rtp_packet packet = {.payload = flash, .payload_len = 3};

    (void)state;
    telephone_receiver_open(&receiver, 8000);
    assert_int_equal(telephone_receiver_packet(&receiver, &packet, 0), TCCC_E_FORMAT);
    assert_int_equal(receiver.packets_malformed, 1);
    packet.payload_len = 4;
    assert_int_equal(telephone_receiver_packet(&receiver, &packet, 0), 0);
    assert_string_equal(heard(&receiver, 0), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digit_is_eight_packets_and_two_repeated_ends),
        cmocka_unit_test(digits_keep_their_gap_and_never_overlap),
        cmocka_unit_test(every_packet_time_gives_a_tone_and_a_gap_of_full_length),
        cmocka_unit_test(the_queue_takes_64_digits_and_refuses_what_is_none),
        cmocka_unit_test(digits_and_codes_are_the_table_of_the_rfc),
        cmocka_unit_test(what_the_sender_sends_is_heard_under_loss_and_duplication),
        cmocka_unit_test(one_end_packet_alone_is_a_whole_digit),
        cmocka_unit_test(a_digit_without_end_packets_ends_by_time_or_by_the_next),
        cmocka_unit_test(reordered_and_repeated_packets_change_nothing),
        cmocka_unit_test(the_same_digit_twice_is_two_digits),
        cmocka_unit_test(a_long_press_in_segments_is_one_digit),
        cmocka_unit_test(a_long_press_whose_duration_wraps_is_one_digit),
        cmocka_unit_test(a_moving_timestamp_is_no_new_digit),
        cmocka_unit_test(another_source_starts_anew),
        cmocka_unit_test(short_packets_are_counted_and_other_events_ignored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
