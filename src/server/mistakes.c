/* mistakes.c: mistakes of a configuration file, in the order of their lines. Layer: server. */
#include "server/mistakes.h"

#include <string.h>

static bool has(const mistakes *m, const json_value *at) {
    for (int i = 0; i < m->n; i++)
        if (m->list[i].at == at)
            return true;
    return false;
}

static bool is_told(const mistakes *m, const json_value *at, const char *sentence) {
    for (int i = 0; i < m->n; i++)
        if (m->list[i].at == at && !strcmp(m->list[i].sentence, sentence))
            return true;
    return false;
}

void mistakes_add(mistakes *m, int error, const json_value *at, const char *at_member, const char *sentence) {
    const json_value *member = at_member ? json_member(at, at_member) : NULL;
    if (member ? has(m, member) : is_told(m, at, sentence))
        return;
    if (m->n == MISTAKES_MAX) {
        m->n_more++;
        return;
    }
    mistake *added = &m->list[m->n++];
    *added = (mistake){ .at = member ? member : at, .error = error };
    snprintf(added->sentence, sizeof added->sentence, "%s", sentence);
}

bool mistakes_concern(const mistakes *m, const json_value *value) {
    bool concerned = has(m, value);
    for (const json_value *e = json_first(value); e && !concerned; e = json_next(e))
        concerned = has(m, e);
    return concerned;
}

void mistakes_order(mistakes *m, const char *text, size_t length, const json_value *tree) {
    for (int i = 0; i < m->n; i++)
        if (m->list[i].at)
            m->list[i].line = json_line(text, length, tree, m->list[i].at);
    for (int i = 1; i < m->n; i++) { /* by insertion: those of one line stay as they came */
        mistake moved = m->list[i];
        int to = i;
        for (; to && m->list[to - 1].line > moved.line; to--)
            m->list[to] = m->list[to - 1];
        m->list[to] = moved;
    }
}

static int print_one(const mistake *one, const char *name, char *text, size_t capacity) {
    if (one->line)
        return snprintf(text, capacity, "%s:%d: %s", name, one->line, one->sentence);
    return snprintf(text, capacity, "%s: %s", name, one->sentence);
}

void mistakes_print(const mistakes *m, const char *name, FILE *to) {
    char text[sizeof m->list[0].sentence + 4096 + 16];
    for (int i = 0; i < m->n; i++) {
        print_one(&m->list[i], name, text, sizeof text);
        fprintf(to, "%s\n", text);
    }
    if (m->n_more)
        fprintf(to, "%s: and %d more\n", name, m->n_more);
}

void mistakes_first(const mistakes *m, const char *name, char *text, size_t capacity) {
    int others = m->n + m->n_more - 1;
    int used = print_one(&m->list[0], name, text, capacity);
    if (others > 0 && used > 0 && (size_t)used < capacity)
        snprintf(text + used, capacity - (size_t)used, " (%d more; --check-config tells all)", others);
}
