/* aec.c: linear echo canceller over SpeexDSP's MDF. Layer: dsp. Source: Valin, IEEE TASLP 2007. */
#include "dsp/aec.h"

#include <math.h>
#include <speex/speex_echo.h>
#include <stdlib.h>

#include "dsp/pcm16.h"
#include "tccc/error.h"

static const float FAR_ACTIVE = FRAME_LEN * 1e-5f; /* -50 dBFS */
static const float ERLE_KEEP = 0.99f;              /* time constant 1 s */

struct aec {
    SpeexEchoState *filter;
    float near_energy, out_energy;
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
    state->near_energy = state->out_energy = 0;
}

void aec_process(aec *state, const float near[FRAME_LEN], const float far[FRAME_LEN], float out[FRAME_LEN])
{
    spx_int16_t near16[FRAME_LEN], far16[FRAME_LEN], out16[FRAME_LEN];
    float near_energy = frame_energy(near, FRAME_LEN);
    pcm16_from_f32(near, near16, FRAME_LEN);
    pcm16_from_f32(far, far16, FRAME_LEN);
    speex_echo_cancellation(state->filter, near16, far16, out16);
    pcm16_to_f32(out16, out, FRAME_LEN);
    if (frame_energy(far, FRAME_LEN) < FAR_ACTIVE) return;
    state->near_energy = ERLE_KEEP * state->near_energy + (1 - ERLE_KEEP) * near_energy;
    state->out_energy = ERLE_KEEP * state->out_energy + (1 - ERLE_KEEP) * frame_energy(out, FRAME_LEN);
}

float aec_erle_db(const aec *state)
{
    const float floor = FRAME_LEN * 1e-9f; /* -90 dBFS */
    if (state->near_energy < floor) return 0;
    return 10 * log10f(state->near_energy / (state->out_energy + floor));
}

struct SpeexEchoState_ *aec_residual_source(aec *state)
{
    return state->filter;
}
