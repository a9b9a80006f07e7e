/* test_flows.c: flows in the store: states, checks against sounds and groups, versions, binding, the default.
 * Rows IVR-001 to IVR-011, IVR-019, IVR-042, ADM-020, ADM-021, ADM-065, AMB-20. Layer: tests. */
#include "../cmocka_all.h"

#include "server/ivr/flow_run.h"
#include "server/ivr/flows.h"
#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { APP = 1400000001, OTHER = 1400000002 };

static const logger quiet = { 0 };
static char sentence[FLOW_SENTENCE_MAX];

typedef struct {
    store *db;
    flows *flows;
    int64_t group, sound;
} centre;

#define FLOW_SAYING(text) "{\"start\":\"p\",\"modules\":[{\"id\":\"p\",\"type\":\"play\",\"sound\":{\"text\":\"" text "\"},\"next\":\"e\"},{\"id\":\"e\",\"type\":\"end\"}]}"
#define UNFINISHED "{\"modules\":[{\"id\":\"p\",\"type\":\"play\"}]}"
#define FLOW_BACK "{\"start\":\"p\",\"modules\":[{\"id\":\"p\",\"type\":\"play\",\"sound\":{\"text\":\"a\"},\"next\":\"r\"},{\"id\":\"r\",\"type\":\"return\"}]}"

static int open_centre(void **state) {
    centre *c = calloc(1, sizeof *c);
    store_group group = { .app_id = APP, .name = "Sales" };
    store_sound sound = { .app_id = APP, .name = "hello", .file = "1.wav", .original = "h.wav", .state = SOUND_APPROVED };
    char err[256];
    c->db = store_open(":memory:", &quiet, err, sizeof err);
    assert_non_null(c->db);
    assert_int_equal(store_put_app(c->db, APP, "test"), 0);
    assert_int_equal(store_put_app(c->db, OTHER, "other"), 0);
    assert_int_equal(store_put_trunk(c->db, &(store_trunk){ .name = "line", .host = "192.0.2.1" }), 0);
    assert_int_equal(store_put_number(c->db, &(store_number){ .app_id = APP, .number = "075512345678", .trunk = "line", .inbound = true }), 0);
    assert_int_equal(store_put_number(c->db, &(store_number){ .app_id = APP, .number = "075500000000", .trunk = "line", .outbound = true }), 0);
    assert_int_equal(store_put_group(c->db, &group), 0);
    assert_int_equal(store_put_sound(c->db, &sound), 0);
    c->group = group.id;
    c->sound = sound.id;
    c->flows = flows_new(c->db, &quiet);
    *state = c;
    return 0;
}

static int close_centre(void **state) {
    centre *c = *state;
    flows_free(c->flows);
    store_close(c->db);
    free(c);
    return 0;
}

static int64_t saved(centre *c, const char *document, bool publish) {
    store_flow row = { .app_id = APP, .name = "menu", .kind = "ivr" };
    assert_int_equal(flows_save(c->flows, &row, document, publish, sentence), 0);
    assert_string_equal(sentence, "");
    return row.id;
}

static const char *state_of(centre *c, int64_t id) {
    store_flow row;
    return store_get_flow(c->db, id, &row) ? "gone" : flows_state(c->flows, &row);
}

enum deed { SAVE, SAVE_AND_PUBLISH, PUBLISH, WITHDRAW, DELETE, BIND, DEEDS };

static int deed(centre *c, enum deed what, int64_t app_id, int64_t id) {
    store_flow row = { .id = id, .app_id = app_id, .name = "menu", .kind = "ivr" };
    sentence[0] = 0;
    switch (what) {
    case SAVE: return flows_save(c->flows, &row, FLOW_SAYING("b"), false, sentence);
    case SAVE_AND_PUBLISH: return flows_save(c->flows, &row, FLOW_SAYING("b"), true, sentence);
    case PUBLISH: return flows_publish(c->flows, app_id, id, sentence);
    case WITHDRAW: return flows_withdraw(c->flows, app_id, id, sentence);
    case DELETE: return flows_delete(c->flows, app_id, id, sentence);
    case BIND: return flows_bind(c->flows, app_id, "075512345678", id, sentence);
    case DEEDS: break;
    }
    return 1;
}

/* IVR-002 to IVR-011: every deed in every state. */
static void deeds_are_allowed_by_state(void **state) {
    static const struct { const char *state, *after[DEEDS]; } table[] = { /* NULL: refused */
        { "unpublished", { "unpublished", "published", "published", NULL, "gone", NULL } },
        { "published", { NULL, NULL, NULL, "unpublished", NULL, "inUse" } },
        { "inUse", { NULL, NULL, NULL, NULL, NULL, "inUse" } },
    };
    centre *c = *state;
    for (size_t s = 0; s < 3; s++)
        for (int d = 0; d < DEEDS; d++) {
            int64_t id = saved(c, FLOW_SAYING("a"), s > 0);
            if (s == 2) assert_int_equal(deed(c, BIND, APP, id), 0);
            assert_string_equal(state_of(c, id), table[s].state);
            assert_int_equal(deed(c, (enum deed)d, OTHER, id), TCCC_E_NOT_FOUND); /* another app's */
            assert_string_equal(state_of(c, id), table[s].state);
            int error = deed(c, (enum deed)d, APP, id);
            assert_int_equal(error, table[s].after[d] ? 0 : TCCC_E_STATE);
            assert_int_equal(sentence[0] != 0, error != 0);
            assert_string_equal(state_of(c, id), table[s].after[d] ? table[s].after[d] : table[s].state);
            assert_int_equal(flows_bind(c->flows, APP, "075512345678", 0, sentence), 0);
        }
}

static void a_flow_is_published_again_when_its_last_number_is_unbound(void **state) {
    centre *c = *state;
    int64_t id = saved(c, FLOW_SAYING("a"), true);
    assert_int_equal(store_put_number(c->db, &(store_number){ .app_id = APP, .number = "075587654321", .trunk = "line", .inbound = true }), 0);
    assert_int_equal(flows_bind(c->flows, APP, "075512345678", id, sentence), 0);
    assert_int_equal(flows_bind(c->flows, APP, "075587654321", id, sentence), 0); /* IVR-001: several numbers */
    assert_int_equal(flows_bind(c->flows, APP, "075512345678", 0, sentence), 0);
    assert_string_equal(state_of(c, id), "inUse");
    assert_int_equal(flows_bind(c->flows, APP, "075587654321", 0, sentence), 0);
    assert_string_equal(state_of(c, id), "published");
}

static void only_inbound_numbers_of_the_app_are_bound_and_only_to_ivr(void **state) {
    centre *c = *state;
    int64_t id = saved(c, FLOW_SAYING("a"), true);
    store_flow own = { .app_id = APP, .name = "ask", .kind = "selfService" };
    assert_int_equal(flows_bind(c->flows, APP, "999", id, sentence), TCCC_E_NOT_FOUND);
    assert_int_equal(flows_bind(c->flows, OTHER, "075512345678", id, sentence), TCCC_E_NOT_FOUND);
    assert_int_equal(flows_bind(c->flows, APP, "075500000000", id, sentence), TCCC_E_STATE);
    assert_string_equal(sentence, "The number takes no calls. Turn inbound use on before you bind a flow.");
    assert_int_equal(flows_save(c->flows, &own, FLOW_BACK, true, sentence), 0);
    assert_int_equal(flows_bind(c->flows, APP, "075512345678", own.id, sentence), TCCC_E_ARG_RANGE);
    assert_int_equal(flows_bind(c->flows, APP, "075512345678", 4711, sentence), TCCC_E_NOT_FOUND);
}

static void a_draft_is_kept_but_not_published(void **state) {
    centre *c = *state;
    int64_t id = saved(c, UNFINISHED, false);
    char *document;
    assert_int_equal(flows_publish(c->flows, APP, id, sentence), TCCC_E_ARG_RANGE);
    assert_string_equal(sentence, "start is missing. Set it.");
    assert_string_equal(state_of(c, id), "unpublished");
    assert_null(flows_open(c->flows, APP, id));
    store_flow row = { .id = id, .app_id = APP, .name = "menu", .kind = "ivr" };
    assert_int_equal(flows_save(c->flows, &row, UNFINISHED, true, sentence), TCCC_E_ARG_RANGE); /* nothing half-written */
    assert_int_equal(flows_save(c->flows, &row, "{}", false, sentence), TCCC_E_ARG_RANGE);
    row.name[0] = 0;
    assert_int_equal(flows_save(c->flows, &row, UNFINISHED, false, sentence), TCCC_E_ARG_RANGE);
    assert_string_equal(sentence, "name must have 1 to 127 bytes.");
    row = (store_flow){ .id = id, .app_id = APP, .name = "menu", .kind = "chat" };
    assert_int_equal(flows_save(c->flows, &row, UNFINISHED, false, sentence), TCCC_E_ARG_RANGE);
    assert_string_equal(sentence, "kind must be ivr or selfService.");
    assert_int_equal(store_get_flow(c->db, id, &row), 0);
    assert_int_equal(row.version, 1);
    assert_int_equal(store_get_flow_document(c->db, id, 0, &document), 0);
    assert_string_equal(document, UNFINISHED);
    free(document);
}

static int publish_with(centre *c, const char *kind, const char *format, int64_t id) {
    char document[1024];
    store_flow row = { .app_id = APP, .name = "checked" };
    snprintf(row.kind, sizeof row.kind, "%s", kind);
    snprintf(document, sizeof document, format, (long long)id);
    return flows_save(c->flows, &row, document, true, sentence);
}

static void sounds_and_groups_must_be_there(void **state) {
    static const char play[] = "{\"start\":\"p\",\"modules\":[{\"id\":\"p\",\"type\":\"play\",\"sound\":{\"soundId\":%lld},\"next\":\"e\"},{\"id\":\"e\",\"type\":\"end\"}]}";
    static const char transfer[] = "{\"start\":\"t\",\"modules\":[{\"id\":\"t\",\"type\":\"transferToHuman\",\"group\":%lld,\"noAgent\":\"e\",\"queueOver\":\"e\",\"next\":\"e\"},{\"id\":\"e\",\"type\":\"end\"}]}";
    centre *c = *state;
    char expected[FLOW_SENTENCE_MAX];
    assert_int_equal(publish_with(c, "ivr", play, c->sound), 0);
    assert_int_equal(publish_with(c, "ivr", transfer, c->group), 0);
    assert_int_equal(publish_with(c, "ivr", play, 4711), TCCC_E_ARG_RANGE);
    assert_string_equal(sentence, "Module p: there is no sound 4711. Upload it, or choose another.");
    assert_int_equal(publish_with(c, "ivr", transfer, 4711), TCCC_E_ARG_RANGE);
    assert_string_equal(sentence, "Module t: there is no skill group 4711. Create it, or choose another.");
    store_sound fresh = { .app_id = APP, .name = "new", .file = "2.wav", .original = "n.wav", .state = SOUND_NOT_REVIEWED };
    store_sound foreign = { .app_id = OTHER, .name = "new", .file = "3.wav", .original = "n.wav", .state = SOUND_APPROVED };
    store_group elsewhere = { .app_id = OTHER, .name = "Sales" };
    assert_int_equal(store_put_sound(c->db, &fresh), 0);
    assert_int_equal(store_put_sound(c->db, &foreign), 0);
    assert_int_equal(store_put_group(c->db, &elsewhere), 0);
    assert_int_equal(publish_with(c, "ivr", play, fresh.id), TCCC_E_ARG_RANGE); /* ADM-065 */
    snprintf(expected, sizeof expected, "Module p: sound %lld is not approved. Approve it, or choose another.", (long long)fresh.id);
    assert_string_equal(sentence, expected);
    fresh.state = SOUND_APPROVED;
    assert_int_equal(store_put_sound(c->db, &fresh), 0);
    assert_int_equal(publish_with(c, "ivr", play, fresh.id), 0);
    assert_int_equal(publish_with(c, "ivr", play, foreign.id), TCCC_E_ARG_RANGE);
    assert_int_equal(publish_with(c, "ivr", transfer, elsewhere.id), TCCC_E_ARG_RANGE);
    assert_int_equal(publish_with(c, "selfService", play, c->sound), TCCC_E_ARG_RANGE); /* kinds */
}

static const char *first_text(flow_run *run) {
    flow_order order;
    flow_run_step(run, FLOW_STARTED, 0, 0, &order);
    return order.sounds[0].text;
}

/* AMB-20 */
static void running_calls_keep_their_version(void **state) {
    centre *c = *state;
    int64_t id = saved(c, FLOW_SAYING("first"), true);
    flow *f = flows_open(c->flows, APP, id), *again = flows_open(c->flows, APP, id);
    assert_ptr_equal(f, again); /* parsed once */
    flow_run *before = flow_run_new(f);
    flow_drop(f);
    flow_drop(again);
    store_flow row = { .id = id, .app_id = APP, .name = "menu", .kind = "ivr" };
    assert_int_equal(flows_withdraw(c->flows, APP, id, sentence), 0);
    assert_null(flows_open(c->flows, APP, id));
    assert_int_equal(flows_save(c->flows, &row, FLOW_SAYING("second"), true, sentence), 0);
    assert_int_equal(row.version, 2);
    f = flows_open(c->flows, APP, id);
    flow_run *after = flow_run_new(f);
    flow_drop(f);
    assert_string_equal(first_text(before), "first");
    assert_string_equal(first_text(after), "second");
    flow_run_free(before);
    flow_run_free(after);
    assert_null(flows_open(c->flows, OTHER, id));
    assert_null(flows_open(c->flows, APP, 0));
}

static void count_published(void *ctx, const flow *f) {
    assert_non_null(f);
    ++*(int *)ctx;
}

static void a_published_flow_is_told(void **state) {
    centre *c = *state;
    int n = 0;
    flows_tell(c->flows, count_published, &n);
    int64_t id = saved(c, FLOW_SAYING("a"), false);
    assert_int_equal(n, 0);
    assert_int_equal(flows_publish(c->flows, APP, id, sentence), 0);
    assert_int_equal(n, 1);
    assert_int_equal(flows_publish(c->flows, APP, id, sentence), TCCC_E_STATE);
    assert_int_equal(n, 1);
    saved(c, FLOW_SAYING("b"), true);
    assert_int_equal(n, 2);
}

static void more_flows_run_than_are_kept(void **state) {
    centre *c = *state;
    int64_t ids[200];
    for (int i = 0; i < 200; i++) ids[i] = saved(c, FLOW_SAYING("many"), true);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 200; i++) {
            flow *f = flows_open(c->flows, APP, ids[i]);
            assert_non_null(f);
            flow_drop(f);
        }
}

static bool count_row(void *ctx, const store_flow *row) {
    (void)row;
    ++*(int *)ctx;
    return true;
}

static bool last_flow(void *ctx, const store_flow *row) {
    *(int64_t *)ctx = row->id;
    return true;
}

static bool count_member(void *ctx, const store_agent *agent, int priority) {
    assert_string_equal(agent->user_id, "a@b.c");
    assert_int_equal(priority, 1);
    ++*(int *)ctx;
    return true;
}

static bool last_group(void *ctx, const store_group *group) {
    assert_string_equal(group->name, "Default");
    *(int64_t *)ctx = group->id;
    return true;
}

static void an_app_with_a_number_gets_a_default_group_and_flow_once(void **state) {
    centre *c = *state;
    int n = 0;
    int64_t group = 0, id = 0;
    assert_int_equal(store_put_agent(c->db, &(store_agent){ .app_id = OTHER, .user_id = "a@b.c" }), 0);
    assert_int_equal(flows_provision_default(c->flows, OTHER), 0);
    assert_int_equal(store_list_flows(c->db, OTHER, count_row, &n), 0);
    assert_int_equal(n, 0); /* no number yet */
    assert_int_equal(store_put_number(c->db, &(store_number){ .app_id = OTHER, .number = "123456", .trunk = "line", .inbound = true }), 0);
    for (int i = 0; i < 2; i++) assert_int_equal(flows_provision_default(c->flows, OTHER), 0);
    assert_int_equal(store_list_flows(c->db, OTHER, count_row, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(store_list_groups(c->db, OTHER, last_group, &group), 0);
    n = 0;
    assert_int_equal(store_list_members(c->db, group, count_member, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(store_list_flows(c->db, OTHER, last_flow, &id), 0);
    flow *f = flows_open(c->flows, OTHER, id); /* published, and passes every check */
    assert_non_null(f);
    flow_drop(f);
    assert_int_equal(flows_withdraw(c->flows, OTHER, id, sentence), 0);
    assert_int_equal(flows_publish(c->flows, OTHER, id, sentence), 0);
    /* an app that has a group but no flow gets a flow for that group */
    assert_int_equal(flows_provision_default(c->flows, APP), 0);
    assert_int_equal(store_list_flows(c->db, APP, last_flow, &id), 0);
    char *document, expected[64];
    assert_int_equal(store_get_flow_document(c->db, id, 0, &document), 0);
    snprintf(expected, sizeof expected, "\"group\":%lld,", (long long)c->group);
    assert_non_null(strstr(document, expected));
    free(document);
}

/* The example of docs/ivr.md is published, and a caller goes through it. */
static void the_documented_example_runs(void **state) {
    centre *c = *state;
    static char page[64 * 1024];
    flow_order order;
    const flow_key *keys;
    FILE *file = fopen(TCCC_SOURCE_DIR "/docs/ivr.md", "r");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = 0;
    fclose(file);
    char *document = strstr(page, "```json\n");
    assert_non_null(document);
    document += strlen("```json\n");
    *strstr(document, "```") = 0;
    assert_int_equal(c->group, 1); /* the example's group */
    int64_t id = saved(c, document, true);
    assert_int_equal(flows_bind(c->flows, APP, "075512345678", id, sentence), 0);
    flow *f = flows_open(c->flows, APP, id);
    flow_run *run = flow_run_new(f);
    flow_drop(f);
    flow_run_step(run, FLOW_STARTED, 0, 0, &order);
    assert_string_equal(order.sounds[0].text, "Welcome to the parcel service.");
    flow_run_step(run, FLOW_DIGIT, '1', 0, &order);
    assert_int_equal(order.kind, FLOW_DO_QUEUE);
    assert_int_equal(order.group_id, 1);
    flow_run_step(run, FLOW_CONNECTED, 0, 0, &order);
    flow_run_step(run, FLOW_AGENT_LEFT, 0, 0, &order);
    assert_int_equal(order.kind, FLOW_DO_WAIT_KEY);
    flow_run_step(run, FLOW_DIGIT, '1', 0, &order);
    assert_string_equal(order.sounds[0].text, "Thank you.");
    flow_run_step(run, FLOW_PLAYED, 0, 0, &order);
    assert_int_equal(order.kind, FLOW_DO_HANG_UP);
    assert_int_equal(flow_run_keys(run, &keys), 2);
    assert_string_equal(keys[0].label, "Parcels");
    assert_string_equal(keys[1].label, "satisfied");
    flow_run_free(run);
}

int main(void) {
#define IN_A_CENTRE(test) cmocka_unit_test_setup_teardown(test, open_centre, close_centre)
    const struct CMUnitTest tests[] = {
        IN_A_CENTRE(deeds_are_allowed_by_state),
        IN_A_CENTRE(a_flow_is_published_again_when_its_last_number_is_unbound),
        IN_A_CENTRE(only_inbound_numbers_of_the_app_are_bound_and_only_to_ivr),
        IN_A_CENTRE(a_draft_is_kept_but_not_published),
        IN_A_CENTRE(sounds_and_groups_must_be_there),
        IN_A_CENTRE(running_calls_keep_their_version),
        IN_A_CENTRE(a_published_flow_is_told),
        IN_A_CENTRE(more_flows_run_than_are_kept),
        IN_A_CENTRE(an_app_with_a_number_gets_a_default_group_and_flow_once),
        IN_A_CENTRE(the_documented_example_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
