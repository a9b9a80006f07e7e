/* playout.c: from held packets to an unbroken stream of samples at the wanted delay. Layer: media. Sans-IO. */
#include "media/playout.h"

#include <math.h>
#include <string.h>

#include "tccc/error.h"

enum {
    MS = CODEC_RATE_HZ / 1000,
    CODEC_STEP = 40,            /* codecs conceal multiples of 2.5 ms */
    STALL_MAX = 500 * MS,       /* then the sender has paused, or we have lost it: media time runs on */
    DECODER_FILL_MAX = 1000 * MS, /* a decoder makes up this much at most, then comfort noise follows */
    REST = 20 * MS,
    HASTE = 3,                  /* parts of speech are heard between two of the same length left out: a quarter faster, no more */
    BEHIND_PACKETS = 10         /* held at least, when speech is left out to catch up */
};

/* How far the age of speech may be from the target before it is stretched, how alike two periods must be, and how long. */
typedef struct {
    float above_ms, below_ms, likeness;
    int lag_max;
} stretch_rule;

static const stretch_rule rule_quiet = {6, 5, -1, STRETCH_LAG_MAX};      /* background: nothing is heard of it */
static const stretch_rule rule_speech = {16, 6, 0.85f, 12 * MS};         /* clocks that drift: in small steps */
static const stretch_rule rule_far = {60, 40, 0.6f, STRETCH_LAG_MAX};    /* speech far off its target */
static const float spare_ms = 5;        /* above the target that shortening leaves, where only that much is held */
static const float delay_smoothing = 0.05f; /* per pull: 0.2 s */
static const float quiet_margin = 4;    /* in power above the background's: +6 dB */
static const float quiet_power = 1e-6f; /* -60 dBFS is quiet anyway */
static const float behind_ms = 1000;    /* above the target: more than that is left out, not spoken faster */
static const float backlog_ms = 40;     /* above the target: packets this old at the start are not played at all */

static float *fifo(playout *playout) {
    return playout->samples + STRETCH_LAG_MAX;
}

void playout_open(playout *playout, const playout_config *config) {
    memset(playout, 0, sizeof *playout);
    playout->config = *config;
    playout->packet_n = 20 * MS; /* usual, until the first packet tells */
    playout->mode = PLAYOUT_WAITING;
    comfort_noise_open(&playout->noise, config->seed);
    plc_open(&playout->plc);
}

static uint64_t media_of(const playout *playout, const jitter_slot *slot) {
    return slot->ticks * CODEC_RATE_HZ / playout->jitter.rate_hz;
}

/* Age, above the fastest packet's, of the sample with this media time if it leaves n_before samples from now. */
static float age_ms(const playout *playout, uint64_t media, int n_before, uint64_t now_us) {
    uint64_t media_us = media / CODEC_RATE_HZ * 1000000 + media % CODEC_RATE_HZ * 1000000 / CODEC_RATE_HZ;
    int64_t transit_us = (int64_t)(now_us - media_us);

    return (float)(transit_us - jitter_delay_base_us(&playout->jitter.delay)) / 1000.0f + n_before / (float)MS;
}

static void noise_learn(playout *playout, const float *pcm, int n) {
    while (n > 0) {
        int part = COMFORT_NOISE_FRAME - playout->learned_n;

        part = part < n ? part : n;
        memcpy(playout->learned + playout->learned_n, pcm, (size_t)part * sizeof *pcm);
        playout->learned_n += part;
        pcm += part;
        n -= part;
        if (playout->learned_n == COMFORT_NOISE_FRAME) {
            comfort_noise_learn(&playout->noise, playout->learned);
            playout->learned_n = 0;
        }
    }
}

/* Decoders give what the peer's bytes say, infinity included: held to full scale, so that nothing behind is spoiled for good. */
static void hold_to_scale(float *pcm, int n) {
    for (int i = 0; i < n; i++)
        pcm[i] = pcm[i] >= 1 ? 1 : pcm[i] > -1 ? pcm[i] : pcm[i] <= -1 ? -1 : 0; /* 0: not a number */
}

/* Makes up n samples behind the fifo. Media time is the caller's. */
static void fill(playout *playout, int n) {
    float *end = fifo(playout) + playout->fifo_n;
    int made = -1;

    if (n == 0)
        return;
    if (playout->heard && playout->filled_n < DECODER_FILL_MAX) {
        if (playout->config.codec == TCCC_CODEC_OPUS)
            made = codec_decoder_conceal(playout->config.decoder, end, n);
        else
            plc_conceal(&playout->plc, end, made = n, &playout->noise);
    }
    if (made != n)
        comfort_noise_make(&playout->noise, end, n);
    playout->fifo_n += n;
    playout->filled_n += n;
}

static void fill_comfort(playout *playout) {
    fill(playout, PLAYOUT_FRAME);
    playout->media_end += PLAYOUT_FRAME;
    playout->counts.comfort += PLAYOUT_FRAME;
}

static void stall(playout *playout) {
    if (playout->mode != PLAYOUT_STALLED)
        playout->counts.underruns++;
    playout->mode = PLAYOUT_STALLED;
    playout->stalled_n += PLAYOUT_FRAME;
    playout->counts.concealed += PLAYOUT_FRAME;
    fill(playout, PLAYOUT_FRAME);
}

/* The next packet, of n samples, is lost. `made_up` of them are put in its place. */
static void give_up(playout *playout, int n, int made_up) {
    fill(playout, made_up);
    playout->counts.concealed += (uint64_t)made_up;
    playout->media_end += (uint64_t)n;
    playout->counts.packets_lost++;
    jitter_skip(&playout->jitter);
}

/* A silence of the sender turned out to be one: it was not a fault of the network. */
static void stall_forgive(playout *playout) {
    if (playout->stalled_n == 0)
        return;
    playout->counts.concealed -= (uint64_t)playout->stalled_n;
    playout->counts.comfort += (uint64_t)playout->stalled_n;
    if (playout->mode == PLAYOUT_STALLED)
        playout->counts.underruns--;
    playout->stalled_n = 0;
}

static void speech_got(playout *playout, int n) {
    float *pcm = fifo(playout) + playout->fifo_n;

    hold_to_scale(pcm, n);
    if (playout->config.codec != TCCC_CODEC_OPUS)
        plc_good(&playout->plc, pcm, n, &playout->noise);
    noise_learn(playout, pcm, n);
    comfort_noise_level(&playout->noise, -1);
    playout->fifo_n += n;
    playout->packet_n = n;
    playout->jitter.delay.packet_ms = n / (float)MS;
    playout->heard = true;
    playout->mode = PLAYOUT_SPEECH;
    playout->stalled_n = playout->filled_n = 0;
}

/* A packet that is not speech: the peer's comfort noise, or an event's place in the numbers. */
static void quiet_packet(playout *playout, const jitter_slot *slot) {
    if (slot->len && slot->payload_type == playout->config.noise_payload_type) {
        comfort_noise_level(&playout->noise, slot->payload[0] & 0x7f);
        playout->media_end = media_of(playout, slot);
        playout->filled_n = DECODER_FILL_MAX;
    }
    playout->mode = PLAYOUT_COMFORT;
    jitter_take(&playout->jitter, slot);
}

static void play_packet(playout *playout, const jitter_slot *slot) {
    uint64_t media = media_of(playout, slot);
    float *end = fifo(playout) + playout->fifo_n;
    int n;

    if (slot->len == 0 || slot->payload_type != playout->config.payload_type) {
        quiet_packet(playout, slot);
        return;
    }
    n = codec_decoder_decode(playout->config.decoder, slot->payload, slot->len, end, CODEC_FRAME_MAX);
    jitter_delay_fec(&playout->jitter.delay, n > 0 && codec_decoder_has_fec(playout->config.decoder, slot->payload, slot->len));
    jitter_take(&playout->jitter, slot);
    if (n > 0) {
        speech_got(playout, n);
    } else {
        playout->counts.packets_malformed++;
        fill(playout, n = playout->packet_n);
        playout->counts.concealed += (uint64_t)n;
    }
    playout->media_end = media + (uint64_t)n;
}

/* Nothing is held: the next packet is late, or lost, or was never sent. The one after it will tell. */
static void starve(playout *playout) {
    if (playout->mode == PLAYOUT_COMFORT || playout->stalled_n >= STALL_MAX) {
        playout->mode = PLAYOUT_COMFORT;
        fill_comfort(playout);
    } else {
        stall(playout);
    }
}

/* The length of one of n_missing packets before `slot`. */
static int missing_len(const playout *playout, const jitter_slot *slot, uint64_t n_missing) {
    uint64_t gap = media_of(playout, slot) - playout->media_end, each = gap / n_missing;

    if (each == 0 || each > CODEC_FRAME_MAX || each % CODEC_STEP || each > 2u * (unsigned)playout->packet_n)
        return playout->packet_n; /* lost packets and a silence of the sender */
    return (int)each;
}

static bool recover(playout *playout, const jitter_slot *slot, int n) {
    float *end = fifo(playout) + playout->fifo_n;

    if (playout->config.codec != TCCC_CODEC_OPUS || slot->payload_type != playout->config.payload_type || slot->len == 0)
        return false;
    if (!codec_decoder_has_fec(playout->config.decoder, slot->payload, slot->len) ||
        codec_decoder_fec(playout->config.decoder, slot->payload, slot->len, end, n) != n)
        return false;
    speech_got(playout, n);
    playout->media_end += (uint64_t)n;
    playout->counts.recovered += (uint64_t)n;
    playout->counts.packets_recovered++;
    jitter_skip(&playout->jitter);
    return true;
}

/* A later packet is held, the next one is not. */
static void bridge_gap(playout *playout, const jitter_slot *slot, uint64_t now_us) {
    uint64_t media = media_of(playout, slot), n_missing = slot->seq - playout->jitter.next_seq;
    float late_ms = age_ms(playout, playout->media_end, playout->fifo_n, now_us) - jitter_delay_target_ms(&playout->jitter.delay);
    int n, late;

    if (media <= playout->media_end) {
        playout->counts.packets_lost += (uint32_t)n_missing;
        play_packet(playout, slot);
        return;
    }
    if (late_ms < -PLAYOUT_FRAME / MS && playout->stalled_n < STALL_MAX) {
        stall(playout); /* it may still come */
        return;
    }
    n = missing_len(playout, slot, n_missing);
    late = late_ms <= 0 ? 0 : late_ms * MS < n ? (int)(late_ms * MS) : n;
    if (n_missing > 1 || late >= n / 2 || !recover(playout, slot, n))
        give_up(playout, n, (n - late) / CODEC_STEP * CODEC_STEP); /* a stall has made up the rest */
}

/* The next packet is held; its timestamp may lie behind a silence. */
static void play_next(playout *playout, const jitter_slot *slot, uint64_t now_us) {
    uint64_t media = media_of(playout, slot);

    if (playout->heard && slot->len && media > playout->media_end) {
        stall_forgive(playout);
        if (age_ms(playout, media, playout->fifo_n, now_us) < jitter_delay_target_ms(&playout->jitter.delay) - PLAYOUT_FRAME / MS / 2) {
            playout->mode = PLAYOUT_COMFORT;
            fill_comfort(playout);
            return;
        }
    }
    play_packet(playout, slot);
}

/* Packets that came in a heap before anything could be played (the sound card was slow to start) would be heard late for
 * seconds: hearing starts with the one that is due. */
static const jitter_slot *skip_backlog(playout *playout, const jitter_slot *slot, float target_ms, uint64_t now_us) {
    while (slot && playout->jitter.n_used > 1 && age_ms(playout, media_of(playout, slot), playout->fifo_n, now_us) > target_ms + backlog_ms) {
        playout->jitter.packets_dropped++;
        playout->delay_ms = 0; /* its average starts anew */
        jitter_take(&playout->jitter, slot);
        slot = jitter_first(&playout->jitter);
    }
    return slot;
}

/* Whether nobody pulled for a second or more (a suspended page): what came meanwhile is not heard seconds late. */
static bool is_far_behind(const playout *playout, const jitter_slot *slot, uint64_t now_us) {
    return playout->jitter.n_used >= BEHIND_PACKETS &&
           age_ms(playout, media_of(playout, slot), playout->fifo_n, now_us) > jitter_delay_target_ms(&playout->jitter.delay) + behind_ms;
}

/* Before the first packet's turn: what was heard before a restart fades away. */
static void wait_start(playout *playout, const jitter_slot *slot, uint64_t now_us) {
    float target = jitter_delay_target_ms(&playout->jitter.delay);

    slot = skip_backlog(playout, slot, target, now_us);
    if (slot && age_ms(playout, media_of(playout, slot), playout->fifo_n, now_us) >= target - PLAYOUT_FRAME / MS / 2) {
        playout->media_end = media_of(playout, slot);
        play_packet(playout, slot);
        return;
    }
    fill(playout, PLAYOUT_FRAME);
    playout->counts.comfort += PLAYOUT_FRAME;
}

/* Puts at least one sample behind the fifo, or takes a packet. */
static void produce(playout *playout, uint64_t now_us) {
    const jitter_slot *slot = jitter_first(&playout->jitter);

    if (slot && is_far_behind(playout, slot, now_us))
        slot = skip_backlog(playout, slot, jitter_delay_target_ms(&playout->jitter.delay), now_us);
    if (playout->mode == PLAYOUT_WAITING)
        wait_start(playout, slot, now_us);
    else if (!slot)
        starve(playout);
    else if (slot->seq == playout->jitter.next_seq)
        play_next(playout, slot, now_us);
    else
        bridge_gap(playout, slot, now_us);
}

static void restart_follow(playout *playout) {
    if (playout->generation == playout->jitter.generation)
        return;
    playout->generation = playout->jitter.generation;
    stall_forgive(playout);
    playout->mode = PLAYOUT_WAITING;
}

static bool is_quiet(playout *playout, int n) {
    const float *pcm = fifo(playout);
    float power = 0, background = comfort_noise_rms(&playout->noise);

    for (int i = 0; i < n; i++)
        power += pcm[i] * pcm[i];
    power /= (float)n;
    return power < quiet_power || power < quiet_margin * background * background;
}

/* Any lag will do in quiet: no further than needed. */
static int lag_most(const stretch_rule *rule, float error_ms) {
    return rule == &rule_quiet ? (int)(fabsf(error_ms) * MS) + STRETCH_LAG_MIN : rule->lag_max;
}

static void shorten(playout *playout, float error_ms, const stretch_rule *rule) {
    int lag_max = lag_most(rule, error_ms), spare = (int)((error_ms - spare_ms) * MS), removed;

    if (playout->fifo_n < PLAYOUT_AHEAD && spare < lag_max) /* hardly anything is held: the next packet may be needed a frame before its turn */
        lag_max = spare;
    removed = stretch_shorten(fifo(playout), playout->fifo_n, lag_max, rule->likeness);

    playout->fifo_n -= removed;
    playout->counts.removed += (uint64_t)removed;
    playout->rest_n = rule == &rule_quiet || HASTE * removed < REST ? REST : HASTE * removed;
}

static void lengthen(playout *playout, float error_ms, const stretch_rule *rule) {
    int inserted = stretch_lengthen(fifo(playout), playout->fifo_n, lag_most(rule, error_ms), rule->likeness);

    playout->fifo_n += inserted;
    playout->counts.inserted += (uint64_t)inserted;
    playout->rest_n = REST;
}

/* Brings the age of speech nearer to the target, by one pitch period at a time. */
static void stretch(playout *playout, uint64_t now_us) {
    float age = age_ms(playout, playout->media_end - (uint64_t)playout->fifo_n, 0, now_us);
    float error = age - jitter_delay_target_ms(&playout->jitter.delay);
    const stretch_rule *rule = &rule_speech;
    int into_frame = playout->fifo_n % PLAYOUT_FRAME; /* where in its frame the next packet is needed */

    if (playout->mode == PLAYOUT_SPEECH) /* the fastest packet's delay is an estimate that moves: nothing is told to be earlier */
        playout->delay_ms += (playout->delay_ms > 0 ? delay_smoothing : 1) * (fmaxf(age, 0) - playout->delay_ms);
    playout->rest_n -= playout->rest_n > 0 ? PLAYOUT_FRAME : 0;
    if (playout->mode != PLAYOUT_SPEECH || playout->rest_n > 0)
        return;
    if (is_quiet(playout, playout->fifo_n))
        rule = &rule_quiet;
    else if (error > rule_far.above_ms || error < -rule_far.below_ms)
        rule = &rule_far;
    if (error - (float)into_frame / MS < -rule->below_ms)
        lengthen(playout, error, rule);
    if (error <= rule->above_ms)
        return;
    while (playout->mode == PLAYOUT_SPEECH && playout->fifo_n < PLAYOUT_AHEAD && playout->jitter.n_used > 0 &&
           jitter_first(&playout->jitter)->seq == playout->jitter.next_seq)
        produce(playout, now_us);
    if (playout->fifo_n >= 2 * PLAYOUT_FRAME) /* a frame must be left */
        shorten(playout, error, rule);
}

void playout_pull(playout *playout, float pcm[PLAYOUT_FRAME], uint64_t now_us) {
    restart_follow(playout);
    while (playout->fifo_n < PLAYOUT_FRAME)
        produce(playout, now_us);
    stretch(playout, now_us);
    memcpy(pcm, fifo(playout), PLAYOUT_FRAME * sizeof *pcm);
    hold_to_scale(pcm, PLAYOUT_FRAME); /* cross-fades of unlike parts may add up to more */
    playout->fifo_n -= PLAYOUT_FRAME;
    memmove(playout->samples, playout->samples + PLAYOUT_FRAME, (size_t)(STRETCH_LAG_MAX + playout->fifo_n) * sizeof *pcm);
    playout->counts.played += PLAYOUT_FRAME;
}
