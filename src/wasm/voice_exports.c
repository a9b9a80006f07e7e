/* voice_exports.c: voice.wasm, the voice engine for the AudioWorklet. Layer: wasm. Source: include/tccc/media.h.
 *
 * A raw WebAssembly module without generated JavaScript. One engine per instance. JavaScript instantiates it, calls
 * `_initialize()` once, then voice_init. Numbers are i32 unless a type is given. "error" is a negative TCCC_E_* value
 * (include/tccc/error.h; voice_error gives its name). Pointers are byte offsets into `memory`; they stay the same for the
 * life of the instance, but a view made of memory.buffer must be made anew when memory.buffer has changed (voice_open may
 * grow the memory; capture, render and packets never do).
 *
 * | export                                                       | result                                                  |
 * | ------------------------------------------------------------ | ------------------------------------------------------- |
 * | memory                                                       | WebAssembly.Memory                                      |
 * | _initialize()                                                | call once, first                                        |
 * | voice_init(rate_hz, aec, ns, agc, tail_ms, seed_lo, seed_hi) | 0 or error ARG_RANGE, NO_MEMORY. aec, ns, agc: 1 = core, |
 * |                                                              | 0 = off or done by the browser. tail_ms 32..500. Called  |
 * |                                                              | again it starts a new engine with no streams.            |
 * | voice_mailbox()                                              | pointer of VOICE_MAILBOX (4096) bytes, 8-byte aligned    |
 * | voice_capture_buffer(), voice_render_buffer()                | pointers of TCCC_BLOCK_MAX (4096) f32 each              |
 * | voice_quantum(n_frames, now_us: f64)                         | takes capture[n_frames], fills render[n_frames]; the two |
 * |                                                              | may be the same size only. 0, ARG_RANGE, NOT_READY       |
 * | voice_open(channel, json_len)                                | mailbox: JSON below. 0 or ARG_MISSING, ARG_TYPE,         |
 * |                                                              | ARG_RANGE, FORMAT, TOO_LARGE, NO_MEMORY, NOT_READY; then |
 * |                                                              | the mailbox holds "ERROR_NAME A sentence that names the  |
 * |                                                              | member." and a zero byte                                 |
 * | voice_close(channel)                                         | -                                                       |
 * | voice_direct(channel, flags)                                 | flags: 1 send, 2 receive, 4 muted. 0 or NOT_FOUND, ..    |
 * | voice_digits(channel, len)                                   | mailbox: the digits, ASCII. Number queued, or ARG_RANGE, |
 * |                                                              | LIMIT, STATE (telephone-event was not negotiated), ..    |
 * | voice_configure(aec, ns, agc)                                | as voice_init, in a call, without a click; ns 4 after    |
 * |                                                              | voice_model only, else NOT_READY. 0 or error             |
 * | voice_model_buffer(len)                                      | pointer of len bytes for the learned suppressor's model, |
 * |                                                              | 0: no memory (which may grow here and in voice_model)    |
 * | voice_model()                                                | takes what is there (dsp/learned.h). 0, FORMAT,          |
 * |                                                              | NO_MEMORY, NOT_READY; the buffer is gone afterwards      |
 * | voice_gain(input: f32, output: f32)                          | 0 or ARG_RANGE: microphone and loudspeaker, 0..2, 1 at first |
 * | voice_speaks()                                               | 1 while somebody speaks into the microphone              |
 * | voice_level(which)                                           | f32, 0..1: 0 microphone, 1 loudspeaker, last 100 ms      |
 * | voice_mos(delay_ms: f32, loss: f32)                          | f32: what a connection is good for with Opus, 1..4.5     |
 * | voice_tone(kind)                                             | local tone: 0 none, 1 ringback, 2 ring, 3 busy           |
 * | voice_packet_in(channel, len, now_us: f64)                   | mailbox: the packet. 0, or why it was dropped: FORMAT,   |
 * |                                                              | AUTH, REPLAY, NOT_FOUND, TOO_LARGE, TIMEOUT (too late)   |
 * | voice_packet_out()                                           | 0 = nothing more; else channel << 16 | length, with the  |
 * |                                                              | packet in the mailbox. Call until 0 after each quantum   |
 * | voice_stats(channel)                                         | VOICE_STATS (22) with so many f64 in the mailbox, in the |
 * |                                                              | order below, or NOT_FOUND                                |
 * | voice_warm()                                                 | 0 or error: runs speech-like frames through every stage  |
 * |                                                              | and codec in a second engine, so that the browser has    |
 * |                                                              | compiled all of it. 120 ms of speech for two codecs, and |
 * |                                                              | the compiling: call it before there is sound             |
 * | voice_error(code)                                            | length of the error's name, which is in the mailbox      |
 *
 * voice_open's JSON (UTF-8, one object, at most 4096 bytes; unknown members are refused with ARG_RANGE):
 *   codec            "opus" | "PCMA" | "PCMU"                      required
 *   payloadType      0..127; PCMU 0, PCMA 8, Opus 96..127 usual    required
 *   dtmfPayloadType  0 (none) or 96..127                           default 0
 *   dtmfRate         8000 | 16000 | 48000                          default: the codec's RTP clock
 *   ptimeMs          10, 20, .. 60                                 default 20
 *   bitrate          6000..64000                                   default 24000
 *   complexity       0..10                                         default 5
 *   expectedLoss     0..100 percent; reports of more loss raise it    default 0
 *   dtx              boolean                                       default false
 *   ssrc             0..4294967295; 0: by the seed                 default 0
 *   srtp             absent, null, or {suite: "AES_CM_128_HMAC_SHA1_80" | "AES_CM_128_HMAC_SHA1_32",
 *                    sendKey, receiveKey: base64 of 30 bytes}
 *
 * voice_stats' f64 by index (fields of tccc_voice_stats): 0 packetsSent, 1 packetsReceived, 2 packetsLost, 3 packetsLate,
 * 4 packetsDuplicate, 5 bytesSent, 6 bytesReceived, 7 rttMs, 8 jitterMs, 9 bufferMs, 10 targetMs, 11 concealedRatio,
 * 12 stretchedRatio, 13 remoteLossRatio, 14 remoteJitterMs, 15 driftPpm, 16 inputDbfs, 17 outputDbfs, 18 mos, 19 erleDb, 20 lossRatio,
 * 21 level.
 * Below 0 in 7, 13 and 14: not known yet. -127 in 16 and 17: silence.
 *
 * Imports: wasi_snapshot_preview1.proc_exit(code) (only on a failed assertion), env.emscripten_notify_memory_growth(index).
 */
#include <emscripten.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "media/stream_config.h"
#include "tccc/error.h"
#include "tccc/media.h"

enum { VOICE_MAILBOX = 4096, VOICE_STATS = 22 };

static union {
    uint8_t bytes[VOICE_MAILBOX];
    char text[VOICE_MAILBOX];
    double numbers[VOICE_MAILBOX / sizeof(double)];
} mailbox;
static float capture_buffer[TCCC_BLOCK_MAX], render_buffer[TCCC_BLOCK_MAX];
static tccc_voice *voice;
static uint8_t *model; /* what is being handed over */
static size_t model_len;

static bool switch_valid(int value) {
    return value == 0 || value == 1;
}

EMSCRIPTEN_KEEPALIVE int voice_init(int rate_hz, int aec, int ns, int agc, int tail_ms, uint32_t seed_lo, uint32_t seed_hi) {
    int error = TCCC_E_ARG_RANGE;
    if (!switch_valid(aec) || !switch_valid(ns) || !switch_valid(agc)) return error;
    tccc_voice *made = tccc_voice_new(&(tccc_voice_config){ .device_rate_hz = rate_hz,
                                                            .aec = (enum tccc_processing)aec,
                                                            .ns = (enum tccc_noise)ns,
                                                            .agc = (enum tccc_processing)agc,
                                                            .tail_ms = tail_ms,
                                                            .seed = (uint64_t)seed_hi << 32 | seed_lo },
                                      &error);
    if (!made) return error;
    tccc_voice_free(voice);
    voice = made;
    return 0;
}

EMSCRIPTEN_KEEPALIVE uint8_t *voice_mailbox(void) {
    return mailbox.bytes;
}

EMSCRIPTEN_KEEPALIVE float *voice_capture_buffer(void) {
    return capture_buffer;
}

EMSCRIPTEN_KEEPALIVE float *voice_render_buffer(void) {
    return render_buffer;
}

static uint64_t microseconds(double now_us) {
    return now_us > 0 && now_us < 9e15 ? (uint64_t)now_us : 0;
}

EMSCRIPTEN_KEEPALIVE int voice_quantum(int n_frames, double now_us) {
    if (!voice) return TCCC_E_NOT_READY;
    int error = tccc_voice_capture(voice, capture_buffer, n_frames, microseconds(now_us));
    return error < 0 ? error : tccc_voice_render(voice, render_buffer, n_frames, microseconds(now_us));
}

EMSCRIPTEN_KEEPALIVE int voice_error(int code) {
    const char *name = tccc_error_name(code);
    size_t len = strlen(name);
    memcpy(mailbox.text, name, len + 1);
    return (int)len;
}

static int refuse_config(int error, const char *message) {
    int len = voice_error(error);
    size_t room = STREAM_CONFIG_MESSAGE;
    mailbox.text[len] = ' ';
    strncpy(mailbox.text + len + 1, message, room);
    mailbox.text[len + 1 + (int)room] = 0;
    return error;
}

EMSCRIPTEN_KEEPALIVE int voice_open(int channel, int json_len) {
    tccc_stream_config config;
    char message[STREAM_CONFIG_MESSAGE] = "";
    if (!voice) return refuse_config(TCCC_E_NOT_READY, message);
    if (json_len < 0 || json_len > VOICE_MAILBOX) return refuse_config(TCCC_E_TOO_LARGE, message);
    int error = stream_config_parse(&config, mailbox.text, (size_t)json_len, message);
    memset(mailbox.bytes, 0, (size_t)json_len); /* keys */
    if (error == 0) error = tccc_voice_open(voice, channel, &config);
    memset(&config, 0, sizeof config);
    return error < 0 ? refuse_config(error, message) : 0;
}

EMSCRIPTEN_KEEPALIVE void voice_close(int channel) {
    if (voice) tccc_voice_close(voice, channel);
}

EMSCRIPTEN_KEEPALIVE int voice_direct(int channel, unsigned flags) {
    return voice ? tccc_voice_direct(voice, channel, flags) : TCCC_E_NOT_READY;
}

EMSCRIPTEN_KEEPALIVE int voice_digits(int channel, int len) {
    char digits[TCCC_DIGITS_MAX + 1] = "";
    if (!voice) return TCCC_E_NOT_READY;
    if (len < 0 || len > TCCC_DIGITS_MAX) return TCCC_E_LIMIT;
    memcpy(digits, mailbox.text, (size_t)len);
    return strlen(digits) == (size_t)len ? tccc_voice_digits(voice, channel, digits) : TCCC_E_ARG_RANGE;
}

EMSCRIPTEN_KEEPALIVE int voice_configure(int aec, int ns, int agc) {
    if (!voice) return TCCC_E_NOT_READY;
    return tccc_voice_configure(voice, (enum tccc_processing)aec, (enum tccc_noise)ns, (enum tccc_processing)agc);
}

EMSCRIPTEN_KEEPALIVE uint8_t *voice_model_buffer(int len) {
    free(model);
    model_len = len > 0 ? (size_t)len : 0;
    model = malloc(model_len);
    return model;
}

EMSCRIPTEN_KEEPALIVE int voice_model(void) {
    int error = voice && model ? tccc_voice_model(voice, model, model_len) : TCCC_E_NOT_READY;
    free(model);
    model = NULL;
    return error;
}

EMSCRIPTEN_KEEPALIVE int voice_gain(float input, float output) {
    return voice ? tccc_voice_gain(voice, input, output) : TCCC_E_NOT_READY;
}

EMSCRIPTEN_KEEPALIVE float voice_level(int which) {
    tccc_voice_levels levels;
    if (!voice) return 0;
    tccc_voice_levels_get(voice, &levels);
    return tccc_level_share(which == 0 ? levels.input_dbfs : levels.output_dbfs);
}

EMSCRIPTEN_KEEPALIVE int voice_speaks(void) {
    tccc_voice_levels levels = { 0 };
    if (voice) tccc_voice_levels_get(voice, &levels);
    return levels.input_speaks;
}

EMSCRIPTEN_KEEPALIVE float voice_mos(float delay_ms, float loss) {
    return tccc_mos(TCCC_CODEC_OPUS, delay_ms, loss);
}

EMSCRIPTEN_KEEPALIVE int voice_tone(int kind) {
    return voice ? tccc_voice_tone(voice, (enum tccc_tone)kind) : TCCC_E_NOT_READY;
}

EMSCRIPTEN_KEEPALIVE int voice_packet_in(int channel, int len, double now_us) {
    if (!voice) return TCCC_E_NOT_READY;
    if (len < 0 || len > VOICE_MAILBOX) return TCCC_E_TOO_LARGE;
    return tccc_voice_packet_in(voice, channel, mailbox.bytes, (size_t)len, microseconds(now_us));
}

EMSCRIPTEN_KEEPALIVE int voice_packet_out(void) {
    int channel = 0, len = voice ? tccc_voice_packet_out(voice, mailbox.bytes, &channel) : 0;
    return len > 0 ? channel << 16 | len : 0;
}

EMSCRIPTEN_KEEPALIVE int voice_stats(int channel) {
    tccc_voice_stats s;
    int error = voice ? tccc_voice_stats_get(voice, channel, &s) : TCCC_E_NOT_READY;
    if (error < 0) return error;
    const double numbers[VOICE_STATS] = {
        s.packets_sent,     s.packets_received,  s.packets_lost,     s.packets_late,  s.packets_duplicate,
        s.bytes_sent,       s.bytes_received,    s.rtt_ms,           s.jitter_ms,     s.buffer_ms,
        s.target_ms,        s.concealed_ratio,   s.stretched_ratio,  s.remote_loss_ratio, s.remote_jitter_ms,
        s.drift_ppm,        s.input_dbfs,        s.output_dbfs,      s.mos,           s.erle_db,
        s.loss_ratio,       s.level,
    };
    memcpy(mailbox.numbers, numbers, sizeof numbers);
    return VOICE_STATS;
}

/* A buzzing voice sent to itself: two streams of the second engine exchange their packets, and lose one of each. */
static void warm_run(tccc_voice *engine) {
    enum { BLOCK = 480, BLOCKS = 12, LOST_BLOCK = 7 };
    float block[BLOCK];
    uint8_t packet[TCCC_PACKET_MAX];
    int channel;
    for (int i = 0; i < BLOCKS; i++) {
        uint64_t now_us = 10000u * (uint64_t)(i + 1);
        for (int k = 0; k < BLOCK; k++) block[k] = (float)((i * BLOCK + k) % 400) / 800 - 0.25f;
        tccc_voice_capture(engine, block, BLOCK, now_us);
        for (int len; (len = tccc_voice_packet_out(engine, packet, &channel)) > 0;)
            if (i != LOST_BLOCK) tccc_voice_packet_in(engine, channel ^ 1, packet, (size_t)len, now_us);
        tccc_voice_render(engine, block, BLOCK, now_us);
    }
}

static int warm_open(tccc_voice *engine, enum tccc_codec codec, uint8_t payload_type) {
    tccc_stream_config config = { .codec = codec, .payload_type = payload_type, .ptime_ms = 20, .bitrate_bps = 24000,
                                  .complexity = 5, .expected_loss_percent = 10, .srtp = TCCC_SRTP_AES128_SHA1_80 };
    int error = tccc_voice_open(engine, 0, &config);
    return error < 0 ? error : tccc_voice_open(engine, 1, &config);
}

EMSCRIPTEN_KEEPALIVE int voice_warm(void) {
    int error;
    tccc_voice *engine = tccc_voice_new(&(tccc_voice_config){ .device_rate_hz = 48000,
                                                              .aec = TCCC_PROCESSING_CORE,
                                                              .ns = TCCC_NOISE_MEDIUM,
                                                              .agc = TCCC_PROCESSING_CORE,
                                                              .tail_ms = 32,
                                                              .seed = 1 },
                                        &error);
    if (!engine) return error;
    error = warm_open(engine, TCCC_CODEC_OPUS, 111);
    if (error == 0) warm_run(engine);
    if (error == 0) error = warm_open(engine, TCCC_CODEC_PCMA, 8);
    if (error == 0) warm_run(engine);
    tccc_voice_free(engine);
    return error;
}
