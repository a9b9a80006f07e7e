/* number_choice.h: which of our numbers an outbound call shows, and whose queue its record names: pure functions. Layer: server.
 * Sans-IO. Rows ACD-034, PUSH-014.
 */
#ifndef TCCC_SERVER_CALL_NUMBER_CHOICE_H
#define TCCC_SERVER_CALL_NUMBER_CHOICE_H

#include "server/store/store.h"

typedef struct {
    const char *wanted;               /* callerPhoneNumber; NULL: any */
    const char *const *ids;           /* servingNumberGroupIds: numbers, or ids of groups that numbers are bound to */
    int n_ids;
    int64_t group_id;                 /* skillGroupId; 0: none given */
    const int64_t *groups;            /* the agent's, by priority */
    int n_groups;
    bool any_group;                   /* the caller may use every number: an administrator's order, a flow */
} number_wish;

/* Offers one number after the other; afterwards `best` is the one to show, where `found`. The order: wanted; one of the ids, in their
 * order; bound to the given group; bound to a group of the agent's, by priority; everybody's. */
typedef struct {
    number_wish wish;
    store_number best;
    int rank;
    bool found;
} number_choice;

void number_choice_begin(number_choice *choice, const number_wish *wish);
void number_choice_consider(number_choice *choice, const store_number *number);

/* PUSH-014: the agent's only group; else the first group that the number is bound to; else the agent's first. 0: none. */
int64_t number_queue_group(const store_number *number, const int64_t *groups, int n_groups);

#endif
