/* call_state.h: the inside of a call, shared by the call's files. Layer: server. */
#ifndef TCCC_SERVER_CALL_CALL_STATE_H
#define TCCC_SERVER_CALL_CALL_STATE_H

#include "server/bridge/bridge.h"
#include "server/call/call.h"
#include "server/call/call_table.h"
#include "server/call/call_history.h"
#include "server/call/number_choice.h"
#include "server/call/reach.h"
#include "server/edge/video_relay.h"
#include "server/call/route.h"
#include "server/ivr/flow_run.h"
#include "server/libre.h"
#include "server/sip/end_status.h"
#include "server/sip/leg.h"
#include "server/visitor/visitor.h"

enum { CALL_TRIED_MAX = 16, CALL_READERS_MAX = 16, CALL_ALSO_MAX = CALL_TRIED_MAX - 1, CALL_NEAR = 0, CALL_FAR = 1, CALL_THIRD = 2, CALL_WATCHER = 3, /* sides of the bridge */ CALL_FILE_MAX = 1024 };

typedef struct {                     /* one end of a call: a telephone, or a page, or a telephone that a page is told of */
    agent *agent;                    /* occupied by this call; NULL: none of ours */
    seat *seat;                      /* its page, which is told; NULL: there is none */
    int channel;                     /* media channel of the page; -1: its sound does not run over the page */
    bool media_told;                 /* the page knows of its media */
    bool muted, camera_muted;        /* as the page has told */
    char tab[WIRE_TAB_LEN + 1];      /* which of the agent's pages dialled or answered; "": none that said so */
    leg *leg;                        /* the telephone; NULL: none, or it is over */
    enum wire_server_type kind;      /* what of the agent's it is */
    bool placed;                     /* we called it; else it called us */
    char trunk[STORE_TEXT];          /* the line it runs over; "": none, or not known */
    rtp_port *port;                  /* NULL once a bridge owns it */
} call_end;

/* What the customer hears. */
enum call_hears { HEARS_NOTHING, HEARS_AGENT, HEARS_HOLD, HEARS_SILENCE, HEARS_MUSIC, HEARS_FILE };

enum call_flow_state { FLOW_IDLE, FLOW_PLAYING, FLOW_LOOPING, FLOW_WAITING, FLOW_RECORDING, FLOW_CONNECTING };

typedef struct {                     /* a flow with this customer */
    flow_run *run;                   /* NULL: none */
    int64_t id;
    flow_order order;
    enum call_flow_state state;
    int next_sound, n_keys;
} call_flow;

typedef struct {                     /* where a transfer or forwarding leads */
    int64_t group_id;                /* where nothing else is set */
    agent *agent;
    char extension[16];
    char number[STORE_NUMBER];       /* outside */
} call_target;

typedef struct call {
    struct le le;
    calls *all;
    char id[37];
    uint64_t number;                 /* from 1, in the order of their beginning */
    int64_t app_id;
    enum call_phase phase;
    enum cdr_call_type type;
    bool inbound, masked;            /* masked: agents see a protected number */
    call_end far, near;              /* the customer (of an internal call: who calls), and who serves or is asked to */
    call_end watcher;                /* a supervisor's page that listens */
    bool whispers;                   /* the agent hears it */
    struct call *consult;            /* finds a third party, whose end is its near one; NULL: none */
    struct call *host;               /* this call is that of such a one, without a customer or a bridge of its own; NULL: it is not */
    const char *consult_end;         /* why the third party is gone */
    const char *admin_reason;        /* of an ending by the administration; NULL: by the API */
    char peer_user_id[STORE_TEXT], callee_user_id[STORE_TEXT]; /* internal: who calls, and who is called */
    char caller[WIRE_NUMBER_MAX + 1], callee[WIRE_NUMBER_MAX + 1], shown_caller[WIRE_NUMBER_MAX + 1], shown_callee[WIRE_NUMBER_MAX + 1];
    char phone_desc[WIRE_TEXT_FIELD_MAX + 1], uui[WIRE_UUI_MAX + 1], remark[WIRE_TEXT_FIELD_MAX + 1];
    int ring_s;                      /* the customer's telephone rings for so long at most; 0: the configured time */
    route far_route;                 /* outbound: the customer's; kept while the agent's own telephone is called */
    int64_t start_ms, queued_ms, ring_ms, answer_ms, end_ms;
    bool held_by_customer;
    visitor *who;                    /* whose page the customer's side is (voip, video); NULL: nobody's, or the call is over */
    visitor_facts *visit;            /* what it was called then; NULL: no visitor's call */
    leg_end failure;

    /* waiting */
    int64_t group_id, home_group_id, queued_group_id; /* whose queue; whose it was before a transfer; the first one's, for the record */
    agent *only;                     /* it is for this agent alone */
    bool direct;                     /* the next offer is the target's telephone */
    int64_t ticket;                  /* in the queue; 0: not */
    uint64_t waits_since_ms;
    int ahead;
    agent *tried[CALL_TRIED_MAX];    /* agents who let it ring or rejected it */
    int n_tried, forwarded;
    call_end also[CALL_ALSO_MAX];    /* of a group that rings all, beside the near end: pages and telephones */
    int n_also;
    bool mobile_only;                /* internal: to the agent's mobile telephone */
    call_target target;              /* of the transfer that was asked for */
    seat *handed_to_tell;            /* the page that is told when a transfer is complete; NULL: none */
    bool transferring;
    enum flow_event wait_over;       /* what the flow is told when nobody comes */
    deadline offer, queue, ring, music;
    uint64_t offer_end_ms;
    int offer_s;                     /* the offer's time; 0: without end */

    /* sound */
    uint32_t bridge;
    uint8_t directed[BRIDGE_SIDES];  /* who hears whom, as the bridge was told */
    bool joined;                     /* the bridge's near side is the near end, not a program */
    enum call_hears hears;
    char file[CALL_FILE_MAX];
    bool loop;
    video_relay *relay;              /* of a video session that somebody has taken; NULL else */
    int play_tag;                    /* of what plays now: its end tells it */
    uint64_t prompt;                 /* a sound that is being made */
    char send_key[48], receive_key[48]; /* base64 */

    /* flows */
    call_flow flow, aside;           /* the customer's own; self-service */
    deadline flow_timer;
    call_in *asked;                  /* the number's call-in interface has not answered yet */
    int64_t bound_flow;              /* of the number; 0: none */
    int64_t flow_id;                 /* the first one's, for the record */
    bool rated;
    prompt_variable *variables;      /* for texts of flows; one block with their texts */
    int n_variables;

    /* records */
    call_history history;
    uint32_t records[3], voicemail;  /* by enum recording_kind; 0: none runs */
    char record_id[CDR_RECORD_ID];   /* the customer's side */

    /* transcript */
    uint32_t transcript;             /* 0: none runs */
    bool talks;                      /* people talk with each other now */
    seat *readers[CALL_READERS_MAX]; /* who monitor it as text */
    int n_readers;
} call;

typedef struct {                     /* an ended session that a page still shows */
    struct le le;
    seat *seat;
    char id[37], caller[WIRE_NUMBER_MAX + 1], callee[WIRE_NUMBER_MAX + 1], phone_desc[WIRE_TEXT_FIELD_MAX + 1], peer[STORE_TEXT];
    visitor_facts visit;
    wire_session session;
} kept_session;

struct calls {
    calls_config config;
    calls_parts parts;
    struct list list;                /* running calls, by number */
    uint64_t n_made;
    struct list kept;
    int n_running;
    bool closed;
};

/* call.c */
call *call_make(calls *all, int64_t app_id, enum cdr_call_type type, bool inbound);
/* A call that never began: nothing is told or recorded. */
void call_unmake(call *c);
/* The only way to a call's next phase. The call may be over afterwards: who goes on with it holds a reference. */
void call_apply(call *c, enum call_happening happening);
call *call_find(calls *all, const char *session_id);
const settings_phone *call_settings(const call *c);

/* call_request.c */
/* In a call that it does not hold. */
bool call_agent_is_busy(const calls *all, const agent *a, const call *except);
/* In any call, or offered one. */
bool call_agent_is_taken(const calls *all, const agent *a);

/* call_end.c: the two ends */
void call_occupy(call *c, call_end *end, agent *a);
void call_set_tab(call_end *end, const char *tab); /* NULL: none */
void call_attach_page(call *c, call_end *end, seat *s, bool with_sound);
/* The end is over for this call: its telephone hangs up, its page may go on to something else. */
void call_release(call *c, call_end *end, enum agent_session_end how);
void call_refuse_far(call *c, int status, const char *reason);
/* A hang-up by the agent, which leads to a flow where one goes on. */
void call_agent_hangs_up(call *c);
/* By its user, not because nobody was there. */
bool call_is_rejected(const leg_end *end);
extern const leg_handler call_far_handler, call_near_handler;

/* call_out.c */
/* The number that `a` (NULL: the app itself) shows. 0 or NO_OUTBOUND_NUMBER, IO. */
int call_choose_number(calls *all, int64_t app_id, const agent *a, const number_wish *wish, store_number *out);
int call_dial_customer(call *c);
bool call_is_extension(calls *all, int64_t app_id, const char *number);

typedef struct {
    const char *phone_desc, *uui, *remark; /* may be NULL */
    bool real_number;                /* the agent sees it though the app protects numbers */
} call_texts;

/* A call along `r`, which shows `from`; `a`: whose call it is, or NULL. Nothing is sent yet. NULL: no memory. */
call *call_make_out(calls *all, int64_t app_id, const agent *a, const route *r, const store_number *from, const call_texts *texts);
/* Calls the customer for the agent at this page. 0 or as call.start. */
int call_dial_with_page(call *c, agent *a, seat *s);
void call_log_out(const call *c, const agent *a);
void call_start(calls *all, seat *s, const wire_request *request, uint64_t ticket);
void call_internal(calls *all, seat *s, const wire_request *request, uint64_t ticket);
/* call_in.c */
/* A call that comes in begins: where the call-in interface at this address leads, which is asked first while the caller hears ringing; "" none:
 * where its number leads. */
void call_begin_in(call *c, const char *call_in_url);

/* call_desk.c: a desk phone calls out, or another extension. Answers the INVITE in any case. */
void call_from_phone(calls *all, endpoint *at, const struct sip_msg *invite, const store_extension *phone, const char *dialled);
/* An internal call of a desk phone goes to the agent or telephone of the number that it dialled. */
void call_ring_inner(call *c);
/* Makes numbers that agents see where the app protects them (ADM-081). */
void call_show_numbers(call *c, bool protect);

/* call_queue.c: waiting for an agent, and going on to the next */
void call_wait(call *c);
void call_leave_queue(call *c);
void call_next_agent(call *c, enum reach_failure failure);
/* Takes an offer back because the customer went on. */
void call_withdraw(call *c);
/* Had their chance. */
void call_note_tried(call *c, agent *a);
/* Leads a waiting call to a target. */
void call_go_to(call *c, const call_target *target);
bool call_target_is_phone(const call_target *target);

/* Whether an agent can be called by another one now: 0, COLLEAGUE_BUSY, COLLEAGUE_OFFLINE, NUMBER_INVALID (no mobile). */
int call_check_callee(calls *all, const agent *b, bool mobile);

/* call_offer.c: offers to agents' pages and telephones, to extensions and to numbers outside */
void call_offer(call *c);
reach_facts call_reach_facts(const calls *all, const agent *a, int forwarded);
/* Calls an agent's mobile telephone, or its desk phone, before the customer: 0 or as call.start. */
int call_fetch_agent(call *c);
int call_fetch_agent_by_extension(call *c);
/* Rings the agent of `end` by its own way, where that is no forwarding; its page is told. False: not reached. */
bool call_ring(call *c, call_end *end, const leg_handler *handler);

/* call_also.c: the other pages and telephones that ring, of a group that rings all */
/* A request of one of them: true, and it is answered. */
bool call_also_request(call *c, seat *s, const wire_request *request, uint64_t ticket);
/* The near end leaves the offer to another one that rings. False: there is none. */
bool call_also_takes_place(call *c);
/* The near end rings no more (its telephone has refused, its page is away) and leaves; the others go on. False: there is none. */
bool call_also_goes_on(call *c, bool rejected);
/* They ring no more: autoTransfer, `how` as agent_session_ended has it. */
void call_also_end(call *c, enum agent_session_end how);
/* The call is over: sessionEnded. */
void call_also_over(call *c, enum wire_close_by by, const char *main_reason, const char *sub_reason);
void call_also_forget(call *c, const seat *s, const agent *a);
/* What rings of this page's agent, or NULL. */
const call_end *call_also_of(const call *c, const seat *s);

/* call_transfer.c */
void call_transfer(call *c, seat *s, const wire_request *request, uint64_t ticket);
void call_hand_over(call *c);

int call_read_target(calls *all, int64_t app_id, const wire_args *args, call_target *target, const char **sentence);

/* call_consult.c: a third party for advice, for a conference, or to go on with the customer */
void call_consult_request(call *c, seat *s, const wire_request *request, uint64_t ticket);
void call_consult_begin(call *c);
/* Of the third party's own call: it has taken it. */
void call_consult_talks(call *k);
/* The third party's call ends: it is told so. The host goes on, unless it ends itself. */
void call_consult_close(call *k, enum wire_close_by by, const char *main_reason, const char *sub_reason, int step_status);
void call_consult_over(call *c);
void call_consult_drop(call *c);
void call_consult_confer(call *c);
/* The third party goes on with the customer, the agent leaves. */
void call_third_takes(call *c, enum call_phase was);
/* What a page is shown: whether there is a third party, and how far it is. */
bool call_consult_state(const call *c, enum wire_consult *state);

/* call_supervise.c: listening, whispering, taking over, ending by force */
bool call_supervise_request(calls *all, seat *s, const wire_request *request, uint64_t ticket);
void call_take_over(call *c, enum call_phase was);
/* Nobody listens to this call any more, or this page listens to none. */
void call_unwatch(call *c, const char *reason);
/* Those who read along are told that the call is over. */
void call_tell_readers(const call *c);
void call_unwatch_seat(calls *all, const seat *s, const char *reason);

/* call_flow.c */
int call_flow_begin(call *c, call_flow *f, int64_t flow_id);
void call_flow_step(call *c, call_flow *f, enum flow_event event, char digit);
/* The flow that talks with the customer now; NULL: none. */
call_flow *call_flow_now(call *c);
void call_flow_digit(call *c, char digit);
void call_flow_played(call *c);
void call_flow_record_done(call *c);
void call_flow_end(call *c, call_flow *f);
/* Whether a flow goes on when the agent hangs up; then it is ready in c->flow. */
bool call_flow_follows(call *c);
void call_flow_after_agent(call *c);
/* The sound before the agent is joined: true, and CONNECTED follows its end. */
bool call_flow_greets(call *c);
void call_ask_flow(call *c, seat *s, const wire_request *request, uint64_t ticket);

/* call_media.c */
int call_prepare_media(call *c, call_end *end, endpoint *at, const sdp_audio *offer, sdp_audio *local, bool secure);
/* Restricts an offer of ours to what the other end has agreed on, so that nothing is transcoded. */
void call_match_media(const call *c, const call_end *other, sdp_audio *local);
/* Joins both ends, or brings the bridge up to date. */
void call_join(call *c);
void call_unjoin(call *c);
/* Tells the bridge who hears whom, as the phase has it. */
void call_direct(call *c);
/* Another end has come to a side of the bridge: the third party, or who listens. */
void call_join_side(call *c, int side);
void call_leave_side(call *c, int side);
/* The end at `side` serves from now on: c->near is that end. */
void call_move_near(call *c, int side);
/* Who called changes places with who was called, in an internal call. */
void call_swap_ends(call *c);
void call_far_hold_media(call *c, bool on);
void call_update_end(call *c, call_end *end);
void call_hear(call *c, enum call_hears what, const char *file, bool loop);
/* Music: the setting's sound, or the server's. */
void call_hear_music(call *c, int64_t sound_id);
void call_hold_media(call *c, bool on);
void call_close_media(call *c);
wire_media call_media(call *c, const call_end *end, enum wire_media_op op);
bool call_has_media(const call *c, const call_end *end);
const sdp_audio_agreement *call_format(const call *c);

/* call_record.c */
void call_record_start(call *c);
void call_record_pause(call *c);
/* The third party takes part: it has a recording of its own, which goes on when it serves, and is in the mix. */
void call_record_third(call *k);
/* Who served leaves, and another one goes on at once. */
void call_record_leave(call *c);
void call_record_end(call *c);
void call_write_cdr(call *c, enum end_status status, enum cdr_side hung_up_by, const char *closed_by);
cdr_step *call_begin_step(call *c, enum cdr_step_type type);

/* call_transcript.c */
/* People talk now, or do so no more: a flow runs, or nobody serves. */
void call_transcript_start(call *c);
void call_transcript_pause(call *c);
void call_transcript_end(call *c);
/* `s` gets the transcript until call_transcript_unlisten or the call's end. 0, STATE (transcripts are off for this app) or LIMIT (16). */
int call_transcript_listen(call *c, seat *s);
/* What a recording or a transcript listens at: the bridge, or between two browsers the relay; 0: nothing. */
static inline uint32_t call_sound(const call *c) { return c->relay && !c->bridge ? video_relay_id(c->relay) : c->bridge; }
void call_transcript_unlisten(call *c, const seat *s);

/* call_events.c */
void call_tell(call *c, call_end *end, const wire_event *event);
void call_tell_in(call *c, call_end *end);
void call_tell_outed(call *c, call_end *end);
void call_tell_simple(call *c, call_end *end, enum wire_event_name name);
void call_tell_progress(call *c, call_end *end, bool ringing, bool early_media);
void call_tell_held(call *c, call_end *end, bool held, bool by_seat);
void call_tell_self_service(call *c, bool runs);
void call_tell_media(call *c, call_end *end, enum wire_media_op op);
void call_tell_consult(call *c, call_end *end, enum wire_consult state, const char *reason);
void call_tell_ended(call *c, call_end *end, enum wire_close_by by, const char *main_reason, const char *sub_reason);
void call_tell_transferred(call *c);
enum wire_session_state call_shown_state(const call *c);
void call_describe(call *c, const call_end *end, wire_session *out);

/* call_visit.c: sessions that a visitor's page began */
enum wire_session_type call_type(const call *c);
static inline bool call_is_video(const call *c) { return c->type == CDR_VIDEO_IN; }
wire_visitor call_visitor(const visitor_facts *facts);
/* What the visitor is told while it waits, and when somebody has come. */
void call_tell_queued(call *c);
void call_tell_joined(call *c);
/* The visitor may begin another one. */
void call_visit_over(call *c);
void call_visit_digits(call *c, seat *s, const wire_request *request, uint64_t ticket);

/* call_video.c: sound and picture of a video session run over a relay while it is talked, over a bridge while the visitor waits */
void call_video_join(call *c);
void call_video_unjoin(call *c);
void call_video_hold(call *c, bool on); /* nothing passes, either way; the visitor hears music */
void call_video_end(call *c);
/* video.* of either side. */
void call_video_request(call *c, call_end *end, seat *s, const wire_request *request, uint64_t ticket);

/* call_kept.c */
void kept_add(calls *all, call *c, const call_end *end);
kept_session *kept_find(calls *all, const seat *s, const char *session_id);
void kept_remove(kept_session *kept);
void kept_forget_seat(calls *all, const seat *s);

#endif
