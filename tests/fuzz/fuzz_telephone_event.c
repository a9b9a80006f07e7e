/* fuzz_telephone_event.c: events in any order give well-formed reports; what the sender sends is heard exactly. Layer: tests. */
#include <assert.h>
#include <string.h>

#include "media/telephone_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Starts and ends alternate, ends belong to the digit that started. */
typedef struct {
    char open;
    int n_started;
} listener;

static void listen(listener *listener, telephone_receiver *receiver, uint64_t now_us) {
    telephone_report report;

    while (telephone_receiver_poll(receiver, now_us, &report)) {
        assert(telephone_event_code(report.digit) >= 0);
        if (report.phase == TELEPHONE_STARTED) {
            assert(!listener->open);
            listener->open = report.digit;
            listener->n_started++;
        } else {
            assert(listener->open == report.digit);
            listener->open = 0;
        }
    }
    assert(receiver->reports_dropped == 0);
}

static void any_packets(const uint8_t *data, size_t size) {
    telephone_receiver receiver;
    listener ear = {0};
    uint64_t now_us = 0;

    telephone_receiver_open(&receiver, size % 2 ? 8000 : 48000);
    for (size_t at = 0; at + 8 <= size; at += 8) {
        const rtp_packet packet = {.marker = data[at] & 0x80, .payload = data + at + 1, .payload_len = data[at] & 7u,
                                   .timestamp = (uint32_t)data[at + 5] << 24 | (uint32_t)data[at + 6] << 7, .ssrc = data[at] >> 6 & 1};

        now_us += (uint64_t)data[at + 7] << 10;
        telephone_receiver_packet(&receiver, &packet, now_us);
        listen(&ear, &receiver, now_us);
    }
    listen(&ear, &receiver, now_us + 1000000);
    assert(!ear.open);
}

/* The input chooses digits and which packets are lost; of each digit at least one is left. */
static void sent_packets(const uint8_t *data, size_t size) {
    telephone_sender sender;
    telephone_receiver receiver;
    telephone_packet packet;
    listener ear = {0};
    int n_digits = (int)(size / 3) % 20, kept = 0;
    uint32_t start = 0;

    telephone_sender_open(&sender, 48000, 20);
    telephone_receiver_open(&receiver, 48000);
    for (int i = 0; i < n_digits; i++) {
        const char text[2] = {telephone_event_digit(data[i] & 15), 0};

        assert(telephone_sender_queue(&sender, text) == 1);
    }
    for (uint32_t frame = 0; telephone_sender_active(&sender); frame++) {
        rtp_packet carrier = {.ssrc = 1, .payload = packet.payload, .payload_len = TELEPHONE_EVENT_LEN};
        bool last;

        assert(frame < 20 * 12 + 1);
        if (!telephone_sender_next(&sender, frame * 960, &packet))
            continue;
        assert(!packet.marker || packet.timestamp == frame * 960);
        kept = packet.marker ? 0 : kept;
        start = packet.marker ? frame : start;
        last = frame == start + 9;
        carrier.marker = packet.marker;
        carrier.timestamp = packet.timestamp;
        if (data[frame % size] % 3 == 0 || (last && !kept)) {
            kept = 1;
            assert(telephone_receiver_packet(&receiver, &carrier, frame * 20000ull) == 0);
            listen(&ear, &receiver, frame * 20000ull);
        }
    }
    assert(ear.n_started == n_digits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    any_packets(data, size);
    if (size >= 64)
        sent_packets(data, size);
    return 0;
}
