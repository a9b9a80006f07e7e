/* demo.c: the demo's store, its sign-in and its buttons. Layer: server. */
#include "server/demo/demo.h"

#include "base/json.h"
#include "server/sip/digest.h"
#include "server/store/channel.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECRET_HEX = 33, PASSWORD_HEX = 13, ANSWER_MAX = 8192 };
static const char SECRET_ID[] = "AKIDdemo";
static const char *const extensions[] = { DEMO_EXTENSION, "1002" };
static const char *const agents[][2] = { { "agent1@demo.tccc", "Agent 1" }, { "agent2@demo.tccc", "Agent 2" } };

struct demo {
    demo_config config;
    telephone *phone;
    char secret[SECRET_HEX];
    char address[64];
    int sip_port;
};

static int make_secret(demo *d) {
    unsigned char bytes[16];
    store *s = d->config.api->store;
    if (store_get_secret(s, SECRET_ID, NULL, d->secret, sizeof d->secret) == 0)
        return 0;
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return TCCC_E_INTERNAL;
    for (int i = 0; i < 16; i++)
        snprintf(d->secret + 2 * i, 3, "%02x", bytes[i]);
    return store_put_secret(s, SECRET_ID, &(store_key){ 0 }, d->secret);
}

/* A desk phone's password follows from the secret, so that it stays the same from start to start and is nowhere kept. */
static void password_of(const demo *d, const char *extension, char password[PASSWORD_HEX]) {
    char text[64];
    unsigned char hash[32];
    snprintf(text, sizeof text, "%s:%s", extension, d->secret);
    EVP_Digest(text, strlen(text), hash, NULL, EVP_sha256(), NULL);
    for (int i = 0; i < PASSWORD_HEX / 2; i++)
        snprintf(password + 2 * i, 3, "%02x", hash[i]);
}

static void seed_extension(demo *d, int i) {
    char password[PASSWORD_HEX];
    store_extension e = { .app_id = DEMO_APP, .realm = DEMO_REALM };
    password_of(d, extensions[i], password);
    snprintf(e.extension, sizeof e.extension, "%s", extensions[i]);
    snprintf(e.user_id, sizeof e.user_id, "%s", agents[i][0]);
    digest_ha1(DIGEST_MD5, e.extension, DEMO_REALM, password, e.ha1_md5);
    digest_ha1(DIGEST_SHA256, e.extension, DEMO_REALM, password, e.ha1_sha256);
    store_put_extension(d->config.api->store, &e);
}

static int seed(demo *d) {
    store *s = d->config.api->store;
    store_group group = { .app_id = DEMO_APP, .name = "Demo" };
    store_trunk trunk = { .name = "demo", .host = "127.0.0.1", .port = telephone_port(d->phone), .allow = "127.0.0.1" };
    if (store_begin(s) < 0)
        return TCCC_E_IO;
    store_put_app(s, DEMO_APP, "Demo");
    store_put_group(s, &group);
    for (int i = 0; i < 2; i++) {
        store_agent agent = { .app_id = DEMO_APP };
        snprintf(agent.user_id, sizeof agent.user_id, "%s", agents[i][0]);
        snprintf(agent.name, sizeof agent.name, "%s", agents[i][1]);
        store_put_agent(s, &agent);
        store_put_member(s, group.id, DEMO_APP, agents[i][0], 1);
        seed_extension(d, i);
    }
    store_put_trunk(s, &trunk);
    store_number hotline = { .app_id = DEMO_APP, .number = DEMO_HOTLINE, .trunk = "demo", .inbound = true, .outbound = true };
    store_put_number(s, &hotline);
    store_channel channel = { .id = "demo", .app_id = DEMO_APP, .name = "Demo", .group_id = group.id, .types = CHANNEL_ALL, .enabled = true };
    store_put_channel(s, &channel);
    return store_end(s);
}

demo *demo_start(const demo_config *config, char *err, size_t err_cap) {
    demo *d = calloc(1, sizeof *d);
    if (!d) {
        snprintf(err, err_cap, "no memory");
        return NULL;
    }
    d->config = *config;
    d->phone = telephone_start(config->edge, config->timers, config->log, config->speech, err, err_cap);
    if (d->phone && make_secret(d) == 0 && seed(d) == 0)
        return d;
    if (d->phone)
        snprintf(err, err_cap, "The demo's data could not be written into the store.");
    demo_stop(d);
    return NULL;
}

void demo_stop(demo *d) {
    if (!d)
        return;
    telephone_stop(d->phone);
    free(d);
}

telephone *demo_telephone(demo *d) { return d->phone; }

void demo_set_centre(demo *d, const char *address, int sip_port) {
    snprintf(d->address, sizeof d->address, "%s", address);
    d->sip_port = sip_port;
}

void demo_print(const demo *d, int http_port) {
    char password[PASSWORD_HEX];
    password_of(d, DEMO_EXTENSION, password);
    printf("\n"
           "  The contact centre runs. Open   http://localhost:%d/   and sign in as agent 1.\n"
           "  Numbers to dial without a telephone:\n", http_port);
    for (const telephone_number *n = telephone_numbers; n->number; n++)
        printf("    %s  %s\n", n->number, n->title);
    printf("  To talk to yourself, register a SIP softphone as extension %s:\n"
           "    server %s:%d (UDP or TCP)   user %s   password %s   then dial %s on the page, or %s on the phone.\n"
           "  For a back end of your own:  SdkAppId %d  SecretId %s  SecretKey %s\n\n",
           DEMO_EXTENSION, d->address, d->sip_port, DEMO_EXTENSION, password, DEMO_EXTENSION, DEMO_HOTLINE, DEMO_APP, SECRET_ID, d->secret);
    fflush(stdout);
}

/* ---- HTTP ---- */

static void reply(const demo *d, const edge_http_request *request, int status, const char *json) {
    edge_reply(d->config.edge, request->id, status, "application/json", "cache-control: no-store\n", json, strlen(json));
}

static void refuse(const demo *d, const edge_http_request *request, int status, const char *message) {
    char json[512];
    json_writer out = json_write(json, sizeof json);
    json_open_object(&out, NULL);
    json_put_string(&out, "message", message);
    json_close(&out);
    json_finish(&out);
    reply(d, request, status, json);
}

/* {"agent":1|2} of the body, as an index; -1: something else. */
static int agent_of(const edge_http_request *request) {
    json_value *tree = NULL;
    if (json_parse(request->body, request->body_len, 1024, &tree) < 0)
        return -1;
    json_reader in = json_read(tree);
    int64_t number = json_integer(&in, "agent", 1, 2);
    json_free(tree);
    return in.error ? -1 : (int)number - 1;
}

static void login(demo *d, const edge_http_request *request) {
    char token[33], url[2048], json[ANSWER_MAX];
    int agent = agent_of(request);
    if (agent < 0) {
        refuse(d, request, 400, "agent must be 1 or 2.");
        return;
    }
    int error = cloudapi_login_url(d->config.api, DEMO_APP, agents[agent][0], request->host, clock_unix_ms() / 1000, token, url, sizeof url);
    if (error) {
        refuse(d, request, 500, tccc_error_sentence(error));
        return;
    }
    json_writer out = json_write(json, sizeof json);
    json_open_object(&out, NULL);
    json_put_string(&out, "sdkUrl", url);
    json_close(&out);
    json_finish(&out);
    reply(d, request, 200, json);
}

static void list_numbers(demo *d, const edge_http_request *request) {
    char json[ANSWER_MAX];
    json_writer out = json_write(json, sizeof json);
    json_open_array(&out, NULL);
    for (const telephone_number *n = telephone_numbers; n->number; n++) {
        json_open_object(&out, NULL);
        json_put_string(&out, "number", n->number);
        json_put_string(&out, "title", n->title);
        json_put_string(&out, "titleZh", n->title_zh);
        json_close(&out);
    }
    json_close(&out);
    json_finish(&out);
    reply(d, request, 200, json);
}

static void info(demo *d, const edge_http_request *request) {
    char json[ANSWER_MAX], server[80], password[PASSWORD_HEX];
    json_writer out = json_write(json, sizeof json);
    snprintf(server, sizeof server, "%s:%d", d->address, d->sip_port);
    password_of(d, DEMO_EXTENSION, password);
    json_open_object(&out, NULL);
    json_put_string(&out, "server", server);
    json_put_string(&out, "transport", "UDP, TCP");
    json_put_string(&out, "user", DEMO_EXTENSION);
    json_put_string(&out, "password", password);
    json_put_string(&out, "extension", DEMO_EXTENSION);
    json_put_string(&out, "hotline", DEMO_HOTLINE);
    json_close(&out);
    json_finish(&out);
    reply(d, request, 200, json);
}

static void let_customer_call(demo *d, const edge_http_request *request) {
    char uri[160];
    if (agent_of(request) < 0) {
        refuse(d, request, 400, "agent must be 1 or 2.");
        return;
    }
    snprintf(uri, sizeof uri, "sip:%s@127.0.0.1:%d", DEMO_HOTLINE, d->sip_port);
    int error = telephone_call(d->phone, uri);
    if (error)
        refuse(d, request, 503, tccc_error_sentence(error));
    else
        reply(d, request, 202, "{}");
}

typedef struct {
    const char *method, *path;
    void (*run)(demo *d, const edge_http_request *request);
} demo_entry;

static const demo_entry entries[] = {
    { "POST", "/demo/login", login },
    { "POST", "/demo/call", let_customer_call },
    { "GET", "/demo/numbers", list_numbers },
    { "GET", "/demo/info", info },
};

bool demo_http(demo *d, const edge_http_request *request) {
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        if (strcmp(request->path, entries[i].path))
            continue;
        if (strcmp(request->method, entries[i].method))
            refuse(d, request, 405, "This address takes another method.");
        else
            entries[i].run(d, request);
        return true;
    }
    return false;
}
