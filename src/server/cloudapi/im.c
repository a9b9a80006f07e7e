/* im.c: DescribeIMCdrs, DescribeIMCdrList and DescribeChatMessages: chats that have ended, and what was written in them. Layer: server. */
#include "server/cloudapi/range.h"
#include "server/cloudapi/session.h"

#include "core/wire.h"
#include "server/chat/chat_record.h"
#include "tccc/error.h"

#include <stdlib.h>
#include <string.h>

enum { RANGE_DAYS = 90, LIMIT_MAX = 100, LIMIT_USUAL = 20, OFFSET_MAX = 1000000000, OLDEST_FIRST = 1, NEWEST_FIRST = 2 };

#define IM_CDR_MEMBERS "SdkAppId", "StartTimestamp", "EndTimestamp", "Limit", "Offset", "Type"

static bool each_chat(void *ctx, const store_chat *chat) {
    action_call *call = ctx;
    json_open_object(call->out, NULL);
    chat_put_info(call->out, chat);
    json_close(call->out);
    return true;
}

typedef struct {
    int64_t app_id;
    range when;
    int limit, offset;
    bool none;                        /* of a type that there is not */
} question;

static question read_question(action_call *call) {
    parameters in = parameters_of(call);
    question q = { .app_id = action_app(call) };
    q.when = range_read(&in, "StartTimestamp", "EndTimestamp", RANGE_DAYS);
    q.limit = (int)parameter_integer_or(&in, "Limit", LIMIT_USUAL, 1, LIMIT_MAX);
    q.offset = (int)parameter_integer_or(&in, "Offset", 0, 0, OFFSET_MAX);
    q.none = parameter_integer_or(&in, "Type", CHAT_RECORD_TEXT, CHAT_RECORD_ALL_MEDIA, CHAT_RECORD_TEXT) == CHAT_RECORD_ALL_MEDIA;
    return q;
}

static int put_list(action_call *call, const question *q, const char *name) {
    int total = 0;
    json_open_array(call->out, name);
    if (!q->none)
        action_store_failed(call, store_list_chats(call->api->store, q->app_id, q->when.from_ms, q->when.to_ms, q->offset, q->limit, &total, each_chat, call));
    json_close(call->out);
    return total;
}

const char *const members_describe_im_cdrs[] = { IM_CDR_MEMBERS, "InstanceId", NULL };

void action_describe_im_cdrs(action_call *call) {
    question q = read_question(call);
    parameters in = parameters_of(call);
    parameter_integer_or(&in, "InstanceId", 0, 0, JSON_INTEGER_MAX); /* the old one changes nothing */
    if (call->code) return;
    put_list(call, &q, "IMCdrs"); /* its old name */
    json_put_integer(call->out, "TotalCount", put_list(call, &q, "IMCdrList"));
}

const char *const members_describe_im_cdr_list[] = { IM_CDR_MEMBERS, NULL };

void action_describe_im_cdr_list(action_call *call) {
    question q = read_question(call);
    if (call->code) return;
    json_put_integer(call->out, "TotalCount", put_list(call, &q, "IMCdrList"));
}

/* ---- DescribeChatMessages ---- */

const char *const members_describe_chat_messages[] = { "SdkAppId", "SessionId", "Limit", "Offset", "Order", "InstanceId", "CdrId", NULL };

typedef struct {
    action_call *call;
    const store_chat *chat;
} listing;

static const char *sender_of(const listing *l, const store_chat_message *message) {
    return message->sender == WIRE_OF_SEAT ? message->user_id : message->sender == WIRE_OF_CLIENT ? l->chat->visitor_id : "system";
}

static bool each_message(void *ctx, const store_chat_message *message) {
    listing *l = ctx;
    json_writer *out = l->call->out;
    json_open_object(out, NULL);
    json_put_integer(out, "Timestamp", message->time_ms / 1000);
    json_put_string(out, "From", sender_of(l, message));
    json_open_array(out, "Messages");
    json_open_object(out, NULL);
    json_put_string(out, "Type", message->kind == WIRE_CHAT_TEXT ? "Text" : message->kind == WIRE_CHAT_IMAGE ? "Image" : "File");
    json_put_string(out, "Content", message->kind == WIRE_CHAT_TEXT ? message->text : message->name);
    json_close(out);
    json_close(out);
    json_close(out);
    return true;
}

/* Messages are numbered without gaps, so an offset is a number. */
static void put_messages(listing *l, int64_t total, int limit, int64_t offset, bool oldest_first) {
    int64_t last = total - offset;
    int error = 0;
    if (oldest_first)
        error = store_list_chat_messages(l->call->api->store, l->chat->session_id, offset, 0, limit, each_message, l);
    else if (last > 0)
        error = store_list_chat_messages(l->call->api->store, l->chat->session_id, 0, last + 1, limit, each_message, l);
    action_store_failed(l->call, error);
}

void action_describe_chat_messages(action_call *call) {
    static store_chat chat; /* the control thread is the only one here, and a record is large */
    parameters in = parameters_of(call);
    int64_t app_id = action_app(call), total = 0;
    const char *session_id = parameter_text(&in, "SessionId", SESSION_ID_MAX);
    int limit = (int)parameter_integer_or(&in, "Limit", LIMIT_USUAL, 1, LIMIT_MAX);
    int64_t offset = parameter_integer_or(&in, "Offset", 0, 0, OFFSET_MAX);
    bool oldest_first = parameter_integer_or(&in, "Order", NEWEST_FIRST, OLDEST_FIRST, NEWEST_FIRST) == OLDEST_FIRST;
    parameter_integer_or(&in, "InstanceId", 0, 0, JSON_INTEGER_MAX); /* these two are old, and change nothing */
    parameter_text_or(&in, "CdrId", NULL, SESSION_ID_MAX);
    if (call->code) return;
    int error = store_get_chat(call->api->store, session_id, &chat);
    if (error == TCCC_E_NOT_FOUND || (!error && chat.app_id != app_id)) {
        parameter_fail(&in, "FailedOperation.SessionNotExists", "SessionId", "is not a chat of the app");
        return;
    }
    listing l = { call, &chat };
    if (action_store_failed(call, error) || action_store_failed(call, store_last_chat_seq(call->api->store, session_id, &total))) return;
    json_open_array(call->out, "Messages");
    put_messages(&l, total, limit, offset, oldest_first);
    json_close(call->out);
    json_put_integer(call->out, "TotalCount", total);
}
