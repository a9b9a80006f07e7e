/* mixer.h: what each of up to four parties hears of the others, when it cannot be the packets of one. Layer: server. Sans-IO.
 *
 * Of each party that is heard RTP goes in and through a jitter buffer of its own (media/receive.h); for each that hears, the others
 * are added at their own level (dsp/mix.h) and encoded in its codec. With one party to hear this is transcoding.
 */
#ifndef TCCC_SERVER_MIXER_H
#define TCCC_SERVER_MIXER_H

#include "bridge.h"

#include <stddef.h>
#include <stdint.h>

enum { MIXER_STEP_US = 10000 };

typedef struct mixer mixer;

typedef struct {
    enum tccc_codec codec;
    uint8_t payload_type;            /* of what comes from it */
    int ptime_ms;                    /* of what is made for it */
    unsigned hears;                  /* bits of the sides it gets a mix of; 0: nothing is made for it */
} mixer_side;

/* A packet time is full: to `side`; ticks: its length in the codec's RTP clock. */
typedef void mixer_payload(void *context, int side, const uint8_t *payload, size_t len, uint32_t ticks);

/* NULL: no memory. */
mixer *mixer_new(uint64_t seed);
void mixer_free(mixer *m);           /* NULL is allowed */
/* Who hears whom from now on. Jitter buffers and encoders of sides that stay as they are go on. 0, ARG_RANGE (codec, payload type),
 * NO_MEMORY: then nobody who is new hears anything. */
int mixer_direct(mixer *m, const mixer_side sides[BRIDGE_SIDES]);
/* A plain RTP packet from `side`; ignored when nobody gets it in a mix. */
void mixer_packet(mixer *m, int side, const uint8_t *packet, size_t len, uint64_t now_us);
/* The next 10 ms of everything. */
void mixer_step(mixer *m, uint64_t now_us, mixer_payload *payload, void *context);

#endif
