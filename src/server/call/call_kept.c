/* call_kept.c: ended sessions, which pages show until call.delete; a page that never deletes loses its oldest. Layer: server. */
#include "server/call/call_state.h"

#include <string.h>

enum { KEPT_MAX = 24 };

static void destroy(void *arg) {
    kept_session *k = arg;
    list_unlink(&k->le);
}

static void trim(calls *all, const seat *s) {
    kept_session *oldest = NULL;
    int n = 0;
    for (struct le *le = all->kept.head; le; le = le->next) {
        kept_session *k = le->data;
        if (k->seat != s)
            continue;
        oldest = oldest ? oldest : k;
        n++;
    }
    if (n > KEPT_MAX)
        kept_remove(oldest);
}

static const char *keep(char *to, size_t capacity, const char *from) {
    if (!from)
        return NULL;
    str_ncpy(to, from, capacity);
    return to;
}

void kept_add(calls *all, call *c, const call_end *end) {
    kept_session *k = kept_find(all, end->seat, c->id); /* it comes back to an agent who had it before */
    if (k)
        kept_remove(k);
    k = mem_zalloc(sizeof *k, destroy);
    if (!k)
        return;
    wire_session s;
    call_describe(c, end, &s);
    k->seat = end->seat;
    str_ncpy(k->id, c->id, sizeof k->id);
    s.session_id = k->id;
    s.caller = keep(k->caller, sizeof k->caller, s.caller);
    s.callee = keep(k->callee, sizeof k->callee, s.callee);
    s.phone_desc = keep(k->phone_desc, sizeof k->phone_desc, s.phone_desc);
    s.peer_user_id = keep(k->peer, sizeof k->peer, s.peer_user_id);
    if (c->visit) {
        k->visit = *c->visit;
        s.visitor = call_visitor(&k->visit);
    }
    s.state = WIRE_ENDED;
    s.held = s.self_service = s.has_media = false;
    s.timeout_s = 0;
    k->session = s;
    list_append(&all->kept, &k->le, k);
    trim(all, end->seat);
}

kept_session *kept_find(calls *all, const seat *s, const char *session_id) {
    for (struct le *le = all->kept.head; le; le = le->next) {
        kept_session *k = le->data;
        if (k->seat == s && !strcmp(k->id, session_id))
            return k;
    }
    return NULL;
}

void kept_remove(kept_session *k) { mem_deref(k); }

void kept_forget_seat(calls *all, const seat *s) {
    for (struct le *le = all->kept.head; le;) {
        kept_session *k = le->data;
        le = le->next;
        if (k->seat == s)
            kept_remove(k);
    }
}
