/* agent_times.h: how long an agent was in which status, from the history in the store. Layer: server. */
#ifndef TCCC_SERVER_AGENT_AGENT_TIMES_H
#define TCCC_SERVER_AGENT_AGENT_TIMES_H

#include "server/agent/agent.h"

typedef struct {
    int64_t ms[AGENT_STATUSES];      /* by enum agent_status; together the length of the range */
    int64_t online_since_ms;         /* Unix ms: when it last came from offline, as far as the range tells; 0: never in it */
    int64_t status_since_ms;         /* Unix ms: when the last status of the range began; 0: there is none before its end */
} agent_times;

/* Of [from_ms, to_ms), Unix ms; what lies ahead of now is left out. Time before the first row counts as offline. 0 or IO. */
int agent_times_of(agents *all, int64_t app_id, const char *user_id, int64_t from_ms, int64_t to_ms, agent_times *out);

/* Of today, local time, up to now; and when the agent last came from offline, Unix ms, 0: never, as far as the history goes. Read from
 * the store once, in small steps after the start, and kept in memory since: a thousand agents are asked for at once. 0 or IO. */
int agent_today(agent *a, agent_times *out, int64_t *came_ms);

#endif
