/* chat_state.h: the inside of a chat, shared by the folder's files. Layer: server. */
#ifndef TCCC_SERVER_CHAT_STATE_H
#define TCCC_SERVER_CHAT_STATE_H

#include "server/chat/chat.h"
#include "server/chat/chat_record.h"
#include "server/chat/chat_table.h"
#include "server/ivr/flow_run.h"
#include "server/libre.h"
#include "tccc/error.h"

enum { CHAT_TRIED_MAX = 16, CHAT_BUCKETS = 1024, CHAT_SENDS_PER_S = 20, CHAT_TYPING_MS = 1000,
       CHAT_COME_BACK_MS = 5000 /* after a restart pages connect again after 0, 0.5, 1 and 2 s: what waits for one lasts at least that long */ };

typedef struct {                     /* how often one side asks */
    uint64_t second_ms, typed_ms;
    int n_sends;
} chat_pace;

typedef struct chat {
    struct le le, hash;
    chats *all;
    store_chat row;
    enum chat_phase phase;
    visitor *visitor;
    agent *agent;                    /* offered to, or served by; else NULL */
    agent *only;                     /* transferred to this one */
    agent *listed[WIRE_LISTED_MAX];  /* the visitor asked for one of these */
    int64_t tickets[WIRE_LISTED_MAX]; /* while it waits for them: one each */
    int n_listed;
    bool asks;                       /* the visitor has named agents or a group: no flow comes before */
    agent *handed_by;                /* told when the transfer has come about */
    bool transferring;
    int64_t home_group_id;           /* where it was before */
    char target[STORE_TEXT];         /* of the transfer: userId or group's id */
    int64_t ticket;
    uint64_t waits_since_ms;         /* clock_ms, as the next */
    uint64_t queue_end_ms;
    agent *tried[CHAT_TRIED_MAX];
    int n_tried;
    bool rejected;
    deadline offer, queue, silence, answer;
    flow_run *run;                   /* NULL: no flow */
    int flow_version;
    flow_order order;                /* what it waits for */
    int64_t flow_seq;                /* messages up to here were taken by it */
    uint64_t offer_end_ms;
    int64_t last_seq;
    chat_pace client, seat;
    store_chat_step step;            /* of this agent */
    int n_steps;
    enum chat_end end_status;        /* for END */
    enum wire_close_by closed_by;
    const char *end_reason;          /* mainReason, or NULL */
} chat;

struct chats {
    chats_parts parts;
    acd *queues;
    struct list list;
    struct hash *by_id;
    bool stopped;
    chat_counters counters;
};

/* chat_request.c: a group of the app by its decimal id: 0 or NOT_FOUND. */
int chat_read_group(const chats *all, int64_t app_id, const char *text, store_group *group);
/* chat.c */
chat *chat_find(chats *all, const char *session_id);
/* Takes the step of the table and does what it says. The chat may be gone afterwards. False: refused, nothing has changed. */
bool chat_apply(chat *c, enum chat_happening what);
/* The same with what an end is told by. */
bool chat_end(chat *c, enum chat_happening what, enum chat_end status, enum wire_close_by by, const char *reason);
const settings_online *chat_settings(const chat *c);
/* NULL: it has none. */
seat *chat_seat_of_agent(const chat *c);
void chat_tell_agent(chat *c, wire_event *event);
void chat_tell_visitor(chat *c, wire_event *event);
void chat_save(chat *c);
/* Where it stands now, in the store: after each step. */
void chat_keep(chat *c);
int chat_note_end(chats *all, const store_chat *row);

/* chat_flow.c */
/* At its beginning: the channel's flow, or its group. */
void chat_begin(chat *c);
/* What a visitor has written, where the flow asks. */
void chat_flow_take(chat *c, const store_chat_message *row);
/* The queue has no agent for it: true, the flow knows a way. */
bool chat_flow_turns(chat *c, enum flow_event why);
void chat_flow_connected(chat *c);
/* How long the visitor may be silent after a message of the agent's: the flow's end says so, else the settings; 0: for ever. */
int chat_silence_s(const chat *c);
void chat_flow_silent(chat *c);          /* it was: what the flow says then */
bool chat_flow_follows(const chat *c);   /* after the agent */
void chat_after_agent(chat *c);
void chat_turn(chat *c);                 /* out of its queue, or away from whom it rings at */
void chat_flow_restore(chat *c, const store_chat_place *place);

/* chat_restore.c */
/* A chat of a row, with its visitor, in no queue and with no agent yet. NULL: no memory. */
chat *chat_make(chats *all, visitor *v, const store_chat *row);
int chats_read(chats *all);

/* chat_queue.c */
void chat_wait(chat *c);
/* Into its queue, for this long; its place is by waits_since_ms. */
void chat_enqueue(chat *c, uint64_t wait_ms);
/* Its agent's page rings for this long; 0: for ever. */
void chat_ring(chat *c, uint64_t ring_ms);
void chat_leave_queue(chat *c);
void chat_offer(chat *c);            /* its agent has it */
void chat_take_back(chat *c, enum chat_happening why);
void chat_hand_over(chat *c);
void chats_offer(void *ctx, void *contact, agent *a);
void chats_moved(void *ctx, void *contact, int ahead);
/* Its time with this agent is over. */
void chat_release(chat *c, enum chat_end status, bool missed);

/* chat_message.c */
/* A message of the server's own; with what the visitor may choose, as store_chat_message has it, or "". */
void chat_say(chat *c, const char *text, const char *options);
/* The visitor has until so many ms from now to write. */
void chat_watch_silence(chat *c, uint64_t left_ms);
void chat_send(chat *c, seat *s, const wire_request *request, uint64_t ticket);
void chat_history(chats *all, seat *s, const wire_request *request, uint64_t ticket);
void chat_note_read(chat *c, seat *s, const wire_request *request, uint64_t ticket);
void chat_typing(chat *c, seat *s, const wire_request *request, uint64_t ticket);
/* The answer to a message that was stored before its chat ended, and is sent again. False: there is no such message. */
bool chat_sent_before(chats *all, seat *s, const wire_request *request, uint64_t ticket);

#endif
