/* voice.c: the voice engine: capture and render around up to four streams. Layer: media. Contract: include/tccc/media.h. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/gain.h"
#include "dsp/level.h"
#include "dsp/mix.h"
#include "dsp/resample.h"
#include "dsp/tone.h"
#include "media/capture.h"
#include "media/codec.h"
#include "media/echo_reference.h"
#include "media/quality.h"
#include "media/receive.h"
#include "media/render.h"
#include "media/rtcp.h"
#include "media/rtp.h"
#include "media/send.h"
#include "media/srtp.h"
#include "tccc/error.h"
#include "tccc/media.h"

typedef struct {
    send_stream *send; /* NULL: the channel is closed */
    receive *receive;
    srtp_receiver *srtp;
    tccc_stream_config config;
    rtcp_session session;
    unsigned flags;
    uint32_t reports; /* of the peer, that were judged for FEC */
    bool session_open;
    level meter;
    uint64_t heard_us; /* when the last packet came; of the opening before */
    int level;         /* the last that was told */
} voice_stream;

struct tccc_voice {
    tccc_voice_config config;
    capture *capture;
    render *render;
    mix mixer;
    tone tone;
    echo_reference reference;
    voice_stream streams[TCCC_VOICE_STREAMS];
    int next_out; /* channel that packet_out looks at first */
    uint32_t opened;
    uint64_t now_us;         /* of the last call that told it */
    float output_now, output_wanted;
    level output_meter;
};

static bool voice_processing_valid(enum tccc_processing aec, enum tccc_noise ns, enum tccc_processing agc) {
    return (unsigned)aec <= TCCC_PROCESSING_CORE && (unsigned)ns <= TCCC_NOISE_AI && (unsigned)agc <= TCCC_PROCESSING_CORE;
}

tccc_voice *tccc_voice_new(const tccc_voice_config *config, int *error) {
    *error = TCCC_E_ARG_RANGE;
    if (!voice_processing_valid(config->aec, config->ns, config->agc) || config->ns == TCCC_NOISE_AI) return NULL;
    *error = TCCC_E_NO_MEMORY;
    tccc_voice *voice = calloc(1, sizeof *voice);
    if (!voice) return NULL;
    voice->config = *config;
    voice->capture = capture_new(config, error);
    if (voice->capture) voice->render = render_new(config->device_rate_hz, error);
    if (!voice->render) {
        tccc_voice_free(voice);
        return NULL;
    }
    voice->output_now = voice->output_wanted = 1;
    mix_start(&voice->mixer);
    return voice;
}

void tccc_voice_free(tccc_voice *voice) {
    if (!voice) return;
    for (int channel = 0; channel < TCCC_VOICE_STREAMS; channel++) tccc_voice_close(voice, channel);
    capture_free(voice->capture);
    render_free(voice->render);
    free(voice);
}

int tccc_voice_model(tccc_voice *voice, const uint8_t *model, size_t len) {
    return capture_model(voice->capture, model, len);
}

int tccc_voice_configure(tccc_voice *voice, enum tccc_processing aec, enum tccc_noise ns, enum tccc_processing agc) {
    if (!voice_processing_valid(aec, ns, agc)) return TCCC_E_ARG_RANGE;
    return capture_configure(voice->capture, aec == TCCC_PROCESSING_CORE, ns, agc == TCCC_PROCESSING_CORE);
}

static voice_stream *voice_find(tccc_voice *voice, int channel) {
    if (channel < 0 || channel >= TCCC_VOICE_STREAMS || !voice->streams[channel].send) return NULL;
    return &voice->streams[channel];
}

static int voice_open_parts(voice_stream *stream, uint64_t seed) {
    const tccc_stream_config *config = &stream->config;
    const receive_config receiving = { .codec = config->codec, .payload_type = config->payload_type, .seed = seed };
    int error = 0;
    stream->send = send_open(config, seed, &stream->session, &error);
    if (!stream->send) return error;
    stream->receive = receive_open(&receiving, &error);
    if (!stream->receive) return error;
    if (config->srtp == TCCC_SRTP_NONE) return 0;
    stream->srtp = srtp_receiver_open((enum srtp_scheme)config->srtp, config->srtp_receive_key, TCCC_SRTP_KEY_LEN, &error);
    return stream->srtp ? 0 : error;
}

int tccc_voice_open(tccc_voice *voice, int channel, const tccc_stream_config *config) {
    if (channel < 0 || channel >= TCCC_VOICE_STREAMS) return TCCC_E_ARG_RANGE;
    tccc_voice_close(voice, channel);
    voice_stream *stream = &voice->streams[channel];
    stream->config = *config;
    stream->heard_us = voice->now_us;
    int error = voice_open_parts(stream, voice->config.seed + ++voice->opened * 0x9E3779B97F4A7C15u);
    if (error < 0) {
        tccc_voice_close(voice, channel);
        return error;
    }
    return tccc_voice_direct(voice, channel, TCCC_STREAM_SEND | TCCC_STREAM_RECEIVE);
}

void tccc_voice_close(tccc_voice *voice, int channel) {
    if (channel < 0 || channel >= TCCC_VOICE_STREAMS) return;
    voice_stream *stream = &voice->streams[channel];
    send_close(stream->send);
    receive_close(stream->receive);
    srtp_receiver_close(stream->srtp);
    memset(stream, 0, sizeof *stream);
}

int tccc_voice_direct(tccc_voice *voice, int channel, unsigned flags) {
    const unsigned known = TCCC_STREAM_SEND | TCCC_STREAM_RECEIVE | TCCC_STREAM_MUTED;
    voice_stream *stream = voice_find(voice, channel);
    if (!stream) return TCCC_E_NOT_FOUND;
    if (flags & ~known) return TCCC_E_ARG_RANGE;
    stream->flags = flags;
    send_direct(stream->send, flags);
    return 0;
}

int tccc_voice_digits(tccc_voice *voice, int channel, const char *digits) {
    voice_stream *stream = voice_find(voice, channel);
    return stream ? send_digits(stream->send, digits) : TCCC_E_NOT_FOUND;
}

int tccc_voice_tone(tccc_voice *voice, enum tccc_tone kind) {
    static const enum tone_kind kinds[] = {
        [TCCC_TONE_NONE] = TONE_NONE,
        [TCCC_TONE_RINGBACK] = TONE_RINGBACK,
        [TCCC_TONE_RING] = TONE_RING,
        [TCCC_TONE_BUSY] = TONE_BUSY,
    };
    if ((unsigned)kind > TCCC_TONE_BUSY) return TCCC_E_ARG_RANGE;
    tone_kind_start(&voice->tone, kinds[kind]);
    return 0;
}

/* The session's clock is the caller's, which the stream first learns here. */
static rtcp_session *voice_session(voice_stream *stream, uint64_t seed, uint64_t now_us) {
    if (stream->session_open) return &stream->session;
    rtcp_session_open(&stream->session,
                      &(rtcp_session_config){ .ssrc = send_ssrc(stream->send), .rate_hz = codec_clock_hz(stream->config.codec),
                                              .payload_type = stream->config.payload_type, .cname = "", .seed = seed },
                      now_us);
    stream->session_open = true;
    return &stream->session;
}

static void voice_report(tccc_voice *voice, voice_stream *stream, uint64_t now_us) {
    uint8_t compound[TCCC_PACKET_MAX];
    rtcp_session *session = voice_session(stream, voice->config.seed, now_us);
    int len = rtcp_session_poll(session, compound, TCCC_PACKET_MAX - SRTP_RTCP_OVERHEAD_MAX, now_us);
    if (len > 0) send_rtcp(stream->send, compound, (size_t)len);
}

int tccc_voice_capture(tccc_voice *voice, const float *pcm, int n_frames, uint64_t now_us) {
    float far[FRAME_LEN];
    capture_frame frame;
    if (n_frames < 1 || n_frames > TCCC_BLOCK_MAX) return TCCC_E_ARG_RANGE;
    voice->now_us = now_us;
    while (capture_fill(voice->capture, &pcm, &n_frames)) {
        echo_reference_take(&voice->reference, far);
        capture_process(voice->capture, far, &frame);
        for (int channel = 0; channel < TCCC_VOICE_STREAMS; channel++) {
            voice_stream *stream = voice_find(voice, channel);
            if (!stream) continue;
            voice_report(voice, stream, now_us);
            send_frame(stream->send, frame.speech, frame.noise, now_us);
        }
    }
    return 0;
}

static void voice_render_frame(tccc_voice *voice, uint64_t now_us) {
    float frame[FRAME_LEN];
    for (int channel = 0; channel < TCCC_VOICE_STREAMS; channel++) {
        voice_stream *stream = voice_find(voice, channel);
        if (!stream || !(stream->flags & TCCC_STREAM_RECEIVE)) continue;
        receive_pull(stream->receive, frame, now_us);
        level_put(&stream->meter, frame);
        gain_ramp(frame, voice->output_now, voice->output_wanted);
        mix_put(&voice->mixer, frame);
    }
    voice->output_now = voice->output_wanted;
    tone_make(&voice->tone, frame);
    mix_put(&voice->mixer, frame);
    mix_take(&voice->mixer, frame);
    level_put(&voice->output_meter, frame);
    echo_reference_put(&voice->reference, frame);
    render_put(voice->render, frame);
}

int tccc_voice_render(tccc_voice *voice, float *pcm, int n_frames, uint64_t now_us) {
    if (n_frames < 1 || n_frames > TCCC_BLOCK_MAX) return TCCC_E_ARG_RANGE;
    int done = render_take(voice->render, pcm, n_frames);
    while (done < n_frames) {
        voice_render_frame(voice, now_us);
        done += render_take(voice->render, pcm + done, n_frames - done);
    }
    return 0;
}

static int voice_rtcp_in(tccc_voice *voice, voice_stream *stream, uint8_t *packet, int len, uint64_t now_us) {
    rtcp_summary summary;
    rtcp_session *session = voice_session(stream, voice->config.seed, now_us);
    if (stream->srtp) len = srtp_receiver_rtcp(stream->srtp, packet, (size_t)len);
    if (len < 0) return len;
    int result = rtcp_session_input(session, packet, (size_t)len, now_us);
    rtcp_session_summary(session, &summary);
    if (summary.reports_received == stream->reports || summary.remote_loss_ratio < 0) return result;
    stream->reports = summary.reports_received;
    send_expect_loss(stream->send, (int)(summary.remote_loss_ratio * 100 + 0.5f));
    return result;
}

static int voice_rtp_in(tccc_voice *voice, voice_stream *stream, uint8_t *packet, int len, uint64_t now_us) {
    rtp_packet header;
    rtcp_session *session = voice_session(stream, voice->config.seed, now_us);
    if (stream->srtp) len = srtp_receiver_rtp(stream->srtp, packet, (size_t)len);
    if (len < 0) return len;
    int error = rtp_packet_parse(&header, packet, (size_t)len);
    if (error < 0) return error;
    stream->heard_us = now_us;
    rtcp_session_received(session, &header, now_us);
    if (!(stream->flags & TCCC_STREAM_RECEIVE)) return 0;
    error = receive_packet(stream->receive, packet, (size_t)len, now_us);
    /* Digits from the peer have no meaning for an agent: that they are not played is no fault. */
    bool digits = header.payload_type == stream->config.dtmf_payload_type && stream->config.dtmf_payload_type != 0;
    return digits && error == TCCC_E_NOT_FOUND ? 0 : error;
}

int tccc_voice_packet_in(tccc_voice *voice, int channel, const uint8_t *packet, size_t len, uint64_t now_us) {
    uint8_t copy[TCCC_PACKET_MAX + SRTP_RTCP_OVERHEAD_MAX]; /* libsrtp works in place */
    voice_stream *stream = voice_find(voice, channel);
    if (!stream) return TCCC_E_NOT_FOUND;
    if (len > TCCC_PACKET_MAX) return TCCC_E_TOO_LARGE;
    memcpy(copy, packet, len);
    switch (rtp_packet_kind(copy, len)) {
    case RTP_KIND_RTP: return voice_rtp_in(voice, stream, copy, (int)len, now_us);
    case RTP_KIND_RTCP: return voice_rtcp_in(voice, stream, copy, (int)len, now_us);
    case RTP_KIND_OTHER: break;
    }
    return TCCC_E_FORMAT;
}

int tccc_voice_packet_out(tccc_voice *voice, uint8_t *buf, int *channel) {
    for (int i = 0; i < TCCC_VOICE_STREAMS; i++) {
        *channel = (voice->next_out + i) % TCCC_VOICE_STREAMS;
        voice_stream *stream = voice_find(voice, *channel);
        int len = stream ? send_packet(stream->send, buf) : 0;
        if (len == 0) continue;
        voice->next_out = (*channel + 1) % TCCC_VOICE_STREAMS;
        return len;
    }
    return 0;
}

static void voice_stats_of_session(const voice_stream *stream, tccc_voice_stats *stats) {
    rtcp_summary summary = { .rtt_ms = -1, .remote_loss_ratio = -1, .remote_jitter_ms = -1 };
    if (stream->session_open) rtcp_session_summary(&stream->session, &summary);
    stats->packets_sent = summary.packets_sent;
    stats->bytes_sent = summary.bytes_sent;
    stats->packets_received = summary.packets_received;
    stats->bytes_received = summary.bytes_received;
    stats->packets_lost = summary.packets_lost > 0 ? (uint32_t)summary.packets_lost : 0;
    stats->jitter_ms = summary.jitter_ms;
    stats->rtt_ms = summary.rtt_ms;
    stats->remote_loss_ratio = summary.remote_loss_ratio;
    stats->remote_jitter_ms = summary.remote_jitter_ms;
}

/* Loss that reaches the ear: what FEC rebuilt is taken off. */
static float voice_mos(const voice_stream *stream, const tccc_voice_stats *stats, const receive_stats *received) {
    const float fixed_ms = 50; /* codec frame and look-ahead, half a block of both devices */
    float gone = (float)received->packets_lost, recovered = (float)received->packets_recovered;
    float unrecovered = gone + recovered > 0 ? gone / (gone + recovered) : 0;
    float delay_ms = fixed_ms + received->buffer_ms + (stats->rtt_ms > 0 ? stats->rtt_ms / 2 : 0);
    return quality_mos(quality_rating(stream->config.codec, delay_ms, received->loss_ratio * unrecovered));
}

static int voice_level(const tccc_voice *voice, voice_stream *stream, float mos) {
    bool silent = stream->flags & TCCC_STREAM_RECEIVE && voice->now_us > stream->heard_us + TCCC_SILENT_S * 1000000u;
    return stream->level = silent ? 0 : quality_level(mos, stream->level);
}

int tccc_voice_gain(tccc_voice *voice, float input, float output) {
    if (!(input >= 0 && input <= TCCC_GAIN_MAX && output >= 0 && output <= TCCC_GAIN_MAX)) return TCCC_E_ARG_RANGE; /* NaN too */
    capture_gain(voice->capture, input);
    voice->output_wanted = output;
    return 0;
}

void tccc_voice_levels_get(const tccc_voice *voice, tccc_voice_levels *levels) {
    levels->input_dbfs = capture_raw_dbfs(voice->capture);
    levels->output_dbfs = level_dbfs(&voice->output_meter);
    levels->input_speaks = capture_speaks(voice->capture);
}

float tccc_level_share(float dbfs) {
    const float range_db = 60; /* the softest speech in a quiet room is about -55 dBFS */
    return dbfs > -range_db ? (dbfs < 0 ? 1 + dbfs / range_db : 1) : 0;
}

float tccc_mos(enum tccc_codec codec, float delay_ms, float loss_ratio) {
    return quality_mos(quality_rating(codec, delay_ms, loss_ratio));
}

int tccc_voice_stats_get(tccc_voice *voice, int channel, tccc_voice_stats *stats) {
    receive_stats received;
    voice_stream *stream = voice_find(voice, channel);
    if (!stream) return TCCC_E_NOT_FOUND;
    memset(stats, 0, sizeof *stats);
    voice_stats_of_session(stream, stats);
    receive_stats_get(stream->receive, &received);
    stats->packets_late = received.packets_late;
    stats->packets_duplicate = received.packets_duplicate;
    stats->buffer_ms = received.buffer_ms;
    stats->target_ms = received.target_ms;
    stats->concealed_ratio = received.concealed_ratio;
    stats->stretched_ratio = received.expanded_ratio + received.accelerated_ratio;
    stats->drift_ppm = received.drift_ppm;
    stats->input_dbfs = capture_level_dbfs(voice->capture);
    stats->output_dbfs = stream->flags & TCCC_STREAM_RECEIVE ? level_dbfs(&stream->meter) : LEVEL_SILENCE_DBFS;
    stats->mos = voice_mos(stream, stats, &received);
    stats->erle_db = capture_erle_db(voice->capture);
    stats->loss_ratio = received.loss_ratio;
    stats->level = voice_level(voice, stream, stats->mos);
    return 0;
}
