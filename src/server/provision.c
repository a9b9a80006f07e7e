/* provision.c: instances, agents, groups, trunks, numbers and extensions from the configuration. Layer: server. */
#include "server/provision.h"

#include "server/sip/digest.h"
#include "tccc/error.h"

#include <stdio.h>
#include <string.h>

enum { LIST_MAX = 10000 };

typedef struct {
    store *db;
    const char *realm;
    int64_t app_id;
    int error;
    char message[200];
} run;

static void fail(run *r, int error, const char *where, const char *sentence) {
    if (r->error)
        return;
    r->error = error;
    snprintf(r->message, sizeof r->message, "%s: %s", where, sentence);
}

/* Ends one element: its reader's failure, or the store's. */
static void settle(run *r, const char *where, const json_reader *in, int stored) {
    if (in->error)
        fail(r, in->error, where, in->message);
    else if (stored)
        fail(r, stored, where, tccc_error_sentence(stored));
}

static void copy(char *to, size_t capacity, const char *from) { snprintf(to, capacity, "%s", from ? from : ""); }

static void put_credential(run *r, const json_value *value) {
    json_reader in = json_read(value);
    const char *id = json_string(&in, "secretId", 1, 127), *key = json_string(&in, "secretKey", 1, 127);
    settle(r, "credentials", &in, in.error ? 0 : store_put_secret(r->db, id, r->app_id, key));
}

static void put_agent(run *r, const json_value *value) {
    json_reader in = json_read(value);
    store_agent agent = { .app_id = r->app_id };
    copy(agent.user_id, sizeof agent.user_id, json_string(&in, "userId", 1, 127));
    copy(agent.name, sizeof agent.name, json_string_or(&in, "name", agent.user_id, 127));
    copy(agent.staff_number, sizeof agent.staff_number, json_string_or(&in, "number", "", 32));
    copy(agent.phone, sizeof agent.phone, json_string_or(&in, "phone", "", 32));
    settle(r, "agents", &in, in.error ? 0 : store_put_agent(r->db, &agent));
}

static void put_group(run *r, const json_value *value) {
    json_reader in = json_read(value);
    store_group group = { .app_id = r->app_id };
    copy(group.name, sizeof group.name, json_string(&in, "name", 1, 127));
    const json_value *members = json_array_or(&in, "agents", LIST_MAX);
    settle(r, "skillGroups", &in, in.error ? 0 : store_put_group(r->db, &group));
    for (const json_value *e = json_first(members); e && !r->error; e = json_next(e)) {
        const char *user_id = json_text(e);
        int error = user_id ? store_put_member(r->db, group.id, r->app_id, user_id, 1) : TCCC_E_ARG_TYPE;
        if (error)
            fail(r, error, "skillGroups.agents", "each must be the userId of an agent.");
    }
}

static void put_trunk(run *r, const json_value *value) {
    static const char *const transports[] = { "udp", "tcp", "tls", NULL }, *const srtp[] = { "off", "required", NULL };
    json_reader in = json_read(value);
    store_trunk trunk = { 0 };
    copy(trunk.name, sizeof trunk.name, json_string(&in, "name", 1, 63));
    copy(trunk.host, sizeof trunk.host, json_string(&in, "host", 1, 127));
    trunk.port = (int)json_integer_or(&in, "port", 0, 0, 65535);
    trunk.transport = (enum store_transport)json_choice_or(&in, "transport", STORE_UDP, transports);
    copy(trunk.username, sizeof trunk.username, json_string_or(&in, "username", "", 127));
    copy(trunk.password, sizeof trunk.password, json_string_or(&in, "password", "", 127));
    copy(trunk.from_domain, sizeof trunk.from_domain, json_string_or(&in, "fromDomain", "", 127));
    copy(trunk.allow, sizeof trunk.allow, json_string_or(&in, "allow", "", 255));
    trunk.registers = json_bool_or(&in, "registers", false);
    trunk.srtp = json_choice_or(&in, "srtp", 0, srtp) == 1;
    trunk.qualify_s = (int)json_integer_or(&in, "qualifySeconds", 0, 0, 3600);
    settle(r, "trunks", &in, in.error ? 0 : store_put_trunk(r->db, &trunk));
}

static int find_group(run *r, const char *name, int64_t *id) {
    store_group group = { .app_id = r->app_id };
    *id = 0;
    if (!name)
        return 0;
    copy(group.name, sizeof group.name, name);
    int error = store_put_group(r->db, &group); /* the key is the name: an existing one is found, not changed */
    *id = group.id;
    return error;
}

static void put_number(run *r, const json_value *value) {
    static const char *const directions[] = { "both", "in", "out", NULL };
    json_reader in = json_read(value);
    store_number number = { .app_id = r->app_id };
    copy(number.number, sizeof number.number, json_string(&in, "number", 1, 32));
    copy(number.trunk, sizeof number.trunk, json_string(&in, "trunk", 1, 63));
    int direction = json_choice_or(&in, "direction", 0, directions);
    const char *group = json_string_or(&in, "skillGroup", NULL, 127);
    number.inbound = direction != 2;
    number.outbound = direction != 1;
    int error = in.error ? 0 : find_group(r, group, &number.group_id);
    settle(r, "numbers", &in, in.error || error ? error : store_put_number(r->db, &number));
}

static void put_extension(run *r, const json_value *value) {
    json_reader in = json_read(value);
    store_extension e = { .app_id = r->app_id };
    copy(e.extension, sizeof e.extension, json_string(&in, "number", 1, 15));
    const char *password = json_string(&in, "password", 1, 127);
    copy(e.user_id, sizeof e.user_id, json_string_or(&in, "agent", "", 127));
    copy(e.realm, sizeof e.realm, r->realm);
    if (!in.error) {
        digest_ha1(DIGEST_MD5, e.extension, r->realm, password, e.ha1_md5);
        digest_ha1(DIGEST_SHA256, e.extension, r->realm, password, e.ha1_sha256);
    }
    settle(r, "extensions", &in, in.error ? 0 : store_put_extension(r->db, &e));
}

static void put_each(run *r, json_reader *in, const char *name, void (*put)(run *r, const json_value *value)) {
    const json_value *list = json_array_or(in, name, LIST_MAX);
    for (const json_value *e = json_first(list); e && !r->error; e = json_next(e))
        put(r, e);
}

static void put_instance(run *r, const json_value *value) {
    json_reader in = json_read(value);
    r->app_id = json_integer(&in, "sdkAppId", 1, JSON_INTEGER_MAX);
    const char *name = json_string_or(&in, "name", "", 127);
    settle(r, "instances", &in, in.error ? 0 : store_put_app(r->db, r->app_id, name));
    if (r->error)
        return;
    put_each(r, &in, "credentials", put_credential);
    put_each(r, &in, "agents", put_agent);
    put_each(r, &in, "skillGroups", put_group);
    put_each(r, &in, "trunks", put_trunk);
    put_each(r, &in, "numbers", put_number);
    put_each(r, &in, "extensions", put_extension);
    settle(r, "instances", &in, 0);
}

int provision(store *db, const json_value *instances, const char *realm, char *err, size_t err_cap) {
    run r = { .db = db, .realm = realm };
    if (store_begin(db))
        return TCCC_E_IO;
    for (const json_value *e = json_first(instances); e && !r.error; e = json_next(e))
        put_instance(&r, e);
    if (!r.error)
        r.error = store_end(db);
    if (r.error)
        snprintf(err, err_cap, "instances.%s", r.message);
    return r.error;
}
