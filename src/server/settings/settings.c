/* settings.c: an app's settings, kept in memory and in the store. Layer: server. */
#include "server/settings/settings.h"

#include "server/settings/section.h"
#include "server/store/setting.h"
#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct app {
    struct app *next;
    int64_t id;
    settings_of_app values;
} app;

struct settings {
    store *db;
    const logger *log;
    settings_of_app defaults;
    app *apps;                        /* those asked for; one for each app of the store at most */
};

settings *settings_new(store *db, const logger *log) {
    settings *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->db = db;
    all->log = log;
    for (const settings_section *s = sections; s->name; s++)
        section_set_defaults(s, &all->defaults);
    return all;
}

void settings_free(settings *all) {
    while (all && all->apps) {
        app *one = all->apps;
        all->apps = one->next;
        free(one);
    }
    free(all);
}

void settings_set_defaults(settings *all, int ring_s, int queue_s, int wrap_up_s) {
    settings_phone *p = &all->defaults.phone;
    p->timeout_transfer_s = ring_s;
    p->queue_s = queue_s;
    p->status_recovery = wrap_up_s > 0;
    if (wrap_up_s > 0)
        p->status_recovery_s = wrap_up_s;
}

/* ---- reading ---- */

/* The stored document, or NULL when there is none (or none that can be read, which is logged). */
static json_value *load(settings *all, int64_t app_id, const char *section) {
    char *text = NULL;
    json_value *tree = NULL;
    int error = store_get_setting(all->db, app_id, section, &text);
    if (!error)
        error = json_parse(text, strlen(text), STORE_SETTING_MAX, &tree);
    if (error && error != TCCC_E_NOT_FOUND)
        LOG(all->log, LOG_LEVEL_ERROR, "settings.read", log_text("section", section), log_error("error", error));
    free(text);
    return tree;
}

static void read_section(settings *all, app *one, const settings_section *s) {
    json_value *tree = load(all, one->id, s->name);
    if (!tree)
        return;
    json_reader in = json_read(tree);
    settings_of_app values = one->values;
    section_read(s, &in, &values);
    if (!in.error)
        one->values = values;
    else
        LOG(all->log, LOG_LEVEL_ERROR, "settings.read", log_text("section", s->name), log_text("message", in.message));
    json_free(tree);
}

static void read_app(settings *all, app *one) {
    one->values = all->defaults;
    for (const settings_section *s = sections; s->name; s++)
        read_section(all, one, s);
}

static const settings_of_app *values_of(settings *all, int64_t app_id) {
    app *one = all->apps;
    while (one && one->id != app_id)
        one = one->next;
    if (one)
        return &one->values;
    one = store_has_app(all->db, app_id) ? calloc(1, sizeof *one) : NULL;
    if (!one)
        return &all->defaults;
    one->id = app_id;
    one->next = all->apps;
    all->apps = one;
    read_app(all, one);
    return &one->values;
}

const settings_phone *settings_phone_of(settings *all, int64_t app_id) { return &values_of(all, app_id)->phone; }

const settings_online *settings_online_of(settings *all, int64_t app_id) { return &values_of(all, app_id)->online; }

const settings_omni *settings_omni_of(settings *all, int64_t app_id) { return &values_of(all, app_id)->omni; }

const settings_recording *settings_recording_of(settings *all, int64_t app_id) { return &values_of(all, app_id)->recording; }

const settings_push *settings_push_of(settings *all, int64_t app_id) { return &values_of(all, app_id)->push; }

const settings_asr *settings_asr_of(settings *all, int64_t app_id) { return &values_of(all, app_id)->asr; }

char *settings_get(settings *all, int64_t app_id, const char *section) {
    enum { CAPACITY = STORE_SETTING_MAX + 8192 }; /* room for the members that have their default */
    const settings_section *s = section_find(section);
    char *text = s ? malloc(CAPACITY) : NULL;
    if (!text)
        return NULL;
    json_value *tree = load(all, app_id, section);
    json_writer out = json_write(text, CAPACITY);
    section_write(s, values_of(all, app_id), tree, &out);
    json_free(tree);
    if (json_finish(&out) >= 0)
        return text;
    free(text);
    return NULL;
}

/* ---- writing ---- */

/* Whether the merged document is good as a whole; the sentence is in in->message otherwise. */
static void judge(settings *all, const settings_section *s, const char *document, json_reader *change) {
    json_value *tree = NULL;
    settings_of_app values = all->defaults;
    if (json_parse(document, strlen(document), STORE_SETTING_MAX, &tree)) {
        json_fail(change, TCCC_E_TOO_LARGE, s->name, "is too large, at most 64 KiB fit");
        return;
    }
    json_reader in = json_read(tree);
    section_read(s, &in, &values);
    if (!in.error && s->check)
        s->check(&values, &in);
    if (in.error && !change->error) {
        change->error = in.error;
        memcpy(change->message, in.message, sizeof change->message);
    }
    json_free(tree);
}

static void forget(settings *all, int64_t app_id) {
    for (app *one = all->apps; one; one = one->next)
        if (one->id == app_id)
            read_app(all, one);
}

static int put_document(settings *all, int64_t app_id, const settings_section *s, json_reader *in, char *document) {
    json_value *old = load(all, app_id, s->name);
    json_writer out = json_write(document, STORE_SETTING_MAX);
    section_merge(s, old, in->object, &out);
    json_free(old);
    if (json_finish(&out) < 0)
        json_fail(in, TCCC_E_TOO_LARGE, s->name, "is too large, at most 64 KiB fit");
    else
        judge(all, s, document, in);
    if (in->error)
        return in->error;
    int error = store_put_setting(all->db, app_id, s->name, document);
    if (!error)
        forget(all, app_id);
    return error;
}

int settings_put(settings *all, int64_t app_id, const char *section, const json_value *members, char *err, size_t err_cap) {
    const settings_section *s = section_find(section);
    json_reader in = json_read(members);
    snprintf(err, err_cap, "There is no section %.40s.", section);
    if (!s)
        return TCCC_E_NOT_FOUND;
    snprintf(err, err_cap, "There is no such app.");
    if (!store_has_app(all->db, app_id))
        return TCCC_E_NOT_FOUND;
    section_check_names(s, &in);
    settings_of_app scratch = all->defaults;
    section_read(s, &in, &scratch); /* before the merge, so that the sentence is about what was given */
    char *document = in.error ? NULL : malloc(STORE_SETTING_MAX);
    int error = in.error ? in.error : document ? put_document(all, app_id, s, &in, document) : TCCC_E_NO_MEMORY;
    snprintf(err, err_cap, "%s", in.error ? in.message : error ? tccc_error_sentence(error) : "");
    free(document);
    return error;
}

void settings_check(const char *section, const json_value *members, section_told *told, void *ctx) {
    char sentence[80];
    const settings_section *s = section_find(section);
    snprintf(sentence, sizeof sentence, "There is no section %.40s.", section);
    if (s)
        section_check_all(s, members, told, ctx);
    else
        told(ctx, TCCC_E_NOT_FOUND, members, sentence);
}

/* The file gives the first settings: what the store has of a section already was perhaps changed since, and stays. */
static bool is_set(settings *all, int64_t app_id, const char *section) {
    char *text = NULL;
    bool set = !store_get_setting(all->db, app_id, section, &text);
    free(text);
    return set;
}

static int provision_sections(settings *all, int64_t app_id, const json_value *given, char *err, size_t err_cap) {
    char sentence[200] = "";
    int error = json_is_object(given) ? 0 : TCCC_E_ARG_TYPE;
    if (error)
        snprintf(err, err_cap, "instances.settings: must be an object.");
    for (const json_value *e = error ? NULL : json_first(given); e && !error; e = json_next(e)) {
        error = is_set(all, app_id, json_name(e)) ? 0 : settings_put(all, app_id, json_name(e), e, sentence, sizeof sentence);
        if (error)
            snprintf(err, err_cap, "instances.settings.%.40s: %s", json_name(e), sentence);
    }
    return error;
}

int settings_provision_instances(settings *all, const json_value *instances, char *err, size_t err_cap) {
    int error = 0;
    for (const json_value *e = json_first(instances); e && !error; e = json_next(e)) {
        int64_t app_id = 0;
        const json_value *given = json_member(e, "settings");
        if (given && json_whole(json_member(e, "sdkAppId"), &app_id))
            error = provision_sections(all, app_id, given, err, err_cap);
    }
    return error;
}
