/* seat_hello.c: sign-in and resume. Layer: server. Source: docs/protocol.md, "Resume". */
#include "server/seat/ice_servers.h"
#include "server/seat/seat_state.h"

#include <openssl/crypto.h>
#include <string.h>

static bool is_token(const char *have, const char *hash) { return have[0] && !CRYPTO_memcmp(have, hash, SEAT_HASH_LEN); }

static seat *find_earlier(const seats *all, const char *hash) {
    for (struct le *le = all->seats.head; le; le = le->next)
        if (is_token(((seat *)le->data)->earlier, hash))
            return le->data;
    return NULL;
}

static seat *find_resume(const seats *all, const char *hash) {
    for (struct le *le = all->seats.head; le; le = le->next) {
        seat *s = le->data;
        if (is_token(s->resume, hash) || is_token(s->earlier, hash))
            return s;
    }
    return NULL;
}

/* The same agent signs in elsewhere: the older page is told and let go; its calls go on at the new one. */
static void kick(seat *s) {
    seat_link *link = s->link;
    if (!link)
        return;
    wire_event event = { .name = WIRE_EV_KICKED_OUT, .reason = s->agent ? "The agent signed in somewhere else." : "The visitor has too many pages open." };
    seat_event(s, &event);
    s->link = NULL;
    link->seat = NULL;
    seat_link_bye(link, TCCC_E_KICKED, NULL, WIRE_CLOSE_NORMAL);
}

/* The connection that this seat had is dead, whether we know it or not. */
static void drop_link(seat *s) {
    seat_link *old = s->link;
    if (!old)
        return;
    s->link = NULL;
    old->seat = NULL;
    edge_close(s->all->edge, old->conn, WIRE_CLOSE_NORMAL, "");
    seat_link_drop(old);
}

/* One more page of a visitor. Too many: it takes the place of one that is not connected, or the oldest. */
static seat *page_of(seats *all, visitor *v) {
    if (visitor_pages(v) < VISITOR_PAGES_MAX)
        return seat_make(all, NULL, v);
    seat *s = visitor_page(v, 0);
    for (int i = visitor_pages(v) - 1; i >= 0; i--)
        if (!visitor_page(v, i)->link)
            s = visitor_page(v, i);
    kick(s);
    return s;
}

static int sign_in(seats *all, const char *token, const char *hash, seat **out) {
    *out = find_earlier(all, hash);
    if (*out) {
        drop_link(*out);
        return 0;
    }
    visitor *v = all->handler.visitor(all->ctx, token);
    if (v) {
        *out = page_of(all, v);
        if (!*out)
            visitor_drop_page(v, NULL); /* nobody holds it then */
        return *out ? 0 : TCCC_E_NO_MEMORY;
    }
    int64_t app_id;
    char user_id[STORE_TEXT];
    int error = store_use_token(all->store, token, clock_unix_ms() / 1000, &app_id, user_id, sizeof user_id);
    if (error)
        return error;
    agent *a = agents_find(all->agents, app_id, user_id);
    if (!a)
        return TCCC_E_TOKEN_INVALID;
    *out = agent_seat(a);
    seat_oust_absent(all, a);
    if (*out) {
        seat_note_absent(*out, true); /* it may not hear it: then it is told when it comes back */
        kick(*out);
    } else
        *out = seat_make(all, a, NULL);
    return *out ? 0 : TCCC_E_NO_MEMORY;
}

/* A page that was duplicated with its token takes the seat from the first, which is told (SDK-171); an heir takes it over from one
 * of the same browser, and a page that reconnects from itself. */
static void let_go(seat *s, const wire_hello *hello) {
    seat_link *old = s->link;
    if (!old || hello->heir || !strcmp(s->tab, hello->tab)) {
        drop_link(s);
        return;
    }
    s->link = NULL;
    old->seat = NULL;
    seat_link_bye(old, TCCC_E_KICKED, "The agent's session was taken over by another page.", WIRE_CLOSE_NORMAL);
}

static int resume(seats *all, const wire_hello *hello, const char *hash, seat **out) {
    seat *s = find_resume(all, hash);
    if (!s)
        return seat_return(all, hello, hash, out);
    if (s->visitor && s->link && strcmp(s->tab, hello->tab))
        s = page_of(all, s->visitor); /* a page that was duplicated with its token */
    else
        let_go(s, hello);
    *out = s;
    return s ? 0 : TCCC_E_NO_MEMORY;
}

static void send_missed(seat_link *link, uint64_t last_seq) {
    const char *text;
    size_t len;
    for (uint64_t seq = last_seq + 1; (text = outbox_text(link->seat->box, seq, &len)); seq++)
        seat_link_send_text(link, text, len);
}

static enum wire_role role_of(const store_agent *row) {
    return row->role == STAFF_ADMIN ? WIRE_ROLE_ADMIN : row->role == STAFF_INSPECTOR ? WIRE_ROLE_INSPECTOR : WIRE_ROLE_AGENT;
}

/* The seat that outlives the server must know the new token before the page does. */
static void give_token(seat *s, const wire_hello *hello, char token[WIRE_RESUME_LEN + 1]) {
    seat_hash(hello->resume ? hello->resume : hello->token, s->earlier);
    visitor_random_hex(token, WIRE_RESUME_LEN);
    seat_hash(token, s->resume);
    if (s->agent || s->kept || visitor_session(s->visitor, WIRE_IM)[0])
        (void)seat_keep(s); /* a store that fails says so in the log: the seat lives as long as the server then */
}

static void welcome(seat_link *link, const wire_hello *hello, bool replay) {
    seat *s = link->seat;
    seats *all = s->all;
    wire_session sessions[WIRE_SESSIONS_MAX];
    char token[WIRE_RESUME_LEN + 1];
    give_token(s, hello, token);
    json_value *ice_servers = all->config.ice_servers ? ice_servers_for_page(all->config.ice_servers, clock_unix_ms() / 1000) : NULL;
    wire_message m = { .kind = WIRE_WELCOME };
    m.welcome = (wire_welcome){
        .resume = token, .user_id = seat_name(s), .user_name = s->agent ? seat_agent(s)->name : visitor_of(s->visitor)->nickname,
        .role = s->agent ? role_of(seat_agent(s)) : WIRE_ROLE_AGENT, .status = s->agent ? agent_status_of(s->agent) : AGENT_STATUS_OFFLINE, .reason = s->agent ? agent_reason(s->agent) : "",
        .sessions = sessions, .n_sessions = all->handler.snapshot(all->ctx, s, sessions), .replay = replay, .seq = outbox_last_seq(s->box),
        .heartbeat_ms = all->config.heartbeat_ms, .resume_window_ms = all->config.resume_s * 1000, .ticket = s->ticket,
        .data_channel = all->config.data_channel, .websocket = true, .ice_servers = ice_servers,
    };
    if (replay)
        m.welcome.n_sessions = 0;
    seat_link_send(link, &m);
    json_free(ice_servers);
    if (replay)
        send_missed(link, hello->last_seq);
    if (replay && hello->heir)
        all->handler.tell_media(all->ctx, s);
    if (!replay && s->agent && (agent_countdown_s(s->agent) || agent_reserved(s->agent)[0]))
        seat_tell_status(s); /* the snapshot has no room for these */
}

void seat_hello(seat_link *link, const wire_hello *hello) {
    seats *all = link->all;
    seat *s = NULL;
    char hash[SEAT_HASH_LEN + 1];
    seat_hash(hello->resume ? hello->resume : hello->token, hash);
    int error = hello->resume ? resume(all, hello, hash, &s) : sign_in(all, hello->token, hash, &s);
    if (error) {
        seat_link_refuse(link, error);
        return;
    }
    if (!hello->resume && s->agent)
        agent_set_microphone(s->agent, AGENT_MIC_OK); /* another page: it tells. Before the link, so that no event comes before the welcome */
    deadline_clear(all->timers, &link->hello);
    deadline_clear(all->timers, &s->window);
    deadline_clear(all->timers, &s->away);
    link->seat = s;
    s->link = link;
    bool replay = hello->resume && hello->has_last_seq && !s->restored && outbox_replays(s->box, hello->last_seq);
    if (!hello->resume || !hello->has_last_seq || hello->heir)
        outbox_forget_requests(s->box);
    str_ncpy(s->tab, hello->tab, sizeof s->tab);
    LOG(all->log, LOG_LEVEL_INFO, "seat.hello", log_text("user", seat_name(s)), log_integer("resumed", hello->resume != NULL), log_integer("replay", replay));
    welcome(link, hello, replay);
    if (s->agent)
        agent_set_connected(s->agent, true);
}
