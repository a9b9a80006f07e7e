/* route.c: the table of the admin API, and finding in it. Layer: server. */
#include "server/admin/route.h"

#include "tccc/error.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS(...) (const char *const[]){ __VA_ARGS__ __VA_OPT__(,) NULL }
#define AGENT_MEMBERS "name", "nick", "phone", "mobileAccept", "mobileCallOut", "forward"
#define CHANNEL_MEMBERS "name", "groupId", "flowId", "welcome", "origins", "types", "enabled"
#define APP "/apps/{app}"

const admin_route admin_routes[] = {
    { "POST", "/sign-in", MAY_ANYBODY, MEMBERS("sdkAppId", "userId", "password"), route_sign_in },
    { "POST", "/sign-out", MAY_ALL, NULL, route_sign_out },
    { "GET", "/me", MAY_ALL, NULL, route_me },
    { "PUT", "/me/password", MAY_ALL, MEMBERS("old", "new"), route_put_own_password },
    { "GET", "/me/preferences", MAY_ALL, NULL, route_get_preferences },
    { "PATCH", "/me/preferences", MAY_ALL, MEMBERS("mobileAccept", "mobileCallOut", "forward"), route_patch_preferences },

    { "GET", APP, MAY_ADMIN | MAY_INSPECT, NULL, route_get_app },
    { "PATCH", APP, MAY_ADMIN, MEMBERS("name"), route_patch_app },

    { "GET", APP "/agents", MAY_ADMIN | MAY_INSPECT, NULL, route_list_agents },
    { "POST", APP "/agents", MAY_ADMIN, MEMBERS("userId", "staffNumber", "role", AGENT_MEMBERS), route_post_agent },
    { "GET", APP "/agents/{agent}", MAY_ADMIN | MAY_INSPECT, NULL, route_get_agent },
    { "PATCH", APP "/agents/{agent}", MAY_ADMIN, MEMBERS(AGENT_MEMBERS), route_patch_agent },
    { "DELETE", APP "/agents/{agent}", MAY_ADMIN, NULL, route_delete_agent },
    { "PUT", APP "/agents/{agent}/password", MAY_ADMIN, MEMBERS("password"), route_put_agent_password },
    { "PUT", APP "/agents/{agent}/groups/{group}", MAY_ADMIN, MEMBERS("priority"), route_put_membership },
    { "DELETE", APP "/agents/{agent}/groups/{group}", MAY_ADMIN, NULL, route_delete_membership },

    { "GET", APP "/groups", MAY_ADMIN | MAY_INSPECT, NULL, route_list_groups },
    { "POST", APP "/groups", MAY_ADMIN, MEMBERS("name", "type", "maxConcurrency", "ringAll"), route_post_group },
    { "GET", APP "/groups/{group}", MAY_ADMIN | MAY_INSPECT, NULL, route_get_group },
    { "PATCH", APP "/groups/{group}", MAY_ADMIN, MEMBERS("name", "maxConcurrency", "ringAll"), route_patch_group },
    { "DELETE", APP "/groups/{group}", MAY_ADMIN, NULL, route_delete_group },

    { "GET", APP "/numbers", MAY_ADMIN | MAY_INSPECT, NULL, route_list_numbers },
    { "PUT", APP "/numbers/{number}", MAY_ADMIN, MEMBERS("trunk", "inbound", "outbound", "groupId", "outboundGroupIds", "state"), route_put_number },
    { "PUT", APP "/numbers/{number}/flow", MAY_ADMIN, MEMBERS("flowId"), route_put_number_flow },
    { "DELETE", APP "/numbers/{number}", MAY_ADMIN, NULL, route_delete_number },
    { "GET", APP "/extensions", MAY_ADMIN, NULL, route_list_extensions },
    { "PUT", APP "/extensions/{extension}", MAY_ADMIN, MEMBERS("password", "userId", "name"), route_put_extension },
    { "DELETE", APP "/extensions/{extension}", MAY_ADMIN, NULL, route_delete_extension },
    { "GET", "/trunks", MAY_ADMIN, NULL, route_list_trunks },
    { "PUT", "/trunks/{trunk}", MAY_ADMIN,
      MEMBERS("host", "port", "transport", "username", "password", "fromDomain", "registers", "srtp", "allow", "qualifySeconds"), route_put_trunk },
    { "DELETE", "/trunks/{trunk}", MAY_ADMIN, NULL, route_delete_trunk },

    { "GET", APP "/settings/restReasons", MAY_ALL, NULL, route_get_rest_reasons },
    { "GET", APP "/settings/popups", MAY_ALL, NULL, route_get_popups },
    { "GET", APP "/settings/quickReplies", MAY_ALL, NULL, route_get_quick_replies },
    { "GET", APP "/settings/{section}", MAY_ADMIN, NULL, route_get_setting },
    { "PATCH", APP "/settings/{section}", MAY_ADMIN, MEMBERS("*"), route_patch_setting }, /* the section knows its members */

    { "GET", APP "/flows", MAY_ADMIN | MAY_INSPECT, NULL, route_list_flows },
    { "POST", APP "/flows", MAY_ADMIN, MEMBERS("name", "kind", "document", "publish"), route_post_flow },
    { "GET", APP "/flows/{flow}", MAY_ADMIN | MAY_INSPECT, NULL, route_get_flow },
    { "PUT", APP "/flows/{flow}", MAY_ADMIN, MEMBERS("name", "document", "publish"), route_put_flow },
    { "POST", APP "/flows/{flow}/publish", MAY_ADMIN, NULL, route_publish_flow },
    { "POST", APP "/flows/{flow}/withdraw", MAY_ADMIN, NULL, route_withdraw_flow },
    { "DELETE", APP "/flows/{flow}", MAY_ADMIN, NULL, route_delete_flow },

    { "GET", APP "/channels", MAY_ADMIN | MAY_INSPECT, NULL, route_list_channels },
    { "POST", APP "/channels", MAY_ADMIN, MEMBERS("channelId", CHANNEL_MEMBERS), route_post_channel },
    { "GET", APP "/channels/{channel}", MAY_ADMIN | MAY_INSPECT, NULL, route_get_channel },
    { "PATCH", APP "/channels/{channel}", MAY_ADMIN, MEMBERS(CHANNEL_MEMBERS), route_patch_channel },
    { "DELETE", APP "/channels/{channel}", MAY_ADMIN, NULL, route_delete_channel },

    { "GET", APP "/sounds", MAY_ADMIN | MAY_INSPECT, NULL, route_list_sounds },
    { "POST", APP "/sounds", MAY_ADMIN, NULL, route_post_sound },
    { "GET", APP "/sounds/{sound}/file", MAY_ADMIN | MAY_INSPECT, NULL, route_get_sound_file },
    { "POST", APP "/sounds/{sound}/approve", MAY_ADMIN, NULL, route_approve_sound },
    { "POST", APP "/sounds/{sound}/reject", MAY_ADMIN, NULL, route_reject_sound },
    { "DELETE", APP "/sounds/{sound}", MAY_ADMIN, NULL, route_delete_sound },
    { "GET", APP "/recordings", MAY_ADMIN | MAY_INSPECT, NULL, route_list_recordings },
    { "GET", APP "/recordings/{recording}/url", MAY_ADMIN | MAY_INSPECT, NULL, route_get_recording_url },

    { "GET", APP "/pushes", MAY_ADMIN, NULL, route_list_pushes },
    { "POST", APP "/pushes/{push}/replay", MAY_ADMIN, NULL, route_replay_push },
    { "GET", APP "/keys", MAY_ADMIN, NULL, route_list_keys },
    { "POST", APP "/keys", MAY_ADMIN, MEMBERS("role"), route_post_key },
    { "DELETE", APP "/keys/{key}", MAY_ADMIN, NULL, route_delete_key },
    { "GET", APP "/live/agents", MAY_ADMIN | MAY_INSPECT, NULL, route_live_agents },
    { "GET", APP "/live/queues", MAY_ADMIN | MAY_INSPECT, NULL, route_live_queues },
    { 0 },
};

static int hex(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One step of a path, percent-decoded. False: it does not fit, is empty, or holds a broken % sequence or a control character. */
static bool decode_step(const char *step, size_t n, char out[STORE_TEXT]) {
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        int c = (unsigned char)step[i];
        if (c == '%') {
            int high = i + 2 < n ? hex(step[i + 1]) : -1, low = high < 0 ? -1 : hex(step[i + 2]);
            if (low < 0)
                return false;
            c = high << 4 | low;
            i += 2;
        }
        if (c < ' ' || c == 127 || at + 1 == STORE_TEXT)
            return false;
        out[at++] = (char)c;
    }
    out[at] = 0;
    return at > 0;
}

static bool read_app(const char *text, int64_t *app_id) {
    size_t n = strspn(text, "0123456789");
    *app_id = n && n < 16 && !text[n] ? atoll(text) : 0;
    return *app_id > 0;
}

/* Whether the path fits the pattern; then app and params are filled in. */
static bool fits(admin_call *call, const char *pattern, const char *path) {
    int n_params = 0;
    for (;;) {
        size_t n = strcspn(++path, "/"), m = strcspn(++pattern, "/");
        char step[STORE_TEXT];
        if (!decode_step(path, n, step))
            return false;
        if (!strncmp(pattern, "{app}", m)) {
            if (!read_app(step, &call->app_id))
                return false;
        } else if (*pattern == '{')
            memcpy(call->params[n_params++], step, sizeof step);
        else if (strlen(step) != m || memcmp(step, pattern, m) != 0)
            return false;
        path += n;
        pattern += m;
        if (!*path || !*pattern)
            return !*path && !*pattern;
    }
}

const admin_route *admin_route_find(admin_call *call) {
    const char *path = call->request->path + sizeof "/v1/admin" - 1;
    bool known = false;
    for (const admin_route *r = admin_routes; r->method; r++) {
        call->app_id = 0;
        if (*path != '/' || !fits(call, r->path, path))
            continue;
        if (!strcmp(r->method, call->request->method))
            return r;
        known = true;
    }
    admin_fail(call, TCCC_E_NOT_FOUND, "", known ? "This address does not know the method." : "There is nothing at this address.");
    call->http = known ? 405 : 404;
    return NULL;
}
