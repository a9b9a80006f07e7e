/* outbox.h: what a server keeps for one seat so that a lost connection loses nothing: numbered events until they are
 * acknowledged, and the answers to the last requests. Layer: core. Source: docs/protocol.md, "Resume".
 *
 * Sans-IO: texts come out, the caller sends them. Use, for one seat:
 *
 *     // an event: kept, and sent when a connection is there
 *     const char *text; size_t length;
 *     if (outbox_event(box, &event, &text, &length) == 0 && connected) send(text, length);
 *     // a request
 *     uint64_t ticket;
 *     switch (outbox_request(box, request->id, &ticket, &text, &length)) {
 *     case OUTBOX_NEW:      carry out, later outbox_answer(box, ticket, ...); break;
 *     case OUTBOX_PENDING:  break;                        // sent again while it is being carried out
 *     case OUTBOX_ANSWERED: send(text, length); break;    // its first answer again
 *     case OUTBOX_FORGOTTEN: bye with PROTOCOL; break;    // older than the last 64
 *     }
 *     // hello with lastSeq: outbox_replays says whether welcome carries replay:true; then, after the welcome
 *     for (seq = last_seq + 1; (text = outbox_text(box, seq, &length)); seq++) send(text, length);
 *     // hello without lastSeq (a reloaded page): outbox_forget_requests, then a snapshot
 */
#ifndef TCCC_CORE_OUTBOX_H
#define TCCC_CORE_OUTBOX_H

#include "core/wire.h"

#define OUTBOX_EVENTS_MAX 1024      /* unacknowledged events that are kept */
#define OUTBOX_ACKED_KEPT 64        /* acknowledged ones that are kept: another page may go on from an event before them */
#define OUTBOX_ANSWERS_MAX 64       /* requests whose answers are kept */

typedef struct outbox outbox;

outbox *outbox_new(void);           /* NULL: no memory */
void outbox_free(outbox *box);

/* Numbers the event, prints it and keeps the text; *text is valid until the event is freed or pushed out by 1024
 * newer ones. 0; or, and then the event has no number, NO_MEMORY, TOO_LARGE or, when the client could not read it (a field
 * beyond its bounds), ARG_MISSING or ARG_RANGE. */
int outbox_event(outbox *box, const wire_event *event, const char **text, size_t *length);
/* The client has handled all events up to seq: their texts are freed, but for the last 64. PROTOCOL when seq was never sent. */
int outbox_ack(outbox *box, uint64_t seq);
/* Number of the last event, 0 at first. */
uint64_t outbox_last_seq(const outbox *box);
/* Whether every event after last_seq is still here. False also for a number that was never sent. */
bool outbox_replays(const outbox *box, uint64_t last_seq);
/* The text of event seq, or NULL when it is not here (any more, or not yet). */
const char *outbox_text(const outbox *box, uint64_t seq, size_t *length);

enum outbox_request { OUTBOX_NEW, OUTBOX_PENDING, OUTBOX_ANSWERED, OUTBOX_FORGOTTEN };

/* Looks a request up and, when new, remembers it. *ticket (NEW only) names it for outbox_answer; *text and *length
 * (ANSWERED only) are the answer, valid until 64 newer requests. */
enum outbox_request outbox_request(outbox *box, uint32_t id, uint64_t *ticket, const char **text, size_t *length);
/* Prints and keeps the answer; answer->id is taken from the ticket. 0 with the text to send, NOT_FOUND when nobody waits
 * for it any more (the page was reloaded, or 64 newer requests came), NO_MEMORY or TOO_LARGE. */
int outbox_answer(outbox *box, uint64_t ticket, const wire_answer *answer, const char **text, size_t *length);
/* The client lost its state and numbers its requests from 1 again. */
void outbox_forget_requests(outbox *box);

#endif
