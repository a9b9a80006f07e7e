/* test_settings.c: settings of an app: defaults, ranges, sentences, secrets, what survives in the store. Layer: tests. */
#include "../cmocka_all.h"
#include "server/settings/settings.h"
#include "server/store/setting.h"
#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { APP = 1400000001 };

static const logger quiet = { 0 };

typedef struct {
    store *db;
    settings *all;
    char err[240];
} fixture;

static int open_all(void **state) {
    static fixture f;
    f.db = store_open(":memory:", &quiet, f.err, sizeof f.err);
    if (!f.db || store_put_app(f.db, APP, "test"))
        return -1;
    f.all = settings_new(f.db, &quiet);
    *state = &f;
    return f.all ? 0 : -1;
}

static int close_all(void **state) {
    fixture *f = *state;
    settings_free(f->all);
    store_close(f->db);
    return 0;
}

static int put(fixture *f, const char *section, const char *json) {
    json_value *tree = NULL;
    assert_int_equal(json_parse(json, strlen(json), 1 << 20, &tree), 0);
    int error = settings_put(f->all, APP, section, tree, f->err, sizeof f->err);
    json_free(tree);
    return error;
}

static void assert_shows(fixture *f, const char *section, const char *part) {
    char *text = settings_get(f->all, APP, section);
    assert_non_null(text);
    if (!strstr(text, part))
        fail_msg("%s is not in %s", part, text);
    free(text);
}

static void assert_hides(fixture *f, const char *section, const char *part) {
    char *text = settings_get(f->all, APP, section);
    assert_non_null(text);
    if (strstr(text, part))
        fail_msg("%s is in %s", part, text);
    free(text);
}

static void an_app_that_set_nothing_has_the_defaults(void **state) {
    fixture *f = *state;
    const settings_phone *p = settings_phone_of(f->all, APP);
    assert_true(p->timeout_transfer);
    assert_int_equal(p->timeout_transfer_s, 20);
    assert_false(p->status_recovery);
    assert_int_equal(p->strategy, DISPATCH_LONGEST_IDLE);
    assert_true(p->missed_rests); /* AMB-18 */
    assert_false(p->auto_answer);
    assert_true(settings_recording_of(f->all, APP)->enabled);
    assert_int_equal(settings_recording_of(f->all, APP)->retention_days, 90); /* PUSH-079 */
    assert_string_equal(settings_push_of(f->all, APP)->url, "");
    assert_int_equal(settings_phone_of(f->all, APP + 1)->timeout_transfer_s, 20); /* no such app */
}

static void the_configuration_gives_other_defaults(void **state) {
    fixture *f = *state;
    settings_set_defaults(f->all, 3, 4, 7);
    const settings_phone *p = settings_phone_of(f->all, APP);
    assert_int_equal(p->timeout_transfer_s, 3);
    assert_int_equal(p->queue_s, 4);
    assert_true(p->status_recovery);
    assert_int_equal(p->status_recovery_s, 7);
    assert_int_equal(put(f, "phone", "{\"timeoutTransferSeconds\":30}"), 0);
    assert_int_equal(settings_phone_of(f->all, APP)->timeout_transfer_s, 30);
    assert_int_equal(put(f, "phone", "{\"timeoutTransferSeconds\":null}"), 0);
    assert_int_equal(settings_phone_of(f->all, APP)->timeout_transfer_s, 3);
}

/* ACD-002, ACD-007, ADM-068 to ADM-071 */
static void ACD_002_ACD_007_seconds_are_whole_numbers_from_1_to_90(void **state) {
    fixture *f = *state;
    static const char *const wrong[] = { "0", "91", "1.5", "\"20\"", "true", "-1", "1e9" };
    static const char *const names[] = { "timeoutTransferSeconds", "statusRecoverySeconds" };
    char json[80];
    for (size_t n = 0; n < 2; n++)
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
            snprintf(json, sizeof json, "{\"%s\":%s}", names[n], wrong[i]);
            assert_true(put(f, "phone", json) < 0);
            assert_memory_equal(f->err, names[n], strlen(names[n]));
            assert_non_null(strstr(f->err, "from 1 to 90"));
        }
    assert_int_equal(put(f, "phone", "{\"timeoutTransferSeconds\":1,\"statusRecoverySeconds\":90,\"statusRecovery\":true}"), 0);
    assert_int_equal(settings_phone_of(f->all, APP)->timeout_transfer_s, 1);
    assert_int_equal(settings_phone_of(f->all, APP)->status_recovery_s, 90);
    assert_true(settings_phone_of(f->all, APP)->status_recovery);
}

static void what_is_refused_leaves_nothing_behind(void **state) {
    fixture *f = *state;
    assert_int_equal(put(f, "phone", "{\"queueSeconds\":77,\"strategy\":\"random\"}"), TCCC_E_ARG_RANGE);
    assert_string_equal(f->err, "strategy must be one of longestIdle, fewestCalls.");
    assert_int_equal(settings_phone_of(f->all, APP)->queue_s, 60);
    char *text = NULL;
    assert_int_equal(store_get_setting(f->db, APP, "phone", &text), TCCC_E_NOT_FOUND);
}

static void unknown_sections_members_and_apps_are_refused_by_name(void **state) {
    fixture *f = *state;
    assert_int_equal(put(f, "fax", "{}"), TCCC_E_NOT_FOUND);
    assert_string_equal(f->err, "There is no section fax.");
    assert_int_equal(put(f, "phone", "{\"ringSecond\":1}"), TCCC_E_ARG_RANGE);
    assert_string_equal(f->err, "ringSecond is no setting of this section.");
    assert_null(settings_get(f->all, APP, "fax"));
    json_value *tree = NULL;
    assert_int_equal(json_parse("{}", 2, 2, &tree), 0);
    assert_int_equal(settings_put(f->all, 7, "phone", tree, f->err, sizeof f->err), TCCC_E_NOT_FOUND);
    json_free(tree);
}

static void members_that_are_not_given_stay_and_all_survive_in_the_store(void **state) {
    fixture *f = *state;
    assert_int_equal(put(f, "phone", "{\"strategy\":\"fewestCalls\",\"lastAgentFirst\":true}"), 0);
    assert_int_equal(put(f, "phone", "{\"queueMax\":3,\"holdSound\":12}"), 0);
    settings *again = settings_new(f->db, &quiet);
    const settings_phone *p = settings_phone_of(again, APP);
    assert_int_equal(p->strategy, DISPATCH_FEWEST_CALLS);
    assert_true(p->last_agent_first);
    assert_int_equal(p->queue_max, 3);
    assert_int_equal(p->hold_sound, 12);
    settings_free(again);
}

static void a_document_that_went_bad_in_the_store_does_no_harm(void **state) {
    fixture *f = *state;
    assert_int_equal(store_put_setting(f->db, APP, "phone", "{\"queueSeconds\":0,\"queueMax\":5}"), 0);
    assert_int_equal(store_put_setting(f->db, APP, "push", "{half"), 0);
    assert_int_equal(settings_phone_of(f->all, APP)->queue_s, 60);
    assert_string_equal(settings_push_of(f->all, APP)->url, "");
    assert_int_equal(put(f, "push", "{\"url\":\"http://127.0.0.1/in\"}"), 0);
}

/* PUSH-001 to PUSH-005 */
static void PUSH_001_to_005_a_receiver_has_url_kinds_and_authentication(void **state) {
    fixture *f = *state;
    assert_int_equal(put(f, "push", "{\"url\":\"https://crm.example/in?x=1\",\"record\":false,\"auth\":\"basic\",\"username\":\"u\",\"password\":\"p w\"}"), 0);
    const settings_push *p = settings_push_of(f->all, APP);
    assert_string_equal(p->url, "https://crm.example/in?x=1");
    assert_true(p->cdr && !p->record && p->voicemail);
    assert_int_equal(p->auth, PUSH_AUTH_BASIC);
    assert_string_equal(p->password, "p w");
    assert_int_equal(put(f, "push", "{\"auth\":\"oauth2\"}"), TCCC_E_ARG_RANGE);
    assert_string_equal(f->err, "tokenUrl must be given when auth is oauth2.");
    assert_int_equal(put(f, "push", "{\"auth\":\"oauth2\",\"tokenUrl\":\"https://id.example/t\",\"clientId\":\"c\",\"clientSecret\":\"s\"}"), 0);
    assert_string_equal(settings_push_of(f->all, APP)->client_secret, "s");
}

static void a_url_that_is_none_is_refused(void **state) {
    fixture *f = *state;
    static const char *const wrong[] = { "ftp://a/b", "file:///etc/passwd", "http://", "http:///x", "https://user:pw@a/", "http://a b", "http://a/#x",
                                         "//a", "http://a\\u000a/", "javascript:1", "http://\\u00e4.example" };
    char json[100];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(json, sizeof json, "{\"url\":\"%s\"}", wrong[i]);
        if (put(f, "push", json) != TCCC_E_ARG_RANGE)
            fail_msg("%s was taken", wrong[i]);
        assert_memory_equal(f->err, "url must", 8);
    }
}

static void secrets_are_never_shown_and_an_empty_one_leaves_them(void **state) {
    fixture *f = *state;
    assert_shows(f, "push", "\"password\":\"\",\"hasPassword\":false");
    assert_int_equal(put(f, "push", "{\"password\":\"hunter2\"}"), 0);
    assert_hides(f, "push", "hunter2");
    assert_shows(f, "push", "\"password\":\"\",\"hasPassword\":true");
    char *shown = settings_get(f->all, APP, "push");
    assert_int_equal(put(f, "push", shown), 0); /* given back as it was shown */
    free(shown);
    assert_string_equal(settings_push_of(f->all, APP)->password, "hunter2");
    assert_int_equal(put(f, "push", "{\"password\":null}"), 0);
    assert_string_equal(settings_push_of(f->all, APP)->password, "");
}

static void ADM_054_at_most_five_pop_up_pages(void **state) {
    fixture *f = *state;
    assert_shows(f, "popups", "{\"pages\":[]}");
    assert_int_equal(put(f, "popups", "{\"pages\":[{\"name\":\"CRM\",\"url\":\"https://crm.example/\"},{\"name\":\"Map\",\"url\":\"https://map.example/\",\"enabled\":false}]}"), 0);
    assert_shows(f, "popups", "\"url\":\"https://map.example/\",\"enabled\":false"); /* ADM-055 to ADM-058: name, URL, state, order */
    char json[600] = "{\"pages\":[";
    for (int i = 0; i < 6; i++)
        snprintf(json + strlen(json), sizeof json - strlen(json), "%s{\"name\":\"p%d\",\"url\":\"https://a.example/%d\"}", i ? "," : "", i, i);
    strcat(json, "]}");
    assert_int_equal(put(f, "popups", json), TCCC_E_ARG_RANGE);
    assert_string_equal(f->err, "pages must have at most 5 elements.");
    assert_int_equal(put(f, "popups", "{\"pages\":[{\"name\":\"x\",\"url\":\"javascript:alert(1)\"}]}"), TCCC_E_ARG_RANGE);
    assert_string_equal(f->err, "pages holds a wrong page: url must be an http or https URL.");
    assert_int_equal(put(f, "popups", "{\"pages\":[{\"name\":\"x\",\"url\":\"https://a\",\"frame\":1}]}"), TCCC_E_ARG_RANGE);
}

static void ADM_061_ADM_078_quick_replies_and_rest_reasons_are_lists_of_texts(void **state) {
    fixture *f = *state;
    assert_int_equal(put(f, "restReasons", "{\"reasons\":[\"Lunch\",\"\\u57f9\\u8bad\"]}"), 0);
    assert_shows(f, "restReasons", "[\"Lunch\",\"培训\"]");
    assert_int_equal(put(f, "restReasons", "{\"reasons\":[\"\"]}"), TCCC_E_ARG_RANGE);
    assert_int_equal(put(f, "restReasons", "{\"reasons\":[7]}"), TCCC_E_ARG_TYPE);
    assert_string_equal(f->err, "reasons must hold texts of 1 to 60 bytes.");
    assert_int_equal(put(f, "quickReplies", "{\"texts\":[\"One moment, please.\"]}"), 0);
    assert_shows(f, "quickReplies", "One moment, please.");
}

static void a_list_that_does_not_fit_into_the_store_is_refused(void **state) {
    fixture *f = *state;
    char *json = malloc(300000), *at = json + sprintf(json, "{\"texts\":[");
    for (int i = 0; i < 200; i++)
        at += sprintf(at, "%s\"%0900d\"", i ? "," : "", i);
    strcpy(at, "]}");
    assert_int_equal(put(f, "quickReplies", json), TCCC_E_TOO_LARGE);
    free(json);
    assert_shows(f, "quickReplies", "[]");
}

static void the_file_gives_only_the_first_settings(void **state) {
    fixture *f = *state;
    static const char text[] = "[{\"sdkAppId\":1400000001,\"settings\":{\"phone\":{\"queueSeconds\":11},\"recording\":{\"enabled\":false}}}]";
    json_value *tree = NULL;
    assert_int_equal(json_parse(text, strlen(text), 1000, &tree), 0);
    assert_int_equal(settings_provision_instances(f->all, tree, f->err, sizeof f->err), 0);
    assert_int_equal(settings_phone_of(f->all, APP)->queue_s, 11);
    assert_false(settings_recording_of(f->all, APP)->enabled);
    assert_int_equal(put(f, "phone", "{\"queueSeconds\":12}"), 0);
    assert_int_equal(settings_provision_instances(f->all, tree, f->err, sizeof f->err), 0);
    assert_int_equal(settings_phone_of(f->all, APP)->queue_s, 12);
    json_free(tree);
    static const char bad[] = "[{\"sdkAppId\":1400000001,\"settings\":{\"push\":{\"url\":\"nowhere\"}}}]";
    assert_int_equal(json_parse(bad, strlen(bad), 1000, &tree), 0);
    assert_int_equal(settings_provision_instances(f->all, tree, f->err, sizeof f->err), TCCC_E_ARG_RANGE);
    assert_memory_equal(f->err, "instances.settings.push: url must be", 36);
    json_free(tree);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_app_that_set_nothing_has_the_defaults),
        TEST(the_configuration_gives_other_defaults),
        TEST(ACD_002_ACD_007_seconds_are_whole_numbers_from_1_to_90),
        TEST(what_is_refused_leaves_nothing_behind),
        TEST(unknown_sections_members_and_apps_are_refused_by_name),
        TEST(members_that_are_not_given_stay_and_all_survive_in_the_store),
        TEST(a_document_that_went_bad_in_the_store_does_no_harm),
        TEST(PUSH_001_to_005_a_receiver_has_url_kinds_and_authentication),
        TEST(a_url_that_is_none_is_refused),
        TEST(secrets_are_never_shown_and_an_empty_one_leaves_them),
        TEST(ADM_054_at_most_five_pop_up_pages),
        TEST(ADM_061_ADM_078_quick_replies_and_rest_reasons_are_lists_of_texts),
        TEST(a_list_that_does_not_fit_into_the_store_is_refused),
        TEST(the_file_gives_only_the_first_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
