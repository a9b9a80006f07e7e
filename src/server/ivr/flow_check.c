/* flow_check.c: whether a flow's modules are all connected, lead to an end, and never go round by themselves. Layer: server.
 * Rows IVR-034, IVR-035. */
#include "server/ivr/flow_module.h"

#include <string.h>

/* Ways out of a module: its exits, then its choices. FLOW_NOWHERE where there is none. */
enum { WAYS = FLOW_EXITS + FLOW_BRANCHES_MAX };

static int way(const flow_module *m, int index) {
    if (index < FLOW_EXITS)
        return m->exits[index].to;
    return index - FLOW_EXITS < m->n_choices ? m->choices[index - FLOW_EXITS].target.to : FLOW_NOWHERE;
}

static bool by_itself(int index) { return index < FLOW_EXITS && index != FLOW_EXIT_LEAVE; }

static bool all_connected(const flow *f, char sentence[FLOW_SENTENCE_MAX]) {
    bool reached[FLOW_MODULES_MAX] = { false };
    int open[FLOW_MODULES_MAX], n_open = 0;
    reached[f->start] = true;
    open[n_open++] = f->start;
    while (n_open) {
        const flow_module *m = &f->modules[open[--n_open]];
        for (int w = 0; w < WAYS; w++) {
            int to = way(m, w);
            if (to == FLOW_NOWHERE || reached[to])
                continue;
            reached[to] = true;
            open[n_open++] = to;
        }
    }
    for (int i = 0; i < f->n_modules; i++)
        if (!reached[i])
            return flow_complain(sentence, "Module %s: no way leads to it. Connect it to a module before it, or delete it.", f->modules[i].id);
    return true;
}

/* From the ends backwards, until nothing new is found. */
static bool all_end(const flow *f, char sentence[FLOW_SENTENCE_MAX]) {
    bool ends[FLOW_MODULES_MAX] = { false }, more = true;
    for (int i = 0; i < f->n_modules; i++)
        ends[i] = f->modules[i].type == FLOW_TYPE_END || f->modules[i].type == FLOW_TYPE_RETURN;
    while (more) {
        more = false;
        for (int i = 0; i < f->n_modules; i++)
            for (int w = 0; w < WAYS && !ends[i]; w++) {
                int to = way(&f->modules[i], w);
                if (to != FLOW_NOWHERE && ends[to])
                    more = ends[i] = true;
            }
    }
    for (int i = 0; i < f->n_modules; i++)
        if (!ends[i])
            return flow_complain(sentence, "Module %s: no way from it reaches an end. Connect it, or one behind it, to a module of type end.",
                                 f->modules[i].id);
    return true;
}

typedef struct {
    const flow *flow;
    char *sentence;
    enum { NEW, ON_THE_WAY, DONE } marks[FLOW_MODULES_MAX];
} walk;

/* Depth first over what happens without a key; at most FLOW_MODULES_MAX deep. */
static bool no_way_round(walk *w, int index) {
    const flow_module *m = &w->flow->modules[index];
    w->marks[index] = ON_THE_WAY;
    for (int i = 0; i < WAYS; i++) {
        int to = by_itself(i) ? way(m, i) : FLOW_NOWHERE;
        if (to == FLOW_NOWHERE || w->marks[to] == DONE)
            continue;
        if (w->marks[to] == ON_THE_WAY)
            return flow_complain(w->sentence, "Module %s: leads back to %s without a key of the caller, so that the call might never end."
                                              " Put a branch between them, or connect it to an end.", m->id, w->flow->modules[to].id);
        if (!no_way_round(w, to))
            return false;
    }
    w->marks[index] = DONE;
    return true;
}

bool flow_check(const flow *f, char sentence[FLOW_SENTENCE_MAX]) {
    walk w = { .flow = f, .sentence = sentence };
    if (!all_connected(f, sentence) || !all_end(f, sentence))
        return false;
    for (int i = 0; i < f->n_modules; i++)
        if (w.marks[i] == NEW && !no_way_round(&w, i))
            return false;
    return true;
}
