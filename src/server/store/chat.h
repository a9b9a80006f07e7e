/* chat.h: chats: their records, messages, steps and files. Layer: server. Rules of all store functions: store.h. docs/chat.md. */
#ifndef TCCC_SERVER_STORE_CHAT_H
#define TCCC_SERVER_STORE_CHAT_H

#include "server/store/store.h"

enum { CHAT_TEXT = 4097, CHAT_CLIENT_ID = 37, CHAT_FILE_ID = 33, CHAT_STEPS_MAX = 32, CHAT_VISITOR_ID = 33, CHAT_LANGUAGE = 36, CHAT_OPTIONS = 4096 };

/* IMCdrInfo.EndStatus of the cloud API. */
enum chat_end {
    CHAT_END_ABNORMAL = 0, CHAT_END_NORMAL = 1, CHAT_END_NO_AGENT = 3, CHAT_END_DECLINED = 17, CHAT_END_BLACKLIST = 100,
    CHAT_END_TRANSFERRED = 101, CHAT_END_IVR_GIVE_UP = 102, CHAT_END_CUSTOMER_SILENT = 108, CHAT_END_CUSTOMER = 109
};

typedef struct {                  /* key: session_id; times are Unix ms, 0 = did not happen */
    char session_id[65];
    int64_t app_id;
    char visitor_id[CHAT_VISITOR_ID];
    char channel_id[65], channel_name[STORE_TEXT];
    char nickname[STORE_TEXT], avatar[1025], remark[STORE_TEXT], client_data[1025];
    char user_id[STORE_TEXT];     /* the last agent, or "" */
    int64_t group_id;
    char group_name[STORE_TEXT];
    int64_t start_ms, queued_ms, accept_ms, end_ms;
    int end_status;               /* enum chat_end */
    int closed_by;                /* enum wire_close_by */
    int64_t client_read, seat_read; /* messages up to here were seen */
    char language[CHAT_LANGUAGE]; /* the visitor's, a tag such as zh-CN; "" not known */
    int64_t flow_id;              /* it ran; 0: none */
    int64_t left_seq;             /* the message that was left for later, to a flow; 0: none */
    char satisfaction_key[16], satisfaction_label[STORE_TEXT]; /* what a flow's rating was answered with; key "noInput": asked in vain */
    int score;                    /* 1..5; 0: not rated */
    char comment[1025];
} store_chat;

typedef struct {                  /* who served; one for each offer that was accepted, or let go by */
    char user_id[STORE_TEXT];
    int64_t group_id;
    char group_name[STORE_TEXT];
    int64_t start_ms, accept_ms, end_ms;
    int end_status;
    char transfer_to[STORE_TEXT]; /* userId or group's id */
} store_chat_step;

typedef struct {                  /* key: session_id, seq */
    char session_id[65];
    int64_t seq;
    int sender;                   /* enum wire_from */
    char user_id[STORE_TEXT];
    int kind;                     /* enum wire_chat_kind */
    char text[CHAT_TEXT];
    char file_id[CHAT_FILE_ID];
    char name[STORE_TEXT];
    int64_t size;
    char mime[STORE_TEXT];
    int64_t time_ms;
    char client_id[CHAT_CLIENT_ID]; /* unique in the session; "" none */
    char options[CHAT_OPTIONS];   /* what the visitor may choose, as JSON: [{"key","text"}]; "" nothing */
} store_chat_message;

int store_put_chat(store *s, const store_chat *chat);            /* new or changed */
int store_get_chat(store *s, const char *session_id, store_chat *chat);
/* Chats that have not ended, the oldest first. */
int store_list_running_chats(store *s, bool (*each)(void *ctx, const store_chat *chat), void *ctx);
/* Those that have ended, of start_ms in [from_ms, to_ms), newest first; *total counts all. */
int store_list_chats(store *s, int64_t app_id, int64_t from_ms, int64_t to_ms, int offset, int limit, int *total,
                     bool (*each)(void *ctx, const store_chat *chat), void *ctx);
/* Who served this visitor last: "" nobody. */
int store_last_chat_agent(store *s, int64_t app_id, const char *visitor_id, char *user_id, size_t capacity);

typedef struct {                  /* key: session_id. How a chat goes on after a restart; Unix ms */
    char session_id[65];
    char phase[16];               /* chat_phase_name; "" in a row that is not there */
    char holder[STORE_TEXT];      /* the agent it is offered to, or who serves it; or "" */
    char only_agent[STORE_TEXT], handed_by[STORE_TEXT], target[STORE_TEXT]; /* of a transfer */
    bool transferring;
    int64_t home_group_id;
    int64_t waits_since_ms, queue_end_ms, offer_end_ms;
    bool rejected;
    int flow_version;             /* of chat.flow_id; 0: no flow runs */
    char flow_state[161];         /* flow_run_save's */
    int64_t flow_seq;             /* messages up to here were taken by the flow */
} store_chat_place;

int store_put_chat_place(store *s, const store_chat_place *place);   /* new or changed */
int store_get_chat_place(store *s, const char *session_id, store_chat_place *place);
int store_delete_chat_place(store *s, const char *session_id);           /* also when there is none */

int store_put_chat_step(store *s, const char *session_id, int n, const store_chat_step *step);   /* new or changed */
int store_list_chat_steps(store *s, const char *session_id, bool (*each)(void *ctx, const store_chat_step *step), void *ctx);

/* A new one; NOT_FOUND also when its seq or client id is taken. */
int store_put_chat_message(store *s, const store_chat_message *message);
int store_find_chat_message(store *s, const char *session_id, const char *client_id, store_chat_message *message);
int store_last_chat_seq(store *s, const char *session_id, int64_t *seq);
/* By rising seq above after_seq; or, with before_seq above 0, by falling seq below it. */
int store_list_chat_messages(store *s, const char *session_id, int64_t after_seq, int64_t before_seq, int limit,
                             bool (*each)(void *ctx, const store_chat_message *message), void *ctx);

typedef struct {                  /* key: file_id */
    char file_id[CHAT_FILE_ID];
    int64_t app_id;
    char session_id[65];
    char name[STORE_TEXT], mime[STORE_TEXT];
    int64_t size;
    bool there;                   /* it was uploaded */
    int64_t created_ms;
} store_chat_file;

int store_put_chat_file(store *s, const store_chat_file *file);  /* new or changed */
int store_get_chat_file(store *s, const char *file_id, store_chat_file *file);
int store_count_chat_files(store *s, const char *session_id, int *count, int64_t *bytes);   /* also those that were only promised */

#endif
