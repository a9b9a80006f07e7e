/* test_agent.c: agents: statuses and what sessions make of them, reach, history, reading the store again. Layer: tests. */
#include "../cmocka_all.h"

#include "agents_fixture.h"
#include "seeded.h"

#include "server/agent/agent_times.h"
#include "server/store/cdr.h"
#include "tccc/error.h"

#include <time.h>

typedef struct {
    centre c;
    int n_free, n_changed, n_removed, n_available;
    agent *watched;                  /* whose session ends when it is removed */
} fixture;

static void on_free(void *ctx, agent *a) {
    fixture *f = ctx;
    assert_true(agent_is_free(a));
    f->n_free++;
}

static void on_changed(void *ctx, agent *a, enum agent_status before) {
    (void)a;
    (void)before;
    ((fixture *)ctx)->n_changed++;
}

static void on_available(void *ctx, agent *a) {
    (void)a;
    ((fixture *)ctx)->n_available++;
}

static void on_removed(void *ctx, agent *a) {
    fixture *f = ctx;
    f->n_removed++;
    if (a == f->watched) {
        int before = f->n_available;
        agent_session_ended(a, AGENT_SESSION_SERVED);
        assert_int_equal(f->n_available, before); /* dispatch hears no more of it */
    }
}

static void start(fixture *f) {
    centre_start(&f->c);
    agents_listen(f->c.agents, &(agent_handler){ .free = on_free, .changed = on_changed, .removed = on_removed, .available = on_available }, f);
}

static int open_all(void **state) {
    static fixture f;
    memset(&f, 0, sizeof f);
    centre_open(&f.c);
    centre_add(&f.c, "ann");
    centre_add(&f.c, "bob");
    start(&f);
    *state = &f;
    return 0;
}

static int close_all(void **state) {
    centre_close(&((fixture *)*state)->c);
    return 0;
}

#define ARE(a, status) assert_string_equal(agent_status_name(agent_status_of(a)), status)

static void after_call_work_counts_down_to_free(void **state) {
    fixture *f = *state;
    centre_set(&f->c, "{\"statusRecovery\":true,\"statusRecoverySeconds\":7}");
    agent *a = centre_sign_in(&f->c, "ann");
    int64_t online_ms = agent_since_ms(a);
    clock_run(f->c.timers, 1000);
    agent_session_began(a, "s-1");
    ARE(a, "busy");
    assert_false(agent_is_free(a));
    assert_string_equal(agent_session(a), "s-1");
    agent_session_answered(a);
    agent_session_ended(a, AGENT_SESSION_SERVED);
    ARE(a, "arrange");
    assert_string_equal(agent_session(a), "s-1"); /* after-call work is of that session */
    assert_int_equal(agent_countdown_s(a), 7);
    clock_run(f->c.timers, 6999);
    ARE(a, "arrange");
    assert_int_equal(agent_countdown_s(a), 1);
    int n_free = f->n_free;
    clock_run(f->c.timers, 1);
    ARE(a, "free");
    assert_int_equal(f->n_free, n_free + 1);
    assert_string_equal(agent_session(a), "");
    assert_int_equal(agent_countdown_s(a), 0);
    assert_int_equal(agent_since_ms(a), online_ms + 8000);
}

static void after_call_work_ends_early_or_is_kept(void **state) {
    fixture *f = *state;
    centre_set(&f->c, "{\"statusRecovery\":true,\"statusRecoverySeconds\":90}");
    agent *a = centre_sign_in(&f->c, "ann");
    agent_session_began(a, "s-1");
    agent_session_ended(a, AGENT_SESSION_SERVED);
    assert_int_equal(agent_ask(a, AGENT_EVENT_SET_FREE, NULL), 1);
    ARE(a, "free");
    agent_session_began(a, "s-2");
    agent_session_ended(a, AGENT_SESSION_SERVED);
    int n_changed = f->n_changed;
    assert_int_equal(agent_ask(a, AGENT_EVENT_SET_ARRANGE, NULL), 1);
    assert_int_equal(f->n_changed, n_changed + 1); /* the page learns that nothing counts down any more */
    assert_int_equal(agent_countdown_s(a), 0);
    clock_run(f->c.timers, 3600 * 1000);
    ARE(a, "arrange");
    agent_session_began(a, "s-3"); /* it calls out, in vain */
    agent_session_ended(a, AGENT_SESSION_NEITHER);
    ARE(a, "arrange");
    assert_int_equal(agent_countdown_s(a), 0);
    assert_int_equal(agent_ask(a, AGENT_EVENT_SET_FREE, NULL), 1);
    ARE(a, "free");
}

static void a_call_out_of_after_call_work_begins_it_anew(void **state) {
    fixture *f = *state;
    centre_set(&f->c, "{\"statusRecovery\":true,\"statusRecoverySeconds\":30}");
    agent *a = centre_sign_in(&f->c, "ann");
    agent_session_began(a, "s-1");
    agent_session_ended(a, AGENT_SESSION_SERVED);
    clock_run(f->c.timers, 20000);
    agent_session_began(a, "s-2");
    clock_run(f->c.timers, 60000); /* the old countdown does not end in the call */
    ARE(a, "busy");
    agent_session_ended(a, AGENT_SESSION_NEITHER);
    ARE(a, "arrange");
    assert_int_equal(agent_countdown_s(a), 30);
}

static void without_status_recovery_the_agent_is_free_at_once(void **state) {
    fixture *f = *state;
    agent *a = centre_sign_in(&f->c, "ann");
    agent_session_began(a, "s-1");
    agent_session_ended(a, AGENT_SESSION_SERVED);
    ARE(a, "free");
}

static void what_is_asked_for_while_busy_follows_the_session(void **state) {
    fixture *f = *state;
    centre_set(&f->c, "{\"statusRecovery\":true}");
    agent *a = centre_sign_in(&f->c, "ann");
    agent_session_began(a, "s-1");
    assert_int_equal(agent_ask(a, AGENT_EVENT_OFFLINE, NULL), TCCC_E_AGENT_BUSY);
    assert_int_equal(agent_ask(a, AGENT_EVENT_SET_REST, "meal"), 1);
    ARE(a, "busy");
    assert_string_equal(agent_reserved(a), "rest");
    assert_string_equal(agent_reason(a), ""); /* it does not rest yet */
    assert_int_equal(agent_ask(a, AGENT_EVENT_SET_REST, "meal"), 0);
    assert_int_equal(agent_ask(a, AGENT_EVENT_SET_REST, "training"), 1);
    agent_session_ended(a, AGENT_SESSION_SERVED);
    ARE(a, "rest");
    assert_string_equal(agent_reason(a), "training");
    assert_string_equal(agent_reserved(a), "");
    assert_int_equal(agent_ask(a, AGENT_EVENT_SET_FREE, NULL), 1);
    assert_string_equal(agent_reason(a), "");
    agent_session_began(a, "s-2");
    assert_int_equal(agent_ask(a, AGENT_EVENT_SET_NOT_READY, NULL), 1);
    assert_string_equal(agent_reserved(a), "notReady");
    assert_int_equal(agent_ask(a, AGENT_EVENT_STOP_NOT_READY, NULL), 1); /* AMB-09 */
    assert_string_equal(agent_reserved(a), "");
    agent_session_ended(a, AGENT_SESSION_NEITHER);
    ARE(a, "free");
}

static void a_missed_contact_makes_it_rest(void **state) {
    fixture *f = *state;
    agent *a = centre_sign_in(&f->c, "ann");
    agent_session_began(a, "s-1");
    agent_session_ended(a, AGENT_SESSION_MISSED);
    ARE(a, "rest");
    assert_string_equal(agent_reason(a), "missed");
    centre_set(&f->c, "{\"missedRests\":false}");
    assert_int_equal(agent_ask(a, AGENT_EVENT_SET_FREE, NULL), 1);
    agent_session_began(a, "s-2");
    agent_session_ended(a, AGENT_SESSION_MISSED);
    ARE(a, "free");
}

static void who_is_not_ready_is_callable_and_returns_there(void **state) {
    fixture *f = *state;
    agent *a = centre_sign_in(&f->c, "ann");
    agent_ask(a, AGENT_EVENT_SET_NOT_READY, NULL);
    assert_false(agent_is_free(a));
    assert_true(agent_is_callable(a));
    agent_session_began(a, "s-1"); /* a transfer */
    assert_false(agent_is_callable(a));
    agent_session_ended(a, AGENT_SESSION_MISSED);
    ARE(a, "notReady");
    agent_ask(a, AGENT_EVENT_SET_REST, "meal");
    assert_false(agent_is_callable(a));
}

static void several_sessions_the_end_of_the_last_decides(void **state) {
    fixture *f = *state;
    centre_set(&f->c, "{\"statusRecovery\":true}");
    agent *a = centre_sign_in(&f->c, "ann");
    agent_session_began(a, "s-1");
    agent_session_began(a, "s-2");
    agent_session_ended(a, AGENT_SESSION_SERVED);
    ARE(a, "busy");
    agent_session_ended(a, AGENT_SESSION_NEITHER);
    ARE(a, "arrange"); /* one of them was answered */
    agent_session_ended(a, AGENT_SESSION_SERVED); /* one end too many does no harm */
    ARE(a, "arrange");
    agent_session_began(a, "s-3");
    ARE(a, "busy");
}

static void sent_offline_stays_offline_until_allowed(void **state) {
    fixture *f = *state;
    agent *a = centre_sign_in(&f->c, "ann"), *b = centre_sign_in(&f->c, "bob");
    assert_int_equal(agent_forbid(a), 0);
    ARE(a, "offline");
    assert_int_equal(agent_ask(a, AGENT_EVENT_ONLINE, NULL), TCCC_E_STATE);
    agent_session_began(b, "s-1");
    assert_int_equal(agent_forbid(b), 0);
    ARE(b, "busy"); /* its customer is not thrown out */
    agent_session_ended(b, AGENT_SESSION_SERVED);
    ARE(b, "offline");
    centre_stop(&f->c);
    start(f); /* and after a restart of the server */
    a = agents_find(f->c.agents, APP, "ann");
    agent_set_seat(a, (struct seat *)&some_page);
    assert_int_equal(agent_ask(a, AGENT_EVENT_ONLINE, NULL), TCCC_E_STATE);
    assert_int_equal(agent_allow(a), 0);
    assert_int_equal(agent_ask(a, AGENT_EVENT_ONLINE, NULL), 1);
}

static void only_a_connected_page_is_free(void **state) {
    fixture *f = *state;
    agent *a = centre_sign_in(&f->c, "ann");
    assert_true(agent_is_free(a) && agent_is_present(a));
    agent_set_connected(a, false);
    assert_false(agent_is_free(a));
    assert_true(agent_is_present(a)); /* it may come back */
    ARE(a, "free");
    int n_free = f->n_free;
    agent_set_connected(a, true);
    assert_int_equal(f->n_free, n_free + 1);
    agent_set_seat(a, NULL);
    ARE(a, "offline");
    assert_false(agent_is_free(a) || agent_is_present(a));
    assert_int_equal(agent_ask(a, AGENT_EVENT_ONLINE, NULL), TCCC_E_AGENT_OFFLINE); /* there is nothing that could ring */
}

static unsigned ways; /* how agents can be reached without a page */
static unsigned tell_reach(void *ctx, const agent *a) {
    (void)ctx;
    (void)a;
    return ways;
}

static void a_desk_phone_is_enough(void **state) {
    fixture *f = *state;
    ways = AGENT_BY_PHONE;
    agents_set_reach(f->c.agents, tell_reach, NULL);
    agent *a = agents_find(f->c.agents, APP, "ann");
    assert_false(agent_is_free(a)); /* it is offline (ACD-020) */
    assert_int_equal(agent_ask(a, AGENT_EVENT_ONLINE, NULL), 1);
    assert_true(agent_is_free(a) && agent_is_present(a));
    agent_set_seat(a, (struct seat *)&some_page);
    agent_set_connected(a, true);
    agent_set_seat(a, NULL); /* its page is gone, its phone is not (ACD-021) */
    ARE(a, "free");
    assert_true(agent_is_free(a));
    agent_session_began(a, "s-1");
    ways = 0;
    agent_reach_changed(a);
    ARE(a, "busy");
    agent_session_ended(a, AGENT_SESSION_SERVED);
    ARE(a, "offline");
}

static void set_mobile(fixture *f, const char *user_id, enum staff_mobile mode) {
    store_agent row;
    assert_int_equal(store_get_agent(f->c.db, APP, user_id, &row), 0);
    row.mobile_accept = mode;
    assert_int_equal(store_put_agent(f->c.db, &row), 0);
    assert_int_equal(agents_reload(f->c.agents, APP), 0);
}

static void a_mobile_rings_for_who_is_offline(void **state) {
    fixture *f = *state;
    ways = AGENT_BY_MOBILE;
    agents_set_reach(f->c.agents, tell_reach, NULL);
    agent *a = agents_find(f->c.agents, APP, "ann");
    assert_false(agent_is_free(a)); /* the mode is off */
    set_mobile(f, "ann", STAFF_MOBILE_WHEN_OFFLINE);
    assert_true(agent_is_free(a) && agent_is_present(a));
    agent_session_began(a, "s-1");
    ARE(a, "busy");
    assert_false(agent_is_free(a));
    assert_true(agent_is_away(a)); /* the contact is for its mobile */
    agent_session_ended(a, AGENT_SESSION_MISSED);
    ARE(a, "offline");
    assert_true(agent_is_free(a));
    agent *signed_in = centre_sign_in(&f->c, "ann");
    agent_set_connected(signed_in, false);
    assert_false(agent_is_free(a)); /* online, its page is lost, and the mobile is for when it is offline */
    set_mobile(f, "ann", STAFF_MOBILE_ALWAYS);
    assert_true(agent_is_free(a));
    assert_int_equal(agent_forbid(a), 0);
    assert_false(agent_is_free(a) || agent_is_present(a));
}

static void the_store_is_read_again_and_statuses_stay(void **state) {
    fixture *f = *state;
    const store_membership *groups;
    agent *a = centre_sign_in(&f->c, "ann");
    agent_ask(a, AGENT_EVENT_SET_REST, "meal");
    int64_t sales = centre_group(&f->c, "sales"), service = centre_group(&f->c, "service");
    assert_int_equal(store_put_member(f->c.db, sales, APP, "ann", 2), 0);
    assert_int_equal(store_put_member(f->c.db, service, APP, "ann", 1), 0);
    centre_add(&f->c, "cid");
    int n_available = f->n_available;
    assert_int_equal(agents_reload(f->c.agents, APP), 0);
    assert_true(f->n_available > n_available); /* dispatch learns of the groups */
    assert_ptr_equal(agents_find(f->c.agents, APP, "ann"), a);
    assert_int_equal(agent_groups(a, &groups), 2);
    assert_int_equal(groups[0].group_id, service);
    assert_string_equal(groups[0].group_name, "service");
    assert_int_equal(groups[1].priority, 2);
    assert_true(agent_in_group(a, sales) && agent_in_group(a, 0) && !agent_in_group(a, sales + service + 1));
    assert_string_equal(agent_reason(a), "meal");
    assert_non_null(agents_find(f->c.agents, APP, "cid"));
    assert_null(agents_find(f->c.agents, APP + 1, "ann"));
}

static void a_deleted_agent_is_told_and_gone(void **state) {
    fixture *f = *state;
    f->watched = centre_sign_in(&f->c, "ann");
    agent_session_began(f->watched, "s-1");
    assert_int_equal(store_delete_agent(f->c.db, APP, "ann"), 0);
    assert_int_equal(agents_reload(f->c.agents, APP), 0);
    assert_int_equal(f->n_removed, 1);
    assert_null(agents_find(f->c.agents, APP, "ann"));
    assert_non_null(agents_find(f->c.agents, APP, "bob"));
    clock_run(f->c.timers, 1000); /* nothing of it fires */
}

static void an_extension_has_an_agent(void **state) {
    fixture *f = *state;
    store_extension e = { .app_id = APP, .extension = "1001", .user_id = "bob", .realm = "r" }, nobody = { .app_id = APP, .extension = "1002", .realm = "r" };
    assert_int_equal(store_put_extension(f->c.db, &e), 0);
    assert_int_equal(store_put_extension(f->c.db, &nobody), 0);
    assert_ptr_equal(agents_of_extension(f->c.agents, "1001"), agents_find(f->c.agents, APP, "bob"));
    assert_null(agents_of_extension(f->c.agents, "1002"));
    assert_null(agents_of_extension(f->c.agents, "1003"));
}

static void answered_calls_are_counted_from_midnight(void **state) {
    fixture *f = *state;
    agent *a = centre_sign_in(&f->c, "ann");
    uint64_t day = agents_day(f->c.agents);
    agent_session_answered(a);
    agent_session_answered(a);
    assert_int_equal(agent_answered_today(a), 2);
    assert_int_equal(agents_day(f->c.agents), day);
    clock_run(f->c.timers, 25 * 3600 * 1000);
    assert_true(agents_day(f->c.agents) != day);
    assert_int_equal(agent_answered_today(a), 0);
    agent_session_answered(a);
    assert_int_equal(agent_answered_today(a), 1);
    static store_cdr cdr; /* a record of today is counted after a restart */
    int64_t now_ms = clock_unix_ms();
    cdr = (store_cdr){ .session_id = "s-1", .app_id = APP, .type = CDR_IN, .inbound = true, .start_ms = now_ms, .end_ms = now_ms, .n_steps = 1 };
    snprintf(cdr.user_id, sizeof cdr.user_id, "ann");
    cdr.accept_ms = now_ms;
    cdr.steps[0] = (cdr_step){ .type = CDR_STAFF_SEAT, .user_id = "ann", .accept_ms = now_ms, .end_ms = now_ms };
    assert_int_equal(store_put_cdr(f->c.db, &cdr), 0);
    centre_stop(&f->c);
    start(f);
    assert_int_equal(agent_answered_today(agents_find(f->c.agents, APP, "ann")), 1);
    assert_int_equal(agent_answered_today(agents_find(f->c.agents, APP, "bob")), 0);
}

typedef struct {
    int n;
    char text[512];
} rows;

static bool note_row(void *ctx, const store_status *row) {
    rows *r = ctx;
    size_t used = strlen(r->text);
    snprintf(r->text + used, sizeof r->text - used, "%s%s%s%s%s", r->n++ ? " " : "", row->status, row->reason[0] ? "/" : "", row->reason, row->session_id);
    return true;
}

static void every_change_is_in_the_history(void **state) {
    fixture *f = *state;
    centre_set(&f->c, "{\"statusRecovery\":true,\"statusRecoverySeconds\":10}");
    int64_t begin_ms = clock_unix_ms();
    agent *a = centre_sign_in(&f->c, "ann");
    clock_run(f->c.timers, 4000);
    agent_session_began(a, "-1");
    clock_run(f->c.timers, 3000);
    agent_session_ended(a, AGENT_SESSION_SERVED);
    clock_run(f->c.timers, 15000); /* 10 s of after-call work */
    agent_ask(a, AGENT_EVENT_SET_REST, "meal");
    clock_run(f->c.timers, 1000);
    agent_ask(a, AGENT_EVENT_SET_REST, "tea");
    clock_run(f->c.timers, 1000);
    centre_stop(&f->c); /* whoever is online then is offline */
    rows r = { .n = 0 };
    assert_int_equal(store_list_status(f->c.db, APP, "ann", begin_ms, begin_ms + 100000, note_row, &r), 0);
    assert_string_equal(r.text, "free busy-1 arrange-1 free rest/meal rest/tea offline");
    start(f);
    clock_run(f->c.timers, 100);
    agent_times times;
    assert_int_equal(agent_times_of(f->c.agents, APP, "ann", begin_ms - 500, begin_ms + 100000, &times), 0);
    assert_int_equal(times.ms[AGENT_STATUS_FREE], 9000);
    assert_int_equal(times.ms[AGENT_STATUS_BUSY], 3000);
    assert_int_equal(times.ms[AGENT_STATUS_ARRANGE], 10000);
    assert_int_equal(times.ms[AGENT_STATUS_REST], 2000);
    assert_int_equal(times.ms[AGENT_STATUS_NOT_READY], 0);
    assert_int_equal(times.ms[AGENT_STATUS_OFFLINE], 600); /* before and after; what lies ahead of now is not counted */
    assert_int_equal(times.online_since_ms, 0);
    assert_int_equal(agent_times_of(f->c.agents, APP, "ann", begin_ms + 5000, begin_ms + 6000, &times), 0);
    assert_int_equal(times.ms[AGENT_STATUS_BUSY], 1000); /* the row in force at the beginning counts from there */
    assert_int_equal(times.status_since_ms, begin_ms + 4000);
    assert_int_equal(agent_times_of(f->c.agents, APP, "ann", begin_ms + 500, begin_ms + 400, &times), 0);
    assert_int_equal(times.ms[AGENT_STATUS_FREE], 0);
}

/* What agent_today tells is what the store's history tells. */
static void assert_today(fixture *f, agent *a) {
    agent_times memory, history;
    int64_t came_ms, midnight_ms;
    time_t now_s = (time_t)(clock_unix_ms() / 1000);
    struct tm day;
    localtime_r(&now_s, &day);
    day.tm_hour = day.tm_min = day.tm_sec = 0;
    day.tm_isdst = -1;
    midnight_ms = (int64_t)mktime(&day) * 1000;
    assert_int_equal(agent_today(a, &memory, &came_ms), 0);
    assert_int_equal(agent_times_of(f->c.agents, APP, "ann", midnight_ms, clock_unix_ms(), &history), 0);
    for (int i = 0; i < AGENT_STATUSES; i++)
        if (i != AGENT_STATUS_OFFLINE || !midnight_ms) assert_int_equal(memory.ms[i], history.ms[i]);
    assert_int_equal(memory.status_since_ms, history.status_since_ms);
    assert_int_equal(memory.online_since_ms, history.online_since_ms);
}

static void today_is_kept_in_memory_over_changes_and_over_midnight(void **state) {
    fixture *f = *state;
    agent_times times;
    int64_t came_ms, online_ms;
    agent *a = agents_find(f->c.agents, APP, "ann");
    clock_run(f->c.timers, 2000);
    assert_int_equal(agent_today(a, &times, &came_ms), 0);
    assert_int_equal(came_ms, 0);
    clock_run(f->c.timers, 1000);
    online_ms = clock_unix_ms();
    a = centre_sign_in(&f->c, "ann");
    clock_run(f->c.timers, 5000);
    assert_today(f, a);
    agent_ask(a, AGENT_EVENT_SET_REST, "meal");
    clock_run(f->c.timers, 7000);
    assert_today(f, a);
    assert_int_equal(agent_today(a, &times, &came_ms), 0);
    assert_int_equal(times.ms[AGENT_STATUS_FREE], 5000);
    assert_int_equal(times.ms[AGENT_STATUS_REST], 7000);
    assert_int_equal(came_ms, online_ms);
    clock_run(f->c.timers, 24 * 3600 * 1000); /* into tomorrow: all of it at rest so far */
    assert_today(f, a);
    agent_ask(a, AGENT_EVENT_SET_FREE, NULL);
    clock_run(f->c.timers, 3000);
    assert_today(f, a);
    assert_int_equal(agent_today(a, &times, &came_ms), 0);
    assert_int_equal(times.ms[AGENT_STATUS_FREE], 3000);
    assert_int_equal(came_ms, online_ms);
}

static void a_crash_leaves_nobody_online_in_the_history(void **state) {
    fixture *f = *state;
    int64_t begin_ms = clock_unix_ms();
    store_status row = { .app_id = APP, .user_id = "ann", .status = "free", .from_ms = begin_ms };
    centre_stop(&f->c);
    assert_int_equal(store_put_status(f->c.db, &row), 0); /* all that the one that died has written */
    clock_run(f->c.timers, 1000);
    start(f);
    agents_write_history(f->c.agents);
    rows r = { .n = 0 };
    assert_int_equal(store_list_status(f->c.db, APP, "ann", begin_ms, begin_ms + 100000, note_row, &r), 0);
    assert_string_equal(r.text, "free offline");
}

static void a_burst_of_changes_is_written_whole(void **state) {
    fixture *f = *state;
    int64_t begin_ms = clock_unix_ms();
    agent *a = centre_sign_in(&f->c, "ann");
    for (int i = 0; i < 500; i++) {
        agent_ask(a, i % 2 ? AGENT_EVENT_SET_FREE : AGENT_EVENT_SET_NOT_READY, NULL);
    }
    agents_write_history(f->c.agents);
    rows r = { .n = 0 };
    assert_int_equal(store_list_status(f->c.db, APP, "ann", begin_ms, begin_ms + 1, note_row, &r), 0);
    assert_true(r.n > 0);
    agent_times times;
    clock_run(f->c.timers, 2000);
    assert_int_equal(agent_times_of(f->c.agents, APP, "ann", begin_ms, begin_ms + 2000, &times), 0);
    assert_int_equal(times.ms[AGENT_STATUS_FREE], 2000); /* the last of many in one millisecond holds */
}

static void assert_history(fixture *f, const char *expected) {
    rows r = { .n = 0 };
    assert_int_equal(store_list_status(f->c.db, APP, "ann", 0, clock_unix_ms(), note_row, &r), 0);
    assert_string_equal(r.text, expected);
}

static void the_history_is_trimmed_once_a_day(void **state) {
    fixture *f = *state;
    const int64_t hour_ms = 3600 * 1000, kept_ms = 400 * 24 * hour_ms, now_ms = clock_unix_ms();
    store_status old[] = {
        { .app_id = APP, .user_id = "ann", .status = "free", .from_ms = now_ms - kept_ms - 900 * hour_ms },
        { .app_id = APP, .user_id = "ann", .status = "rest", .from_ms = now_ms - kept_ms - 800 * hour_ms },
        { .app_id = APP, .user_id = "ann", .status = "offline", .from_ms = now_ms - kept_ms + 12 * hour_ms },
    };
    for (int i = 0; i < 3; i++)
        assert_int_equal(store_put_status(f->c.db, &old[i]), 0);
    clock_run(f->c.timers, 2 * 60 * 1000);
    assert_history(f, "rest offline"); /* rest was in force 400 days ago */
    clock_run(f->c.timers, 25 * 3600 * 1000);
    assert_history(f, "offline");
}

/* ---- at random ---- */

typedef struct {
    bool is_free, callable;          /* as the listener was told last */
} known;

static void know(void *ctx, agent *a) { *(known *)ctx = (known){ agent_is_free(a), agent_is_callable(a) }; }

static unsigned random_ways;
static unsigned tell_random_ways(void *ctx, const agent *a) {
    (void)ctx;
    (void)a;
    return random_ways;
}

static void set_row(fixture *f, uint64_t *seed) {
    store_agent row;
    assert_int_equal(store_get_agent(f->c.db, APP, "ann", &row), 0);
    row.mobile_accept = (enum staff_mobile)seeded_below(seed, 3);
    row.forbidden = seeded_below(seed, 4) == 0;
    assert_int_equal(store_put_agent(f->c.db, &row), 0);
    assert_int_equal(agents_reload(f->c.agents, APP), 0);
}

static void do_something(fixture *f, agent *a, uint64_t *seed, int *n_sessions) {
    switch (seeded_below(seed, 9)) {
    case 0: (void)agent_ask(a, AGENT_EVENT_ONLINE, NULL); break;
    case 1: (void)agent_ask(a, (enum agent_event)seeded_below(seed, AGENT_EVENTS), seeded_below(seed, 2) ? "meal" : NULL); break;
    case 2: agent_set_seat(a, seeded_below(seed, 3) ? (struct seat *)&some_page : NULL); break;
    case 3: agent_set_connected(a, agent_seat(a) && seeded_below(seed, 3)); break;
    case 4:
        if (*n_sessions < 2 && seeded_below(seed, 2)) {
            agent_session_began(a, "s");
            ++*n_sessions;
        }
        break;
    case 5:
        if (*n_sessions) {
            agent_session_ended(a, (enum agent_session_end)seeded_below(seed, 3));
            --*n_sessions;
        }
        break;
    case 6: clock_run(f->c.timers, (uint64_t)seeded_below(seed, 20000)); break;
    case 7:
        random_ways = (unsigned)seeded_below(seed, 4);
        agent_reach_changed(a);
        break;
    case 8:
        if (seeded_below(seed, 3))
            set_row(f, seed);
        else
            assert_int_equal(seeded_below(seed, 2) ? agent_forbid(a) : agent_allow(a), 0);
        break;
    }
}

/* What dispatch knows of an agent is what it is, after anything; and it is busy while it has a session, not longer. */
static void whatever_happens_dispatch_knows(void **state) {
    fixture *f = *state;
    known told = { false, false };
    centre_set(&f->c, "{\"statusRecovery\":true,\"statusRecoverySeconds\":10}");
    agents_listen(f->c.agents, &(agent_handler){ .available = know }, &told);
    agents_set_reach(f->c.agents, tell_random_ways, NULL);
    assert_int_equal(store_delete_agent(f->c.db, APP, "bob"), 0); /* one listener, one agent */
    assert_int_equal(agents_reload(f->c.agents, APP), 0);
    agent *a = agents_find(f->c.agents, APP, "ann");
    int n_sessions = 0, n_free = 0;
    for (uint64_t i = 1; i <= 20000; i++) {
        uint64_t seed = i;
        do_something(f, a, &seed, &n_sessions);
        bool busy = agent_status_of(a) == AGENT_STATUS_BUSY;
        if (told.is_free != agent_is_free(a) || told.callable != agent_is_callable(a) || busy != (n_sessions > 0) || (agent_is_free(a) && !agent_is_callable(a)) ||
            (agent_countdown_s(a) > 0 && agent_status_of(a) != AGENT_STATUS_ARRANGE) || (agent_is_free(a) && !agent_is_present(a)))
            fail_msg("step %llu: %s, %d sessions", (unsigned long long)i, agent_status_name(agent_status_of(a)), n_sessions);
        n_free += agent_is_free(a);
    }
    assert_true(n_free > 1000);
}

#define SAYS(test, name) { name, test, open_all, close_all, NULL }

int main(void) {
    const struct CMUnitTest tests[] = {
        SAYS(after_call_work_counts_down_to_free, "ACD-006 ACD-019 SDK-018 after-call work counts down to free"),
        SAYS(after_call_work_ends_early_or_is_kept, "AMB-19 SDK-018 after-call work ends early, or is kept"),
        SAYS(a_call_out_of_after_call_work_begins_it_anew, "a call out of after-call work begins it anew"),
        SAYS(without_status_recovery_the_agent_is_free_at_once, "ACD-006 without status recovery the agent is free at once"),
        SAYS(what_is_asked_for_while_busy_follows_the_session, "AMB-09 SDK-017 what is asked for while busy follows the session"),
        SAYS(a_missed_contact_makes_it_rest, "ACD-011 AMB-18 SDK-020 a missed contact makes it rest, unless the setting is off"),
        SAYS(who_is_not_ready_is_callable_and_returns_there, "ACD-016 SDK-019 who is notReady can be called for itself, and returns there"),
        SAYS(several_sessions_the_end_of_the_last_decides, "several sessions: the end of the last decides"),
        SAYS(sent_offline_stays_offline_until_allowed, "sent offline stays offline until allowed, also over a restart"),
        SAYS(only_a_connected_page_is_free, "ACD-020 only a connected page is free; lost for good is offline"),
        SAYS(a_desk_phone_is_enough, "ACD-021 a desk phone is enough"),
        SAYS(a_mobile_rings_for_who_is_offline, "WB-076 WB-077 a mobile rings for who is offline, or always"),
        SAYS(the_store_is_read_again_and_statuses_stay, "the store is read again and statuses stay"),
        SAYS(a_deleted_agent_is_told_and_gone, "a deleted agent is told and gone"),
        SAYS(an_extension_has_an_agent, "an extension has an agent"),
        SAYS(answered_calls_are_counted_from_midnight, "AMB-23 answered calls are counted from midnight"),
        SAYS(every_change_is_in_the_history, "every change is in the history, and time in status is its sum"),
        SAYS(today_is_kept_in_memory_over_changes_and_over_midnight, "today is kept in memory, over changes and over midnight"),
        SAYS(a_crash_leaves_nobody_online_in_the_history, "a crash leaves nobody online in the history"),
        SAYS(a_burst_of_changes_is_written_whole, "a burst of changes is written whole"),
        SAYS(the_history_is_trimmed_once_a_day, "the history is trimmed once a day"),
        SAYS(whatever_happens_dispatch_knows, "whatever happens, dispatch knows whether an agent is free"),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
