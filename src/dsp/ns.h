/* ns.h: noise suppressor and residual echo suppressor in one. Layer: dsp.
 * Sources: Ephraim & Malah 1984/1985, Cohen & Berdugo 2001, as SpeexDSP's preprocessor implements them.
 *
 * Frames as in frame.h. Delay: NS_DELAY samples, always. One object does both because each needs the other's estimate:
 * a gain that knows only noise would bring the echo back up.
 */
#ifndef TCCC_DSP_NS_H
#define TCCC_DSP_NS_H

#include <stdbool.h>

#include "dsp/aec.h"
#include "dsp/frame.h"

#define NS_DELAY 160

typedef struct ns ns;

/* NULL with *error: TCCC_E_NO_MEMORY. Starts with neither noise nor echo suppression. */
ns *ns_new(int *error);
void ns_free(ns *state);

/* noise: suppress stationary noise (by up to 15 dB). echo: the canceller that runs before this, whose remaining echo is
 * suppressed (by up to 40 dB, 15 dB while the near end speaks), or NULL; it must outlive its use here. Nothing
 * is done about echo until it has found one. */
void ns_set(ns *state, bool noise, aec *echo);

/* In place. */
void ns_process(ns *state, float pcm[FRAME_LEN]);

#endif
