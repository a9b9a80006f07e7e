/* aec.h: linear echo canceller. Layer: dsp.
 * Source: Valin, "On Adjusting the Learning Rate in Frequency Domain Echo Cancellation With Double-Talk" (IEEE TASLP
 * 2007), as SpeexDSP's MDF implements it. What echo it leaves is removed by ns.h, which asks it for an estimate.
 *
 * Without an echo to learn (a headset) the filter would fit the near end's speech to the far end's for the first seconds
 * and mangle it. So its output is taken only once it has shown an echo: 4 dB less power than the microphone's over 100 ms
 * while the far end speaks. That never happened without an echo, and within 0.7 to 1.3 s of far-end speech with one
 * (measured: rooms of 0.3 s, echo of -6 to -26 dB, speech of two people).
 *
 * Frames as in frame.h. No delay: out[i] belongs to near[i].
 */
#ifndef TCCC_DSP_AEC_H
#define TCCC_DSP_AEC_H

#include <stdbool.h>

#include "dsp/frame.h"

#define AEC_TAIL_MIN_MS 32
#define AEC_TAIL_MAX_MS 500

typedef struct aec aec;

/* tail_ms: the longest echo it can model, counted from the far-end sample's entry into aec_process: device latency and
 * room together. NULL with *error: TCCC_E_ARG_RANGE, TCCC_E_NO_MEMORY. */
aec *aec_new(int tail_ms, int *error);
void aec_free(aec *state);
void aec_reset(aec *state);

/* near: microphone; far: what the loudspeaker got in the same 10 ms or before; out: near without the modelled echo.
 * out may be near. Clipped to -1..1. */
void aec_process(aec *state, const float near[FRAME_LEN], const float far[FRAME_LEN], float out[FRAME_LEN]);

/* Echo return loss enhancement of the last second in which the far end spoke: power of near over power of out, dB.
 * 0 until then. The near end's own speech counts into both and lowers it. */
float aec_erle_db(const aec *state);

/* True once an echo was found, until aec_reset. */
bool aec_found_echo(const aec *state);

/* Where ns.h gets the estimate of the remaining echo: SpeexDSP's state, valid as long as the canceller. */
struct SpeexEchoState_ *aec_residual_source(aec *state);

#endif
