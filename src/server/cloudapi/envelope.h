/* envelope.h: the JSON around every answer of the cloud API. Layer: server. Source: Tencent Cloud API v3, "Responses". */
#ifndef TCCC_SERVER_CLOUDAPI_ENVELOPE_H
#define TCCC_SERVER_CLOUDAPI_ENVELOPE_H

#include "server/cloudapi/action.h"

/* Points call->out, which is `out`, into the answer. One answer is open at a time: the control thread is the only one here. */
void envelope_open(action_call *call, json_writer *out);
/* {"Response":{what was written,"RequestId":uuid}}, or the call's error in its place. Valid until the next envelope_open. */
const char *envelope_close(action_call *call, size_t *length);
void envelope_log(const action_call *call, const char *remote);

#endif
