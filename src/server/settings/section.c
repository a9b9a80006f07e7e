/* section.c: the table of settings, and reading and writing by it. Layer: server. */
#include "server/settings/section.h"
#include "server/url.h"

#include "tccc/error.h"

#include <stdio.h>
#include <string.h>

enum { REASON_MAX = 60, REPLY_MAX = 1000, NAME_MAX_BYTES = 120, URL_MAX = 1023, POPUPS_MAX = 5, REASONS_MAX = 50 };

/* ---- elements of lists ---- */

static void check_text(json_reader *in, const char *list, const json_value *item, size_t max) {
    char complaint[96];
    const char *text = json_text(item);
    snprintf(complaint, sizeof complaint, "must hold texts of 1 to %zu bytes", max);
    if (!text)
        json_fail(in, TCCC_E_ARG_TYPE, list, complaint);
    else if (!*text || strlen(text) > max)
        json_fail(in, TCCC_E_ARG_RANGE, list, complaint);
}

static void check_reason(json_reader *in, const char *list, const json_value *item) { check_text(in, list, item, REASON_MAX); }

static void check_reply(json_reader *in, const char *list, const json_value *item) { check_text(in, list, item, REPLY_MAX); }

/* A list whose element is read by a reader of its own: what that finds is told as a failure of the list. */
typedef struct {
    json_reader *in;
    const char *list;
} list_element;

static void on_page_failure(void *ctx, const json_reader *page, int error, const char *name) {
    list_element *of = ctx;
    char complaint[200];
    (void)name;
    int n = snprintf(complaint, sizeof complaint, "holds a wrong page: %.140s", page->message);
    if (complaint[n - 1] == '.')
        complaint[n - 1] = 0;
    json_fail(of->in, error, of->list, complaint);
}

static void check_popup(json_reader *in, const char *list, const json_value *item) {
    list_element of = { in, list };
    json_reader page = json_read(item);
    if (page.error)
        on_page_failure(&of, &page, page.error, "");
    if (page.error)
        return;
    page.on_failure = on_page_failure;
    page.context = &of;
    json_string(&page, "name", 1, NAME_MAX_BYTES);
    const char *url = json_string(&page, "url", 1, URL_MAX);
    json_bool_or(&page, "enabled", true);
    if (url && !url_is_plain(url, "http"))
        json_fail(&page, TCCC_E_ARG_RANGE, "url", "must be an http or https URL");
    for (const json_value *e = json_first(item); e; e = json_next(e))
        if (strcmp(json_name(e), "name") && strcmp(json_name(e), "url") && strcmp(json_name(e), "enabled"))
            json_fail(&page, TCCC_E_ARG_RANGE, json_name(e), "is no member of a page");
}

/* ---- the table ---- */

#define AT(field) offsetof(settings_of_app, field)
#define FLAG(name, field, fallback) { name, MEMBER_BOOL, AT(field), 0, 1, fallback, NULL, NULL, NULL }
#define INT(name, field, min, max, fallback) { name, MEMBER_INT, AT(field), min, max, fallback, NULL, NULL, NULL }
#define ID(name, field) { name, MEMBER_ID, AT(field), 0, JSON_INTEGER_MAX, 0, NULL, NULL, NULL }
#define CHOICE(name, field, choices) { name, MEMBER_CHOICE, AT(field), 0, 0, 0, choices, NULL, NULL }
#define TEXT(name, kind, field) { name, kind, AT(field), 0, sizeof ((settings_of_app *)0)->field, 0, NULL, NULL, NULL }
#define SECRET(name, field, has) { name, MEMBER_SECRET, AT(field), 0, sizeof ((settings_of_app *)0)->field, 0, NULL, has, NULL }
#define LIST(name, most, check) { name, MEMBER_LIST, 0, 0, most, 0, NULL, NULL, check }
#define END { 0 }

static const char *const strategies[] = { "longestIdle", "fewestCalls", NULL };
static const char *const auths[] = { "none", "basic", "oauth2", NULL };
static const char *const recognisers[] = { "builtin", "external", NULL };

static const settings_member phone_members[] = {
    FLAG("timeoutTransfer", phone.timeout_transfer, 1),
    INT("timeoutTransferSeconds", phone.timeout_transfer_s, 1, 90, 20),
    FLAG("statusRecovery", phone.status_recovery, 0),
    INT("statusRecoverySeconds", phone.status_recovery_s, 1, 90, 30),
    CHOICE("strategy", phone.strategy, strategies),
    FLAG("lastAgentFirst", phone.last_agent_first, 0),
    FLAG("missedRests", phone.missed_rests, 1),
    FLAG("autoAnswer", phone.auto_answer, 0),
    INT("queueSeconds", phone.queue_s, 1, 3600, 60),
    INT("queueMax", phone.queue_max, 1, 10000, 1000),
    FLAG("numberMapping", phone.number_mapping, 0),
    ID("holdSound", phone.hold_sound),
    ID("queueSound", phone.queue_sound),
    ID("ratingFlow", phone.rating_flow),
    END,
};

static const settings_member online_members[] = {
    FLAG("timeoutTransfer", online.timeout_transfer, 1),
    INT("timeoutTransferSeconds", online.timeout_transfer_s, 1, 90, 20),
    INT("maxChats", online.max_chats, 1, 24, 5),
    FLAG("missedRests", online.missed_rests, 1),
    FLAG("autoAccept", online.auto_accept, 0),
    INT("silenceSeconds", online.silence_s, 0, 86400, 0),
    FLAG("lastAgentFirst", online.last_agent_first, 0),
    INT("queueSeconds", online.queue_s, 1, 3600, 300),
    INT("queueMax", online.queue_max, 1, 10000, 1000),
    END,
};

static const settings_member omni_members[] = {
    FLAG("timeoutTransfer", omni.timeout_transfer, 1),
    INT("timeoutTransferSeconds", omni.timeout_transfer_s, 1, 90, 20),
    END,
};

static const settings_member recording_members[] = {
    FLAG("enabled", recording.enabled, 1),
    INT("retentionDays", recording.retention_days, 0, 3650, 90),
    END,
};

static const settings_member push_members[] = {
    TEXT("url", MEMBER_URL, push.url),
    FLAG("cdr", push.cdr, 1),
    FLAG("record", push.record, 1),
    FLAG("voicemail", push.voicemail, 1),
    FLAG("im", push.im, 1),
    CHOICE("auth", push.auth, auths),
    TEXT("username", MEMBER_TEXT, push.username),
    SECRET("password", push.password, "hasPassword"),
    TEXT("tokenUrl", MEMBER_URL, push.token_url),
    TEXT("clientId", MEMBER_TEXT, push.client_id),
    SECRET("clientSecret", push.client_secret, "hasClientSecret"),
    END,
};

static const settings_member asr_members[] = {
    FLAG("enabled", asr.enabled, 0),
    FLAG("toAgents", asr.to_agents, 1),
    CHOICE("recogniser", asr.recogniser, recognisers),
    TEXT("url", MEMBER_STREAM_URL, asr.url),
    SECRET("token", asr.token, "hasToken"),
    END,
};

static const settings_member rest_members[] = { LIST("reasons", REASONS_MAX, check_reason), END };
static const settings_member popup_members[] = { LIST("pages", POPUPS_MAX, check_popup), END };
static const settings_member reply_members[] = { LIST("texts", LIST_ITEMS_MAX, check_reply), END };

static void check_push(const settings_of_app *values, json_reader *in) {
    const settings_push *p = &values->push;
    if (!p->url[0])
        return;
    if (p->auth == PUSH_AUTH_BASIC && (!p->username[0] || strchr(p->username, ':')))
        json_fail(in, TCCC_E_ARG_RANGE, "username", "must be given, without a colon, when auth is basic");
    if (p->auth == PUSH_AUTH_OAUTH2 && !p->token_url[0])
        json_fail(in, TCCC_E_ARG_RANGE, "tokenUrl", "must be given when auth is oauth2");
    if (p->auth == PUSH_AUTH_OAUTH2 && !p->client_id[0])
        json_fail(in, TCCC_E_ARG_RANGE, "clientId", "must be given when auth is oauth2");
}

static void check_asr(const settings_of_app *values, json_reader *in) {
    if (values->asr.enabled && values->asr.recogniser == ASR_EXTERNAL && !values->asr.url[0])
        json_fail(in, TCCC_E_ARG_RANGE, "url", "must be given when recogniser is external");
}

const settings_section sections[] = {
    { "phone", phone_members, NULL },
    { "online", online_members, NULL },
    { "omni", omni_members, NULL },
    { "recording", recording_members, NULL },
    { "push", push_members, check_push },
    { "asr", asr_members, check_asr },
    { "restReasons", rest_members, NULL },
    { "popups", popup_members, NULL },
    { "quickReplies", reply_members, NULL },
    { NULL, NULL, NULL },
};

const char *const settings_sections[] = { "phone", "online", "omni", "recording", "push", "asr", "restReasons", "popups", "quickReplies", NULL };

const settings_section *section_find(const char *name) {
    const settings_section *s = sections;
    while (s->name && strcmp(s->name, name))
        s++;
    return s->name ? s : NULL;
}

/* ---- values ---- */

static void *field(settings_of_app *values, const settings_member *m) { return (char *)values + m->offset; }

static void put_number(const settings_member *m, settings_of_app *values, int64_t number) {
    if (m->kind == MEMBER_BOOL)
        *(bool *)field(values, m) = number != 0;
    else if (m->kind == MEMBER_ID)
        *(int64_t *)field(values, m) = number;
    else
        *(int *)field(values, m) = (int)number; /* INT; CHOICE: an enum, which gcc and clang keep as int */
}

static int64_t get_number(const settings_member *m, const settings_of_app *values) {
    const void *at = (const char *)values + m->offset;
    return m->kind == MEMBER_BOOL ? *(const bool *)at : m->kind == MEMBER_ID ? *(const int64_t *)at : *(const int *)at;
}

static bool is_text(const settings_member *m) { return m->kind == MEMBER_TEXT || m->kind == MEMBER_URL || m->kind == MEMBER_STREAM_URL || m->kind == MEMBER_SECRET; }

void section_set_defaults(const settings_section *s, settings_of_app *values) {
    for (const settings_member *m = s->members; m->name; m++) {
        if (is_text(m))
            *(char *)field(values, m) = 0;
        else if (m->kind != MEMBER_LIST)
            put_number(m, values, m->fallback);
    }
}

static bool is_printable(const char *text) {
    while (*text && (unsigned char)*text >= ' ' && *text != 127)
        text++;
    return !*text;
}

static void read_text(const settings_member *m, json_reader *in, settings_of_app *values) {
    const char *text = json_string_or(in, m->name, "", (size_t)m->max - 1);
    if (in->error)
        return;
    if (m->kind == MEMBER_URL && *text && !url_is_plain(text, "http"))
        json_fail(in, TCCC_E_ARG_RANGE, m->name, "must be an http or https URL in ASCII, without a user and without #");
    else if (m->kind == MEMBER_STREAM_URL && *text && !url_is_plain(text, "http") && !url_is_plain(text, "ws"))
        json_fail(in, TCCC_E_ARG_RANGE, m->name, "must be an http, https, ws or wss URL in ASCII, without a user and without #");
    else if (!is_printable(text))
        json_fail(in, TCCC_E_ARG_RANGE, m->name, "must not hold control characters");
    else if (m->kind != MEMBER_SECRET || *text)
        snprintf(field(values, m), (size_t)m->max, "%s", text);
}

static void read_list(const settings_member *m, json_reader *in) {
    const json_value *list = json_array_or(in, m->name, (int)m->max);
    for (const json_value *e = json_first(list); e && !in->error; e = json_next(e))
        m->check_item(in, m->name, e);
}

static void read_member(const settings_member *m, json_reader *in, settings_of_app *values) {
    int64_t now = m->kind == MEMBER_LIST || is_text(m) ? 0 : get_number(m, values);
    switch (m->kind) {
    case MEMBER_BOOL: put_number(m, values, json_bool_or(in, m->name, now != 0)); break;
    case MEMBER_INT:
    case MEMBER_ID: now = json_integer_or(in, m->name, now, m->min, m->max); if (!in->error) put_number(m, values, now); break;
    case MEMBER_CHOICE: now = json_choice_or(in, m->name, (int)now, m->choices); if (!in->error) put_number(m, values, now); break;
    case MEMBER_TEXT:
    case MEMBER_URL:
    case MEMBER_STREAM_URL:
    case MEMBER_SECRET: read_text(m, in, values); break;
    case MEMBER_LIST: read_list(m, in); break;
    }
}

/* null counts as not given. */
static bool is_given(const json_value *document, const char *name) {
    json_reader in = json_read(document);
    return !in.error && (json_string(&in, name, 0, SIZE_MAX) || in.error != TCCC_E_ARG_MISSING);
}

void section_read(const settings_section *s, json_reader *in, settings_of_app *values) {
    for (const settings_member *m = s->members; m->name && !in->error; m++)
        if (is_given(in->object, m->name))
            read_member(m, in, values);
}

void section_check_names(const settings_section *s, json_reader *in) {
    for (const json_value *e = json_first(in->object); e && (!in->error || in->on_failure); e = json_next(e)) {
        const settings_member *m = s->members;
        while (m->name && strcmp(m->name, json_name(e)) && !(m->has && !strcmp(m->has, json_name(e))))
            m++;
        if (!m->name)
            json_fail(in, TCCC_E_ARG_RANGE, json_name(e), "is no setting of this section");
        else if (json_member(in->object, json_name(e)) != e)
            json_fail(in, TCCC_E_ARG_RANGE, json_name(e), "is given twice");
    }
}

/* ---- every mistake ---- */

typedef struct {
    section_told *told;
    void *ctx;
    const json_value *element;      /* of a list, that is looked at */
} telling;

static void on_failure(void *ctx, const json_reader *in, int error, const char *name) {
    telling *t = ctx;
    const json_value *member = json_member(in->object, name);
    t->told(t->ctx, error, t->element ? t->element : member ? member : in->object, in->message);
}

static void check_list(const settings_member *m, json_reader *in, telling *t) {
    const json_value *list = json_array_or(in, m->name, (int)m->max);
    for (t->element = json_first(list); t->element; t->element = json_next(t->element))
        m->check_item(in, m->name, t->element);
}

void section_check_all(const settings_section *s, const json_value *document, section_told *told, void *ctx) {
    telling t = { .told = told, .ctx = ctx };
    settings_of_app values;
    json_reader in = json_read(document);
    if (in.error) {
        told(ctx, in.error, document, in.message);
        return;
    }
    in.on_failure = on_failure;
    in.context = &t;
    section_check_names(s, &in);
    memset(&values, 0, sizeof values);
    section_set_defaults(s, &values);
    for (const settings_member *m = s->members; m->name; m++) {
        in.error = 0; /* each member by itself: what is wrong keeps its default */
        if (is_given(document, m->name) && m->kind == MEMBER_LIST)
            check_list(m, &in, &t);
        else if (is_given(document, m->name))
            read_member(m, &in, &values);
    }
    if (s->check)
        s->check(&values, &in);
}

/* ---- documents ---- */

static void write_member(const settings_member *m, const settings_of_app *values, const json_value *document, json_writer *out) {
    const char *text = (const char *)values + m->offset;
    switch (m->kind) {
    case MEMBER_BOOL: json_put_bool(out, m->name, get_number(m, values) != 0); break;
    case MEMBER_INT:
    case MEMBER_ID: json_put_integer(out, m->name, get_number(m, values)); break;
    case MEMBER_CHOICE: json_put_string(out, m->name, m->choices[get_number(m, values)]); break;
    case MEMBER_TEXT:
    case MEMBER_URL:
    case MEMBER_STREAM_URL: json_put_string(out, m->name, text); break;
    case MEMBER_SECRET:
        json_put_string(out, m->name, "");
        json_put_bool(out, m->has, text[0] != 0);
        break;
    case MEMBER_LIST:
        if (json_is_array(json_member(document, m->name)))
            json_put_value(out, m->name, json_member(document, m->name));
        else
            json_put_raw(out, m->name, "[]");
        break;
    }
}

void section_write(const settings_section *s, const settings_of_app *values, const json_value *document, json_writer *out) {
    json_open_object(out, NULL);
    for (const settings_member *m = s->members; m->name; m++)
        write_member(m, values, document, out);
    json_close(out);
}

/* An empty secret is what settings_get shows: it stays as it is. */
static bool replaces(const settings_member *m, const json_value *change) {
    const json_value *value = json_member(change, m->name);
    const char *text = value ? json_text(value) : NULL;
    return value && !(m->kind == MEMBER_SECRET && text && !*text);
}

void section_merge(const settings_section *s, const json_value *old, const json_value *change, json_writer *out) {
    json_open_object(out, NULL);
    for (const settings_member *m = s->members; m->name; m++) {
        const json_value *from = replaces(m, change) ? change : old;
        if (is_given(from, m->name))
            json_put_value(out, m->name, json_member(from, m->name));
    }
    json_close(out);
}
