/* flow_read.c: a flow's document into modules: members, types, ranges, names. Layer: server. Rows IVR-015 to IVR-037. */
#include "server/ivr/flow_module.h"
#include "server/store/flow.h"

#include "tccc/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LABEL_MAX = 128, TEXT_MAX = 2000, PLACE_MAX = 1000000, LANGUAGES_MAX = 32, LANGUAGE_MAX = 16
};
static const char KEYS[] = "0123456789*#ABCD";

enum member_kind { PLAIN, SOUND, BOOL, NUMBER, KEY, EXIT, BRANCHES, RATINGS, HOURS };

/* What an object may have. PLAIN ones are read by hand. `at` is the member's place in flow_module. */
typedef struct {
    const char *name;
    enum member_kind kind;
    bool required;
    size_t at;
    int64_t fallback, min, max;           /* NUMBER. KEY: fallback is the key's character, 0 none */
} member;

#define AT(field) offsetof(flow_module, field)
#define NAMED(name, required) { name, PLAIN, required, 0, 0, 0, 0 }
#define SOUND_IN(name, required, field) { name, SOUND, required, AT(field), 0, 0, 0 }
#define NUMBER_IN(name, required, field, fallback, min, max) { name, NUMBER, required, AT(field), fallback, min, max }
#define KEY_IN(name, fallback) { name, KEY, false, AT(key), fallback, 0, 0 }
#define EXIT_BY(name, required, exit) \
    { name, EXIT, required, offsetof(flow_module, exits) + FLOW_EXIT_##exit * sizeof(flow_target), 0, 0, 0 }
#define NEXT EXIT_BY("next", true, NEXT)
#define LAST NAMED(NULL, false)
#define COMMON NAMED("id", true), NAMED("type", true), NAMED("label", false), NAMED("x", false), NAMED("y", false)
#define REPLY NUMBER_IN("replySeconds", false, reply_s, 0, 1, 86400)
#define QUESTION(errors) \
    SOUND_IN("prompt", true, sound), SOUND_IN("timeoutSound", false, timeout_sound), SOUND_IN("errorSound", false, error_sound), \
    NUMBER_IN("maxErrors", false, max_errors, errors, 0, 10), NUMBER_IN("timeoutSeconds", false, timeout_s, 5, 1, 60), REPLY

static const member start_members[] = { COMMON, NEXT, LAST };
static const member play_members[] = { COMMON, SOUND_IN("sound", true, sound),
    { "interruptible", BOOL, false, AT(interruptible), 0, 0, 0 }, NEXT, LAST };
static const member branch_members[] = { COMMON, QUESTION(3), { "branches", BRANCHES, true, AT(choices), 0, 0, 0 },
    EXIT_BY("failed", false, FAILED), LAST };
static const member transfer_members[] = { COMMON, NUMBER_IN("group", true, group, 0, 1, JSON_INTEGER_MAX),
    SOUND_IN("sound", false, sound), SOUND_IN("music", false, music), SOUND_IN("connectedSound", false, last_sound),
    KEY_IN("leaveKey", 0), EXIT_BY("leave", false, LEAVE), EXIT_BY("noAgent", true, NO_AGENT),
    EXIT_BY("queueOver", true, QUEUE_OVER), NEXT, LAST };
static const member voicemail_members[] = { COMMON, SOUND_IN("prompt", true, sound), NUMBER_IN("maxSeconds", false, max_s, 120, 5, 600),
    NUMBER_IN("silenceSeconds", false, silence_s, 5, 0, 60), KEY_IN("stopKey", '#'), REPLY, NEXT, LAST };
static const member rating_members[] = { COMMON, QUESTION(1), SOUND_IN("thanksSound", false, last_sound),
    { "keys", RATINGS, true, AT(choices), 0, 0, 0 }, NEXT, LAST };
static const member hours_members[] = { COMMON, { "timeZone", HOURS, true, 0, 0, 0, 0 }, NAMED("weekly", true), NAMED("exceptions", false),
    EXIT_BY("closed", true, CLOSED), NEXT, LAST };
static const member return_members[] = { COMMON, LAST };
static const member end_members[] = { COMMON, REPLY, SOUND_IN("timeoutSound", false, timeout_sound), SOUND_IN("closingSound", false, last_sound), LAST };
static const member document_members[] = { NAMED("start", true), NAMED("modules", true), LAST };
static const member sound_members[] = { NAMED("text", false), NAMED("soundId", false), NAMED("texts", false), LAST };
static const member branch_choice_members[] = { NAMED("key", true), NAMED("name", true), NAMED("next", true), NAMED("texts", false), LAST };
static const member rating_choice_members[] = { NAMED("key", true), NAMED("label", true), NAMED("texts", false), LAST };

static const struct {
    const char *name;
    const member *members;
} types[] = {
    [FLOW_TYPE_START] = { "start", start_members },           [FLOW_TYPE_PLAY] = { "play", play_members },
    [FLOW_TYPE_BRANCH] = { "branch", branch_members },        [FLOW_TYPE_TRANSFER] = { "transferToHuman", transfer_members },
    [FLOW_TYPE_VOICEMAIL] = { "voicemail", voicemail_members }, [FLOW_TYPE_RATING] = { "rating", rating_members },
    [FLOW_TYPE_HOURS] = { "hours", hours_members },           [FLOW_TYPE_RETURN] = { "return", return_members },
    [FLOW_TYPE_END] = { "end", end_members },
};

/* One reading: where it is, and the sentence of the first thing that is wrong. */
typedef struct {
    char *sentence;
    char where[FLOW_ID_MAX + 32];         /* "Module menu: " */
    bool failed;
} reading;

bool flow_complain(char sentence[FLOW_SENTENCE_MAX], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, FLOW_SENTENCE_MAX, format, arguments);
    va_end(arguments);
    return false;
}

static bool fail(reading *r, const char *what, const char *complaint) {
    if (!r->failed)
        flow_complain(r->sentence, "%s%s%s", r->where, what, complaint);
    r->failed = true;
    return false;
}

/* Names that come from outside are shown when they are words; others could break the sentence or be cut inside a character. */
static bool is_word(const char *text, size_t max) {
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
    return n > 0 && n <= max && !text[n];
}

/* Only members of the list, each once, and all that are required. `part` is "" or "prompt." and so on. */
static bool only(reading *r, const json_value *object, const member *list, const char *part) {
    uint32_t seen = 0;
    char what[200];
    for (const json_value *e = json_first(object); e; e = json_next(e)) {
        int i = 0;
        while (list[i].name && strcmp(list[i].name, json_name(e)))
            i++;
        snprintf(what, sizeof what, "%s%s", part, is_word(json_name(e), 40) ? json_name(e) : "a member with an odd name");
        if (!list[i].name)
            return fail(r, what, " is not known here. Take it out, or see docs/ivr.md for its name.");
        if (seen >> i & 1)
            return fail(r, what, " is given twice. Leave one of them.");
        seen |= UINT32_C(1) << i;
    }
    for (int i = 0; list[i].name; i++) {
        snprintf(what, sizeof what, "%s%s", part, list[i].name);
        if (list[i].required && !(seen >> i & 1))
            return fail(r, what, " is missing. Set it.");
    }
    return true;
}

/* After typed reading: the reader's own sentence. */
static bool accept(reading *r, const json_reader *in, const char *part) {
    return !in->error || fail(r, part, in->message);
}

/* "${var.Name}": CreateIVRSession gives its value. */
static bool is_given_variable(const char *at) {
    size_t n = strncmp(at, "${var.", 6) ? 0 : strspn(at + 6, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return n > 0 && n <= FLOW_VARIABLE_MAX && at[6 + n] == '}';
}

/* A variable that nobody fills in would be read out to the caller. */
static bool variables_known(reading *r, const char *part, const char *text) {
    for (const char *at = text; (at = strstr(at, "${")); at += 2)
        if (strncmp(at, "${WaitNo}", 9) && strncmp(at, "${StaffNo}", 10) && !is_given_variable(at))
            return fail(r, part, "text has a ${...} that is not known. Use ${WaitNo}, ${StaffNo} or ${var.Name}.");
    return true;
}

/* {"zh": "...", "pt-BR": "..."}: a text in other languages. */
static bool read_texts(reading *r, const json_value *object, const char *part, size_t max, const json_value **texts) {
    char what[64];
    snprintf(what, sizeof what, "%stexts", part);
    *texts = json_member(object, "texts");
    if (!*texts)
        return true;
    if (!json_is_object(*texts) || json_size(*texts) < 1 || json_size(*texts) > LANGUAGES_MAX)
        return fail(r, what, " must be an object of 1 to 32 texts by language.");
    for (const json_value *e = json_first(*texts); e; e = json_next(e)) {
        const char *text = json_text(e);
        if (!is_word(json_name(e), LANGUAGE_MAX))
            return fail(r, what, " must have language tags such as zh or pt-BR as names.");
        if (!text || strlen(text) > max || !text[strspn(text, " \t\r\n")])
            return fail(r, what, " has a text that is no text, empty or too long.");
        if (!variables_known(r, part, text))
            return false;
    }
    return true;
}

static bool read_sound(reading *r, const json_value *value, const char *name, flow_sound *sound) {
    char part[48];
    snprintf(part, sizeof part, "%s.", name);
    if (!json_is_object(value))
        return fail(r, name, " must be {\"text\": ...} or {\"soundId\": ...}.");
    if (!only(r, value, sound_members, part))
        return false;
    if (!json_member(value, "text") == !json_member(value, "soundId"))
        return fail(r, name, " must have either text or soundId. Keep one of them.");
    json_reader in = json_read(value);
    sound->text = json_string_or(&in, "text", NULL, TEXT_MAX);
    sound->sound_id = json_integer_or(&in, "soundId", 0, 1, JSON_INTEGER_MAX);
    if (!accept(r, &in, part) || !read_texts(r, value, part, TEXT_MAX, &sound->texts))
        return false;
    if (!sound->sound_id && (!sound->text || !sound->text[strspn(sound->text, " \t\r\n")]))
        return fail(r, name, " has nothing to play. Write a text, or choose a sound.");
    return !sound->text || variables_known(r, part, sound->text);
}

static bool read_key(reading *r, const char *text, const char *what) {
    if (text && text[0] && !text[1] && strchr(KEYS, text[0]))
        return true;
    return fail(r, what, " must be one key: 0 to 9, *, # or A to D.");
}

static bool read_choice(reading *r, const json_value *value, const member *list, const char *part, flow_module *m) {
    flow_choice *choice = &m->choices[m->n_choices];
    bool branch = list == branch_choice_members;
    if (!json_is_object(value))
        return fail(r, branch ? "branches" : "keys", " must hold objects only.");
    if (!only(r, value, list, part))
        return false;
    json_reader in = json_read(value);
    choice->key = json_string(&in, "key", 1, 8);
    choice->label = json_string(&in, branch ? "name" : "label", 1, LABEL_MAX);
    choice->target = (flow_target){ branch ? json_string(&in, "next", 1, FLOW_ID_MAX) : NULL, FLOW_NOWHERE };
    char what[64];
    snprintf(what, sizeof what, "%skey", part);
    if (!accept(r, &in, part) || !read_key(r, choice->key, what) || !read_texts(r, value, part, LABEL_MAX, &choice->texts))
        return false;
    for (int i = 0; i < m->n_choices; i++)
        if (m->choices[i].key[0] == choice->key[0])
            return fail(r, what, " is taken by another choice of this module. Give each its own key.");
    m->n_choices++;
    return true;
}

static bool read_choices(reading *r, const json_value *value, const char *name, const member *list, flow_module *m) {
    if (!json_is_array(value) || json_size(value) < 1 || json_size(value) > FLOW_BRANCHES_MAX)
        return fail(r, name, " must be a list of 1 to 12 keys.");
    for (const json_value *e = json_first(value); e; e = json_next(e)) {
        char part[48];
        snprintf(part, sizeof part, "%s[%d].", name, m->n_choices);
        if (!read_choice(r, e, list, part, m))
            return false;
    }
    return true;
}

static bool read_hours(reading *r, const json_value *object, flow_module *m) {
    char sentence[HOURS_SENTENCE_MAX];
    m->hours = hours_read(object, sentence);
    return m->hours || fail(r, sentence, "");
}

static bool read_member(reading *r, const json_value *object, const member *about, flow_module *m) {
    const json_value *value = json_member(object, about->name);
    void *at = (char *)m + about->at;
    json_reader in = json_read(object);
    switch (about->kind) {
    case PLAIN:
        return true;
    case SOUND:
        return !value || read_sound(r, value, about->name, at);
    case BOOL:
        *(bool *)at = json_bool_or(&in, about->name, false);
        break;
    case NUMBER:
        *(int64_t *)at = json_integer_or(&in, about->name, about->fallback, about->min, about->max);
        if (!in.error && about->required && !*(int64_t *)at)
            return fail(r, about->name, " is missing. Set it.");
        break;
    case KEY:
        *(const char **)at = json_string_or(&in, about->name, about->fallback == '#' ? "#" : "", 8);
        if (!in.error && **(const char **)at && !read_key(r, *(const char **)at, about->name))
            return false;
        break;
    case EXIT:
        ((flow_target *)at)->id = about->required ? json_string(&in, about->name, 1, FLOW_ID_MAX)
                                                  : json_string_or(&in, about->name, NULL, FLOW_ID_MAX);
        break;
    case BRANCHES:
        return read_choices(r, value, about->name, branch_choice_members, m);
    case RATINGS:
        return read_choices(r, value, about->name, rating_choice_members, m);
    case HOURS:
        return read_hours(r, object, m);
    }
    return accept(r, &in, "");
}

static int type_of(const char *name) {
    for (int i = 0; i < (int)(sizeof types / sizeof *types); i++)
        if (!strcmp(types[i].name, name))
            return i;
    return -1;
}

/* What every module has. Also all that a draft's modules must have. */
static int read_head(reading *r, const json_value *value, int index, const char **id) {
    snprintf(r->where, sizeof r->where, "modules[%d]: ", index);
    json_reader in = json_read(value);
    if (in.error)
        return fail(r, "", "each module must be an object."), -1;
    *id = json_string(&in, "id", 1, FLOW_ID_MAX);
    if (!accept(r, &in, ""))
        return -1;
    if (!is_word(*id, FLOW_ID_MAX))
        return fail(r, "id", " may have letters, digits, '_', '-' and '.' only."), -1;
    snprintf(r->where, sizeof r->where, "Module %s: ", *id);
    const char *type = json_string(&in, "type", 1, 40);
    if (!accept(r, &in, ""))
        return -1;
    if (type_of(type) < 0)
        fail(r, "type", " must be start, play, branch, transferToHuman, voicemail, rating, hours, return or end.");
    return type_of(type);
}

static bool read_module(reading *r, const json_value *value, int index, flow_module *m) {
    int type = read_head(r, value, index, &m->id);
    if (type < 0 || !only(r, value, types[type].members, ""))
        return false;
    json_reader in = json_read(value);
    m->type = (enum flow_type)type;
    m->label = json_string_or(&in, "label", m->id, LABEL_MAX);
    if (m->label && !m->label[0]) /* NULL: too long, which accept() tells */
        m->label = m->id;
    json_integer_or(&in, "x", 0, -PLACE_MAX, PLACE_MAX); /* the canvas's */
    json_integer_or(&in, "y", 0, -PLACE_MAX, PLACE_MAX);
    if (!accept(r, &in, ""))
        return false;
    for (int e = 0; e < FLOW_EXITS; e++)
        m->exits[e].to = FLOW_NOWHERE;
    for (const member *about = types[type].members; about->name; about++)
        if (!read_member(r, value, about, m))
            return false;
    if (type == FLOW_TYPE_TRANSFER && (m->key[0] != 0) != (m->exits[FLOW_EXIT_LEAVE].id != NULL))
        return fail(r, "leaveKey", " and leave belong together. Set both, or neither.");
    return true;
}

/* --- names --- */

static int find(const flow *f, const char *id) {
    for (int i = 0; i < f->n_modules; i++)
        if (!strcmp(f->modules[i].id, id))
            return i;
    return FLOW_NOWHERE;
}

static bool resolve(reading *r, const flow *f, flow_target *target, const char *name) {
    if (!target->id)
        return true;
    target->to = find(f, target->id);
    if (target->to != FLOW_NOWHERE)
        return true;
    char what[FLOW_ID_MAX + 64];
    if (is_word(target->id, FLOW_ID_MAX))
        snprintf(what, sizeof what, "%s leads to %s", name, target->id);
    else
        snprintf(what, sizeof what, "%s leads somewhere", name);
    return fail(r, what, ", which does not exist. Connect it to a module of this flow.");
}

static bool resolve_module(reading *r, flow *f, flow_module *m) {
    static const char *const names[FLOW_EXITS] = { "next", "failed", "noAgent", "queueOver", "leave", "closed" };
    snprintf(r->where, sizeof r->where, "Module %s: ", m->id);
    for (int e = 0; e < FLOW_EXITS; e++)
        if (!resolve(r, f, &m->exits[e], names[e]))
            return false;
    for (int i = 0; i < m->n_choices; i++) {
        char name[40];
        snprintf(name, sizeof name, "branches[%d].next", i);
        if (!resolve(r, f, &m->choices[i].target, name))
            return false;
    }
    return true;
}

static bool resolve_all(reading *r, flow *f, const char *start) {
    for (int i = 0; i < f->n_modules; i++) {
        snprintf(r->where, sizeof r->where, "Module %s: ", f->modules[i].id);
        if (find(f, f->modules[i].id) != i)
            return fail(r, "id", " is taken by another module. Give each its own.");
        f->returns |= f->modules[i].type == FLOW_TYPE_RETURN;
    }
    snprintf(r->where, sizeof r->where, "start: ");
    f->start = find(f, start);
    if (f->start == FLOW_NOWHERE)
        return fail(r, "", "there is no module of that id. Name the module that the call begins at.");
    for (int i = 0; i < f->n_modules; i++) {
        if (f->modules[i].type == FLOW_TYPE_START && i != f->start)
            return fail(r, "", "the document has another module of type start. Name it here, and keep only one.");
    }
    for (int i = 0; i < f->n_modules; i++)
        if (!resolve_module(r, f, &f->modules[i]))
            return false;
    return true;
}

/* --- documents --- */

/* The document's modules, or NULL with a sentence. */
static const json_value *read_document(reading *r, const json_value *tree) {
    if (!json_is_object(tree))
        return fail(r, "", "The flow must be a JSON object with start and modules."), NULL;
    const json_value *modules = json_member(tree, "modules");
    if (!json_is_array(modules) || json_size(modules) < 1 || json_size(modules) > FLOW_MODULES_MAX)
        return fail(r, "", "modules must be a list of 1 to 200 modules."), NULL;
    return modules;
}

static json_value *parse(reading *r, const char *json, size_t length) {
    json_value *tree = NULL;
    int error = json_parse(json, length, STORE_FLOW_TEXT_MAX, &tree);
    if (error == TCCC_E_TOO_LARGE)
        fail(r, "", "The flow is too large. Keep it below 256 KiB: shorten its texts, or split it.");
    else if (error)
        fail(r, "", "The flow is not JSON (RFC 8259) in UTF-8. Check quotes, commas and brackets.");
    return tree;
}

static bool fill(reading *r, flow *f, const json_value *modules) {
    json_reader in = json_read(f->tree);
    const char *start = json_string(&in, "start", 1, FLOW_ID_MAX);
    if (!accept(r, &in, ""))
        return false;
    for (const json_value *e = json_first(modules); e; e = json_next(e)) {
        int index = f->n_modules++; /* what it owns is freed with the flow, also after a mistake */
        if (!read_module(r, e, index, &f->modules[index]))
            return false;
    }
    return resolve_all(r, f, start);
}

flow *flow_read(const char *json, size_t length, char sentence[FLOW_SENTENCE_MAX]) {
    reading r = { .sentence = sentence };
    json_value *tree = parse(&r, json, length);
    const json_value *modules = tree ? read_document(&r, tree) : NULL;
    if (!modules || !only(&r, tree, document_members, "")) {
        json_free(tree);
        return NULL;
    }
    flow *f = calloc(1, sizeof *f + (size_t)json_size(modules) * sizeof *f->modules);
    if (!f) {
        fail(&r, "", "Memory is exhausted. Try again later.");
        json_free(tree);
        return NULL;
    }
    f->tree = tree;
    if (fill(&r, f, modules))
        return f;
    flow_free(f);
    return NULL;
}

bool flow_is_draft(const char *json, size_t length, char sentence[FLOW_SENTENCE_MAX]) {
    reading r = { .sentence = sentence };
    json_value *tree = parse(&r, json, length);
    const json_value *modules = tree ? read_document(&r, tree) : NULL;
    int index = 0;
    const char *id;
    for (const json_value *e = json_first(modules); e && !r.failed; e = json_next(e))
        read_head(&r, e, index++, &id);
    json_free(tree);
    return !r.failed;
}
