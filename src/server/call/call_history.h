/* call_history.h: what a call record will say, gathered while the call runs: steps, keys, events. Layer: server. Sans-IO: times are
 * arguments (Unix ms). Rows PUSH-013 to PUSH-071, IVR-038 to IVR-040.
 *
 * A record holds at most CDR_STEPS_MAX steps, CDR_KEYS_MAX keys and CDR_EVENTS_MAX events: the first ones stay, the last place is
 * the newest one's.
 */
#ifndef TCCC_SERVER_CALL_CALL_HISTORY_H
#define TCCC_SERVER_CALL_CALL_HISTORY_H

#include "server/store/cdr.h"

typedef struct {
    cdr_step *steps;
    cdr_key *keys;
    cdr_event *events;
    int n_steps, n_keys, n_events;
    int cap_steps, cap_keys, cap_events;
    int handed_over;                  /* step that handed the customer over, counted from 1; 0 none */
} call_history;

void call_history_free(call_history *h);

/* An agent or telephone begins to be asked. What is not known yet is 0. Returns the step, which is the current one; it is valid until
 * the next. NULL: no memory. */
cdr_step *call_history_begin(call_history *h, const cdr_step *step);
/* The step that serves or is asked now: the newest that has not ended; NULL: none. */
cdr_step *call_history_step(call_history *h);
void call_history_rang(call_history *h, int64_t at_ms);
/* Took the call: the first of two steps that were joined by a transfer is told who followed. */
void call_history_accepted(call_history *h, int64_t at_ms);
void call_history_ended(call_history *h, int end_status, int64_t at_ms);
/* The current step hands the customer over: the step that is accepted next is its successor. */
void call_history_hands_over(call_history *h);

/* Takes the steps of another history over, which is empty afterwards: those of a third party. One that was taken and goes on
 * succeeds the step that hands over. */
void call_history_join(call_history *h, call_history *from);

void call_history_key(call_history *h, const cdr_key *key);
void call_history_event(call_history *h, const char *type, const char *user_id, int64_t at_ms);

/* Copies steps, keys and events into a record. */
void call_history_write(const call_history *h, store_cdr *out);

#endif
