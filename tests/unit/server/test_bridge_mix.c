/* test_bridge_mix.c: bridges with three and four sides on a running edge thread, with UDP sockets as telephones. Layer: tests. */
#include "dsp/g711.h"

#include "phone_peer.h"

enum { PEERS = 3, WINDOW = 3200 /* samples of 8 kHz that are looked at */, ANYTHING = 8 };

typedef struct {
    phone_peer phone;
    int hz;
    unsigned at;                     /* samples said */
    float heard[WINDOW];             /* a ring */
    unsigned n_heard;
    uint32_t ssrc;                   /* of what it heard last */
} talker;

static talker talkers[PEERS];

static void say(talker *t) {
    uint8_t packet[RTP_HEADER_LEN + 160];
    phone_packet(&t->phone, packet, 8, 0);
    for (int i = 0; i < 160; i++, t->at++)
        packet[RTP_HEADER_LEN + i] = g711_alaw_encode((int16_t)(6000 * sin(2 * M_PI * t->hz * t->at / 8000.0)));
    phone_send_bytes(&t->phone, t->phone.rtp, t->phone.bridge_port, packet, sizeof packet);
}

static void listen_to(talker *t) {
    uint8_t packet[1500];
    rtp_packet rtp;
    size_t n;
    while ((n = hear_from(t->phone.rtp, packet, sizeof packet, 0))) {
        assert_int_equal(rtp_packet_parse(&rtp, packet, n), 0);
        t->ssrc = rtp.ssrc;
        for (size_t i = 0; rtp.payload_type == 8 && i < rtp.payload_len; i++)
            t->heard[t->n_heard++ % WINDOW] = g711_alaw_decode(rtp.payload[i]) / 32768.0f;
    }
}

/* Level of a tone in the newest of what was heard, dBFS. */
static double level(const talker *t, int hz) {
    double re = 0, im = 0;
    for (int i = 0; i < WINDOW; i++) {
        double sample = t->heard[(t->n_heard + (unsigned)i) % WINDOW];
        re += sample * cos(2 * M_PI * hz * i / 8000.0);
        im += sample * sin(2 * M_PI * hz * i / 8000.0);
    }
    return 10 * log10(2 * (re * re + im * im) / WINDOW / WINDOW + 1e-12);
}

/* Whether each hears the tones of its bits and no others. */
static int hears(const unsigned wanted[PEERS]) {
    for (int i = 0; i < PEERS; i++)
        for (int k = 0; k < PEERS; k++)
            if (wanted[i] != ANYTHING && (wanted[i] >> k & 1 ? level(&talkers[i], talkers[k].hz) < -25 : level(&talkers[i], talkers[k].hz) > -45))
                return 0;
    return 1;
}

/* All talk in real time until each hears whom it should. */
static void talk_until(const unsigned wanted[PEERS]) {
    double begun = now();
    for (long n = 0; now() < begun + DEADLINE_MS / 1000.0; n++) {
        while (now() < begun + (double)n * 0.02) {
            struct pollfd fd = { .fd = talkers[0].phone.rtp, .events = POLLIN };
            poll(&fd, 1, 5);
            listen_to(&talkers[0]);
        }
        for (int i = 0; i < PEERS; i++) {
            say(&talkers[i]);
            listen_to(&talkers[i]);
        }
        if (n > 25 && hears(wanted))
            return;
    }
    for (int i = 0; i < PEERS; i++)
        print_error("%d hears %.0f %.0f %.0f dB\n", i, level(&talkers[i], talkers[0].hz), level(&talkers[i], talkers[1].hz), level(&talkers[i], talkers[2].hz));
    fail_msg("not everybody hears whom it should");
}

static uint32_t open_three(void) {
    static const int tones[] = { 500, 900, 1300 };
    bridge_side sides[PEERS];
    for (int i = 0; i < PEERS; i++) {
        talkers[i] = (talker){ .phone = phone_start(&sides[i]), .hz = tones[i] };
        talkers[i].phone.ssrc = 0x100u + (unsigned)i;
    }
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    bridge_update(test.edge, bridge, 2, &sides[2]);
    return bridge;
}

static void close_three(uint32_t bridge) {
    bridge_close(test.edge, bridge);
    for (int i = 0; i < PEERS; i++)
        phone_stop(&talkers[i].phone);
}

static void three_are_mixed_and_two_hear_packets_again_when_it_is_over(void **state) {
    (void)state;
    uint32_t bridge = open_three();
    bridge_direct(test.edge, bridge, (uint8_t[]){ 6, 5, 3, 0 });
    talk_until((unsigned[]){ 6, 5, 3 });
    assert_int_not_equal(talkers[0].ssrc, talkers[1].phone.ssrc); /* a source of the bridge's own */
    bridge_direct(test.edge, bridge, (uint8_t[]){ 2, 1, 0, 0 });
    bridge_update(test.edge, bridge, 2, &(bridge_side){ .kind = BRIDGE_NONE });
    talk_until((unsigned[]){ 2, 1, ANYTHING }); /* both orders are carried out: whatever the third one hears now has come */
    listen_to(&talkers[2]);
    memset(talkers[2].heard, 0, sizeof talkers[2].heard);
    talk_until((unsigned[]){ 2, 1, 0 });
    assert_int_equal(talkers[0].ssrc, talkers[1].phone.ssrc);
    close_three(bridge);
}

static void who_listens_is_not_heard_and_the_others_packets_pass(void **state) {
    (void)state;
    uint32_t bridge = open_three();
    bridge_direct(test.edge, bridge, (uint8_t[]){ 2, 1, 3, 0 });
    talk_until((unsigned[]){ 2, 1, 3 });
    assert_int_equal(talkers[0].ssrc, talkers[1].phone.ssrc);
    assert_int_equal(talkers[1].ssrc, talkers[0].phone.ssrc);
    close_three(bridge);
}

static void a_side_takes_the_place_of_another_with_its_port(void **state) {
    (void)state;
    uint32_t bridge = open_three();
    bridge_direct(test.edge, bridge, (uint8_t[]){ 4, 0, 1, 0 });
    talk_until((unsigned[]){ 4, 0, 1 });
    bridge_direct(test.edge, bridge, (uint8_t[]){ 2, 1, 0, 0 });
    bridge_move(test.edge, bridge, 2, 0); /* the first one's port is closed: it hears nothing more */
    talk_until((unsigned[]){ ANYTHING, 4, 2 });
    unsigned heard = talkers[0].n_heard;
    talk_until((unsigned[]){ ANYTHING, 4, 2 });
    assert_int_equal(talkers[0].n_heard, heard);
    assert_int_equal(talkers[2].ssrc, talkers[1].phone.ssrc);
    close_three(bridge);
}

static void who_is_on_hold_hears_music_while_two_others_talk(void **state) {
    (void)state;
    uint32_t bridge = open_three();
    bridge_hold(test.edge, bridge, 1, 1);
    bridge_direct(test.edge, bridge, (uint8_t[]){ 4, 1, 1, 0 });
    talk_until((unsigned[]){ 4, 0, 1 });
    bridge_swap(test.edge, bridge); /* the music goes with who hears it */
    bridge_direct(test.edge, bridge, (uint8_t[]){ 0, 4, 2, 0 });
    talk_until((unsigned[]){ 4, 0, 1 });
    close_three(bridge);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_are_mixed_and_two_hear_packets_again_when_it_is_over),
        cmocka_unit_test(who_listens_is_not_heard_and_the_others_packets_pass),
        cmocka_unit_test(a_side_takes_the_place_of_another_with_its_port),
        cmocka_unit_test(who_is_on_hold_hears_music_while_two_others_talk),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
