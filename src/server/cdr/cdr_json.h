/* cdr_json.h: a call record as JSON: the one place that knows the fields' names, for pushes and for the cloud API. Layer: server.
 * Rows PUSH-013 to PUSH-071, PUSH-072 to PUSH-089, AMB-12 to AMB-16; cloud API: TelCdrInfo. */
#ifndef TCCC_SERVER_CDR_JSON_H
#define TCCC_SERVER_CDR_JSON_H

#include "base/json.h"
#include "server/agent/agent.h"
#include "server/store/cdr.h"
#include "server/store/recording.h"

/* Numbers go out as the trunk knows them: nothing is put before them. Times are whole Unix seconds; 0: did not happen.
 *
 * Body of a push (PUSH-012), malloc'ed. The agents give SeatUser's fields; a deleted agent leaves its userId. NULL: no memory. */
char *cdr_push_body(const store_cdr *cdr, agents *all);
char *record_push_body(const store_recording *recording, const char *url);
char *voicemail_push_body(const store_recording *recording, const char *url);
/* Members of a TelCdrInfo into an open object. url_of(ctx, record_id, url, capacity) gives RecordURL; may be NULL.
 * VoicemailRecordURL is the caller's: a record does not know of voicemails (store_list_recordings does). */
void cdr_put_info(json_writer *out, const store_cdr *cdr, agents *all,
                  int (*url_of)(void *ctx, const char *record_id, char *url, size_t capacity), void *ctx);
/* The same for the answer of DescribeSessionDetail. */
void cdr_put_detail(json_writer *out, const store_cdr *cdr, agents *all,
                    int (*url_of)(void *ctx, const char *record_id, char *url, size_t capacity), void *ctx);
const char *cdr_step_type_name(enum cdr_step_type type);

#endif
