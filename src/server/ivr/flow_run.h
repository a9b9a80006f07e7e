/* flow_run.h: one caller's way through a flow, as a machine without sound or telephone: events and the time in, orders out. Layer: server.
 * Rows IVR-015 to IVR-041, ACD-023, ACD-035.
 *
 *     flow_order order;
 *     flow_run *run = flow_run_new(f);
 *     flow_run_step(run, FLOW_STARTED, 0, unix_s, &order);
 *     for each thing that happens:  flow_run_step(run, event, digit, unix_s, &order); carry out the order (it replaces the one before)
 */
#ifndef TCCC_SERVER_IVR_FLOW_RUN_H
#define TCCC_SERVER_IVR_FLOW_RUN_H

#include "server/ivr/flow.h"

typedef struct flow_run flow_run;

enum flow_event {
    FLOW_STARTED,
    FLOW_PLAYED,                      /* the order's sounds have ended */
    FLOW_DIGIT,                       /* a key; `digit` says which */
    FLOW_TIMED_OUT,                   /* the order's timeout_ms has passed */
    FLOW_CONNECTED,                   /* queue: an agent talks with the caller */
    FLOW_NO_AGENT,                    /* queue: nobody is online (ACD-023) */
    FLOW_QUEUE_OVER,                  /* queue: full, or waited for too long */
    FLOW_AGENT_LEFT,                  /* queue, connected: the agent has hung up; the caller is still there */
    FLOW_RECORDED                     /* voicemail: done or too long */
};

enum flow_order_kind {
    FLOW_DO_NOTHING,                  /* go on with what runs */
    FLOW_DO_PLAY,                     /* sounds, one after the other; then FLOW_PLAYED. Digits are told, and end the sounds when `interruptible` */
    FLOW_DO_WAIT_KEY,                 /* as PLAY; after the sounds timeout_ms runs, then FLOW_TIMED_OUT */
    FLOW_DO_QUEUE,                    /* to group_id; sounds, then `loop` over and over, until CONNECTED, NO_AGENT or QUEUE_OVER. Digits are
                                         told: an order that answers one takes the caller out of the queue (ACD-035) */
    FLOW_DO_VOICEMAIL,                /* sounds (the last is FLOW_BEEP), then record until `stop_key`, silence_ms of silence or timeout_ms; then FLOW_RECORDED */
    FLOW_DO_RETURN,                   /* self-service: back to the agent (IVR-041) */
    FLOW_DO_HANG_UP
};

typedef struct {
    enum flow_order_kind kind;
    const char *module, *label;       /* for logs and records */
    flow_sound sounds[4];
    int n_sounds;
    flow_sound loop;                  /* sound_id 0 and text NULL: the built-in music */
    flow_sound connected;             /* to the caller when an agent has accepted (IVR-033) */
    bool interruptible;
    int timeout_ms;
    int silence_ms;                   /* voicemail; 0: silence does not end it */
    int reply_s;                      /* in chats: for WAIT_KEY and VOICEMAIL the time to answer, for QUEUE that after each message of the agent's (FLOW-031); 0: none of its own */
    flow_sound unanswered;            /* QUEUE: said when that time has passed (FLOW-032) */
    int64_t group_id;
    char stop_key;                    /* 0: none */
    /* What a key of the caller's means now, for those who see it: WAIT_KEY, and QUEUE where it can be left */
    struct { const char *key, *label; const json_value *texts; } choices[FLOW_BRANCHES_MAX];
    int n_choices;
} flow_order;

flow_run *flow_run_new(flow *f);      /* holds the flow: it keeps its version (AMB-20) */
void flow_run_free(flow_run *run);
/* unix_s: now, for modules that ask whether somebody is there. The order's pointers live as long as the run. */
void flow_run_step(flow_run *run, enum flow_event event, char digit, int64_t unix_s, flow_order *order);

/* Where a run that waits for something is, as text, and a run from there: its order again, without what a mistake added. NULL: the text is
 * of no such state of this flow, or there is no memory. Keys that were taken are not kept. */
enum { FLOW_STATE_MAX = 160 };
void flow_run_save(const flow_run *run, char text[FLOW_STATE_MAX]);
flow_run *flow_run_restore(flow *f, const char *text, flow_order *order);

enum { FLOW_KEYS_MAX = 256 };         /* what is pressed after that is obeyed, but not recorded */

typedef struct {
    const char *key, *label, *node;   /* "1", what it stands for, the module's label. key "noInput": asked to rate, and no key came */
    bool post;                        /* at a rating: PostIVRKeyPressed; else ivrPath and IVRKeyPressed */
} flow_key;
/* Keys that were taken at branches and ratings so far, in order. The pointer is good until the next step. */
int flow_run_keys(const flow_run *run, const flow_key **keys);

#endif
