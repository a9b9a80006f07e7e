/* store.h: what tcccd keeps: agents, groups, numbers, trunks, extensions, API keys, sign-in tokens. Layer: server.
 * Further parts: staff.h, cdr.h, flow.h, recording.h, push.h, setting.h.
 *
 * One store is one SQLite file in WAL mode (or ":memory:"), or a PostgreSQL database (a URL). All calls are made on the control thread
 * and are short; a write is durable when the call returns, unless store_behind says otherwise. A lost connection to a database is opened again by the next calls; what
 * was asked for in between gets IO. Texts are UTF-8 and are copied; NULL is written as "", and bytes that are no UTF-8 as
 * U+FFFD. Getters fill the caller's struct. Lists call `each` for every row in a stable order; it must not write to the store and
 * ends the list early by returning false. Unless said otherwise a function returns 0, NOT_FOUND (there is no such row; or a rule of
 * the schema refuses the new one: a row that it refers to is missing, or its name is taken), TOO_LARGE (a text does not fit), or
 * IO (the store's `log` gets the reason). created_ms and modified_ms are set by the store unless the struct's comment says more.
 */
#ifndef TCCC_SERVER_STORE_H
#define TCCC_SERVER_STORE_H

#include "base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_TEXT 256            /* bytes of a short text, the NUL included */
#define STORE_UUI 1025            /* user-to-user information: 1,024 bytes (SDK-031) */
#define STORE_NUMBER 33           /* a telephone number */

typedef struct store store;

/* Opens or creates the file, or connects, and brings the schema up to date. NULL with a sentence in err[capacity], which shows no
 * password. */
store *store_open(const char *path, const logger *log, char *err, size_t capacity);
/* Whether a path or URL has the form of one, without opening it. 0 or FORMAT with a sentence in err. */
int store_check(const char *path, char *err, size_t capacity);
void store_close(store *s);       /* NULL is allowed */
/* Several writes as one: all or none. A write that failed in between makes everything until store_end fail with its error, and
 * store_end undo all and return it (that a row to change or delete is not there, NOT_FOUND, is no such failure). A pair inside a pair belongs to the outer one. */
int store_begin(store *s);
int store_end(store *s);
/* While it is on, writes do not wait for the disk: the end of the process loses none of them, a power cut those of the last moments, until
 * store_is_settled. For what nobody outside is told before. Not inside a group, where it is ignored. PostgreSQL waits all the same. */
void store_behind(store *s, bool on);
/* Everything that was written is durable. */
bool store_is_settled(store *s);

/* SeatUserInfo.Role of the cloud API (ADM-031 to ADM-033). */
enum staff_role { STAFF_ADMIN = 1, STAFF_INSPECTOR = 2, STAFF_AGENT = 3 };
/* UseMobileAccept of the cloud API. */
enum staff_mobile { STAFF_MOBILE_OFF, STAFF_MOBILE_WHEN_OFFLINE, STAFF_MOBILE_ALWAYS };
enum staff_forward { STAFF_FORWARD_OFF, STAFF_FORWARD_ALWAYS, STAFF_FORWARD_CANNOT_ANSWER };       /* ACD-030, ACD-031 */
enum staff_forward_to { STAFF_TO_EXTENSION, STAFF_TO_AGENT, STAFF_TO_GROUP };

typedef struct {                  /* key: app_id, user_id */
    int64_t app_id;               /* SdkAppId, 140... */
    char user_id[STORE_TEXT];     /* usually an e-mail address */
    char name[STORE_TEXT], nick[STORE_TEXT];
    char staff_number[STORE_TEXT];
    char phone[STORE_NUMBER];     /* the agent's mobile; "" none */
    enum staff_role role;         /* 0 in put: STAFF_AGENT */
    enum staff_mobile mobile_accept;
    bool mobile_call_out;
    enum staff_forward forward;
    enum staff_forward_to forward_to;
    char forward_target[STORE_TEXT]; /* an extension, a userId, or a group's id in decimal */
    bool forbidden;               /* ForceMemberOffline, until RestoreMemberOnline */
    char extension[16];           /* read only: the extension whose user_id it is (the lowest), or "" */
    int64_t created_ms, modified_ms; /* modified also by a change of memberships */
} store_agent;

int store_put_agent(store *s, const store_agent *agent); /* new or changed */
int store_get_agent(store *s, int64_t app_id, const char *user_id, store_agent *agent);
int store_list_agents(store *s, int64_t app_id, bool (*each)(void *ctx, const store_agent *agent), void *ctx);

typedef struct {
    int64_t app_id;
    char name[STORE_TEXT];
    int64_t created_ms, modified_ms; /* 0: before tcccd noted them; modified by another name */
} store_app;

bool store_has_app(store *s, int64_t app_id);
int store_put_app(store *s, int64_t app_id, const char *name);
int store_get_app(store *s, int64_t app_id, store_app *app);
int store_list_apps(store *s, bool (*each)(void *ctx, int64_t app_id, const char *name), void *ctx);   /* by app_id */

enum group_type { GROUP_PHONE = 0, GROUP_ONLINE = 1, GROUP_AUDIO = 3, GROUP_VIDEO = 4 }; /* SkillGroupType of the cloud API */

typedef struct {                  /* key: id */
    int64_t id, app_id;
    char name[STORE_TEXT];        /* unique in the app */
    enum group_type type;
    int max_concurrency;          /* 0 in put: 1 */
    bool ring_all;
    char alias[16];               /* internal number; "" none */
    int64_t modified_ms;
} store_group;

/* id 0: a new one, or, when the app has a group of that name, that one, unchanged; its id is filled in. */
int store_put_group(store *s, store_group *group);
int store_get_group(store *s, int64_t id, store_group *group);
int store_list_groups(store *s, int64_t app_id, bool (*each)(void *ctx, const store_group *group), void *ctx); /* by id */
/* Memberships and bindings of numbers go with it; agents and numbers stay. */
int store_delete_group(store *s, int64_t id);
int store_put_member(store *s, int64_t group_id, int64_t app_id, const char *user_id, int priority);
int store_list_members(store *s, int64_t group_id, bool (*each)(void *ctx, const store_agent *agent, int priority), void *ctx);

enum store_transport { STORE_UDP, STORE_TCP, STORE_TLS };

typedef struct {                  /* key: name */
    char name[STORE_TEXT];
    char host[STORE_TEXT];        /* name or address of the other side */
    int port;                     /* 0: the transport's default */
    enum store_transport transport;
    char username[STORE_TEXT], password[STORE_TEXT]; /* digest; "" none */
    char from_domain[STORE_TEXT]; /* "" : ours */
    bool registers;               /* REGISTER to it */
    bool srtp;                    /* offer RTP/SAVP with SDES */
    char allow[STORE_TEXT];       /* addresses inbound calls may come from, comma separated; "" : host */
    int qualify_s;                /* OPTIONS every so many seconds; 0 never */
} store_trunk;

int store_put_trunk(store *s, const store_trunk *trunk);
int store_get_trunk(store *s, const char *name, store_trunk *trunk);
int store_list_trunks(store *s, bool (*each)(void *ctx, const store_trunk *trunk), void *ctx);
int store_delete_trunk(store *s, const char *name);   /* NOT_FOUND also when a number uses it */

/* State of DescribeNumbers. */
enum number_state { NUMBER_NORMAL = 1, NUMBER_ARREARS = 2, NUMBER_STOPPED = 4, NUMBER_VIOLATION = 5 };
enum { NUMBER_GROUPS_MAX = 64, NUMBER_URL_MAX = 1024 };

typedef struct {                  /* key: app_id, number */
    int64_t app_id;
    char number[STORE_NUMBER];    /* as the trunk knows it */
    char trunk[STORE_TEXT];
    bool inbound, outbound;
    int64_t group_id;             /* whose agents answer; 0: everybody */
    int64_t flow_id;              /* the IVR of inbound calls; 0: none, the group answers */
    char call_in_url[NUMBER_URL_MAX]; /* BindNumberCallInInterface; "" none */
    enum number_state state;      /* 0 in put: NUMBER_NORMAL */
    int64_t outbound_groups[NUMBER_GROUPS_MAX]; /* whose outbound calls show it, in the order of binding; none: everybody's */
    int n_outbound_groups;
} store_number;

int store_put_number(store *s, const store_number *number);
int store_get_number(store *s, const char *number, store_number *found); /* of any app: inbound calls look here */
int store_list_numbers(store *s, int64_t app_id, bool (*each)(void *ctx, const store_number *number), void *ctx);
int store_delete_number(store *s, int64_t app_id, const char *number);

typedef struct {                  /* key: extension */
    int64_t app_id;
    char extension[16];           /* 4-6 digits starting 1-8 */
    char user_id[STORE_TEXT];     /* whose desk phone it is; "" nobody's */
    char realm[STORE_TEXT];
    char ha1_md5[65], ha1_sha256[65]; /* RFC 7616: H(user:realm:password), hexadecimal; "": no telephone may register */
    char name[STORE_TEXT];
    char password[65];            /* only of one that tcccd made up (CreateExtension), which must be shown; else "" */
    char groups[STORE_TEXT];      /* ids of skill groups, decimal, comma separated */
    char call_in_url[NUMBER_URL_MAX]; /* as a number's; asked when a desk phone calls it */
    int64_t created_ms, modified_ms;
} store_extension;

int store_put_extension(store *s, const store_extension *extension);
int store_get_extension(store *s, const char *extension, store_extension *found);
int store_list_extensions(store *s, int64_t app_id, bool (*each)(void *ctx, const store_extension *extension), void *ctx);
int store_delete_extension(store *s, const char *extension);

/* Keys of the cloud API and the admin API. KEY_ADMIN may everything; KEY_INSPECTOR looks; KEY_OPERATOR looks, signs plain agents in and runs
 * calls; KEY_SIGN_IN signs plain agents in and nothing else. */
enum key_role { KEY_ADMIN, KEY_INSPECTOR, KEY_OPERATOR, KEY_SIGN_IN };
extern const char *const key_role_names[];   /* in that order, ended by NULL: admin, inspector, operator, signIn */

typedef struct {
    int64_t app_id;               /* 0: of every app */
    enum key_role role;
    int64_t created_ms;           /* filled in by the store */
} store_key;

int store_put_secret(store *s, const char *secret_id, const store_key *what, const char *secret_key);
/* `found` may be NULL. */
int store_get_secret(store *s, const char *secret_id, store_key *found, char *secret_key, size_t capacity);
/* Those of an app and of every app, without the keys. */
int store_list_secrets(store *s, int64_t app_id, bool (*each)(void *ctx, const char *secret_id, const store_key *key), void *ctx);
int store_delete_secret(store *s, const char *secret_id);

/* Sign-in tokens; only their SHA-256 is kept. store_use_token takes one once: 0, TOKEN_INVALID (not known, or forgotten
 * a day after its end), TOKEN_USED or TOKEN_EXPIRED. */
int store_put_token(store *s, const char *token, int64_t app_id, const char *user_id, int64_t expires_s);
int store_use_token(store *s, const char *token, int64_t now_s, int64_t *app_id, char *user_id, size_t capacity);

/* Number mapping (ADM-081). What an app's agents see of `number`: at its first time `mask`, or mask-2, mask-3, ... where others have that;
 * the same from then on. 0, TOO_LARGE, IO. */
int store_protect_number(store *s, int64_t app_id, const char *number, const char *mask, char shown[STORE_NUMBER]);
/* Whom they call with it. NOT_FOUND, IO. */
int store_find_protected(store *s, int64_t app_id, const char *shown, char number[STORE_NUMBER]);

#endif
