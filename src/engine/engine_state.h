/* engine_state.h: what an engine consists of, for the files of this folder. Layer: engine.
 *
 * engine.c takes the calls; link.c owns the connection, asks.c the requests without an answer, calls.c the calls and
 * their sound, chats.c the chats, page.c and page_chat.c the page's commands. Nothing is allocated but the outputs' buffer, texts of requests and parse trees.
 */
#ifndef TCCC_ENGINE_ENGINE_STATE_H
#define TCCC_ENGINE_ENGINE_STATE_H

#include "core/call_fsm.h"
#include "core/chat_fsm.h"
#include "core/command.h"
#include "core/event.h"
#include "core/seat_fsm.h"
#include "core/wire.h"
#include "engine/output.h"
#include "engine/probe.h"
#include "engine/route.h"
#include "tccc/error.h"

#define ASKS_MAX 64                 /* requests without an answer; the server keeps as many answers */
#define ASK_LIMIT_MS 10000u         /* for an answer */
#define NEVER TCCC_NEVER

typedef struct {                    /* one request without an answer */
    uint32_t id;                    /* 0: free */
    uint32_t command;               /* the page's command that waits for it, 0 none */
    enum wire_method method;
    char session_id[WIRE_SESSION_ID_MAX + 1];
    uint64_t due_ms;                /* TIMEOUT then; NEVER: the page was told, a late answer still matters */
    char *text;                     /* owned */
    size_t length;
} ask;

typedef struct {
    enum call_state state;          /* CALL_NONE: the place is free */
    enum wire_session_type type;
    bool self_service;
    char peer[WIRE_TEXT_FIELD_MAX + 1]; /* of an internal call */
    char id[WIRE_SESSION_ID_MAX + 1];
    char caller[WIRE_NUMBER_MAX + 1], callee[WIRE_NUMBER_MAX + 1];
    char phone_desc[WIRE_TEXT_FIELD_MAX + 1];
    enum wire_way way;
    enum wire_server_type server_type;
    int timeout_s;
    uint64_t start_ms, answer_ms;   /* Unix ms as the server gave them in a snapshot, 0 */
    uint64_t talking_ms;            /* engine time of the answer, 0 not yet */
    uint64_t ended_ms;
    bool muted;
    bool camera_muted;              /* WIRE_VIDEO */
    int pictures;                   /* what the page was told last of the peer connection, 0 nothing; calls_picture */
    wire_visitor visitor;           /* of wire_is_visit; in `texts`. On a visitor's page nickname is the agent's */
    char *texts;                    /* owned */
    bool has_media;
    unsigned direct;                /* the last order of that name for its stream, 0 none */
    wire_media media;               /* its keys point to the two below */
    char send_key[41], receive_key[41];
} call;

typedef struct {
    enum chat_state state;          /* CHAT_NONE: the place is free */
    char id[WIRE_SESSION_ID_MAX + 1];
    wire_visitor visitor;           /* on a visitor's page nickname is the agent's; in `texts`, as is remark */
    const char *remark;
    char *texts;                    /* owned */
    int timeout_s;
    uint64_t start_ms, answer_ms;   /* Unix ms as the server gave them in a snapshot, 0 */
    uint64_t open_ms, ended_ms;     /* engine time, 0 not yet */
    bool open;                      /* the page gets messages */
    uint64_t have, want;            /* the last message the page was told; the last there is, as far as is known */
    bool asked;                     /* for those in between */
} chat;

struct tccc_engine {
    uint64_t now_ms;
    output_queue out;
    uint64_t random;
    char token[WIRE_TOKEN_MAX + 1], resume[WIRE_RESUME_LEN + 1], tab[WIRE_TAB_LEN + 1], sdk[65];
    bool auto_online;
    bool heir;                      /* goes on from another page's mirror, and has not been welcomed yet */
    bool told_lost;                 /* the page knows that the connection is lost */
    bool forsaken;                  /* lost for longer than the resume window */
    bool visitor;                   /* a visitor's page, not an agent's */

    enum seat_state seat;
    int end_error;                  /* why commands are refused in SEAT_KICKED and SEAT_ENDED */
    int attempt;                    /* connections in a row that did not become live */
    unsigned faults;                /* protocol faults of the peer since its last good event */
    uint64_t retry_ms, limit_ms, silent_ms, ping_ms, ack_ms, expire_ms; /* when due; NEVER: not set */
    uint64_t lost_ms;
    uint32_t heartbeat_ms, window_ms, ping_n;
    uint64_t last_seq;              /* the last event that was handled */
    uint64_t event_seq;             /* of the event that is being handled, 0 none */
    uint64_t replay_to;             /* events up to here happened while the connection was lost */

    enum agent_status status;
    bool status_had_more;           /* a countdown or reservation was told with it */
    uint32_t last_id;               /* of a request */
    ask asks[ASKS_MAX];
    call calls[WIRE_SESSIONS_MAX];
    chat chats[WIRE_SESSIONS_MAX];
    const char *tone;               /* that plays: "ring", "ringback" or "none" */

    route route;
    probe probe;
    const char *route_told;         /* the path the page was told */
    char ticket[129];
};

static inline bool is_connected(const tccc_engine *engine) { return engine->seat == SEAT_LIVE; }
static inline bool is_after_ready(const tccc_engine *engine) { return engine->seat >= SEAT_LIVE && engine->seat <= SEAT_RESUMING; }

/* engine.c */
/* Puts what `print` writes; its buffer grows until it fits. */
void engine_print(tccc_engine *engine, enum tccc_out kind, int (*print)(const void *what, char *text, size_t capacity), const void *what);
void engine_emit(tccc_engine *engine, const event *event);
void engine_emit_error(tccc_engine *engine, int error, const char *sentence);
void engine_send(tccc_engine *engine, const wire_message *message);
void engine_order(tccc_engine *engine, const char *op);
/* Tells the page when it is news: another status, or a countdown or reservation that came, changed or went. */
void engine_status(tccc_engine *engine, const wire_status_changed *status);

/* link.c: the connection */
void link_start(tccc_engine *engine);
void link_open(tccc_engine *engine);
void link_closed(tccc_engine *engine);
/* Says bye with the error, closes the socket, and tries again. */
void link_break(tccc_engine *engine, int error, const char *sentence);
void link_text(tccc_engine *engine, const char *text, size_t length);
void link_network(tccc_engine *engine);
void link_tick(tccc_engine *engine);
uint64_t link_next_ms(const tccc_engine *engine);

/* asks.c: requests. asks_send keeps the request, and sends it now or when live again; command 0: nobody waits for it.
 * 0; CONNECTION_LOST after the resume window, LIMIT or NO_MEMORY. */
int asks_send(tccc_engine *engine, uint32_t command, enum wire_method method, const wire_args *args);
void asks_answer(tccc_engine *engine, const wire_answer *answer);
void asks_resend(tccc_engine *engine);
/* Answers all with the error: there will be no connection any more. */
void asks_fail(tccc_engine *engine, int error);
/* A call was announced: whether it is one that the page was told had timed out. */
bool asks_take_late_start(tccc_engine *engine);
void asks_tick(tccc_engine *engine);
uint64_t asks_next_ms(const tccc_engine *engine);

/* calls.c: sessions */
call *calls_find(tccc_engine *engine, const char *session_id);
void calls_event(tccc_engine *engine, const wire_event *event);
/* The snapshot of a welcome: adds, changes and ends sessions so that the two agree. calls_restore sets up places and sound
 * before `ready` fires; calls_announce tells the page after it. */
void calls_restore(tccc_engine *engine, const wire_welcome *welcome);
void calls_announce(tccc_engine *engine);
/* Sessions of another page's mirror, as calls_list wrote them. False when they are no sessions. */
bool calls_inherit(tccc_engine *engine, const json_value *sessions);
void calls_reconcile(tccc_engine *engine, const wire_welcome *welcome);
void calls_end_all(tccc_engine *engine, const char *reason);
void calls_step_sound(tccc_engine *engine, call *call);
/* Tells the page whether a video session's peer connection runs now, and what of it is muted, when that is news. */
void calls_picture(tccc_engine *engine, call *call);
void calls_free(tccc_engine *engine);
void calls_tone(tccc_engine *engine);
void calls_list(const tccc_engine *engine, json_writer *out);
void calls_digits(tccc_engine *engine, const call *call, const char *digits);
/* call.monitor and call.unmonitor were carried out. */
void calls_monitored(tccc_engine *engine, const wire_result *what);
void calls_unmonitored(tccc_engine *engine, const char *session_id);
void calls_deleted(tccc_engine *engine, const char *session_id);

/* engine.c: the measurement of the media paths ends with that error, if one runs. */
void engine_end_probe(tccc_engine *engine, int error);

/* chats.c */
/* The visitor's texts as one block, which is the caller's; NULL without memory, or when there are none: then `to` is empty. */
char *chats_keep_visitor(wire_visitor *to, const char **to_remark, const wire_visitor *from, const char *remark);
chat *chats_find(tccc_engine *engine, const char *session_id);
void chats_free(tccc_engine *engine);
/* Whether the event was a chat's. */
bool chats_event(tccc_engine *engine, const wire_event *event);
/* Messages that were asked for because the page has not seen them; or the question failed. */
void chats_missed(tccc_engine *engine, const char *session_id, const wire_result *result);
void chats_not_missed(tccc_engine *engine, const char *session_id);
void chats_deleted(tccc_engine *engine, const char *session_id);
void chats_refused(tccc_engine *engine, const char *session_id);
/* One is offered to the agent. */
bool chats_ring(const tccc_engine *engine);
/* As those of calls.c. */
void chats_restore(tccc_engine *engine, const wire_welcome *welcome);
void chats_announce(tccc_engine *engine);
void chats_reconcile(tccc_engine *engine, const wire_welcome *welcome);
/* with_open false: only those that ring, or are just being taken or left. */
void chats_end_all(tccc_engine *engine, const char *reason, bool with_open);
void chats_list(const tccc_engine *engine, json_writer *out);

/* page_chat.c */
/* page.c, for page_video.c: the session that a command names, when it is of that kind; NULL: the command has been answered. */
call *page_named(tccc_engine *engine, const command *command, bool video);
/* Steps the call's machine. True when the command is to be carried out; else it has been answered. */
bool page_admit(tccc_engine *engine, const command *command, call *call, enum call_event event);
void page_ask(tccc_engine *engine, const command *command, enum wire_method method, const wire_args *args);
/* Hangs up, or ends a visit. */
void page_leave(tccc_engine *engine, const command *command);
/* page_video.c */
void page_video(tccc_engine *engine, const command *command);
void page_video_end(tccc_engine *engine, const command *command);

void page_chat(tccc_engine *engine, const command *command);
void page_visit(tccc_engine *engine, const command *command);
void page_visit_end(tccc_engine *engine, const command *command);
/* Whether a page of its kind, an agent's or a visitor's, has this command. */
bool page_may(const tccc_engine *engine, enum command_name name);

/* page.c: commands and their results */
void page_done(tccc_engine *engine, const command *command);
void page_probed(tccc_engine *engine, uint32_t command);
void page_command(tccc_engine *engine, const command *command);
void page_result(tccc_engine *engine, uint32_t command, enum wire_method method, const wire_result *result);
void page_failure(tccc_engine *engine, uint32_t command, const wire_error *error);
void page_refuse(tccc_engine *engine, uint32_t command, int error, const char *sentence);

#endif
