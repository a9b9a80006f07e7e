/* record.h: recordings: of calls, one per participant and a mixed one; and voicemails; as Ogg Opus. Layer: server.
 *
 * Packets are copied on the edge thread into a bounded queue (no lock, no wait: what does not fit is lost and counted) and written
 * by a thread of its own. A disk that is full or fails ends the recording with an alarm; the call goes on. Rows PUSH-072 to
 * PUSH-089, IVR-036.
 */
#ifndef TCCC_SERVER_RECORD_H
#define TCCC_SERVER_RECORD_H

#include "record_thread.h"

#include "server/bridge/bridge.h"
#include "server/deadline.h"
#include "server/settings/settings.h"
#include "server/store/recording.h"

typedef struct records records;

typedef struct {
    const char *folder;               /* data folder; files go under records/yyyy/mm/dd/ */
    const char *secret;               /* for signing URLs; made and kept in the folder when NULL */
    const char *public_url;           /* before /v1/records/; NULL: a path only */
} records_config;

typedef struct {
    /* A file is complete and is in the store; of a recording that failed without a file bytes is 0. On the control thread. Also for
     * recordings that a killed server left, found at start. */
    void (*finished)(void *ctx, const store_recording *recording);
    /* A recording has ended without record_stop: by its limit, by silence, or because it cannot be written. `finished` follows. May
     * be NULL. */
    void (*ended)(void *ctx, uint32_t handle, enum record_end why);
} records_handler;

/* NULL: no memory, or the folder cannot be made (logged). */
records *records_new(const records_config *config, edge *e, store *db, settings *rules, deadlines *timers, const logger *log,
                     const records_handler *handler, void *ctx);
void records_free(records *all);      /* ends and writes what runs */

typedef struct {
    int64_t app_id;
    const char *session_id;
    enum recording_kind kind;
    const char *endpoint;             /* customer's number or agent's userId */
    int limit_ms;                     /* 0: 12 h */
    int silence_ms;                   /* ends when the participant has not spoken for so long; 0: does not */
} record_what;

/* Starts on a bridge (0: on none yet): what side `side` says (-1: both, mixed to mono; only for RECORDING_MIXED). What is said while
 * one side is on hold or hears a flow's sounds is left out, but not of a voicemail. record_id[65] is filled in and stays the same over record_move.
 * A handle, never 0; 0: it cannot be recorded (logged). */
uint32_t record_start(records *all, const record_what *what, uint32_t bridge, int side, char record_id[65]);
/* Goes on, on another bridge (or 0: pauses): transfers, flows. */
void record_move(records *all, uint32_t handle, uint32_t bridge, int side);
/* A mixed one has the bridge's third party, too, until record_move or record_forget_third. */
void record_hear_third(records *all, uint32_t handle, uint32_t bridge);
void record_forget_third(records *all, uint32_t handle);
void record_stop(records *all, uint32_t handle);

/* URL of a recording for `seconds`: ".../v1/records/<id>.ogg?expires=...&signature=...". Also of one that still runs: until it has
 * finished the address answers 404. 0, NOT_FOUND (it cannot be an id), TOO_LARGE. */
int record_url(records *all, const char *record_id, int64_t now_s, int seconds, char *url, size_t capacity);
/* Whether the request is for /v1/records/; then it is answered (403 wrong or expired signature, 404, 410 deleted by retention,
 * Range honoured). */
bool record_http(records *all, const edge_http_request *request);

typedef struct {
    uint64_t running, finished, failed, recovered, expired;
    uint64_t packets_lost;            /* found no room in the ring */
    uint64_t packets_unopened;        /* SRTP that no key opens */
    uint64_t bytes;                   /* of finished files */
    bool disk_full;
} record_counters;
void record_count(const records *all, record_counters *out);

#endif
