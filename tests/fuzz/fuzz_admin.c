/* fuzz_admin.c: any request of the admin API gets one answer, which is JSON or nothing; and behind the door every route takes any path,
 * query and body. Layer: tests.
 *
 * The first byte chooses: 0xff is a request as it comes (method, path, query, headers, body, divided by line feeds); others a route of
 * the table with an administrator's key, whose {parts}, query and body are the following lines. */
#include "server/admin/route.h"
#include "server/libre.h"
#include "server/sip/gate.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { APP = 1400000001, LINES = 6 };

static const logger quiet = { 0 };
static int n_replies;

static void on_reply(void *ctx, edge_request request, int status, const char *content_type, const char *headers, const void *body, size_t length) {
    json_value *tree = NULL;
    (void)ctx;
    (void)request;
    assert(status >= 200 && status < 600 && strstr(headers, "no-store"));
    assert((status == 204) == !content_type && (status == 204) == !length);
    assert(!length || (!json_parse(body, length, ADMIN_ANSWER_MAX, &tree) && json_is_object(tree)));
    assert(status < 400 || json_text(json_member(json_member(tree, "error"), "message")));
    json_free(tree);
    n_replies++;
}

static void on_trunk_changed(void *ctx, const char *name) {
    (void)ctx;
    (void)name;
}

static void on_offer(void *ctx, void *contact, agent *a) {
    (void)ctx;
    (void)contact;
    (void)a;
}

static void on_moved(void *ctx, void *contact, int ahead) {
    (void)ctx;
    (void)contact;
    (void)ahead;
}

static bool no_secret(void *ctx, const char *username, enum digest_algorithm algorithm, char ha1[DIGEST_HEX_MAX]) {
    (void)ctx;
    (void)username;
    (void)algorithm;
    (void)ha1;
    return false;
}

static store *open_store(void) {
    char err[200];
    store *db = store_open(":memory:", &quiet, err, sizeof err);
    store_put_app(db, APP, "fuzz");
    store_put_agent(db, &(store_agent){ .app_id = APP, .user_id = "a@b", .name = "A" });
    store_put_group(db, &(store_group){ .app_id = APP, .name = "G" });
    store_put_trunk(db, &(store_trunk){ .name = "t", .host = "192.0.2.2" });
    store_put_number(db, &(store_number){ .app_id = APP, .number = "020", .trunk = "t", .inbound = true });
    store_put_secret(db, "id", &(store_key){ .app_id = 0 }, "key");
    return db;
}

static struct {
    admin_parts parts;
    admin *all;
    gate *gate;
    deadlines *timers;
    char folder[sizeof "/tmp/fuzz-admin-XXXXXX"];
} here;

/* A thread works on passwords with OpenSSL: it has to end before OpenSSL does, which cleans up at exit. */
static void close_admin(void) {
    char command[64];
    const admin_parts *parts = &here.parts;
    workers_free(parts->workers);
    admin_free(here.all);
    acd_free(parts->queues);
    trunks_free(parts->trunks);
    registrar_free(parts->registrar);
    gate_free(here.gate);
    pushes_free(parts->pushes);
    flows_free(parts->flows);
    prompts_free(parts->prompts);
    agents_free(parts->agents);
    settings_free(parts->settings);
    store_close(parts->store);
    deadlines_free(here.timers);
    libre_close();
    snprintf(command, sizeof command, "rm -r %s", here.folder);
    if (system(command))
        abort();
}

static void open_admin(void) {
    admin_parts *parts = &here.parts;
    *parts = (admin_parts){ .store = open_store(), .log = &quiet, .realm = "fuzz", .reply = on_reply, .trunk_changed = on_trunk_changed };
    snprintf(here.folder, sizeof here.folder, "/tmp/fuzz-admin-XXXXXX");
    if (libre_init() || !mkdtemp(here.folder))
        abort();
    here.timers = deadlines_new();
    here.gate = gate_new("fuzz", false, no_secret, NULL);
    parts->settings = settings_new(parts->store, &quiet);
    parts->agents = agents_new(parts->store, parts->settings, here.timers, &quiet);
    static const acd_handler no_offers = { .offer = on_offer, .moved = on_moved };
    parts->queues = acd_new(parts->agents, parts->store, parts->settings, here.timers, &quiet, &no_offers, NULL);
    parts->pushes = pushes_new(&(pushes_config){ .retry_s = { 1, 1, 1 }, .timeout_s = 1 }, parts->store, parts->settings, here.timers, &quiet);
    parts->flows = flows_new(parts->store, &quiet);
    parts->workers = workers_new(1);
    parts->prompts = prompts_new(&(prompts_config){ .folder = here.folder, .voice = "", .speech_url = "" }, parts->store, parts->workers, &quiet);
    parts->registrar = registrar_new(here.gate, here.timers, &quiet);
    parts->trunks = trunks_new(NULL, &quiet);
    here.all = admin_new(parts);
    atexit(close_admin); /* after OpenSSL's own, which libre_init has registered: it runs before that */
}

static void ask(const edge_http_request *request) {
    n_replies = 0;
    bool ours = admin_http(here.all, request);
    assert(n_replies <= ours);
}

/* The pattern with the given lines in place of its parts. */
static void fill_path(const char *pattern, char *lines[LINES], char *path, size_t capacity) {
    int n = 0;
    size_t at = (size_t)snprintf(path, capacity, "/v1/admin");
    while (*pattern && at + 1 < capacity) {
        if (*pattern != '{') {
            path[at++] = *pattern++;
            path[at] = 0;
            continue;
        }
        const char *value = !strncmp(pattern, "{app}", 5) ? "1400000001" : lines[n++];
        at += (size_t)snprintf(path + at, capacity - at, "%.300s", value);
        at = at < capacity ? at : capacity - 1;
        pattern += strcspn(pattern, "}") + 1;
    }
}

static void ask_route(int index, char *lines[LINES]) {
    static const char key[] = "authorization: Bearer id:key\n";
    char path[1024];
    int n = 0;
    while (admin_routes[n].method)
        n++;
    const admin_route *route = &admin_routes[index % n];
    fill_path(route->path, lines, path, sizeof path);
    edge_http_request request = { .id = 1, .method = route->method, .path = path, .query = lines[3], .remote = "192.0.2.1", .place = "192.0.2.1", .host = "h",
                                  .headers = key, .body = lines[4], .body_len = strlen(lines[4]) };
    ask(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *lines[LINES], *text, *rest;
    if (!here.all)
        open_admin();
    if (!size || memchr(data + 1, 0, size - 1))
        return 0;
    rest = text = strndup((const char *)data + 1, size - 1);
    for (int i = 0; i < LINES; i++) {
        char *line = rest ? rest : text + size - 1;
        rest = rest ? strchr(rest, '\n') : NULL;
        if (rest && i + 1 < LINES)
            *rest++ = 0;
        lines[i] = line;
    }
    if (data[0] == 0xff)
        ask(&(edge_http_request){ .id = 1, .method = lines[0], .path = lines[1], .query = lines[2], .remote = "192.0.2.1", .place = "192.0.2.1", .host = lines[3],
                                       .headers = lines[4], .body = lines[5], .body_len = strlen(lines[5]) });
    else
        ask_route(data[0], lines);
    free(text);
    return 0;
}
