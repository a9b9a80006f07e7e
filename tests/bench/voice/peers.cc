/* peers.cc: what others make of the same files: SpeexDSP and WebRTC's audio processing as Debian has it. Layer: tests.
 *
 * usage: voice_peers speex-aec|webrtc-aec FAR.wav MIC.wav OUT.wav
 *        voice_peers speex-ns|webrtc-ns|webrtc-agc IN.wav OUT.wav
 *        voice_peers speex-vad|webrtc-vad IN.wav OUT.wav   OUT: a sample for each 10 ms, 0.5 where somebody speaks
 *        voice_peers none-loop|ours-loop|speex-loop|webrtc-loop FAR.wav NEAR.wav OUT.wav GAIN_DB
 *            NEAR: the talker; OUT: what is sent. Another device in the room plays what is sent, 100 ms later, GAIN_DB over howling.
 * Settings are the best of those that were tried for each: SpeexDSP's tail 256 ms with its preprocessor's residual suppressor (which does
 * nothing unless the denoiser is on), WebRTC with the extended filter and without a given delay, its suppressor at "very high"; gain control adaptive,
 * digital, with its limiter, as in browsers.
 */
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>

#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <webrtc/common.h>
#include <webrtc/modules/audio_processing/include/audio_processing.h>
#include <webrtc/modules/interface/module_common_types.h>

extern "C" {
#include "dsp/aec.h"
#include "dsp/suppress.h"
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

/* Puts what the microphone hears into FRAME samples from i on, before an engine takes them; what it sends stands before i. */
using room_hears = std::function<void(int i)>;

/* speaks[n / FRAME], where not null: what its detector says of each frame. */
void speex(const signal_f32 *far, signal_f32 *mic, float *speaks, const room_hears &hear)
{
    int rate = RATE, on = 1;
    SpeexEchoState *echo = far ? speex_echo_state_init(FRAME, RATE * 256 / 1000) : nullptr;
    if (echo) speex_echo_ctl(echo, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
    SpeexPreprocessState *preprocessor = speex_preprocessor(echo);
    if (speaks) speex_preprocess_ctl(preprocessor, SPEEX_PREPROCESS_SET_VAD, &on);
    int16_t in[FRAME], played[FRAME], out[FRAME];
    for (int i = 0; i + FRAME <= mic->n; i += FRAME) {
        hear(i);
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

void webrtc_process(const signal_f32 *far, signal_f32 *mic, bool gain, float *speaks, const room_hears &hear)
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
        hear(i);
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

void ours(const signal_f32 *far, signal_f32 *mic, const room_hears &hear)
{
    int error;
    aec *canceller = aec_new(200, &error);
    suppress *suppressor = suppress_new(&error);
    suppress_set(suppressor, TCCC_NOISE_MEDIUM, canceller);
    for (int i = 0; i + FRAME <= mic->n; i += FRAME) {
        hear(i);
        aec_process(canceller, mic->x + i, far->x + i, mic->x + i);
        suppress_process(suppressor, mic->x + i);
    }
    suppress_free(suppressor);
    aec_free(canceller);
}

/* A room's response that is 1 at its loudest frequency of those a voice has. */
signal_f32 loudest_is_one()
{
    const double size[] = { 3.2, 2.8, 2.5 }, device[] = { 2.1, 1.9, 0.9 }, microphone[] = { 1.4, 1.5, 0.9 };
    signal_f32 room = room_response(0.2, size, device, microphone);
    double most = 0;
    for (int hz = 100; hz < 7500; hz += 5) {
        double re = 0, im = 0;
        for (int k = 0; k < room.n; k++) {
            re += room.x[k] * std::cos(2 * M_PI * hz / RATE * k);
            im += room.x[k] * std::sin(2 * M_PI * hz / RATE * k);
        }
        most = std::max(most, re * re + im * im);
    }
    for (int k = 0; k < room.n; k++) room.x[k] /= (float)std::sqrt(most);
    return room;
}

int loop(const std::string &engine, const char *far_file, const char *near_file, const char *out_file, double gain_db)
{
    constexpr int ROUND = RATE / 10;
    signal_f32 far = signal_read(far_file), near = signal_read(near_file), sent = signal_new(near.n), room = loudest_is_one();
    float gain = (float)std::pow(10, gain_db / 20);
    auto hear = [&](int i) {
        for (int at = i; at < i + FRAME; at++) {
            float sum = near.x[at];
            for (int k = 0; k < room.n && at - k - ROUND >= 0; k++) sum += room.x[k] * std::clamp(gain * sent.x[at - k - ROUND], -1.0f, 1.0f);
            sent.x[at] = std::clamp(sum, -1.0f, 1.0f);
        }
    };
    /* `hear` writes a frame over what is behind it: ROUND is longer than FRAME, so nothing of it is read before it was sent */
    if (engine == "ours") ours(&far, &sent, hear);
    else if (engine == "speex") speex(&far, &sent, nullptr, hear);
    else if (engine == "webrtc") webrtc_process(&far, &sent, false, nullptr, hear);
    else for (int i = 0; i + FRAME <= sent.n; i += FRAME) hear(i);
    signal_write(out_file, sent.x, sent.n);
    for (signal_f32 *one : { &far, &near, &sent, &room }) signal_free(one);
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    const char *of_loop = argc == 6 ? std::strstr(argv[1], "-loop") : nullptr;
    if (of_loop) return loop(std::string(argv[1], (size_t)(of_loop - argv[1])), argv[2], argv[3], argv[4], std::atof(argv[5]));
    bool echo = argc == 5 && std::strstr(argv[1], "-aec"), gain = argc == 4 && !std::strcmp(argv[1], "webrtc-agc");
    bool activity = argc == 4 && std::strstr(argv[1], "-vad");
    if (!echo && !gain && !activity && !(argc == 4 && std::strstr(argv[1], "-ns"))) {
        std::fprintf(stderr, "usage: voice_peers speex-aec|webrtc-aec FAR MIC OUT | speex-ns|webrtc-ns|webrtc-agc|speex-vad|webrtc-vad IN OUT\n");
        return 2;
    }
    signal_f32 far = echo ? signal_read(argv[2]) : signal_f32{}, mic = signal_read(argv[echo ? 3 : 2]), speaks = signal_new(mic.n / FRAME);
    const room_hears nothing_more = [](int) {};
    if (!std::strncmp(argv[1], "speex", 5)) speex(echo ? &far : nullptr, &mic, activity ? speaks.x : nullptr, nothing_more);
    else webrtc_process(echo ? &far : nullptr, &mic, gain, activity ? speaks.x : nullptr, nothing_more);
    const signal_f32 &result = activity ? speaks : mic;
    signal_write(argv[argc - 1], result.x, result.n);
    signal_free(&speaks);
    signal_free(&mic);
    signal_free(&far);
    return 0;
}
