/* wire.h: tccc.v1 signalling messages: the one place that parses, validates and prints them. Layer: core.
 * Source: docs/protocol.md; docs/protocol.schema.json says the same and a test holds the two together.
 *
 * A wire_message is a typed view. wire_parse fills one whose strings live in its own tree until wire_free. To send, fill
 * one with your own pointers and wire_print it; such a message needs no wire_free. Optional strings are NULL when absent.
 *
 *     wire_message in;
 *     wire_failure why;
 *     if (wire_parse(&in, WIRE_FROM_CLIENT, text, length, &why) < 0) {
 *         if (why.answer_id) ...              // a request with a wrong method or argument: answer it with this error
 *         else ...                            // say bye (PROTOCOL) and close with 1002
 *     }
 *     switch (in.kind) { case WIRE_REQ: ... in.request.method ... in.request.args.session_id ... }
 *     wire_free(&in);
 */
#ifndef TCCC_CORE_WIRE_H
#define TCCC_CORE_WIRE_H

#include "base/json.h"
#include "core/agent_fsm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_VERSION 1
#define WIRE_TEXT_MAX 65536         /* bytes of one message */
#define WIRE_ID_MAX INT32_MAX
#define WIRE_SENTENCE_MAX 256       /* bytes of a failure's sentence, closing NUL included */
#define WIRE_SESSIONS_MAX 32        /* in one snapshot */
#define WIRE_IVR_KEYS_MAX 32
#define WIRE_NUMBER_GROUPS_MAX 32
#define WIRE_LISTED_MAX 16          /* userIds of visit.start */
#define WIRE_SESSION_ID_MAX 64      /* bytes, as all limits below */
#define WIRE_DIGITS_MAX 64
#define WIRE_NUMBER_MAX 32          /* a telephone number */
#define WIRE_TEXT_FIELD_MAX 256     /* names, descriptions, remarks, reasons */
#define WIRE_UUI_MAX 1024
#define WIRE_SDP_MAX 16384
#define WIRE_TOKEN_MAX 256
#define WIRE_RESUME_LEN 64          /* hexadecimal digits */
#define WIRE_TAB_LEN 36
#define WIRE_EXTENSION_MAX 15       /* a desk phone */
#define WIRE_RUNNING_MAX 100        /* calls in one answer of call.running */
#define WIRE_FLOW_ID_MAX 20         /* decimal digits */
#define WIRE_ASR_TEXT_MAX 2048      /* what was said between two pauses */
#define WIRE_ASR_WORDS_MAX 128      /* of it */
#define WIRE_ASR_WORD_MAX 64
#define WIRE_ICE_SERVERS_MAX 8
#define WIRE_CHAT_TEXT_MAX 4096     /* of a chat message */
#define WIRE_URL_MAX 1024           /* also of a visitor's client data */
#define WIRE_CLIENT_ID_LEN 36       /* UUID that the sender gives a message */
#define WIRE_HISTORY_MAX 50         /* messages of one chat.history */
#define WIRE_OPTIONS_MAX 13         /* of one message: the keys of a branch */
#define WIRE_FILE_MAX 10485760      /* bytes of an upload: 10 MiB */

/* Close codes of the signalling WebSocket (RFC 6455 section 7.4; 4000.. are ours). */
#define WIRE_CLOSE_NORMAL 1000
#define WIRE_CLOSE_PROTOCOL 1002
#define WIRE_CLOSE_REFUSED 4401

enum wire_side { WIRE_FROM_CLIENT, WIRE_FROM_SERVER };

enum wire_kind { WIRE_HELLO, WIRE_WELCOME, WIRE_REFUSE, WIRE_REQ, WIRE_RES, WIRE_EV, WIRE_ACK, WIRE_PING, WIRE_PONG, WIRE_BYE };

/* X(ENUM, "m on the wire") */
#define WIRE_METHODS(X) \
    X(AGENT_ONLINE, "agent.online") X(AGENT_OFFLINE, "agent.offline") X(AGENT_STATUS, "agent.status") \
    X(CALL_START, "call.start") X(CALL_ACCEPT, "call.accept") X(CALL_REJECT, "call.reject") X(CALL_HANGUP, "call.hangup") \
    X(CALL_DELETE, "call.delete") X(CALL_HOLD, "call.hold") X(CALL_UNHOLD, "call.unhold") X(CALL_MUTE, "call.mute") \
    X(CALL_DIGITS, "call.digits") X(CALL_INTERNAL, "call.internal") X(CALL_TRANSFER, "call.transfer") \
    X(CALL_FLOW, "call.flow") X(CALL_UNFLOW, "call.unflow") \
    X(CALL_MONITOR, "call.monitor") X(CALL_UNMONITOR, "call.unmonitor") X(CALL_WHISPER, "call.whisper") \
    X(CALL_INTERCEPT, "call.intercept") X(CALL_KICK, "call.kick") X(CALL_RUNNING, "call.running") \
    X(CALL_CONSULT, "call.consult") X(CALL_CONSULT_COMPLETE, "call.consultComplete") X(CALL_CONSULT_CANCEL, "call.consultCancel") \
    X(CALL_CONFERENCE, "call.conference") X(CALL_CONFERENCE_LEAVE, "call.conferenceLeave") \
    X(MEDIA_OFFER, "media.offer") \
    X(AGENT_DEVICE, "agent.device") X(DIRECTORY_GET, "directory.get") \
    X(VISIT_START, "visit.start") X(VISIT_END, "visit.end") \
    X(CHAT_ACCEPT, "chat.accept") X(CHAT_REJECT, "chat.reject") X(CHAT_END, "chat.end") X(CHAT_DELETE, "chat.delete") \
    X(CHAT_SEND, "chat.send") X(CHAT_READ, "chat.read") X(CHAT_TYPING, "chat.typing") X(CHAT_HISTORY, "chat.history") \
    X(CHAT_TRANSFER, "chat.transfer") X(CHAT_UPLOAD, "chat.upload") X(CHAT_RATE, "chat.rate") \
    X(VIDEO_OFFER, "video.offer") X(VIDEO_ACCEPT, "video.accept") X(VIDEO_END, "video.end") X(VIDEO_DELETE, "video.delete") \
    X(VIDEO_MUTE, "video.mute") X(VIDEO_HOLD, "video.hold") X(VIDEO_UNHOLD, "video.unhold") X(VIDEO_TRANSFER, "video.transfer")

enum wire_method {
#define WIRE_METHOD_ENUM(name, text) WIRE_##name,
    WIRE_METHODS(WIRE_METHOD_ENUM)
#undef WIRE_METHOD_ENUM
    WIRE_N_METHODS
};

/* X(ENUM, "e on the wire"); the first nine are the SDK's own events. */
#define WIRE_EVENTS(X) \
    X(CALL_IN, "callIn") X(USER_ACCESSED, "userAccessed") X(CALL_OUTED, "callOuted") X(CALLOUT_ACCEPTED, "calloutAccepted") \
    X(SESSION_ENDED, "sessionEnded") X(STATUS_CHANGED, "statusChanged") X(AUTO_TRANSFER, "autoTransfer") \
    X(TRANSFER, "transfer") X(KICKED_OUT, "kickedOut") X(PROGRESS, "progress") X(HELD, "held") X(MEDIA, "media") \
    X(SELF_SERVICE, "selfService") X(MONITOR_ENDED, "monitorEnded") X(CONSULT, "consult") X(ASR, "asr") \
    X(MESSAGE, "message") X(TYPING, "typing") X(MESSAGE_READ, "messageRead") X(QUEUED, "queued") X(JOINED, "joined") \
    X(VIDEO_MUTED, "videoMuted") X(VIDEO_CODEC, "videoCodec")

enum wire_event_name {
#define WIRE_EVENT_ENUM(name, text) WIRE_EV_##name,
    WIRE_EVENTS(WIRE_EVENT_ENUM)
#undef WIRE_EVENT_ENUM
    WIRE_N_EVENTS
};

/* The values of agent.status' `status`. */
enum wire_set_status { WIRE_SET_FREE, WIRE_SET_REST, WIRE_SET_ARRANGE, WIRE_SET_NOT_READY, WIRE_SET_STOP_NOT_READY };
enum wire_device { WIRE_DEVICE_OK, WIRE_DEVICE_LOST, WIRE_DEVICE_DENIED };
enum wire_server_type { WIRE_STAFF_SEAT, WIRE_STAFF_PHONE_SEAT, WIRE_MINI_PROGRAM_SEAT, WIRE_STAFF_EXTENSION_SEAT };
enum wire_close_by { WIRE_BY_CLIENT, WIRE_BY_SEAT, WIRE_BY_ADMIN, WIRE_BY_TIMER };
enum wire_media_op { WIRE_MEDIA_START, WIRE_MEDIA_UPDATE, WIRE_MEDIA_STOP };
enum wire_direction { WIRE_SENDRECV, WIRE_SENDONLY, WIRE_RECVONLY, WIRE_INACTIVE };
enum wire_codec { WIRE_OPUS, WIRE_PCMA, WIRE_PCMU };
enum wire_suite { WIRE_NO_SRTP, WIRE_AES_CM_128_HMAC_SHA1_80, WIRE_AES_CM_128_HMAC_SHA1_32 };
enum wire_session_state { WIRE_OFFERED, WIRE_DIALING, WIRE_RINGING, WIRE_TALKING, WIRE_ENDED, WIRE_MONITORING };
/* What becomes of a third party; the first three also in a snapshot. */
enum wire_consult { WIRE_CONSULT_RINGING, WIRE_CONSULT_TALKING, WIRE_CONSULT_CONFERENCE, WIRE_CONSULT_ENDED };
enum wire_role { WIRE_ROLE_ADMIN, WIRE_ROLE_INSPECTOR, WIRE_ROLE_AGENT };
enum wire_way { WIRE_WAY_IN, WIRE_WAY_OUT };
enum wire_session_type { WIRE_PHONE, WIRE_INTERNAL, WIRE_IM, WIRE_VOIP, WIRE_VIDEO };
enum wire_picture { WIRE_NO_PICTURE, WIRE_VP8, WIRE_H264 };
enum wire_from { WIRE_OF_CLIENT, WIRE_OF_SEAT, WIRE_OF_SYSTEM };   /* who wrote a chat message */
enum wire_chat_kind { WIRE_CHAT_TEXT, WIRE_CHAT_IMAGE, WIRE_CHAT_FILE };
enum wire_slice { WIRE_SLICE_BEGIN, WIRE_SLICE_GOES_ON, WIRE_SLICE_END }; /* numbers on the wire: slice_type */
enum wire_flow { WIRE_FLOW_IN, WIRE_FLOW_OUT }; /* the customer's side, the agent's */

/* wire_error: `code` a name of tccc/error.h. wire_error_of fills one for a TCCC_E_* value; sentence NULL: the table's. */
typedef struct { const char *code, *message, *remedy; } wire_error;
wire_error wire_error_of(int error, const char *sentence);
/* TCCC_E_* of a name; TCCC_E_INTERNAL for a name that is not in the table. */
int wire_error_value(const char *code);

typedef struct {
    const char *token;              /* one of token and resume */
    const char *resume;
    const char *tab;
    const char *sdk;                /* may be NULL */
    bool has_last_seq;
    uint64_t last_seq;
    bool heir;                      /* a page that goes on from what another one knew: it has no streams and asked for nothing */
} wire_hello;

typedef struct { const char *key, *label; } wire_ivr_key;

typedef struct {                    /* `media`: how a session's sound runs; op STOP has no other field */
    enum wire_media_op op;
    int channel;                    /* 0..3 */
    enum wire_direction direction;  /* as the client shall do it */
    enum wire_codec codec;
    int payload_type;               /* 0..127 */
    int dtmf_payload_type;          /* 0 none, 96..127 */
    int dtmf_rate;                  /* Hz */
    int ptime_ms;                   /* 10..60 */
    enum wire_suite suite;          /* WIRE_NO_SRTP: plain RTP */
    const char *send_key, *receive_key; /* the client's; base64 of 30 bytes */
} wire_media;

typedef struct {                    /* the customer of a session of type im, voip or video; all may be NULL */
    const char *user_id, *nickname, *avatar, *peer_source, *channel_name, *client_data, *callee, *callee_remark;
} wire_visitor;

/* Of a session that a visitor's page began. */
static inline bool wire_is_visit(enum wire_session_type type) { return type == WIRE_IM || type == WIRE_VOIP || type == WIRE_VIDEO; }

typedef struct {                    /* one message of a chat */
    uint64_t seq;                   /* in its session, from 1, without gaps */
    enum wire_from from;
    const char *user_id;            /* the agent of WIRE_OF_SEAT; may be NULL */
    enum wire_chat_kind kind;
    const char *text;               /* WIRE_CHAT_TEXT; else NULL */
    const char *url, *name, *mime;  /* the other kinds */
    int64_t size;                   /* bytes */
    uint64_t time_ms;               /* Unix ms */
    const char *client_id;          /* what the sender called it; NULL: the server's own */
    const json_value *options;      /* what a visitor may choose: list of {key, text}; NULL: nothing */
    const char *options_json;       /* to print, in place of options: as JSON; or NULL */
} wire_chat;

typedef struct {                    /* one session of a snapshot */
    const char *session_id;
    enum wire_session_type type;
    enum wire_way way;
    enum wire_session_state state;
    bool held;
    const char *caller, *callee;
    const char *phone_desc;         /* may be NULL */
    const char *peer_user_id;       /* WIRE_INTERNAL: the other agent; else NULL */
    bool self_service;              /* a flow runs with the customer */
    bool muted;                     /* this side's microphone, for this session */
    bool camera_muted;              /* WIRE_VIDEO */
    bool has_consult;               /* a third party is there: */
    enum wire_consult consult;
    wire_visitor visitor;           /* of wire_is_visit */
    uint64_t last_seq;              /* WIRE_IM: of its last message, 0 none */
    enum wire_server_type server_type;
    int timeout_s;                  /* left to answer, 0 none */
    uint64_t start_ms, answer_ms;   /* Unix ms; 0 not yet */
    bool has_media;
    wire_media media;               /* op is START */
} wire_session;

typedef struct {
    const char *resume;
    const char *user_id, *user_name;
    enum wire_role role;
    enum agent_status status;
    const char *reason;             /* of rest; "" none */
    const wire_session *sessions;   /* parsed: belong to the message */
    int n_sessions;
    bool replay;
    uint64_t seq;
    int heartbeat_ms, resume_window_ms;
    const char *ticket;             /* 1..128 of A-Z a-z 0-9 - _ */
    bool data_channel, websocket;   /* media.paths */
    const json_value *ice_servers;  /* an array of RTCIceServer for RTCPeerConnection; may be NULL */
    const json_value *settings;     /* an object; printing NULL gives {} */
} wire_welcome;

typedef struct {                    /* which members a method has: docs/protocol.md */
    const char *session_id;
    const char *phone_number, *phone_desc, *uui, *skill_group_id, *caller_phone_number;
    const char *number_groups[WIRE_NUMBER_GROUPS_MAX]; /* servingNumberGroupIds */
    int n_number_groups;
    bool real_number;               /* phoneEncodeType "number" */
    bool muted;
    const char *digits;             /* of 0-9 * # A-D */
    enum wire_set_status status;
    const char *rest_reason;
    const char *callee_user_id;     /* call.internal */
    bool use_mobile;
    const char *user_id, *extension; /* call.transfer: one of these two, skill_group_id and phone_number */
    const char *flow_id;            /* call.flow */
    bool text_only;                 /* call.monitor */
    bool on;                        /* call.whisper */
    enum wire_device microphone;    /* agent.device */
    const char *tab;                /* tabUUID of call.start, call.internal, call.accept and video.accept: which of several pages asked; or NULL */
    const char *sdp;
    bool camera_muted;              /* video.mute, with `muted` for the microphone */
    enum wire_session_type visit_type; /* visit.start; WIRE_IM: with user_ids, or with skill_group_id */
    const char *user_ids[WIRE_LISTED_MAX];
    int n_user_ids;
    const char *remark;
    enum wire_chat_kind kind;       /* chat.send; url, name, size and mime also of chat.upload */
    const char *client_id, *text, *url, *name, *mime;
    int64_t size;
    uint64_t seq;                   /* chat.read */
    bool forward;                   /* chat.history: afterSeq is given, not beforeSeq */
    uint64_t before_seq, after_seq; /* before_seq 0: not given; after_seq of call.running: `after` */
    int limit;
    int score;                      /* chat.rate */
    const char *comment;
} wire_args;

typedef struct {
    uint32_t id;                    /* 1..WIRE_ID_MAX */
    enum wire_method method;
    wire_args args;
} wire_request;

typedef struct {                    /* a running call, for supervisors */
    const char *session_id, *user_id, *name;
    enum wire_session_type type;
    enum wire_session_state state;
    const char *caller, *callee;
    int64_t start_ms, answer_ms;    /* Unix ms; 0 not yet */
} wire_running;

typedef struct { const char *id, *name; int online, free, waiting; } wire_directory_group;
typedef struct {
    const char *user_id, *name;
    enum agent_status status;
    const char *const *groups;      /* ids */
    int n_groups;
    const char *extension;          /* NULL none */
    bool has_mobile;                /* call.internal with useMobile can ring it */
} wire_directory_agent;
typedef struct { const char *id, *name; } wire_directory_flow;

typedef struct {                    /* who and what a page can transfer to, and the reasons of rest */
    const wire_directory_group *groups;
    const wire_directory_agent *agents;
    const wire_directory_flow *flows;
    const json_value *rest_reasons; /* an array of texts, or NULL */
    int n_groups, n_agents, n_flows;
    bool more;
} wire_directory;

#define WIRE_DIRECTORY_LISTS 4
extern const char *const wire_directory_lists[];    /* "groups", "agents", "flows", "restReasons", NULL */

typedef struct {
    enum agent_status status;       /* agent.* */
    const char *session_id, *caller, *callee, *callee_location, *remark; /* call.start, call.internal; the last two may be NULL */
    enum wire_server_type server_type;
    const char *sdp;                /* media.offer, video.offer */
    bool text_only;                 /* call.monitor */
    const char *consult_session_id; /* call.consult */
    const wire_running *running;    /* call.running, printing only */
    int n_running;
    uint64_t next;                  /* call.running: what to ask for the calls that follow; 0: there are none */
    const json_value *sessions;     /* call.running, parsed only: an array */
    const wire_directory *directory; /* directory.get, printing only */
    const json_value *lists[WIRE_DIRECTORY_LISTS]; /* directory.get, parsed only: arrays in the order of wire_directory_lists */
    uint64_t seq, time_ms;          /* chat.send */
    const wire_chat *messages;      /* chat.history, printing */
    int n_messages;
    const json_value *raw_messages; /* chat.history, parsed: see wire_read_chat */
    bool more;                      /* chat.history: there are further ones; directory.get: there are agents who did not fit */
    const char *url, *get_url;      /* chat.upload */
} wire_result;

typedef struct {
    uint32_t id;
    bool ok;
    enum wire_method method;        /* printing only: says which members of `result` go out */
    wire_result result;             /* printing only; when parsed, see wire_read_result */
    wire_error error;               /* when not ok */
    const json_value *raw;          /* parsed only: `r` */
} wire_answer;

typedef struct {
    enum wire_session_type type;
    const char *peer_user_id;       /* WIRE_INTERNAL: the agent who calls; else NULL */
    int timeout_s;
    const char *caller, *callee;    /* caller may be NULL (withheld) */
    const char *caller_location, *remark, *protected_caller, *protected_callee; /* may be NULL */
    enum wire_server_type server_type;
    bool auto_answer;               /* the page takes it by itself (ADM-073) */
    wire_visitor visitor;           /* of wire_is_visit, which have no caller */
    uint64_t last_seq;              /* WIRE_IM: messages there are already */
    const char *consult_user_id;    /* who asks for advice, with the customer on hold; may be NULL */
    const wire_ivr_key *ivr_path;   /* parsed: belong to the message */
    int n_ivr_path;
} wire_call_in;

typedef struct {
    enum wire_session_type type;    /* told of wire_is_visit only, whose caller is the visitor's own page */
    const char *caller, *callee;
    const char *protected_callee, *remark; /* may be NULL */
    const char *phone_desc;         /* as call.start was given it; may be NULL */
    const char *tab;                /* tabUUID: the page that dialled; may be NULL */
    enum wire_server_type server_type;
} wire_call_outed;

typedef struct {
    enum agent_status status;
    const char *reason;             /* of rest, and of a notReady that a lost microphone made; NULL none */
    enum agent_status reserved;     /* REST or NOT_READY: follows when the session ends; any other: nothing is reserved */
    int countdown_s;                /* arrange: becomes free after so long; 0: it stays */
} wire_status_changed;

typedef struct {
    enum wire_session_type type;
    double duration_s;              /* talking time */
    enum wire_close_by close_by;
    const char *main_reason, *sub_reason; /* may be NULL; with closeBy "admin" (SDK-155, SDK-156) */
} wire_session_ended;

typedef struct {
    const char *text;
    int64_t start_ms, end_ms;       /* as those of the sentence */
    bool stable;                    /* it stays as it is */
} wire_asr_word;

typedef struct {                    /* what was said of a sentence so far; SDK-167 to SDK-170 */
    enum wire_flow flow;
    enum wire_slice slice;
    int64_t index;                  /* counts the sentences of a flow from 0 */
    int64_t start_ms, end_ms;       /* since the transcript of the session began */
    const char *text;
    const wire_asr_word *words;     /* parsed: belong to the message */
    int n_words;
} wire_asr;

typedef struct {
    uint64_t seq;                   /* from 1; outbox_event fills it */
    enum wire_event_name name;
    const char *session_id;         /* all but statusChanged and kickedOut */
    union {
        wire_call_in call_in;
        wire_call_outed call_outed;
        wire_session_ended ended;
        wire_status_changed changed;
        struct { const char *skill_group_id, *user_id, *extension, *phone_number; } transfer; /* may be NULL */
        const char *accepted_tab;                                   /* userAccessed: tabUUID of the page that answered; may be NULL */
        bool self_service;                                          /* a flow runs */
        const char *reason;                                         /* kickedOut, monitorEnded */
        struct { enum wire_consult state; const char *reason; } consult; /* reason: why it ended; may be NULL */
        struct { bool ringing, early_media; } progress;             /* one at least */
        struct { bool held, by_seat; } held;                        /* by "seat", else "client" */
        wire_media media;
        wire_asr asr;
        wire_chat message;
        struct { enum wire_from from; uint64_t seq; } mark;         /* typing; messageRead: up to seq */
        struct { enum wire_session_type type; int ahead; } queued;  /* customers before this one */
        struct { enum wire_from from; bool audio, video; } video_muted; /* whose microphone and camera are off */
        enum wire_picture picture;                                  /* videoCodec: what both browsers can have */
        const char *nickname;                                       /* joined: the agent's name for customers */
    };
} wire_event;

typedef struct {
    enum wire_kind kind;
    union {
        wire_hello hello;
        wire_welcome welcome;
        wire_error refuse;
        wire_request request;
        wire_answer answer;
        wire_event event;
        uint64_t ack_seq;
        uint32_t ping_n;                                            /* ping and pong */
        struct { bool has_error; wire_error error; } bye;
    };
    json_value *tree;               /* owned; set by wire_parse */
    void *list;                     /* owned; sessions, ivrPath or words */
} wire_message;

typedef struct {
    int error;                      /* TCCC_E_* */
    uint32_t answer_id;             /* not 0: only the method or an argument of this request is wrong; the peer is sane */
    char message[WIRE_SENTENCE_MAX];/* "call.start: phoneNumber must be a string of 1 to 32 bytes." */
} wire_failure;

/* Parses text[length] (no NUL needed) as a message that side `from` may send. 0, or with *failure filled and nothing to
 * free: TOO_LARGE, FORMAT (not JSON), PROTOCOL (unknown kind, method or event, wrong side or version), ARG_MISSING,
 * ARG_TYPE, ARG_RANGE (a member), NO_MEMORY. `failure` may be NULL. */
int wire_parse(wire_message *message, enum wire_side from, const char *text, size_t length, wire_failure *failure);
void wire_free(wire_message *message);

/* Prints with a closing NUL. The length without it, or TOO_LARGE when it does not fit into capacity. Does not validate:
 * what a caller fills in is its own. */
int wire_print(const wire_message *message, char *text, size_t capacity);
/* The same of a message that a page sends; a page's module has no more than that. */
int wire_print_client(const wire_message *message, char *text, size_t capacity);

/* Reads an answer's `r` as the result of `method`: the client knows it by the id. Strings live as long as the message. */
int wire_read_result(enum wire_method method, const json_value *raw, wire_result *result, wire_failure *failure);
/* Reads a request's arguments; wire_parse does so by itself, and the page's commands come this way too. `place` begins
 * the sentence of a failure ("Call.accept"). */
int wire_read_args(enum wire_method method, const json_value *object, wire_args *args, const char *place, wire_failure *failure);
/* Reads one element of wire_result.raw_messages. */
int wire_read_chat(const json_value *object, wire_chat *message, wire_failure *failure);
/* Writes a chat message's members into an open object. */
void wire_put_chat(json_writer *writer, const wire_chat *message);
/* Writes an event's `d` as member `name` of an open object: the page gets the SDK's own events in this very form. */
void wire_put_event_data(json_writer *writer, const char *name, const wire_event *event);
/* Writes the members of a result that was parsed into an open object (the page gets them in this form). */
void wire_put_result(json_writer *writer, enum wire_method method, const wire_result *result);
/* Reads a session of a snapshot; what its strings point to lives as long as `object`. 0, ARG_MISSING, ARG_TYPE or ARG_RANGE. */
int wire_read_session(const json_value *object, wire_session *session);
/* Writes a session as member `name` (NULL in an array). */
void wire_put_session(json_writer *writer, const char *name, const wire_session *session);

const char *wire_kind_name(enum wire_kind kind);
const char *wire_method_name(enum wire_method method);
const char *wire_event_name(enum wire_event_name name);
const char *wire_server_type_name(enum wire_server_type type);
const char *wire_close_by_name(enum wire_close_by by);
const char *wire_codec_name(enum wire_codec codec);
const char *wire_suite_name(enum wire_suite suite);   /* NULL for WIRE_NO_SRTP */
const char *wire_direction_name(enum wire_direction direction);
const char *wire_session_state_name(enum wire_session_state state);

/* The same names in the order of their enums, each list ended by NULL, for json_choice. */
extern const char *const wire_kind_names[], *const wire_method_names[], *const wire_event_names[], *const wire_set_status_names[],
    *const wire_server_type_names[], *const wire_close_by_names[], *const wire_media_op_names[], *const wire_direction_names[],
    *const wire_codec_names[], *const wire_suite_names[], *const wire_session_state_names[], *const wire_way_names[],
    *const wire_held_by_names[], *const wire_session_type_names[], *const wire_device_names[], *const wire_flow_names[], *const wire_from_names[], *const wire_chat_kind_names[],
    *const wire_consult_names[], *const wire_role_names[], *const wire_picture_names[];

#endif
