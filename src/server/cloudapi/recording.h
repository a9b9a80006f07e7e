/* recording.h: addresses of recordings in answers. Layer: server. */
#ifndef TCCC_SERVER_CLOUDAPI_RECORDING_H
#define TCCC_SERVER_CLOUDAPI_RECORDING_H

#include "server/cloudapi/action.h"

/* For cdr_put_info and cdr_put_detail, with the call as ctx: a signed address that holds for a day, as documented. 0 or an error: there
 * is no such recording. */
int recording_url_of(void *call, const char *record_id, char *url, size_t capacity);
/* VoicemailRecordURL and VoicemailAsrURL of a session. */
void recording_put_voicemails(action_call *call, const char *session_id);

#endif
