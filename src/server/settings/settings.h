/* settings.h: an app's settings that change without restart: their names, ranges and defaults, in one place. Layer: server.
 *
 * Each section is one JSON document in the store (store/setting.h), read into a struct; what is missing has its default.
 * The admin API reads and writes documents, everybody else asks for structs, which are kept in memory. Rows ACD-001 to ACD-009,
 * ADM-053 to ADM-085, PUSH-001, AMB-18.
 */
#ifndef TCCC_SERVER_SETTINGS_H
#define TCCC_SERVER_SETTINGS_H

#include "base/json.h"
#include "server/store/store.h"

typedef struct settings settings;

enum dispatch_strategy { DISPATCH_LONGEST_IDLE, DISPATCH_FEWEST_CALLS };          /* ACD-008, ACD-009 */

typedef struct {                      /* section "phone" */
    bool timeout_transfer;            /* ACD-001: an unanswered contact moves on; off: it rings until the caller leaves */
    int timeout_transfer_s;           /* ACD-002: 1..90 */
    bool status_recovery;             /* ACD-006: after-call work; off: free at once */
    int status_recovery_s;            /* ACD-007: 1..90 */
    enum dispatch_strategy strategy;
    bool last_agent_first;            /* ACD-010 */
    bool missed_rests;                /* AMB-18 */
    bool auto_answer;                 /* ADM-073 */
    int queue_s;                      /* a caller waits for so long, 1..3600 */
    int queue_max;                    /* callers in one group's queue, 1..10000 */
    bool number_mapping;              /* ADM-081: agents see protected numbers */
    int64_t hold_sound, queue_sound;  /* sound ids; 0: the built-in music (ADM-079) */
    int64_t rating_flow;              /* flow after the agent has hung up (IVR-037); 0: none */
} settings_phone;

typedef struct {                      /* section "online": chats */
    bool timeout_transfer;            /* ACD-005: a chat that is not accepted moves on */
    int timeout_transfer_s;           /* ACD-003: 1..90 */
    int max_chats;                    /* of an agent at once, for chats of no group; groups have their own (ACD-012): 1..24 */
    bool missed_rests;                /* AMB-18 */
    bool auto_accept;                 /* ADM-074 */
    int silence_s;                    /* ADM-075: a customer who has not answered for so long has left, 0..86400; 0: never */
    bool last_agent_first;            /* a visitor goes to who served it last */
    int queue_s;                      /* a visitor waits for so long, 1..3600 */
    int queue_max;                    /* visitors in one group's queue, 1..10000 */
} settings_online;

typedef struct {                      /* section "omni": sessions that visitors begin with voice or video */
    bool timeout_transfer;            /* ADM-072 */
    int timeout_transfer_s;           /* ACD-004: 1..90 */
} settings_omni;

typedef struct {                      /* section "recording" */
    bool enabled;
    int retention_days;               /* 1..3650; 0: for good. Default 90 (PUSH-079) */
} settings_recording;

enum push_auth { PUSH_AUTH_NONE, PUSH_AUTH_BASIC, PUSH_AUTH_OAUTH2 };

typedef struct {                      /* section "push" (PUSH-001 to PUSH-005) */
    char url[1024];                   /* "": no push */
    bool cdr, record, voicemail, im;
    enum push_auth auth;
    char username[256], password[256];
    char token_url[1024], client_id[256], client_secret[256];
} settings_push;

enum asr_recogniser { ASR_BUILT_IN, ASR_EXTERNAL };

typedef struct {                      /* section "asr" (ADM-082): docs/asr.md */
    bool enabled;                     /* calls may be transcribed */
    bool to_agents;                   /* the agent in a call gets its transcript; off: only who monitors it as text */
    enum asr_recogniser recogniser;
    char url[1024], token[256];       /* ASR_EXTERNAL; token "": none */
} settings_asr;

/* Further sections are lists that only the admin API and pages read (settings_get): "restReasons" {"reasons":[text]}, "popups"
 * {"pages":[{"name","url","enabled"}]} (at most 5, ADM-054), "quickReplies" {"texts":[text]}. */

settings *settings_new(store *db, const logger *log);
void settings_free(settings *all);
/* What holds in "phone" for members that an app has not set: the configuration's calls.ringSeconds, queueSeconds and wrapUpSeconds
 * (0: no after-call work). Before the first question. */
void settings_set_defaults(settings *all, int ring_s, int queue_s, int wrap_up_s);
/* Never NULL; the pointer is good until the next settings_put. An app that is not in the store has the defaults. */
const settings_phone *settings_phone_of(settings *all, int64_t app_id);
const settings_online *settings_online_of(settings *all, int64_t app_id);
const settings_omni *settings_omni_of(settings *all, int64_t app_id);
const settings_recording *settings_recording_of(settings *all, int64_t app_id);
const settings_push *settings_push_of(settings *all, int64_t app_id);
const settings_asr *settings_asr_of(settings *all, int64_t app_id);
/* The whole section with its defaults filled in, as JSON text, malloc'ed; secrets show as "" (`hasPassword` true). NULL: there is
 * no such section, or no memory. */
char *settings_get(settings *all, int64_t app_id, const char *section);
/* Checks and stores members of a section; those not given stay, null sets the default again. What settings_get answered may be
 * given back: an empty secret stays as it is. 0 or NOT_FOUND (app, section), ARG_* with a sentence that names the member in err,
 * NO_MEMORY, IO. */
int settings_put(settings *all, int64_t app_id, const char *section, const json_value *members, char *err, size_t err_cap);
/* Tells every mistake of members that a configuration file gives for a section, and stores nothing. */
void settings_check(const char *section, const json_value *members, void (*told)(void *ctx, int error, const json_value *at, const char *sentence),
                    void *ctx);
/* The "settings" objects in the configuration file's "instances" (NULL: none), at start: sections that the store does not have
 * yet. The same errors. */
int settings_provision_instances(settings *all, const json_value *instances, char *err, size_t err_cap);

/* Names of all sections, ended by NULL. */
extern const char *const settings_sections[];

#endif
