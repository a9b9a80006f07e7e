/* flow.h: IVR flows with their versions, and sounds. Layer: server. Rules of all store functions: store.h. Rows IVR-001 to IVR-013,
 * ADM-063 to ADM-066. */
#ifndef TCCC_SERVER_STORE_FLOW_H
#define TCCC_SERVER_STORE_FLOW_H

#include "server/store/store.h"

#define STORE_FLOW_TEXT_MAX (256 * 1024)

typedef struct {
    int64_t id, app_id;               /* id 0 in put: the store chooses and fills it in */
    char name[STORE_TEXT];
    char kind[16];                    /* "ivr", "selfService" */
    bool published;                   /* in use = published and bound to a number: store_flow_is_bound */
    int version;                      /* of the newest document; rises with every save */
    int64_t updated_ms;
} store_flow;

/* Saves a new version of the document (json text); flow->version is filled in. */
int store_put_flow(store *s, store_flow *flow, const char *document);
int store_set_flow_published(store *s, int64_t id, bool published);
int store_get_flow(store *s, int64_t id, store_flow *flow);
/* version 0: the newest. *document is malloc'ed: the caller frees. */
int store_get_flow_document(store *s, int64_t id, int version, char **document);
int store_delete_flow(store *s, int64_t id);
int store_list_flows(store *s, int64_t app_id, bool (*each)(void *ctx, const store_flow *flow), void *ctx);
bool store_flow_is_bound(store *s, int64_t id);

enum store_sound_state { SOUND_NOT_REVIEWED = 1, SOUND_APPROVED = 2, SOUND_REJECTED = 3 };

typedef struct {
    int64_t id, app_id;
    char name[STORE_TEXT];            /* unique in the app */
    char file[STORE_TEXT];            /* under the data folder's sounds/ */
    char original[STORE_TEXT];        /* the uploaded file's name */
    enum store_sound_state state;
    int64_t bytes, duration_ms, created_ms;
} store_sound;

int store_put_sound(store *s, store_sound *sound);
int store_get_sound(store *s, int64_t id, store_sound *sound);
int store_delete_sound(store *s, int64_t id);
int store_list_sounds(store *s, int64_t app_id, bool (*each)(void *ctx, const store_sound *sound), void *ctx);

#endif
