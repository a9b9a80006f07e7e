/* call_state.h: the inside of a call, shared by the call's files. Layer: server. */
#ifndef TCCC_SERVER_CALL_CALL_STATE_H
#define TCCC_SERVER_CALL_CALL_STATE_H

#include "server/bridge/bridge.h"
#include "server/call/call.h"
#include "server/call/call_table.h"
#include "server/libre.h"
#include "server/sip/end_status.h"
#include "server/sip/leg.h"

enum { CALL_TRIED_MAX = 16, CALL_KEPT_MAX = 24 };

typedef struct call {
    struct le le;
    calls *all;
    char id[37];
    int64_t app_id, group_id;
    enum call_phase phase;
    bool inbound;
    seat *seat;                      /* who dials, is offered it, or talks; NULL in the queue */
    int channel;                     /* media channel of the seat, -1 none */
    bool occupies;                   /* counts in the seat's status */
    leg *leg;                        /* NULL when it is over */
    trunk *trunk;
    rtp_port *port;                  /* NULL once a bridge owns it */
    int port_number;
    uint32_t bridge;
    bool media_started;
    char caller[WIRE_NUMBER_MAX + 1], callee[WIRE_NUMBER_MAX + 1];
    char phone_desc[WIRE_TEXT_FIELD_MAX + 1], uui[WIRE_UUI_MAX + 1];
    int64_t start_ms, ring_ms, answer_ms, end_ms;
    uint64_t offer_end_ms;
    bool held_by_customer;
    deadline offer, queue, ring;
    char tried[CALL_TRIED_MAX][STORE_TEXT]; /* agents who let it ring or rejected it */
    int n_tried;
    leg_end failure;
    char send_key[48], receive_key[48]; /* base64 */
} call;

struct calls {
    calls_config config;
    calls_parts parts;
    seats *seats;
    struct list list;
    int n_running;
    bool closed;
};

/* call.c */
call *call_make(calls *all, int64_t app_id, bool inbound);
void call_apply(call *c, enum call_happening happening);
/* The same for a seat's request, which gets its answer. */
void call_apply_request(call *c, enum call_happening happening, seat *s, const wire_request *request, uint64_t ticket);
void call_attach(call *c, seat *s);
void call_detach(call *c);
void call_forget(call *c);
call *call_find(calls *all, const char *session_id);
extern const leg_handler call_leg_handler;

/* call_out.c */
void call_start(calls *all, seat *s, const wire_request *request, uint64_t ticket);

/* call_in.c */
void call_find_agent(call *c);
void call_offer(call *c);
void call_withdraw(call *c, bool rejected);

/* call_media.c */
int call_prepare_media(call *c, endpoint *at, const sdp_audio *offer, sdp_audio *local, bool secure);
void call_open_media(call *c);       /* or brings it up to date */
void call_play_queue_music(call *c);
void call_hold_media(call *c, bool on);
void call_close_media(call *c);
wire_media call_media(call *c, enum wire_media_op op);
bool call_has_media(const call *c);

/* call_events.c */
void call_tell(call *c, const wire_event *event);
void call_tell_in(call *c);
void call_tell_outed(call *c);
void call_tell_simple(call *c, enum wire_event_name name);
void call_tell_progress(call *c, bool ringing, bool early_media);
void call_tell_held(call *c, bool held, bool by_seat);
void call_tell_media(call *c, enum wire_media_op op);
void call_tell_ended(call *c, enum wire_close_by by, const char *main_reason, const char *sub_reason);
void call_describe(call *c, wire_session *out);
void call_record(call *c, enum end_status status, const char *closed_by);

#endif
