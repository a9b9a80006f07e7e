/* call_transcript.c: what is said in a call, as text: to its agents, and to those who monitor it as text. Layer: server. docs/asr.md. */
#include "server/call/call_state.h"

#include <string.h>

static const settings_asr *rules_of(const call *c) { return settings_asr_of(c->all->parts.settings, c->app_id); }

static bool is_agent_page(const call_end *end) { return end->seat && seat_whose(end->seat); }

static bool somebody_reads(const call *c) {
    bool by_agents = rules_of(c)->to_agents && (is_agent_page(&c->near) || is_agent_page(&c->far));
    return rules_of(c)->enabled && (by_agents || c->n_readers);
}

static void begin(call *c) {
    const settings_asr *rules = rules_of(c);
    asr_what what = { .external = rules->recogniser == ASR_EXTERNAL, .url = rules->url, .token = rules->token };
    c->transcript = asr_start(c->all->parts.asr, &what);
}

static void stop(call *c) {
    if (c->transcript)
        asr_stop(c->all->parts.asr, c->transcript);
    c->transcript = 0;
}

/* It runs while people talk and somebody reads it; its times and numbers go on over pauses. */
static void update(call *c) {
    if (!c->all->parts.asr || (!c->transcript && !(c->talks && call_sound(c) && somebody_reads(c))))
        return;
    if (!c->transcript)
        begin(c);
    if (c->transcript)
        asr_move(c->all->parts.asr, c->transcript, c->talks && somebody_reads(c) ? call_sound(c) : 0);
}

void call_transcript_start(call *c) {
    c->talks = true;
    update(c);
}

void call_transcript_pause(call *c) {
    c->talks = false;
    update(c);
}

void call_transcript_end(call *c) {
    c->talks = false;
    c->n_readers = 0;
    stop(c);
}

static int place_of(const call *c, const seat *s) {
    int i = 0;
    while (i < c->n_readers && c->readers[i] != s)
        i++;
    return i;
}

int call_transcript_listen(call *c, seat *s) {
    if (!rules_of(c)->enabled || !c->all->parts.asr)
        return TCCC_E_STATE;
    if (place_of(c, s) < c->n_readers)
        return 0;
    if (c->n_readers == CALL_READERS_MAX)
        return TCCC_E_LIMIT;
    c->readers[c->n_readers++] = s;
    update(c);
    return 0;
}

void call_transcript_unlisten(call *c, const seat *s) {
    int i = place_of(c, s);
    if (i == c->n_readers)
        return;
    c->readers[i] = c->readers[--c->n_readers];
    update(c);
}

/* ---- from the recogniser ---- */

static call *whose(calls *all, uint32_t transcript) {
    for (struct le *le = all->list.head; le; le = le->next)
        if (((call *)le->data)->transcript == transcript)
            return le->data;
    return NULL;
}

static void tell(call *c, seat *s, const wire_asr *said, bool own) {
    wire_event event = { .name = WIRE_EV_ASR, .session_id = c->id, .asr = *said };
    event.asr.flow = own ? WIRE_FLOW_OUT : WIRE_FLOW_IN;
    seat_event(s, &event);
}

/* An agent's own words are OUT, also for the one who calls another inside. */
void calls_said(void *ctx, uint32_t transcript, int side, const wire_asr *said) {
    call *c = whose(ctx, transcript);
    if (!c)
        return;
    bool to_agents = rules_of(c)->to_agents;
    if (to_agents && is_agent_page(&c->near))
        tell(c, c->near.seat, said, side == CALL_NEAR);
    if (to_agents && is_agent_page(&c->far))
        tell(c, c->far.seat, said, side == CALL_FAR);
    for (int i = 0; i < c->n_readers; i++) {
        bool was_told = to_agents && (c->readers[i] == c->near.seat || c->readers[i] == c->far.seat);
        if (!was_told)
            tell(c, c->readers[i], said, side == CALL_NEAR);
    }
}
