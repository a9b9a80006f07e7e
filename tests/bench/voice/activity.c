/* activity.c: what the capture chain takes for speech, 10 ms by 10 ms. Layer: tests.
 *
 * usage: voice_activity off|medium IN.wav OUT.wav
 * The chain of a call, with that noise suppression and a silent loudspeaker. OUT: a sample for each 10 ms, 0.5 where somebody speaks.
 */
#include <stdio.h>
#include <string.h>

#include "material.h"
#include "media/capture.h"

int main(int argc, char **argv) {
    static const float silence[FRAME_LEN];
    int error, n = 0;
    if (argc != 4 || (strcmp(argv[1], "off") && strcmp(argv[1], "medium"))) {
        fprintf(stderr, "usage: voice_activity off|medium IN.wav OUT.wav\n");
        return 2;
    }
    signal_f32 in = signal_read(argv[2]), out = signal_new(in.n / FRAME_LEN);
    capture *chain = capture_new(&(tccc_voice_config){ .device_rate_hz = RATE, .aec = TCCC_PROCESSING_CORE, .agc = TCCC_PROCESSING_CORE, .tail_ms = 128,
                                                       .ns = strcmp(argv[1], "off") ? TCCC_NOISE_MEDIUM : TCCC_NOISE_OFF, .seed = 1 }, &error);
    if (!chain) return 1;
    const float *left = in.x;
    for (int n_left = in.n; capture_fill(chain, &left, &n_left) && n < out.n;) {
        capture_frame frame;
        capture_process(chain, silence, &frame);
        out.x[n++] = frame.active ? 0.5f : 0;
    }
    signal_write(argv[3], out.x, n);
    capture_free(chain);
    signal_free(&in);
    signal_free(&out);
    return 0;
}
