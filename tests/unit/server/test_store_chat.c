/* test_store_chat.c: channels, chats, messages and files in the store, on SQLite and on PostgreSQL. Layer: tests. */
#include "../cmocka_all.h"
#include "store_backends.h"
#include "server/store/channel.h"
#include "server/store/chat.h"
#include "server/store/flow.h"
#include "server/store/seat.h"
#include "tccc/error.h"

#define APP TEST_APP
#define SET(array, ...) snprintf((array), sizeof(array), __VA_ARGS__)

static void a_channel_is_found_again_changed_and_deleted(void **state) {
    store_channel c = { .id = "shop", .app_id = APP, .name = "Shop", .welcome = "你好", .origins = "https://a.example", .types = CHANNEL_ALL, .enabled = true }, found;
    assert_int_equal(store_put_channel(*state, &c), 0);
    assert_int_equal(store_get_channel(*state, "shop", &found), 0);
    assert_true(found.modified_ms > 0 && found.enabled && found.types == CHANNEL_ALL && found.group_id == 0 && found.flow_id == 0);
    assert_string_equal(found.welcome, "你好");
    c.types = CHANNEL_IM;
    c.enabled = false;
    assert_int_equal(store_put_channel(*state, &c), 0);
    assert_int_equal(store_get_channel(*state, "shop", &found), 0);
    assert_true(!found.enabled && found.types == CHANNEL_IM);
    assert_int_equal(store_delete_channel(*state, APP + 1, "shop"), TCCC_E_NOT_FOUND);
    assert_int_equal(store_delete_channel(*state, APP, "shop"), 0);
    assert_int_equal(store_get_channel(*state, "shop", &found), TCCC_E_NOT_FOUND);
}

static void a_channel_outlives_its_group_and_binds_its_flow(void **state) {
    store_group g = { .app_id = APP, .name = "chat", .type = GROUP_ONLINE, .max_concurrency = 3 };
    store_flow f = { .app_id = APP, .name = "f", .kind = "ivr" };
    assert_int_equal(store_put_group(*state, &g), 0);
    assert_int_equal(store_put_flow(*state, &f, "{}"), 0);
    store_channel c = { .id = "shop", .app_id = APP, .name = "Shop", .group_id = g.id, .flow_id = f.id, .types = CHANNEL_IM, .enabled = true }, found;
    assert_int_equal(store_put_channel(*state, &c), 0);
    assert_true(store_flow_is_bound(*state, f.id));
    assert_int_equal(store_delete_group(*state, g.id), 0);
    assert_int_equal(store_get_channel(*state, "shop", &found), 0);
    assert_int_equal(found.group_id, 0);
    assert_int_equal(found.flow_id, f.id);
    c.group_id = 999;
    assert_int_equal(store_put_channel(*state, &c), TCCC_E_NOT_FOUND);
}

static store_chat chat_of(const char *id, int64_t start_ms) {
    store_chat c = { .app_id = APP, .start_ms = start_ms };
    SET(c.session_id, "%s", id);
    SET(c.visitor_id, "v1");
    SET(c.nickname, "小明");
    return c;
}

static bool count_chat(void *ctx, const store_chat *chat) {
    (void)chat;
    ++*(int *)ctx;
    return true;
}

static void a_chat_keeps_who_began_it_and_takes_what_became_of_it(void **state) {
    store_chat c = chat_of("s1", 1000), found;
    int n = 0, total = 0;
    char user[STORE_TEXT];
    assert_int_equal(store_put_chat(*state, &c), 0);
    assert_int_equal(store_list_running_chats(*state, count_chat, &n), 0);
    assert_int_equal(n, 1);
    SET(c.nickname, "somebody else");
    SET(c.user_id, "ann");
    c.accept_ms = 2000;
    c.end_ms = 3000;
    c.end_status = CHAT_END_CUSTOMER;
    c.score = 4;
    assert_int_equal(store_put_chat(*state, &c), 0);
    assert_int_equal(store_get_chat(*state, "s1", &found), 0);
    assert_string_equal(found.nickname, "小明");
    assert_true(found.end_status == 109 && found.score == 4 && found.accept_ms == 2000);
    n = 0;
    assert_int_equal(store_list_running_chats(*state, count_chat, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(store_last_chat_agent(*state, APP, "v1", user, sizeof user), 0);
    assert_string_equal(user, "ann");
    assert_int_equal(store_last_chat_agent(*state, APP, "v2", user, sizeof user), 0);
    assert_string_equal(user, "");
    assert_int_equal(store_list_chats(*state, APP, 0, 5000, 0, 10, &total, count_chat, &n), 0);
    assert_true(n == 1 && total == 1);
    assert_int_equal(store_list_chats(*state, APP, 1001, 5000, 0, 10, &total, count_chat, &n), 0);
    assert_int_equal(total, 0);
}

static store_chat_message message_of(int64_t seq, const char *client_id) {
    store_chat_message m = { .seq = seq, .time_ms = 1000 + seq };
    SET(m.session_id, "s1");
    SET(m.text, "m%d \xf0\x9f\x98\x80 ' \\", (int)seq);
    SET(m.client_id, "%s", client_id);
    return m;
}

typedef struct { int64_t seqs[64]; int n; } seen;

static bool note(void *ctx, const store_chat_message *m) {
    seen *s = ctx;
    s->seqs[s->n++] = m->seq;
    return true;
}

static void a_message_is_stored_once_and_listed_both_ways(void **state) {
    store_chat c = chat_of("s1", 1000);
    store_chat_message found, twice = message_of(9, "c2");
    int64_t last = -1;
    seen s = { .n = 0 };
    assert_int_equal(store_put_chat(*state, &c), 0);
    assert_int_equal(store_last_chat_seq(*state, "s1", &last), 0);
    assert_int_equal(last, 0);
    for (int i = 1; i <= 5; i++) {
        char id[8];
        SET(id, "c%d", i);
        store_chat_message m = message_of(i, i == 3 || i == 4 ? "" : id); /* the server's own have none */
        assert_int_equal(store_put_chat_message(*state, &m), 0);
    }
    assert_int_equal(store_put_chat_message(*state, &twice), TCCC_E_NOT_FOUND);
    store_chat_message same_seq = message_of(5, "new");
    assert_int_equal(store_put_chat_message(*state, &same_seq), TCCC_E_NOT_FOUND);
    assert_int_equal(store_find_chat_message(*state, "s1", "c2", &found), 0);
    assert_int_equal(found.seq, 2);
    assert_string_equal(found.text, "m2 \xf0\x9f\x98\x80 ' \\");
    assert_int_equal(store_find_chat_message(*state, "s1", "", &found), TCCC_E_NOT_FOUND);
    assert_int_equal(store_find_chat_message(*state, "s2", "c2", &found), TCCC_E_NOT_FOUND);
    assert_int_equal(store_last_chat_seq(*state, "s1", &last), 0);
    assert_int_equal(last, 5);
    assert_int_equal(store_list_chat_messages(*state, "s1", 2, 0, 2, note, &s), 0);
    assert_true(s.n == 2 && s.seqs[0] == 3 && s.seqs[1] == 4);
    s.n = 0;
    assert_int_equal(store_list_chat_messages(*state, "s1", 0, 4, 10, note, &s), 0);
    assert_true(s.n == 3 && s.seqs[0] == 3 && s.seqs[2] == 1);
    store_chat_message orphan = message_of(1, "x");
    SET(orphan.session_id, "none");
    assert_int_equal(store_put_chat_message(*state, &orphan), TCCC_E_NOT_FOUND);
}

static bool note_step(void *ctx, const store_chat_step *step) {
    store_chat_step **at = ctx;
    *(*at)++ = *step;
    return true;
}

static void steps_and_files_belong_to_their_chat(void **state) {
    store_chat c = chat_of("s1", 1000);
    store_chat_step first = { .user_id = "ann", .group_id = 7, .group_name = "g", .start_ms = 1 }, second = { .user_id = "bob", .start_ms = 5 }, read[4], *at = read;
    store_chat_file f = { .file_id = "f1", .app_id = APP, .session_id = "s1", .name = "a b.png", .mime = "image/png", .size = 7, .created_ms = 9 }, found;
    int count = 0;
    assert_int_equal(store_put_chat(*state, &c), 0);
    assert_int_equal(store_put_chat_step(*state, "s1", 0, &first), 0);
    assert_int_equal(store_put_chat_step(*state, "s1", 1, &second), 0);
    first.accept_ms = 2;
    first.end_ms = 3;
    first.end_status = CHAT_END_TRANSFERRED;
    SET(first.transfer_to, "bob");
    assert_int_equal(store_put_chat_step(*state, "s1", 0, &first), 0);
    assert_int_equal(store_list_chat_steps(*state, "s1", note_step, &at), 0);
    assert_int_equal(at - read, 2);
    assert_true(read[0].accept_ms == 2 && read[0].end_ms == 3 && read[0].end_status == 101 && read[0].group_id == 7 && read[0].start_ms == 1);
    assert_string_equal(read[0].transfer_to, "bob");
    assert_string_equal(read[1].user_id, "bob");
    assert_int_equal(store_put_chat_file(*state, &f), 0);
    f.there = true;
    SET(f.mime, "text/plain");
    assert_int_equal(store_put_chat_file(*state, &f), 0);
    assert_int_equal(store_get_chat_file(*state, "f1", &found), 0);
    assert_true(found.there && found.size == 7);
    assert_string_equal(found.mime, "text/plain");
    int64_t bytes = 0;
    assert_int_equal(store_count_chat_files(*state, "s1", &count, &bytes), 0);
    assert_true(count == 1 && bytes == 7);
    assert_int_equal(store_count_chat_files(*state, "s2", &count, &bytes), 0);
    assert_true(count == 0 && bytes == 0);
}

static void a_chats_place_goes_with_it(void **state) {
    store_chat c = chat_of("s1", 1000);
    store_chat_place p = { .session_id = "s1", .phase = "open", .holder = "ann", .only_agent = "bob", .handed_by = "cid", .target = "7", .transferring = true,
                           .home_group_id = 5, .waits_since_ms = 1, .queue_end_ms = 2, .offer_end_ms = 3, .rejected = true }, found;
    assert_int_equal(store_put_chat_place(*state, &p), TCCC_E_NOT_FOUND);
    assert_int_equal(store_put_chat(*state, &c), 0);
    assert_int_equal(store_put_chat_place(*state, &p), 0);
    SET(p.phase, "queued");
    p.holder[0] = 0;
    assert_int_equal(store_put_chat_place(*state, &p), 0);
    assert_int_equal(store_get_chat_place(*state, "s1", &found), 0);
    assert_string_equal(found.phase, "queued");
    assert_string_equal(found.holder, "");
    assert_string_equal(found.only_agent, "bob");
    assert_string_equal(found.handed_by, "cid");
    assert_string_equal(found.target, "7");
    assert_true(found.transferring && found.rejected && found.home_group_id == 5 && found.waits_since_ms == 1 && found.queue_end_ms == 2 && found.offer_end_ms == 3);
    assert_int_equal(store_delete_chat_place(*state, "s1"), 0);
    assert_int_equal(store_delete_chat_place(*state, "s1"), 0);
    assert_int_equal(store_get_chat_place(*state, "s1", &found), TCCC_E_NOT_FOUND);
}

static bool note_seat(void *ctx, const store_seat *seat) {
    store_seat **at = ctx;
    *(*at)++ = *seat;
    return true;
}

static void seats_are_kept_changed_and_forgotten(void **state) {
    store_seat agent = { .id = "0a", .app_id = APP, .name = "ann", .resume = "r1", .earlier = "e1", .tab = "t1", .status = "rest", .reason = "tea", .microphone = 1 };
    store_seat visitor = { .id = "0b", .app_id = APP, .is_visitor = true, .name = "v1", .resume = "r2" }, read[4], *at = read;
    assert_int_equal(store_put_seat(*state, &visitor), 0);
    assert_int_equal(store_put_seat(*state, &agent), 0);
    SET(agent.resume, "r3");
    agent.earlier[0] = 0;
    SET(agent.status, "free");
    assert_int_equal(store_put_seat(*state, &agent), 0);
    assert_int_equal(store_list_seats(*state, note_seat, &at), 0);
    assert_int_equal(at - read, 2);
    assert_string_equal(read[0].resume, "r3");
    assert_string_equal(read[0].earlier, "");
    assert_string_equal(read[0].status, "free");
    assert_string_equal(read[0].reason, "tea");
    assert_true(read[0].microphone == 1 && !read[0].is_visitor && read[1].is_visitor);
    assert_int_equal(store_delete_seat(*state, "0a"), 0);
    assert_int_equal(store_delete_seat(*state, "0a"), 0);
    at = read;
    assert_int_equal(store_list_seats(*state, note_seat, &at), 0);
    assert_int_equal(at - read, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_channel_is_found_again_changed_and_deleted, fresh_store, close_store),
        cmocka_unit_test_setup_teardown(a_channel_outlives_its_group_and_binds_its_flow, fresh_store, close_store),
        cmocka_unit_test_setup_teardown(a_chat_keeps_who_began_it_and_takes_what_became_of_it, fresh_store, close_store),
        cmocka_unit_test_setup_teardown(a_message_is_stored_once_and_listed_both_ways, fresh_store, close_store),
        cmocka_unit_test_setup_teardown(a_chats_place_goes_with_it, fresh_store, close_store),
        cmocka_unit_test_setup_teardown(seats_are_kept_changed_and_forgotten, fresh_store, close_store),
        cmocka_unit_test_setup_teardown(steps_and_files_belong_to_their_chat, fresh_store, close_store),
    };
    return cmocka_run_group_tests_name("chats on SQLite", tests, use_sqlite, backend_close)
         + cmocka_run_group_tests_name("chats on PostgreSQL", tests, use_postgres, backend_close);
}
