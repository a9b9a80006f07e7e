/* seat_absent.c: agents' pages that did not come back within the resume window: a laptop that slept, a network that was away for long. They
 * may come back later, without a new sign-in token, unless the agent has signed in elsewhere meanwhile. Layer: server.
 * Source: docs/protocol.md, "The end of a seat". */
#include "server/seat/seat_state.h"

#include <openssl/crypto.h>
#include <string.h>

enum { ABSENT_S = 12 * 3600 /* a working day */, ABSENT_OF_AGENT = 4 /* the newest; more are forgotten */ };

typedef struct {
    struct le le;                    /* the oldest first */
    deadlines *timers;
    store_seat row;
    bool ousted;
    deadline end;
} absent;

static void destroy(void *arg) {
    absent *one = arg;
    deadline_clear(one->timers, &one->end);
    list_unlink(&one->le);
}

static void is_over(void *owner) { mem_deref(owner); }

static bool is_of(const absent *one, const agent *whose) {
    return one->row.app_id == agent_row(whose)->app_id && !strcmp(one->row.name, agent_row(whose)->user_id);
}

static void make_room(seats *all, const agent *whose) {
    absent *oldest = NULL;
    int n = 0;
    for (struct le *le = all->absent.head; le; le = le->next) {
        if (!is_of(le->data, whose))
            continue;
        oldest = oldest ? oldest : le->data;
        n++;
    }
    if (n >= ABSENT_OF_AGENT)
        mem_deref(oldest);
}

void seat_note_absent(const seat *s, bool ousted) {
    seats *all = s->all;
    make_room(all, s->agent);
    absent *one = mem_zalloc(sizeof *one, destroy);
    if (!one)
        return; /* its page signs in anew */
    one->timers = all->timers;
    one->row = seat_row(s);
    one->ousted = ousted;
    list_append(&all->absent, &one->le, one);
    if (deadline_set(all->timers, &one->end, (uint64_t)ABSENT_S * 1000, is_over, one))
        mem_deref(one); /* it would stay for ever */
}

void seat_oust_absent(seats *all, const agent *whose) {
    for (struct le *le = all->absent.head; le; le = le->next)
        if (is_of(le->data, whose))
            ((absent *)le->data)->ousted = true;
}

static bool is_hash(const char *have, const char *hash) { return have[0] && !CRYPTO_memcmp(have, hash, SEAT_HASH_LEN); }

static absent *find(const seats *all, const char *hash) {
    for (struct le *le = all->absent.head; le; le = le->next) {
        absent *one = le->data;
        if (is_hash(one->row.resume, hash) || is_hash(one->row.earlier, hash))
            return one;
    }
    return NULL;
}

/* Its agent may be there without a page, by its desk phone, or may have been sent offline. */
static void settle_status(seat *s, const store_seat *row) {
    if (agent_status_of(s->agent) == AGENT_STATUS_OFFLINE && !agent_row(s->agent)->forbidden)
        seat_restore_status(s, row);
    else
        agent_set_microphone(s->agent, (enum agent_microphone)row->microphone);
}

/* A page that was loaded anew since (it has no lastSeq) signs in anew. */
int seat_return(seats *all, const wire_hello *hello, const char *hash, seat **out) {
    absent *one = hello->has_last_seq ? find(all, hash) : NULL;
    if (!one || one->ousted)
        return one ? TCCC_E_KICKED : TCCC_E_TOKEN_INVALID;
    *out = seat_from_row(all, &one->row);
    if (*out)
        settle_status(*out, &one->row);
    mem_deref(one);
    return *out ? 0 : TCCC_E_TOKEN_INVALID;
}
