/* flows.c: the flows of an app: what may be done to one in which state, and the parsed ones that run. Layer: server. */
#include "server/ivr/flows.h"

#include "server/deadline.h"
#include "server/ivr/flow_module.h"
#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_MAX = 64, NAME_MAX_BYTES = 127 };

typedef struct {
    int64_t id;                       /* 0: free */
    int version;
    uint64_t used;
    flow *flow;
} kept_flow;

struct flows {
    store *db;
    const logger *log;
    void (*published)(void *ctx, const flow *f);
    void *published_ctx;
    kept_flow kept[KEPT_MAX];
    uint64_t clock;                   /* of uses: the least goes first */
};

/* --- states --- */

enum state { UNPUBLISHED, PUBLISHED, IN_USE, STATES };
enum deed { SAVE, PUBLISH, WITHDRAW, DELETE, BIND, DEEDS };

/* NULL: allowed (IVR-002 to IVR-011). */
static const char *const refusals[STATES][DEEDS] = {
    [UNPUBLISHED] = {
        [WITHDRAW] = "The flow is not published: there is nothing to withdraw.",
        [BIND] = "The flow is not published. Publish it before a number uses it.",
    },
    [PUBLISHED] = {
        [SAVE] = "The flow is published. Withdraw it before you change it.",
        [PUBLISH] = "The flow is published already.",
        [DELETE] = "The flow is published. Withdraw it before you delete it.",
    },
    [IN_USE] = {
        [SAVE] = "The flow is in use. Unbind its numbers and withdraw it before you change it.",
        [PUBLISH] = "The flow is published already, and in use.",
        [WITHDRAW] = "The flow is in use. Unbind its numbers before you withdraw it.",
        [DELETE] = "The flow is in use. Unbind its numbers and withdraw it before you delete it.",
    },
};

static const char *const state_names[STATES] = { "unpublished", "published", "inUse" };

static enum state state_of(flows *all, const store_flow *row) {
    return !row->published ? UNPUBLISHED : store_flow_is_bound(all->db, row->id) ? IN_USE : PUBLISHED;
}

const char *flows_state(flows *all, const store_flow *row) { return state_names[state_of(all, row)]; }

static int complain(char sentence[FLOW_SENTENCE_MAX], int error, const char *text) {
    flow_complain(sentence, "%s", text);
    return error;
}

/* The flow of this app, and whether the deed is allowed. */
static int find(flows *all, int64_t app_id, int64_t id, enum deed deed, store_flow *row, char sentence[FLOW_SENTENCE_MAX]) {
    sentence[0] = 0;
    int error = store_get_flow(all->db, id, row);
    if (error == TCCC_E_NOT_FOUND || (!error && row->app_id != app_id))
        return complain(sentence, TCCC_E_NOT_FOUND, "There is no such flow.");
    if (error)
        return complain(sentence, error, "The flow could not be read from the store.");
    const char *refusal = refusals[state_of(all, row)][deed];
    return refusal ? complain(sentence, TCCC_E_STATE, refusal) : 0;
}

static int stored(char sentence[FLOW_SENTENCE_MAX], int error) {
    return error ? complain(sentence, error, "The flow could not be written to the store.") : 0;
}

/* --- checks --- */

typedef struct {
    flows *all;
    int64_t app_id;
    char *sentence;
    int error;
} check;

static bool check_sound(void *ctx, const char *module, const flow_sound *sound) {
    check *c = ctx;
    store_sound row;
    if (!sound->sound_id)
        return true;
    int error = store_get_sound(c->all->db, sound->sound_id, &row);
    if (error && error != TCCC_E_NOT_FOUND)
        c->error = complain(c->sentence, error, "The sounds could not be read from the store.");
    else if (error || row.app_id != c->app_id) {
        c->error = TCCC_E_ARG_RANGE;
        flow_complain(c->sentence, "Module %s: there is no sound %lld. Upload it, or choose another.", module, (long long)sound->sound_id);
    } else if (row.state != SOUND_APPROVED) { /* IVR-019, ADM-065 */
        c->error = TCCC_E_ARG_RANGE;
        flow_complain(c->sentence, "Module %s: sound %lld is not approved. Approve it, or choose another.", module, (long long)sound->sound_id);
    }
    return !c->error;
}

static bool check_group(void *ctx, const char *module, int64_t group_id) {
    check *c = ctx;
    store_group row;
    int error = store_get_group(c->all->db, group_id, &row);
    if (error && error != TCCC_E_NOT_FOUND)
        c->error = complain(c->sentence, error, "The skill groups could not be read from the store.");
    else if (error || row.app_id != c->app_id) {
        c->error = TCCC_E_ARG_RANGE;
        flow_complain(c->sentence, "Module %s: there is no skill group %lld. Create it, or choose another.", module, (long long)group_id);
    }
    return !c->error;
}

/* Everything that publishing asks for. */
static int check_all(flows *all, const store_flow *row, const char *document, char sentence[FLOW_SENTENCE_MAX]) {
    check c = { all, row->app_id, sentence, 0 };
    flow *f = flow_parse(document, strlen(document), sentence);
    if (!f)
        return TCCC_E_ARG_RANGE;
    if (!flow_fits(f, row->kind, sentence))
        c.error = TCCC_E_ARG_RANGE;
    if (!c.error)
        flow_each_sound(f, check_sound, &c);
    if (!c.error)
        flow_each_group(f, check_group, &c);
    flow_drop(f);
    return c.error;
}

static int check_row(const store_flow *row, char sentence[FLOW_SENTENCE_MAX]) {
    size_t length = strlen(row->name);
    if (length < 1 || length > NAME_MAX_BYTES)
        return complain(sentence, TCCC_E_ARG_RANGE, "name must have 1 to 127 bytes.");
    if (strcmp(row->kind, "ivr") && strcmp(row->kind, "selfService"))
        return complain(sentence, TCCC_E_ARG_RANGE, "kind must be ivr or selfService.");
    return 0;
}

/* --- deeds --- */

static void tell(flows *all, int64_t app_id, int64_t id) {
    flow *f = all->published ? flows_open(all, app_id, id) : NULL;
    if (f)
        all->published(all->published_ctx, f);
    flow_drop(f);
}

int flows_save(flows *all, store_flow *row, const char *document, bool publish, char sentence[FLOW_SENTENCE_MAX]) {
    store_flow before, changed = *row;
    sentence[0] = 0;
    int error = row->id ? find(all, row->app_id, row->id, SAVE, &before, sentence) : 0;
    if (!error)
        error = check_row(row, sentence);
    if (error)
        return error;
    error = publish ? check_all(all, row, document, sentence)
                    : flow_is_draft(document, strlen(document), sentence) ? 0 : TCCC_E_ARG_RANGE;
    if (error)
        return error;
    changed.published = publish;
    changed.updated_ms = clock_unix_ms();
    error = stored(sentence, store_put_flow(all->db, &changed, document));
    if (error)
        return error;
    *row = changed;
    if (publish)
        tell(all, row->app_id, row->id);
    return 0;
}

int flows_publish(flows *all, int64_t app_id, int64_t id, char sentence[FLOW_SENTENCE_MAX]) {
    store_flow row;
    char *document = NULL;
    int error = find(all, app_id, id, PUBLISH, &row, sentence);
    if (error)
        return error;
    error = store_get_flow_document(all->db, id, 0, &document);
    if (error)
        return complain(sentence, error, "The flow could not be read from the store.");
    error = check_all(all, &row, document, sentence);
    free(document);
    if (!error)
        error = stored(sentence, store_set_flow_published(all->db, id, true));
    if (!error)
        tell(all, app_id, id);
    return error;
}

int flows_withdraw(flows *all, int64_t app_id, int64_t id, char sentence[FLOW_SENTENCE_MAX]) {
    store_flow row;
    int error = find(all, app_id, id, WITHDRAW, &row, sentence);
    return error ? error : stored(sentence, store_set_flow_published(all->db, id, false));
}

static void forget(kept_flow *kept) {
    flow_drop(kept->flow);
    *kept = (kept_flow){ 0 };
}

int flows_delete(flows *all, int64_t app_id, int64_t id, char sentence[FLOW_SENTENCE_MAX]) {
    store_flow row;
    int error = find(all, app_id, id, DELETE, &row, sentence);
    if (error)
        return error;
    for (int i = 0; i < KEPT_MAX; i++)
        if (all->kept[i].id == id)
            forget(&all->kept[i]); /* the store may give the id again */
    return stored(sentence, store_delete_flow(all->db, id));
}

int flows_bind(flows *all, int64_t app_id, const char *number, int64_t id, char sentence[FLOW_SENTENCE_MAX]) {
    store_flow row;
    store_number line;
    sentence[0] = 0;
    int error = store_get_number(all->db, number, &line);
    if (error || line.app_id != app_id)
        return complain(sentence, TCCC_E_NOT_FOUND, "There is no such number.");
    if (id && !line.inbound)
        return complain(sentence, TCCC_E_STATE, "The number takes no calls. Turn inbound use on before you bind a flow.");
    error = id ? find(all, app_id, id, BIND, &row, sentence) : 0;
    if (error)
        return error;
    if (id && strcmp(row.kind, "ivr"))
        return complain(sentence, TCCC_E_ARG_RANGE, "The flow is for self-service during a call. Choose one of kind ivr.");
    line.flow_id = id;
    error = store_put_number(all->db, &line);
    return error ? complain(sentence, error, "The number could not be written to the store.") : 0;
}

/* --- running --- */

static kept_flow *find_kept(flows *all, int64_t id, int version) {
    kept_flow *least = &all->kept[0];
    for (int i = 0; i < KEPT_MAX; i++) {
        kept_flow *kept = &all->kept[i];
        if (kept->id == id && kept->version == version) {
            kept->used = ++all->clock;
            return kept;
        }
        if (kept->used < least->used)
            least = kept;
    }
    forget(least);
    return least;
}

static flow *read_document(flows *all, const store_flow *row) {
    char sentence[FLOW_SENTENCE_MAX] = "";
    char *document = NULL;
    int error = store_get_flow_document(all->db, row->id, row->version, &document);
    flow *f = error ? NULL : flow_parse(document, strlen(document), sentence);
    free(document);
    if (!f)
        LOG(all->log, LOG_LEVEL_ERROR, "flow.unreadable", log_integer("flow", row->id), log_integer("version", row->version),
            log_error("error", error ? error : TCCC_E_FORMAT), log_text("why", sentence));
    return f;
}

flow *flows_open(flows *all, int64_t app_id, int64_t id) {
    int version = 0;
    return flows_open_version(all, app_id, id, &version);
}

flow *flows_open_version(flows *all, int64_t app_id, int64_t id, int *version) {
    store_flow row;
    if (id <= 0 || store_get_flow(all->db, id, &row) || row.app_id != app_id || (!*version && !row.published))
        return NULL;
    if (*version)
        row.version = *version;
    *version = row.version;
    kept_flow *kept = find_kept(all, id, row.version);
    if (!kept->flow) {
        flow *f = read_document(all, &row);
        if (!f)
            return NULL;
        *kept = (kept_flow){ id, row.version, ++all->clock, f };
    }
    return flow_hold(kept->flow);
}

flows *flows_new(store *db, const logger *log) {
    flows *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->db = db;
    all->log = log;
    return all;
}

void flows_tell(flows *all, void (*published)(void *ctx, const flow *f), void *ctx) {
    all->published = published;
    all->published_ctx = ctx;
}

void flows_free(flows *all) {
    if (!all)
        return;
    for (int i = 0; i < KEPT_MAX; i++)
        forget(&all->kept[i]);
    free(all);
}

/* --- the default --- */

static const char default_document[] =
    "{\"start\":\"greeting\",\"modules\":["
    "{\"id\":\"greeting\",\"type\":\"play\",\"label\":\"Greeting\",\"sound\":{\"text\":\"Welcome.\"},\"next\":\"agents\"},"
    "{\"id\":\"agents\",\"type\":\"transferToHuman\",\"label\":\"Agents\",\"group\":%lld,\"noAgent\":\"nobody\",\"queueOver\":\"nobody\",\"next\":\"end\"},"
    "{\"id\":\"nobody\",\"type\":\"play\",\"label\":\"Nobody is there\",\"sound\":{\"text\":\"Nobody can take your call now. Please call again later.\"},"
    "\"next\":\"end\"},{\"id\":\"end\",\"type\":\"end\"}]}";

static bool take_number(void *ctx, const store_number *number) {
    (void)number;
    *(bool *)ctx = true;
    return false;
}

static bool take_group(void *ctx, const store_group *group) {
    *(int64_t *)ctx = group->id;
    return false;
}

static bool take_flow(void *ctx, const store_flow *row) {
    (void)row;
    *(bool *)ctx = true;
    return false;
}

typedef struct { char (*user_ids)[STORE_TEXT]; int n, room; bool failed; } agent_list;

static bool take_agent(void *ctx, const store_agent *agent) {
    agent_list *list = ctx;
    if (list->n == list->room) {
        int room = list->room ? 2 * list->room : 16;
        void *user_ids = realloc(list->user_ids, (size_t)room * sizeof *list->user_ids);
        if (!user_ids)
            return !(list->failed = true);
        list->user_ids = user_ids;
        list->room = room;
    }
    snprintf(list->user_ids[list->n++], STORE_TEXT, "%s", agent->user_id);
    return true;
}

/* All agents that there are answer in it. */
static int make_group(flows *all, int64_t app_id, int64_t *id) {
    store_group group = { .app_id = app_id, .name = "Default" };
    agent_list list = { 0 };
    int error = store_list_agents(all->db, app_id, take_agent, &list);
    if (!error && list.failed)
        error = TCCC_E_NO_MEMORY;
    if (!error)
        error = store_put_group(all->db, &group);
    for (int i = 0; i < list.n && !error; i++)
        error = store_put_member(all->db, group.id, app_id, list.user_ids[i], 1);
    free(list.user_ids);
    *id = group.id;
    return error;
}

static int make_missing(flows *all, int64_t app_id, int64_t group_id, bool has_flow) {
    char document[sizeof default_document + 24];
    int error = group_id ? 0 : make_group(all, app_id, &group_id);
    if (error || has_flow)
        return error;
    store_flow row = { .app_id = app_id, .name = "Default", .kind = "ivr", .published = true, .updated_ms = clock_unix_ms() };
    snprintf(document, sizeof document, default_document, (long long)group_id);
    return store_put_flow(all->db, &row, document);
}

int flows_provision_default(flows *all, int64_t app_id) {
    bool has_number = false, has_flow = false;
    int64_t group_id = 0;
    int error = store_list_numbers(all->db, app_id, take_number, &has_number);
    if (!error)
        error = store_list_groups(all->db, app_id, take_group, &group_id);
    if (!error)
        error = store_list_flows(all->db, app_id, take_flow, &has_flow);
    if (error || !has_number || (group_id && has_flow))
        return error;
    error = store_begin(all->db);
    if (error)
        return error;
    error = make_missing(all, app_id, group_id, has_flow);
    int ended = store_end(all->db);
    return error ? error : ended;
}
