/* test_bridge.c: bridges on a running edge thread, with UDP sockets as telephones. Layer: tests. */
#include "media/rtcp.h"
#include "media/srtp.h"
#include "media/telephone_event.h"

#include "../allocation_count.h"
#include "phone_peer.h"
#include "tccc/error.h"

/* --- tests --- */

static void packets_pass_between_two_telephones_untouched(void **state) {
    (void)state;
    phone_pair c = pair_of_phones();
    uint8_t sent[200], packet[1500];
    rtp_packet rtp;
    pair_open(&c);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    size_t len = phone_packet(&c.a, sent, 8, 0x2a);
    phone_send_bytes(&c.a, c.a.rtp, c.a.bridge_port, sent, len);
    do
        phone_hear(&c.b, packet, &rtp);
    while (rtp.seq != rtp_packet_seq(sent));
    assert_memory_equal(packet, sent, len);
    talk_until_heard(&c.b, &c.a, packet, &rtp);
    wait_event(BRIDGE_EVENT_FIRST_PACKET, 0, 0);
    wait_event(BRIDGE_EVENT_FIRST_PACKET, 1, 0);
    assert_int_equal(count_events(BRIDGE_EVENT_FIRST_PACKET), 2);
    pair_end(&c);
}

static void rtcp_goes_by_its_own_port(void **state) {
    (void)state;
    phone_pair c = pair_of_phones();
    uint8_t packet[1500], report[64];
    rtp_packet rtp;
    rtcp_item item = { .type = RTCP_KIND_RR, .ssrc = 7 };
    int len = rtcp_item_write(&item, report, sizeof report);
    assert_true(len > 0);
    pair_open(&c);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    phone_send_bytes(&c.a, c.a.rtcp, c.a.bridge_port + 1, report, (size_t)len);
    assert_int_equal(hear_from(c.b.rtcp, packet, sizeof packet, DEADLINE_MS), len);
    assert_memory_equal(packet, report, len);
    pair_end(&c);
}

static void a_stranger_on_the_port_is_not_heard(void **state) {
    (void)state;
    phone_pair c = pair_of_phones();
    phone_peer stranger = c.a;
    uint8_t packet[1500], strange[200];
    rtp_packet rtp;
    stranger.rtp = bind_at(0);
    pair_open(&c);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    for (int i = 0; i < 5; i++)
        phone_send_bytes(&stranger, stranger.rtp, c.a.bridge_port, strange, phone_packet(&stranger, strange, 8, 0x66));
    phone_talk(&c.a, 0x11); /* after the stranger's, on the same socket: when it is heard, those were dropped */
    do {
        phone_hear(&c.b, packet, &rtp);
        assert_int_not_equal(rtp.payload[0], 0x66);
    } while (rtp.payload[0] != 0x11);
    pair_end(&c);
    close(stranger.rtp);
}

static void a_telephone_behind_a_nat_is_believed_until_its_next_offer_or_answer(void **state) {
    (void)state;
    phone_pair c = pair_of_phones();
    uint8_t packet[1500];
    rtp_packet rtp;
    int told = bind_at(0);
    ((struct sockaddr_in *)&c.sides[0].remote)->sin_port = htons((uint16_t)port_of(told));
    pair_open(&c);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    c.sides[0].port = NULL;
    bridge_update(test.edge, c.bridge, 0, &c.sides[0]); /* as when the ACK comes: nothing new of the telephone */
    phone_talk(&c.b, 0x01);
    phone_hear(&c.a, packet, &rtp);
    assert_int_equal(rtp.payload[0], 0x01);
    phone_talk(&c.a, 0x02);
    do
        phone_hear(&c.b, packet, &rtp);
    while (rtp.payload[0] != 0x02);
    c.sides[0].remote_number++;
    bridge_update(test.edge, c.bridge, 0, &c.sides[0]);
    phone_talk(&c.b, 0x03);
    assert_true(hear_from(told, packet, sizeof packet, DEADLINE_MS) > RTP_HEADER_LEN);
    assert_int_equal(packet[RTP_HEADER_LEN], 0x03);
    phone_talk(&c.a, 0x04);
    phone_talk(&c.a, 0x05); /* the second in sequence from there */
    phone_hear(&c.b, packet, &rtp);
    assert_int_equal(rtp.payload[0], 0x05);
    pair_end(&c);
    close(told);
}

static void srtp_ends_at_the_bridge_in_both_directions(void **state) {
    (void)state;
    phone_pair c = pair_of_phones(); /* b's packets are SRTP, a's are not */
    uint8_t packet[1500], sent[256];
    rtp_packet rtp;
    int error, len;
    c.sides[1].srtp = TCCC_SRTP_AES128_SHA1_80;
    c.sides[1].srtp_terminate = 1;
    fill_key(c.sides[1].srtp_send_key, 1);
    fill_key(c.sides[1].srtp_receive_key, 101);
    srtp_sender *sender = srtp_sender_open(SRTP_SCHEME_AES128_SHA1_80, c.sides[1].srtp_receive_key, TCCC_SRTP_KEY_LEN, &error);
    srtp_receiver *receiver = srtp_receiver_open(SRTP_SCHEME_AES128_SHA1_80, c.sides[1].srtp_send_key, TCCC_SRTP_KEY_LEN, &error);
    pair_open(&c);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    phone_talk(&c.a, 0x5a);
    do {
        len = (int)phone_hear(&c.b, packet, &rtp);
        assert_int_equal(len, RTP_HEADER_LEN + 160 + 10); /* an 80 bit tag */
        len = srtp_receiver_rtp(receiver, packet, (size_t)len);
        assert_int_equal(len, RTP_HEADER_LEN + 160);
    } while (packet[RTP_HEADER_LEN] != 0x5a);
    for (int i = 0; i < 3; i++) {
        size_t n = phone_packet(&c.b, sent, 8, 0x77);
        len = srtp_sender_rtp(sender, sent, n, sizeof sent);
        phone_send_bytes(&c.b, c.b.rtp, c.b.bridge_port, sent, (size_t)len);
    }
    assert_int_equal(phone_hear(&c.a, packet, &rtp), RTP_HEADER_LEN + 160);
    assert_int_equal(packet[RTP_HEADER_LEN], 0x77);
    sent[RTP_HEADER_LEN] ^= 1; /* a forged packet is dropped: the next one heard is not it */
    phone_send_bytes(&c.b, c.b.rtp, c.b.bridge_port, sent, (size_t)len);
    srtp_sender_close(sender);
    srtp_receiver_close(receiver);
    pair_end(&c);
}

static void srtp_that_does_not_end_here_passes_as_it_is(void **state) {
    (void)state;
    phone_pair c = pair_of_phones();
    uint8_t sent[200], packet[1500];
    rtp_packet rtp;
    c.sides[0].srtp = c.sides[1].srtp = TCCC_SRTP_AES128_SHA1_80; /* keys for what the bridge makes itself */
    fill_key(c.sides[1].srtp_send_key, 9);
    pair_open(&c);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    size_t len = phone_packet(&c.a, sent, 8, 0x2a);
    phone_send_bytes(&c.a, c.a.rtp, c.a.bridge_port, sent, len);
    do
        phone_hear(&c.b, packet, &rtp);
    while (rtp.seq != rtp_packet_seq(sent));
    assert_memory_equal(packet, sent, len);
    pair_end(&c);
}

static void on_hold_one_side_hears_music_and_the_other_nothing(void **state) {
    (void)state;
    phone_pair c = pair_of_phones(); /* b is put on hold */
    uint8_t packet[1500];
    rtp_packet rtp, first;
    pair_open(&c);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    bridge_hold(test.edge, c.bridge, 1, 1);
    do
        phone_hear(&c.b, packet, &first);
    while (first.ssrc == c.a.ssrc);
    assert_true(first.marker);
    assert_int_equal(first.payload_type, 8);
    for (int i = 1; i <= 10; i++) {
        phone_talk(&c.b, 0x33);
        phone_hear(&c.b, packet, &rtp);
        assert_int_equal(rtp.ssrc, first.ssrc);
        assert_int_equal(rtp.seq, (uint16_t)(first.seq + i));
        assert_int_equal(rtp.timestamp, first.timestamp + 160u * (uint32_t)i);
    }
    assert_true(hear_level(&c.b, TCCC_CODEC_PCMA, 100) > -40); /* 2 s */
    assert_int_equal(hear_from(c.a.rtp, packet, sizeof packet, 0), 0);
    bridge_hold(test.edge, c.bridge, 1, 0);
    do {
        phone_talk(&c.a, 0x44);
        phone_hear(&c.b, packet, &rtp);
    } while (rtp.ssrc != c.a.ssrc);
    pair_end(&c);
}

static uint64_t taken_from_phones(void) {
    edge_counters counters;
    edge_count(test.edge, &counters);
    return counters.packets_from_phones;
}

static void of_srtp_on_hold_one_packet_in_512_passes_so_that_the_receiver_keeps_count(void **state) {
    (void)state;
    phone_pair c = pair_of_phones();
    uint8_t packet[1500];
    rtp_packet rtp;
    c.sides[0].srtp = c.sides[1].srtp = TCCC_SRTP_AES128_SHA1_80;
    fill_key(c.sides[1].srtp_send_key, 9);
    pair_open(&c);
    talk_until_heard(&c.b, &c.a, packet, &rtp);
    bridge_hold(test.edge, c.bridge, 1, 1);
    do
        phone_hear(&c.b, packet, &rtp);
    while (rtp.payload_type != 8 || rtp.ssrc == c.a.ssrc); /* music: the hold is on */
    while (hear_from(c.a.rtp, packet, sizeof packet, 40))
        ;
    uint64_t before = taken_from_phones();
    for (uint64_t i = 0; i < 1024; i++) {
        phone_talk(&c.b, 0x2a);
        if (i % 64 == 0) /* not faster than the bridge reads: its socket would lose some */
            for (double end = now() + DEADLINE_MS / 1000.0; taken_from_phones() - before <= i; hear_from(c.b.rtp, packet, sizeof packet, 20))
                assert_true(now() < end);
    }
    phone_hear(&c.a, packet, &rtp);
    uint16_t first = rtp.seq;
    phone_hear(&c.a, packet, &rtp);
    assert_int_equal((uint16_t)(rtp.seq - first), 512);
    assert_int_equal(hear_from(c.a.rtp, packet, sizeof packet, 0), 0);
    pair_end(&c);
}

static void music_is_encrypted_for_a_telephone_with_srtp(void **state) {
    (void)state;
    phone_pair c = pair_with_program(PROGRAM_MUSIC);
    uint8_t packet[1500];
    rtp_packet rtp;
    int error;
    c.sides[1].srtp = TCCC_SRTP_AES128_SHA1_32;
    fill_key(c.sides[1].srtp_send_key, 50);
    srtp_receiver *receiver = srtp_receiver_open(SRTP_SCHEME_AES128_SHA1_32, c.sides[1].srtp_send_key, TCCC_SRTP_KEY_LEN, &error);
    pair_open(&c);
    for (int i = 0; i < 10; i++) {
        int len = (int)phone_hear(&c.b, packet, &rtp);
        assert_int_equal(srtp_receiver_rtp(receiver, packet, (size_t)len), RTP_HEADER_LEN + 160);
    }
    srtp_receiver_close(receiver);
    pair_end(&c);
}

static void music_comes_in_the_telephones_codec(void **state) {
    (void)state;
    static const enum tccc_codec codecs[] = { TCCC_CODEC_PCMU, TCCC_CODEC_PCMA, TCCC_CODEC_OPUS };
    static const uint8_t types[] = { 0, 8, 111 };
    for (int i = 0; i < 3; i++) {
        phone_pair c = pair_with_program(PROGRAM_MUSIC);
        c.sides[1].codec = codecs[i];
        c.sides[1].payload_type = types[i];
        pair_open(&c);
        assert_true(hear_level(&c.b, codecs[i], 75) > -40);
        pair_end(&c);
    }
}

static void ringback_is_one_second_of_tone_and_then_silence(void **state) {
    (void)state;
    phone_pair c = pair_with_program(PROGRAM_RINGBACK);
    pair_open(&c);
    double tone = hear_level(&c.b, TCCC_CODEC_PCMA, 45), edge = hear_level(&c.b, TCCC_CODEC_PCMA, 10), pause = hear_level(&c.b, TCCC_CODEC_PCMA, 45);
    (void)edge;
    assert_true(fabs(tone + 18.9) < 1.5); /* 0.16 / sqrt(2) is -18.9 dBFS */
    assert_true(pause < -60);
    pair_end(&c);
}

static void what_the_bridge_sends_is_reported_by_rtcp(void **state) {
    (void)state;
    phone_pair c = pair_with_program(PROGRAM_SILENCE);
    uint8_t packet[1500], report[1500];
    rtp_packet rtp;
    rtcp_cursor cursor;
    rtcp_item item;
    pair_open(&c);
    phone_hear(&c.b, packet, &rtp);
    size_t len = hear_from(c.b.rtcp, report, sizeof report, DEADLINE_MS);
    assert_int_equal(rtcp_compound_parse(&cursor, report, len), 0);
    assert_int_equal(rtcp_compound_next(&cursor, &item), 1);
    assert_int_equal(item.type, RTCP_KIND_SR);
    assert_int_equal(item.ssrc, rtp.ssrc);
    assert_true(item.packets > 0);
    pair_end(&c);
}

static void a_program_answers_sender_reports_so_that_the_peer_knows_its_round_trip(void **state) {
    (void)state;
    phone_pair c = pair_with_program(PROGRAM_ECHO);
    uint8_t packet[1500], report[1500];
    rtp_packet rtp;
    rtcp_cursor cursor;
    rtcp_item item = { .type = RTCP_KIND_SR, .ssrc = c.b.ssrc, .ntp = 0x1122334455667788, .rtp_timestamp = 1, .packets = 1 };
    int len = rtcp_item_write(&item, report, sizeof report);
    pair_open(&c);
    talk_until_heard(&c.b, &c.b, packet, &rtp);
    for (double end = now() + 2 * DEADLINE_MS / 1000.0;;) {
        assert_true(now() < end);
        phone_talk(&c.b, 0x2a);
        phone_send_bytes(&c.b, c.b.rtcp, c.b.bridge_port + 1, report, (size_t)len);
        size_t n = hear_from(c.b.rtcp, packet, sizeof packet, 50);
        if (!n || rtcp_compound_parse(&cursor, packet, n) || rtcp_compound_next(&cursor, &item) != 1 || !item.n_blocks)
            continue;
        assert_int_equal(item.type, RTCP_KIND_SR);
        assert_int_equal(item.blocks[0].ssrc, c.b.ssrc);
        assert_int_equal(item.blocks[0].lsr, 0x33445566); /* the middle of the NTP time, RFC 3550 section 6.4.1 */
        assert_true(item.blocks[0].dlsr < 65536 / 2);     /* the newest report came less than half a second before */
        break;
    }
    pair_end(&c);
}

static void the_echo_gives_back_what_it_hears_as_a_source_of_its_own(void **state) {
    (void)state;
    phone_pair c = pair_with_program(PROGRAM_ECHO);
    uint8_t packet[1500];
    rtp_packet rtp, first;
    pair_open(&c);
    talk_until_heard(&c.b, &c.b, packet, &first);
    assert_int_not_equal(first.ssrc, c.b.ssrc);
    uint16_t last = first.seq;
    for (int i = 0; i < 10; i++) {
        phone_talk(&c.b, (uint8_t)(0x10 + i));
        do
            phone_hear(&c.b, packet, &rtp);
        while (rtp.payload[0] == 0xd5); /* of the beginning */
        assert_int_equal(rtp.payload[0], 0x10 + i);
        assert_int_equal(rtp.ssrc, first.ssrc);
        assert_true((int16_t)(rtp.seq - last) > 0);
        last = rtp.seq;
    }
    pair_end(&c);
}

static void a_file_plays_once_and_its_end_is_told(void **state) {
    (void)state;
    char path[] = "/tmp/tccc_bridge_XXXXXX";
    close(mkstemp(path));
    write_wav(path);
    phone_pair c = pair_with_program(PROGRAM_FILE);
    c.sides[0].file = path;
    pair_open(&c);
    assert_true(fabs(hear_level(&c.b, TCCC_CODEC_PCMA, 24) + 15.3) < 1.5); /* 8000/32768 / sqrt(2) is -15.3 dBFS */
    wait_event(BRIDGE_EVENT_DONE, 0, 0);
    bridge_update(test.edge, c.bridge, 0, &c.sides[0]); /* the same prompt again */
    assert_true(hear_level(&c.b, TCCC_CODEC_PCMA, 24) > -20);
    pair_end(&c);
    unlink(path);
}

static void a_file_that_is_missing_ends_at_once_and_a_program_hangs_up_when_told(void **state) {
    (void)state;
    phone_pair c = pair_with_program(PROGRAM_FILE);
    c.sides[0].file = "/nonexistent.wav";
    pair_open(&c);
    wait_event(BRIDGE_EVENT_DONE, 0, 0);
    test.n_events = 0;
    bridge_side echo = program(PROGRAM_ECHO);
    echo.hang_after_ms = 300;
    bridge_update(test.edge, c.bridge, 0, &echo);
    wait_event(BRIDGE_EVENT_DONE, 0, 0);
    pair_end(&c);
}

static void digits_are_told_once_each(void **state) {
    (void)state;
    phone_pair c = pair_of_phones();
    uint8_t packet[1500];
    rtp_packet rtp;
    telephone_sender sender;
    telephone_packet event;
    pair_open(&c);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    telephone_sender_open(&sender, 8000, 20);
    telephone_sender_queue(&sender, "4#");
    while (telephone_sender_active(&sender)) {
        c.a.timestamp += 160;
        if (!telephone_sender_next(&sender, c.a.timestamp, &event))
            continue;
        rtp_packet header = { .marker = event.marker, .payload_type = 101, .seq = c.a.seq++, .timestamp = event.timestamp, .ssrc = c.a.ssrc };
        rtp_packet_write(&header, packet, RTP_HEADER_LEN);
        memcpy(packet + RTP_HEADER_LEN, event.payload, TELEPHONE_EVENT_LEN);
        phone_send_bytes(&c.a, c.a.rtp, c.a.bridge_port, packet, RTP_HEADER_LEN + TELEPHONE_EVENT_LEN);
    }
    wait_event(BRIDGE_EVENT_DIGIT, 0, '4');
    wait_event(BRIDGE_EVENT_DIGIT, 0, '#');
    assert_int_equal(count_events(BRIDGE_EVENT_DIGIT), 2);
    pair_end(&c);
}

static void a_telephone_that_holds_us_gets_nothing_until_it_resumes(void **state) {
    (void)state;
    phone_pair c = pair_of_phones();
    uint8_t packet[1500];
    rtp_packet rtp;
    pair_open(&c);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    c.sides[1].port = NULL;
    c.sides[1].send_on_hold = 0;
    bridge_update(test.edge, c.bridge, 1, &c.sides[1]);
    while (hear_from(c.b.rtp, packet, sizeof packet, 40)) /* those under way */
        ;
    phone_talk(&c.b, 0x01); /* heard by a: the update before it has been done */
    phone_hear(&c.a, packet, &rtp);
    phone_talk(&c.a, 0x02);
    phone_talk(&c.b, 0x03);
    do
        phone_hear(&c.a, packet, &rtp);
    while (rtp.payload[0] != 0x03);
    assert_int_equal(hear_from(c.b.rtp, packet, sizeof packet, 0), 0);
    c.sides[1].send_on_hold = 1;
    bridge_update(test.edge, c.bridge, 1, &c.sides[1]);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    pair_end(&c);
}

static void packets_of_a_running_call_allocate_nothing(void **state) {
    (void)state;
    phone_pair c = pair_of_phones();
    uint8_t packet[1500];
    rtp_packet rtp;
    c.sides[1].srtp = TCCC_SRTP_AES128_SHA1_80;
    c.sides[1].srtp_terminate = 1;
    fill_key(c.sides[1].srtp_send_key, 1);
    pair_open(&c);
    talk_until_heard(&c.a, &c.b, packet, &rtp);
    wait_event(BRIDGE_EVENT_FIRST_PACKET, 0, 0);
    while (hear_from(c.b.rtp, packet, sizeof packet, 40))
        ;
    allocation_count_start();
    for (int i = 0; i < 50; i++) {
        phone_talk(&c.a, 0x2a);
        phone_hear(&c.b, packet, &rtp);
    }
    assert_int_equal(allocation_count, 0);
    bridge_hold(test.edge, c.bridge, 1, 1);
    for (int i = 0; i < 5; i++)
        phone_hear(&c.b, packet, &rtp);
    allocation_count_start();
    for (int i = 0; i < 50; i++)
        phone_hear(&c.b, packet, &rtp);
    assert_int_equal(allocation_count, 0);
    pair_end(&c);
}

static void a_page_that_does_not_exist_fails_the_bridge(void **state) {
    (void)state;
    bridge_side sides[2] = { { .kind = BRIDGE_PAGE, .seat = 999999, .codec = TCCC_CODEC_PCMA, .ptime_ms = 20 } };
    phone_peer p = phone_start(&sides[1]);
    bridge_open(test.edge, &sides[0], &sides[1]);
    wait_event(BRIDGE_EVENT_FAILED, 0, TCCC_E_NOT_FOUND);
    phone_stop(&p);
}

static void rtp_ports_are_even_and_outside_the_ephemeral_range(void **state) {
    (void)state;
    int low = 32768, high = 60999;
    FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r");
    if (file && fscanf(file, "%d %d", &low, &high) != 2)
        fail();
    if (file)
        fclose(file);
    rtp_port *ports[20];
    for (int i = 0; i < 20; i++) {
        ports[i] = rtp_port_bind("127.0.0.1", 0, 0);
        assert_non_null(ports[i]);
        int n = rtp_port_number(ports[i]);
        assert_true(n % 2 == 0 && (n + 1 < low || n > high));
        assert_int_equal(bind_at(n), -1);
        assert_int_equal(bind_at(n + 1), -1);
    }
    for (int i = 0; i < 20; i++)
        rtp_port_close(ports[i]);
    rtp_port *two[2] = { rtp_port_bind("127.0.0.1", 23450, 23452), rtp_port_bind("127.0.0.1", 23450, 23452) };
    assert_null(rtp_port_bind("127.0.0.1", 23450, 23452));
    rtp_port_close(two[0]);
    rtp_port_close(two[1]);
    assert_null(rtp_port_bind("no address", 0, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(packets_pass_between_two_telephones_untouched, forget),
        cmocka_unit_test_setup(rtcp_goes_by_its_own_port, forget),
        cmocka_unit_test_setup(a_stranger_on_the_port_is_not_heard, forget),
        cmocka_unit_test_setup(a_telephone_behind_a_nat_is_believed_until_its_next_offer_or_answer, forget),
        cmocka_unit_test_setup(srtp_ends_at_the_bridge_in_both_directions, forget),
        cmocka_unit_test_setup(srtp_that_does_not_end_here_passes_as_it_is, forget),
        cmocka_unit_test_setup(on_hold_one_side_hears_music_and_the_other_nothing, forget),
        cmocka_unit_test_setup(of_srtp_on_hold_one_packet_in_512_passes_so_that_the_receiver_keeps_count, forget),
        cmocka_unit_test_setup(music_is_encrypted_for_a_telephone_with_srtp, forget),
        cmocka_unit_test_setup(music_comes_in_the_telephones_codec, forget),
        cmocka_unit_test_setup(ringback_is_one_second_of_tone_and_then_silence, forget),
        cmocka_unit_test_setup(what_the_bridge_sends_is_reported_by_rtcp, forget),
        cmocka_unit_test_setup(a_program_answers_sender_reports_so_that_the_peer_knows_its_round_trip, forget),
        cmocka_unit_test_setup(the_echo_gives_back_what_it_hears_as_a_source_of_its_own, forget),
        cmocka_unit_test_setup(a_file_plays_once_and_its_end_is_told, forget),
        cmocka_unit_test_setup(a_file_that_is_missing_ends_at_once_and_a_program_hangs_up_when_told, forget),
        cmocka_unit_test_setup(digits_are_told_once_each, forget),
        cmocka_unit_test_setup(a_telephone_that_holds_us_gets_nothing_until_it_resumes, forget),
        cmocka_unit_test_setup(packets_of_a_running_call_allocate_nothing, forget),
        cmocka_unit_test_setup(a_page_that_does_not_exist_fails_the_bridge, forget),
        cmocka_unit_test_setup(rtp_ports_are_even_and_outside_the_ephemeral_range, forget),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
