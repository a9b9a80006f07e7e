/* seat.c: a seat's life, its events and answers. Layer: server. Source: docs/protocol.md. */
#include "server/seat/seat_state.h"

#include <string.h>

static void destroy(void *arg) {
    seat *s = arg;
    deadline_clear(s->all->timers, &s->window);
    deadline_clear(s->all->timers, &s->away);
    list_unlink(&s->le);
    s->all->n_seats--;
    if (s->media)
        edge_seat_free(s->all->edge, s->media);
    outbox_free(s->box);
}

seat *seat_make(seats *all, agent *whose, visitor *v) {
    seat *s = mem_zalloc(sizeof *s, destroy);
    if (!s)
        return NULL;
    s->all = all;
    s->agent = whose;
    s->visitor = v;
    visitor_random_hex(s->id, SEAT_ID_LEN);
    list_append(&all->seats, &s->le, s);
    all->n_seats++;
    s->box = outbox_new();
    s->media = edge_seat_new(all->edge, s->ticket);
    if (!s->box || !s->media) {
        mem_deref(s);
        return NULL;
    }
    if (v)
        visitor_add_page(v, s);
    else
        agent_set_seat(whose, s);
    return s;
}

void seat_unmake(seat *s) {
    if (s->link)
        s->link->seat = NULL;
    agent *whose = s->agent;
    visitor *v = s->visitor;
    seat_unkeep(s);
    mem_deref(s);
    if (v)
        visitor_drop_page(v, s); /* as a name: it is gone */
    else
        agent_set_seat(whose, NULL);
}

static void window_over(void *owner) {
    seat *s = owner;
    LOG(s->all->log, LOG_LEVEL_INFO, "seat.gone", log_text("user", seat_name(s)));
    if (s->agent)
        seat_note_absent(s, false); /* as it is now, before it goes offline */
    s->all->handler.gone(s->all->ctx, s);
    seat_unmake(s);
}

static void is_away(void *owner) {
    seat *s = owner;
    LOG(s->all->log, LOG_LEVEL_INFO, "seat.away", log_text("user", seat_name(s)));
    s->all->handler.unreachable(s->all->ctx, s);
}

void seat_start_window(seat *s, bool silent) {
    LOG(s->all->log, LOG_LEVEL_INFO, "seat.lost", log_text("user", seat_name(s)));
    if (s->agent)
        agent_set_connected(s->agent, false);
    deadline_set(s->all->timers, &s->window, (uint64_t)s->all->config.resume_s * 1000, window_over, s);
    deadline_set(s->all->timers, &s->away, silent ? 0 : SEAT_AWAY_MS, is_away, s);
}

void seat_event(seat *s, const wire_event *event) {
    const char *text;
    size_t len;
    int error = outbox_event(s->box, event, &text, &len);
    if (error)
        LOG(s->all->log, LOG_LEVEL_ERROR, "seat.event", log_text("event", wire_event_name(event->name)), log_error("error", error));
    else if (s->link)
        seat_link_send_text(s->link, text, len);
}

void seat_answer(seat *s, uint64_t ticket, enum wire_method method, const wire_result *result, int error, const char *sentence) {
    wire_answer answer = { .ok = !error, .method = method };
    const char *text;
    size_t len;
    if (error)
        answer.error = wire_error_of(error, sentence);
    else if (result)
        answer.result = *result;
    if (!outbox_answer(s->box, ticket, &answer, &text, &len) && s->link)
        seat_link_send_text(s->link, text, len);
}

agent *seat_whose(const seat *s) { return s->agent; }
visitor *seat_visitor(const seat *s) { return s->visitor; }
const char *seat_name(const seat *s) { return s->visitor ? visitor_of(s->visitor)->id : agent_row(s->agent)->user_id; }
const store_agent *seat_agent(const seat *s) { return agent_row(s->agent); }
edge_seat seat_media(const seat *s) { return s->media; }
bool seat_is_connected(const seat *s) { return s->link != NULL; }

bool seat_is_restored(const seat *s) { return s->restored_ms && clock_ms() - s->restored_ms < (uint64_t)s->all->config.resume_s * 1000; }

int seats_count(const seats *all) { return all->n_seats; }

int seat_take_channel(seat *s) {
    for (int i = 0; i < SEAT_CHANNELS; i++) {
        if (s->channels & 1u << i)
            continue;
        s->channels |= 1u << i;
        return i;
    }
    return -1;
}

void seat_give_channel(seat *s, int channel) {
    if (channel >= 0)
        s->channels &= ~(1u << channel);
}
