/* chat_request.c: what the two sides' pages ask for. Layer: server. */
#include "server/chat/chat_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void refuse_state(chat *c, seat *s, const wire_request *request, uint64_t ticket) {
    char sentence[64];
    snprintf(sentence, sizeof sentence, "The chat is %s.", chat_phase_name(c->phase));
    seat_answer(s, ticket, request->method, NULL, TCCC_E_STATE, sentence);
}

static void apply(chat *c, enum chat_happening what, seat *s, const wire_request *request, uint64_t ticket) {
    if (chat_table_step(c->phase, what).action == CHAT_ACT_REFUSE) {
        refuse_state(c, s, request, ticket);
        return;
    }
    seat_answer(s, ticket, request->method, NULL, 0, NULL);
    if (what == CHAT_ON_AGENT_ENDS && chat_flow_follows(c))
        what = CHAT_ON_AGENT_LEAVES;
    chat_end(c, what, CHAT_END_NORMAL, WIRE_BY_SEAT, NULL);
}

/* ---- transfer ---- */

int chat_read_group(const chats *all, int64_t app_id, const char *text, store_group *group) {
    size_t n = strspn(text, "0123456789");
    bool is = n && n < 16 && !text[n] && !store_get_group(all->parts.store, atoll(text), group) && group->app_id == app_id;
    return is ? 0 : TCCC_E_NOT_FOUND;
}

static void transfer(chat *c, seat *s, const wire_request *request, uint64_t ticket) {
    const wire_args *args = &request->args;
    const char *sentence = NULL;
    store_group group = { 0 };
    agent *to = NULL;
    int error = 0;
    if (chat_table_step(c->phase, CHAT_ON_TRANSFER).action == CHAT_ACT_REFUSE) {
        refuse_state(c, s, request, ticket);
        return;
    }
    if (args->skill_group_id) {
        error = chat_read_group(c->all, c->row.app_id, args->skill_group_id, &group);
        sentence = "skillGroupId names no skill group of this application.";
    } else if (!(to = agents_find(c->all->parts.agents, c->row.app_id, args->user_id))) {
        error = TCCC_E_NOT_FOUND;
        sentence = "userId names no agent of this application.";
    } else if (to == c->agent) {
        error = TCCC_E_ARG_RANGE;
        sentence = "userId is the agent who has the chat.";
    } else if (!agent_is_chat_present(to)) {
        error = TCCC_E_COLLEAGUE_OFFLINE;
    }
    seat_answer(s, ticket, request->method, NULL, error, error ? sentence : NULL);
    if (error)
        return;
    c->home_group_id = c->row.group_id;
    c->only = to;
    if (!to)
        c->row.group_id = group.id;
    snprintf(c->target, sizeof c->target, "%s", to ? args->user_id : args->skill_group_id);
    chat_apply(c, CHAT_ON_TRANSFER);
}

/* ---- rating ---- */

static void rate(chats *all, seat *s, const wire_request *request, uint64_t ticket) {
    store_chat row;
    int error = store_get_chat(all->parts.store, request->args.session_id, &row);
    const char *sentence = NULL;
    if (!error && strcmp(row.visitor_id, visitor_of(seat_visitor(s))->id))
        error = TCCC_E_NOT_FOUND;
    if (!error && (!row.end_ms || row.score)) {
        error = TCCC_E_STATE;
        sentence = row.score ? "The chat was rated before." : "The chat can be rated when it has ended.";
    }
    if (!error) {
        row.score = request->args.score;
        snprintf(row.comment, sizeof row.comment, "%s", request->args.comment ? request->args.comment : "");
        error = store_put_chat(all->parts.store, &row);
    }
    seat_answer(s, ticket, request->method, NULL, error, sentence);
}

/* ---- who may ---- */

typedef struct {
    const char *user_id;
    bool is;
} search;

static bool is_step_of(void *ctx, const store_chat_step *step) {
    search *q = ctx;
    q->is = step->accept_ms && !strcmp(step->user_id, q->user_id);
    return !q->is;
}

/* Whether it was the visitor's, or an agent's who served it. */
static bool took_part(chats *all, const char *session_id, const seat *s) {
    store_chat row;
    if (store_get_chat(all->parts.store, session_id, &row))
        return false;
    if (seat_visitor(s))
        return !strcmp(row.visitor_id, visitor_of(seat_visitor(s))->id) && row.app_id == visitor_of(seat_visitor(s))->app_id;
    const store_agent *who = agent_row(seat_whose(s));
    search q = { who->user_id, false };
    return row.app_id == who->app_id && !store_list_chat_steps(all->parts.store, session_id, is_step_of, &q) && q.is;
}

static bool has(const chat *c, const seat *s) {
    return seat_visitor(s) ? c->visitor == seat_visitor(s) : c->agent && c->agent == seat_whose(s);
}

/* ---- requests ---- */

/* Of one who has the chat now. */
static void serve(chat *c, seat *s, const wire_request *request, uint64_t ticket) {
    bool talks = seat_visitor(s) ? c->phase != CHAT_PHASE_OVER : c->phase == CHAT_PHASE_OPEN;
    switch (request->method) {
    case WIRE_CHAT_ACCEPT: apply(c, CHAT_ON_ACCEPT, s, request, ticket); return;
    case WIRE_CHAT_REJECT: apply(c, CHAT_ON_REJECT, s, request, ticket); return;
    case WIRE_CHAT_END: apply(c, CHAT_ON_AGENT_ENDS, s, request, ticket); return;
    case WIRE_CHAT_TRANSFER: transfer(c, s, request, ticket); return;
    default: break;
    }
    if (!talks) {
        refuse_state(c, s, request, ticket);
        return;
    }
    switch (request->method) {
    case WIRE_CHAT_SEND: chat_send(c, s, request, ticket); break;
    case WIRE_CHAT_READ: chat_note_read(c, s, request, ticket); break;
    case WIRE_CHAT_TYPING: chat_typing(c, s, request, ticket); break;
    case WIRE_CHAT_HISTORY: chat_history(c->all, s, request, ticket); break;
    case WIRE_CHAT_UPLOAD: chat_file_offer(c->all->parts.files, c->row.app_id, c->row.session_id, s, request, ticket); break;
    default: refuse_state(c, s, request, ticket); break;
    }
}

/* Of a chat that has ended, or gone on to somebody else. */
static void serve_past(chats *all, seat *s, const wire_request *request, uint64_t ticket) {
    bool ends = request->method == WIRE_CHAT_END || request->method == WIRE_CHAT_REJECT || request->method == WIRE_CHAT_DELETE || request->method == WIRE_CHAT_READ;
    if (request->method == WIRE_CHAT_SEND && chat_sent_before(all, s, request, ticket))
        return;
    bool known = took_part(all, request->args.session_id, s);
    if (ends && (known || seat_whose(s)))
        seat_answer(s, ticket, request->method, NULL, 0, NULL);
    else if (request->method == WIRE_CHAT_HISTORY && known)
        chat_history(all, s, request, ticket);
    else
        seat_answer(s, ticket, request->method, NULL, known ? TCCC_E_STATE : TCCC_E_NOT_FOUND, known ? "The chat has ended." : NULL);
}

void chats_request(chats *all, seat *s, const wire_request *request, uint64_t ticket) {
    chat *c = chat_find(all, request->args.session_id);
    if (request->method == WIRE_CHAT_RATE)
        rate(all, s, request, ticket);
    else if (c && has(c, s) && request->method != WIRE_CHAT_DELETE)
        serve(c, s, request, ticket);
    else if (c && has(c, s))
        refuse_state(c, s, request, ticket);
    else
        serve_past(all, s, request, ticket);
}
