/* flow.c: a flow that is held by the calls that run it, and what it refers to. Layer: server. */
#include "server/ivr/flow_module.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

flow *flow_parse(const char *json, size_t length, char sentence[FLOW_SENTENCE_MAX]) {
    sentence[0] = 0;
    flow *f = flow_read(json, length, sentence);
    if (!f)
        return NULL;
    f->holders = 1;
    if (flow_check(f, sentence))
        return f;
    flow_drop(f);
    return NULL;
}

flow *flow_hold(flow *f) {
    if (f)
        f->holders++;
    return f;
}

void flow_drop(flow *f) {
    if (!f || --f->holders)
        return;
    flow_free(f);
}

void flow_free(flow *f) {
    for (int i = 0; i < f->n_modules; i++)
        hours_free(f->modules[i].hours);
    json_free(f->tree);
    free(f);
}

bool flow_fits(const flow *f, const char *kind, char sentence[FLOW_SENTENCE_MAX]) {
    bool self_service = !strcmp(kind, "selfService");
    if (self_service && !f->returns)
        return flow_complain(sentence, "A self-service flow must lead back to the agent. Add a module of type return.");
    for (int i = 0; i < f->n_modules; i++) {
        const flow_module *m = &f->modules[i];
        if (!self_service && m->type == FLOW_TYPE_RETURN)
            return flow_complain(sentence, "Module %s: return is for self-service flows. Use end.", m->id);
        if (self_service && (m->type == FLOW_TYPE_TRANSFER || m->type == FLOW_TYPE_VOICEMAIL || m->type == FLOW_TYPE_RATING))
            return flow_complain(sentence, "Module %s: a self-service flow may only play, branch, look at hours, return and end. Take it out.", m->id);
    }
    return true;
}

static bool is_said(const flow_sound *sound) { return !sound->sound_id || sound->texts; }

/* Music is left out of a chat; everything else must have words. */
bool flow_suits_chat(const flow *f, char sentence[FLOW_SENTENCE_MAX]) {
    for (int i = 0; i < f->n_modules; i++) {
        const flow_module *m = &f->modules[i];
        const flow_sound *said[] = { &m->sound, &m->timeout_sound, &m->error_sound, &m->last_sound };
        for (size_t s = 0; s < sizeof said / sizeof *said; s++)
            if (!is_said(said[s]))
                return flow_complain(sentence, "Module %s: sound %lld is a recording, which a chat cannot show. Give it texts, or a text in its place.", m->id,
                                     (long long)said[s]->sound_id);
    }
    return true;
}

static const json_value *text_named(const json_value *texts, const char *language, size_t length) {
    for (const json_value *e = json_first(texts); e; e = json_next(e))
        if (strlen(json_name(e)) == length && !strncasecmp(json_name(e), language, length))
            return e;
    return NULL;
}

const char *flow_text_in(const char *language, const char *text, const json_value *texts) {
    size_t primary = strcspn(language, "-_");
    const json_value *found = texts && *language ? text_named(texts, language, strlen(language)) : NULL;
    if (!found && texts && primary)
        found = text_named(texts, language, primary);
    if (!found && texts && !text)
        found = json_first(texts); /* a recording's words, in some language */
    return found ? json_text(found) : text;
}

void flow_each_sound(const flow *f, bool (*each)(void *ctx, const char *module, const flow_sound *sound), void *ctx) {
    for (int i = 0; i < f->n_modules; i++) {
        const flow_module *m = &f->modules[i];
        const flow_sound *sounds[] = { &m->sound, &m->timeout_sound, &m->error_sound, &m->music, &m->last_sound };
        for (size_t s = 0; s < sizeof sounds / sizeof *sounds; s++)
            if (flow_sound_is_set(sounds[s]) && !each(ctx, m->id, sounds[s]))
                return;
    }
}

void flow_each_group(const flow *f, bool (*each)(void *ctx, const char *module, int64_t group_id), void *ctx) {
    for (int i = 0; i < f->n_modules; i++)
        if (f->modules[i].type == FLOW_TYPE_TRANSFER && !each(ctx, f->modules[i].id, f->modules[i].group))
            return;
}
