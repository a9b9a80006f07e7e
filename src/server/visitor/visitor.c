/* visitor.c: who visitors are, for as long as they are here. Layer: server. */
#include "server/visitor/visitor_state.h"

#include "tccc/error.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void visitor_random_hex(char *text, size_t length) {
    unsigned char bytes[64] = { 0 };
    if (RAND_bytes(bytes, (int)(length / 2)) != 1)
        abort(); /* nothing that this server promises holds without randomness */
    for (size_t i = 0; i < length / 2; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static bool id_is(struct le *le, void *id) { return !strcmp(((visitor *)le->data)->facts.id, id); }

static bool token_is(struct le *le, void *token) { return !strcmp(((visitor *)le->data)->token, token); }

static void destroy(void *arg) {
    visitor *v = arg;
    deadline_clear(v->all->parts.timers, &v->token_end);
    hash_unlink(&v->by_token);
    hash_unlink(&v->hash);
    list_unlink(&v->le);
    v->all->n--;
}

static bool has_session(const visitor *v) {
    bool has = false;
    for (int i = 0; i < VISITOR_TYPES; i++)
        has |= v->sessions[i][0] != 0;
    return has;
}

static bool is_needed(const visitor *v) {
    return v->token[0] || v->n_pages || has_session(v);
}

static void settle(visitor *v) {
    if (!is_needed(v))
        mem_deref(v);
}

visitor *visitors_find(const visitors *all, int64_t app_id, const char *id) {
    visitor *v = list_ledata(hash_lookup(all->by_id, hash_joaat_str(id), id_is, (void *)(uintptr_t)id));
    return v && v->facts.app_id == app_id ? v : NULL;
}

visitor *visitor_need(visitors *all, int64_t app_id, const char *id) {
    visitor *v = visitors_find(all, app_id, id);
    if (v)
        return v;
    v = all->n < VISITORS_MAX ? mem_zalloc(sizeof *v, destroy) : NULL;
    if (!v)
        return NULL;
    v->all = all;
    all->n++;
    v->facts.app_id = app_id;
    snprintf(v->facts.id, sizeof v->facts.id, "%s", id);
    list_append(&all->list, &v->le, v);
    hash_append(all->by_id, hash_joaat_str(v->facts.id), &v->hash, v);
    return v;
}

visitor *visitors_restore(visitors *all, const visitor_facts *facts) {
    visitor *v = visitor_need(all, facts->app_id, facts->id);
    if (v)
        v->facts = *facts;
    return v;
}

/* ---- tokens ---- */

static void token_over(void *owner) {
    visitor *v = owner;
    hash_unlink(&v->by_token);
    v->token[0] = 0;
    settle(v);
}

int visitor_make_token(visitor *v) {
    hash_unlink(&v->by_token);
    visitor_random_hex(v->token, WIRE_RESUME_LEN);
    hash_append(v->all->by_token, hash_joaat_str(v->token), &v->by_token, v);
    int error = deadline_set(v->all->parts.timers, &v->token_end, VISITOR_TOKEN_S * 1000, token_over, v);
    if (error)
        token_over(v);
    return error;
}

visitor *visitors_use_token(visitors *all, const char *token) {
    visitor *v = token[0] ? list_ledata(hash_lookup(all->by_token, hash_joaat_str(token), token_is, (void *)(uintptr_t)token)) : NULL;
    if (!v)
        return NULL;
    hash_unlink(&v->by_token);
    v->token[0] = 0;
    deadline_clear(all->parts.timers, &v->token_end);
    return v;
}

/* ---- what it has ---- */

const visitor_facts *visitor_of(const visitor *v) { return &v->facts; }
int visitor_pages(const visitor *v) { return v->n_pages; }
seat *visitor_page(const visitor *v, int n) { return v->pages[n]; }
const char *visitor_session(const visitor *v, enum wire_session_type type) { return v->sessions[type]; }

void visitor_add_page(visitor *v, seat *s) { v->pages[v->n_pages++] = s; }

void visitor_drop_page(visitor *v, seat *s) {
    int kept = 0;
    for (int i = 0; i < v->n_pages; i++)
        if (v->pages[i] != s)
            v->pages[kept++] = v->pages[i];
    v->n_pages = kept;
    settle(v);
}

/* ---- limits ---- */

bool visitor_take(visitor_bucket *bucket, double n, double most, double ms) {
    uint64_t now = clock_ms();
    bucket->left = bucket->at_ms ? bucket->left + (double)(now - bucket->at_ms) * most / ms : most;
    if (bucket->left > most)
        bucket->left = most;
    bucket->at_ms = now;
    if (bucket->left < n)
        return false;
    bucket->left -= n;
    return true;
}

visitor_address *visitor_address_of(visitors *all, const char *place) { return &all->addresses[hash_joaat_str(place) % VISITOR_ADDRESSES]; }

/* A session counts where it began. */
void visitor_note_address(visitor *v, const char *place) {
    if (!has_session(v))
        v->from = visitor_address_of(v->all, place);
}

static int may_begin(visitor *v, const char **sentence) {
    if (v->from && v->from->sessions >= v->all->parts.sessions) {
        *sentence = "Too many sessions run from this address. End one first.";
        return TCCC_E_LIMIT;
    }
    if (visitor_take(&v->begins, 1, VISITOR_BEGINS, 60000))
        return 0;
    *sentence = "More than 10 sessions were begun in a minute. Wait a minute.";
    return TCCC_E_LIMIT;
}

int visitor_may_upload(visitor *v, int64_t bytes, const char **sentence) {
    double most = (double)v->all->parts.upload_mib * 1048576;
    if (!v->from || visitor_take(&v->from->bytes, (double)bytes, most, 3600000))
        return 0;
    *sentence = "This address has uploaded too much in an hour. Wait an hour.";
    return TCCC_E_LIMIT;
}

/* ---- sessions ---- */

void visitor_began(visitor *v, enum wire_session_type type, const char *session_id) {
    if (v->from && !v->sessions[type][0])
        v->from->sessions++;
    snprintf(v->sessions[type], sizeof v->sessions[type], "%s", session_id);
}

void visitor_ended(visitor *v, enum wire_session_type type) {
    if (v->from && v->sessions[type][0])
        v->from->sessions--;
    v->sessions[type][0] = 0;
    settle(v);
}

int visitor_channel(const visitor *v, store_channel *channel) {
    int error = store_get_channel(v->all->parts.store, v->facts.channel, channel);
    return error ? error : channel->app_id == v->facts.app_id && channel->enabled ? 0 : TCCC_E_NOT_FOUND;
}

/* ---- visits ---- */

void visitors_serve(visitors *all, enum wire_session_type type, const visit_server *server, void *ctx) {
    all->servers[type].server = *server;
    all->servers[type].ctx = ctx;
    all->servers[type].there = true;
}

static void start(visitors *all, seat *s, const wire_request *request, uint64_t ticket) {
    visitor *v = seat_visitor(s);
    enum wire_session_type type = request->args.visit_type;
    store_channel channel;
    const char *sentence = NULL;
    if (v->sessions[type][0] && seat_is_restored(s)) { /* its answer was lost with the server */
        wire_result result = { .session_id = v->sessions[type] };
        seat_answer(s, ticket, request->method, &result, 0, NULL);
        return;
    }
    int error = visitor_channel(v, &channel);
    if (error == TCCC_E_NOT_FOUND)
        sentence = "The channel is closed.";
    if (!error && (!(channel.types & 1 << (type - WIRE_IM)) || !all->servers[type].there)) {
        error = TCCC_E_STATE;
        sentence = "type: the channel does not take sessions of this type.";
    }
    if (!error && v->sessions[type][0]) {
        error = TCCC_E_STATE;
        sentence = "A session of this type is running. End it first.";
    }
    if (!error)
        error = may_begin(v, &sentence);
    if (error)
        seat_answer(s, ticket, request->method, NULL, error, sentence);
    else
        all->servers[type].server.start(all->servers[type].ctx, s, &channel, request, ticket);
}

static void end(visitors *all, seat *s, const wire_request *request, uint64_t ticket) {
    const visitor *v = seat_visitor(s);
    for (int type = WIRE_IM; type < VISITOR_TYPES; type++) {
        if (strcmp(v->sessions[type], request->args.session_id))
            continue;
        all->servers[type].server.end(all->servers[type].ctx, s, request, ticket);
        return;
    }
    seat_answer(s, ticket, request->method, NULL, TCCC_E_NOT_FOUND, NULL);
}

void visitors_request(visitors *all, seat *s, const wire_request *request, uint64_t ticket) {
    if (request->method == WIRE_VISIT_START)
        start(all, s, request, ticket);
    else
        end(all, s, request, ticket);
}

/* ---- life ---- */

visitors *visitors_new(const visitors_parts *parts) {
    char path[1100];
    visitors *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->parts = *parts;
    list_init(&all->list);
    snprintf(path, sizeof path, "%s/visitor.key", parts->folder);
    if (!hash_alloc(&all->by_id, VISITOR_BUCKETS) && !hash_alloc(&all->by_token, VISITOR_BUCKETS) && !record_secret_load(path, all->secret))
        return all;
    LOG(parts->log, LOG_LEVEL_ERROR, "visitor.key", log_text("path", path));
    visitors_free(all);
    return NULL;
}

void visitors_free(visitors *all) {
    if (!all)
        return;
    list_flush(&all->list);
    mem_deref(all->by_id);
    mem_deref(all->by_token);
    free(all);
}
