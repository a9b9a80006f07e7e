/* channel.h: channels: the places on web pages where visitors come from, and where their visits go. Layer: server. Rules of all store
 * functions: store.h. */
#ifndef TCCC_SERVER_STORE_CHANNEL_H
#define TCCC_SERVER_STORE_CHANNEL_H

#include "server/store/store.h"

enum { CHANNEL_ID_MAX = 64, CHANNEL_WELCOME = 1025, CHANNEL_ORIGINS = 1025 };
/* What visitors may begin. */
enum channel_type { CHANNEL_IM = 1, CHANNEL_VOIP = 2, CHANNEL_VIDEO = 4, CHANNEL_ALL = 7 };

typedef struct {                  /* key: id */
    char id[CHANNEL_ID_MAX + 1];  /* in pages: letters, digits, - and _; unique over all apps */
    int64_t app_id;
    char name[STORE_TEXT];
    int64_t flow_id;              /* a published flow; 0: none, the group serves */
    int64_t group_id;             /* 0: every agent */
    char welcome[CHANNEL_WELCOME]; /* first message of a chat; "" none */
    char origins[CHANNEL_ORIGINS]; /* of pages, separated by blanks; "": any */
    int types;                    /* set of enum channel_type */
    bool enabled;
    int64_t modified_ms;
} store_channel;

int store_put_channel(store *s, const store_channel *channel);   /* new or changed */
int store_get_channel(store *s, const char *id, store_channel *channel);
int store_delete_channel(store *s, int64_t app_id, const char *id);
int store_list_channels(store *s, int64_t app_id, bool (*each)(void *ctx, const store_channel *channel), void *ctx);   /* by id */

#endif
