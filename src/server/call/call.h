/* call.h: calls of the contact centre: between a telephone (sip/) and an agent's seat (seat/), with media by bridge/. Layer: server. */
#ifndef TCCC_SERVER_CALL_CALL_H
#define TCCC_SERVER_CALL_CALL_H

#include "server/acd/queue.h"
#include "server/agent/agent.h"
#include "server/asr/asr.h"
#include "server/cloudapi/call_in.h"
#include "server/edge/edge.h"
#include "server/ivr/flows.h"
#include "server/ivr/prompt.h"
#include "server/push/push.h"
#include "server/record/record.h"
#include "server/seat/seat.h"
#include "server/settings/settings.h"
#include "server/sip/gate.h"
#include "server/sip/registrar.h"
#include "server/sip/stack.h"
#include "server/sip/trunk.h"
#include "server/store/backlog.h"
#include "server/visitor/visitor.h"

typedef struct calls calls;

typedef struct {
    int no_reply_s, outbound_ring_s, session_expires_s;
    int rtp_min, rtp_max;
    const char *music;               /* WAV for callers who wait; "": the bridge's own */
} calls_config;

typedef struct {                     /* what calls work with; all outlive them */
    edge *edge;
    store *store;
    stack *stack;
    registrar *registrar;
    trunks *trunks;
    gate *gate;
    agents *agents;
    acd *queues;
    settings *settings;
    flows *flows;
    prompts *prompts;
    records *records;
    asr *asr;                        /* NULL: no transcripts */
    pushes *pushes;
    backlog *backlog;
    const call_in_config *call_in;   /* for numbers with a call-in interface */
    deadlines *timers;
    const logger *log;
    void (*ended)(void *ctx, const store_cdr *cdr);   /* a call's record is on its way into the store; NULL: nobody wants to know */
    void *ctx;
} calls_parts;

calls *calls_new(const calls_config *config);
/* Before the first call. */
void calls_use(calls *all, const calls_parts *parts);
void calls_free(calls *all);
int calls_count(const calls *all);   /* running ones */

/* No new calls from now on; waiting callers are sent away. */
void calls_close(calls *all);
/* Ends every call (closeBy "admin"). */
void calls_end_all(calls *all);

/* For seat_handler, with the calls as ctx. */
void calls_request(void *ctx, seat *s, const wire_request *request, uint64_t ticket);
void calls_directory(void *ctx, seat *s, uint64_t ticket);
int calls_snapshot(void *ctx, seat *s, wire_session *list);
void calls_tell_media(void *ctx, seat *s);
void calls_seat_unreachable(void *ctx, seat *s);
void calls_seat_gone(void *ctx, seat *s);
/* For agent_handler. */
void calls_agent_removed(void *ctx, agent *a);
/* For acd_handler. */
void calls_offer(void *ctx, void *contact, agent *a);
bool calls_also(void *ctx, const char *session_id, agent *a);
void calls_moved(void *ctx, void *contact, int ahead);
/* For records_handler: it ended by itself. */
void calls_record_ended(void *ctx, uint32_t handle);
/* For asr_handler. */
void calls_said(void *ctx, uint32_t transcript, int side, const wire_asr *said);
/* For agents_set_reach. */
unsigned calls_reach(void *ctx, const agent *a);
/* For registrar_listen. */
void calls_extension_changed(void *ctx, const char *extension);

/* An INVITE that begins a call: from a trunk, or from a desk phone that proves itself. */
void calls_invite(calls *all, endpoint *at, const struct sip_msg *invite);

/* What the cloud API shows of a running call. Texts are borrowed for the call of `each`. */
typedef struct {
    const char *session_id, *caller, *callee, *protected_caller, *protected_callee;
    const char *number;              /* our line: callee of an inbound call, caller of an outbound one */
    const char *user_id;             /* the agent it is with, or "" */
    const char *state;               /* ringing, seatJoining, inProgress, finished: SessionStatus of DescribeTelSession */
    bool inbound;
    bool outer;                      /* it is with a line outside now (transfer) */
    int64_t group_id;                /* whose queue it is or was in; 0 none */
    int64_t start_ms, queued_ms, ring_ms, accept_ms;
} call_view;

void calls_each(calls *all, int64_t app_id, bool (*each)(void *ctx, const call_view *view), void *ctx);
/* Ends a running call (closeBy "admin"). 0 or NOT_FOUND. */
int calls_hangup(calls *all, int64_t app_id, const char *session_id);

typedef struct {
    const char *callee, *uui, *remark;
    const char *const *callers;      /* numbers that may be shown; none: the documented choice (ACD-034) */
    int n_callers;
    int ring_s;                      /* a callee rings for so long at most; 0: the configured time */
    bool by_mobile;                  /* the agent's mobile is called first, then the customer */
    const prompt_variable *variables; /* for the flow's texts; copied */
    int n_variables;
} call_dial;

/* CreateCallOutSession: an outbound call for an agent, as if it had dialled. 0 with session_id[37], or as call.start. */
int calls_dial(calls *all, agent *a, const call_dial *what, char session_id[37]);
/* CreateIVRSession: calls a customer and runs a flow with whoever answers. The same errors, or NOT_FOUND (flow). */
int calls_dial_flow(calls *all, int64_t app_id, int64_t flow_id, const call_dial *what, char session_id[37]);

/* For visit_server, of voip and video. */
void calls_visit_start(void *ctx, seat *s, const store_channel *channel, const wire_request *request, uint64_t ticket);
void calls_visit_end(void *ctx, seat *s, const wire_request *request, uint64_t ticket);

/* For edge_handler. */
void calls_video_event(calls *all, uint32_t relay, int side, int up);
void calls_bridge_event(calls *all, uint32_t bridge, int side, int event, int64_t value);

#endif
