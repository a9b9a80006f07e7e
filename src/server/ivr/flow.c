/* flow.c: a flow that is held by the calls that run it, and what it refers to. Layer: server. */
#include "server/ivr/flow_module.h"

#include <stdlib.h>
#include <string.h>

flow *flow_parse(const char *json, size_t length, char sentence[FLOW_SENTENCE_MAX])
{
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

flow *flow_hold(flow *f)
{
    if (f)
        f->holders++;
    return f;
}

void flow_drop(flow *f)
{
    if (!f || --f->holders)
        return;
    json_free(f->tree);
    free(f);
}

bool flow_fits(const flow *f, const char *kind, char sentence[FLOW_SENTENCE_MAX])
{
    bool self_service = !strcmp(kind, "selfService");
    if (self_service && !f->returns)
        return flow_complain(sentence, "A self-service flow must lead back to the agent. Add a module of type return.");
    for (int i = 0; i < f->n_modules; i++) {
        const flow_module *m = &f->modules[i];
        if (!self_service && m->type == FLOW_TYPE_RETURN)
            return flow_complain(sentence, "Module %s: return is for self-service flows. Use end.", m->id);
        if (self_service && (m->type == FLOW_TYPE_TRANSFER || m->type == FLOW_TYPE_VOICEMAIL || m->type == FLOW_TYPE_RATING))
            return flow_complain(sentence, "Module %s: a self-service flow may only play, branch, return and end. Take it out.", m->id);
    }
    return true;
}

void flow_each_sound(const flow *f, bool (*each)(void *ctx, const char *module, const flow_sound *sound), void *ctx)
{
    for (int i = 0; i < f->n_modules; i++) {
        const flow_module *m = &f->modules[i];
        const flow_sound *sounds[] = { &m->sound, &m->timeout_sound, &m->error_sound, &m->music, &m->last_sound };
        for (size_t s = 0; s < sizeof sounds / sizeof *sounds; s++)
            if (flow_sound_is_set(sounds[s]) && !each(ctx, m->id, sounds[s]))
                return;
    }
}

void flow_each_group(const flow *f, bool (*each)(void *ctx, const char *module, int64_t group_id), void *ctx)
{
    for (int i = 0; i < f->n_modules; i++)
        if (f->modules[i].type == FLOW_TYPE_TRANSFER && !each(ctx, f->modules[i].id, f->modules[i].group))
            return;
}
