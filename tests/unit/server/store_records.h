/* store_records.h: call records for the store's tests: one with every member set, and one that a number describes. Layer: tests. */
#ifndef TCCC_TESTS_STORE_RECORDS_H
#define TCCC_TESTS_STORE_RECORDS_H

#include "server/store/cdr.h"
#include "server/store/push.h"

#include <stdio.h>
#include <string.h>

#define SET(array, ...) snprintf((array), sizeof(array), __VA_ARGS__)

/* Every member has a value of its own; seed makes records differ. Zeroed before, so that memcmp compares. */
static inline void full_cdr(store_cdr *c, const char *session_id, int seed) {
    memset(c, 0, sizeof *c);
    SET(c->session_id, "%s", session_id);
    c->app_id = 1400000001;
    c->type = CDR_IN;
    c->inbound = true;
    SET(c->caller, "+4915100%06d", seed);
    SET(c->callee, "+4930%06d", seed + 1);
    SET(c->protected_caller, "pc%d", seed);
    SET(c->protected_callee, "pd%d", seed);
    SET(c->user_id, "ann%d@b.c", seed);
    c->queued_group_id = seed + 2;
    SET(c->queued_group_name, "销售%d", seed);
    memset(c->uui, 'u', sizeof c->uui - 1);
    SET(c->remark, "remark \"%d\" \\ '", seed);
    c->start_ms = 1700000000000 + seed;
    c->queued_ms = c->start_ms + 1;
    c->ring_ms = c->start_ms + 2;
    c->accept_ms = c->start_ms + 3;
    c->end_ms = c->start_ms + 60000;
    c->end_status = 1;
    c->hung_up_by = CDR_SEAT;
    SET(c->record_id, "rec%d", seed);
    c->flow_id = seed + 3;
    c->n_steps = 1 + seed % CDR_STEPS_MAX;
    for (int i = 0; i < c->n_steps; i++) {
        cdr_step *t = &c->steps[i];
        t->type = (enum cdr_step_type)(i % 6);
        SET(t->user_id, "ann%d@b.c", i);
        SET(t->phone, "+49%d", i);
        SET(t->extension, "%d", 1000 + i);
        t->group_id = i;
        SET(t->group_name, "g%d", i);
        t->group_priority = i + 1;
        t->start_ms = c->start_ms + 10 * i;
        t->ring_ms = t->start_ms + 1;
        t->accept_ms = t->start_ms + 2;
        t->end_ms = t->start_ms + 3;
        SET(t->transfer_from, "f%d", i);
        SET(t->transfer_to, "t%d", i);
        t->transfer_from_type = i % 6 - 1;
        t->transfer_to_type = i % 5 - 1;
        t->end_status = i;
        SET(t->record_id, "r%d", i);
    }
    c->n_keys = seed % (CDR_KEYS_MAX + 1);
    for (int i = 0; i < c->n_keys; i++) {
        SET(c->keys[i].key, "%d", i % 10);
        SET(c->keys[i].label, "label %d", i);
        SET(c->keys[i].node, "node%d", i);
        c->keys[i].at_ms = c->start_ms + i;
        c->keys[i].after_call = i % 2;
    }
    c->n_events = seed % (CDR_EVENTS_MAX + 1);
    for (int i = 0; i < c->n_events; i++) {
        c->events[i].at_ms = c->start_ms + i;
        SET(c->events[i].type, i % 2 ? "StaffUnhold" : "StaffHold");
        SET(c->events[i].user_id, "ann%d@b.c", i);
    }
}

static inline store_push push_of(const store_cdr *c) {
    store_push p = { .app_id = c->app_id, .kind = "cdr", .state = PUSH_WAITING, .created_ms = c->end_ms, .next_ms = c->end_ms };
    SET(p.uuid, "push-%.30s", c->session_id);
    SET(p.session_id, "%s", c->session_id);
    return p;
}

#endif
