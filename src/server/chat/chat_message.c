/* chat_message.c: messages: each stored once, in order, and told to both sides. Layer: server. */
#include "server/chat/chat_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HISTORY_BYTES = 48 << 10 };    /* of the messages of one answer, which is 64 KiB at most */

/* ---- what was stored ---- */

typedef struct {                      /* a message as the wire has it; owns the address of its file */
    wire_chat wire;
    store_chat_message row;
    char url[CHAT_FILE_URL];
} shown;

static void show(chats *all, shown *m) {
    const store_chat_message *row = &m->row;
    m->wire = (wire_chat){ .options_json = row->options[0] ? row->options : NULL, .seq = (uint64_t)row->seq, .from = (enum wire_from)row->sender, .user_id = row->user_id[0] ? row->user_id : NULL,
                           .kind = (enum wire_chat_kind)row->kind, .time_ms = (uint64_t)row->time_ms, .client_id = row->client_id[0] ? row->client_id : NULL };
    if (row->kind == WIRE_CHAT_TEXT) {
        m->wire.text = row->text;
        return;
    }
    chat_file_url(all->parts.files, row->file_id, m->url, sizeof m->url);
    m->wire.url = m->url;
    m->wire.name = row->name;
    m->wire.size = row->size;
    m->wire.mime = row->mime;
}

static void tell(chat *c, const store_chat_message *row) {
    shown m = { .row = *row };
    show(c->all, &m);
    wire_event event = { .name = WIRE_EV_MESSAGE, .message = m.wire };
    if (c->phase == CHAT_PHASE_OPEN)
        chat_tell_agent(c, &event);
    chat_tell_visitor(c, &event);
}

static int keep(chat *c, store_chat_message *row) {
    snprintf(row->session_id, sizeof row->session_id, "%s", c->row.session_id);
    row->seq = c->last_seq + 1;
    row->time_ms = clock_unix_ms();
    int error = store_put_chat_message(c->all->parts.store, row);
    if (!error) {
        c->last_seq = row->seq;
        c->all->counters.messages[row->sender]++;
    }
    return error;
}

void chat_say(chat *c, const char *text, const char *options) {
    store_chat_message row = { .sender = WIRE_OF_SYSTEM, .kind = WIRE_CHAT_TEXT };
    snprintf(row.text, sizeof row.text, "%s", text);
    snprintf(row.options, sizeof row.options, "%s", options);
    int error = keep(c, &row);
    if (!error)
        tell(c, &row);
    else
        LOG(c->all->parts.log, LOG_LEVEL_ERROR, "chat.say", log_text("session", c->row.session_id), log_error("error", error));
}

/* ---- sending ---- */

static void answer_sent(seat *s, const wire_request *request, uint64_t ticket, const store_chat_message *row) {
    wire_result result = { .seq = (uint64_t)row->seq, .time_ms = (uint64_t)row->time_ms };
    seat_answer(s, ticket, request->method, &result, 0, NULL);
}

static bool is_own(const store_chat_message *row, const seat *s) {
    return seat_whose(s) ? row->sender == WIRE_OF_SEAT && !strcmp(row->user_id, agent_row(seat_whose(s))->user_id) : row->sender == WIRE_OF_CLIENT;
}

bool chat_sent_before(chats *all, seat *s, const wire_request *request, uint64_t ticket) {
    store_chat_message row;
    store_chat of;
    if (store_find_chat_message(all->parts.store, request->args.session_id, request->args.client_id, &row) || !is_own(&row, s))
        return false;
    if (seat_visitor(s) && (store_get_chat(all->parts.store, row.session_id, &of) || strcmp(of.visitor_id, visitor_of(seat_visitor(s))->id)))
        return false;
    answer_sent(s, request, ticket, &row);
    return true;
}

static bool may_send(chat_pace *pace) {
    uint64_t now = clock_ms();
    if (now - pace->second_ms >= 1000) {
        pace->second_ms = now;
        pace->n_sends = 0;
    }
    return ++pace->n_sends <= CHAT_SENDS_PER_S;
}

/* A file that was uploaded for this chat. */
static int take_file(chat *c, const wire_args *args, store_chat_message *row) {
    store_chat_file file;
    if (!chat_file_id(args->url, row->file_id) || store_get_chat_file(c->all->parts.store, row->file_id, &file) || strcmp(file.session_id, c->row.session_id) || !file.there)
        return TCCC_E_ARG_RANGE;
    snprintf(row->name, sizeof row->name, "%s", file.name);
    snprintf(row->mime, sizeof row->mime, "%s", file.mime);
    row->size = file.size;
    if (row->kind == WIRE_CHAT_IMAGE && strncmp(file.mime, "image/", 6))
        row->kind = WIRE_CHAT_FILE;
    return 0;
}

static void silent(void *owner) {
    chat_flow_silent(owner);
    chat_end(owner, CHAT_ON_SILENT, CHAT_END_CUSTOMER_SILENT, WIRE_BY_TIMER, NULL);
}

void chat_watch_silence(chat *c, uint64_t left_ms) { deadline_set(c->all->parts.timers, &c->silence, left_ms, silent, c); }

/* ADM-075: the time runs from an agent's message to the visitor's next. */
static void note_written(chat *c, bool by_agent) {
    int seconds = chat_silence_s(c);
    deadline_clear(c->all->parts.timers, &c->silence);
    if (by_agent && seconds)
        chat_watch_silence(c, (uint64_t)seconds * 1000);
}

void chat_send(chat *c, seat *s, const wire_request *request, uint64_t ticket) {
    const wire_args *args = &request->args;
    bool by_agent = seat_whose(s) != NULL;
    const char *sentence = NULL;
    if (chat_sent_before(c->all, s, request, ticket))
        return;
    store_chat_message row = { .sender = by_agent ? WIRE_OF_SEAT : WIRE_OF_CLIENT, .kind = args->kind };
    int error = may_send(by_agent ? &c->seat : &c->client) ? 0 : TCCC_E_LIMIT;
    if (error)
        sentence = "More than 20 messages were sent in a second.";
    else if (args->kind != WIRE_CHAT_TEXT && (error = take_file(c, args, &row)))
        sentence = "url must be the getUrl of a file that was uploaded for this chat.";
    if (!error) {
        snprintf(row.text, sizeof row.text, "%s", args->text ? args->text : "");
        snprintf(row.client_id, sizeof row.client_id, "%s", args->client_id);
        if (by_agent)
            snprintf(row.user_id, sizeof row.user_id, "%s", agent_row(seat_whose(s))->user_id);
        error = keep(c, &row);
    }
    if (error) {
        seat_answer(s, ticket, request->method, NULL, error == TCCC_E_NOT_FOUND ? TCCC_E_IO : error, sentence);
        return;
    }
    answer_sent(s, request, ticket, &row);
    tell(c, &row);
    note_written(c, by_agent);
    if (!by_agent)
        chat_flow_take(c, &row);
}

/* ---- reading ---- */

void chat_note_read(chat *c, seat *s, const wire_request *request, uint64_t ticket) {
    bool by_agent = seat_whose(s) != NULL;
    int64_t *mark = by_agent ? &c->row.seat_read : &c->row.client_read, seq = (int64_t)request->args.seq;
    if (seq > c->last_seq) {
        seat_answer(s, ticket, request->method, NULL, TCCC_E_ARG_RANGE, "seq is beyond the last message.");
        return;
    }
    bool is_news = seq > *mark;
    if (is_news) {
        *mark = seq;
        chat_save(c); /* before the answer: what was read stays read */
    }
    seat_answer(s, ticket, request->method, NULL, 0, NULL);
    if (!is_news)
        return;
    wire_event event = { .name = WIRE_EV_MESSAGE_READ, .mark = { by_agent ? WIRE_OF_SEAT : WIRE_OF_CLIENT, (uint64_t)seq } };
    if (by_agent)
        chat_tell_visitor(c, &event);
    else if (c->phase == CHAT_PHASE_OPEN)
        chat_tell_agent(c, &event);
}

void chat_typing(chat *c, seat *s, const wire_request *request, uint64_t ticket) {
    bool by_agent = seat_whose(s) != NULL;
    chat_pace *pace = by_agent ? &c->seat : &c->client;
    uint64_t now = clock_ms();
    seat_answer(s, ticket, request->method, NULL, 0, NULL);
    if (pace->typed_ms && now - pace->typed_ms < CHAT_TYPING_MS)
        return;
    pace->typed_ms = now;
    wire_event event = { .name = WIRE_EV_TYPING, .mark = { by_agent ? WIRE_OF_SEAT : WIRE_OF_CLIENT, 0 } };
    if (by_agent)
        chat_tell_visitor(c, &event);
    else if (c->phase == CHAT_PHASE_OPEN)
        chat_tell_agent(c, &event);
}

/* ---- history ---- */

typedef struct {
    chats *all;
    shown *list;
    int n, limit;
    size_t bytes;
    bool more;
} page;

static size_t printed_size(const wire_chat *message) {
    static char text[40 << 10];       /* the longest message: 4096 bytes that all become six, and 4096 of options */
    json_writer out = json_write(text, sizeof text);
    json_open_object(&out, NULL);
    wire_put_chat(&out, message);
    json_close(&out);
    int n = json_finish(&out);
    return n > 0 ? (size_t)n + 1 : sizeof text;
}

static bool take(void *ctx, const store_chat_message *row) {
    page *p = ctx;
    if (p->n == p->limit) {
        p->more = true;
        return false;
    }
    shown *m = &p->list[p->n];
    m->row = *row;
    show(p->all, m);
    size_t size = printed_size(&m->wire);
    if (p->n && p->bytes + size > HISTORY_BYTES) {
        p->more = true;
        return false;
    }
    p->bytes += size;
    p->n++;
    return true;
}

static void answer_page(seat *s, const wire_request *request, uint64_t ticket, const page *p, bool falling) {
    wire_chat list[WIRE_HISTORY_MAX];
    for (int i = 0; i < p->n; i++)
        list[i] = p->list[falling ? p->n - 1 - i : i].wire;
    wire_result result = { .messages = list, .n_messages = p->n, .more = p->more };
    seat_answer(s, ticket, request->method, &result, 0, NULL);
}

void chat_history(chats *all, seat *s, const wire_request *request, uint64_t ticket) {
    const wire_args *args = &request->args;
    page p = { .all = all, .limit = args->limit, .list = calloc(WIRE_HISTORY_MAX, sizeof *p.list) };
    bool falling = !args->forward;
    int64_t before = !falling ? 0 : args->before_seq ? (int64_t)args->before_seq : JSON_INTEGER_MAX;
    int error = p.list ? store_list_chat_messages(all->parts.store, args->session_id, (int64_t)args->after_seq, before, p.limit + 1, take, &p) : TCCC_E_NO_MEMORY;
    if (error)
        seat_answer(s, ticket, request->method, NULL, error, NULL);
    else
        answer_page(s, request, ticket, &p, falling);
    free(p.list);
}
