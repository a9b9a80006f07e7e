/* test_bridge.c: bridges on a running edge thread, with UDP sockets as telephones. Layer: tests. */
#include "media/rtcp.h"
#include "media/srtp.h"
#include "media/telephone_event.h"

#include "../allocation_count.h"
#include "phone_peer.h"
#include "tccc/error.h"

/* --- tests --- */

static void packets_pass_between_two_telephones_untouched(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]);
    uint8_t sent[200], packet[1500];
    rtp_packet rtp;
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    size_t len = phone_packet(&a, sent, 8, 0x2a);
    phone_send_bytes(&a, a.rtp, a.bridge_port, sent, len);
    do
        phone_hear(&b, packet, &rtp);
    while (rtp.seq != rtp_packet_seq(sent));
    assert_memory_equal(packet, sent, len);
    talk_until_heard(&b, &a, packet, &rtp);
    wait_event(BRIDGE_EVENT_FIRST_PACKET, 0, 0);
    wait_event(BRIDGE_EVENT_FIRST_PACKET, 1, 0);
    assert_int_equal(count_events(BRIDGE_EVENT_FIRST_PACKET), 2);
    bridge_close(test.edge, bridge);
    phone_stop(&a);
    phone_stop(&b);
}

static void rtcp_goes_by_its_own_port(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]);
    uint8_t packet[1500], report[64];
    rtp_packet rtp;
    rtcp_item item = { .type = RTCP_KIND_RR, .ssrc = 7 };
    int len = rtcp_item_write(&item, report, sizeof report);
    assert_true(len > 0);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    phone_send_bytes(&a, a.rtcp, a.bridge_port + 1, report, (size_t)len);
    assert_int_equal(hear_from(b.rtcp, packet, sizeof packet, DEADLINE_MS), len);
    assert_memory_equal(packet, report, len);
    bridge_close(test.edge, bridge);
    phone_stop(&a);
    phone_stop(&b);
}

static void a_stranger_on_the_port_is_not_heard(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]), stranger = a;
    uint8_t packet[1500], strange[200];
    rtp_packet rtp;
    stranger.rtp = bind_at(0);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    for (int i = 0; i < 5; i++)
        phone_send_bytes(&stranger, stranger.rtp, a.bridge_port, strange, phone_packet(&stranger, strange, 8, 0x66));
    phone_talk(&a, 0x11); /* after the stranger's, on the same socket: when it is heard, those were dropped */
    do {
        phone_hear(&b, packet, &rtp);
        assert_int_not_equal(rtp.payload[0], 0x66);
    } while (rtp.payload[0] != 0x11);
    bridge_close(test.edge, bridge);
    close(stranger.rtp);
    phone_stop(&a);
    phone_stop(&b);
}

static void srtp_ends_at_the_bridge_in_both_directions(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer plain = phone_start(&sides[0]), secure = phone_start(&sides[1]);
    uint8_t packet[1500], sent[256];
    rtp_packet rtp;
    int error, len;
    sides[1].srtp = TCCC_SRTP_AES128_SHA1_80;
    sides[1].srtp_terminate = 1;
    fill_key(sides[1].srtp_send_key, 1);
    fill_key(sides[1].srtp_receive_key, 101);
    srtp_sender *sender = srtp_sender_open(SRTP_SCHEME_AES128_SHA1_80, sides[1].srtp_receive_key, TCCC_SRTP_KEY_LEN, &error);
    srtp_receiver *receiver = srtp_receiver_open(SRTP_SCHEME_AES128_SHA1_80, sides[1].srtp_send_key, TCCC_SRTP_KEY_LEN, &error);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&plain, &secure, packet, &rtp);
    phone_talk(&plain, 0x5a);
    do {
        len = (int)phone_hear(&secure, packet, &rtp);
        assert_int_equal(len, RTP_HEADER_LEN + 160 + 10); /* an 80 bit tag */
        len = srtp_receiver_rtp(receiver, packet, (size_t)len);
        assert_int_equal(len, RTP_HEADER_LEN + 160);
    } while (packet[RTP_HEADER_LEN] != 0x5a);
    for (int i = 0; i < 3; i++) {
        size_t n = phone_packet(&secure, sent, 8, 0x77);
        len = srtp_sender_rtp(sender, sent, n, sizeof sent);
        phone_send_bytes(&secure, secure.rtp, secure.bridge_port, sent, (size_t)len);
    }
    assert_int_equal(phone_hear(&plain, packet, &rtp), RTP_HEADER_LEN + 160);
    assert_int_equal(packet[RTP_HEADER_LEN], 0x77);
    sent[RTP_HEADER_LEN] ^= 1; /* a forged packet is dropped: the next one heard is not it */
    phone_send_bytes(&secure, secure.rtp, secure.bridge_port, sent, (size_t)len);
    srtp_sender_close(sender);
    srtp_receiver_close(receiver);
    bridge_close(test.edge, bridge);
    phone_stop(&plain);
    phone_stop(&secure);
}

static void srtp_that_does_not_end_here_passes_as_it_is(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]);
    uint8_t sent[200], packet[1500];
    rtp_packet rtp;
    sides[0].srtp = sides[1].srtp = TCCC_SRTP_AES128_SHA1_80; /* keys for what the bridge makes itself */
    fill_key(sides[1].srtp_send_key, 9);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    size_t len = phone_packet(&a, sent, 8, 0x2a);
    phone_send_bytes(&a, a.rtp, a.bridge_port, sent, len);
    do
        phone_hear(&b, packet, &rtp);
    while (rtp.seq != rtp_packet_seq(sent));
    assert_memory_equal(packet, sent, len);
    bridge_close(test.edge, bridge);
    phone_stop(&a);
    phone_stop(&b);
}

static void on_hold_one_side_hears_music_and_the_other_nothing(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer agent = phone_start(&sides[0]), customer = phone_start(&sides[1]);
    uint8_t packet[1500];
    rtp_packet rtp, first;
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&agent, &customer, packet, &rtp);
    bridge_hold(test.edge, bridge, 1, 1);
    do
        phone_hear(&customer, packet, &first);
    while (first.ssrc == agent.ssrc);
    assert_true(first.marker);
    assert_int_equal(first.payload_type, 8);
    for (int i = 1; i <= 10; i++) {
        phone_talk(&customer, 0x33);
        phone_hear(&customer, packet, &rtp);
        assert_int_equal(rtp.ssrc, first.ssrc);
        assert_int_equal(rtp.seq, (uint16_t)(first.seq + i));
        assert_int_equal(rtp.timestamp, first.timestamp + 160u * (uint32_t)i);
    }
    assert_true(hear_level(&customer, TCCC_CODEC_PCMA, 100) > -40); /* 2 s */
    assert_int_equal(hear_from(agent.rtp, packet, sizeof packet, 0), 0);
    bridge_hold(test.edge, bridge, 1, 0);
    do {
        phone_talk(&agent, 0x44);
        phone_hear(&customer, packet, &rtp);
    } while (rtp.ssrc != agent.ssrc);
    bridge_close(test.edge, bridge);
    phone_stop(&agent);
    phone_stop(&customer);
}

static void of_srtp_on_hold_one_packet_in_512_passes_so_that_the_receiver_keeps_count(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]);
    uint8_t packet[1500];
    rtp_packet rtp;
    sides[0].srtp = sides[1].srtp = TCCC_SRTP_AES128_SHA1_80;
    fill_key(sides[1].srtp_send_key, 9);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&b, &a, packet, &rtp);
    bridge_hold(test.edge, bridge, 1, 1);
    do
        phone_hear(&b, packet, &rtp);
    while (rtp.payload_type != 8 || rtp.ssrc == a.ssrc); /* music: the hold is on */
    while (hear_from(a.rtp, packet, sizeof packet, 40))
        ;
    for (int i = 0; i < 1024; i++) {
        phone_talk(&b, 0x2a);
        if (i % 64 == 0)
            phone_hear(&b, packet, &rtp); /* not faster than the bridge reads */
    }
    phone_hear(&a, packet, &rtp);
    uint16_t first = rtp.seq;
    phone_hear(&a, packet, &rtp);
    assert_int_equal((uint16_t)(rtp.seq - first), 512);
    assert_int_equal(hear_from(a.rtp, packet, sizeof packet, 0), 0);
    bridge_close(test.edge, bridge);
    phone_stop(&a);
    phone_stop(&b);
}

static void music_is_encrypted_for_a_telephone_with_srtp(void **state)
{
    (void)state;
    bridge_side sides[2] = { program(PROGRAM_MUSIC) };
    phone_peer p = phone_start(&sides[1]);
    uint8_t packet[1500];
    rtp_packet rtp;
    int error;
    sides[1].srtp = TCCC_SRTP_AES128_SHA1_32;
    fill_key(sides[1].srtp_send_key, 50);
    srtp_receiver *receiver = srtp_receiver_open(SRTP_SCHEME_AES128_SHA1_32, sides[1].srtp_send_key, TCCC_SRTP_KEY_LEN, &error);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    for (int i = 0; i < 10; i++) {
        int len = (int)phone_hear(&p, packet, &rtp);
        assert_int_equal(srtp_receiver_rtp(receiver, packet, (size_t)len), RTP_HEADER_LEN + 160);
    }
    srtp_receiver_close(receiver);
    bridge_close(test.edge, bridge);
    phone_stop(&p);
}

static void music_comes_in_the_telephones_codec(void **state)
{
    (void)state;
    static const enum tccc_codec codecs[] = { TCCC_CODEC_PCMU, TCCC_CODEC_PCMA, TCCC_CODEC_OPUS };
    static const uint8_t types[] = { 0, 8, 111 };
    for (int i = 0; i < 3; i++) {
        bridge_side sides[2] = { program(PROGRAM_MUSIC) };
        phone_peer p = phone_start(&sides[1]);
        sides[1].codec = codecs[i];
        sides[1].payload_type = types[i];
        uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
        assert_true(hear_level(&p, codecs[i], 75) > -40);
        bridge_close(test.edge, bridge);
        phone_stop(&p);
    }
}

static void ringback_is_one_second_of_tone_and_then_silence(void **state)
{
    (void)state;
    bridge_side sides[2] = { program(PROGRAM_RINGBACK) };
    phone_peer p = phone_start(&sides[1]);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    double tone = hear_level(&p, TCCC_CODEC_PCMA, 45), edge = hear_level(&p, TCCC_CODEC_PCMA, 10), pause = hear_level(&p, TCCC_CODEC_PCMA, 45);
    (void)edge;
    assert_true(fabs(tone + 18.9) < 1.5); /* 0.16 / sqrt(2) is -18.9 dBFS */
    assert_true(pause < -60);
    bridge_close(test.edge, bridge);
    phone_stop(&p);
}

static void what_the_bridge_sends_is_reported_by_rtcp(void **state)
{
    (void)state;
    bridge_side sides[2] = { program(PROGRAM_SILENCE) };
    phone_peer p = phone_start(&sides[1]);
    uint8_t packet[1500], report[1500];
    rtp_packet rtp;
    rtcp_cursor cursor;
    rtcp_item item;
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    phone_hear(&p, packet, &rtp);
    size_t len = hear_from(p.rtcp, report, sizeof report, DEADLINE_MS);
    assert_int_equal(rtcp_compound_parse(&cursor, report, len), 0);
    assert_int_equal(rtcp_compound_next(&cursor, &item), 1);
    assert_int_equal(item.type, RTCP_KIND_SR);
    assert_int_equal(item.ssrc, rtp.ssrc);
    assert_true(item.packets > 0);
    bridge_close(test.edge, bridge);
    phone_stop(&p);
}

static void a_program_answers_sender_reports_so_that_the_peer_knows_its_round_trip(void **state)
{
    (void)state;
    bridge_side sides[2] = { program(PROGRAM_ECHO) };
    phone_peer p = phone_start(&sides[1]);
    uint8_t packet[1500], report[1500];
    rtp_packet rtp;
    rtcp_cursor cursor;
    rtcp_item item = { .type = RTCP_KIND_SR, .ssrc = p.ssrc, .ntp = 0x1122334455667788, .rtp_timestamp = 1, .packets = 1 };
    int len = rtcp_item_write(&item, report, sizeof report);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&p, &p, packet, &rtp);
    for (double end = now() + 2 * DEADLINE_MS / 1000.0;;) {
        assert_true(now() < end);
        phone_talk(&p, 0x2a);
        phone_send_bytes(&p, p.rtcp, p.bridge_port + 1, report, (size_t)len);
        size_t n = hear_from(p.rtcp, packet, sizeof packet, 50);
        if (!n || rtcp_compound_parse(&cursor, packet, n) || rtcp_compound_next(&cursor, &item) != 1 || !item.n_blocks)
            continue;
        assert_int_equal(item.type, RTCP_KIND_SR);
        assert_int_equal(item.blocks[0].ssrc, p.ssrc);
        assert_int_equal(item.blocks[0].lsr, 0x33445566); /* the middle of the NTP time, RFC 3550 section 6.4.1 */
        assert_true(item.blocks[0].dlsr < 65536 / 2);     /* the newest report came less than half a second before */
        break;
    }
    bridge_close(test.edge, bridge);
    phone_stop(&p);
}

static void the_echo_gives_back_what_it_hears_as_a_source_of_its_own(void **state)
{
    (void)state;
    bridge_side sides[2] = { program(PROGRAM_ECHO) };
    phone_peer p = phone_start(&sides[1]);
    uint8_t packet[1500];
    rtp_packet rtp, first;
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&p, &p, packet, &first);
    assert_int_not_equal(first.ssrc, p.ssrc);
    uint16_t last = first.seq;
    for (int i = 0; i < 10; i++) {
        phone_talk(&p, (uint8_t)(0x10 + i));
        do
            phone_hear(&p, packet, &rtp);
        while (rtp.payload[0] == 0xd5); /* of the beginning */
        assert_int_equal(rtp.payload[0], 0x10 + i);
        assert_int_equal(rtp.ssrc, first.ssrc);
        assert_true((int16_t)(rtp.seq - last) > 0);
        last = rtp.seq;
    }
    bridge_close(test.edge, bridge);
    phone_stop(&p);
}

static void a_file_plays_once_and_its_end_is_told(void **state)
{
    (void)state;
    char path[] = "/tmp/tccc_bridge_XXXXXX";
    close(mkstemp(path));
    write_wav(path);
    bridge_side sides[2] = { program(PROGRAM_FILE) };
    sides[0].file = path;
    phone_peer p = phone_start(&sides[1]);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    assert_true(fabs(hear_level(&p, TCCC_CODEC_PCMA, 24) + 15.3) < 1.5); /* 8000/32768 / sqrt(2) is -15.3 dBFS */
    wait_event(BRIDGE_EVENT_DONE, 0, 0);
    bridge_update(test.edge, bridge, 0, &sides[0]); /* the same prompt again */
    assert_true(hear_level(&p, TCCC_CODEC_PCMA, 24) > -20);
    bridge_close(test.edge, bridge);
    unlink(path);
    phone_stop(&p);
}

static void a_file_that_is_missing_ends_at_once_and_a_program_hangs_up_when_told(void **state)
{
    (void)state;
    bridge_side sides[2] = { program(PROGRAM_FILE) };
    sides[0].file = "/nonexistent.wav";
    phone_peer p = phone_start(&sides[1]);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    wait_event(BRIDGE_EVENT_DONE, 0, 0);
    test.n_events = 0;
    bridge_side echo = program(PROGRAM_ECHO);
    echo.hang_after_ms = 300;
    bridge_update(test.edge, bridge, 0, &echo);
    wait_event(BRIDGE_EVENT_DONE, 0, 0);
    bridge_close(test.edge, bridge);
    phone_stop(&p);
}

static void digits_are_told_once_each(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]);
    uint8_t packet[1500];
    rtp_packet rtp;
    telephone_sender sender;
    telephone_packet event;
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    telephone_sender_open(&sender, 8000, 20);
    telephone_sender_queue(&sender, "4#");
    while (telephone_sender_active(&sender)) {
        a.timestamp += 160;
        if (!telephone_sender_next(&sender, a.timestamp, &event))
            continue;
        rtp_packet header = { .marker = event.marker, .payload_type = 101, .seq = a.seq++, .timestamp = event.timestamp, .ssrc = a.ssrc };
        rtp_packet_write(&header, packet, RTP_HEADER_LEN);
        memcpy(packet + RTP_HEADER_LEN, event.payload, TELEPHONE_EVENT_LEN);
        phone_send_bytes(&a, a.rtp, a.bridge_port, packet, RTP_HEADER_LEN + TELEPHONE_EVENT_LEN);
    }
    wait_event(BRIDGE_EVENT_DIGIT, 0, '4');
    wait_event(BRIDGE_EVENT_DIGIT, 0, '#');
    assert_int_equal(count_events(BRIDGE_EVENT_DIGIT), 2);
    bridge_close(test.edge, bridge);
    phone_stop(&a);
    phone_stop(&b);
}

static void a_telephone_that_holds_us_gets_nothing_until_it_resumes(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]);
    uint8_t packet[1500];
    rtp_packet rtp;
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    sides[1].port = NULL;
    sides[1].send_on_hold = 0;
    bridge_update(test.edge, bridge, 1, &sides[1]);
    while (hear_from(b.rtp, packet, sizeof packet, 40)) /* those under way */
        ;
    phone_talk(&b, 0x01); /* heard by a: the update before it has been done */
    phone_hear(&a, packet, &rtp);
    phone_talk(&a, 0x02);
    phone_talk(&b, 0x03);
    do
        phone_hear(&a, packet, &rtp);
    while (rtp.payload[0] != 0x03);
    assert_int_equal(hear_from(b.rtp, packet, sizeof packet, 0), 0);
    sides[1].send_on_hold = 1;
    bridge_update(test.edge, bridge, 1, &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    bridge_close(test.edge, bridge);
    phone_stop(&a);
    phone_stop(&b);
}

static void packets_of_a_running_call_allocate_nothing(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]);
    uint8_t packet[1500];
    rtp_packet rtp;
    sides[1].srtp = TCCC_SRTP_AES128_SHA1_80;
    sides[1].srtp_terminate = 1;
    fill_key(sides[1].srtp_send_key, 1);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    wait_event(BRIDGE_EVENT_FIRST_PACKET, 0, 0);
    while (hear_from(b.rtp, packet, sizeof packet, 40))
        ;
    allocation_count_start();
    for (int i = 0; i < 50; i++) {
        phone_talk(&a, 0x2a);
        phone_hear(&b, packet, &rtp);
    }
    assert_int_equal(allocation_count, 0);
    bridge_hold(test.edge, bridge, 1, 1);
    for (int i = 0; i < 5; i++)
        phone_hear(&b, packet, &rtp);
    allocation_count_start();
    for (int i = 0; i < 50; i++)
        phone_hear(&b, packet, &rtp);
    assert_int_equal(allocation_count, 0);
    bridge_close(test.edge, bridge);
    phone_stop(&a);
    phone_stop(&b);
}

static void a_page_that_does_not_exist_fails_the_bridge(void **state)
{
    (void)state;
    bridge_side sides[2] = { { .kind = BRIDGE_PAGE, .seat = 999999, .codec = TCCC_CODEC_PCMA, .ptime_ms = 20 } };
    phone_peer p = phone_start(&sides[1]);
    bridge_open(test.edge, &sides[0], &sides[1]);
    wait_event(BRIDGE_EVENT_FAILED, 0, TCCC_E_NOT_FOUND);
    phone_stop(&p);
}

static void rtp_ports_are_even_and_outside_the_ephemeral_range(void **state)
{
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(packets_pass_between_two_telephones_untouched, forget),
        cmocka_unit_test_setup(rtcp_goes_by_its_own_port, forget),
        cmocka_unit_test_setup(a_stranger_on_the_port_is_not_heard, forget),
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
