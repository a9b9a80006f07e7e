/* cdr.h: call records: one per customer session, with the steps that served it. Layer: server.
 * Rules of all store functions: store.h. Rows PUSH-012 to PUSH-071, ACD-033, IVR-038 to IVR-040. */
#ifndef TCCC_SERVER_STORE_CDR_H
#define TCCC_SERVER_STORE_CDR_H

#include "server/store/store.h"

enum { CDR_STEPS_MAX = 32, CDR_KEYS_MAX = 32, CDR_EVENTS_MAX = 64, CDR_RECORD_ID = 65 };

enum cdr_call_type { CDR_OUT = 1, CDR_IN = 2, CDR_AUDIO_IN = 3, CDR_VIDEO_IN = 4 /* ours */, CDR_PREDICTIVE = 5, CDR_INTERNAL = 6 };
enum cdr_side { CDR_SYSTEM, CDR_USER, CDR_SEAT };                  /* HungUpSide (AMB-16) */
enum cdr_step_type { CDR_STAFF_SEAT, CDR_OUTBOUND_SEAT, CDR_STAFF_PHONE_SEAT, CDR_MINI_PROGRAM_SEAT, CDR_STAFF_EXTENSION_SEAT, CDR_EXTERNAL };

typedef struct {                      /* a key pressed in a flow */
    char key[16], label[STORE_TEXT], node[STORE_TEXT];
    int64_t at_ms;
    bool after_call;                  /* PostIVRKeyPressed */
} cdr_key;

typedef struct {                      /* ServeParticipant; times are Unix ms, 0 = did not happen; it starts not before its session */
    enum cdr_step_type type;
    char user_id[STORE_TEXT], phone[STORE_NUMBER], extension[16];
    int64_t group_id;
    char group_name[STORE_TEXT];
    int group_priority;
    int64_t start_ms, ring_ms, accept_ms, end_ms;
    char transfer_from[STORE_TEXT], transfer_to[STORE_TEXT];
    int transfer_from_type, transfer_to_type;   /* enum cdr_step_type, or -1 */
    int end_status;                   /* sip/end_status.h */
    char record_id[CDR_RECORD_ID];
} cdr_step;

typedef struct {
    int64_t at_ms;
    char type[24];                    /* StaffHold, StaffUnhold, StaffMute, StaffUnmute */
    char user_id[STORE_TEXT];
} cdr_event;

typedef struct store_cdr {            /* key: session_id */
    char session_id[65];
    int64_t app_id;
    enum cdr_call_type type;
    bool inbound;
    char caller[STORE_NUMBER], callee[STORE_NUMBER];
    char protected_caller[STORE_NUMBER], protected_callee[STORE_NUMBER];
    char user_id[STORE_TEXT];         /* the last agent, or "" */
    int64_t queued_group_id;
    char queued_group_name[STORE_TEXT];
    char uui[STORE_UUI], remark[STORE_TEXT];
    int64_t start_ms, queued_ms, ring_ms, accept_ms, end_ms;
    int end_status;
    enum cdr_side hung_up_by;
    char record_id[CDR_RECORD_ID];    /* the customer's side */
    int64_t flow_id;                  /* of the IVR it went through; 0 none */
    cdr_step steps[CDR_STEPS_MAX];
    int n_steps;
    cdr_key keys[CDR_KEYS_MAX];
    int n_keys;
    cdr_event events[CDR_EVENTS_MAX];
    int n_events;
} store_cdr;

/* New or replaced, whole. Inside store_begin/store_end together with its push. */
int store_put_cdr(store *s, const store_cdr *cdr);
int store_get_cdr(store *s, const char *session_id, store_cdr *cdr);

typedef struct {
    int64_t app_id;
    int64_t from_ms, to_ms;           /* of start_ms; to_ms exclusive */
    const char *const *phones; int n_phones;           /* caller or callee; 0: any */
    const char *const *session_ids; int n_session_ids;
    int64_t group_id;                 /* 0: any */
    const char *user_id;              /* NULL: any */
    int offset, limit;
} cdr_filter;

enum { CDR_FILTER_MAX = 500 };        /* of phones and of session_ids each; TOO_LARGE above */

/* Newest first; *total counts all that fit the filter, whatever offset and limit. */
int store_list_cdrs(store *s, const cdr_filter *filter, int *total, bool (*each)(void *ctx, const store_cdr *cdr), void *ctx);
/* Who served this number last (ACD-010): "" nobody. */
int store_last_agent(store *s, int64_t app_id, const char *number, char *user_id, size_t capacity);
/* Calls answered by an agent since since_ms (ACD-009). */
int store_count_answered(store *s, int64_t app_id, const char *user_id, int64_t since_ms, int *count);

typedef struct {                      /* DescribeTelCallInfo: minutes begun of answered calls, agents that answered one */
    int64_t out_minutes, in_minutes, audio_minutes, seats;
} cdr_usage;

/* Of the records whose start_ms is in [from_ms, to_ms). */
int store_sum_cdrs(store *s, int64_t app_id, int64_t from_ms, int64_t to_ms, cdr_usage *usage);

#endif
