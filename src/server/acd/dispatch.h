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
    uint64_t free_since_ms;
    int answered_today;
    const dispatch_member *members;
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
} dispatch_contact;

typedef struct {
    const dispatch_agent *agents; int n_agents;
    const dispatch_contact *contacts; int n_contacts;
} dispatch_snapshot;

typedef struct {
    uint32_t contact_id, agent_id;
} dispatch_offer;

/* Every offer that can be made now; a contact and an agent occur at most once. Oldest contact first; among agents of a group the
 * highest priority, then the strategy, then the lower id. Returns how many, at most capacity. now_ms breaks no tie; it is there for
 * rules that depend on waiting time. */
int dispatch(const dispatch_snapshot *snapshot, uint64_t now_ms, dispatch_offer *offers, int capacity);

#endif
