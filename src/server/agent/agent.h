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
} agent_handler;

agents *agents_new(store *db, settings *all, deadlines *timers, const logger *log);
void agents_listen(agents *all, const agent_handler *handler, void *ctx);   /* up to 4 listeners, called in order */
void agents_free(agents *all);
/* Reads agents, groups and memberships of the store again: after every change of them by the API. Keeps statuses. */
int agents_reload(agents *all, int64_t app_id);

agent *agents_find(agents *all, int64_t app_id, const char *user_id);
/* The agent of an extension (desk phone), or NULL. */
agent *agents_of_extension(agents *all, const char *extension);
void agents_each(agents *all, int64_t app_id, bool (*each)(void *ctx, agent *a), void *ctx); /* app_id 0: all */

const store_agent *agent_row(const agent *a);
struct seat *agent_seat(const agent *a);                      /* its page, connected or in its resume window; or NULL */
void agent_set_seat(agent *a, struct seat *s);
bool agent_in_group(const agent *a, int64_t group_id);        /* everybody is in group 0 */
/* Groups by priority. */
int agent_groups(const agent *a, const store_membership **list);

enum agent_status agent_status_of(const agent *a);
const char *agent_rest_reason(const agent *a);                /* "" unless it rests */
const char *agent_reserved(const agent *a);                   /* "rest" or "notReady" asked for while busy; or "" */
int agent_countdown_s(const agent *a);                        /* seconds of after-call work left; 0: none runs */
bool agent_is_free(const agent *a);                           /* dispatch may give it a contact */
int64_t agent_since_ms(const agent *a);                       /* Unix ms of the last change of status */
uint64_t agent_free_since_ms(const agent *a);                 /* clock_ms: for longest idle */
int agent_answered_today(const agent *a);                     /* for fewest calls (AMB-23) */

/* Asked by the page or the API. reason: of rest. 1 changed or reserved, 0 nothing to do; AGENT_OFFLINE, AGENT_BUSY, STATE. */
int agent_ask(agent *a, enum agent_event event, const char *reason);
/* ForceMemberOffline: offline, and online again only after agent_allow. */
int agent_forbid(agent *a);
void agent_allow(agent *a);

/* What sessions do to it. Began: offered to it, or dialled by it. Ended: it answered (after-call work follows), missed (rests,
 * AMB-18), or neither (the caller left, it rejected, it never rang). Calls of both come in pairs. */
enum agent_session_end { AGENT_SESSION_SERVED, AGENT_SESSION_MISSED, AGENT_SESSION_NEITHER };
void agent_session_began(agent *a, const char *session_id);
void agent_session_answered(agent *a);                        /* counts for fewest calls */
void agent_session_ended(agent *a, enum agent_session_end how);
const char *agent_session(const agent *a);                    /* the sessionId it is occupied with, or "" */

#endif
