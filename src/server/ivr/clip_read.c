/* clip_read.c: WAV and MP3 bytes to samples. Layer: server. */
#include "server/ivr/clip.h"

#include "media/wav.h"
#include "tccc/error.h"

#include <mpg123.h>
#include <speex/speex_resampler.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 4096,
    QUALITY = 8,                     /* of 10: once for each file */
    ID3_HEADER = 10
};

static int refuse(char sentence[CLIP_SENTENCE_MAX], int error, const char *text) {
    snprintf(sentence, CLIP_SENTENCE_MAX, "%s", text);
    return error;
}

/* --- any rate to CLIP_RATE_HZ --- */

typedef struct {
    clip *out;
    size_t room;
    SpeexResamplerState *resampler;  /* NULL: the rate is right */
} intake;

static int intake_open(intake *in, clip *out, int rate_hz) {
    int error = 0;
    *in = (intake){ .out = out };
    *out = (clip){ 0 };
    if (rate_hz == CLIP_RATE_HZ)
        return 0;
    in->resampler = speex_resampler_init(1, (spx_uint32_t)rate_hz, CLIP_RATE_HZ, QUALITY, &error);
    if (!in->resampler)
        return TCCC_E_NO_MEMORY;
    return speex_resampler_skip_zeros(in->resampler) ? TCCC_E_INTERNAL : 0;
}

static int make_room(intake *in, size_t n) {
    enum { MAX = CLIP_RATE_HZ * CLIP_SECONDS_MAX };
    size_t needed = in->out->n + n;
    if (needed > MAX)
        return TCCC_E_TOO_LARGE;
    if (needed <= in->room)
        return 0;
    size_t room = needed * 2 < BLOCK ? BLOCK : needed * 2 > MAX ? MAX : needed * 2;
    int16_t *pcm = realloc(in->out->pcm, room * sizeof *pcm);
    if (!pcm)
        return TCCC_E_NO_MEMORY;
    in->out->pcm = pcm;
    in->room = room;
    return 0;
}

static int intake_put(intake *in, const int16_t *pcm, size_t n) {
    int error;
    while (n) {
        int16_t block[BLOCK];
        spx_uint32_t n_in = n < BLOCK ? (spx_uint32_t)n : BLOCK, n_out = BLOCK;
        const int16_t *made = pcm;
        if (in->resampler) {
            if (speex_resampler_process_int(in->resampler, 0, pcm, &n_in, block, &n_out) || (!n_in && !n_out))
                return TCCC_E_INTERNAL;
            made = block;
        } else
            n_out = n_in;
        if ((error = make_room(in, n_out)))
            return error;
        if (n_out)
            memcpy(in->out->pcm + in->out->n, made, n_out * sizeof *made);
        in->out->n += n_out;
        pcm += n_in;
        n -= n_in;
    }
    return 0;
}

/* What the resampler's filter still holds. */
static int intake_close(intake *in, int error) {
    static const int16_t silence[1024];
    size_t left = in->resampler && !error ? (size_t)speex_resampler_get_input_latency(in->resampler) : 0;
    while (left && !error) {
        size_t n = left < 1024 ? left : 1024;
        error = intake_put(in, silence, n);
        left -= n;
    }
    if (in->resampler)
        speex_resampler_destroy(in->resampler);
    in->resampler = NULL;
    return error;
}

/* --- WAV --- */

static int read_wav(clip *c, const uint8_t *bytes, size_t len, char sentence[CLIP_SENTENCE_MAX]) {
    wav w;
    intake in;
    int error = wav_parse(&w, bytes, len);
    if (error)
        return refuse(sentence, error, "This WAV file is damaged or of a rare kind. Save it as PCM, 16 bit.");
    if (w.n_frames > (size_t)w.rate_hz * CLIP_SECONDS_MAX)
        return TCCC_E_TOO_LARGE;
    error = intake_open(&in, c, w.rate_hz);
    for (size_t at = 0; at < w.n_frames && !error;) {
        int16_t block[BLOCK];
        size_t n = w.n_frames - at < BLOCK ? w.n_frames - at : BLOCK;
        for (size_t i = 0; i < n; i++)
            block[i] = wav_mono(&w, at + i);
        error = intake_put(&in, block, n);
        at += n;
    }
    return intake_close(&in, error);
}

/* --- MP3 --- */

/* Mono, 16 bit, at the file's own rate. */
static mpg123_handle *open_mpg123(void) {
    const long *rates;
    size_t n_rates;
    mpg123_handle *mp3 = mpg123_new(NULL, NULL);
    if (!mp3)
        return NULL;
    mpg123_rates(&rates, &n_rates);
    int error = mpg123_param(mp3, MPG123_ADD_FLAGS, MPG123_MONO_MIX | MPG123_QUIET | MPG123_SKIP_ID3V2, 0) || mpg123_format_none(mp3);
    for (size_t i = 0; i < n_rates && !error; i++)
        error = mpg123_format(mp3, rates[i], MPG123_MONO, MPG123_ENC_SIGNED_16);
    if (!error && !mpg123_open_feed(mp3))
        return mp3;
    mpg123_delete(mp3);
    return NULL;
}

static int new_format(mpg123_handle *mp3, intake *in, clip *c, long *rate_hz, char sentence[CLIP_SENTENCE_MAX]) {
    struct mpg123_frameinfo info;
    long rate;
    int channels, encoding;
    if (mpg123_getformat(mp3, &rate, &channels, &encoding) || mpg123_info(mp3, &info) || info.layer != 3)
        return refuse(sentence, TCCC_E_FORMAT, "The file is MPEG audio, but no MP3. Save it as MP3 or WAV.");
    if (*rate_hz && *rate_hz != rate)
        return refuse(sentence, TCCC_E_FORMAT, "The MP3 file changes its sample rate in the middle. Save it with one rate.");
    if (*rate_hz)
        return 0;
    *rate_hz = rate;
    return intake_open(in, c, (int)rate);
}

static int decode(mpg123_handle *mp3, clip *c, intake *in, char sentence[CLIP_SENTENCE_MAX]) {
    int16_t block[BLOCK];
    long rate_hz = 0;
    int error = 0;
    while (!error) {
        size_t n = 0;
        int state = mpg123_read(mp3, (unsigned char *)block, sizeof block, &n);
        if (state == MPG123_NEW_FORMAT)
            error = new_format(mp3, in, c, &rate_hz, sentence);
        if (!error && n && rate_hz)
            error = intake_put(in, block, n / sizeof *block);
        if (state != MPG123_OK && state != MPG123_NEW_FORMAT)
            break; /* the end, or damage: what came before it counts */
    }
    return error;
}

static int read_mp3(clip *c, const uint8_t *bytes, size_t len, char sentence[CLIP_SENTENCE_MAX]) {
    intake in = { .out = c };
    mpg123_handle *mp3 = open_mpg123();
    *c = (clip){ 0 };
    if (!mp3)
        return TCCC_E_NO_MEMORY;
    int error = mpg123_feed(mp3, bytes, len) ? TCCC_E_NO_MEMORY : decode(mp3, c, &in, sentence);
    mpg123_delete(mp3);
    return intake_close(&in, error);
}

/* An MPEG frame's first bytes (ISO/IEC 11172-3, 2.4.1.3), or an ID3 tag before them. */
static int looks_like_mp3(const uint8_t *bytes, size_t len) {
    if (len > ID3_HEADER && !memcmp(bytes, "ID3", 3))
        return 1;
    return len >= 4 && bytes[0] == 0xff && (bytes[1] & 0xe0) == 0xe0 && (bytes[1] & 0x06) && (bytes[2] & 0xf0) != 0xf0;
}

int clip_read(clip *c, const uint8_t *bytes, size_t len, char sentence[CLIP_SENTENCE_MAX]) {
    int error;
    *c = (clip){ 0 };
    sentence[0] = 0;
    if (len >= 4 && !memcmp(bytes, "RIFF", 4))
        error = read_wav(c, bytes, len, sentence);
    else if (looks_like_mp3(bytes, len))
        error = read_mp3(c, bytes, len, sentence);
    else
        return refuse(sentence, TCCC_E_FORMAT, "The file is neither WAV nor MP3. Upload one of these.");
    if (!error && !c->n)
        error = refuse(sentence, TCCC_E_FORMAT, "There is no sound in the file. Upload another.");
    if (!error)
        return 0;
    clip_free(c);
    if (sentence[0])
        return error;
    if (error == TCCC_E_TOO_LARGE)
        return refuse(sentence, error, "The sound is longer than 10 minutes. Shorten it.");
    return refuse(sentence, error, error == TCCC_E_NO_MEMORY ? "Memory is exhausted. Try again later." : "The sound could not be converted. Upload another.");
}
