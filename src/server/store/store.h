/* store.h: what tcccd keeps: people, numbers, tokens, call records. Layer: server. SQLite inside.
 *
 * Called on the control thread. All functions return 0 or a negative TCCC_E_* (NOT_FOUND, IO, ...). Texts are copied.
 */
#ifndef TCCC_SERVER_STORE_STORE_H
#define TCCC_SERVER_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct store store;

#define STORE_TEXT 128           /* bytes of a name, user id, ... with the closing zero */
#define STORE_NUMBER 33
#define STORE_TOKEN 33           /* 32 hexadecimal digits */
#define STORE_SESSION 65

/* Opens or makes the file (":memory:" too) and brings its tables up to date. NULL with a sentence in err. */
store *store_open(const char *path, char *err, size_t err_cap);
void store_close(store *s);
/* Version of the tables, for tests and the log. */
int store_version(const store *s);

/* Several writes in one go: all or nothing. */
int store_begin(store *s);
int store_commit(store *s);
void store_rollback(store *s);

/* instances */
int store_put_instance(store *s, int64_t sdk_app_id, const char *name);
int store_has_instance(store *s, int64_t sdk_app_id);

/* api credentials */
int store_put_credential(store *s, const char *secret_id, const char *secret_key);
int store_get_secret_key(store *s, const char *secret_id, char key[STORE_TEXT]);

/* agents */
typedef struct {
    int64_t id, sdk_app_id;
    char user_id[STORE_TEXT], name[STORE_TEXT], number[STORE_NUMBER];
} store_agent;
int store_put_agent(store *s, store_agent *agent);                    /* id is filled in; updates name and number */
int store_get_agent(store *s, int64_t sdk_app_id, const char *user_id, store_agent *out);
int store_get_agent_by_id(store *s, int64_t id, store_agent *out);

/* skill groups */
int store_put_skill_group(store *s, int64_t sdk_app_id, const char *name, int64_t *id);
int store_put_membership(store *s, int64_t skill_group_id, int64_t agent_id);
int store_is_member(store *s, int64_t skill_group_id, int64_t agent_id);  /* 0 or NOT_FOUND */

/* telephone numbers of ours */
enum store_direction { STORE_IN = 1, STORE_OUT = 2, STORE_BOTH = 3 };
typedef struct {
    char number[STORE_NUMBER];
    int64_t sdk_app_id;
    enum store_direction direction;
    char trunk[64];
    int64_t skill_group_id;                                           /* 0: every agent of the instance */
} store_number;
int store_put_number(store *s, const store_number *number);
int store_get_number(store *s, const char *number, store_number *out);
/* The n-th (from 0) number of the instance that may call out. */
int store_get_outbound_number(store *s, int64_t sdk_app_id, int n, store_number *out);

/* desk phones */
typedef struct {
    char number[STORE_NUMBER];
    int64_t sdk_app_id;
    char ha1_md5[33], ha1_sha256[65];
} store_extension;
int store_put_extension(store *s, const store_extension *extension);
int store_get_extension(store *s, const char *number, store_extension *out);

/* sign-in tokens */
int store_put_token(store *s, const char *token, int64_t sdk_app_id, const char *user_id, int64_t expires_ms);
/* Takes a token out of use. 0 with its agent; TOKEN_INVALID, TOKEN_USED or TOKEN_EXPIRED. */
int store_redeem_token(store *s, const char *token, int64_t now_ms, store_agent *out);

/* call records: one row per call, written at its end */
typedef struct {
    char session_id[STORE_SESSION];
    int64_t sdk_app_id;
    char user_id[STORE_TEXT];                                         /* the agent who served it, "" none */
    bool inbound;
    char caller[STORE_NUMBER], callee[STORE_NUMBER];
    int64_t start_ms, ring_ms, answer_ms, end_ms;                     /* Unix; 0: never */
    int end_status;                                                   /* EndStatus of the cloud API */
    char hung_up_side[8];                                             /* "seat", "user", "system" */
    int64_t skill_group_id;
} store_call;
int store_put_call(store *s, const store_call *call);
int store_get_call(store *s, const char *session_id, store_call *out);
int64_t store_count_calls(store *s, int64_t sdk_app_id);

#endif
