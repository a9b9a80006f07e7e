/* agents_fixture.h: a store in memory, settings and agents under a simulated clock. Layer: tests. */
#ifndef TCCC_TESTS_AGENTS_FIXTURE_H
#define TCCC_TESTS_AGENTS_FIXTURE_H

#include "simulated_clock.h"

#include "server/agent/agent.h"
#include "server/seat/seat.h"
#include "server/settings/settings.h"

#include <stdio.h>
#include <string.h>

enum { APP = 1400000001 };

static const logger quiet = { 0 };

typedef struct {
    store *db;
    settings *rules;
    deadlines *timers;
    agents *agents;
} centre;

static inline void centre_set(centre *c, const char *json) {
    char err[240] = "";
    json_value *tree = NULL;
    assert_int_equal(json_parse(json, strlen(json), 1 << 16, &tree), 0);
    assert_int_equal(settings_put(c->rules, APP, "phone", tree, err, sizeof err), 0);
    json_free(tree);
}

static inline void centre_add(centre *c, const char *user_id) {
    store_agent row = { .app_id = APP };
    snprintf(row.user_id, sizeof row.user_id, "%s", user_id);
    snprintf(row.name, sizeof row.name, "%s", user_id);
    assert_int_equal(store_put_agent(c->db, &row), 0);
}

static inline int64_t centre_group(centre *c, const char *name) {
    store_group group = { .app_id = APP };
    snprintf(group.name, sizeof group.name, "%s", name);
    assert_int_equal(store_put_group(c->db, &group), 0);
    return group.id;
}

static inline void centre_open(centre *c) {
    char err[240];
    c->db = store_open(":memory:", &quiet, err, sizeof err);
    assert_non_null(c->db);
    assert_int_equal(store_put_app(c->db, APP, "test"), 0);
    c->rules = settings_new(c->db, &quiet);
    settings_set_defaults(c->rules, 20, 60, 0);
    c->timers = deadlines_new();
}

static inline void centre_start(centre *c) {
    c->agents = agents_new(c->db, c->rules, c->timers, &quiet);
    assert_non_null(c->agents);
}

static inline void centre_stop(centre *c) {
    agents_free(c->agents);
    c->agents = NULL;
}

static inline void centre_close(centre *c) {
    centre_stop(c);
    deadlines_free(c->timers);
    settings_free(c->rules);
    store_close(c->db);
}

/* agent/ only keeps the pointer of a seat: any will do where no page has a part. */
static char some_page;

static inline agent *centre_sign_in(centre *c, const char *user_id) {
    agent *a = agents_find(c->agents, APP, user_id);
    assert_non_null(a);
    agent_set_seat(a, (struct seat *)&some_page);
    agent_set_connected(a, true);
    assert_int_equal(agent_ask(a, AGENT_EVENT_ONLINE, NULL), 1);
    return a;
}

#endif
