/* staff.h: rules for agents that several actions share. Layer: server. */
#ifndef TCCC_SERVER_CLOUDAPI_STAFF_H
#define TCCC_SERVER_CLOUDAPI_STAFF_H

#include "server/cloudapi/parameter.h"
#include "server/cloudapi/roster.h"

enum { STAFF_ACCOUNT_MAX = 127, STAFF_PRIORITY_DEFAULT = 3 };   /* documented: 1 highest, 5 lowest, 3 when not told */

/* The agent that a parameter names; false: the call has failed with AccountNotExist. */
bool staff_find(const parameters *in, const char *name, int64_t app_id, const char *user_id, store_agent *row);
/* The store's directory has changed: the centre reads it again. */
void staff_changed(action_call *call, int64_t app_id);
/* Digits with an optional "+", 3 to 32 characters. */
bool staff_phone_is_good(const char *phone);
/* Whether another agent of the app has this telephone. */
bool staff_phone_is_taken(action_call *call, int64_t app_id, const char *phone, const char *user_id);
/* ForwardingConfig, in and out. False: wrong, the call has failed. */
bool staff_read_forwarding(const parameters *in, int64_t app_id, const roster *r, store_agent *row);
void staff_put_forwarding(json_writer *out, const store_agent *row);

#endif
