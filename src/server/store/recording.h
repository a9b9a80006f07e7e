/* recording.h: finished recordings and voicemails. Layer: server. Rules of all store functions: store.h. Rows PUSH-072 to PUSH-089. */
#ifndef TCCC_SERVER_STORE_RECORDING_H
#define TCCC_SERVER_STORE_RECORDING_H

#include "server/store/store.h"

enum recording_kind { RECORDING_CUSTOMER, RECORDING_AGENT, RECORDING_MIXED, RECORDING_VOICEMAIL };

typedef struct {                      /* key: record_id */
    char record_id[65];
    int64_t app_id;
    char session_id[65];
    enum recording_kind kind;
    char endpoint[STORE_TEXT];        /* customer's number or agent's userId */
    char file[STORE_TEXT];            /* under the data folder's records/; "" when retention has deleted it */
    int64_t bytes, duration_ms, created_ms, expires_ms;   /* expires 0: kept for good */
    char custom_url[STORE_TEXT];      /* CustomRecordURL (PUSH-080) or "" */
} store_recording;

int store_put_recording(store *s, const store_recording *recording);
int store_get_recording(store *s, const char *record_id, store_recording *recording);
int store_list_recordings(store *s, const char *session_id, bool (*each)(void *ctx, const store_recording *recording), void *ctx);
/* Of an app, created in [from_ms, to_ms), newest first; *total counts all of them. */
int store_list_app_recordings(store *s, int64_t app_id, int64_t from_ms, int64_t to_ms, int offset, int limit, int *total,
                              bool (*each)(void *ctx, const store_recording *recording), void *ctx);
/* Those with a file whose time is over, oldest first, at most limit. */
int store_list_expired_recordings(store *s, int64_t now_ms, int limit, bool (*each)(void *ctx, const store_recording *recording), void *ctx);

#endif
