/* route.h: one request of the admin API, and the table of what may be asked by whom. Layer: server. */
#ifndef TCCC_SERVER_ADMIN_ROUTE_H
#define TCCC_SERVER_ADMIN_ROUTE_H

#include "base/json.h"
#include "server/admin/admin.h"
#include "server/admin/session.h"
#include "server/cloudapi/query.h"

enum { ADMIN_PARAMS_MAX = 3, ADMIN_PAGE_MAX = 200, ADMIN_PAGE = 50, ADMIN_USER_MAX = 127, ADMIN_BODY_MAX = 512 * 1024, ADMIN_ANSWER_MAX = 4 << 20 };

/* Sets of roles. */
enum { MAY_ADMIN = 1, MAY_INSPECT = 2, MAY_AGENT = 4, MAY_ALL = 7, MAY_ANYBODY = 8, MAY_NOTHING = 16 /* a key without a right here */ };

struct admin {
    admin_parts parts;
    sessions sessions;
    attempts attempts;
    int n_signing_in;
};

typedef struct {                      /* who asks */
    int may;                          /* MAY_ADMIN, MAY_INSPECT, MAY_AGENT or MAY_NOTHING; 0: nobody that is known */
    int64_t app_id;                   /* 0: every app (an API key) */
    char user_id[STORE_TEXT];         /* "" : an API key */
    bool by_cookie;
} admin_identity;

typedef struct {
    admin *all;
    const edge_http_request *request;
    admin_identity who;
    int64_t app_id;                   /* of the path, 0: none */
    char params[ADMIN_PARAMS_MAX][STORE_TEXT]; /* the path's {parts} in order, decoded */
    query query;
    json_value *body;                 /* owned; NULL for routes without */
    json_reader in;                   /* of the body; a failure there is answered with 400 */
    json_writer *out;                 /* members of the answer's object, written once nothing can fail any more */
    int status;                       /* of the answer, 200 unless changed */
    char headers[256];                /* more "name: value\n" lines */
    bool later;                       /* edge_reply will be called by somebody else */
    /* the failure */
    int http;                         /* 0: none */
    const char *code;
    char field[64], message[400];
    const char *remedy;
} admin_call;

typedef struct {
    const char *method, *path;        /* after /v1/admin; {app} must be an app, {other} parts are params */
    int may;
    const char *const *members;       /* of the body, ended by NULL; NULL: no JSON body is read */
    void (*run)(admin_call *call);
} admin_route;

extern const admin_route admin_routes[];   /* ended by a method of NULL */

/* The route of a request. NULL: call->http is set (404, or 405 when the path knows other methods). */
const admin_route *admin_route_find(admin_call *call);

/* Records the first failure: an error of error.h with the field it is about ("" none) and a sentence (NULL: the error's own). */
void admin_fail(admin_call *call, int error, const char *field, const char *sentence);
/* The same for what a store function has returned: true when it failed. missing: the sentence for NOT_FOUND, or NULL. */
bool admin_store_failed(admin_call *call, int error, const char *field, const char *missing);
/* The reader's failure, if any, becomes the call's. True: it has failed. */
bool admin_failed(admin_call *call);
bool admin_has(const admin_call *call, const char *member);      /* given, and not null */
/* offset and limit of the query string. */
void admin_page(admin_call *call, int *offset, int *limit);
int64_t admin_query_integer(admin_call *call, const char *name, int64_t fallback, int64_t min, int64_t max);
/* A param that is a number above 0; 0: the call has failed with 404. */
int64_t admin_param_id(admin_call *call, int index);

/* For handlers that answer later: what edge_reply needs, and the error's JSON. */
void admin_reply_error(admin *all, edge_request id, int error, const char *field, const char *sentence);
void admin_reply_json(admin *all, edge_request id, int status, const char *headers, const char *json);

/* The centre reads agents, groups and memberships again. */
void admin_staff_changed(admin_call *call);

/* sign_in.c */
void admin_identify(admin_call *call);
void route_sign_in(admin_call *call);
void route_sign_out(admin_call *call);
void route_me(admin_call *call);
void route_put_own_password(admin_call *call);
void route_put_agent_password(admin_call *call);
/* app_routes.c */
void route_get_app(admin_call *call);
void route_patch_app(admin_call *call);
/* agent_routes.c */
void route_list_agents(admin_call *call);
void route_post_agent(admin_call *call);
void route_get_agent(admin_call *call);
void route_patch_agent(admin_call *call);
void route_delete_agent(admin_call *call);
void route_put_membership(admin_call *call);
void route_delete_membership(admin_call *call);
void route_get_preferences(admin_call *call);
void route_patch_preferences(admin_call *call);
/* group_routes.c */
void route_list_groups(admin_call *call);
void route_post_group(admin_call *call);
void route_get_group(admin_call *call);
void route_patch_group(admin_call *call);
void route_delete_group(admin_call *call);
/* line_routes.c */
void route_list_numbers(admin_call *call);
void route_put_number(admin_call *call);
void route_put_number_flow(admin_call *call);
void route_delete_number(admin_call *call);
void route_list_extensions(admin_call *call);
void route_put_extension(admin_call *call);
void route_delete_extension(admin_call *call);
/* trunk_routes.c */
void route_list_trunks(admin_call *call);
void route_put_trunk(admin_call *call);
void route_delete_trunk(admin_call *call);
/* setting_routes.c */
void route_get_rest_reasons(admin_call *call);
void route_get_popups(admin_call *call);
void route_get_quick_replies(admin_call *call);
void route_get_setting(admin_call *call);
void route_patch_setting(admin_call *call);
/* flow_routes.c */
void route_list_flows(admin_call *call);
void route_post_flow(admin_call *call);
void route_get_flow(admin_call *call);
void route_put_flow(admin_call *call);
void route_publish_flow(admin_call *call);
void route_withdraw_flow(admin_call *call);
void route_delete_flow(admin_call *call);
/* sound_routes.c */
void route_list_sounds(admin_call *call);
void route_post_sound(admin_call *call);
void route_get_sound_file(admin_call *call);
void route_approve_sound(admin_call *call);
void route_reject_sound(admin_call *call);
void route_delete_sound(admin_call *call);
/* channel_routes.c */
void route_list_channels(admin_call *call);
void route_post_channel(admin_call *call);
void route_get_channel(admin_call *call);
void route_patch_channel(admin_call *call);
void route_delete_channel(admin_call *call);
/* recording_routes.c */
void route_list_recordings(admin_call *call);
void route_get_recording_url(admin_call *call);
/* push_routes.c */
void route_list_pushes(admin_call *call);
void route_replay_push(admin_call *call);
void route_list_keys(admin_call *call);
void route_post_key(admin_call *call);
void route_delete_key(admin_call *call);
/* live_routes.c */
void route_live_agents(admin_call *call);
void route_live_queues(admin_call *call);

#endif
