/* chat.c: a chat's life: its steps, what both sides are told, its record. Layer: server. */
#include "server/chat/chat_state.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const settings_online *chat_settings(const chat *c) { return settings_online_of(c->all->parts.settings, c->row.app_id); }

static bool id_is(struct le *le, void *id) { return !strcmp(((chat *)le->data)->row.session_id, id); }

chat *chat_find(chats *all, const char *session_id) {
    return list_ledata(hash_lookup(all->by_id, hash_joaat_str(session_id), id_is, (void *)(uintptr_t)session_id));
}

static void destroy(void *arg) {
    chat *c = arg;
    deadlines *timers = c->all->parts.timers;
    deadline_clear(timers, &c->offer);
    deadline_clear(timers, &c->queue);
    deadline_clear(timers, &c->silence);
    deadline_clear(timers, &c->answer);
    flow_run_free(c->run);
    hash_unlink(&c->hash);
    list_unlink(&c->le);
}

/* ---- telling ---- */

seat *chat_seat_of_agent(const chat *c) { return c->agent ? agent_seat(c->agent) : NULL; }

void chat_tell_agent(chat *c, wire_event *event) {
    seat *s = chat_seat_of_agent(c);
    event->session_id = c->row.session_id;
    if (s)
        seat_event(s, event);
}

void chat_tell_visitor(chat *c, wire_event *event) {
    event->session_id = c->row.session_id;
    for (int i = 0; c->visitor && i < visitor_pages(c->visitor); i++)
        seat_event(visitor_page(c->visitor, i), event);
}

static void tell_ended(chat *c) {
    double seconds = c->row.accept_ms ? (double)(c->row.end_ms - c->row.accept_ms) / 1000 : 0;
    wire_event event = { .name = WIRE_EV_SESSION_ENDED, .ended = { .type = WIRE_IM, .duration_s = seconds, .close_by = c->closed_by, .main_reason = c->end_reason } };
    chat_tell_agent(c, &event);
    chat_tell_visitor(c, &event);
}

/* ---- the record ---- */

void chat_save(chat *c) {
    int error = store_put_chat(c->all->parts.store, &c->row);
    if (error)
        LOG(c->all->parts.log, LOG_LEVEL_ERROR, "chat.save", log_text("session", c->row.session_id), log_error("error", error));
}

/* A clock_ms as Unix ms: 0 stays 0. */
static int64_t as_unix(uint64_t ms) { return ms ? (int64_t)ms - (int64_t)clock_ms() + clock_unix_ms() : 0; }

static void copy_id(char *into, const agent *a) { snprintf(into, STORE_TEXT, "%s", a ? agent_row(a)->user_id : ""); }

static store_chat_place place_of(const chat *c) {
    store_chat_place row = { .transferring = c->transferring, .home_group_id = c->home_group_id, .waits_since_ms = as_unix(c->waits_since_ms),
                               .queue_end_ms = as_unix(c->queue_end_ms), .offer_end_ms = as_unix(c->offer_end_ms), .rejected = c->rejected, .flow_version = c->flow_version, .flow_seq = c->flow_seq };
    if (c->run)
        flow_run_save(c->run, row.flow_state);
    snprintf(row.session_id, sizeof row.session_id, "%s", c->row.session_id);
    snprintf(row.phase, sizeof row.phase, "%s", chat_phase_name(c->phase));
    copy_id(row.holder, c->agent);
    copy_id(row.only_agent, c->only);
    copy_id(row.handed_by, c->handed_by);
    snprintf(row.target, sizeof row.target, "%s", c->target);
    return row;
}

/* In one write with what a step has changed besides. */
void chat_keep(chat *c) {
    store *db = c->all->parts.store;
    store_chat_place row = place_of(c);
    int error = store_begin(db);
    if (!error) {
        (void)store_put_chat(db, &c->row); /* store_end tells */
        (void)store_put_chat_place(db, &row);
        if (c->agent)
            (void)store_put_chat_step(db, c->row.session_id, c->n_steps - 1, &c->step);
        error = store_end(db);
    }
    if (error)
        LOG(c->all->parts.log, LOG_LEVEL_ERROR, "chat.keep", log_text("session", c->row.session_id), log_error("error", error));
}

static bool take_left(void *ctx, const store_chat_message *message) {
    *(store_chat_message *)ctx = *message;
    return false;
}

/* The record and its push, both or neither. */
static int write_end(chats *all, const store_chat *row) {
    store *db = all->parts.store;
    store_chat_message left = { .text = "" };
    if (row->left_seq)
        (void)store_list_chat_messages(db, row->session_id, row->left_seq - 1, 0, 1, take_left, &left);
    char *body = chat_push_body(row, left.text[0] ? left.text : NULL);
    int error = store_begin(db);
    if (error) {
        free(body);
        return error;
    }
    error = store_put_chat(db, row);
    if (!error)
        error = store_delete_chat_place(db, row->session_id);
    if (!error && body)
        error = push_put(all->parts.pushes, row->app_id, "im", row->session_id, body);
    int ended = store_end(db);
    all->counters.ended[row->end_status & 127]++;
    free(body);
    if (!error && !ended)
        pushes_wake(all->parts.pushes);
    return error ? error : ended;
}

int chat_note_end(chats *all, const store_chat *row) {
    int error = write_end(all, row);
    LOG(all->parts.log, error ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "chat.ended", log_text("session", row->session_id), log_integer("status", row->end_status),
        log_error("error", error));
    return error;
}

/* ---- steps ---- */

static void finish(chat *c) {
    chat_leave_queue(c);
    c->row.end_ms = clock_unix_ms();
    c->row.end_status = c->end_status;
    c->row.closed_by = c->closed_by;
    tell_ended(c);
    chat_release(c, c->end_status, false);
    (void)chat_note_end(c->all, &c->row);
    visitor *v = c->visitor;
    c->visitor = NULL;
    mem_deref(c);
    if (v)
        visitor_ended(v, WIRE_IM);
}

static void open_chat(chat *c) {
    deadline_clear(c->all->parts.timers, &c->offer);
    if (!c->row.accept_ms) {
        c->row.accept_ms = clock_unix_ms();
        c->all->counters.accepted++;
        c->all->counters.waited_ms += (uint64_t)(c->row.accept_ms > c->row.queued_ms ? c->row.accept_ms - c->row.queued_ms : 0);
    }
    snprintf(c->row.user_id, sizeof c->row.user_id, "%s", agent_row(c->agent)->user_id);
    c->step.accept_ms = clock_unix_ms();
    const store_agent *row = agent_row(c->agent);
    wire_event accessed = { .name = WIRE_EV_USER_ACCESSED }, joined = { .name = WIRE_EV_JOINED, .nickname = row->nick[0] ? row->nick : row->name };
    chat_tell_agent(c, &accessed);
    chat_tell_visitor(c, &joined);
    seat *giver = c->transferring && c->handed_by ? agent_seat(c->handed_by) : NULL;
    wire_event moved = { .name = WIRE_EV_TRANSFER, .session_id = c->row.session_id };
    if (c->only)
        moved.transfer.user_id = c->target;
    else
        moved.transfer.skill_group_id = c->target;
    if (giver)
        seat_event(giver, &moved);
    c->transferring = false;
    c->handed_by = NULL;
    c->only = NULL;
    chat_flow_connected(c);
    chat_keep(c);
}

bool chat_apply(chat *c, enum chat_happening what) {
    chat_cell cell = chat_table_step(c->phase, what);
    if (cell.action == CHAT_ACT_REFUSE || c->all->stopped)
        return false;
    if (cell.action != CHAT_ACT_NOTHING)
        LOG(c->all->parts.log, LOG_LEVEL_DEBUG, "chat.phase", log_text("session", c->row.session_id), log_text("from", chat_phase_name(c->phase)),
            log_text("to", chat_phase_name((enum chat_phase)cell.next)), log_integer("by", what));
    c->phase = (enum chat_phase)cell.next;
    switch ((enum chat_action)cell.action) {
    case CHAT_ACT_NOTHING: case CHAT_ACT_REFUSE: break;
    case CHAT_ACT_OFFER: chat_offer(c); break;
    case CHAT_ACT_OPEN: open_chat(c); break;
    case CHAT_ACT_NEXT: chat_take_back(c, what); break;
    case CHAT_ACT_HAND_OVER: chat_hand_over(c); break;
    case CHAT_ACT_WAIT: chat_wait(c); break;
    case CHAT_ACT_TURN: chat_turn(c); break;
    case CHAT_ACT_AFTER: chat_after_agent(c); break;
    case CHAT_ACT_END: finish(c); break;
    }
    return true;
}

bool chat_end(chat *c, enum chat_happening what, enum chat_end status, enum wire_close_by by, const char *reason) {
    c->end_status = status;
    c->closed_by = by;
    c->end_reason = reason;
    return chat_apply(c, what);
}

/* ---- a visit ---- */

static void make_id(char id[65]) {
    unsigned char b[16] = { 0 };
    (void)RAND_bytes(b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* RFC 9562 section 5.4 */
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(id, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7],
             b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

static void fill_row(store_chat *row, const visitor_facts *who, const store_channel *channel, const char *remark) {
    make_id(row->session_id);
    row->app_id = who->app_id;
    snprintf(row->visitor_id, sizeof row->visitor_id, "%s", who->id);
    snprintf(row->nickname, sizeof row->nickname, "%s", who->nickname);
    snprintf(row->avatar, sizeof row->avatar, "%s", who->avatar);
    snprintf(row->client_data, sizeof row->client_data, "%s", who->client_data);
    snprintf(row->language, sizeof row->language, "%s", who->language);
    snprintf(row->channel_id, sizeof row->channel_id, "%s", channel->id);
    snprintf(row->channel_name, sizeof row->channel_name, "%s", channel->name);
    snprintf(row->remark, sizeof row->remark, "%s", remark ? remark : "");
    row->group_id = channel->group_id;
    row->start_ms = clock_unix_ms();
}

chat *chat_make(chats *all, visitor *v, const store_chat *row) {
    chat *c = mem_zalloc(sizeof *c, destroy);
    if (!c)
        return NULL;
    c->all = all;
    c->visitor = v;
    c->row = *row;
    list_append(&all->list, &c->le, c);
    hash_append(all->by_id, hash_joaat_str(c->row.session_id), &c->hash, c);
    visitor_began(v, WIRE_IM, c->row.session_id);
    return c;
}

/* The chat, and the seats that its visitor comes back to it by, all or none. */
static int write_start(chats *all, const visitor *v, const store_chat *row) {
    store *db = all->parts.store;
    int error = store_begin(db);
    if (error)
        return error;
    (void)store_put_chat(db, row); /* store_end tells */
    for (int i = 0; i < visitor_pages(v); i++)
        (void)seat_keep(visitor_page(v, i));
    return store_end(db);
}

/* Whom the visitor asks for: the agents into `listed`, a group into the row (ACD-036). 0 or NOT_FOUND with a sentence. */
static int read_wish(const chats *all, const wire_args *args, store_chat *row, agent *listed[WIRE_LISTED_MAX], const char **sentence) {
    store_group group;
    *sentence = NULL;
    for (int i = 0; i < args->n_user_ids && !*sentence; i++)
        if (!(listed[i] = agents_find(all->parts.agents, row->app_id, args->user_ids[i])))
            *sentence = "userIds must name agents of this application.";
    if (args->skill_group_id && chat_read_group(all, row->app_id, args->skill_group_id, &group))
        *sentence = "skillGroupId names no skill group of this application.";
    else if (args->skill_group_id)
        row->group_id = group.id;
    return *sentence ? TCCC_E_NOT_FOUND : 0;
}

static void start(void *ctx, seat *s, const store_channel *channel, const wire_request *request, uint64_t ticket) {
    chats *all = ctx;
    visitor *v = seat_visitor(s);
    store_chat row = { .accept_ms = 0 };
    fill_row(&row, visitor_of(v), channel, request->args.remark);
    agent *listed[WIRE_LISTED_MAX] = { NULL };
    const char *sentence;
    int error = read_wish(all, &request->args, &row, listed, &sentence);
    if (!error)
        error = write_start(all, v, &row);
    chat *c = error ? NULL : chat_make(all, v, &row);
    if (!c) {
        seat_answer(s, ticket, request->method, NULL, error ? error : TCCC_E_NO_MEMORY, sentence);
        return;
    }
    c->n_listed = request->args.n_user_ids;
    memcpy(c->listed, listed, sizeof listed);
    c->asks = c->n_listed || request->args.skill_group_id;
    wire_result result = { .session_id = c->row.session_id };
    seat_answer(s, ticket, request->method, &result, 0, NULL);
    LOG(all->parts.log, LOG_LEVEL_INFO, "chat.started", log_text("session", c->row.session_id), log_text("channel", channel->id));
    chat_begin(c);
}

/* Who leaves a flow has given up, or, after the agent, is done. */
static enum chat_end end_of_visit(const chat *c, enum chat_end otherwise) {
    return c->phase != CHAT_PHASE_FLOW ? otherwise : c->row.accept_ms ? CHAT_END_NORMAL : CHAT_END_IVR_GIVE_UP;
}

static void end(void *ctx, seat *s, const wire_request *request, uint64_t ticket) {
    chat *c = chat_find(ctx, request->args.session_id);
    seat_answer(s, ticket, request->method, NULL, c ? 0 : TCCC_E_NOT_FOUND, NULL);
    if (c)
        chat_end(c, CHAT_ON_VISITOR_ENDS, end_of_visit(c, CHAT_END_CUSTOMER), WIRE_BY_CLIENT, NULL);
}

/* ---- seats and agents ---- */

static void put_session(const chat *c, bool to_agent, wire_session *out) {
    const store_chat *row = &c->row;
    const store_agent *with = c->agent ? agent_row(c->agent) : NULL;
    uint64_t now = clock_ms();
    *out = (wire_session){
        .session_id = row->session_id, .type = WIRE_IM, .way = to_agent ? WIRE_WAY_IN : WIRE_WAY_OUT, .caller = "", .callee = "",
        .state = c->phase == CHAT_PHASE_OPEN || (c->phase == CHAT_PHASE_FLOW && row->accept_ms) ? WIRE_TALKING : to_agent ? WIRE_OFFERED : WIRE_DIALING, .phone_desc = row->remark,
        .timeout_s = to_agent && c->offer_end_ms > now && c->phase == CHAT_PHASE_OFFERED ? (int)((c->offer_end_ms - now + 999) / 1000) : 0,
        .start_ms = (uint64_t)row->start_ms, .answer_ms = (uint64_t)row->accept_ms, .last_seq = (uint64_t)c->last_seq,
    };
    if (to_agent)
        out->visitor = (wire_visitor){ .user_id = row->visitor_id, .nickname = row->nickname, .avatar = row->avatar, .peer_source = "web",
                                       .channel_name = row->channel_name, .client_data = row->client_data[0] ? row->client_data : NULL };
    else if (with && c->phase == CHAT_PHASE_OPEN)
        out->visitor.nickname = with->nick[0] ? with->nick : with->name;
}

int chats_snapshot(chats *all, seat *s, wire_session *list, int n) {
    const agent *a = seat_whose(s);
    const visitor *v = seat_visitor(s);
    for (struct le *le = all->list.head; le && n < WIRE_SESSIONS_MAX; le = le->next) {
        const chat *c = le->data;
        if ((a && c->agent == a) || (v && c->visitor == v))
            put_session(c, a != NULL, &list[n++]);
    }
    return n;
}

typedef bool (*chat_test)(const chat *c, const void *of);

static bool is_agents(const chat *c, const void *of) { return c->agent == of; }
static bool is_visitors(const chat *c, const void *of) { return c->visitor == of; }

/* Something happens to all chats of one; each may be gone afterwards, and others with it. */
static void each(chats *all, chat_test is, const void *of, void (*do_it)(chat *c)) {
    for (struct le *le = all->list.head; le;) {
        chat *c = le->data;
        le = le->next;
        if (is(c, of))
            do_it(c);
    }
}

static void agent_gone(chat *c) { chat_apply(c, CHAT_ON_AGENT_GONE); }
static void agent_lost(chat *c) { chat_apply(c, CHAT_ON_AGENT_LOST); }
static void visitor_gone(chat *c) { chat_end(c, CHAT_ON_VISITOR_GONE, end_of_visit(c, CHAT_END_CUSTOMER_SILENT), WIRE_BY_TIMER, NULL); }

void chats_seat_gone(chats *all, seat *s) {
    const visitor *v = seat_visitor(s);
    if (v && visitor_pages(v) == 1) /* the last page */
        each(all, is_visitors, v, visitor_gone);
    else if (!v)
        each(all, is_agents, seat_whose(s), agent_gone);
}

static void forget_agent(chats *all, const agent *a) {
    for (struct le *le = all->list.head; le; le = le->next) {
        chat *c = le->data;
        if (c->only == a)
            c->only = NULL;
        for (int i = 0; i < c->n_listed; i++)
            if (c->listed[i] == a) {
                if (c->tickets[i])
                    acd_leave(all->queues, c->tickets[i]);
                c->n_listed--;
                c->listed[i] = c->listed[c->n_listed];
                c->tickets[i] = c->tickets[c->n_listed];
                i--;
            }
        if (c->handed_by == a)
            c->handed_by = NULL;
        for (int i = 0; i < c->n_tried; i++)
            if (c->tried[i] == a)
                c->tried[i--] = c->tried[--c->n_tried];
    }
}

void chats_agent_removed(void *ctx, agent *a) {
    chats *all = ctx;
    each(all, is_agents, a, agent_gone);
    forget_agent(all, a);
}

void chats_agent_connected(void *ctx, agent *a, bool is) {
    if (!is)
        each(ctx, is_agents, a, agent_lost);
}

/* ---- life ---- */

void chats_count(const chats *all, chat_counters *counters) {
    *counters = all->counters;
    memset(counters->running, 0, sizeof counters->running);
    for (struct le *le = all->list.head; le; le = le->next)
        if (((chat *)le->data)->phase != CHAT_PHASE_OVER)
            counters->running[((chat *)le->data)->phase]++;
}

acd *chats_queues(const chats *all) { return all->queues; }

void chats_stop(chats *all) { all->stopped = true; }

chats *chats_new(const chats_parts *parts) {
    static const visit_server server = { start, end };
    static const acd_handler offers = { .offer = chats_offer, .moved = chats_moved, .medium = ACD_CHATS };
    chats *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->parts = *parts;
    list_init(&all->list);
    all->queues = acd_new(parts->agents, parts->store, parts->settings, parts->timers, parts->log, &offers, all);
    if (!all->queues || hash_alloc(&all->by_id, CHAT_BUCKETS)) {
        chats_free(all);
        return NULL;
    }
    agents_listen(parts->agents, &(agent_handler){ .removed = chats_agent_removed, .connected = chats_agent_connected }, all);
    visitors_serve(parts->visitors, WIRE_IM, &server, all);
    int error = chats_read(all);
    if (error)
        LOG(parts->log, LOG_LEVEL_ERROR, "chats.read", log_error("error", error));
    return all;
}

void chats_free(chats *all) {
    if (!all)
        return;
    list_flush(&all->list);
    acd_free(all->queues);
    mem_deref(all->by_id);
    free(all);
}
