/* test_store_records.c: call records, recordings, pushes, flows, sounds and settings, on SQLite and on PostgreSQL. Layer: tests. */
#include "../cmocka_all.h"
#include "store_backends.h"
#include "store_records.h"
#include "server/store/flow.h"
#include "server/store/recording.h"
#include "server/store/setting.h"
#include "tccc/error.h"

#define APP TEST_APP

/* ---- call records ---- */

static void every_member_of_a_record_comes_back(void **state) {
    static store_cdr in, out;
    static const int seeds[] = { 0, 1, 31, 32, 64 };
    for (int i = 0; i < 5; i++) {
        char id[16];
        SET(id, "s%d", i);
        full_cdr(&in, id, seeds[i]);
        assert_int_equal(store_put_cdr(*state, &in), 0);
        memset(&out, 0, sizeof out);
        assert_int_equal(store_get_cdr(*state, id, &out), 0);
        assert_memory_equal(&in, &out, sizeof in);
    }
    assert_int_equal(store_get_cdr(*state, "none", &out), TCCC_E_NOT_FOUND);
}

static void a_record_is_replaced_whole(void **state) {
    static store_cdr in, out;
    full_cdr(&in, "s", 31);
    assert_int_equal(store_put_cdr(*state, &in), 0);
    full_cdr(&in, "s", 2);
    assert_int_equal(store_put_cdr(*state, &in), 0);
    memset(&out, 0, sizeof out);
    assert_int_equal(store_get_cdr(*state, "s", &out), 0);
    assert_memory_equal(&in, &out, sizeof in);
}

static void a_record_that_is_too_large_or_of_no_app_leaves_nothing(void **state) {
    static store_cdr c, out;
    full_cdr(&c, "s", 1);
    c.n_keys = CDR_KEYS_MAX + 1;
    assert_int_equal(store_put_cdr(*state, &c), TCCC_E_TOO_LARGE);
    c.n_keys = -1;
    assert_int_equal(store_put_cdr(*state, &c), TCCC_E_TOO_LARGE);
    full_cdr(&c, "s", 1);
    c.app_id = 7;
    assert_int_equal(store_put_cdr(*state, &c), TCCC_E_NOT_FOUND);
    assert_int_equal(store_get_cdr(*state, "s", &out), TCCC_E_NOT_FOUND);
}

static void put_call(store *s, const char *id, int64_t start_ms, bool inbound, const char *caller, const char *callee, const char *user, int64_t group) {
    static store_cdr c;
    memset(&c, 0, sizeof c);
    c.app_id = APP;
    c.type = inbound ? CDR_IN : CDR_OUT;
    c.inbound = inbound;
    c.start_ms = start_ms;
    SET(c.session_id, "%s", id);
    SET(c.caller, "%s", caller);
    SET(c.callee, "%s", callee);
    SET(c.user_id, "%s", user);
    c.queued_group_id = group;
    c.end_ms = start_ms + 61000;
    if (*user) {
        c.accept_ms = start_ms + 1000;
        c.n_steps = 1;
        SET(c.steps[0].user_id, "%s", user);
        c.steps[0].start_ms = start_ms;
        c.steps[0].accept_ms = c.accept_ms;
        c.steps[0].group_id = group + 100;
    }
    assert_int_equal(store_put_cdr(s, &c), 0);
}

static void put_calls(store *s) {
    put_call(s, "a", 1000, true, "+491", "+4930", "ann", 1);
    put_call(s, "b", 2000, true, "+492", "+4930", "bob", 2);
    put_call(s, "c", 3000, false, "+4930", "+491", "bob", 0);
    put_call(s, "d", 3000, true, "+491", "+4930", "", 1);
    put_call(s, "e", 4000, true, "+493", "+4931", "ann", 2);
}

static bool see(void *ctx, const store_cdr *cdr) {
    strcat(ctx, cdr->session_id);
    return true;
}

static bool see_two(void *ctx, const store_cdr *cdr) {
    strcat(ctx, cdr->session_id);
    return strlen(ctx) < 2;
}

static void expect(store *s, cdr_filter f, const char *ids, int total) {
    char seen[64] = "";
    int counted = -1;
    f.app_id = f.app_id ? f.app_id : APP;
    f.to_ms = f.to_ms ? f.to_ms : 10000;
    f.limit = f.limit ? f.limit : 100;
    assert_int_equal(store_list_cdrs(s, &f, &counted, see, seen), 0);
    assert_string_equal(seen, ids);
    assert_int_equal(counted, total);
}

static void records_are_found_by_time_number_session_group_and_agent(void **state) {
    store *s = *state;
    const char *phones[] = { "+491", "x' OR '1'='1" }, *other[] = { "+4931", "+492" }, *sessions[] = { "e", "a", "none" };
    put_calls(s);
    expect(s, (cdr_filter){ 0 }, "edcba", 5);
    expect(s, (cdr_filter){ .from_ms = 2000, .to_ms = 4000 }, "dcb", 3);
    expect(s, (cdr_filter){ .offset = 1, .limit = 2 }, "dc", 5);
    expect(s, (cdr_filter){ .offset = 9 }, "", 5);
    expect(s, (cdr_filter){ .offset = -1, .limit = 1 }, "e", 5);
    expect(s, (cdr_filter){ .limit = -1 }, "", 5);
    expect(s, (cdr_filter){ .app_id = 5 }, "", 0);
    expect(s, (cdr_filter){ .phones = phones, .n_phones = 2 }, "dca", 3);
    expect(s, (cdr_filter){ .phones = other, .n_phones = 2 }, "eb", 2);
    expect(s, (cdr_filter){ .session_ids = sessions, .n_session_ids = 3 }, "ea", 2);
    expect(s, (cdr_filter){ .group_id = 1 }, "da", 2);
    expect(s, (cdr_filter){ .group_id = 102 }, "eb", 2);
    expect(s, (cdr_filter){ .user_id = "bob" }, "cb", 2);
    expect(s, (cdr_filter){ .user_id = "' OR 1=1 --" }, "", 0);
    expect(s, (cdr_filter){ .user_id = "bob", .phones = phones, .n_phones = 1, .group_id = 100, .session_ids = (const char *[]){ "c" }, .n_session_ids = 1,
                            .from_ms = 1, .to_ms = 9000, .limit = 1 }, "c", 1);
}

static void a_search_has_limits_and_stops_when_told(void **state) {
    static const char *many[CDR_FILTER_MAX + 1];
    char seen[64] = "";
    int total = 0;
    cdr_filter f = { .app_id = APP, .to_ms = 10000, .limit = 10, .phones = many, .session_ids = many };
    put_calls(*state);
    for (int i = 0; i <= CDR_FILTER_MAX; i++) many[i] = "+491";
    many[CDR_FILTER_MAX - 1] = "a";
    f.n_phones = CDR_FILTER_MAX + 1;
    assert_int_equal(store_list_cdrs(*state, &f, &total, see, seen), TCCC_E_TOO_LARGE);
    f.n_phones = f.n_session_ids = CDR_FILTER_MAX;
    assert_int_equal(store_list_cdrs(*state, &f, &total, see, seen), 0);
    assert_string_equal(seen, "a");
    seen[0] = 0;
    f.n_phones = f.n_session_ids = 0;
    assert_int_equal(store_list_cdrs(*state, &f, &total, see_two, seen), 0);
    assert_string_equal(seen, "ed");
    assert_int_equal(total, 5);
}

static void who_served_a_number_last_is_known(void **state) { /* ACD-010 */
    char user[STORE_TEXT] = "?", small[2];
    put_calls(*state);
    assert_int_equal(store_last_agent(*state, APP, "+491", user, sizeof user), 0);
    assert_string_equal(user, "bob"); /* by the call out; the one that nobody answered does not count */
    assert_int_equal(store_last_agent(*state, APP, "+493", user, sizeof user), 0);
    assert_string_equal(user, "ann");
    assert_int_equal(store_last_agent(*state, APP, "+4930", user, sizeof user), 0);
    assert_string_equal(user, "");
    assert_int_equal(store_last_agent(*state, 9, "+493", user, sizeof user), 0);
    assert_string_equal(user, "");
    assert_int_equal(store_last_agent(*state, APP, "+493", small, sizeof small), TCCC_E_TOO_LARGE);
}

static void answered_calls_are_counted(void **state) { /* ACD-009 */
    int n = -1;
    put_calls(*state);
    assert_int_equal(store_count_answered(*state, APP, "ann", 0, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(store_count_answered(*state, APP, "ann", 2001, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(store_count_answered(*state, APP, "nobody", 0, &n), 0);
    assert_int_equal(n, 0);
}

static void minutes_begun_are_summed(void **state) {
    cdr_usage u;
    put_calls(*state);                               /* each answered one: 60,000 ms */
    put_call(*state, "f", 5000, false, "+4930", "+499", "carl", 0);
    static store_cdr c;
    assert_int_equal(store_get_cdr(*state, "f", &c), 0);
    c.end_ms = c.accept_ms + 60001;                  /* the second minute has begun */
    assert_int_equal(store_put_cdr(*state, &c), 0);
    assert_int_equal(store_sum_cdrs(*state, APP, 0, 10000, &u), 0);
    assert_int_equal(u.in_minutes, 3);
    assert_int_equal(u.out_minutes, 3);
    assert_int_equal(u.audio_minutes, 0);
    assert_int_equal(u.seats, 3);
    assert_int_equal(store_sum_cdrs(*state, APP, 0, 1, &u), 0);
    assert_int_equal(u.in_minutes + u.out_minutes + u.seats, 0);
}

/* ---- recordings ---- */

static bool see_recording(void *ctx, const store_recording *r) {
    strcat(ctx, r->record_id);
    return true;
}

static void recordings_are_listed_by_session_app_and_end(void **state) { /* PUSH-079 */
    char seen[32] = "", expired[32] = "", app[32] = "";
    int total = 0;
    store_recording r = { .app_id = APP, .session_id = "s", .kind = RECORDING_MIXED, .endpoint = "+491", .file = "a.ogg", .bytes = 1LL << 40, .custom_url = "u" }, back;
    for (int i = 0; i < 4; i++) {
        SET(r.record_id, "%c", 'a' + i);
        r.created_ms = 100 + i;
        r.expires_ms = i == 3 ? 0 : 1000 - i;        /* d is kept for good */
        assert_int_equal(store_put_recording(*state, &r), 0);
    }
    assert_int_equal(store_get_recording(*state, "a", &back), 0);
    assert_int_equal(back.bytes, 1LL << 40);
    assert_string_equal(back.custom_url, "u");
    back.file[0] = 0;
    assert_int_equal(store_put_recording(*state, &back), 0);
    assert_int_equal(store_list_recordings(*state, "s", see_recording, seen), 0);
    assert_string_equal(seen, "abcd");
    assert_int_equal(store_list_expired_recordings(*state, 1000, 10, see_recording, expired), 0);
    assert_string_equal(expired, "cb");
    assert_int_equal(store_list_app_recordings(*state, APP, 101, 104, 1, 2, &total, see_recording, app), 0);
    assert_string_equal(app, "cb");
    assert_int_equal(total, 3);
    r.app_id = 7;
    assert_int_equal(store_put_recording(*state, &r), TCCC_E_NOT_FOUND);
}

/* ---- pushes ---- */

static bool see_push(void *ctx, const store_push *p) {
    strcat(ctx, p->uuid);
    return true;
}

static bool see_app(void *ctx, int64_t app_id) {
    snprintf((char *)ctx + strlen(ctx), 20, "%d ", (int)(app_id - APP));
    return true;
}

static void put_push(store *s, const char *uuid, int64_t app, enum push_state state, int64_t created_ms, int64_t next_ms) {
    store_push p = { .app_id = app, .kind = "cdr", .session_id = "s", .state = state, .created_ms = created_ms, .next_ms = next_ms };
    SET(p.uuid, "%s", uuid);
    assert_int_equal(store_put_push(s, &p, "{\"a\":\"安\"}"), 0);
}

static void the_outbox_gives_what_is_due(void **state) { /* PUSH-006 to PUSH-009 */
    char due[32] = "", apps[32] = "", failed[32] = "", *body = NULL;
    int total = 0;
    int64_t n = 0;
    store_push p;
    store_put_app(*state, APP + 1, "other");
    put_push(*state, "b", APP, PUSH_WAITING, 200, 200);
    put_push(*state, "a", APP, PUSH_WAITING, 100, 300);
    put_push(*state, "late", APP, PUSH_WAITING, 50, 900);
    put_push(*state, "o", APP + 1, PUSH_WAITING, 10, 800);
    put_push(*state, "x", APP, PUSH_FAILED, 1, 1);
    put_push(*state, "y", APP, PUSH_FAILED, 2, 1);
    put_push(*state, "z", APP, PUSH_DONE, 3, 1);
    assert_int_equal(store_list_push_apps(*state, 500, see_app, apps), 0);
    assert_string_equal(apps, "0 ");
    assert_int_equal(store_list_due_pushes(*state, APP, 500, 10, see_push, due), 0);
    assert_string_equal(due, "ab");
    assert_int_equal(store_next_push(*state, &n), 0);
    assert_int_equal(n, 200);
    assert_int_equal(store_list_pushes(*state, APP, PUSH_FAILED, 0, 1, &total, see_push, failed), 0);
    assert_string_equal(failed, "y");
    assert_int_equal(total, 2);
    assert_int_equal(store_count_pushes(*state, PUSH_WAITING, &n), 0);
    assert_int_equal(n, 4);
    assert_int_equal(store_get_push(*state, "a", &p), 0);
    p.tries = 2;
    p.next_ms = 700;
    SET(p.last_error, "HTTP 500");
    assert_int_equal(store_put_push(*state, &p, NULL), 0);
    assert_int_equal(store_get_push(*state, "a", &p), 0);
    assert_int_equal(p.tries, 2);
    assert_string_equal(p.last_error, "HTTP 500");
    assert_int_equal(store_get_push_body(*state, "a", &body), 0);
    assert_string_equal(body, "{\"a\":\"安\"}");
    free(body);
    assert_int_equal(store_forget_pushes(*state, 4), 0);
    assert_int_equal(store_get_push(*state, "z", &p), TCCC_E_NOT_FOUND);
    assert_int_equal(store_get_push(*state, "x", &p), 0);
    SET(p.uuid, "none");
    assert_int_equal(store_put_push(*state, &p, NULL), TCCC_E_NOT_FOUND);
    assert_int_equal(store_get_push_body(*state, "none", &body), TCCC_E_NOT_FOUND);
    assert_null(body);
}

static void an_empty_outbox_waits_for_nothing(void **state) {
    int64_t next = -1;
    assert_int_equal(store_next_push(*state, &next), 0);
    assert_int_equal(next, 0);
}

/* ---- flows, sounds, settings ---- */

static bool see_flow(void *ctx, const store_flow *f) {
    strcat(ctx, f->name);
    return true;
}

static void a_flow_keeps_every_version_of_its_document(void **state) { /* IVR-001 to IVR-013 */
    char *text = NULL, seen[32] = "";
    store_flow f = { .app_id = APP, .name = "main", .kind = "ivr", .updated_ms = 5 }, back;
    assert_int_equal(store_put_flow(*state, &f, "{\"v\":1}"), 0);
    assert_true(f.id > 0);
    assert_int_equal(f.version, 1);
    f.updated_ms = 6;
    assert_int_equal(store_put_flow(*state, &f, "{\"v\":2}"), 0);
    assert_int_equal(f.version, 2);
    assert_int_equal(store_set_flow_published(*state, f.id, true), 0);
    assert_int_equal(store_get_flow(*state, f.id, &back), 0);
    assert_true(back.published);
    assert_int_equal(back.version, 2);
    assert_int_equal(back.updated_ms, 6);
    assert_int_equal(store_get_flow_document(*state, f.id, 0, &text), 0);
    assert_string_equal(text, "{\"v\":2}");
    free(text);
    assert_int_equal(store_get_flow_document(*state, f.id, 1, &text), 0);
    assert_string_equal(text, "{\"v\":1}");
    free(text);
    assert_int_equal(store_get_flow_document(*state, f.id, 3, &text), TCCC_E_NOT_FOUND);
    assert_int_equal(store_list_flows(*state, APP, see_flow, seen), 0);
    assert_string_equal(seen, "main");
    back.id = 999;
    assert_int_equal(store_put_flow(*state, &back, "{}"), TCCC_E_NOT_FOUND);
    assert_int_equal(store_set_flow_published(*state, 999, true), TCCC_E_NOT_FOUND);
}

static void a_flow_in_use_is_not_deleted(void **state) {
    store_flow f = { .app_id = APP, .name = "main", .kind = "ivr" };
    store_number n = { .app_id = APP, .number = "+4930", .trunk = "t", .inbound = true }, found;
    assert_int_equal(store_put_flow(*state, &f, "{}"), 0);
    assert_int_equal(store_put_trunk(*state, &(store_trunk){ .name = "t" }), 0);
    n.flow_id = 999;
    assert_int_equal(store_put_number(*state, &n), TCCC_E_NOT_FOUND);
    n.flow_id = f.id;
    assert_false(store_flow_is_bound(*state, f.id));
    assert_int_equal(store_put_number(*state, &n), 0);
    assert_true(store_flow_is_bound(*state, f.id));
    assert_int_equal(store_delete_flow(*state, f.id), TCCC_E_NOT_FOUND);
    assert_int_equal(store_get_number(*state, "+4930", &found), 0);
    assert_int_equal(found.flow_id, f.id);
    n.flow_id = 0;
    assert_int_equal(store_put_number(*state, &n), 0);
    assert_int_equal(store_delete_flow(*state, f.id), 0);
    assert_int_equal(store_delete_flow(*state, f.id), TCCC_E_NOT_FOUND);
}

static void documents_have_limits(void **state) {
    store_flow f = { .app_id = APP, .name = "main", .kind = "ivr" };
    char *large = malloc(STORE_FLOW_TEXT_MAX + 2), *back = NULL;
    memset(large, 'x', STORE_FLOW_TEXT_MAX + 1);
    large[STORE_FLOW_TEXT_MAX + 1] = 0;
    assert_int_equal(store_put_flow(*state, &f, large), TCCC_E_TOO_LARGE);
    large[STORE_FLOW_TEXT_MAX] = 0;
    assert_int_equal(store_put_flow(*state, &f, large), 0);
    assert_int_equal(store_get_flow_document(*state, f.id, 0, &back), 0);
    assert_string_equal(back, large);
    free(back);
    large[STORE_SETTING_MAX + 1] = 0;
    assert_int_equal(store_put_setting(*state, APP, "phone", large), TCCC_E_TOO_LARGE);
    large[STORE_SETTING_MAX] = 0;
    assert_int_equal(store_put_setting(*state, APP, "phone", large), 0);
    assert_int_equal(store_put_setting(*state, APP, "phone", "{}"), 0);
    assert_int_equal(store_get_setting(*state, APP, "phone", &back), 0);
    assert_string_equal(back, "{}");
    free(back);
    assert_int_equal(store_get_setting(*state, APP, "none", &back), TCCC_E_NOT_FOUND);
    assert_int_equal(store_put_setting(*state, 7, "phone", "{}"), TCCC_E_NOT_FOUND);
    free(large);
}

static bool see_sound(void *ctx, const store_sound *sound) {
    strcat(ctx, sound->name);
    return true;
}

static void a_sound_has_a_name_of_its_own(void **state) {
    char seen[32] = "";
    store_sound z = { .app_id = APP, .name = "z", .file = "z.wav", .original = "Z.mp3", .state = SOUND_APPROVED, .bytes = 5, .duration_ms = 6, .created_ms = 7 }, back;
    store_sound a = { .app_id = APP, .name = "a", .state = SOUND_NOT_REVIEWED }, taken = { .app_id = APP, .name = "z" };
    assert_int_equal(store_put_sound(*state, &z), 0);
    assert_int_equal(store_put_sound(*state, &a), 0);
    assert_int_equal(store_put_sound(*state, &taken), TCCC_E_NOT_FOUND);
    assert_int_equal(store_get_sound(*state, z.id, &back), 0);
    assert_string_equal(back.original, "Z.mp3");
    assert_int_equal(back.state, SOUND_APPROVED);
    assert_int_equal(back.duration_ms, 6);
    back.state = SOUND_REJECTED;
    assert_int_equal(store_put_sound(*state, &back), 0);
    assert_int_equal(store_get_sound(*state, z.id, &z), 0);
    assert_int_equal(z.state, SOUND_REJECTED);
    assert_int_equal(store_list_sounds(*state, APP, see_sound, seen), 0);
    assert_string_equal(seen, "za");
    assert_int_equal(store_delete_sound(*state, z.id), 0);
    assert_int_equal(store_delete_sound(*state, z.id), TCCC_E_NOT_FOUND);
    assert_int_equal(store_put_sound(*state, &z), TCCC_E_NOT_FOUND);
}

#define T(test) cmocka_unit_test_setup_teardown(test, fresh_store, close_store)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(every_member_of_a_record_comes_back), T(a_record_is_replaced_whole), T(a_record_that_is_too_large_or_of_no_app_leaves_nothing),
        T(records_are_found_by_time_number_session_group_and_agent), T(a_search_has_limits_and_stops_when_told),
        T(who_served_a_number_last_is_known), T(answered_calls_are_counted), T(minutes_begun_are_summed),
        T(recordings_are_listed_by_session_app_and_end), T(the_outbox_gives_what_is_due), T(an_empty_outbox_waits_for_nothing),
        T(a_flow_keeps_every_version_of_its_document), T(a_flow_in_use_is_not_deleted), T(documents_have_limits), T(a_sound_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests_name("records on SQLite", tests, use_sqlite, backend_close)
         + cmocka_run_group_tests_name("records on PostgreSQL", tests, use_postgres, backend_close);
}
