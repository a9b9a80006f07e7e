/* test_bridge_play.c: what a side hears instead of the other; keys by tones; packets copied for recording. Layer: tests. */
#include "dsp/tone.h"
#include "media/srtp.h"
#include "media/telephone_event.h"

#include "../allocation_count.h"
#include "phone_peer.h"
#include "tccc/error.h"

static char wav_path[32];

/* With a file to play, when both hear each other. */
static phone_pair call_start(void) {
    phone_pair c = pair_of_phones();
    uint8_t packet[1500];
    rtp_packet rtp;
    strcpy(wav_path, "/tmp/tccc_play_XXXXXX");
    close(mkstemp(wav_path));
    write_wav(wav_path);
    pair_open(&c);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    talk_until_heard(&c.b, &c.a, packet, &rtp);
    return c;
}

static void call_end(phone_pair *c) {
    pair_end(c);
    unlink(wav_path);
}

static bridge_side file_of(int tag) {
    bridge_side side = program(PROGRAM_FILE);
    side.file = wav_path;
    side.tag = tag;
    return side;
}

/* Packets of the bridge's own source, one after the other: the same SSRC, numbers and times without a gap. */
typedef struct {
    int n, breaks, markers;
    rtp_packet last;
    float before;                    /* newest sample */
    float step;                      /* greatest difference of two samples where two packets meet */
    double power;
    codec_decoder *decoder;
} listener;

static void hear_on(listener *l, phone_peer *p, int n) {
    int error;
    uint8_t packet[1500];
    float pcm[CODEC_FRAME_MAX];
    rtp_packet rtp;
    if (!l->decoder)
        l->decoder = codec_decoder_new(TCCC_CODEC_PCMA, &error);
    l->power = 0;
    for (int i = 0; i < n; i++, l->n++) {
        do
            phone_hear(p, packet, &rtp);
        while (rtp.payload[0] == 0xd5 && rtp.payload[1] == 0xd5 && rtp.ssrc == 0x1234); /* of the other telephone, from before */
        if (l->n) {
            l->breaks += rtp.ssrc != l->last.ssrc || rtp.seq != (uint16_t)(l->last.seq + 1) || rtp.timestamp != l->last.timestamp + 160;
            l->markers += rtp.marker;
        }
        int samples = codec_decoder_decode(l->decoder, rtp.payload, rtp.payload_len, pcm, CODEC_FRAME_MAX);
        assert_int_equal(samples, 320);
        for (int k = 0; k < samples; k++) {
            float step = fabsf(pcm[k] - l->before);
            l->step = l->n && step > l->step ? step : l->step;
            l->before = pcm[k];
            l->power += (double)pcm[k] * pcm[k] / (320 * n);
        }
        l->last = rtp;
    }
}

static void sounds_follow_each_other_as_one_source_and_their_ends_are_told_once(void **state) {
    (void)state;
    phone_pair c = call_start();
    listener l = { 0 };
    bridge_side first = file_of(1), second = file_of(2), third = file_of(3);
    bridge_play(test.edge, c.bridge, 1, &first);
    hear_on(&l, &c.b, 10);
    bridge_play(test.edge, c.bridge, 1, &second);  /* a key has been pressed: in the middle of a sound */
    hear_on(&l, &c.b, 10);
    wait_event(BRIDGE_EVENT_DONE, 1, 2);
    assert_int_equal(count_events(BRIDGE_EVENT_DONE), 1); /* the first was not played to its end */
    hear_on(&l, &c.b, 25);
    hear_on(&l, &c.b, 5);
    assert_true(l.power < 1e-6);                          /* silence goes on */
    bridge_play(test.edge, c.bridge, 1, &third);
    wait_event(BRIDGE_EVENT_DONE, 1, 3);
    hear_on(&l, &c.b, 30);
    assert_int_equal(count_events(BRIDGE_EVENT_DONE), 2);
    print_message("%d packets, greatest step %.3f\n", l.n, (double)l.step);
    assert_int_equal(l.breaks, 0);
    assert_int_equal(l.markers, 0);
    assert_true(l.step < 0.08f); /* 400 Hz of amplitude 0.24 move by 0.038 from one sample of 16 kHz to the next; a cut by up to 0.48 */
    codec_decoder_free(l.decoder);
    call_end(&c);
}

static void neither_hears_the_other_until_both_are_joined_again(void **state) {
    (void)state;
    phone_pair c = call_start();
    uint8_t packet[1500];
    rtp_packet rtp;
    bridge_side file = file_of(1);
    bridge_play(test.edge, c.bridge, 1, &file);
    do
        phone_hear(&c.b, packet, &rtp);
    while (rtp.ssrc == c.a.ssrc); /* the order has been done */
    while (hear_from(c.a.rtp, packet, sizeof packet, 40))
        ;
    for (int i = 0; i < 10; i++) {
        phone_talk(&c.a, 0x2a);
        phone_talk(&c.b, 0x2b);
        phone_hear(&c.b, packet, &rtp);
        assert_int_not_equal(rtp.ssrc, c.a.ssrc);
    }
    assert_int_equal(hear_from(c.a.rtp, packet, sizeof packet, 0), 0);
    bridge_play(test.edge, c.bridge, 1, NULL);
    talk_until_heard(&c.b, &c.a, packet, &rtp);
    assert_int_equal(rtp.ssrc, c.b.ssrc);
    call_end(&c);
}

static void a_file_that_is_missing_ends_once(void **state) {
    (void)state;
    phone_pair c = call_start();
    bridge_side missing = program(PROGRAM_FILE), silence = program(PROGRAM_SILENCE);
    missing.file = "/nonexistent.wav";
    missing.tag = 7;
    bridge_play(test.edge, c.bridge, 1, &missing);
    c.sides[0].port = NULL;
    bridge_update(test.edge, c.bridge, 0, &c.sides[0]); /* everything is looked at again */
    silence.hang_after_ms = 100;
    silence.tag = 8;
    wait_event(BRIDGE_EVENT_DONE, 1, 7);
    bridge_play(test.edge, c.bridge, 1, &silence);
    wait_event(BRIDGE_EVENT_DONE, 1, 8);
    assert_int_equal(count_events(BRIDGE_EVENT_DONE), 2);
    call_end(&c);
}

/* --- keys --- */

/* 100 ms of the key's tones, then 100 ms of silence. */
static void press_in_band(phone_peer *p, char key) {
    double low, high;
    int error;
    tone t = { 0 };
    float pcm[320] = { 0 };
    uint8_t packet[200];
    tccc_stream_config config = { .codec = TCCC_CODEC_PCMA, .payload_type = 8, .ptime_ms = 20 };
    codec_encoder *encoder = codec_encoder_new(&config, &error);
    assert_true(tone_digit_hz(key, &low, &high));
    tone_pair_start(&t, low, high, 0.2);
    for (int i = 0; i < 10; i++) {
        if (i < 5) {
            tone_make(&t, pcm);
            tone_make(&t, pcm + FRAME_LEN);
        } else
            memset(pcm, 0, sizeof pcm);
        size_t len = phone_packet(p, packet, 8, 0);
        codec_encoder_encode(encoder, pcm, packet + RTP_HEADER_LEN, 160);
        phone_send_bytes(p, p->rtp, p->bridge_port, packet, len);
    }
    codec_encoder_free(encoder);
}

static void press_as_event(phone_peer *p, const char *key) {
    uint8_t packet[200];
    telephone_sender sender;
    telephone_packet event;
    telephone_sender_open(&sender, 8000, 20);
    telephone_sender_queue(&sender, key);
    while (telephone_sender_active(&sender)) {
        p->timestamp += 160;
        if (!telephone_sender_next(&sender, p->timestamp, &event))
            continue;
        rtp_packet header = { .marker = event.marker, .payload_type = 101, .seq = p->seq++, .timestamp = event.timestamp, .ssrc = p->ssrc };
        rtp_packet_write(&header, packet, RTP_HEADER_LEN);
        memcpy(packet + RTP_HEADER_LEN, event.payload, TELEPHONE_EVENT_LEN);
        phone_send_bytes(p, p->rtp, p->bridge_port, packet, RTP_HEADER_LEN + TELEPHONE_EVENT_LEN);
    }
}

static void keys_are_told_once_each_by_tones_or_by_events(void **state) {
    (void)state;
    phone_pair c = call_start();
    uint8_t packet[1500];
    rtp_packet rtp;
    bridge_side file = file_of(1);
    press_in_band(&c.b, '1');  /* nobody listens */
    phone_talk(&c.b, 0x55);
    do
        phone_hear(&c.a, packet, &rtp);
    while (rtp.payload[0] != 0x55 || rtp.payload[1] != 0x55); /* it has all arrived */
    bridge_play(test.edge, c.bridge, 1, &file);
    do
        phone_hear(&c.b, packet, &rtp);
    while (rtp.ssrc == c.a.ssrc);
    press_in_band(&c.b, '5');
    wait_event(BRIDGE_EVENT_DIGIT, 1, '5');
    press_in_band(&c.b, '5');
    press_in_band(&c.b, '#');
    wait_event(BRIDGE_EVENT_DIGIT, 1, '#');
    assert_int_equal(count_events(BRIDGE_EVENT_DIGIT), 3);
    press_in_band(&c.b, '9');  /* a gateway that sends both: the tone first */
    press_as_event(&c.b, "9");
    press_as_event(&c.b, "7");
    wait_event(BRIDGE_EVENT_DIGIT, 1, '7');
    press_in_band(&c.b, '8');  /* from now on its tones are only sound */
    press_as_event(&c.b, "0");
    wait_event(BRIDGE_EVENT_DIGIT, 1, '0');
    assert_int_equal(count_events(BRIDGE_EVENT_DIGIT), 6);
    call_end(&c);
}

/* --- copies for recording --- */

/* The next packet in the ring that `end` has not taken; waits for it. */
static int taken(tap_ring *ring, tap_head *head, uint8_t *bytes) {
    for (double end = now() + DEADLINE_MS / 1000.0; now() < end;) {
        if (tap_ring_take(ring, tap_ring_end(ring), head, bytes, 2048))
            return 1;
        poll(NULL, 0, 1);
    }
    fail_msg("nothing comes");
    return 0;
}

static void what_a_side_says_is_copied_as_it_came(void **state) {
    (void)state;
    phone_pair c = call_start();
    uint8_t packet[1500], sent[200], copy[2048];
    rtp_packet rtp;
    tap_head head;
    tap_ring *ring = tap_ring_new(1 << 20);
    bridge_tap(test.edge, c.bridge, 0, BRIDGE_EAR_RECORD, ring, 77);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    size_t len = phone_packet(&c.a, sent, 8, 0x2a);
    phone_send_bytes(&c.a, c.a.rtp, c.a.bridge_port, sent, len);
    do
        taken(ring, &head, copy);
    while (rtp_packet_seq(copy) != rtp_packet_seq(sent));
    assert_int_equal(head.tap, 77);
    assert_int_equal(head.kind, TAP_PACKET);
    assert_int_equal(head.flags, TAP_SPEECH);
    assert_int_equal(head.codec, TCCC_CODEC_PCMA);
    assert_int_equal(head.len, len);
    assert_memory_equal(copy, sent, len);
    bridge_hold(test.edge, c.bridge, 1, 1);
    do
        phone_hear(&c.b, packet, &rtp);
    while (rtp.ssrc == c.a.ssrc);
    phone_talk(&c.a, 0x2b);
    do
        taken(ring, &head, copy);
    while (copy[RTP_HEADER_LEN] != 0x2b);
    assert_int_equal(head.flags, TAP_SPEECH | TAP_WITHHELD);
    bridge_hold(test.edge, c.bridge, 1, 0);
    bridge_tap(test.edge, c.bridge, 0, BRIDGE_EAR_RECORD, NULL, 0);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    while (tap_ring_take(ring, tap_ring_end(ring), &head, copy, sizeof copy))
        ;
    phone_talk(&c.a, 0x2c);
    do
        phone_hear(&c.b, packet, &rtp);
    while (rtp.payload[0] != 0x2c);
    assert_false(tap_ring_take(ring, tap_ring_end(ring), &head, copy, sizeof copy));
    assert_int_equal(tap_ring_lost(ring), 0);
    tap_ring_drop(ring);
    call_end(&c);
}

static void recording_and_transcript_hear_a_side_each_by_itself(void **state) {
    (void)state;
    phone_pair c = call_start();
    uint8_t packet[1500], copy[2048];
    rtp_packet rtp;
    tap_head head;
    tap_ring *record = tap_ring_new(1 << 20), *transcript = tap_ring_new(1 << 20);
    bridge_tap(test.edge, c.bridge, 0, BRIDGE_EAR_RECORD, record, 1);
    bridge_tap(test.edge, c.bridge, 0, BRIDGE_EAR_TRANSCRIPT, transcript, 2);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    taken(record, &head, copy);
    assert_int_equal(head.tap, 1);
    taken(transcript, &head, copy);
    assert_int_equal(head.tap, 2);
    bridge_tap(test.edge, c.bridge, 0, BRIDGE_EAR_RECORD, NULL, 0);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    while (tap_ring_take(record, tap_ring_end(record), &head, copy, sizeof copy))
        ;
    phone_talk(&c.a, 0x2d);
    do
        taken(transcript, &head, copy);
    while (copy[RTP_HEADER_LEN] != 0x2d);
    assert_int_equal(head.tap, 2);
    assert_false(tap_ring_take(record, tap_ring_end(record), &head, copy, sizeof copy));
    tap_ring_drop(record);
    tap_ring_drop(transcript);
    call_end(&c);
}

static void srtp_is_copied_closed_behind_its_key(void **state) {
    (void)state;
    phone_pair c = pair_of_phones();
    uint8_t packet[1500], key[TCCC_SRTP_KEY_LEN];
    _Alignas(8) uint8_t copy[2048];
    tap_head head;
    int error;
    c.sides[0].srtp = TCCC_SRTP_AES128_SHA1_80;
    fill_key(c.sides[0].srtp_receive_key, 9);
    fill_key(key, 9);
    srtp_sender *sender = srtp_sender_open(SRTP_SCHEME_AES128_SHA1_80, key, sizeof key, &error);
    tap_ring *ring = tap_ring_new(1 << 20);
    pair_open(&c);
    c.a.seq = 65500; /* recording begins after a roll-over */
    for (int heard = 0; heard < 100;) {
        size_t len = phone_packet(&c.a, packet, 8, 0x2a);
        len = (size_t)srtp_sender_rtp(sender, packet, len, sizeof packet);
        phone_send_bytes(&c.a, c.a.rtp, c.a.bridge_port, packet, len);
        heard += hear_from(c.b.rtp, copy, sizeof copy, 20) > 0;
        if (heard == 97)
            bridge_tap(test.edge, c.bridge, 0, BRIDGE_EAR_RECORD, ring, 5);
    }
    taken(ring, &head, copy);
    assert_int_equal(head.kind, TAP_KEYS);
    assert_int_equal(head.srtp, TCCC_SRTP_AES128_SHA1_80);
    assert_int_equal(head.len, sizeof(tap_keys));
    const tap_keys *keys = (const tap_keys *)(void *)copy;
    assert_memory_equal(keys->key, key, sizeof key);
    assert_int_equal(keys->ssrc, c.a.ssrc);
    assert_int_equal(keys->roc, 1);
    srtp_receiver *receiver = srtp_receiver_join(SRTP_SCHEME_AES128_SHA1_80, keys->key, sizeof key, keys->ssrc, keys->roc, &error);
    taken(ring, &head, copy);
    assert_int_equal(head.kind, TAP_PACKET);
    assert_int_equal(head.srtp, TCCC_SRTP_AES128_SHA1_80);
    assert_int_equal(srtp_receiver_rtp(receiver, copy, head.len), RTP_HEADER_LEN + 160);
    assert_int_equal(copy[RTP_HEADER_LEN], 0x2a);
    srtp_sender_close(sender);
    srtp_receiver_close(receiver);
    tap_ring_drop(ring);
    pair_end(&c);
}

static void a_full_ring_loses_and_counts_and_the_call_goes_on(void **state) {
    (void)state;
    phone_pair c = call_start();
    uint8_t packet[1500];
    rtp_packet rtp;
    tap_ring *ring = tap_ring_new(4096);
    bridge_tap(test.edge, c.bridge, 0, BRIDGE_EAR_RECORD, ring, 1);
    while (hear_from(c.b.rtp, packet, sizeof packet, 40))
        ;
    allocation_count_start();
    for (int i = 0; i < 60; i++) {
        phone_talk(&c.a, 0x2a);
        phone_hear(&c.b, packet, &rtp);
    }
    assert_int_equal(allocation_count, 0);
    assert_in_range(tap_ring_lost(ring), 60 - 4096 / 192 - 1, 60);
    tap_ring_drop(ring);
    call_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sounds_follow_each_other_as_one_source_and_their_ends_are_told_once, forget),
        cmocka_unit_test_setup(neither_hears_the_other_until_both_are_joined_again, forget),
        cmocka_unit_test_setup(a_file_that_is_missing_ends_once, forget),
        cmocka_unit_test_setup(keys_are_told_once_each_by_tones_or_by_events, forget),
        cmocka_unit_test_setup(what_a_side_says_is_copied_as_it_came, forget),
        cmocka_unit_test_setup(recording_and_transcript_hear_a_side_each_by_itself, forget),
        cmocka_unit_test_setup(srtp_is_copied_closed_behind_its_key, forget),
        cmocka_unit_test_setup(a_full_ring_loses_and_counts_and_the_call_goes_on, forget),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
