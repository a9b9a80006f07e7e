/* agent.c: one agent: its status, its sessions, and whether dispatch may have it. Layer: server. */
#include "server/agent/agent_state.h"

#include <stdio.h>
#include <string.h>

static const char MISSED[] = "missed"; /* the reason of a rest that nobody asked for */

/* ---- what it is ---- */

const store_agent *agent_row(const agent *a) { return &a->row; }
uint32_t agent_number(const agent *a) { return a->number; }
struct seat *agent_seat(const agent *a) { return a->seat; }
enum agent_status agent_status_of(const agent *a) { return agent_fsm_status(a->state); }
enum agent_microphone agent_microphone_of(const agent *a) { return a->microphone; }
int64_t agent_since_ms(const agent *a) { return a->since_ms; }
uint64_t agent_free_since_ms(const agent *a) { return a->free_since_ms; }
const char *agent_session(const agent *a) { return a->session; }

const char *agent_reason(const agent *a) {
    if (a->state == AGENT_NO_MICROPHONE)
        return a->microphone == AGENT_MIC_DENIED ? "microphoneDenied" : "microphoneLost";
    return a->state == AGENT_REST ? a->reason : "";
}

const char *agent_reserved(const agent *a) {
    enum agent_status reserved = agent_fsm_reserved(a->state);
    return reserved == AGENT_STATUS_OFFLINE ? "" : agent_status_name(reserved);
}

int agent_countdown_s(const agent *a) {
    uint64_t now = clock_ms();
    if (a->state != AGENT_ARRANGE)
        return 0;
    return a->countdown_end_ms > now ? (int)((a->countdown_end_ms - now + 999) / 1000) : 1; /* it is about to end */
}

int agent_answered_today(const agent *a) { return a->answered_day == agents_day(a->all) ? a->answered : 0; }

bool agent_in_group(const agent *a, int64_t group_id) {
    for (int i = 0; i < a->n_groups; i++)
        if (a->groups[i].group_id == group_id)
            return true;
    return group_id == 0;
}

int agent_groups(const agent *a, const store_membership **list) {
    *list = a->groups;
    return a->n_groups;
}

static bool rings_by_mobile(const agent *a) { return a->reach & AGENT_BY_MOBILE && a->row.mobile_accept != STAFF_MOBILE_OFF; }

static bool rings_without_page(const agent *a) {
    return a->reach & AGENT_BY_PHONE || (rings_by_mobile(a) && a->row.mobile_accept == STAFF_MOBILE_ALWAYS);
}

static bool rings(const agent *a) { return (a->seat && a->connected && a->microphone == AGENT_MIC_OK) || rings_without_page(a); }
static bool lacks_microphone(const agent *a) { return a->microphone != AGENT_MIC_OK && !rings_without_page(a); }
static bool rings_offline(const agent *a) { return !a->row.forbidden && rings_by_mobile(a); }

bool agent_is_free(const agent *a) {
    return a->state == AGENT_FREE ? rings(a) : a->state == AGENT_OFFLINE && rings_offline(a);
}

bool agent_is_callable(const agent *a) { return a->state == AGENT_NOT_READY ? rings(a) : agent_is_free(a); }

bool agent_is_away(const agent *a) { return a->state == AGENT_OFFLINE || a->state == AGENT_BUSY_THEN_OFFLINE; }

bool agent_is_present(const agent *a) {
    if (agent_is_away(a))
        return rings_offline(a);
    return a->seat || rings_without_page(a);
}

/* ---- chats ---- */

int agent_chats(const agent *a) { return a->n_chats; }

int agent_chat_limit(const agent *a) {
    int most = 0;
    for (int i = 0; i < a->n_groups; i++)
        most = a->groups[i].max_chats > most ? a->groups[i].max_chats : most;
    if (!most)
        most = settings_online_of(a->all->settings, a->row.app_id)->max_chats;
    return most < AGENT_CHATS_MAX ? most : AGENT_CHATS_MAX;
}

static bool has_room(const agent *a) { return a->seat && a->connected && a->n_chats < agent_chat_limit(a); }

bool agent_is_chat_free(const agent *a) { return a->state == AGENT_FREE && has_room(a); }
bool agent_is_chat_callable(const agent *a) { return (a->state == AGENT_FREE || a->state == AGENT_NOT_READY) && has_room(a); }
bool agent_is_chat_present(const agent *a) { return a->seat && !agent_is_away(a); }

/* ---- telling ---- */

#define TELL(a, what, ...) \
    for (int i = 0; i < (a)->all->n_listeners; i++) \
        if ((a)->all->listeners[i].handler.what) \
            (a)->all->listeners[i].handler.what((a)->all->listeners[i].ctx, __VA_ARGS__)

void agent_settle(agent *a, bool in_any_case) {
    if (a->removed)
        return;
    bool is_free = agent_is_free(a), callable = agent_is_callable(a), was_free = a->was_free;
    bool chat_free = agent_is_chat_free(a);
    bool news = is_free != was_free || callable != a->was_callable || chat_free != a->was_chat_free;
    a->was_chat_free = chat_free;
    a->was_free = is_free;
    a->was_callable = callable;
    if (news || in_any_case)
        TELL(a, available, a);
    if (is_free && !was_free)
        TELL(a, free, a);
}

static void countdown_over(void *owner);

/* Without a timer it would stay in after-call work for ever. */
static void start_countdown(agent *a) {
    uint64_t delay_ms = (uint64_t)settings_phone_of(a->all->settings, a->row.app_id)->status_recovery_s * 1000;
    a->countdown_end_ms = clock_ms() + delay_ms;
    if (deadline_set(a->all->timers, &a->countdown, delay_ms, countdown_over, a))
        a->state = AGENT_FREE;
}

/* The agent was in `before`, or its reason is new: times, history, and who has to know. */
static void enter(agent *a, enum agent_state before, bool new_reason) {
    enum agent_status was = agent_fsm_status(before);
    deadline_clear(a->all->timers, &a->countdown);
    if (a->state == AGENT_ARRANGE)
        start_countdown(a);
    enum agent_status now = agent_status_of(a);
    if (a->state != AGENT_REST && a->state != AGENT_BUSY_THEN_REST)
        a->reason[0] = 0;
    if (now != AGENT_STATUS_BUSY && now != AGENT_STATUS_ARRANGE)
        a->session[0] = 0;
    if (now != was || (new_reason && now == AGENT_STATUS_REST)) {
        a->since_ms = clock_unix_ms();
        a->free_since_ms = clock_ms();
        history_put(a);
        LOG(a->all->log, LOG_LEVEL_INFO, "agent.status", log_text("user", a->row.user_id), log_text("status", agent_status_name(now)));
    }
    TELL(a, changed, a, was);
    agent_settle(a, false);
}

static int step(agent *a, enum agent_event event, bool new_reason) {
    enum agent_state before = a->state;
    int changed = agent_fsm_step(&a->state, event);
    if (changed < 0 || (!changed && !new_reason))
        return changed;
    if (lacks_microphone(a))
        (void)agent_fsm_step(&a->state, AGENT_EVENT_MIC_LOST);
    if (a->state == before && !new_reason)
        return 0;
    enter(a, before, new_reason);
    return 1;
}

static void countdown_over(void *owner) { (void)step(owner, AGENT_EVENT_WRAP_UP_DONE, false); }

/* ---- what is asked ---- */

static int ask_rest(agent *a, const char *reason) {
    enum agent_state after = a->state;
    int error = agent_fsm_step(&after, AGENT_EVENT_SET_REST);
    if (error < 0)
        return error;
    bool is_new = strcmp(a->reason, reason) != 0;
    snprintf(a->reason, sizeof a->reason, "%s", reason);
    return step(a, AGENT_EVENT_SET_REST, is_new);
}

int agent_ask(agent *a, enum agent_event event, const char *reason) {
    if (event > AGENT_EVENT_STOP_NOT_READY)
        return TCCC_E_STATE;
    if (event == AGENT_EVENT_ONLINE && a->row.forbidden)
        return TCCC_E_STATE;
    if (event == AGENT_EVENT_ONLINE && !a->seat && !rings_without_page(a))
        return TCCC_E_AGENT_OFFLINE;
    return event == AGENT_EVENT_SET_REST ? ask_rest(a, reason ? reason : "") : step(a, event, false);
}

static int write_forbidden(agent *a, bool forbidden) {
    store_agent row = a->row;
    row.forbidden = forbidden;
    int error = store_put_agent(a->all->db, &row);
    if (!error)
        a->row.forbidden = forbidden;
    LOG(a->all->log, LOG_LEVEL_INFO, "agent.forbidden", log_text("user", row.user_id), log_integer("forbidden", forbidden), log_error("error", error));
    return error;
}

int agent_forbid(agent *a) {
    int error = write_forbidden(a, true);
    if (error)
        return error;
    (void)step(a, AGENT_EVENT_FORBIDDEN, false);
    agent_settle(a, false);
    return 0;
}

int agent_allow(agent *a) {
    int error = write_forbidden(a, false);
    agent_settle(a, false);
    return error;
}

/* ---- what sessions do ---- */

void agent_session_began(agent *a, const char *session_id) {
    snprintf(a->session, sizeof a->session, "%s", session_id);
    if (a->n_sessions++)
        return;
    a->served = false;
    (void)step(a, AGENT_EVENT_CALL_STARTED, false);
}

void agent_session_answered(agent *a) {
    uint64_t day = agents_day(a->all);
    a->answered = a->answered_day == day ? a->answered + 1 : 1;
    a->answered_day = day;
}

static enum agent_event after_session(const agent *a, enum agent_session_end how) {
    const settings_phone *rules = settings_phone_of(a->all->settings, a->row.app_id);
    if (a->served)
        return rules->status_recovery ? AGENT_EVENT_WRAP_UP : AGENT_EVENT_CALL_ENDED;
    return how == AGENT_SESSION_MISSED && rules->missed_rests ? AGENT_EVENT_MISSED : AGENT_EVENT_CALL_ENDED;
}

void agent_session_ended(agent *a, enum agent_session_end how) {
    if (a->n_sessions == 0) {
        LOG(a->all->log, LOG_LEVEL_ERROR, "agent.sessions", log_text("user", a->row.user_id), log_text("fault", "ended without a beginning"));
        return;
    }
    a->served = a->served || how == AGENT_SESSION_SERVED;
    if (--a->n_sessions)
        return;
    enum agent_event event = after_session(a, how);
    if (event == AGENT_EVENT_MISSED && (a->state == AGENT_BUSY || a->state == AGENT_BUSY_THEN_WRAP_UP))
        snprintf(a->reason, sizeof a->reason, "%s", MISSED);
    (void)step(a, event, false);
}

/* At its limit it is busy, as with a call. */
static void settle_chats(agent *a, const char *session_id) {
    bool full = a->n_chats && a->n_chats >= agent_chat_limit(a);
    if (full == a->full)
        return;
    a->full = full;
    if (full)
        agent_session_began(a, session_id);
    else
        agent_session_ended(a, AGENT_SESSION_NEITHER);
}

void agent_chat_began(agent *a, const char *session_id) {
    a->n_chats++;
    settle_chats(a, session_id);
    agent_settle(a, true);
}

void agent_chat_ended(agent *a, bool missed) {
    if (a->n_chats == 0) {
        LOG(a->all->log, LOG_LEVEL_ERROR, "agent.chats", log_text("user", a->row.user_id), log_text("fault", "ended without a beginning"));
        return;
    }
    a->n_chats--;
    settle_chats(a, "");
    if (missed && a->state == AGENT_FREE && settings_online_of(a->all->settings, a->row.app_id)->missed_rests)
        (void)ask_rest(a, MISSED);
    agent_settle(a, true);
}

/* ---- where it can be reached ---- */

/* After the microphone, or a way to ring without it, came or went. */
static void settle_microphone(agent *a) { (void)step(a, lacks_microphone(a) ? AGENT_EVENT_MIC_LOST : AGENT_EVENT_MIC_BACK, false); }

void agent_set_microphone(agent *a, enum agent_microphone is) {
    if (a->microphone == is)
        return;
    bool new_reason = a->state == AGENT_NO_MICROPHONE && is != AGENT_MIC_OK;
    a->microphone = is;
    LOG(a->all->log, LOG_LEVEL_INFO, "agent.microphone", log_text("user", a->row.user_id), log_text("is", is == AGENT_MIC_OK ? "ok" : is == AGENT_MIC_LOST ? "lost" : "denied"));
    if (new_reason)
        enter(a, a->state, true);
    else
        settle_microphone(a);
    agent_settle(a, false);
}

enum agent_status agent_status_to_keep(const agent *a) {
    enum agent_status is = agent_status_of(a), reserved = agent_fsm_reserved(a->state);
    if (is == AGENT_STATUS_BUSY)
        return reserved != AGENT_STATUS_OFFLINE ? reserved : a->state == AGENT_BUSY_THEN_OFFLINE ? AGENT_STATUS_OFFLINE : AGENT_STATUS_FREE;
    return a->state == AGENT_NO_MICROPHONE ? AGENT_STATUS_FREE : is;
}

void agent_restore(agent *a, enum agent_status status, const char *reason, enum agent_microphone microphone) {
    static const enum agent_state states[AGENT_STATUSES] = { AGENT_OFFLINE, AGENT_FREE, AGENT_FREE, AGENT_ARRANGE, AGENT_NOT_READY, AGENT_REST };
    enum agent_state before = a->state;
    a->state = states[status];
    a->microphone = microphone;
    snprintf(a->reason, sizeof a->reason, "%s", reason);
    if (lacks_microphone(a))
        (void)agent_fsm_step(&a->state, AGENT_EVENT_MIC_LOST);
    if (a->state != before)
        enter(a, before, false);
}

static void leave_when_out_of_reach(agent *a, bool tell_in_any_case) {
    if (!a->seat && !rings_without_page(a))
        (void)step(a, AGENT_EVENT_GONE, false);
    settle_microphone(a);
    agent_settle(a, tell_in_any_case);
}

void agent_set_seat(agent *a, struct seat *s) {
    a->seat = s;
    a->connected = a->connected && s;
    if (!s)
        a->microphone = AGENT_MIC_OK; /* another page has another one */
    leave_when_out_of_reach(a, false);
}

bool agent_is_connected(const agent *a) { return a->seat && a->connected; }

void agent_set_connected(agent *a, bool connected) {
    a->connected = connected;
    agent_settle(a, false);
    TELL(a, connected, a, connected);
}

static void ask_reach(agent *a) { a->reach = a->all->reach ? a->all->reach(a->all->reach_ctx, a) : 0; }

void agent_reach_changed(agent *a) {
    ask_reach(a);
    leave_when_out_of_reach(a, false);
}

/* ---- its life ---- */

static void destroy(void *arg) {
    agent *a = arg;
    deadline_clear(a->all->timers, &a->countdown);
    hash_unlink(&a->hash);
    list_unlink(&a->le);
    free(a->groups);
    free(a->fresh);
}

agent *agent_make(agents *all, const store_agent *row) {
    agent *a = mem_zalloc(sizeof *a, destroy);
    if (!a)
        return NULL;
    a->all = all;
    a->number = ++all->last_number;
    a->row = *row;
    a->state = AGENT_OFFLINE;
    a->since_ms = clock_unix_ms();
    a->free_since_ms = clock_ms();
    list_append(&all->list, &a->le, a);
    hash_append(all->by_id, hash_joaat_str(row->user_id), &a->hash, a);
    return a;
}

void agent_unmake(agent *a) {
    deadline_clear(a->all->timers, &a->countdown);
    hash_unlink(&a->hash);
    list_unlink(&a->le);
    a->removed = true;
    TELL(a, removed, a);
    history_forget(a);
    mem_deref(a);
}

void agent_refresh(agent *a, const store_agent *row) {
    bool forbidden = row->forbidden && !a->row.forbidden;
    a->row = *row;
    if (forbidden)
        (void)step(a, AGENT_EVENT_FORBIDDEN, false);
    ask_reach(a);
    leave_when_out_of_reach(a, true);
}
