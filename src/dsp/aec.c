/* aec.c: linear echo canceller over SpeexDSP's MDF. Layer: dsp. Source: Valin, IEEE TASLP 2007. */
#include "dsp/aec.h"

#include <math.h>
#include <speex/speex_echo.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/pcm16.h"
#include "tccc/error.h"

static const float FAR_ACTIVE = FRAME_LEN * 1e-5f; /* -50 dBFS */
static const float NEAR_ACTIVE = FRAME_LEN * 1e-7f; /* -70 dBFS */
static const float ERLE_KEEP = 0.99f;              /* time constant 1 s */
static const float FOUND_RATIO = 2.511886f;        /* 4 dB */
static const float FADE = 0.2f;                    /* a frame: 50 ms from microphone to filter */
enum { FOUND_FRAMES = 10 };

typedef struct {
    float near, out; /* energies of the difference signal: no DC, which the filter takes out by itself */
} aec_frame;

struct aec {
    SpeexEchoState *filter;
    float near_energy, out_energy;
    aec_frame recent[FOUND_FRAMES];
    int active;       /* frames in a row that recent holds, up to FOUND_FRAMES */
    int next;
    bool found;
    float share;      /* of the filter in the output, 0..1 */
};

aec *aec_new(int tail_ms, int *error)
{
    *error = TCCC_E_ARG_RANGE;
    if (tail_ms < AEC_TAIL_MIN_MS || tail_ms > AEC_TAIL_MAX_MS) return NULL;
    *error = TCCC_E_NO_MEMORY;
    aec *state = calloc(1, sizeof *state);
    if (!state) return NULL;
    int rate_hz = FRAME_RATE_HZ;
    state->filter = speex_echo_state_init(FRAME_LEN, tail_ms * (FRAME_RATE_HZ / 1000));
    if (!state->filter) {
        free(state);
        return NULL;
    }
    speex_echo_ctl(state->filter, SPEEX_ECHO_SET_SAMPLING_RATE, &rate_hz);
    *error = 0;
    return state;
}

void aec_free(aec *state)
{
    if (!state) return;
    speex_echo_state_destroy(state->filter);
    free(state);
}

void aec_reset(aec *state)
{
    speex_echo_state_reset(state->filter);
    state->near_energy = state->out_energy = state->share = 0;
    state->active = state->next = 0;
    state->found = false;
}

static float aec_difference_energy(const float x[FRAME_LEN])
{
    float sum = 0;
    for (int i = 1; i < FRAME_LEN; i++) sum += (x[i] - x[i - 1]) * (x[i] - x[i - 1]);
    return sum;
}

/* Has the filter taken 4 dB out of 100 ms in which both microphone and far end were active? */
static void aec_look_for_echo(aec *state, const float near[FRAME_LEN], const float out[FRAME_LEN])
{
    aec_frame sum = { 0, 0 };
    state->recent[state->next] = (aec_frame){ aec_difference_energy(near), aec_difference_energy(out) };
    state->next = (state->next + 1) % FOUND_FRAMES;
    if (++state->active < FOUND_FRAMES) return;
    state->active = FOUND_FRAMES;
    for (int i = 0; i < FOUND_FRAMES; i++) {
        sum.near += state->recent[i].near;
        sum.out += state->recent[i].out;
    }
    state->found = sum.near > FOUND_RATIO * sum.out;
}

static void aec_measure(aec *state, const float near[FRAME_LEN], const float out[FRAME_LEN])
{
    float near_energy = frame_energy(near, FRAME_LEN);
    if (!state->found && near_energy >= NEAR_ACTIVE)
        aec_look_for_echo(state, near, out);
    else
        state->active = 0;
    state->near_energy = ERLE_KEEP * state->near_energy + (1 - ERLE_KEEP) * near_energy;
    state->out_energy = ERLE_KEEP * state->out_energy + (1 - ERLE_KEEP) * frame_energy(out, FRAME_LEN);
}

/* out comes from the filter and leaves as the mixture of it and the microphone. */
static void aec_fade(aec *state, const float near[FRAME_LEN], float out[FRAME_LEN])
{
    float begin = state->share, end = state->found ? fminf(1, begin + FADE) : 0;
    state->share = end;
    if (begin == 1) return;
    for (int i = 0; i < FRAME_LEN; i++) {
        float share = begin + (end - begin) * (float)(i + 1) / FRAME_LEN;
        out[i] = near[i] + share * (out[i] - near[i]);
    }
}

void aec_process(aec *state, const float near[FRAME_LEN], const float far[FRAME_LEN], float out[FRAME_LEN])
{
    spx_int16_t near16[FRAME_LEN], far16[FRAME_LEN], out16[FRAME_LEN];
    float clean[FRAME_LEN];
    pcm16_from_f32(near, near16, FRAME_LEN);
    pcm16_from_f32(far, far16, FRAME_LEN);
    speex_echo_cancellation(state->filter, near16, far16, out16);
    pcm16_to_f32(out16, clean, FRAME_LEN);
    if (frame_energy(far, FRAME_LEN) >= FAR_ACTIVE) aec_measure(state, near, clean);
    aec_fade(state, near, clean);
    memcpy(out, clean, sizeof clean);
}

float aec_erle_db(const aec *state)
{
    const float floor = FRAME_LEN * 1e-9f; /* -90 dBFS */
    if (!state->found || state->near_energy < floor) return 0;
    return 10 * log10f(state->near_energy / (state->out_energy + floor));
}

bool aec_found_echo(const aec *state)
{
    return state->found;
}

struct SpeexEchoState_ *aec_residual_source(aec *state)
{
    return state->filter;
}
