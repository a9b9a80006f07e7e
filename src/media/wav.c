/* wav.c: reads a WAV file from memory. Layer: media. Multimedia Programming Interface 1.0 (RIFF WAVE), RFC 2361. */
#include "media/wav.h"

#include "dsp/g711.h"
#include "tccc/error.h"

#include <math.h>
#include <string.h>

enum { CHANNELS_MAX = 8, RATE_MIN = 4000, RATE_MAX = 192000, FMT_LEN = 16, EXTENSIBLE_LEN = 26, EXTENSIBLE = 0xfffe };

static uint32_t little(const uint8_t *bytes, int n) {
    uint32_t value = 0;
    while (n--)
        value = value << 8 | bytes[n];
    return value;
}

static int read_format(wav *out, const uint8_t *fmt, size_t len) {
    if (len < FMT_LEN)
        return TCCC_E_FORMAT;
    uint32_t tag = little(fmt, 2), bits = little(fmt + 14, 2), rate = little(fmt + 4, 4);
    if (tag == EXTENSIBLE && len >= EXTENSIBLE_LEN)
        tag = little(fmt + 24, 2); /* first two bytes of the sub-format's GUID */
    out->coding = (enum wav_coding)tag;
    out->channels = (int)little(fmt + 2, 2);
    out->rate_hz = (int)rate;
    out->bytes_per_sample = (int)bits / 8;
    int known = (tag == WAV_PCM && bits >= 8 && bits <= 32 && bits % 8 == 0) || (tag == WAV_FLOAT && bits == 32) ||
                ((tag == WAV_ALAW || tag == WAV_MULAW) && bits == 8);
    int sane = out->channels >= 1 && out->channels <= CHANNELS_MAX && rate >= RATE_MIN && rate <= RATE_MAX;
    return known && sane ? 0 : TCCC_E_FORMAT;
}

int wav_parse(wav *out, const uint8_t *bytes, size_t len) {
    int have_format = 0;
    memset(out, 0, sizeof *out);
    if (len < 12 || memcmp(bytes, "RIFF", 4) || memcmp(bytes + 8, "WAVE", 4))
        return TCCC_E_FORMAT;
    for (size_t at = 12; len - at >= 8;) {
        const uint8_t *chunk = bytes + at + 8;
        size_t room = len - at - 8, size = little(bytes + at + 4, 4);
        if (size > room)
            size = room;
        if (!memcmp(bytes + at, "fmt ", 4) && !have_format) {
            if (read_format(out, chunk, size))
                return TCCC_E_FORMAT;
            have_format = 1;
        } else if (!memcmp(bytes + at, "data", 4) && have_format) {
            out->data = chunk;
            out->n_frames = size / (size_t)(out->channels * out->bytes_per_sample);
            return 0;
        }
        if (size + (size & 1) > room)
            break;
        at += 8 + size + (size & 1); /* chunks begin at even places */
    }
    return TCCC_E_FORMAT;
}

static int32_t float_sample(const uint8_t *at) {
    uint32_t bits = little(at, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    if (!(value > -1))
        return isnan(value) ? 0 : INT16_MIN;
    return value >= 1 ? INT16_MAX : (int32_t)lrintf(value * 32767);
}

static int32_t sample(const wav *w, const uint8_t *at) {
    switch (w->coding) {
    case WAV_ALAW:
        return g711_alaw_decode(*at);
    case WAV_MULAW:
        return g711_ulaw_decode(*at);
    case WAV_FLOAT:
        return float_sample(at);
    case WAV_PCM:
        break;
    }
    if (w->bytes_per_sample == 1)
        return (*at - 128) * 256; /* 8 bits are unsigned, wider ones are not */
    return (int16_t)little(at + w->bytes_per_sample - 2, 2);
}

int16_t wav_mono(const wav *w, size_t frame) {
    const uint8_t *at = w->data + frame * (size_t)(w->channels * w->bytes_per_sample);
    int32_t sum = 0;
    for (int channel = 0; channel < w->channels; channel++)
        sum += sample(w, at + channel * w->bytes_per_sample);
    return (int16_t)(sum / w->channels);
}
