/* recording.c: one recording on its way from packets to a file. Layer: server. Used by the record thread only. */
#include "recording.h"

#include "ogg_opus.h"
#include "voice.h"

#include "dsp/mix.h"
#include "dsp/vad.h"
#include "tccc/error.h"

#include <errno.h>
#include <fcntl.h>
#include <opus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FRAME = CODEC_RATE_HZ / 50,      /* samples encoded at once: 20 ms */
    TICKS_PER_SAMPLE = TRACK_RATE_HZ / CODEC_RATE_HZ,
    FRAME_TICKS = FRAME * TICKS_PER_SAMPLE,
    BITRATE_BPS = 24000, COMPLEXITY = 3,
    COPY_GAP_TICKS = TRACK_RATE_HZ   /* where packets are copied, the player makes up gaps so long; then comes digital silence */
};

struct recording {
    recording_config config;
    int fd, error, n_voices;         /* a third party's comes later */
    bool disk_full;
    ogg_opus *file;
    OpusEncoder *encoder;            /* NULL until something must be encoded */
    bool wide, fresh;                /* its band; its state is that of a decoder's start */
    track *tracks[RECORDING_VOICES];
    voice *voices[RECORDING_VOICES];
    voice *ear;                      /* what the detector of speech hears, or NULL */
    mix mixer;
    bool mixer_sounds;               /* it may hold sound of earlier frames */
    int64_t mixed;                   /* frames so far */
    int toc, gap;                    /* copied packets: the newest one's first byte, and ticks missing since */
    vad vad;
    int64_t heard, spoke;            /* ticks that the detector has had, and at the end of the newest speech */
};

/* --- writing --- */

static bool is_full(int reason) {
    return reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
}

static void fail(recording *r, int error) {
    int reason = error == TCCC_E_IO && r->file ? ogg_opus_errno(r->file) : 0;
    if (r->error)
        return;
    r->error = error;
    r->disk_full = is_full(reason);
}

static void write_packet(recording *r, const uint8_t *payload, size_t len, int ticks) {
    int error = r->error ? r->error : ogg_opus_packet(r->file, payload, len, ticks);
    if (error)
        fail(r, error);
}

/* CELT frames of full band with the silence flag, the longest that fit: 20, 10, 5 and 2.5 ms. */
static void write_silence(recording *r, int ticks) {
    for (int part = FRAME_TICKS, toc = 0xf8; part >= TRACK_QUANTUM; part /= 2, toc -= 8)
        for (; ticks >= part; ticks -= part)
            write_packet(r, (uint8_t[]){ (uint8_t)toc, 0xff, 0xfe }, 3, part);
    r->fresh = false;
}

/* RFC 7845 section 4.1: frames without data make the player conceal what is missing. */
static void write_copied_gap(recording *r, int ticks) {
    uint8_t toc = (uint8_t)(r->toc & ~3);
    int frame = opus_packet_get_samples_per_frame(&toc, TRACK_RATE_HZ);
    for (; r->toc && ticks >= frame && r->gap < COPY_GAP_TICKS; ticks -= frame, r->gap += frame)
        write_packet(r, &toc, 1, frame);
    write_silence(r, ticks);
}

static void open_encoder(recording *r) {
    int error;
    r->encoder = opus_encoder_create(CODEC_RATE_HZ, 1, OPUS_APPLICATION_VOIP, &error);
    if (!r->encoder) {
        fail(r, TCCC_E_NO_MEMORY);
        return;
    }
    opus_encoder_ctl(r->encoder, OPUS_SET_BITRATE(BITRATE_BPS));
    opus_encoder_ctl(r->encoder, OPUS_SET_COMPLEXITY(COMPLEXITY));
    opus_encoder_ctl(r->encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
    opus_encoder_ctl(r->encoder, OPUS_SET_MAX_BANDWIDTH(r->wide ? OPUS_BANDWIDTH_WIDEBAND : OPUS_BANDWIDTH_NARROWBAND));
    r->fresh = true;
}

/* G.711 has nothing above 4 kHz: the narrow band costs half as much to encode. */
static void choose_band(recording *r) {
    bool wide = false;
    for (int i = 0; i < r->n_voices; i++)
        wide |= voice_is_wide(r->voices[i]);
    if (wide != r->wide && r->encoder)
        opus_encoder_ctl(r->encoder, OPUS_SET_MAX_BANDWIDTH(wide ? OPUS_BANDWIDTH_WIDEBAND : OPUS_BANDWIDTH_NARROWBAND));
    r->wide = wide;
}

static void encode(recording *r, const float pcm[FRAME]) {
    uint8_t payload[CODEC_PAYLOAD_MAX];
    choose_band(r);
    if (!r->encoder)
        open_encoder(r);
    if (r->error)
        return;
    if (!r->fresh) /* the player's decoder has heard something else in between */
        opus_encoder_ctl(r->encoder, OPUS_RESET_STATE);
    r->fresh = true;
    int len = opus_encode_float(r->encoder, pcm, FRAME, payload, sizeof payload);
    if (len > 0)
        write_packet(r, payload, (size_t)len, FRAME_TICKS);
    else
        write_silence(r, FRAME_TICKS);
}

static bool is_zero(const float *pcm, int n) {
    for (int i = 0; i < n; i++)
        if (pcm[i] != 0)
            return false;
    return true;
}

/* --- one participant --- */

static void encode_one(recording *r) {
    float pcm[FRAME];
    while (voice_take(r->voices[0], pcm, FRAME))
        encode(r, pcm);
}

/* The rest of what was to be encoded, before something that is not. Its frame is filled up with silence: ticks of it. */
static int pad_one(recording *r) {
    int waiting = voice_waiting(r->voices[0]);
    if (!waiting)
        return 0;
    voice_silence(r->voices[0], FRAME - waiting);
    encode_one(r);
    return (FRAME - waiting) * TICKS_PER_SAMPLE;
}

static void one_copied(recording *r, const track_item *item) {
    pad_one(r);
    if (item->kind == TRACK_LOSS)
        write_copied_gap(r, item->ticks);
    else {
        r->toc = item->payload[0];
        r->gap = 0;
        write_packet(r, item->payload, item->len, item->ticks);
    }
    r->fresh = false;
}

static void one_item(recording *r, const track_item *item) {
    bool copied = item->codec == TCCC_CODEC_OPUS;
    if (item->kind == TRACK_SILENCE) {
        int ticks = item->ticks - pad_one(r);
        if (ticks > 0 && copied)
            write_copied_gap(r, ticks);
        else if (ticks > 0)
            write_silence(r, ticks);
    } else if (copied)
        one_copied(r, item);
    else {
        r->toc = 0;
        voice_item(r->voices[0], item);
        encode_one(r);
    }
}

/* --- voicemail: is anybody speaking? --- */

static void listen(recording *r, const track_item *item) {
    float pcm[FRAME_LEN];
    voice_item(r->ear, item);
    while (voice_take(r->ear, pcm, FRAME_LEN)) {
        r->heard += FRAME_LEN * TICKS_PER_SAMPLE;
        if (vad_put(&r->vad, pcm))
            r->spoke = r->heard;
    }
}

bool recording_is_silent(const recording *r) {
    return r->ear && r->heard - r->spoke >= (int64_t)r->config.silence_ms * (TRACK_RATE_HZ / 1000);
}

/* --- several, mixed --- */

static bool has_frame(const recording *r) {
    bool has = true;
    for (int i = 0; i < r->n_voices; i++)
        has &= voice_waiting(r->voices[i]) >= FRAME;
    return has;
}

static void mix_frames(recording *r) {
    float pcm[RECORDING_VOICES][FRAME], out[FRAME];
    while (has_frame(r)) {
        bool silent = true;
        for (int i = 0; i < r->n_voices; i++) {
            voice_take(r->voices[i], pcm[i], FRAME);
            silent &= is_zero(pcm[i], FRAME);
        }
        r->mixed++;
        if (silent && !r->mixer_sounds) {
            write_silence(r, FRAME_TICKS);
            continue;
        }
        for (int at = 0; at < FRAME; at += FRAME_LEN) {
            for (int i = 0; i < r->n_voices; i++)
                mix_put(&r->mixer, pcm[i] + at);
            mix_take(&r->mixer, out + at);
        }
        r->mixer_sounds = !silent;
        encode(r, out);
    }
}

/* --- items of the tracks --- */

static void on_item_of_one(void *ctx, const track_item *item) {
    recording *r = ctx;
    if (r->ear)
        listen(r, item);
    one_item(r, item);
}

static void on_item_of_several(void *ctx, const track_item *item) {
    voice_item(ctx, item);
}

/* --- life --- */

static int write_meta(const recording_config *config) {
    int fd = open(config->meta_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    size_t len = strlen(config->meta);
    errno = ENOSPC;
    int error = write(fd, config->meta, len) == (ssize_t)len ? 0 : errno;
    close(fd);
    return error;
}

static void recording_free(recording *r) {
    for (int i = 0; i < RECORDING_VOICES; i++) {
        track_free(r->tracks[i]);
        voice_free(r->voices[i]);
    }
    voice_free(r->ear);
    if (r->encoder)
        opus_encoder_destroy(r->encoder);
    if (r->fd >= 0)
        close(r->fd);
    free(r);
}

/* One more, whose time line begins at start_us. */
static bool open_voice(recording *r, uint64_t start_us) {
    int i = r->n_voices;
    bool alone = r->config.n_voices == 1;
    voice *v = voice_new();
    track *t = v ? track_new(start_us, alone ? on_item_of_one : on_item_of_several, alone ? (void *)r : v) : NULL;
    if (!t) {
        voice_free(v);
        return false;
    }
    r->voices[i] = v;
    r->tracks[i] = t;
    r->n_voices++;
    return true;
}

static bool open_voices(recording *r) {
    while (r->n_voices < r->config.n_voices)
        if (!open_voice(r, r->config.start_us))
            return false;
    mix_start(&r->mixer);
    vad_start(&r->vad);
    r->ear = r->config.silence_ms ? voice_new() : NULL;
    return !r->config.silence_ms || r->ear;
}

/* 0, or IO with the reason in errno, or NO_MEMORY. */
static int open_files(recording *r) {
    char id[96];
    int error;
    const char *const comments[] = { id, NULL };
    snprintf(id, sizeof id, "TITLE=%s", r->config.record_id);
    errno = write_meta(&r->config);
    if (errno)
        return TCCC_E_IO;
    r->fd = open(r->config.part_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (r->fd < 0)
        return TCCC_E_IO;
    errno = 0;
    r->file = ogg_opus_open(r->fd, CODEC_RATE_HZ, comments, &error);
    return r->file ? 0 : error;
}

recording *recording_open(const recording_config *config, int *error, bool *disk_full) {
    recording *r = calloc(1, sizeof *r);
    *disk_full = false;
    *error = TCCC_E_NO_MEMORY;
    if (!r)
        return NULL;
    r->config = *config;
    r->fd = -1;
    if (open_voices(r)) {
        *error = open_files(r);
        if (!*error)
            return r;
        *disk_full = *error == TCCC_E_IO && is_full(errno);
    }
    recording_free(r);
    unlink(config->part_path);
    unlink(config->meta_path);
    return NULL;
}

void recording_packet(recording *r, int voice, enum tccc_codec codec, const rtp_packet *packet, uint64_t arrival_us) {
    bool late_third = voice == r->n_voices && r->config.n_voices > 1; /* what was mixed before goes on without it */
    if (late_third && !open_voice(r, r->config.start_us + (uint64_t)r->mixed * FRAME * 1000000 / CODEC_RATE_HZ))
        return;
    track_packet(r->tracks[voice], codec, packet, arrival_us);
}

int recording_advance(recording *r, uint64_t now_us, bool *disk_full) {
    for (int i = 0; i < r->n_voices && !r->error; i++)
        track_advance(r->tracks[i], now_us);
    if (r->n_voices > 1)
        mix_frames(r);
    *disk_full = r->disk_full;
    return r->error;
}

static void count_tracks(const recording *r, track_counters *out) {
    *out = (track_counters){ 0 };
    for (int i = 0; i < r->n_voices; i++) {
        track_counters one;
        track_count(r->tracks[i], &one);
        out->late += one.late;
        out->lost += one.lost;
        out->dropped += one.dropped;
        out->steps += one.steps;
    }
}

/* All to the same length, then whole frames. */
static void finish_several(recording *r) {
    int longest = 0;
    for (int i = 0; i < r->n_voices; i++)
        longest = voice_waiting(r->voices[i]) > longest ? voice_waiting(r->voices[i]) : longest;
    int whole = (longest + FRAME - 1) / FRAME * FRAME;
    for (int i = 0; i < r->n_voices; i++)
        voice_silence(r->voices[i], whole - voice_waiting(r->voices[i]));
    mix_frames(r);
}

int recording_close(recording *r, uint64_t end_us, track_counters *counters, int64_t *ticks) {
    for (int i = 0; i < r->n_voices && !r->error; i++)
        track_finish(r->tracks[i], end_us);
    if (r->n_voices > 1)
        finish_several(r);
    else if (!r->error)
        pad_one(r);
    count_tracks(r, counters);
    *ticks = ogg_opus_ticks(r->file);
    int failed = ogg_opus_close(r->file), error = r->error ? r->error : failed;
    recording_free(r);
    return error;
}
