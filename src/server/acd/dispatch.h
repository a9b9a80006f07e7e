/* dispatch.h: who serves whom next: a pure function of the waiting contacts, the agents and the time. Layer: server. Sans-IO: no
 * store, no clock. Rows ACD-008 to ACD-020, ACD-032. */
#ifndef TCCC_SERVER_ACD_DISPATCH_H
#define TCCC_SERVER_ACD_DISPATCH_H

#include <stdbool.h>
#include <stdint.h>

enum { DISPATCH_TRIED_MAX = 16 };

typedef struct {                      /* one membership */
    int64_t group_id;
    int priority;                     /* 1 is asked first */
} dispatch_member;

typedef struct {
    uint32_t id;
    bool free;
    bool callable;                    /* free, or notReady: a contact for this very agent may ring (ACD-016) */
    uint64_t free_since_ms;
    int answered_today;
    const dispatch_member *members;   /* a group occurs once */
    int n_members;
} dispatch_agent;

typedef struct {
    uint32_t id;
    int64_t group_id;                 /* 0: every agent */
    uint64_t since_ms;                /* waits since; a re-queued contact keeps its time */
    bool fewest_calls;                /* strategy; else longest idle */
    uint32_t only_agent;              /* 0: any (ACD-029) */
    uint32_t last_agent;              /* asked first when free and in the group (ACD-010); 0 none */
    uint32_t tried[DISPATCH_TRIED_MAX]; /* had their chance */
    int n_tried;
    bool ring_all;                    /* everybody who is free in the group is offered it at once; not with only_agent */
} dispatch_contact;

typedef struct {
    const dispatch_agent *agents; int n_agents;
    const dispatch_contact *contacts; int n_contacts;
} dispatch_snapshot;

typedef struct {
    uint32_t contact_id, agent_id;
} dispatch_offer;

/* Every offer that can be made now; an agent occurs at most once, and so does a contact, unless it rings all: then whoever would be asked next
 * follows, as long as there is somebody. Oldest contact first (then the lower id); a contact
 * that nobody can take now holds up no other. Among agents of a group the highest priority, then the strategy, then the longest
 * idle, then the lower id. Returns how many, at most capacity, or NO_MEMORY. now_ms breaks no tie; it is there for rules that depend
 * on waiting time. */
int dispatch(const dispatch_snapshot *snapshot, uint64_t now_ms, dispatch_offer *offers, int capacity);

/* The rules by themselves, for dispatch_index.h. */
bool dispatch_is_older(const dispatch_contact *a, const dispatch_contact *b);
bool dispatch_was_tried(const dispatch_contact *contact, uint32_t agent_id);

typedef struct {                      /* an agent as one group sees it */
    int priority;
    int answered_today;
    uint64_t free_since_ms;
    uint32_t agent_id;
} dispatch_rank;

/* Below 0: a is asked before b. 0: the same agent. */
int dispatch_compare(const dispatch_rank *a, const dispatch_rank *b, bool fewest_calls);

#endif
