/* provision.c: instances, agents, groups, flows, trunks, numbers and extensions from the configuration. Layer: server.
 *
 * The file tells the first state, and what it tells holds again after each start. Members that it leaves out keep what the APIs have
 * made of them since; rows that it does not name stay. */
#include "server/provision.h"

#include "server/ivr/flows.h"
#include "server/sip/digest.h"
#include "server/store/staff.h"
#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 10000, FLOWS_MAX = 64 };

typedef struct {
    store *db;
    const char *realm;
    const json_value *instances, *instance, *at; /* all, the one that is read, and its element that is read */
    int64_t app_id;
    int error;                      /* of the element that is read */
    bool all;                       /* goes on after a mistake, with the next element */
    char where[64];                 /* the element that is read: "instances[0].agents[2]" */
    mistakes *found;
} run;

static bool goes_on(const run *r) { return r->all || !r->error; }

static void fail(run *r, int error, const char *member, const char *sentence) {
    char text[400];
    if (!goes_on(r))
        return;
    r->error = error;
    snprintf(text, sizeof text, "%s%s%s: %s", r->where, *member ? "." : "", member, sentence);
    mistakes_add(r->found, error, r->at, member, text);
}

static void on_failure(void *ctx, const json_reader *in, int error, const char *name) {
    char text[400];
    run *r = ctx;
    if (!goes_on(r))
        return;
    r->error = error;
    snprintf(text, sizeof text, "%s: %s", r->where, in->message);
    mistakes_add(r->found, error, in->object, name, text);
}

/* A reader of the element that tells each of its mistakes. */
static json_reader read_element(run *r, const json_value *value) {
    json_reader in = json_read(value);
    if (in.error) {
        fail(r, in.error, "", in.message);
        return in;
    }
    in.on_failure = on_failure;
    in.context = r;
    return in;
}

static bool is_known(const char *name, const char *const known[]) {
    while (*known && strcmp(*known, name))
        known++;
    return *known != NULL;
}

/* Ends the reading of one element: false after a failure of its reader, or when it has a member that nobody knows, or one twice. */
static bool is_good(run *r, const json_reader *in, const char *const known[]) {
    char text[300];
    bool good = !in->error;
    for (const json_value *e = json_first(in->object); e && goes_on(r); e = json_next(e)) {
        bool twice = is_known(json_name(e), known);
        if (twice && json_member(in->object, json_name(e)) == e)
            continue;
        good = false;
        r->error = TCCC_E_ARG_RANGE;
        snprintf(text, sizeof text, "%s: %.100s %s.", r->where, json_name(e), twice ? "is given twice" : "is no option");
        mistakes_add(r->found, r->error, e, NULL, text);
    }
    return good && goes_on(r);
}

#define KNOWN(...) (const char *const[]){ __VA_ARGS__, NULL }

/* Ends the writing of one element. */
static void settle(run *r, int error) {
    if (error)
        fail(r, error, "", error == TCCC_E_NOT_FOUND ? "The store refuses it: something that it names is missing, or its name is taken." : tccc_error_sentence(error));
}

/* Whether the list has an element of that name with a mistake of its own: what names it is not wrong then. */
static bool is_told(const run *r, const json_value *instance, const char *list, const char *member, const char *name) {
    for (const json_value *e = r->all ? json_first(json_member(instance, list)) : NULL; e; e = json_next(e)) {
        const char *given = json_text(json_member(e, member));
        if (given && !strcmp(given, name) && mistakes_concern(r->found, e))
            return true;
    }
    return false;
}

static bool is_trunk_told(const run *r, const char *name) {
    for (const json_value *e = json_first(r->instances); e; e = json_next(e)) /* trunks are everybody's */
        if (is_told(r, e, "trunks", "name", name))
            return true;
    return false;
}

static void copy(char *to, size_t capacity, const char *from) { snprintf(to, capacity, "%s", from ? from : ""); }

/* What the file gives replaces the member; what it leaves out stays. */
static void take_text(json_reader *in, const char *name, char *to, size_t max_length) {
    const char *given = json_string_or(in, name, NULL, max_length);
    if (given)
        copy(to, max_length + 1, given);
}

static void take_flag(json_reader *in, const char *name, bool *to) { *to = json_bool_or(in, name, *to); }

#define TAKE(in, name, array, max) take_text((in), (name), (array), (max) < sizeof(array) ? (max) : sizeof(array) - 1)

/* ---- keys and agents ---- */

static void put_credential(run *r, const json_value *value) {
    json_reader in = read_element(r, value);
    const char *id = json_string(&in, "secretId", 1, 127), *key = json_string(&in, "secretKey", 1, 127);
    int role = json_choice_or(&in, "role", KEY_ADMIN, key_role_names);
    char old[STORE_TEXT];
    store_key found = { 0 };
    if (!is_good(r, &in, KNOWN("secretId", "secretKey", "role")))
        return;
    bool shared = !store_get_secret(r->db, id, &found, old, sizeof old) && found.app_id != r->app_id; /* given in several instances */
    store_key what = { .app_id = shared ? 0 : r->app_id, .role = (enum key_role)role };
    settle(r, store_put_secret(r->db, id, &what, key));
}

static void put_agent(run *r, const json_value *value) {
    static const char *const roles[] = { "admin", "inspector", "agent", NULL }; /* enum staff_role from 1 */
    json_reader in = read_element(r, value);
    const char *user_id = json_string(&in, "userId", 1, 127);
    store_agent agent = { .app_id = r->app_id, .role = STAFF_AGENT };
    int error = in.error ? 0 : store_get_agent(r->db, r->app_id, user_id, &agent);
    store_agent before = agent;
    copy(agent.user_id, sizeof agent.user_id, user_id);
    if (error)
        copy(agent.name, sizeof agent.name, user_id);
    TAKE(&in, "name", agent.name, 127);
    TAKE(&in, "nick", agent.nick, 127);
    TAKE(&in, "number", agent.staff_number, 32);
    TAKE(&in, "phone", agent.phone, 32);
    agent.role = (enum staff_role)(json_choice_or(&in, "role", (int)agent.role - 1, roles) + 1);
    if (is_good(r, &in, KNOWN("userId", "name", "nick", "number", "phone", "role")) && (error || memcmp(&agent, &before, sizeof agent)))
        settle(r, store_put_agent(r->db, &agent));
}

/* ---- skill groups ---- */

typedef struct {
    const char *name;
    store_group *found;             /* its id stays 0 when there is none */
} group_search;

static bool match_group(void *ctx, const store_group *group) {
    group_search *q = ctx;
    bool same = !strcmp(group->name, q->name);
    if (same)
        *q->found = *group;
    return !same;
}

/* 0, also when there is none: its id is 0. */
static int find_group(run *r, const char *name, store_group *found) {
    group_search q = { name, found };
    *found = (store_group){ .app_id = r->app_id, .max_concurrency = 1 };
    copy(found->name, sizeof found->name, name);
    return store_list_groups(r->db, r->app_id, match_group, &q);
}

/* A group that a number names is made when it is missing. */
static int64_t need_group(run *r, const char *name) {
    store_group group;
    int error = find_group(r, name, &group);
    if (!error && !group.id)
        error = store_put_group(r->db, &group);
    settle(r, error);
    return group.id;
}

typedef struct {
    int64_t group_id;
    int priority;                   /* 0: no member yet */
} membership_search;

static bool match_membership(void *ctx, const store_membership *m) {
    membership_search *q = ctx;
    if (m->group_id == q->group_id)
        q->priority = m->priority;
    return !q->priority;
}

/* An element of skillGroups[].agents: a userId, or { userId, priority }. */
static void put_member(run *r, int64_t group_id, const json_value *value) {
    membership_search q = { .group_id = group_id };
    const char *user_id = json_text(value);
    int64_t priority = 0;
    if (!user_id) {
        json_reader in = read_element(r, value);
        user_id = json_string(&in, "userId", 1, 127);
        priority = json_integer_or(&in, "priority", 0, 1, 100);
        if (!is_good(r, &in, KNOWN("userId", "priority")))
            return;
    }
    int error = store_list_memberships(r->db, r->app_id, user_id, match_membership, &q);
    if (!error && (!q.priority || (priority && priority != q.priority)))
        error = store_put_member(r->db, group_id, r->app_id, user_id, priority ? (int)priority : 1);
    if (error && !is_told(r, r->instance, "agents", "userId", user_id))
        fail(r, error, "agents", "each must be the userId of an agent, or { \"userId\", \"priority\" }.");
}

static void put_group(run *r, const json_value *value) {
    static const char *const types[] = { "phone", "online", "", "audio", "video", NULL };
    json_reader in = read_element(r, value);
    const char *name = json_string(&in, "name", 1, 127);
    store_group group;
    int error = in.error ? 0 : find_group(r, name, &group);
    if (in.error)
        group = (store_group){ 0 };
    store_group before = group;
    group.type = (enum group_type)json_choice_or(&in, "type", (int)group.type, types);
    if (group.type == 2)
        json_fail(&in, TCCC_E_ARG_RANGE, "type", "must be phone, online, audio or video");
    group.max_concurrency = (int)json_integer_or(&in, "maxConcurrency", group.max_concurrency, 1, 100);
    take_flag(&in, "ringAll", &group.ring_all);
    TAKE(&in, "alias", group.alias, 15);
    const json_value *members = json_array_or(&in, "agents", LIST_MAX);
    if (!is_good(r, &in, KNOWN("name", "type", "maxConcurrency", "ringAll", "alias", "agents")))
        return;
    if (!error && (!group.id || memcmp(&group, &before, sizeof group)))
        error = store_put_group(r->db, &group);
    settle(r, error);
    for (const json_value *e = error ? NULL : json_first(members); e && goes_on(r); e = json_next(e)) {
        r->at = e;
        put_member(r, group.id, e);
    }
}

/* ---- flows ---- */

typedef struct {
    const char *name;
    store_flow found;
} flow_search;

static bool match_flow(void *ctx, const store_flow *flow) {
    flow_search *q = ctx;
    bool same = !strcmp(flow->name, q->name);
    if (same)
        q->found = *flow;
    return !same;
}

static void save_flow(run *r, const char *name, const char *kind, const char *document) {
    char sentence[FLOW_SENTENCE_MAX] = "";
    store_flow row = { .app_id = r->app_id };
    const logger silent = { .sink = NULL }; /* the sentence tells it */
    flows *all = flows_new(r->db, &silent);
    copy(row.name, sizeof row.name, name);
    copy(row.kind, sizeof row.kind, kind);
    int error = all ? flows_save(all, &row, document, true, sentence) : TCCC_E_NO_MEMORY;
    flows_free(all);
    if (error)
        fail(r, error, "document", sentence[0] ? sentence : tccc_error_sentence(error));
}

/* A flow is made and published when there is none of its name; then it is the API's. */
static void put_flow(run *r, const json_value *value) {
    static const char *const kinds[] = { "ivr", "selfService", NULL };
    json_reader in = read_element(r, value);
    flow_search q = { .name = json_string(&in, "name", 1, 127) };
    int kind = json_choice_or(&in, "kind", 0, kinds);
    const json_value *document = json_object(&in, "document");
    if (!is_good(r, &in, KNOWN("name", "kind", "document")))
        return;
    char *text = malloc(STORE_FLOW_TEXT_MAX);
    int error = text ? store_list_flows(r->db, r->app_id, match_flow, &q) : TCCC_E_NO_MEMORY;
    settle(r, error);
    if (!error && !q.found.id) {
        json_writer out = json_write(text, STORE_FLOW_TEXT_MAX);
        json_put_value(&out, NULL, document);
        if (json_finish(&out) < 0)
            fail(r, TCCC_E_TOO_LARGE, "document", "must be at most 256 KiB.");
        else
            save_flow(r, q.name, kinds[kind], text);
    }
    free(text);
}

/* ---- lines ---- */

static void put_trunk(run *r, const json_value *value) {
    static const char *const transports[] = { "udp", "tcp", "tls", NULL }, *const srtp[] = { "off", "required", NULL };
    json_reader in = read_element(r, value);
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
    if (is_good(r, &in, KNOWN("name", "host", "port", "transport", "username", "password", "fromDomain", "allow", "registers", "srtp", "qualifySeconds")))
        settle(r, store_put_trunk(r->db, &trunk));
}

typedef struct {
    const char *number;
    store_number *found;
    bool any;
} number_search;

static bool match_number(void *ctx, const store_number *number) {
    number_search *q = ctx;
    q->any = !strcmp(number->number, q->number);
    if (q->any)
        *q->found = *number;
    return !q->any;
}

/* Only a flow that this file makes can be named: it is there when the file is only checked, too. */
static void bind_flow(run *r, const char *name, store_number *number) {
    flow_search q = { .name = name };
    int error = store_list_flows(r->db, r->app_id, match_flow, &q);
    if (is_told(r, r->instance, "flows", "name", name))
        return;
    if (error || !q.found.id)
        fail(r, error ? error : TCCC_E_NOT_FOUND, "flow", "must be the name of one of this instance's flows.");
    else if (q.found.published && !strcmp(q.found.kind, "ivr"))
        number->flow_id = q.found.id;
}

static void take_outbound_groups(run *r, const json_value *list, store_number *number) {
    number->n_outbound_groups = 0;
    for (const json_value *e = json_first(list); e && !r->error; e = json_next(e)) {
        const char *name = json_text(e);
        if (name)
            number->outbound_groups[number->n_outbound_groups++] = need_group(r, name);
        else
            fail(r, TCCC_E_ARG_TYPE, "outboundGroups", "each must be the name of a skill group.");
    }
}

static void put_number(run *r, const json_value *value) {
    static const char *const directions[] = { "both", "in", "out", NULL };
    json_reader in = read_element(r, value);
    store_number number = { .app_id = r->app_id, .inbound = true, .outbound = true, .state = NUMBER_NORMAL };
    number_search q = { .number = json_string(&in, "number", 1, 32), .found = &number };
    int error = in.error ? 0 : store_list_numbers(r->db, r->app_id, match_number, &q);
    store_number before = number;
    copy(number.number, sizeof number.number, q.number);
    copy(number.trunk, sizeof number.trunk, json_string(&in, "trunk", 1, 63));
    int direction = json_choice_or(&in, "direction", -1, directions);
    const char *group = json_string_or(&in, "skillGroup", NULL, 127), *flow = json_string_or(&in, "flow", NULL, 127);
    const json_value *groups = json_array_or(&in, "outboundGroups", NUMBER_GROUPS_MAX);
    if (!is_good(r, &in, KNOWN("number", "trunk", "direction", "skillGroup", "outboundGroups", "flow")))
        return;
    if (direction >= 0) {
        number.inbound = direction != 2;
        number.outbound = direction != 1;
    }
    if (group)
        number.group_id = need_group(r, group);
    if (groups)
        take_outbound_groups(r, groups, &number);
    else if (group && !q.any && number.outbound)
        number.outbound_groups[number.n_outbound_groups++] = number.group_id;
    if (flow)
        bind_flow(r, flow, &number);
    if (!r->error && !error && (!q.any || memcmp(&number, &before, sizeof number)))
        error = store_put_number(r->db, &number);
    if (error != TCCC_E_NOT_FOUND || !is_trunk_told(r, number.trunk))
        settle(r, error);
}

static void put_extension(run *r, const json_value *value) {
    json_reader in = read_element(r, value);
    const char *number = json_string(&in, "number", 1, 15), *password = json_string(&in, "password", 1, 127);
    store_extension e = { .app_id = r->app_id };
    int error = in.error ? 0 : store_get_extension(r->db, number, &e);
    store_extension before = e;
    copy(e.extension, sizeof e.extension, number);
    TAKE(&in, "agent", e.user_id, 127);
    TAKE(&in, "name", e.name, 127);
    if (!is_good(r, &in, KNOWN("number", "password", "agent", "name")))
        return;
    if (e.app_id != r->app_id) {
        fail(r, TCCC_E_ARG_RANGE, "number", "this extension belongs to another instance.");
        return;
    }
    copy(e.realm, sizeof e.realm, r->realm);
    digest_ha1(DIGEST_MD5, e.extension, r->realm, password, e.ha1_md5);
    digest_ha1(DIGEST_SHA256, e.extension, r->realm, password, e.ha1_sha256);
    if (strcmp(e.ha1_sha256, before.ha1_sha256))
        e.password[0] = 0;          /* the one that tcccd had made up no longer holds */
    if (error == TCCC_E_NOT_FOUND || (!error && memcmp(&e, &before, sizeof e)))
        error = store_put_extension(r->db, &e);
    settle(r, error);
}

/* ---- instances ---- */

static void put_each(run *r, json_reader *in, const char *name, int max, void (*put)(run *r, const json_value *value)) {
    const json_value *list = goes_on(r) ? json_array_or(in, name, max) : NULL;
    size_t length = strlen(r->where);
    int i = 0;
    for (const json_value *e = json_first(list); e && goes_on(r); e = json_next(e)) {
        snprintf(r->where + length, sizeof r->where - length, ".%s[%d]", name, i++);
        r->at = e;
        if (r->all)
            r->error = 0;
        put(r, e);
    }
    r->where[length] = 0;
    r->at = r->instance;
}

/* An instance with numbers has a skill group and a flow (IVR-042, ADM-021). */
static void put_default(run *r) {
    const logger silent = { .sink = NULL };
    flows *all = r->found->n ? NULL : flows_new(r->db, &silent);
    if (!r->found->n)
        settle(r, all ? flows_provision_default(all, r->app_id) : TCCC_E_NO_MEMORY);
    flows_free(all);
}

static void put_instance(run *r, const json_value *value, int index) {
    json_reader in = read_element(r, value);
    r->app_id = json_integer(&in, "sdkAppId", 1, JSON_INTEGER_MAX);
    const char *name = json_string_or(&in, "name", "", 127);
    if (!is_good(r, &in, KNOWN("sdkAppId", "name", "settings", "credentials", "agents", "skillGroups", "flows", "trunks", "numbers", "extensions")) && !r->all)
        return;
    if (!r->app_id)
        r->app_id = JSON_INTEGER_MAX - index; /* the file gives none that can be read: the lists are tried under another */
    store_app app;
    if (!*name && !json_member(value, "name") && !store_get_app(r->db, r->app_id, &app))
        name = app.name;
    settle(r, store_put_app(r->db, r->app_id, name));
    put_each(r, &in, "credentials", LIST_MAX, put_credential);
    put_each(r, &in, "agents", LIST_MAX, put_agent);
    put_each(r, &in, "skillGroups", LIST_MAX, put_group);
    put_each(r, &in, "flows", FLOWS_MAX, put_flow);
    put_each(r, &in, "trunks", LIST_MAX, put_trunk);
    put_each(r, &in, "numbers", LIST_MAX, put_number);
    put_each(r, &in, "extensions", LIST_MAX, put_extension);
    put_default(r);
}

static void put_instances(run *r) {
    int i = 0;
    for (const json_value *e = json_first(r->instances); e && goes_on(r); e = json_next(e)) {
        snprintf(r->where, sizeof r->where, "instances[%d]", i);
        r->instance = r->at = e;
        r->error = 0;
        put_instance(r, e, i++);
    }
    snprintf(r->where, sizeof r->where, "instances");
    r->at = r->instances;
}

int provision(store *db, const json_value *instances, const char *realm, char *err, size_t err_cap) {
    mistakes found = { 0 };
    run r = { .db = db, .realm = realm, .instances = instances, .at = instances, .where = "instances", .found = &found };
    if (store_begin(db)) {
        snprintf(err, err_cap, "instances: the store cannot be written.");
        return TCCC_E_IO;
    }
    put_instances(&r);
    if (!r.error)
        settle(&r, store_end(db));
    if (r.error)
        snprintf(err, err_cap, "%s", found.list[0].sentence);
    return r.error;
}

/* In no group of writes: after one failure a group refuses everything. */
void provision_check(store *db, const json_value *instances, const char *realm, mistakes *found) {
    run r = { .db = db, .realm = realm, .instances = instances, .at = instances, .where = "instances", .all = true, .found = found };
    put_instances(&r);
}
