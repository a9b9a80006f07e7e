/* extension.h: internal numbers, of agents and of desk phones. Layer: server. */
#ifndef TCCC_SERVER_CLOUDAPI_EXTENSION_H
#define TCCC_SERVER_CLOUDAPI_EXTENSION_H

#include "server/cloudapi/parameter.h"

/* Documented: 4 to 6 digits, the first from 1 to 8. */
bool extension_is_good(const char *number);
/* Whether the number is somebody else's: another agent's, another app's, or a skill group's. */
bool extension_is_taken(action_call *call, int64_t app_id, const char *number, const char *user_id);
/* Makes it the agent's one internal number ("" : none). A desk phone that had the agent becomes nobody's; a number without a
 * telephone goes. Inside store_begin and store_end. */
void extension_give(action_call *call, int64_t app_id, const char *number, const char *user_id);

#endif
