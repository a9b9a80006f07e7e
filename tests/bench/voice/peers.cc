/* peers.cc: what others make of the same files: SpeexDSP and WebRTC's audio processing as Debian has it. Layer: tests.
 *
 * usage: voice_peers speex-aec|webrtc-aec FAR.wav MIC.wav OUT.wav
 *        voice_peers speex-ns|webrtc-ns|webrtc-agc IN.wav OUT.wav
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

void speex(const signal_f32 *far, signal_f32 *mic)
{
    int rate = RATE;
    SpeexEchoState *echo = far ? speex_echo_state_init(FRAME, RATE * 256 / 1000) : nullptr;
    if (echo) speex_echo_ctl(echo, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
    SpeexPreprocessState *preprocessor = speex_preprocessor(echo);
    int16_t in[FRAME], played[FRAME], out[FRAME];
    for (int i = 0; i + FRAME <= mic->n; i += FRAME) {
        to_s16(mic->x + i, in);
        std::memcpy(out, in, sizeof out);
        if (echo) {
            to_s16(far->x + i, played);
            speex_echo_cancellation(echo, in, played, out);
        }
        speex_preprocess_run(preprocessor, out);
        to_f32(out, mic->x + i);
    }
    speex_preprocess_state_destroy(preprocessor);
    if (echo) speex_echo_state_destroy(echo);
}

void webrtc_process(const signal_f32 *far, signal_f32 *mic, bool gain)
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
    }
}

} // namespace

int main(int argc, char **argv)
{
    bool echo = argc == 5 && std::strstr(argv[1], "-aec"), gain = argc == 4 && !std::strcmp(argv[1], "webrtc-agc");
    if (!echo && !gain && !(argc == 4 && std::strstr(argv[1], "-ns"))) {
        std::fprintf(stderr, "usage: voice_peers speex-aec|webrtc-aec FAR MIC OUT | speex-ns|webrtc-ns|webrtc-agc IN OUT\n");
        return 2;
    }
    signal_f32 far = echo ? signal_read(argv[2]) : signal_f32{}, mic = signal_read(argv[echo ? 3 : 2]);
    if (!std::strncmp(argv[1], "speex", 5)) speex(echo ? &far : nullptr, &mic);
    else webrtc_process(echo ? &far : nullptr, &mic, gain);
    signal_write(argv[argc - 1], mic.x, mic.n);
    signal_free(&mic);
    signal_free(&far);
    return 0;
}
