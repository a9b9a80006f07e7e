/* long_call.c: a call of two whole engines for minutes, in simulated time, whose clocks differ; prints one JSON object. Layer: tests.
 *
 * usage: voice_long_call FAR.wav NEAR.wav SECONDS PPM
 * The agent's engine (48 kHz, quanta of 128, canceller and suppressor on) and the telephone's (16 kHz, blocks of 10 ms, nothing on), Opus.
 * The telephone's clock is PPM faster, and so is the agent's microphone's against the loudspeaker: the echo, 200 ms late at first, wanders.
 * Every 20 s: 8 s the telephone alone, 8 s the agent alone, 4 s both.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "material.h"
#include "tccc/media.h"
#include "transform.h"

enum { AGENT_RATE = 48000, QUANTUM = 128, UP = AGENT_RATE / RATE, BLOCK = RATE / 100, HISTORY = 1 << 15, TAPS = 32, PHASES = 512, TURN_S = 20,
       WINDOW = RATE / 2, LAGS = RATE / 2, SETTLING_S = 20 };

static const double pi = 3.14159265358979323846;
static const double echo_delay_s = 0.2;
static const struct { int samples; float gain; } reflections[] = { { 0, 0.25f }, { 62, -0.12f }, { 149, 0.09f }, { 336, 0.05f }, { 624, -0.03f }, { 1056, 0.02f } };

typedef struct {
    const signal_f32 *far, *near;
    tccc_voice *agent, *telephone;
    double ppm, rate;               /* rate: of the telephone's clock and the microphone's, against the loudspeaker's */
    float loud[HISTORY];            /* what the agent's loudspeaker played */
    float sinc[PHASES][TAPS];
    signal_f32 heard, echo;         /* by the telephone, in its time; of the microphone, brought to RATE */
    int n_heard;
    long strange;                   /* samples that are no number or beyond -1..1 */
} long_call;

static tccc_voice *engine_of(int rate_hz, bool processing, uint64_t seed) {
    int error;
    tccc_stream_config stream = { .codec = TCCC_CODEC_OPUS, .payload_type = 111, .ptime_ms = 20, .bitrate_bps = 24000, .complexity = 5 };
    tccc_voice *voice = tccc_voice_new(&(tccc_voice_config){ .device_rate_hz = rate_hz, .aec = processing ? TCCC_PROCESSING_CORE : TCCC_PROCESSING_OFF,
                                                             .ns = processing ? TCCC_NOISE_LOW : TCCC_NOISE_OFF, .tail_ms = 128, .seed = seed }, &error);
    if (!voice || tccc_voice_open(voice, 0, &stream) < 0) exit(1);
    return voice;
}

static void make_sinc(long_call *call) {
    for (int p = 0; p < PHASES; p++)
        for (int k = 0; k < TAPS; k++) {
            double u = k - TAPS / 2 + 1 - (double)p / PHASES;
            call->sinc[p][k] = (float)((fabs(u) < 1e-9 ? 1 : sin(pi * u) / (pi * u)) * (0.5 + 0.5 * cos(pi * u / (TAPS / 2 + 0.5))));
        }
}

/* What the loudspeaker played at that sample of its time. */
static float played_at(const long_call *call, double at) {
    long whole = (long)floor(at);
    const float *taps = call->sinc[(int)((at - (double)whole) * PHASES)];
    float sum = 0;
    for (int k = 0; k < TAPS; k++) sum += taps[k] * call->loud[(whole + k - TAPS / 2 + 1) & (HISTORY - 1)];
    return sum;
}

static bool far_speaks(double s) { return fmod(s, TURN_S) < 8 || fmod(s, TURN_S) >= 16; }
static bool near_speaks(double s) { return fmod(s, TURN_S) >= 8; }

static float talker_at(const signal_f32 *talker, long i) { return talker->x[i % talker->n]; }

static void carry(tccc_voice *from, tccc_voice *to, uint64_t now_us) {
    uint8_t packet[TCCC_PACKET_MAX];
    int channel;
    for (int len; (len = tccc_voice_packet_out(from, packet, &channel)) > 0;) tccc_voice_packet_in(to, 0, packet, (size_t)len, now_us);
}

static void count_strange(long_call *call, const float *x, int n) {
    for (int i = 0; i < n; i++) call->strange += !(x[i] >= -1 && x[i] <= 1);
}

/* Quantum q of the agent: the microphone hears the room, then the loudspeaker plays on. */
static void agent_turn(long_call *call, long q) {
    float mic[QUANTUM], out[QUANTUM];
    uint64_t now_us = (uint64_t)q * QUANTUM * 1000000u / AGENT_RATE;
    for (int i = 0; i < QUANTUM; i++) {
        long n = q * QUANTUM + i, source = n / UP;
        double at = (double)n * (2 - call->rate) - echo_delay_s * AGENT_RATE, s = (double)n / AGENT_RATE;
        float echo = 0, share = (float)(n % UP) / UP;
        for (size_t k = 0; k < sizeof reflections / sizeof *reflections; k++)
            if (at > reflections[k].samples + TAPS) echo += reflections[k].gain * played_at(call, at - reflections[k].samples);
        float near = near_speaks(s) ? (1 - share) * talker_at(call->near, source) + share * talker_at(call->near, source + 1) : 0;
        if (n % UP == 0 && source < call->echo.n) call->echo.x[source] = echo;
        mic[i] = near + echo;
    }
    tccc_voice_capture(call->agent, mic, QUANTUM, now_us);
    tccc_voice_render(call->agent, out, QUANTUM, now_us);
    count_strange(call, out, QUANTUM);
    for (int i = 0; i < QUANTUM; i++) call->loud[(q * QUANTUM + i) & (HISTORY - 1)] = out[i];
    carry(call->agent, call->telephone, (uint64_t)((double)now_us * call->rate));
}

static void telephone_turn(long_call *call, long block, double s) {
    float said[BLOCK];
    uint64_t now_us = (uint64_t)block * 10000u;
    for (int i = 0; i < BLOCK; i++) said[i] = far_speaks(s) ? talker_at(call->far, block * BLOCK + i) : 0;
    tccc_voice_capture(call->telephone, said, BLOCK, now_us);
    float *heard = call->heard.x + block * BLOCK;
    tccc_voice_render(call->telephone, heard, BLOCK, now_us);
    count_strange(call, heard, BLOCK);
    call->n_heard = (int)(block + 1) * BLOCK;
    carry(call->telephone, call->agent, (uint64_t)((double)now_us / call->rate));
}

/* Least echo return loss of the turns in which the telephone alone speaks, once settled. */
static double worst_erle_db(const long_call *call, int seconds) {
    double worst = 1e9;
    for (int s = SETTLING_S; s + 8 <= seconds; s += TURN_S) {
        double before = power_of(call->echo.x + (s + 1) * RATE, 6 * RATE), after = power_of(call->heard.x + (long)((s + 1.2) * call->rate * RATE), 6 * RATE);
        worst = fmin(worst, 10 * log10((before + 1e-12) / (after + 1e-12)));
    }
    return worst;
}

static double correlation(const float *a, const float *b, int n) {
    double ab = 0, aa = 1e-12, bb = 1e-12;
    for (int i = 0; i < n; i++) ab += (double)a[i] * b[i], aa += (double)a[i] * a[i], bb += (double)b[i] * b[i];
    return ab / sqrt(aa * bb);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of half seconds in which the agent alone speaks: how like what he said what the telephone hears is; the 5th of 100 and the median. */
static void likeness(const long_call *call, int seconds, double *least, double *median) {
    static double found[4096], scores[LAGS];
    static float said[WINDOW + LAGS];
    int n = 0;
    for (double s = SETTLING_S + 9; s + 2 < seconds && n < 4096; s += 0.5) {
        if (!near_speaks(s) || far_speaks(s) || !near_speaks(s - 1) || far_speaks(s + 1.5)) continue;
        long from = (long)(s * RATE);
        for (int i = 0; i < WINDOW + LAGS; i++) said[i] = i < WINDOW ? talker_at(call->near, from + i) : 0;
        if (power_of(said, WINDOW) < 1e-5) continue;
        const float *heard = call->heard.x + (long)((double)from * call->rate);
        int lag = 0;
        correlate(said, heard, WINDOW + LAGS, scores, LAGS);
        for (int k = 1; k < LAGS; k++)
            if (scores[k] > scores[lag]) lag = k;
        found[n++] = correlation(said, heard + lag, WINDOW);
    }
    qsort(found, (size_t)n, sizeof *found, by_value);
    *least = n ? found[n / 20] : 0;
    *median = n ? found[n / 2] : 0;
}

static void judge(const long_call *call, int seconds, double buffer_most_ms) {
    tccc_voice_stats agent, telephone;
    double least, median;
    tccc_voice_stats_get(call->agent, 0, &agent);
    tccc_voice_stats_get(call->telephone, 0, &telephone);
    likeness(call, seconds, &least, &median);
    printf("{\"erle_worst_db\":%.1f,\"likeness_5\":%.3f,\"likeness\":%.3f,\"concealed\":%.5f,\"buffer_most_ms\":%.1f,\"drift_ppm\":%.1f,\"lost\":%u,\"strange\":%ld}\n",
           worst_erle_db(call, seconds), least, median, fmax(agent.concealed_ratio, telephone.concealed_ratio), buffer_most_ms, agent.drift_ppm,
           agent.packets_lost + telephone.packets_lost, call->strange);
}

int main(int argc, char **argv) {
    static long_call call;
    if (argc != 5 || atoi(argv[3]) < TURN_S || fabs(atof(argv[4])) > 500) {
        fprintf(stderr, "usage: voice_long_call FAR.wav NEAR.wav SECONDS PPM\n");
        return 2;
    }
    signal_f32 far = signal_read(argv[1]), near = signal_read(argv[2]);
    int seconds = atoi(argv[3]);
    double buffer_most_ms = 0;
    call.far = &far, call.near = &near;
    call.ppm = atof(argv[4]), call.rate = 1 + call.ppm * 1e-6;
    call.heard = signal_new((seconds + 2) * RATE), call.echo = signal_new(seconds * RATE);
    call.agent = engine_of(AGENT_RATE, true, 1), call.telephone = engine_of(RATE, false, 2);
    make_sinc(&call);
    for (long q = 0, block = 0; q * QUANTUM < (long)seconds * AGENT_RATE; q++) {
        agent_turn(&call, q);
        for (double s = (double)(q + 1) * QUANTUM / AGENT_RATE; (double)(block + 1) / 100 <= s * call.rate; block++) telephone_turn(&call, block, s);
        tccc_voice_stats stats;
        if (q % 375 || tccc_voice_stats_get(call.agent, 0, &stats) < 0 || q * QUANTUM < SETTLING_S * AGENT_RATE) continue;
        buffer_most_ms = fmax(buffer_most_ms, stats.buffer_ms);
    }
    judge(&call, seconds, buffer_most_ms);
    tccc_voice_free(call.agent);
    tccc_voice_free(call.telephone);
    return 0;
}
