/* session.h: running sessions as actions see them. Layer: server. */
#ifndef TCCC_SERVER_CLOUDAPI_SESSION_H
#define TCCC_SERVER_CLOUDAPI_SESSION_H

#include "server/cloudapi/parameter.h"

enum { SESSION_ID_MAX = 64 };

/* "in" or "out" of a running session; "" when there is none. */
const char *session_direction(const action_call *call, int64_t app_id, const char *session_id);

#endif
