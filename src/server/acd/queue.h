/* queue.h: the queues: contacts that wait for an agent, by group, and the offers made to them. Layer: server.
 *
 * Decisions are dispatch.h's; this file keeps its snapshot up to date and indexed. An offer is a lease: the contact leaves the queue
 * and the agent is occupied (agent_session_began) before `offer` is called; whoever got the offer ends it.
 */
#ifndef TCCC_SERVER_ACD_QUEUE_H
#define TCCC_SERVER_ACD_QUEUE_H

#include "server/agent/agent.h"

typedef struct acd acd;

typedef struct {
    int64_t app_id, group_id;         /* group 0: every agent of the app */
    const char *session_id;
    const char *caller;               /* for last-agent priority; NULL: none */
    agent *only;                      /* only this agent (ACD-029), also when notReady (ACD-016); NULL: any */
    uint64_t since_ms;                /* 0: now; a re-queued contact keeps its place (clock_ms of when it came first) */
    agent *last;                      /* chats: who served the visitor last, for last-agent priority; NULL: none */
    agent *const *tried; int n_tried; /* had their chance; of more than DISPATCH_TRIED_MAX the last ones count */
    bool ring_all;                    /* everybody who is free in the group is offered it at once */
    void *contact;                    /* the owner's, given back in offer */
} acd_contact;

/* What the contacts are. Calls and chats wait in queues of their own: an agent serves one call, and several chats (agent_chat_began is
 * called for an offer then), of a group as many as the group allows (ACD-012), the fewest first. */
enum acd_medium { ACD_CALLS, ACD_CHATS };

typedef struct {
    /* The contact is this agent's now. Not called from inside acd_wait. */
    void (*offer)(void *ctx, void *contact, agent *a);
    /* One more whom a contact that rings all may ring: takes the agent (agent_session_began), or does not. NULL: never. */
    bool (*also)(void *ctx, const char *session_id, agent *a);
    /* The contact's place in its queue is new: customers ahead of it (IVR-016). At most five times a second. NULL is allowed. */
    void (*moved)(void *ctx, void *contact, int ahead);
    enum acd_medium medium;
} acd_handler;

acd *acd_new(agents *all, store *db, settings *rules, deadlines *timers, const logger *log, const acd_handler *handler, void *ctx);
void acd_free(acd *a);

/* Puts a contact into its queue, with the app's strategy and last-agent rule as they are now. A ticket, above 0; or LIMIT (the queue
 * is full: not for who comes back with since_ms), NO_MEMORY. */
int64_t acd_wait(acd *a, const acd_contact *contact);
void acd_leave(acd *a, int64_t ticket);                      /* the caller gave up, or the wait is over */
int acd_ahead(acd *a, int64_t ticket);                       /* customers ahead; 0 first, below 0: not in a queue */
/* Whether anybody in the group is signed in or otherwise reachable and not offline (ACD-023). */
bool acd_anybody_online(acd *a, int64_t app_id, int64_t group_id);
bool acd_anybody_free(acd *a, int64_t app_id, int64_t group_id);

typedef struct {
    int waiting;
    uint64_t longest_ms;
} acd_queue_length;

/* group_id 0: all groups of the app together; app_id 0: of all apps. */
acd_queue_length acd_length(acd *a, int64_t app_id, int64_t group_id);

#endif
