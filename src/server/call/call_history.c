/* call_history.c: what a call record will say. Layer: server. */
#include "server/call/call_history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void call_history_free(call_history *h) {
    free(h->steps);
    free(h->keys);
    free(h->events);
    *h = (call_history){ 0 };
}

/* A place for one more in *list: a new one, or the last when there are `most`. NULL: no memory. */
static void *place(void **list, int *n, int *capacity, int most, size_t size) {
    if (*n == *capacity && *n < most) {
        int more = *capacity ? 2 * *capacity : 4;
        void *grown = realloc(*list, (size_t)(more > most ? most : more) * size);
        if (!grown)
            return NULL;
        *list = grown;
        *capacity = more > most ? most : more;
    }
    if (*n < most)
        ++*n;
    return (char *)*list + (size_t)(*n - 1) * size;
}

#define PLACE(h, name, most) place((void **)&(h)->name, &(h)->n_##name, &(h)->cap_##name, (most), sizeof *(h)->name)

cdr_step *call_history_begin(call_history *h, const cdr_step *step) {
    cdr_step *at = PLACE(h, steps, CDR_STEPS_MAX);
    if (!at)
        return NULL;
    *at = *step;
    at->transfer_from_type = at->transfer_to_type = -1;
    return at;
}

cdr_step *call_history_step(call_history *h) {
    for (int i = h->n_steps; i--;)
        if (!h->steps[i].end_ms)
            return &h->steps[i];
    return NULL;
}

void call_history_rang(call_history *h, int64_t at_ms) {
    cdr_step *step = call_history_step(h);
    if (step && !step->ring_ms)
        step->ring_ms = at_ms;
}

/* Who a step was, for the other end of a transfer. */
static const char *name_of(const cdr_step *step) { return step->user_id[0] ? step->user_id : step->extension[0] ? step->extension : step->phone; }

static void succeed(call_history *h, cdr_step *step) {
    cdr_step *before = h->handed_over ? &h->steps[h->handed_over - 1] : NULL;
    h->handed_over = 0;
    if (!before || before == step)
        return;
    snprintf(before->transfer_to, sizeof before->transfer_to, "%s", name_of(step));
    before->transfer_to_type = step->type;
    snprintf(step->transfer_from, sizeof step->transfer_from, "%s", name_of(before));
    step->transfer_from_type = before->type;
}

void call_history_accepted(call_history *h, int64_t at_ms) {
    cdr_step *step = call_history_step(h);
    if (!step || step->accept_ms)
        return;
    step->accept_ms = at_ms;
    succeed(h, step);
}

void call_history_join(call_history *h, call_history *from) {
    for (int i = 0; i < from->n_steps; i++) {
        cdr_step *at = PLACE(h, steps, CDR_STEPS_MAX);
        if (!at)
            break;
        *at = from->steps[i];
        if (at->accept_ms && !at->end_ms)
            succeed(h, at);
    }
    call_history_free(from);
}

void call_history_ended(call_history *h, int end_status, int64_t at_ms) {
    cdr_step *step = call_history_step(h);
    if (!step)
        return;
    step->end_ms = at_ms;
    step->end_status = end_status;
}

void call_history_hands_over(call_history *h) { h->handed_over = h->n_steps; }

void call_history_key(call_history *h, const cdr_key *key) {
    cdr_key *at = PLACE(h, keys, CDR_KEYS_MAX);
    if (at)
        *at = *key;
}

void call_history_event(call_history *h, const char *type, const char *user_id, int64_t at_ms) {
    cdr_event *at = PLACE(h, events, CDR_EVENTS_MAX);
    if (!at)
        return;
    *at = (cdr_event){ .at_ms = at_ms };
    snprintf(at->type, sizeof at->type, "%s", type);
    snprintf(at->user_id, sizeof at->user_id, "%s", user_id);
}

void call_history_write(const call_history *h, store_cdr *out) {
    out->n_steps = h->n_steps;
    out->n_keys = h->n_keys;
    out->n_events = h->n_events;
    if (h->n_steps)
        memcpy(out->steps, h->steps, (size_t)h->n_steps * sizeof *h->steps);
    if (h->n_keys)
        memcpy(out->keys, h->keys, (size_t)h->n_keys * sizeof *h->keys);
    if (h->n_events)
        memcpy(out->events, h->events, (size_t)h->n_events * sizeof *h->events);
}
