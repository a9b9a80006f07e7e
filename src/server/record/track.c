/* track.c: the RTP packets of one participant laid onto the time line of a recording. Layer: server. Sans-IO. RFC 3550. */
#include "track.h"

#include "dsp/g711.h"

#include <opus.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    MS = TRACK_RATE_HZ / 1000,
    FRAME = 20 * MS,
    ODD_MS = 1000,                   /* this far from its arrival, a packet belongs to another time base */
    ODD_STEADY_MS = 40,              /* and this near to each other several of them are one; a burst after a stall is not */
    ODD_PACKETS = 5,
    WINDOW_MS = 8000,                /* the earliest packet of this time tells how the clocks stand */
    DRIFT_MS = 20,                   /* is corrected, in a quiet moment */
    DRIFT_URGENT_MS = 60,            /* is corrected at once */
    QUIET_LEVEL = 328                /* mean of the samples' sizes: -40 dBFS */
};

typedef struct held {
    struct held *next;
    int64_t at;                      /* place of its first tick */
    uint64_t arrival_us;
    uint32_t stream;
    uint16_t seq;
    int ticks;
    enum tccc_codec codec;
    size_t len;
    uint8_t payload[];
} held;

struct track {
    uint64_t start_us;
    track_taker *take;
    void *ctx;
    int64_t end;                     /* ticks given out */
    held *first;
    int n_held;

    uint32_t stream;                 /* counts time bases; 0: none yet */
    uint32_t ssrc;
    enum tccc_codec codec;
    uint32_t timestamp;              /* of the newest packet, and its place */
    int64_t at;
    struct { int n; int64_t off; } odd;

    uint32_t out_stream;             /* of the newest packet given out */
    uint16_t out_seq;

    uint64_t window_us;              /* began */
    int64_t window_off;              /* least of arrival less place */
    int correction;                  /* ticks that the clock is off, 0: nothing to correct */
    int mean_len;                    /* of Opus packets, 1/16 byte */
    track_counters counters;
};

track *track_new(uint64_t start_us, track_taker *take, void *ctx) {
    track *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->start_us = start_us;
    t->take = take;
    t->ctx = ctx;
    return t;
}

void track_free(track *t) {
    if (!t)
        return;
    for (held *h; (h = t->first);) {
        t->first = h->next;
        free(h);
    }
    free(t);
}

int64_t track_position(const track *t) {
    return t->end;
}

void track_count(const track *t, track_counters *out) {
    *out = t->counters;
}

/* --- places --- */

static int64_t place_of(const track *t, uint64_t us) {
    return us > t->start_us ? (int64_t)((us - t->start_us) * (TRACK_RATE_HZ / 1000) / 1000) : 0;
}

/* Ticks of a payload; 0 when it is not one. */
static int payload_ticks(enum tccc_codec codec, const uint8_t *payload, size_t len) {
    enum { G711_TICKS = TRACK_RATE_HZ / 8000, G711_MAX = 8 * 120, OPUS_MAX = 1500 };
    opus_int16 sizes[48];
    if (codec != TCCC_CODEC_OPUS)
        return len <= G711_MAX ? (int)len * G711_TICKS : 0;
    if (!len || len > OPUS_MAX || opus_packet_parse(payload, (opus_int32)len, NULL, NULL, sizes, NULL) <= 0)
        return 0;
    int ticks = opus_packet_get_nb_samples(payload, (opus_int32)len, TRACK_RATE_HZ);
    return ticks > 0 ? ticks : 0;
}

static int ticks_per_unit(enum tccc_codec codec) {
    return codec == TCCC_CODEC_OPUS ? 1 : TRACK_RATE_HZ / 8000;
}

static void begin_stream(track *t, enum tccc_codec codec, const rtp_packet *packet, uint64_t arrival_us) {
    int64_t behind = t->end;
    for (const held *h = t->first; h; h = h->next)
        behind = h->at + h->ticks;
    int64_t arrived = place_of(t, arrival_us) / TRACK_QUANTUM * TRACK_QUANTUM;
    t->stream++;
    t->ssrc = packet->ssrc;
    t->codec = codec;
    t->timestamp = packet->timestamp;
    t->at = arrived > behind ? arrived : behind;
    t->odd.n = 0;
    t->window_us = 0;
    t->correction = 0;
    t->mean_len = 0;
}

/* Whether the packet's timestamp has nothing to do with its arrival. Several that agree begin a stream anew. */
static bool is_odd(track *t, const rtp_packet *packet, uint64_t arrival_us, int64_t off) {
    if (llabs(off) < (int64_t)ODD_MS * MS) {
        t->odd.n = 0;
        return false;
    }
    bool agrees = t->odd.n && llabs(off - t->odd.off) < (int64_t)ODD_STEADY_MS * MS;
    t->odd.n = agrees ? t->odd.n + 1 : 1;
    if (!agrees)
        t->odd.off = off;
    if (t->odd.n < ODD_PACKETS)
        return true;
    begin_stream(t, t->codec, packet, arrival_us);
    return false;
}

static void shift(track *t, uint32_t stream, int64_t ticks) {
    if (t->stream == stream) {
        t->at += ticks;
        t->window_off -= ticks;
    }
    for (held *h = t->first; h; h = h->next)
        if (h->stream == stream)
            h->at += ticks;
}

/* A packet that comes before its turn, by off ticks below 0, tells that those before it were late, as after a standstill. While none of
 * the stream has been given out, all of it moves to its true place, as far as nothing else lies there. Ticks moved. */
static int64_t begin_earlier(track *t, int64_t at, int64_t off) {
    int64_t behind = t->end;
    const held *h = t->first;
    for (; h && h->stream != t->stream; h = h->next)
        behind = h->at + h->ticks;
    int64_t first = h && h->at < at ? h->at : at, step = -off < first - behind ? -off : first - behind;
    step = step / TRACK_QUANTUM * TRACK_QUANTUM;
    if (t->out_stream == t->stream || step <= 0)
        return 0;
    shift(t, t->stream, -step);
    return step;
}

/* The earliest packet of a window has waited least on its way: it tells how the sender's clock stands against ours. */
static void watch_clock(track *t, int64_t off, uint64_t arrival_us) {
    if (!t->window_us || arrival_us - t->window_us > (uint64_t)10 * WINDOW_MS * 1000) {
        t->window_us = arrival_us;
        t->window_off = off;
        return;
    }
    if (off < t->window_off)
        t->window_off = off;
    if (arrival_us - t->window_us < (uint64_t)WINDOW_MS * 1000)
        return;
    t->correction = llabs(t->window_off) >= (int64_t)DRIFT_MS * MS ? (int)t->window_off : 0;
    t->window_us = arrival_us;
    t->window_off = off;
}

/* --- in --- */

static void hold(track *t, held *h) {
    held **at = &t->first;
    while (*at && ((*at)->stream < h->stream || ((*at)->stream == h->stream && (*at)->at < h->at)))
        at = &(*at)->next;
    if (*at && (*at)->stream == h->stream && (*at)->at == h->at) {
        free(h); /* a duplicate */
        return;
    }
    h->next = *at;
    *at = h;
    t->n_held++;
}

void track_packet(track *t, enum tccc_codec codec, const rtp_packet *packet, uint64_t arrival_us) {
    int ticks = payload_ticks(codec, packet->payload, packet->payload_len);
    if (!ticks) {
        t->counters.dropped++;
        return;
    }
    if (!t->stream || t->ssrc != packet->ssrc || t->codec != codec)
        begin_stream(t, codec, packet, arrival_us);
    int64_t at = t->at + (int64_t)(int32_t)(packet->timestamp - t->timestamp) * ticks_per_unit(codec), off = place_of(t, arrival_us) - at;
    if (is_odd(t, packet, arrival_us, off)) {
        t->counters.dropped++;
        return;
    }
    if (packet->timestamp == t->timestamp)
        at = t->at; /* also of a stream that has just begun anew */
    at -= begin_earlier(t, at, place_of(t, arrival_us) - at);
    off = place_of(t, arrival_us) - at;
    watch_clock(t, off, arrival_us);
    held *h = malloc(sizeof *h + packet->payload_len);
    if (!h) {
        t->counters.dropped++;
        return;
    }
    *h = (held){ .at = at, .arrival_us = arrival_us, .stream = t->stream, .seq = packet->seq, .ticks = ticks, .codec = codec, .len = packet->payload_len };
    memcpy(h->payload, packet->payload, packet->payload_len);
    if (at > t->at) {
        t->at = at;
        t->timestamp = packet->timestamp;
    }
    hold(t, h);
}

/* --- out --- */

static void give_gap(track *t, enum track_kind kind, int64_t ticks, const held *behind) {
    track_item item = { .kind = kind, .codec = t->codec };
    if (behind && kind == TRACK_LOSS) {
        item.codec = behind->codec;
        item.payload = behind->payload;
        item.len = behind->len;
    }
    ticks = ticks / TRACK_QUANTUM * TRACK_QUANTUM;
    while (ticks > 0) {
        int part = ticks > TRACK_RATE_HZ ? TRACK_RATE_HZ : (int)ticks;
        t->end += part;
        ticks -= part;
        item.ticks = part;
        t->take(t->ctx, &item);
    }
}

static held *pop(track *t) {
    held *h = t->first;
    t->first = h->next;
    t->n_held--;
    return h;
}

static bool is_quiet(track *t, const held *h) {
    int sum = 0;
    if (h->codec == TCCC_CODEC_OPUS) {
        int mean = t->mean_len;
        t->mean_len += ((int)h->len * 16 - mean) / 16;
        return (int)h->len * 16 < mean / 2; /* the encoder has found little to say */
    }
    for (size_t i = 0; i < h->len; i++)
        sum += abs(h->codec == TCCC_CODEC_PCMA ? g711_alaw_decode(h->payload[i]) : g711_ulaw_decode(h->payload[i]));
    return sum < (int)h->len * QUIET_LEVEL;
}

/* Follows the sender's clock at this packet. Whether it is left out. */
static bool correct(track *t, const held *h) {
    bool quiet = is_quiet(t, h), wait = !quiet && abs(t->correction) < DRIFT_URGENT_MS * MS;
    if (h->stream != t->stream || !t->correction || wait)
        return false;
    int step = t->correction < 0 ? -h->ticks : FRAME; /* below 0: it speaks faster than we count */
    if (abs(t->correction) < abs(step)) {
        t->correction = 0;
        return false;
    }
    shift(t, h->stream, step);
    t->correction -= step;
    t->counters.steps += step < 0 ? -1 : 1;
    if (step > 0)
        give_gap(t, TRACK_LOSS, step, NULL);
    return step < 0;
}

static void give_packet(track *t) {
    held *h = pop(t);
    if (h->at + h->ticks / 2 < t->end)
        t->counters.late++;
    else if (!correct(t, h)) {
        t->end += h->ticks;
        t->out_stream = h->stream;
        t->out_seq = h->seq;
        t->take(t->ctx, &(track_item){ .kind = TRACK_PACKET, .ticks = h->ticks, .codec = h->codec, .payload = h->payload, .len = h->len });
    }
    free(h);
}

static void give_what_is_missing(track *t) {
    const held *h = t->first;
    int64_t gap = h->at - t->end;
    int missing = h->stream == t->out_stream ? (uint16_t)(h->seq - t->out_seq) - 1 : 0;
    bool lost = missing > 0 && missing < TRACK_HELD_MAX;
    if (lost)
        t->counters.lost += (uint64_t)missing;
    give_gap(t, lost && gap <= (int64_t)TRACK_LOSS_MS * MS ? TRACK_LOSS : TRACK_SILENCE, gap, h);
}

static void give_all(track *t, uint64_t now_us, bool finish) {
    while (t->first) {
        const held *h = t->first;
        if (h->at - t->end >= TRACK_QUANTUM) {
            bool waited = now_us >= h->arrival_us + TRACK_HOLD_MS * 1000 || t->n_held >= TRACK_HELD_MAX;
            if (!finish && !waited)
                return;
            give_what_is_missing(t);
        }
        give_packet(t);
    }
}

static void fill(track *t, int64_t to, int step) {
    if (to - t->end >= step)
        give_gap(t, TRACK_SILENCE, (to - t->end) / step * step, NULL);
}

void track_advance(track *t, uint64_t now_us) {
    give_all(t, now_us, false);
    if (!t->first)
        fill(t, place_of(t, now_us) - (int64_t)TRACK_LAG_MS * MS, FRAME);
}

void track_finish(track *t, uint64_t end_us) {
    give_all(t, end_us, true);
    fill(t, place_of(t, end_us), TRACK_QUANTUM);
}
