/* cdr_print.c: prints a call record as each of its faces, one JSON a line: full and empty push, recording, voicemail, TelCdrInfo.
 * Layer: tests. */
#include "server/cdr/cdr_json.h"
#include "server/libre.h"
#include "server/sip/end_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { APP = 1400482256 };

#define AT(seconds) ((1677140000 + (seconds)) * 1000LL + 999)

static const store_cdr full = {
    .session_id = "99a1c8f8-eb3d-4000-8401-5f6aa8761232", .app_id = APP, .type = CDR_IN, .inbound = true, .caller = "008613800138000", .callee = "0207",
    .protected_caller = "****8000", .user_id = "zhang@x.example", .queued_group_id = 1, .queued_group_name = "顾问", .uui = "abc \"quoted\"", .remark = "VIP",
    .start_ms = AT(0), .queued_ms = AT(12), .ring_ms = AT(15), .accept_ms = AT(20), .end_ms = AT(81), .end_status = END_OK, .hung_up_by = CDR_USER,
    .record_id = "r-customer", .flow_id = 3,
    .steps = {
        { .type = CDR_STAFF_EXTENSION_SEAT, .user_id = "li@x.example", .group_id = 1, .group_name = "顾问", .group_priority = 2, .start_ms = AT(15),
          .ring_ms = AT(15), .accept_ms = AT(20), .end_ms = AT(40), .transfer_from_type = -1, .transfer_to = "zhang@x.example",
          .transfer_to_type = CDR_STAFF_SEAT, .end_status = END_OK, .record_id = "r-li" },
        { .type = CDR_STAFF_SEAT, .user_id = "zhang@x.example", .group_id = 1, .group_name = "顾问", .group_priority = 1, .start_ms = AT(41),
          .ring_ms = AT(41), .accept_ms = AT(45), .end_ms = AT(81), .transfer_from = "li@x.example", .transfer_from_type = CDR_STAFF_EXTENSION_SEAT,
          .transfer_to_type = -1, .end_status = END_OK, .record_id = "r-zhang" },
    },
    .n_steps = 2,
    .keys = { { .key = "1", .label = "Sales", .node = "menu", .at_ms = AT(5) }, { .key = "noInput", .label = "", .node = "rate", .at_ms = AT(80), .after_call = true } },
    .n_keys = 2,
};

/* A caller who hung up in the flow. */
static const store_cdr bare = {
    .session_id = "1", .app_id = APP, .type = CDR_IN, .inbound = true, .caller = "13800138000", .callee = "0207", .start_ms = AT(0), .end_ms = AT(7),
    .end_status = END_WAITING_GIVE_UP, .hung_up_by = CDR_SYSTEM, .flow_id = 3,
};

static const store_recording recording = { .record_id = "r-li", .app_id = APP, .session_id = "s", .endpoint = "li@x.example", .created_ms = AT(90) };

static int give_url(void *ctx, const char *record_id, char *url, size_t capacity) {
    (void)ctx;
    snprintf(url, capacity, "https://cc.example/%s", record_id);
    return 0;
}

static void print(char *text) {
    puts(text ? text : "null");
    free(text);
}

static void print_all(agents *all) {
    char *info = malloc(65536);
    store_recording copied = recording;
    strcpy(copied.custom_url, "https://cos.example/1");
    print(cdr_push_body(&full, all));
    print(cdr_push_body(&bare, all));
    print(record_push_body(&recording, "https://cc.example/r"));
    print(record_push_body(&copied, "https://cc.example/r"));
    copied.kind = RECORDING_VOICEMAIL;
    strcpy(copied.endpoint, "13800138000");
    print(voicemail_push_body(&copied, "https://cc.example/v"));
    json_writer out = json_write(info, 65536);
    json_open_object(&out, NULL);
    cdr_put_info(&out, &full, all, give_url, NULL);
    json_close(&out);
    (void)json_finish(&out);
    print(info);
}

int main(void) {
    char err[200];
    const logger quiet = { 0 };
    if (libre_init())
        return EXIT_FAILURE;
    store *db = store_open(":memory:", &quiet, err, sizeof err);
    store_group group = { .app_id = APP, .name = "顾问" };
    bool good = db && !store_put_app(db, APP, "") &&
                !store_put_agent(db, &(store_agent){ .app_id = APP, .user_id = "zhang@x.example", .name = "张三", .nick = "优优", .staff_number = "008546",
                                                     .phone = "13900000001" }) &&
                !store_put_group(db, &group) && !store_put_member(db, group.id, APP, "zhang@x.example", 1);
    settings *rules = good ? settings_new(db, &quiet) : NULL;
    deadlines *timers = deadlines_new();
    agents *all = rules ? agents_new(db, rules, timers, &quiet) : NULL;
    if (all)
        print_all(all);
    agents_free(all);
    settings_free(rules);
    deadlines_free(timers);
    store_close(db);
    libre_close();
    return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
