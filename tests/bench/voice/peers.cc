/* peers.cc: what others make of the same files: SpeexDSP and WebRTC's audio processing as Debian has it. Layer: tests.
 *
 * usage: voice_peers speex-aec|webrtc-aec FAR.wav MIC.wav OUT.wav
 *        voice_peers speex-ns|webrtc-ns|webrtc-agc IN.wav OUT.wav
 *        voice_peers speex-vad|webrtc-vad IN.wav OUT.wav   OUT: a sample for each 10 ms, 0.5 where somebody speaks
 * Settings are the best of those that were tried for each: SpeexDSP's tail 256 ms with its preprocessor's residual suppressor (which does
 * nothing unless the denoiser is on), WebRTC with the extended filter and without a given delay, its suppressor at "very high"; gain control adaptive,
 * digital, with its limiter, as in browsers.
 */
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <webrtc/common.h>
#include <webrtc/modules/audio_processing/include/audio_processing.h>
#include <webrtc/modules/interface/module_common_types.h>

extern "C" {
#include "material.h"
}

namespace {

constexpr int FRAME = RATE / 100;

void to_s16(const float *in, int16_t *out) { for (int i = 0; i < FRAME; i++) out[i] = (int16_t)(in[i] * 32767); }
void to_f32(const int16_t *in, float *out) { for (int i = 0; i < FRAME; i++) out[i] = (float)in[i] / 32768; }

SpeexPreprocessState *speex_preprocessor(SpeexEchoState *echo)
{
    SpeexPreprocessState *state = speex_preprocess_state_init(FRAME, RATE);
    int on = 1, noise = echo ? -15 : -30, residual = -40, residual_talk = -15;
    speex_preprocess_ctl(state, SPEEX_PREPROCESS_SET_DENOISE, &on);
    speex_preprocess_ctl(state, SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, &noise);
    if (!echo) return state;
    speex_preprocess_ctl(state, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, &residual);
    speex_preprocess_ctl(state, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, &residual_talk);
    speex_preprocess_ctl(state, SPEEX_PREPROCESS_SET_ECHO_STATE, echo);
    return state;
}

/* speaks[n / FRAME], where not null: what its detector says of each frame. */
void speex(const signal_f32 *far, signal_f32 *mic, float *speaks)
{
    int rate = RATE, on = 1;
    SpeexEchoState *echo = far ? speex_echo_state_init(FRAME, RATE * 256 / 1000) : nullptr;
    if (echo) speex_echo_ctl(echo, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
    SpeexPreprocessState *preprocessor = speex_preprocessor(echo);
    if (speaks) speex_preprocess_ctl(preprocessor, SPEEX_PREPROCESS_SET_VAD, &on);
    int16_t in[FRAME], played[FRAME], out[FRAME];
    for (int i = 0; i + FRAME <= mic->n; i += FRAME) {
        to_s16(mic->x + i, in);
        std::memcpy(out, in, sizeof out);
        if (echo) {
            to_s16(far->x + i, played);
            speex_echo_cancellation(echo, in, played, out);
        }
        int heard = speex_preprocess_run(preprocessor, out);
        if (speaks) speaks[i / FRAME] = heard ? 0.5f : 0;
        to_f32(out, mic->x + i);
    }
    speex_preprocess_state_destroy(preprocessor);
    if (echo) speex_echo_state_destroy(echo);
}

void webrtc_process(const signal_f32 *far, signal_f32 *mic, bool gain, float *speaks)
{
    webrtc::Config config;
    config.Set<webrtc::ExtendedFilter>(new webrtc::ExtendedFilter(true));
    config.Set<webrtc::DelayAgnostic>(new webrtc::DelayAgnostic(true));
    std::unique_ptr<webrtc::AudioProcessing> engine(webrtc::AudioProcessing::Create(config));
    webrtc::StreamConfig format(RATE, 1, false);
    engine->high_pass_filter()->Enable(true);
    if (far) engine->echo_cancellation()->Enable(true);
    engine->noise_suppression()->Enable(true);
    engine->noise_suppression()->set_level(far || gain ? webrtc::NoiseSuppression::kLow : webrtc::NoiseSuppression::kVeryHigh);
    if (gain) {
        engine->gain_control()->set_mode(webrtc::GainControl::kAdaptiveDigital);
        engine->gain_control()->enable_limiter(true);
        engine->gain_control()->Enable(true);
    }
    if (speaks) engine->voice_detection()->Enable(true);
    float out[FRAME];
    for (int i = 0; i + FRAME <= mic->n; i += FRAME) {
        float *plane = out;
        const float *in = mic->x + i;
        if (far) {
            const float *played = far->x + i;
            engine->ProcessReverseStream(&played, format, format, &plane);
            engine->set_stream_delay_ms(0);
        }
        engine->ProcessStream(&in, format, format, &plane);
        std::memcpy(mic->x + i, out, sizeof out);
        if (speaks) speaks[i / FRAME] = engine->voice_detection()->stream_has_voice() ? 0.5f : 0;
    }
}

} // namespace

int main(int argc, char **argv)
{
    bool echo = argc == 5 && std::strstr(argv[1], "-aec"), gain = argc == 4 && !std::strcmp(argv[1], "webrtc-agc");
    bool activity = argc == 4 && std::strstr(argv[1], "-vad");
    if (!echo && !gain && !activity && !(argc == 4 && std::strstr(argv[1], "-ns"))) {
        std::fprintf(stderr, "usage: voice_peers speex-aec|webrtc-aec FAR MIC OUT | speex-ns|webrtc-ns|webrtc-agc|speex-vad|webrtc-vad IN OUT\n");
        return 2;
    }
    signal_f32 far = echo ? signal_read(argv[2]) : signal_f32{}, mic = signal_read(argv[echo ? 3 : 2]), speaks = signal_new(mic.n / FRAME);
    if (!std::strncmp(argv[1], "speex", 5)) speex(echo ? &far : nullptr, &mic, activity ? speaks.x : nullptr);
    else webrtc_process(echo ? &far : nullptr, &mic, gain, activity ? speaks.x : nullptr);
    const signal_f32 &result = activity ? speaks : mic;
    signal_write(argv[argc - 1], result.x, result.n);
    signal_free(&speaks);
    signal_free(&mic);
    signal_free(&far);
    return 0;
}
