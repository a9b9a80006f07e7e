/* asr.h: transcripts of calls while they run: what each side says, as text. Layer: server. Rows SDK-167 to SDK-170; docs/asr.md.
 *
 * Packets are copied on the edge thread into a bounded ring (as for recordings), decoded and cut into sentences by a thread of its own, and
 * recognised by others: neither control nor edge thread waits for any of them. What does not fit or comes too fast is left out and counted.
 * Threads are started, and the built-in model is loaded, with the first transcript. Functions are called on the control thread.
 */
#ifndef TCCC_SERVER_ASR_ASR_H
#define TCCC_SERVER_ASR_ASR_H

#include "core/wire.h"
#include "server/edge/edge.h"
#include "base/log.h"

#include <stdbool.h>

typedef struct asr asr;

typedef struct {
    const char *model;               /* of the built-in recogniser; NULL: Debian's English one */
    const char *tls_ca;              /* roots for an external recogniser, PEM; NULL: the system's */
} asr_config;

typedef struct {
    /* More was understood of what `side` says. said->flow is not set. Borrowed for the call. */
    void (*said)(void *ctx, uint32_t handle, int side, const wire_asr *said);
} asr_handler;

/* NULL: no memory. The edge outlives it. */
asr *asr_new(const asr_config *config, edge *e, const logger *log, const asr_handler *handler, void *ctx);
/* NULL is allowed. */
void asr_free(asr *all);

typedef struct {
    bool external;                   /* the recogniser at `url`, by HTTP or WebSocket as that says; else the built-in one */
    const char *url, *token;
} asr_what;

/* A transcript begins: its times count from now. A handle, never 0; 0: it cannot (logged). Nothing is heard before asr_move. */
uint32_t asr_start(asr *all, const asr_what *what);
/* Hears both sides of this bridge (0: nobody) from now on. */
void asr_move(asr *all, uint32_t handle, uint32_t bridge);
/* Nothing is told of it any more. */
void asr_stop(asr *all, uint32_t handle);

typedef struct {
    int running, waiting;            /* transcripts; sentences that wait for a recogniser */
    uint64_t sentences, failed;      /* recognised; of them without an answer */
    uint64_t heard_ms, dropped_ms;   /* speech; of it left out because a recogniser could not keep up */
    uint64_t packets_lost, packets_unopened;
} asr_counters;
void asr_count(const asr *all, asr_counters *out);

#endif
