/* channel_routes.c: channels of visitors. Layer: server. docs/administration.md. */
#include "server/admin/route.h"
#include "server/store/channel.h"
#include "server/store/flow.h"
#include "tccc/error.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

static const char id_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char *const types[] = { "im", "voip", "video", NULL };

enum { TYPES = 3, ORIGINS_MAX = 20 };

static store *db_of(const admin_call *call) { return call->all->parts.store; }

static void put_origins(json_writer *out, const char *origins) {
    json_open_array(out, "origins");
    for (const char *at = origins + strspn(origins, " "); *at; at += strcspn(at, " "), at += strspn(at, " "))
        json_put_bytes_as_string(out, NULL, at, strcspn(at, " "));
    json_close(out);
}

static void put_channel(json_writer *out, const store_channel *channel) {
    json_put_string(out, "channelId", channel->id);
    json_put_string(out, "name", channel->name);
    json_put_integer(out, "groupId", channel->group_id);
    json_put_integer(out, "flowId", channel->flow_id);
    json_put_string(out, "welcome", channel->welcome);
    put_origins(out, channel->origins);
    json_open_array(out, "types");
    for (int i = 0; i < TYPES; i++)
        if (channel->types & 1 << i)
            json_put_string(out, NULL, types[i]);
    json_close(out);
    json_put_bool(out, "enabled", channel->enabled);
}

static bool each_channel(void *ctx, const store_channel *channel) {
    json_writer *out = ctx;
    json_open_object(out, NULL);
    put_channel(out, channel);
    json_close(out);
    return true;
}

void route_list_channels(admin_call *call) {
    json_open_array(call->out, "channels");
    admin_store_failed(call, store_list_channels(db_of(call), call->app_id, each_channel, call->out), "", NULL);
    json_close(call->out);
}

static bool find(admin_call *call, store_channel *channel) {
    if (!admin_store_failed(call, store_get_channel(db_of(call), call->params[0], channel), "", "There is no such channel.") && channel->app_id != call->app_id)
        admin_fail(call, TCCC_E_NOT_FOUND, "", "There is no such channel.");
    return !call->http;
}

void route_get_channel(admin_call *call) {
    store_channel channel;
    if (find(call, &channel))
        put_channel(call->out, &channel);
}

/* ---- reading ---- */

static bool is_origin(const char *text) {
    size_t scheme = !strncmp(text, "https://", 8) ? 8 : !strncmp(text, "http://", 7) ? 7 : 0;
    return scheme && text[scheme] && !strpbrk(text + scheme, "/?#@ \"\\<>") && strlen(text) < 256;
}

static void read_origins(admin_call *call, store_channel *channel) {
    const json_value *list = json_array_or(&call->in, "origins", ORIGINS_MAX);
    size_t used = 0;
    if (!list)
        return;
    channel->origins[0] = 0;
    for (const json_value *e = json_first(list); e && !call->in.error; e = json_next(e)) {
        const char *text = json_text(e);
        if (!text || !is_origin(text))
            json_fail(&call->in, TCCC_E_ARG_RANGE, "origins", "must hold origins such as https://shop.example.com");
        else if (used + strlen(text) + 2 > sizeof channel->origins)
            json_fail(&call->in, TCCC_E_ARG_RANGE, "origins", "must have 1024 bytes at most together");
        else
            used += (size_t)snprintf(channel->origins + used, sizeof channel->origins - used, "%s%s", used ? " " : "", text);
    }
}

static void read_types(admin_call *call, store_channel *channel) {
    const json_value *list = json_array_or(&call->in, "types", TYPES);
    int set = 0;
    if (!list)
        return;
    for (const json_value *e = json_first(list); e && !call->in.error; e = json_next(e)) {
        int i = 0;
        while (types[i] && (!json_text(e) || strcmp(types[i], json_text(e))))
            i++;
        if (types[i])
            set |= 1 << i;
        else
            json_fail(&call->in, TCCC_E_ARG_RANGE, "types", "must hold im, voip or video");
    }
    if (!set)
        json_fail(&call->in, TCCC_E_ARG_RANGE, "types", "must hold one type at least");
    channel->types = set;
}

/* IVR-034: which module cannot run, and why. */
static void check_chat_runs(admin_call *call, int64_t flow_id) {
    char sentence[FLOW_SENTENCE_MAX];
    flow *f = flows_open(call->all->parts.flows, call->app_id, flow_id);
    if (f && !flow_suits_chat(f, sentence))
        admin_fail(call, TCCC_E_ARG_RANGE, "flowId", sentence);
    flow_drop(f);
}

static void check_targets(admin_call *call, const store_channel *channel) {
    store_group group;
    store_flow flow;
    if (!call->http && channel->group_id && (store_get_group(db_of(call), channel->group_id, &group) || group.app_id != call->app_id))
        admin_fail(call, TCCC_E_ARG_RANGE, "groupId", "groupId names no skill group of this app.");
    if (!call->http && channel->flow_id && (store_get_flow(db_of(call), channel->flow_id, &flow) || flow.app_id != call->app_id || !flow.published || strcmp(flow.kind, "ivr")))
        admin_fail(call, TCCC_E_ARG_RANGE, "flowId", "flowId names no published flow of kind ivr of this app.");
    if (!call->http && channel->flow_id && channel->types & CHANNEL_IM)
        check_chat_runs(call, channel->flow_id);
}

static void read_channel(admin_call *call, store_channel *channel) {
    const char *name = json_string_or(&call->in, "name", channel->name, 120);
    const char *welcome = json_string_or(&call->in, "welcome", channel->welcome, CHANNEL_WELCOME - 1);
    channel->group_id = json_integer_or(&call->in, "groupId", channel->group_id, 0, JSON_INTEGER_MAX);
    channel->flow_id = json_integer_or(&call->in, "flowId", channel->flow_id, 0, JSON_INTEGER_MAX);
    channel->enabled = json_bool_or(&call->in, "enabled", channel->enabled);
    read_origins(call, channel);
    read_types(call, channel);
    if (admin_failed(call))
        return;
    if (name != channel->name)
        snprintf(channel->name, sizeof channel->name, "%s", name);
    if (welcome != channel->welcome)
        snprintf(channel->welcome, sizeof channel->welcome, "%s", welcome);
    if (!channel->name[0])
        admin_fail(call, TCCC_E_ARG_MISSING, "name", "name is missing.");
    check_targets(call, channel);
}

static void save(admin_call *call, const store_channel *channel) {
    if (!call->http && !admin_store_failed(call, store_put_channel(db_of(call), channel), "", NULL))
        put_channel(call->out, channel);
}

static void choose_id(admin_call *call, store_channel *channel) {
    unsigned char bytes[8];
    store_channel present;
    const char *id = json_string_or(&call->in, "channelId", NULL, CHANNEL_ID_MAX);
    if (id)
        snprintf(channel->id, sizeof channel->id, "%s", id);
    else if (RAND_bytes(bytes, sizeof bytes) != 1)
        admin_fail(call, TCCC_E_INTERNAL, "", NULL);
    for (size_t i = 0; !id && i < sizeof bytes; i++)
        snprintf(channel->id + 2 * i, 3, "%02x", bytes[i]);
    if (!channel->id[0] || channel->id[strspn(channel->id, id_letters)])
        admin_fail(call, TCCC_E_ARG_RANGE, "channelId", "channelId must be of letters, digits, - and _.");
    else if (!store_get_channel(db_of(call), channel->id, &present))
        admin_fail(call, TCCC_E_STATE, "channelId", "There is a channel of this id already.");
}

void route_post_channel(admin_call *call) {
    store_channel channel = { .app_id = call->app_id, .types = CHANNEL_ALL, .enabled = true };
    choose_id(call, &channel);
    read_channel(call, &channel);
    save(call, &channel);
    call->status = 201;
}

void route_patch_channel(admin_call *call) {
    store_channel channel;
    if (!find(call, &channel))
        return;
    read_channel(call, &channel);
    save(call, &channel);
}

void route_delete_channel(admin_call *call) {
    if (!admin_store_failed(call, store_delete_channel(db_of(call), call->app_id, call->params[0]), "", "There is no such channel."))
        call->status = 204;
}
