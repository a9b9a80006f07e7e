/* capture.c: echo canceller, noise suppressor and the whole capture chain on files. Layer: cli. */
#include "audio.h"

#include <stdlib.h>
#include <string.h>

#include "dsp/aec.h"
#include "dsp/learned_model.h"
#include "dsp/suppress.h"
#include "media/capture.h"
#include "tccc/error.h"

/* far, filled up with silence to the microphone's length. */
static audio_signal read_far(const char *path, int n) {
    audio_signal far = audio_read(path);
    float *pcm = audio_room(n);
    memcpy(pcm, far.pcm, (size_t)(far.n < n ? far.n : n) * sizeof *pcm);
    free(far.pcm);
    return (audio_signal){ pcm, n };
}

static _Noreturn void fail_tail(int error) {
    audio_fail("--tail-ms", error == TCCC_E_ARG_RANGE ? "must be 32 to 500" : tccc_error_name(error));
}

void audio_aec(const audio_options *options) {
    int error;
    audio_signal mic = audio_read(options->mic), far = read_far(options->far, mic.n);
    aec *canceller = aec_new(options->tail_ms, &error);
    suppress *suppressor = canceller ? suppress_new(&error) : NULL;
    if (!suppressor) fail_tail(error);
    if (options->has_level && options->level == TCCC_NOISE_AI) audio_fail("--level", "must be off, low, medium or high with aec; process has ai");
    suppress_set(suppressor, options->has_level ? options->level : TCCC_NOISE_OFF, canceller);
    for (int i = 0; i < mic.n; i += FRAME_LEN) {
        audio_progress(i, mic.n);
        aec_process(canceller, mic.pcm + i, far.pcm + i, mic.pcm + i);
        suppress_process(suppressor, mic.pcm + i);
    }
    audio_write(options->out, mic.pcm, mic.n);
    audio_json(options->json, "{\"erle_db\":%.2f,\"found\":%s,\"delay_ms\":%d,\"drift_ppm\":%.1f}\n", (double)aec_erle_db(canceller),
               aec_found_echo(canceller) ? "true" : "false", aec_delay_ms(canceller), (double)aec_drift_ppm(canceller));
    suppress_free(suppressor);
    aec_free(canceller);
    free(mic.pcm);
    free(far.pcm);
}

void audio_ns(const audio_options *options) {
    int error;
    audio_signal in = audio_read(options->in);
    suppress *suppressor = suppress_new(&error);
    if (!suppressor) audio_fail("suppressor", tccc_error_name(error));
    if (options->level == TCCC_NOISE_AI) error = suppress_model(suppressor, learned_model, LEARNED_MODEL_LEN);
    if (error < 0) audio_fail("--level", tccc_error_name(error));
    suppress_set(suppressor, options->level, NULL);
    for (int i = 0; i < in.n; i += FRAME_LEN) {
        audio_progress(i, in.n);
        suppress_process(suppressor, in.pcm + i);
    }
    audio_write(options->out, in.pcm, in.n);
    suppress_free(suppressor);
    free(in.pcm);
}

void audio_process(const audio_options *options) {
    int error, n_out = 0;
    audio_signal mic = audio_read(options->mic), far = read_far(options->far, mic.n);
    enum tccc_noise light = options->level == TCCC_NOISE_AI ? TCCC_NOISE_LOW : options->level;
    capture *chain = capture_new(&(tccc_voice_config){ .device_rate_hz = FRAME_RATE_HZ, .aec = TCCC_PROCESSING_CORE,
                                                       .ns = light, .agc = TCCC_PROCESSING_CORE,
                                                       .tail_ms = options->tail_ms, .seed = 1 }, &error);
    if (!chain) fail_tail(error);
    if (options->level != light) error = capture_model(chain, learned_model, LEARNED_MODEL_LEN);
    if (error == 0) error = capture_configure(chain, true, options->level, true);
    if (error < 0) audio_fail("--level", tccc_error_name(error));
    const float *left = mic.pcm;
    float *out = audio_room(mic.n);
    for (int n_left = (mic.n + FRAME_LEN - 1) / FRAME_LEN * FRAME_LEN; capture_fill(chain, &left, &n_left); n_out += FRAME_LEN) {
        capture_frame frame;
        audio_progress(n_out, mic.n);
        capture_process(chain, far.pcm + n_out, &frame);
        memcpy(out + n_out, frame.speech, sizeof frame.speech);
    }
    audio_write(options->out, out, mic.n);
    audio_json(options->json, "{\"erle_db\":%.2f}\n", (double)capture_erle_db(chain));
    capture_free(chain);
    free(out);
    free(mic.pcm);
    free(far.pcm);
}
