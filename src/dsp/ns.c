/* ns.c: noise and residual echo suppressor over SpeexDSP's preprocessor. Layer: dsp.
 * Sources: Ephraim & Malah 1984/1985, Cohen & Berdugo 2001. */
#include "dsp/ns.h"

#include <speex/speex_preprocess.h>
#include <stdlib.h>

#include "dsp/pcm16.h"
#include "tccc/error.h"

enum { NOISE_DB = -15, ECHO_DB = -40, ECHO_NEAR_SPEECH_DB = -15 }; /* best of those measured for double talk */

struct ns {
    SpeexPreprocessState *gains;
    aec *echo;
};

ns *ns_new(int *error)
{
    *error = TCCC_E_NO_MEMORY;
    ns *state = calloc(1, sizeof *state);
    if (!state) return NULL;
    state->gains = speex_preprocess_state_init(FRAME_LEN, FRAME_RATE_HZ);
    if (!state->gains) {
        free(state);
        return NULL;
    }
    *error = 0;
    ns_set(state, false, NULL);
    return state;
}

void ns_free(ns *state)
{
    if (!state) return;
    speex_preprocess_state_destroy(state->gains);
    free(state);
}

/* The denoiser stays on even for echo alone: without it the preprocessor applies no gain at all. */
void ns_set(ns *state, bool noise, aec *echo)
{
    spx_int32_t on = 1, noise_db = noise ? NOISE_DB : 0, echo_db = ECHO_DB, near_speech_db = ECHO_NEAR_SPEECH_DB;
    speex_preprocess_ctl(state->gains, SPEEX_PREPROCESS_SET_DENOISE, &on);
    speex_preprocess_ctl(state->gains, SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, &noise_db);
    speex_preprocess_ctl(state->gains, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, &echo_db);
    speex_preprocess_ctl(state->gains, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, &near_speech_db);
    state->echo = echo;
}

void ns_process(ns *state, float pcm[FRAME_LEN])
{
    spx_int16_t pcm16[FRAME_LEN];
    bool suspect = state->echo && aec_found_echo(state->echo);
    speex_preprocess_ctl(state->gains, SPEEX_PREPROCESS_SET_ECHO_STATE, suspect ? aec_residual_source(state->echo) : NULL);
    pcm16_from_f32(pcm, pcm16, FRAME_LEN);
    speex_preprocess_run(state->gains, pcm16);
    pcm16_to_f32(pcm16, pcm, FRAME_LEN);
}
