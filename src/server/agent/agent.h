/* agent.h: agents as the centre knows them: status, groups, sessions, where they can be reached. Layer: server.
 *
 * There is one agent per agent of the store, in memory from the start (roster) or since it was made by the API, signed in or not.
 * The status is agent_fsm's (core/agent_fsm.h); every change is written to the store's history (store/staff.h). A seat (seat/) is an
 * agent's page; it asks for status changes here and is told what became of them.
 */
#ifndef TCCC_SERVER_AGENT_H
#define TCCC_SERVER_AGENT_H

#include "core/agent_fsm.h"
#include "server/deadline.h"
#include "server/settings/settings.h"
#include "server/store/staff.h"

typedef struct agent agent;
typedef struct agents agents;
struct seat;

typedef struct {                      /* all may be NULL */
    void (*free)(void *ctx, agent *a);                        /* it can take a contact now */
    void (*changed)(void *ctx, agent *a, enum agent_status before);   /* its seat, if any, tells the page */
    void (*removed)(void *ctx, agent *a);                     /* deleted by the API: its sessions must end; then the pointer is dead */
    void (*connected)(void *ctx, agent *a, bool is);          /* its page's connection came, or is lost */
    /* Anything that decides whether dispatch may give it a contact is new: agent_is_free, agent_is_callable, its groups. */
    void (*available)(void *ctx, agent *a);
} agent_handler;

agents *agents_new(store *db, settings *all, deadlines *timers, const logger *log);
void agents_listen(agents *all, const agent_handler *handler, void *ctx);   /* up to 8 listeners, called in order */
void agents_free(agents *all);       /* whoever is not offline goes offline in the history; NULL is allowed */
/* Reads agents, groups and memberships of the store again: after every change of them by the API. Keeps statuses. 0, NO_MEMORY, IO. */
int agents_reload(agents *all, int64_t app_id);
/* Changes of status reach the store a tenth of a second later, several at once: before the history is read, write what is left. */
void agents_write_history(agents *all);
/* Another number after every local midnight, when agent_answered_today begins anew. */
uint64_t agents_day(agents *all);

/* How a contact would reach an agent without its page now. */
enum agent_reach {
    AGENT_BY_PHONE = 1,              /* its desk phone is registered */
    AGENT_BY_MOBILE = 2,             /* its mobile accept mode is not off, and its mobile can be called */
};
/* Who knows it (call/). Asked at once, after agents_reload, and when told that it has changed. */
void agents_set_reach(agents *all, unsigned (*reach)(void *ctx, const agent *a), void *ctx);
void agent_reach_changed(agent *a);

agent *agents_find(agents *all, int64_t app_id, const char *user_id);
/* The agent of an extension (desk phone), or NULL. */
agent *agents_of_extension(agents *all, const char *extension);
void agents_each(agents *all, int64_t app_id, bool (*each)(void *ctx, agent *a), void *ctx); /* app_id 0: all */

const store_agent *agent_row(const agent *a);                 /* good until the next agents_reload */
uint32_t agent_number(const agent *a);                        /* from 1, in the order of becoming known; never used again */
struct seat *agent_seat(const agent *a);                      /* its page, connected or in its resume window; or NULL */
/* NULL: lost for good. Unless it can be reached otherwise (ACD-021), it is offline then. */
void agent_set_seat(agent *a, struct seat *s);
bool agent_is_connected(const agent *a);                      /* its page is there; false also while it may come back */
void agent_set_connected(agent *a, bool connected);           /* the seat's connection came, or is lost */
bool agent_in_group(const agent *a, int64_t group_id);        /* everybody is in group 0 */
/* Groups by priority. */
int agent_groups(const agent *a, const store_membership **list);

enum agent_status agent_status_of(const agent *a);
/* Why it rests, or is notReady by a lost microphone: "microphoneLost" or "microphoneDenied"; else "". */
const char *agent_reason(const agent *a);
const char *agent_reserved(const agent *a);                   /* "rest" or "notReady" asked for while busy; or "" */
int agent_countdown_s(const agent *a);                        /* seconds of after-call work left; 0: none runs */
/* Dispatch may give it a contact: it is free and its page is connected, or its desk phone or mobile ("always") can ring; or it is
 * offline and its mobile can ring. */
bool agent_is_free(const agent *a);
bool agent_is_callable(const agent *a);                       /* free, or notReady: a call for this very agent may ring (ACD-016) */
/* Offline, or busy with a contact that came while it was: its mobile rings, not its page (WB-077). */
bool agent_is_away(const agent *a);
bool agent_is_present(const agent *a);                        /* signed in or otherwise reachable, and not offline (ACD-023) */
int64_t agent_since_ms(const agent *a);                       /* Unix ms of the last change of status */
uint64_t agent_free_since_ms(const agent *a);                 /* clock_ms: for longest idle */
int agent_answered_today(const agent *a);                     /* for fewest calls (AMB-23) */

/* Asked by the page or the API: AGENT_EVENT_ONLINE to AGENT_EVENT_STOP_NOT_READY. reason: of rest, NULL none. 1 changed or reserved,
 * 0 nothing to do; AGENT_OFFLINE (or: nothing of it could ring), AGENT_BUSY, STATE (sent offline by an administrator). */
int agent_ask(agent *a, enum agent_event event, const char *reason);
/* What it is to be when the server starts again: its status, or what follows the session that ends with the server. */
enum agent_status agent_status_to_keep(const agent *a);
/* What its page says of its microphone. While there is none, nothing rings on the page, and an agent who would be free and cannot be
 * rung otherwise is notReady instead; who was notReady or at rest, or asks for it meanwhile, stays so when it is back. */
enum agent_microphone { AGENT_MIC_OK, AGENT_MIC_LOST, AGENT_MIC_DENIED };
void agent_set_microphone(agent *a, enum agent_microphone is);
enum agent_microphone agent_microphone_of(const agent *a);
/* After a restart, with its seat: as it was kept. */
void agent_restore(agent *a, enum agent_status status, const char *reason, enum agent_microphone microphone);
/* ForceMemberOffline: offline (after the session that runs), and online again only after agent_allow. Both write the store: 0 or IO. */
int agent_forbid(agent *a);
int agent_allow(agent *a);

/* What sessions do to it. Began: offered to it, or dialled by it. Ended: it answered (after-call work follows), missed (rests,
 * AMB-18), or neither (the caller left, it rejected, it never rang). Calls of both come in pairs; with several at once the end of
 * the last decides, and after-call work follows if any was answered. */
enum agent_session_end { AGENT_SESSION_SERVED, AGENT_SESSION_MISSED, AGENT_SESSION_NEITHER };
void agent_session_began(agent *a, const char *session_id);
void agent_session_answered(agent *a);                        /* counts for fewest calls */
void agent_session_ended(agent *a, enum agent_session_end how);

/* Chats: an agent serves several at once, up to its limit; it is busy only at the limit. Pairs, as above; missed: it let one go by
 * unanswered, and rests (AMB-18). */
enum { AGENT_CHATS_MAX = 24 };       /* a page's snapshot holds 32 sessions */
void agent_chat_began(agent *a, const char *session_id);
void agent_chat_ended(agent *a, bool missed);
int agent_chats(const agent *a);
/* Chats at once: the most that one of its groups of type online allows, or the setting for agents of none. */
int agent_chat_limit(const agent *a);
bool agent_is_chat_free(const agent *a);                      /* dispatch may give it a chat */
bool agent_is_chat_callable(const agent *a);                  /* also when notReady: a chat for this very agent (ACD-016) */
bool agent_is_chat_present(const agent *a);                   /* signed in with a page, and not offline */
const char *agent_session(const agent *a);                    /* the sessionId it is or (arrange) was occupied with, or "" */

#endif
