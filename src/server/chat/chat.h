/* chat.h: chats of the contact centre: between a visitor's seat and an agent's, with messages kept by the store. Layer: server.
 * docs/chat.md. Rows SDK-063 to SDK-067, SDK-116 to SDK-124, ACD-003, ACD-005, ACD-012, ACD-013, ACD-036.
 */
#ifndef TCCC_SERVER_CHAT_H
#define TCCC_SERVER_CHAT_H

#include "server/acd/queue.h"
#include "server/chat/chat_file.h"
#include "server/ivr/flows.h"
#include "server/push/push.h"
#include "server/seat/seat.h"
#include "server/settings/settings.h"
#include "server/store/chat.h"
#include "server/visitor/visitor.h"

typedef struct chats chats;

typedef struct {                     /* what chats work with; all outlive them */
    store *store;
    agents *agents;
    settings *settings;
    pushes *pushes;
    visitors *visitors;
    chat_files *files;
    flows *flows;
    deadlines *timers;
    const logger *log;
} chats_parts;

/* Reads the chats that were running when the server ended, with their visitors, registers with the visitors, and makes its own queues.
 * NULL: no memory. */
chats *chats_new(const chats_parts *parts);
/* Once the seats are restored: each chat goes on where it was, with its agent, in its queue, with what is left of its times. */
void chats_go_on(chats *all);
/* The server stops: nothing happens to a chat any more, and all go on after the next start. */
void chats_stop(chats *all);
void chats_free(chats *all);

typedef struct {
    int running[4];                   /* in their flow, queued, offered, with an agent */
    uint64_t ended[128];              /* by EndStatus */
    uint64_t messages[3];             /* by enum wire_from */
    uint64_t accepted, waited_ms;     /* and how long those had waited since they came into a queue */
} chat_counters;

void chats_count(const chats *all, chat_counters *counters);
/* The queues of chats. */
acd *chats_queues(const chats *all);

/* For seat_handler: chat.* of both kinds of seat. */
void chats_request(chats *all, seat *s, const wire_request *request, uint64_t ticket);
/* Adds to the n sessions of a snapshot; returns how many there are then. */
int chats_snapshot(chats *all, seat *s, wire_session *list, int n);
void chats_seat_gone(chats *all, seat *s);
/* For agent_handler, with the chats as ctx. */
void chats_agent_removed(void *ctx, agent *a);
void chats_agent_connected(void *ctx, agent *a, bool is);

#endif
