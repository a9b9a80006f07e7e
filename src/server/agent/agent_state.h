/* agent_state.h: the inside of an agent and of all agents, shared by the folder's files. Layer: server. */
#ifndef TCCC_SERVER_AGENT_AGENT_STATE_H
#define TCCC_SERVER_AGENT_AGENT_STATE_H

#include "server/agent/agent.h"
#include "server/agent/agent_times.h"
#include "server/libre.h"
#include "tccc/error.h"

enum { AGENT_LISTENERS = 8, AGENT_BUCKETS = 4096, HISTORY_WAITING = 256, HISTORY_DELAY_MS = 100 };
enum { TODAY_FIRST_MS = 1000, TODAY_STEP_MS = 20, TODAY_STEP_AGENTS = 16, TODAY_CAME_DAYS = 180 /* the cloud API shows nothing older */ };
enum {
    HISTORY_KEPT_DAYS = 400,          /* docs/administration.md */
    TRIM_EVERY_MS = 24 * 3600 * 1000,
    TRIM_FIRST_MS = 60 * 1000,        /* after the start */
    TRIM_STEP_MS = 1000,              /* a run goes in steps of TRIM_ROWS */
    TRIM_ROWS = 100
};

/* agent_times.h: what agent_today tells, as of the last change. */
typedef struct {
    bool known;
    enum agent_status status;
    int64_t begin_ms, at_ms;         /* midnight; everything from there to at_ms is in `times` */
    int64_t came_ms;
    agent_times times;
} agent_day;

struct agent {
    struct le le, hash;
    agents *all;
    uint32_t number;
    store_agent row;
    store_membership *groups;
    int n_groups;
    store_membership *fresh;         /* while reading: what will be its groups */
    int n_fresh;
    bool seen;                       /* while reading: it is in the store */
    enum agent_state state;
    char reason[STORE_TEXT];         /* of the rest that is, or is reserved */
    struct seat *seat;
    bool connected;
    enum agent_microphone microphone;  /* of the page */
    unsigned reach;                  /* enum agent_reach */
    bool removed;                    /* deleted: only its sessions still have to end */
    bool was_free, was_callable;     /* as the listeners know it */
    deadline countdown;
    uint64_t countdown_end_ms;
    int n_sessions;
    bool served;                     /* one of them was answered */
    int n_chats;
    bool full;                       /* of chats: they count as a session, so that it is busy (ACD-013) */
    bool was_chat_free;
    char session[65];
    int64_t since_ms;
    uint64_t free_since_ms;
    int answered;
    uint64_t answered_day;
    agent_day today;
};

typedef struct {                     /* changes of status on their way into the store */
    store_status rows[HISTORY_WAITING];
    int n;
    deadline due;
    deadline trim;
    int64_t trimmed_id;              /* how far the run is */
} agent_history;

struct agents {
    store *db;
    settings *settings;
    deadlines *timers;
    const logger *log;
    struct list list;
    struct hash *by_id;
    uint32_t last_number;
    struct { agent_handler handler; void *ctx; } listeners[AGENT_LISTENERS];
    int n_listeners;
    unsigned (*reach)(void *ctx, const agent *a);
    void *reach_ctx;
    uint64_t day;
    int64_t day_begin_ms, day_end_ms; /* Unix ms of local midnights */
    agent_history history;
    deadline today;                  /* reads agent_today of those whose it is not known */
};

/* agent.c */
agent *agent_make(agents *all, const store_agent *row);
void agent_unmake(agent *a);
/* Takes the row that the store has now; its groups may be new, too. */
void agent_refresh(agent *a, const store_agent *row);
/* Tells the listeners when what dispatch sees is new, or in any case. */
void agent_settle(agent *a, bool in_any_case);

/* agent_history.c */
void history_put(agent *a);           /* the status it has now */
void history_write(agents *all);
/* What is older than HISTORY_KEPT_DAYS is deleted once a day. 0 or TCCC_E_NO_MEMORY. */
int history_trim_daily(agents *all);
void history_forget(agent *a);        /* what waits of it: its row is deleted */
/* The agent was left in another status than offline when the server ended last. */
void history_close(agent *a);

/* agent_times.c */
void today_changed(agent *a);         /* its status is new since since_ms */
int today_start(agents *all);         /* 0 or TCCC_E_NO_MEMORY */

#endif
