/* dispatch_index.h: dispatch (dispatch.h) without looking at everybody: what is put in once is kept sorted. Layer: server. Sans-IO.
 *
 * dispatch_index_next until false gives the offers that dispatch() gives for the same agents and contacts, in the same order. An
 * offer costs the logarithm of a group's size plus moving its sorted neighbours in memory.
 */
#ifndef TCCC_SERVER_ACD_DISPATCH_INDEX_H
#define TCCC_SERVER_ACD_DISPATCH_INDEX_H

#include "server/acd/dispatch.h"

typedef struct dispatch_index dispatch_index;

dispatch_index *dispatch_index_new(void);
void dispatch_index_free(dispatch_index *x);

/* A new agent, or what has changed of one; members are copied. 0 or NO_MEMORY, which a change of other things than the members
 * never gives. */
int dispatch_index_put_agent(dispatch_index *x, const dispatch_agent *agent);
/* Contacts for this agent alone stay until they are dropped. */
void dispatch_index_drop_agent(dispatch_index *x, uint32_t id);

/* A new contact with an id that is not in use. 0, ARG_RANGE (group_id, n_tried) or NO_MEMORY. */
int dispatch_index_put_contact(dispatch_index *x, const dispatch_contact *contact);
void dispatch_index_drop_contact(dispatch_index *x, uint32_t id);

/* The next offer: its contact is out, its agent neither free nor callable until put again. Of a contact that rings all the offers follow each
 * other; who is put again meanwhile is not asked a second time. */
bool dispatch_index_next(dispatch_index *x, dispatch_offer *offer);

/* Contacts that are older in the same line (its group's, or its agent's): 0 first; below 0: not here. */
int dispatch_index_ahead(const dispatch_index *x, uint32_t contact_id);
/* Contacts in the line of a group (0: of the group "everybody" only) or, with only_agent, in that agent's. */
int dispatch_index_waiting(const dispatch_index *x, int64_t group_id, uint32_t only_agent);
/* When the oldest contact of a group's line began to wait. False: none waits. */
bool dispatch_index_oldest(const dispatch_index *x, int64_t group_id, uint64_t *since_ms);
/* Agents of a group that are free. */
int dispatch_index_free_agents(const dispatch_index *x, int64_t group_id);
/* Every contact of every line that has changed since the last walk, with its place; `each` must not change the index. */
void dispatch_index_walk_changed(dispatch_index *x, void (*each)(void *ctx, uint32_t contact_id, int ahead), void *ctx);

#endif
