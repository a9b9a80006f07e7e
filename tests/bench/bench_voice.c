/* bench_voice.c: microseconds of CPU for each 10 ms of speech, stage by stage, and what the engine takes from the heap. Layer: bench.
 * One JSON object a line. The same file runs natively and, by bench_voice_wasm.js, as WebAssembly. Each value is the fastest
 * of several seconds of speech, so that other work on the machine does not count. */
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dsp/aec.h"
#include "dsp/agc.h"
#include "dsp/frame.h"
#include "dsp/learned_model.h"
#include "dsp/resample.h"
#include "dsp/suppress.h"
#include "dsp/vad.h"
#include "media/codec.h"
#include "media/rtp.h"
#include "media/srtp.h"
#include "tccc/media.h"

#ifdef __wasm_simd128__
#define BUILD "wasm-simd"
#elif defined(__wasm__)
#define BUILD "wasm"
#else
#define BUILD "native"
#endif

enum { RATE_HZ = 48000, DEVICE_FRAME = RATE_HZ / 100, SECONDS = 6, FRAMES = SECONDS * FRAMES_PER_SECOND, TAIL_MS = 128,
       PACKETS = FRAMES / 2 + 8 };

static float microphone[FRAMES][DEVICE_FRAME];          /* 48 kHz */
static float near[FRAMES][FRAME_LEN], far[FRAMES][FRAME_LEN];
static struct { int len; uint8_t bytes[TCCC_PACKET_MAX]; } packets[PACKETS];

static double now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* A voice of 110 to 206 Hz with noise and pauses; the far end is another, and comes back in near at a quarter after 40 ms. */
static void make_speech(void) {
    uint32_t random = 1, phase[2] = { 0, 0 };
    float low[2] = { 0, 0 };
    for (int i = 0; i < FRAMES * FRAME_LEN; i++) {
        float out[2];
        for (int k = 0; k < 2; k++) {
            int stretch = i / (2731 + 500 * k), place = i % (2731 + 500 * k);
            random = random * 1664525u + 1013904223u;
            phase[k] += 29527800u + (uint32_t)(stretch * 7 % 12) * 2362230u;
            float noise = (float)(random >> 22) / 32768.0f - 512 / 32768.0f;
            float rise = (float)(place < 1365 ? place : 2731 - place) / 2731;
            float buzz = ((float)(phase[k] >> 17) / 32768.0f - 0.5f) * rise;
            low[k] += ((stretch % 3 == 2 ? noise / 16 : buzz + noise) - low[k]) * 0.4f;
            out[k] = low[k];
        }
        far[i / FRAME_LEN][i % FRAME_LEN] = out[1];
        float echo = i < 640 ? 0 : far[(i - 640) / FRAME_LEN][(i - 640) % FRAME_LEN];
        near[i / FRAME_LEN][i % FRAME_LEN] = out[0] + 0.25f * echo;
    }
}

static void report(const char *stage, double us) {
    bool whole = strcmp(stage, "whole path") == 0, learned = strncmp(stage, "AI", 2) == 0;
    double goal = learned ? 400 : strcmp(BUILD, "wasm") == 0 ? 200 : strcmp(BUILD, "wasm-simd") == 0 ? 160 : 0;
    printf("{\"name\":\"voice: %s, %s\",\"value\":%.2f,\"unit\":\"us per 10 ms\",", stage, BUILD, us);
    if ((whole || learned) && goal > 0)
        printf("\"goal\":%g,\"direction\":\"lower\",\"peer\":null,\"peer_value\":null}\n", goal);
    else
        printf("\"goal\":null,\"direction\":\"lower\",\"peer\":null,\"peer_value\":null}\n");
}

/* Runs `stage` on every frame; the fastest second, in microseconds a frame. */
static double fastest(void (*stage)(void *, int), void *context) {
    double best = 1e12;
    for (int second = 0; second < SECONDS; second++) {
        double start = now_us();
        for (int i = 0; i < FRAMES_PER_SECOND; i++) stage(context, second * FRAMES_PER_SECOND + i);
        double taken = (now_us() - start) / FRAMES_PER_SECOND;
        if (taken < best) best = taken;
    }
    return best;
}

static float sink[DEVICE_FRAME * 8];

static void run_down(void *state, int i) { resample_run(state, microphone[i], DEVICE_FRAME, sink); }
static void run_up(void *state, int i) { resample_run(state, near[i], FRAME_LEN, sink); }
static void run_aec(void *state, int i) { aec_process(state, near[i], far[i], sink); }

static struct { aec *echo; suppress *suppress; } suppress_bench;
static void run_suppress(void *state, int i) {
    (void)state;
    memcpy(sink, near[i], sizeof near[i]);
    suppress_process(suppress_bench.suppress, sink);
}

static struct { vad activity; agc gain; } agc_bench;
static void run_agc(void *state, int i) {
    (void)state;
    memcpy(sink, near[i], sizeof near[i]);
    int speech = vad_put(&agc_bench.activity, sink);
    agc_process(&agc_bench.gain, sink, speech, vad_floor_power(&agc_bench.activity));
}

static void run_encode(void *state, int i) {
    static float pcm[2 * FRAME_LEN];
    memcpy(pcm + i % 2 * FRAME_LEN, near[i], sizeof near[i]);
    if (i % 2 == 0) return;
    packets[i / 2].len = codec_encoder_encode(state, pcm, packets[i / 2].bytes, CODEC_PAYLOAD_MAX);
}

static void run_decode(void *state, int i) {
    static float pcm[CODEC_FRAME_MAX];
    if (i % 2 == 0) codec_decoder_decode(state, packets[i / 2].bytes, (size_t)packets[i / 2].len, pcm, CODEC_FRAME_MAX);
}

static struct { srtp_sender *sender; srtp_receiver *receiver; } srtp_bench;
static void run_srtp(void *state, int i) {
    uint8_t packet[256] = { 0 };
    rtp_packet header = { .payload_type = 111, .seq = (uint16_t)i, .timestamp = (uint32_t)i * 480, .ssrc = 1 };
    (void)state;
    if (i % 2) return;
    rtp_packet_write(&header, packet, sizeof packet);
    int len = srtp_sender_rtp(srtp_bench.sender, packet, RTP_HEADER_LEN + 60, sizeof packet);
    srtp_receiver_rtp(srtp_bench.receiver, packet, (size_t)len);
}

static tccc_stream_config stream_config(void) {
    return (tccc_stream_config){ .codec = TCCC_CODEC_OPUS, .payload_type = 111, .dtmf_payload_type = 101, .dtmf_rate_hz = 48000,
                                 .ptime_ms = 20, .bitrate_bps = 24000, .complexity = 5, .expected_loss_percent = 5,
                                 .srtp = TCCC_SRTP_AES128_SHA1_80 };
}

static tccc_voice *open_voice(uint64_t seed) {
    int error;
    tccc_voice *voice = tccc_voice_new(&(tccc_voice_config){ .device_rate_hz = RATE_HZ, .aec = TCCC_PROCESSING_CORE,
                                                             .ns = TCCC_NOISE_MEDIUM, .agc = TCCC_PROCESSING_CORE,
                                                             .tail_ms = TAIL_MS, .seed = seed },
                                       &error);
    tccc_stream_config config = stream_config();
    if (!voice || tccc_voice_open(voice, 0, &config) < 0) exit(1);
    return voice;
}

/* What the peer sends: the same speech through an engine of its own, one list of packets for each frame. */
static int record_peer(void) {
    tccc_voice *peer = open_voice(2);
    int count = 0, channel;
    for (int i = 0; i < FRAMES && count < PACKETS - 4; i++) {
        tccc_voice_capture(peer, microphone[i], DEVICE_FRAME, (uint64_t)i * 10000);
        while (count < PACKETS && (packets[count].len = tccc_voice_packet_out(peer, packets[count].bytes, &channel)) > 0) count++;
    }
    tccc_voice_free(peer);
    return count;
}

enum { ECHO_FRAMES = 4 };
static struct { tccc_voice *voice; int sent, count; float loud[ECHO_FRAMES][DEVICE_FRAME]; } whole_bench;
/* What was rendered 40 ms ago comes back at a quarter, so that canceller and suppressor have an echo to find. */
static void run_whole(void *state, int i) {
    uint8_t out[TCCC_PACKET_MAX];
    float *loud = whole_bench.loud[i % ECHO_FRAMES];
    int channel;
    uint64_t at_us = (uint64_t)i * 10000;
    (void)state;
    for (int k = 0; k < DEVICE_FRAME; k++) loud[k] = microphone[i][k] + 0.25f * loud[k];
    tccc_voice_capture(whole_bench.voice, loud, DEVICE_FRAME, at_us);
    while (tccc_voice_packet_out(whole_bench.voice, out, &channel) > 0) continue;
    for (int due = (i + 1) * whole_bench.count / FRAMES; whole_bench.sent < due; whole_bench.sent++)
        tccc_voice_packet_in(whole_bench.voice, 0, packets[whole_bench.sent].bytes, (size_t)packets[whole_bench.sent].len, at_us);
    tccc_voice_render(whole_bench.voice, loud, DEVICE_FRAME, at_us);
}

static void bench_dsp(void) {
    int error;
    resample *up = resample_new(FRAME_RATE_HZ, RATE_HZ, &error), *down = resample_new(RATE_HZ, FRAME_RATE_HZ, &error);
    for (int i = 0; i < FRAMES; i++) resample_run(up, near[i], FRAME_LEN, microphone[i]);
    resample_reset(up);
    report("resample 48 to 16 kHz", fastest(run_down, down));
    report("resample 16 to 48 kHz", fastest(run_up, up));
    suppress_bench.echo = aec_new(TAIL_MS, &error);
    suppress_bench.suppress = suppress_new(&error);
    suppress_set(suppress_bench.suppress, TCCC_NOISE_MEDIUM, suppress_bench.echo);
    report("echo canceller, 128 ms", fastest(run_aec, suppress_bench.echo));
    double light = fastest(run_suppress, NULL);
    report("noise and residual echo", light);
    if (suppress_model(suppress_bench.suppress, learned_model, LEARNED_MODEL_LEN) == 0) {
        suppress_set(suppress_bench.suppress, TCCC_NOISE_AI, suppress_bench.echo);
        report("AI noise reduction, besides", fastest(run_suppress, NULL) - light);
    }
    vad_start(&agc_bench.activity);
    agc_start(&agc_bench.gain, true);
    report("activity and gain", fastest(run_agc, NULL));
    resample_free(up);
    resample_free(down);
    suppress_free(suppress_bench.suppress);
    aec_free(suppress_bench.echo);
}

static void bench_codec(void) {
    int error;
    tccc_stream_config config = stream_config();
    codec_encoder *encoder = codec_encoder_new(&config, &error);
    codec_decoder *decoder = codec_decoder_new(config.codec, &error);
    report("Opus encode, complexity 5, 24 kb/s, FEC", fastest(run_encode, encoder));
    report("Opus decode", fastest(run_decode, decoder));
    codec_encoder_free(encoder);
    codec_decoder_free(decoder);
    srtp_bench.sender = srtp_sender_open(SRTP_SCHEME_AES128_SHA1_80, config.srtp_send_key, TCCC_SRTP_KEY_LEN, &error);
    srtp_bench.receiver = srtp_receiver_open(SRTP_SCHEME_AES128_SHA1_80, config.srtp_send_key, TCCC_SRTP_KEY_LEN, &error);
    report("SRTP, one packet each way in 20 ms", fastest(run_srtp, NULL));
    srtp_sender_close(srtp_bench.sender);
    srtp_receiver_close(srtp_bench.receiver);
}

/* Bytes that were taken and not given back. */
static double heap_used(void) {
#ifdef __wasm__
    return (double)mallinfo().uordblks;
#else
    struct mallinfo2 info = mallinfo2();
    return (double)info.uordblks + (double)info.hblkhd;
#endif
}

static void report_heap(const char *what, double bytes, double goal_kb) {
    printf("{\"name\":\"voice: %s, %s\",\"value\":%.1f,\"unit\":\"kB\",\"goal\":%g,\"direction\":\"lower\",\"peer\":null,\"peer_value\":null}\n", what, BUILD,
           bytes / 1000, goal_kb);
}

/* An engine of a call and of as many calls as there can be, with all that can be switched on; then what six seconds of a call add. */
static void bench_heap(void) {
    double before = heap_used();
    tccc_stream_config config = stream_config();
    tccc_voice *voice = open_voice(1);
    if (tccc_voice_model(voice, learned_model, LEARNED_MODEL_LEN) < 0 ||
        tccc_voice_configure(voice, TCCC_PROCESSING_CORE, TCCC_NOISE_AI, TCCC_PROCESSING_CORE) < 0) exit(1);
    report_heap("heap of an engine in a call with AI", heap_used() - before, 1500);
    for (int channel = 1; channel < TCCC_VOICE_STREAMS; channel++)
        if (tccc_voice_open(voice, channel, &config) < 0) exit(1);
    double opened = heap_used();
    report_heap("heap of an engine in four calls with AI", opened - before, 1500);
    whole_bench.voice = voice;
    whole_bench.sent = 0;
    for (int i = 0; i < FRAMES_PER_SECOND; i++) run_whole(NULL, i); /* libsrtp learns the peer's SSRC at its first packet */
    opened = heap_used();
    for (int i = FRAMES_PER_SECOND; i < FRAMES; i++) run_whole(NULL, i);
    report_heap("heap that a call adds after its start", heap_used() - opened, 0);
    tccc_voice_free(voice);
}

static void bench_whole(void) {
    double best = 1e12;
    whole_bench.count = record_peer();
    for (int pass = 0; pass < 3; pass++) {
        whole_bench.voice = open_voice(1);
        whole_bench.sent = 0;
        memset(whole_bench.loud, 0, sizeof whole_bench.loud);
        double us = fastest(run_whole, NULL);
        if (us < best) best = us;
        tccc_voice_free(whole_bench.voice);
    }
    report("whole path", best);
}

int main(void) {
    make_speech();
    bench_dsp();
    bench_codec();
    bench_whole();
    bench_heap();
    return 0;
}
