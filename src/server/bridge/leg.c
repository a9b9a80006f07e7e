/* leg.c: one side of a bridge on the edge thread: a page, a telephone or a program. Layer: server. */
#include "leg.h"

#include "media/rtp.h"
#include "tccc/error.h"

#include <openssl/crypto.h>
#include <string.h>
#include <sys/random.h>

enum {
    COMFORT_NOISE_PT = 13, SILENT_S = 30, PACKET_CAP = PACKET_MAX + PACKET_TAILROOM,
    SAME_KEY_US = 500000             /* an event so soon after the same key's tone is that press */
};

/* --- from the peer --- */

static void hear(leg *l, int is_rtcp) {
    l->heard_us = edge_now_us(l->loop);
    l->silent_s = 0;
    if (!l->heard && !is_rtcp) {
        l->heard = 1;
        l->events.event(l->events.context, l, BRIDGE_EVENT_FIRST_PACKET, 0);
    }
}

static int told_by_tone(leg_tones *tones, char key, uint64_t now_us) {
    int told = tones->told == key && now_us - tones->told_us < SAME_KEY_US;
    tones->told = 0;
    return told;
}

static void report_digits(leg *l, uint64_t now_us) {
    telephone_report report;
    while (telephone_receiver_poll(&l->digits, now_us, &report)) {
        l->tones.has_events = 1;
        if (report.phase == TELEPHONE_STARTED && !told_by_tone(&l->tones, report.digit, now_us))
            l->events.event(l->events.context, l, BRIDGE_EVENT_DIGIT, report.digit);
    }
}

/* Keys in the sound of a telephone that sends no events for them. */
static void read_tones(leg *l, const uint8_t *packet, size_t len) {
    rtp_packet rtp;
    float pcm[CODEC_FRAME_MAX];
    char keys[DTMF_KEYS_MAX(CODEC_FRAME_MAX)];
    if (rtp_packet_payload_type(packet) != l->config.payload_type || rtp_packet_parse(&rtp, packet, len))
        return;
    int n = codec_decoder_decode(l->tones.decoder, rtp.payload, rtp.payload_len, pcm, CODEC_FRAME_MAX);
    int n_keys = n > 0 ? dtmf_put(&l->tones.detector, pcm, n, keys) : 0;
    for (int i = 0; i < n_keys; i++) {
        l->tones.told = keys[i];
        l->tones.told_us = edge_now_us(l->loop);
        l->events.event(l->events.context, l, BRIDGE_EVENT_DIGIT, keys[i]);
    }
}

static void stop_tones(leg *l) {
    codec_decoder_free(l->tones.decoder);
    l->tones.decoder = NULL;
}

int leg_listen(leg *l, int on) {
    int error = 0;
    l->listens = on;
    if (!on || !l->phone) {
        stop_tones(l);
        return 0;
    }
    if (l->tones.decoder)
        return 0;
    l->tones.detector = (dtmf){ 0 };
    l->tones.decoder = codec_decoder_new(l->config.codec, &error);
    return error;
}

static void read_digits(leg *l, const uint8_t *packet, size_t len) {
    rtp_packet rtp;
    uint64_t now_us = edge_now_us(l->loop);
    if (rtp_packet_payload_type(packet) != l->config.dtmf_payload_type || rtp_packet_parse(&rtp, packet, len))
        return;
    telephone_receiver_packet(&l->digits, &rtp, now_us);
    report_digits(l, now_us);
}

/* What we send has reports from this peer: our own RTCP session reads both. */
static void read_for_reports(leg *l, const uint8_t *packet, size_t len, int is_rtcp) {
    rtp_packet rtp;
    rtcp_session *session = &l->source.rtcp;
    uint64_t now_us = edge_now_us(l->loop);
    if (!l->source.started)
        return;
    if (!is_rtcp) {
        if (!rtp_packet_parse(&rtp, packet, len))
            rtcp_session_received(session, &rtp, now_us);
        return;
    }
    int first = !session->sr_us;
    rtcp_session_input(session, packet, len, now_us);
    if (first && session->sr_us)
        session->next_us = now_us; /* answered at once, so that the peer knows its round trip from the start */
}

int leg_is_open(const leg *l) {
    return !l->receiver || l->reads;
}

static void follow_numbers(leg_numbers *numbers, const uint8_t *packet) {
    uint32_t ssrc = rtp_packet_ssrc(packet);
    uint16_t seq = rtp_packet_seq(packet);
    if (!numbers->seen || numbers->ssrc != ssrc) {
        *numbers = (leg_numbers){ .seen = 1, .ssrc = ssrc, .seq = seq };
        return;
    }
    if ((int16_t)(uint16_t)(seq - numbers->seq) <= 0)
        return;
    numbers->roc += seq < numbers->seq;
    numbers->seq = seq;
}

/* A packet of the peer, opened in place. A receiver that has not had those before joins at the count there is. */
static int open_rtp(leg *l, uint8_t *packet, size_t len) {
    int error;
    if (!l->follows && l->numbers.roc) {
        srtp_receiver *joined = srtp_receiver_join((enum srtp_scheme)l->config.srtp, l->config.srtp_receive_key, TCCC_SRTP_KEY_LEN,
                                                   l->numbers.ssrc, l->numbers.roc, &error);
        srtp_receiver *old = joined ? l->receiver : NULL;
        l->receiver = joined ? joined : l->receiver;
        srtp_receiver_close(old);
    }
    l->follows = 1;
    return srtp_receiver_rtp(l->receiver, packet, len);
}

static void read_open(leg *l, const uint8_t *packet, size_t len, int is_rtcp) {
    if (!is_rtcp && l->mixed)
        l->events.sound(l->events.context, l, packet, len);
    if (!is_rtcp && l->config.dtmf_payload_type)
        read_digits(l, packet, len);
    if (!is_rtcp && l->tones.decoder && !l->tones.has_events)
        read_tones(l, packet, len);
    read_for_reports(l, packet, len, is_rtcp);
}

/* A program or a mix listens, but what comes is also for another side (keeps_in_step in bridge.c), and stays closed for it. */
static void read_closed(leg *l, const uint8_t *packet, size_t len) {
    uint8_t copy[PACKET_MAX];
    memcpy(copy, packet, len);
    int opened = open_rtp(l, copy, len);
    if (opened >= RTP_HEADER_LEN)
        read_open(l, copy, (size_t)opened, 0);
}

/* --- taps --- */

static void tap_key(leg_tap *tap, int ear, const leg_numbers *numbers) {
    tap_keys keys = { .ssrc = numbers->ssrc, .roc = numbers->roc };
    tap_head head = { .tap = tap->ears[ear].id, .kind = TAP_KEYS, .srtp = (uint8_t)tap->srtp, .len = sizeof keys };
    memcpy(keys.key, tap->key, sizeof keys.key);
    tap->ears[ear].told = !tap_ring_put(tap->ears[ear].ring, &head, (const uint8_t *)&keys);
    OPENSSL_cleanse(&keys, sizeof keys);
}

static void tap_packet(leg *l, const uint8_t *packet, size_t len) {
    leg_tap *tap = &l->tap;
    int speech = rtp_packet_payload_type(packet) == l->config.payload_type;
    tap_head head = {
        .kind = TAP_PACKET, .codec = (uint8_t)l->config.codec, .srtp = (uint8_t)tap->srtp, .len = (uint16_t)len,
        .flags = (uint8_t)((speech ? TAP_SPEECH : 0) | (tap->withheld ? TAP_WITHHELD : 0)), .arrival_us = edge_now_us(l->loop),
    };
    for (int ear = 0; ear < BRIDGE_N_EARS; ear++) {
        if (!tap->ears[ear].ring)
            continue;
        if (tap->srtp != TCCC_SRTP_NONE && !tap->ears[ear].told)
            tap_key(tap, ear, &l->numbers);
        head.tap = tap->ears[ear].id;
        tap_ring_put(tap->ears[ear].ring, &head, packet);
    }
}

void leg_tap_to(leg *l, enum bridge_ear ear, tap_ring *ring, uint32_t tap) {
    tap_ring_drop(l->tap.ears[ear].ring);
    l->tap.ears[ear].ring = tap_ring_hold(ring);
    l->tap.ears[ear].id = tap;
    l->tap.ears[ear].told = 0;
}

void leg_swap_taps(leg *a, leg *b) {
    for (int ear = 0; ear < BRIDGE_N_EARS; ear++) {
        tap_ring *ring = a->tap.ears[ear].ring;
        uint32_t id = a->tap.ears[ear].id;
        a->tap.ears[ear].ring = b->tap.ears[ear].ring;
        a->tap.ears[ear].id = b->tap.ears[ear].id;
        b->tap.ears[ear].ring = ring;
        b->tap.ears[ear].id = id;
        a->tap.ears[ear].told = b->tap.ears[ear].told = 0;
    }
}

void leg_tap_state(leg *l, enum tccc_srtp_suite srtp, const uint8_t *key, int withheld) {
    leg_tap *tap = &l->tap;
    tap->withheld = withheld;
    if (tap->srtp == srtp && (srtp == TCCC_SRTP_NONE || !memcmp(tap->key, key, sizeof tap->key)))
        return;
    tap->srtp = srtp;
    for (int ear = 0; ear < BRIDGE_N_EARS; ear++)
        tap->ears[ear].told = 0;
    l->numbers.seen = 0; /* a new key begins to count anew */
    if (srtp != TCCC_SRTP_NONE)
        memcpy(tap->key, key, sizeof tap->key);
}

static void from_peer(leg *l, uint8_t *packet, size_t len) {
    enum rtp_kind kind = rtp_packet_kind(packet, len);
    if (kind == RTP_KIND_OTHER || (kind == RTP_KIND_RTP && len < RTP_HEADER_LEN)) {
        edge_tally(l->loop, DROPPED);
        return;
    }
    int is_rtcp = kind == RTP_KIND_RTCP;
    if (!is_rtcp) {
        follow_numbers(&l->numbers, packet);
        loss_packet(&l->loss, rtp_packet_ssrc(packet), rtp_packet_seq(packet));
        l->follows &= l->reads || l->listens || l->mixed;
    }
    if (!is_rtcp)
        tap_packet(l, packet, len);
    if (l->receiver && l->reads) {
        int opened = is_rtcp ? srtp_receiver_rtcp(l->receiver, packet, len) : open_rtp(l, packet, len);
        if (opened < 0) {
            edge_tally(l->loop, DROPPED);
            return;
        }
        len = (size_t)opened;
    }
    hear(l, is_rtcp);
    if (leg_is_open(l))
        read_open(l, packet, len, is_rtcp);
    else if ((l->listens || l->mixed) && !is_rtcp)
        read_closed(l, packet, len);
    l->events.packet(l->events.context, l, packet, len, is_rtcp);
}

static void on_packet(void *context, uint8_t *packet, size_t len) {
    from_peer(context, packet, len);
}

/* --- to the peer --- */

static void transmit(leg *l, uint8_t *packet, size_t len, int is_rtcp) {
    if (l->seat)
        media_seat_send(l->seat, l->config.channel, packet, len);
    else if (l->phone)
        phone_send(l->phone, packet, len, is_rtcp);
    else
        edge_tally(l->loop, DROPPED);
}

static void protect_and_transmit(leg *l, uint8_t *packet, size_t len, int is_rtcp) {
    if (l->sender) {
        int closed = is_rtcp ? srtp_sender_rtcp(l->sender, packet, len, PACKET_CAP) : srtp_sender_rtp(l->sender, packet, len, PACKET_CAP);
        if (closed < 0) {
            edge_tally(l->loop, DROPPED);
            return;
        }
        len = (size_t)closed;
    }
    transmit(l, packet, len, is_rtcp);
}

void leg_pass(leg *l, uint8_t *packet, size_t len, int is_rtcp) {
    transmit(l, packet, len, is_rtcp);
}

/* The same kind of payload under this leg's number. */
static void translate_type(const leg *l, const leg *from, uint8_t *packet) {
    uint8_t type = rtp_packet_payload_type(packet);
    if (type == from->config.payload_type)
        rtp_packet_set_payload_type(packet, l->config.payload_type);
    else if (type == from->config.dtmf_payload_type && l->config.dtmf_payload_type)
        rtp_packet_set_payload_type(packet, l->config.dtmf_payload_type);
}

void leg_relay(leg *l, const leg *from, uint8_t *packet, size_t len, int is_rtcp) {
    if (!is_rtcp)
        translate_type(l, from, packet);
    protect_and_transmit(l, packet, len, is_rtcp);
}

/* --- what the leg itself sends --- */

static void source_start(leg *l) {
    leg_source *source = &l->source;
    struct { uint32_t ssrc, timestamp; uint64_t seed; uint16_t seq; } random;
    if (source->started || getrandom(&random, sizeof random, 0) != sizeof random)
        return;
    source->ssrc = random.ssrc;
    source->timestamp = random.timestamp;
    source->seq = random.seq & 0x7fff; /* RFC 3711 section 3.3.1: far from the first roll-over */
    rtcp_session_config config = {
        .ssrc = random.ssrc, .rate_hz = codec_clock_hz(l->config.codec), .payload_type = l->config.payload_type, .cname = "",
        .seed = random.seed,
    };
    rtcp_session_open(&source->rtcp, &config, edge_now_us(l->loop));
    source->started = 1;
    source->pause = 1;
}

static void source_send(leg *l, uint8_t *packet, size_t len) {
    rtp_packet rtp;
    leg_source *source = &l->source;
    source->last_us = edge_now_us(l->loop);
    if (!rtp_packet_parse(&rtp, packet, len))
        rtcp_session_sent(&source->rtcp, &rtp, source->last_us);
    protect_and_transmit(l, packet, len, 0);
}

/* After a pause the RTP clock has gone on (RFC 3550 section 5.1). `timestamp` stands behind the newest packet already. */
static void catch_up_clock(leg *l) {
    leg_source *source = &l->source;
    uint64_t passed_us = edge_now_us(l->loop) - source->last_us;
    uint32_t passed = (uint32_t)(passed_us * codec_clock_hz(l->config.codec) / 1000000);
    if (source->last_us && passed > source->last_ticks)
        source->timestamp += passed - source->last_ticks;
}

static void on_payload(void *context, const uint8_t *payload, size_t len, uint32_t ticks) {
    leg *l = context;
    leg_source *source = &l->source;
    uint8_t buf[PACKET_HEADROOM + PACKET_MAX + PACKET_TAILROOM], *packet = buf + PACKET_HEADROOM;
    source_start(l);
    if (!source->started || RTP_HEADER_LEN + len > PACKET_MAX)
        return;
    if (source->pause)
        catch_up_clock(l);
    rtp_packet header = {
        .marker = source->pause, .payload_type = l->config.payload_type, .seq = source->seq++, .timestamp = source->timestamp,
        .ssrc = source->ssrc,
    };
    source->pause = 0;
    source->timestamp += ticks;
    source->last_ticks = ticks;
    rtp_packet_write(&header, packet, PACKET_MAX);
    memcpy(packet + RTP_HEADER_LEN, payload, len);
    source_send(l, packet, RTP_HEADER_LEN + len);
}

void leg_speak(leg *l, const uint8_t *payload, size_t len, uint32_t ticks) {
    on_payload(l, payload, len, ticks);
}

/* RFC 4733 section 2.3: the timestamp is that of the key's beginning, in all its packets; durations are in the stream's clock. */
void leg_speak_key(leg *l, const leg *from, const uint8_t *packet, size_t len) {
    enum { KEY_LEN = 4, DURATION_MAX = 0xffff };
    uint8_t buf[PACKET_HEADROOM + RTP_HEADER_LEN + KEY_LEN + PACKET_TAILROOM], *out = buf + PACKET_HEADROOM;
    leg_source *source = &l->source;
    rtp_packet key;
    if (!l->config.dtmf_payload_type || rtp_packet_parse(&key, packet, len) || key.payload_len < KEY_LEN)
        return;
    source_start(l);
    if (!source->started)
        return;
    int begins = !source->key || source->key_from != key.timestamp;
    if (begins) {
        source->key = 1;
        source->key_from = key.timestamp;
        source->key_at = source->timestamp;
    }
    uint32_t from_hz = from->config.dtmf_rate_hz ? (uint32_t)from->config.dtmf_rate_hz : 8000;
    uint32_t to_hz = l->config.dtmf_rate_hz ? (uint32_t)l->config.dtmf_rate_hz : 8000;
    uint32_t duration = ((uint32_t)key.payload[2] << 8 | key.payload[3]) * (to_hz / 1000) / (from_hz / 1000);
    duration = duration < DURATION_MAX ? duration : DURATION_MAX;
    rtp_packet header = {
        .marker = begins, .payload_type = l->config.dtmf_payload_type, .seq = source->seq++, .timestamp = source->key_at, .ssrc = source->ssrc,
    };
    rtp_packet_write(&header, out, RTP_HEADER_LEN);
    memcpy(out + RTP_HEADER_LEN, key.payload, 2);
    out[RTP_HEADER_LEN + 2] = (uint8_t)(duration >> 8);
    out[RTP_HEADER_LEN + 3] = (uint8_t)duration;
    source_send(l, out, RTP_HEADER_LEN + KEY_LEN);
}

void leg_echo(leg *l, uint8_t *packet, size_t len) {
    leg_source *source = &l->source;
    source_start(l);
    if (!source->started)
        return;
    if (source->echo_ssrc != rtp_packet_ssrc(packet) || source->pause) {
        catch_up_clock(l);
        source->echo_ssrc = rtp_packet_ssrc(packet);
        source->echo_seq_offset = (uint16_t)(source->seq - rtp_packet_seq(packet));
        source->echo_timestamp_offset = source->timestamp - rtp_packet_timestamp(packet);
        source->pause = 0;
    }
    uint16_t seq = (uint16_t)(rtp_packet_seq(packet) + source->echo_seq_offset);
    uint32_t timestamp = rtp_packet_timestamp(packet) + source->echo_timestamp_offset;
    rtp_packet_set_ssrc(packet, source->ssrc);
    rtp_packet_set_seq(packet, seq);
    rtp_packet_set_timestamp(packet, timestamp);
    if ((int16_t)(uint16_t)(seq - source->seq) >= 0) {
        source->seq = (uint16_t)(seq + 1);
        source->timestamp = timestamp;
        source->last_ticks = 0;
    }
    source_send(l, packet, len);
}

static void on_done(void *context) {
    leg *l = context;
    l->events.event(l->events.context, l, BRIDGE_EVENT_DONE, 0);
}

static int same_program(const program_config *a, const program_config *b) {
    return a->kind == b->kind && a->sound == b->sound && a->loop == b->loop && a->codec == b->codec && a->ptime_ms == b->ptime_ms;
}

/* Another program in the place of the one that plays now, if one does. */
static int replace_program(leg *l, const program_config *config) {
    int error = 0;
    program *old = l->program;
    if (old && program_switch(old, config))
        return 0;
    l->program = program_start(l->loop, config, old, &(program_listener){ on_payload, on_done, l }, &error);
    if (old)
        program_stop(old);
    return l->program ? 0 : error;
}

int leg_play(leg *l, enum bridge_program kind, sound *s, int loop, int again) {
    program_config config = { .kind = kind, .sound = s, .loop = loop, .codec = l->config.codec, .ptime_ms = l->config.ptime_ms };
    int from_start = again && (kind == PROGRAM_FILE || kind == PROGRAM_RINGBACK);
    if (l->playing && same_program(&config, &l->played) && !from_start)
        return 0;
    if (kind == PROGRAM_ECHO || (!l->seat && !l->phone))
        return leg_stop_playing(l), 0;
    l->playing = 1;
    l->played = config;
    return replace_program(l, &config);
}

void leg_stop_playing(leg *l) {
    if (l->program)
        program_stop(l->program);
    l->program = NULL;
    l->playing = 0;
    l->source.pause = 1;
}

static void send_reports(leg *l) {
    uint8_t buf[PACKET_HEADROOM + 512 + PACKET_TAILROOM];
    if (!l->source.started || edge_now_us(l->loop) - l->source.last_us > 10000000)
        return; /* nothing of ours is being heard */
    int len = rtcp_session_poll(&l->source.rtcp, buf + PACKET_HEADROOM, 512, edge_now_us(l->loop));
    if (len > 0)
        protect_and_transmit(l, buf + PACKET_HEADROOM, (size_t)len, 1);
}

static void tally_loss(leg *l, uint64_t more) {
    if (more) /* a leg that was never opened has no loop */
        edge_tally_more(l->loop, l->config.kind == BRIDGE_PAGE ? LOST_FROM_PAGES : LOST_FROM_PHONES, more);
}

void leg_second(leg *l, int expected) {
    uint64_t now_us = edge_now_us(l->loop);
    tally_loss(l, loss_settle(&l->loss));
    report_digits(l, now_us);
    send_reports(l);
    if (!expected || (!l->seat && !l->phone)) {
        l->heard_us = now_us;
        return;
    }
    int silent_s = (int)((now_us - l->heard_us) / 1000000);
    if (silent_s - l->silent_s < SILENT_S)
        return;
    l->silent_s = silent_s;
    l->events.event(l->events.context, l, BRIDGE_EVENT_SILENT, silent_s);
}

/* --- opening --- */

static void on_seat_gone(void *context) {
    leg *l = context;
    l->seat = NULL; /* the control thread, which freed it, decides about the call */
}

static void leave_seat(leg *l) {
    media_sink *sink = l->seat ? &l->seat->sinks[l->config.channel] : NULL;
    if (sink && sink->context == l)
        *sink = (media_sink){ 0 };
    l->seat = NULL;
}

static int enter_seat(leg *l) {
    l->seat = media_seat_find(l->loop, l->config.seat);
    if (!l->seat || l->config.channel < 0 || l->config.channel >= CARRIER_CHANNELS)
        return l->seat = NULL, TCCC_E_NOT_FOUND;
    l->seat->sinks[l->config.channel] = (media_sink){ on_packet, on_seat_gone, l };
    return 0;
}

static void configure_phone(leg *l) {
    const bridge_side *side = &l->config;
    phone_config config = {
        .remote_number = side->remote_number, .symmetric = side->symmetric, .rtcp_mux = side->rtcp_mux, .sending = side->send_on_hold,
        .payload_types = { side->payload_type, COMFORT_NOISE_PT, side->dtmf_payload_type },
        .n_payload_types = side->dtmf_payload_type ? 3 : 2,
    };
    config.remote.storage = side->remote;
    phone_configure(l->phone, &config);
}

static int same_keys(const bridge_side *a, const bridge_side *b) {
    return a->srtp == b->srtp && !memcmp(a->srtp_send_key, b->srtp_send_key, sizeof a->srtp_send_key) &&
           !memcmp(a->srtp_receive_key, b->srtp_receive_key, sizeof a->srtp_receive_key);
}

static void drop_keys(leg *l) {
    srtp_sender_close(l->sender);
    srtp_receiver_close(l->receiver);
    l->sender = NULL;
    l->receiver = NULL;
}

static int take_keys(leg *l) {
    int error = 0;
    enum srtp_scheme scheme = (enum srtp_scheme)l->config.srtp;
    drop_keys(l);
    if (l->config.srtp == TCCC_SRTP_NONE)
        return 0;
    l->sender = srtp_sender_open(scheme, l->config.srtp_send_key, TCCC_SRTP_KEY_LEN, &error);
    l->receiver = srtp_receiver_open(scheme, l->config.srtp_receive_key, TCCC_SRTP_KEY_LEN, &error);
    return l->sender && l->receiver ? 0 : error;
}

static int take_port(leg *l, rtp_port *port) {
    if (!port)
        return l->phone ? 0 : TCCC_E_ARG_MISSING;
    if (l->phone)
        phone_close(l->phone);
    l->phone = phone_open(l->loop, port, on_packet, l);
    return l->phone ? 0 : TCCC_E_NO_MEMORY;
}

static int apply(leg *l, const bridge_side *config) {
    int had_digits = l->config.dtmf_payload_type, had_rate_hz = l->config.dtmf_rate_hz, failed = 0;
    int new_keys = !same_keys(&l->config, config);
    if (l->config.codec != config->codec)
        stop_tones(l);
    leave_seat(l);
    l->config = *config;
    if (config->kind == BRIDGE_PAGE)
        failed = enter_seat(l);
    if (config->kind == BRIDGE_PHONE && !(failed = take_port(l, config->port)))
        configure_phone(l);
    if (config->kind != BRIDGE_PHONE && l->phone) {
        phone_close(l->phone);
        l->phone = NULL;
    }
    l->config.port = NULL;
    if (!failed && new_keys)
        failed = take_keys(l);
    if (had_digits != config->dtmf_payload_type || had_rate_hz != config->dtmf_rate_hz)
        telephone_receiver_open(&l->digits, config->dtmf_rate_hz ? (uint32_t)config->dtmf_rate_hz : 8000);
    l->reads = config->srtp_terminate;
    l->heard_us = edge_now_us(l->loop);
    return failed;
}

int leg_open(leg *l, edge_loop *loop, const leg_events *events, const bridge_side *config) {
    l->loop = loop;
    l->events = *events;
    telephone_receiver_open(&l->digits, config->dtmf_rate_hz ? (uint32_t)config->dtmf_rate_hz : 8000);
    return apply(l, config);
}

int leg_update(leg *l, const bridge_side *config) {
    if (config->port || l->config.kind != config->kind || l->config.seat != config->seat || l->config.channel != config->channel)
        tally_loss(l, loss_end(&l->loss)); /* another peer */
    if (l->config.kind != config->kind) {
        l->heard = 0;
        l->tones.has_events = 0;
    }
    if (l->source.started && l->config.codec != config->codec) { /* another RTP clock: another source */
        memset(&l->source, 0, sizeof l->source);
        l->source.pause = 1;
    }
    return apply(l, config);
}

void leg_close(leg *l) {
    tally_loss(l, loss_end(&l->loss));
    if (l->program)
        program_stop(l->program);
    leave_seat(l);
    if (l->phone)
        phone_close(l->phone);
    drop_keys(l);
    stop_tones(l);
    for (int ear = 0; ear < BRIDGE_N_EARS; ear++)
        tap_ring_drop(l->tap.ears[ear].ring);
    OPENSSL_cleanse(l, sizeof *l);
}
