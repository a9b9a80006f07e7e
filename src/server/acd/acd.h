/* acd.h: which agent gets a waiting call. Layer: server. */
#ifndef TCCC_SERVER_ACD_ACD_H
#define TCCC_SERVER_ACD_ACD_H

#include "server/seat/seat.h"
#include "server/store/store.h"

typedef struct {
    int64_t app_id, group_id;        /* group 0: every agent of the app */
    const char *const *not_these;    /* userIds that have had their chance */
    int n_not_these;
} acd_wish;

/* The free agent who has been free for longest, or NULL. */
seat *acd_pick(seats *all, store *db, const acd_wish *wish);
/* Whether the agent is in the group; everybody is in group 0. */
bool acd_is_member(store *db, int64_t group_id, const store_agent *agent);
/* Whether any agent who could take such a call is signed in and not offline. */
bool acd_anybody_signed_in(seats *all, store *db, const acd_wish *wish);

#endif
