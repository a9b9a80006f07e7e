/* hearing.h: the thread that hears calls: takes their packets from a ring, decodes them, cuts sentences and gives them to recognisers.
 * Layer: server.
 *
 * Functions are called on the control thread.
 */
#ifndef TCCC_SERVER_ASR_HEARING_H
#define TCCC_SERVER_ASR_HEARING_H

#include "recogniser.h"

#include "server/bridge/tap_ring.h"

typedef struct hearing hearing;

/* NULL: no memory, no thread. */
hearing *hearing_new(void);
/* Ends the thread; sentences that are not whole end where they are. NULL is allowed. */
void hearing_free(hearing *h);
tap_ring *hearing_ring(hearing *h);

/* A transcript begins: times count from now. The recogniser outlives the thread; the job is held. 0 or NO_MEMORY. */
int hearing_start(hearing *h, uint32_t handle, asr_job *job, recogniser *by);
/* Packets of `tap` are what a side says: from now on, or (tap 0) no more. 0 or NO_MEMORY. */
int hearing_listen(hearing *h, uint32_t handle, int side, uint32_t tap);
/* 0 or NO_MEMORY. */
int hearing_stop(hearing *h, uint32_t handle);

/* Any thread. */
typedef struct {
    uint64_t heard_ms;               /* of speech in sentences, both sides */
    uint64_t dropped_ms;             /* of it, for which a recogniser had no room or no time */
    uint64_t packets_unopened;       /* SRTP that no key opens */
} hearing_counters;
void hearing_count(const hearing *h, hearing_counters *out);

#endif
