/* playout.h: from held packets to an unbroken stream of samples at the wanted delay. Layer: media. Sans-IO.
 *
 * Each pull of 10 ms decodes what is due, rebuilds or makes up what is missing, and shortens or lengthens speech by pitch periods
 * until its age is the jitter buffer's target. Sources: RFC 6716 section 2.1.7 (FEC), Liang, Faerber & Girod 2003.
 */
#ifndef TCCC_MEDIA_PLAYOUT_H
#define TCCC_MEDIA_PLAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "dsp/comfort_noise.h"
#include "dsp/plc.h"
#include "dsp/stretch.h"
#include "media/codec.h"
#include "media/jitter.h"

enum {
    PLAYOUT_FRAME = 160,
    PLAYOUT_AHEAD = 2 * STRETCH_LAG_MAX + PLAYOUT_FRAME, /* decoded before speech is shortened */
    PLAYOUT_FIFO = PLAYOUT_AHEAD + CODEC_FRAME_MAX + STRETCH_LAG_MAX
};

enum playout_mode {
    PLAYOUT_WAITING,            /* no packet yet, or the sender restarted: the first one waits for the target delay */
    PLAYOUT_SPEECH,             /* packets are decoded as they come due */
    PLAYOUT_STALLED,            /* the next packet is late: the signal is made longer, media time stands still */
    PLAYOUT_COMFORT             /* the sender is silent (DTX, comfort noise, an event, hold): media time runs on */
};

typedef struct {                /* in samples at 16 kHz unless said otherwise */
    uint64_t played, concealed, recovered, inserted, removed, comfort;
    uint32_t packets_lost, packets_recovered, packets_malformed, underruns;
} playout_counts;

typedef struct {
    codec_decoder *decoder;     /* borrowed until the playout is no longer used */
    enum tccc_codec codec;
    uint8_t payload_type, noise_payload_type; /* of the codec; of RFC 3389 packets */
    uint64_t seed;              /* comfort noise */
} playout_config;

typedef struct {
    playout_config config;
    jitter jitter;
    comfort_noise noise;
    plc plc;                    /* G.711 only: Opus conceals by itself */
    float samples[STRETCH_LAG_MAX + PLAYOUT_FIFO]; /* what was played, then the fifo */
    float learned[COMFORT_NOISE_FRAME]; /* decoded samples on their way to the learner */
    int fifo_n, learned_n;
    enum playout_mode mode;
    uint64_t media_end;         /* media time (16 kHz) behind the fifo's last sample */
    uint32_t generation;        /* of the jitter buffer, as last seen */
    int packet_n;               /* samples of the newest packet */
    int stalled_n;              /* samples by which media time has stood still since the last packet */
    int filled_n;               /* samples made up since the last packet */
    int rest_n;                 /* samples until speech may be stretched again */
    bool heard;                 /* something was decoded */
    float delay_ms;             /* smoothed */
    playout_counts counts;
} playout;

/* Everything but the jitter buffer inside, which the caller opens with the codec's clock and feeds. */
void playout_open(playout *playout, const playout_config *config);
void playout_pull(playout *playout, float pcm[PLAYOUT_FRAME], uint64_t now_us);

#endif
