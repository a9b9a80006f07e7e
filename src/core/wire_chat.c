/* wire_chat.c: parses and prints the messages of chats and visitors. Layer: core. Source: docs/protocol.md, docs/protocol.schema.json. */
#include "core/wire_chat.h"

#include "tccc/error.h"

#include <stdio.h>
#include <string.h>

static const char uuid_letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";

/* X(member, "name on the wire", longest) */
#define VISITOR(X) \
    X(user_id, "userId", WIRE_TEXT_FIELD_MAX) X(nickname, "nickname", WIRE_TEXT_FIELD_MAX) X(avatar, "avatar", WIRE_URL_MAX) \
    X(peer_source, "peerSource", WIRE_TEXT_FIELD_MAX) X(channel_name, "channelName", WIRE_TEXT_FIELD_MAX) \
    X(client_data, "clientData", WIRE_URL_MAX) X(callee, "callee", WIRE_TEXT_FIELD_MAX) \
    X(callee_remark, "calleeRemark", WIRE_TEXT_FIELD_MAX)

void read_visitor(wire_visitor *visitor, json_reader *in) {
#define READ(member, name, max) visitor->member = json_string_or(in, name, NULL, max);
    VISITOR(READ)
#undef READ
}

static void put_optional(json_writer *out, const char *name, const char *text) {
    if (text) json_put_string(out, name, text);
}

void put_visitor(json_writer *out, const wire_visitor *visitor) {
#define PUT(member, name, max) put_optional(out, name, visitor->member);
    VISITOR(PUT)
#undef PUT
}

/* ---- messages */

static void check_uuid(json_reader *in, const char *text) {
    if (text && (strlen(text) != WIRE_CLIENT_ID_LEN || text[strspn(text, uuid_letters)] != 0))
        json_fail(in, TCCC_E_ARG_RANGE, "clientId", "must be a UUID");
}

typedef struct { const char **text, **url, **name, **mime; int64_t *size; } content;

/* What a message of this kind holds. */
static void read_content(enum wire_chat_kind kind, const content *into, json_reader *in) {
    if (kind == WIRE_CHAT_TEXT) {
        *into->text = json_string(in, "text", 1, WIRE_CHAT_TEXT_MAX);
        return;
    }
    *into->url = json_string(in, "url", 1, WIRE_URL_MAX);
    *into->name = json_string(in, "name", 1, WIRE_TEXT_FIELD_MAX);
    *into->size = json_integer(in, "size", 0, WIRE_FILE_MAX);
    *into->mime = json_string(in, "mime", 1, WIRE_TEXT_FIELD_MAX);
}

void read_chat(wire_chat *message, json_reader *in) {
    message->seq = (uint64_t)json_integer(in, "seq", 1, JSON_INTEGER_MAX);
    message->from = (enum wire_from)json_choice(in, "from", wire_from_names);
    message->user_id = json_string_or(in, "userId", NULL, WIRE_TEXT_FIELD_MAX);
    message->kind = (enum wire_chat_kind)json_choice(in, "kind", wire_chat_kind_names);
    message->time_ms = (uint64_t)json_integer(in, "timeMs", 0, JSON_INTEGER_MAX);
    message->client_id = json_string_or(in, "clientId", NULL, WIRE_CLIENT_ID_LEN);
    check_uuid(in, message->client_id);
    message->options = json_array_or(in, "options", WIRE_OPTIONS_MAX);
    if (!in->error) read_content(message->kind, &(content){ &message->text, &message->url, &message->name, &message->mime, &message->size }, in);
}

void wire_put_chat(json_writer *out, const wire_chat *message) {
    json_put_integer(out, "seq", (int64_t)message->seq);
    json_put_string(out, "from", wire_from_names[message->from]);
    put_optional(out, "userId", message->user_id);
    json_put_string(out, "kind", wire_chat_kind_names[message->kind]);
    put_optional(out, "text", message->text);
    if (message->kind != WIRE_CHAT_TEXT) {
        json_put_string(out, "url", message->url);
        json_put_string(out, "name", message->name);
        json_put_integer(out, "size", message->size);
        json_put_string(out, "mime", message->mime);
    }
    json_put_integer(out, "timeMs", (int64_t)message->time_ms);
    put_optional(out, "clientId", message->client_id);
    if (message->options_json) json_put_raw(out, "options", message->options_json);
    else if (message->options) json_put_value(out, "options", message->options);
}

int wire_read_chat(const json_value *object, wire_chat *message, wire_failure *failure) {
    *message = (wire_chat){ 0 };
    json_reader in = json_read(object);
    read_chat(message, &in);
    if (in.error && failure) {
        failure->error = in.error;
        snprintf(failure->message, sizeof failure->message, "message: %.180s", in.message);
    }
    return in.error;
}

/* ---- arguments */

static void read_send(wire_args *args, json_reader *in) {
    args->client_id = json_string(in, "clientId", 1, WIRE_CLIENT_ID_LEN);
    check_uuid(in, args->client_id);
    args->kind = (enum wire_chat_kind)json_choice(in, "kind", wire_chat_kind_names);
    if (!in->error) read_content(args->kind, &(content){ &args->text, &args->url, &args->name, &args->mime, &args->size }, in);
}

static void read_target(wire_args *args, json_reader *in) {
    args->skill_group_id = json_string_or(in, "skillGroupId", NULL, 64);
    args->user_id = json_string_or(in, "userId", NULL, WIRE_TEXT_FIELD_MAX);
    if (args->skill_group_id && !*args->skill_group_id) args->skill_group_id = NULL; /* pages send "" for what they do not mean */
    if (args->user_id && !*args->user_id) args->user_id = NULL;
    if (!args->skill_group_id && !args->user_id) json_fail(in, TCCC_E_ARG_MISSING, "skillGroupId", "or userId is missing");
    if (args->skill_group_id && args->user_id) json_fail(in, TCCC_E_ARG_RANGE, "skillGroupId", "must not come together with userId: one of them");
}

static void read_history(wire_args *args, json_reader *in) {
    args->before_seq = (uint64_t)json_integer_or(in, "beforeSeq", 0, 1, JSON_INTEGER_MAX);
    int64_t after = json_integer_or(in, "afterSeq", -1, 0, JSON_INTEGER_MAX);
    args->forward = after >= 0;
    args->after_seq = args->forward ? (uint64_t)after : 0;
    args->limit = (int)json_integer_or(in, "limit", WIRE_HISTORY_MAX, 1, WIRE_HISTORY_MAX);
    if (args->before_seq && args->forward) json_fail(in, TCCC_E_ARG_RANGE, "beforeSeq", "must not come together with afterSeq: one of them");
}

static void read_upload(wire_args *args, json_reader *in) {
    args->name = json_string(in, "name", 1, WIRE_TEXT_FIELD_MAX);
    args->size = json_integer(in, "size", 1, WIRE_FILE_MAX);
    args->mime = json_string(in, "mime", 1, WIRE_TEXT_FIELD_MAX);
}

static void read_listed(wire_args *args, json_reader *in) {
    const json_value *array = json_array_or(in, "userIds", WIRE_LISTED_MAX);
    for (const json_value *e = json_first(array); e && !in->error; e = json_next(e)) {
        const char *id = json_text(e);
        if (!id || !*id || strlen(id) > WIRE_TEXT_FIELD_MAX) json_fail(in, TCCC_E_ARG_RANGE, "userIds", "must hold userIds");
        else args->user_ids[args->n_user_ids++] = id;
    }
}

static void read_visit(wire_args *args, json_reader *in) {
    static const char *const types[] = { "im", "voip", "video", NULL };
    args->visit_type = (enum wire_session_type)(WIRE_IM + json_choice(in, "type", types));
    args->remark = json_string_or(in, "remark", NULL, WIRE_TEXT_FIELD_MAX);
    args->skill_group_id = json_string_or(in, "skillGroupId", NULL, 20);
    read_listed(args, in);
    if ((args->n_user_ids || args->skill_group_id) && (args->visit_type != WIRE_IM || (args->n_user_ids && args->skill_group_id)))
        json_fail(in, TCCC_E_ARG_RANGE, args->n_user_ids ? "userIds" : "skillGroupId", "is for type im, and userIds and skillGroupId must not come together");
}

void read_chat_args(enum wire_method method, wire_args *args, json_reader *in) {
    if (method == WIRE_VISIT_START) {
        read_visit(args, in);
        return;
    }
    args->session_id = json_string(in, "sessionId", 1, WIRE_SESSION_ID_MAX);
    if (method == WIRE_CHAT_SEND) read_send(args, in);
    if (method == WIRE_CHAT_READ) args->seq = (uint64_t)json_integer(in, "seq", 1, JSON_INTEGER_MAX);
    if (method == WIRE_CHAT_HISTORY) read_history(args, in);
    if (method == WIRE_CHAT_TRANSFER) read_target(args, in);
    if (method == WIRE_CHAT_UPLOAD) read_upload(args, in);
    if (method == WIRE_CHAT_RATE) {
        args->score = (int)json_integer(in, "score", 1, 5);
        args->comment = json_string_or(in, "comment", NULL, WIRE_URL_MAX);
    }
}

static void put_send(json_writer *out, const wire_args *args) {
    put_optional(out, "clientId", args->client_id);
    json_put_string(out, "kind", wire_chat_kind_names[args->kind]);
    put_optional(out, "text", args->text);
    if (args->kind == WIRE_CHAT_TEXT) return;
    json_put_string(out, "url", args->url);
    json_put_string(out, "name", args->name);
    json_put_integer(out, "size", args->size);
    json_put_string(out, "mime", args->mime);
}

static void put_visit(json_writer *out, const wire_args *args) {
    json_put_string(out, "type", wire_session_type_names[args->visit_type]);
    put_optional(out, "skillGroupId", args->skill_group_id);
    if (!args->n_user_ids) return;
    json_open_array(out, "userIds");
    for (int i = 0; i < args->n_user_ids; i++) json_put_string(out, NULL, args->user_ids[i]);
    json_close(out);
}

void put_chat_args(json_writer *out, enum wire_method method, const wire_args *args) {
    if (method == WIRE_VISIT_START) put_visit(out, args);
    else json_put_string(out, "sessionId", args->session_id);
    put_optional(out, "remark", args->remark);
    if (method == WIRE_CHAT_SEND) put_send(out, args);
    if (method == WIRE_CHAT_READ) json_put_integer(out, "seq", (int64_t)args->seq);
    if (method == WIRE_CHAT_HISTORY) {
        if (args->before_seq) json_put_integer(out, "beforeSeq", (int64_t)args->before_seq);
        if (args->forward) json_put_integer(out, "afterSeq", (int64_t)args->after_seq);
        json_put_integer(out, "limit", args->limit);
    }
    put_optional(out, "skillGroupId", args->skill_group_id);
    put_optional(out, "userId", args->user_id);
    if (method == WIRE_CHAT_UPLOAD) {
        json_put_string(out, "name", args->name);
        json_put_integer(out, "size", args->size);
        json_put_string(out, "mime", args->mime);
    }
    if (method == WIRE_CHAT_RATE) json_put_integer(out, "score", args->score);
    put_optional(out, "comment", args->comment);
}

/* ---- results */

static void read_messages(wire_result *result, json_reader *in) {
    wire_chat message;
    wire_failure why;
    result->raw_messages = json_array(in, "messages", WIRE_HISTORY_MAX);
    result->more = json_bool(in, "more");
    for (const json_value *e = json_first(result->raw_messages); e && !in->error; e = json_next(e))
        if (wire_read_chat(e, &message, &why)) json_fail(in, why.error, "messages", "holds a message that is wrong");
}

void read_chat_result(enum wire_method method, wire_result *result, json_reader *in) {
    if (method == WIRE_VISIT_START) result->session_id = json_string(in, "sessionId", 1, WIRE_SESSION_ID_MAX);
    if (method == WIRE_CHAT_SEND) {
        result->seq = (uint64_t)json_integer(in, "seq", 1, JSON_INTEGER_MAX);
        result->time_ms = (uint64_t)json_integer(in, "timeMs", 0, JSON_INTEGER_MAX);
    }
    if (method == WIRE_CHAT_HISTORY) read_messages(result, in);
    if (method == WIRE_CHAT_UPLOAD) {
        result->url = json_string(in, "url", 1, WIRE_URL_MAX);
        result->get_url = json_string(in, "getUrl", 1, WIRE_URL_MAX);
    }
}

static void put_messages(json_writer *out, const wire_result *result) {
    if (result->raw_messages) {
        json_put_value(out, "messages", result->raw_messages);
    } else {
        json_open_array(out, "messages");
        for (int i = 0; i < result->n_messages; i++) {
            json_open_object(out, NULL);
            wire_put_chat(out, &result->messages[i]);
            json_close(out);
        }
        json_close(out);
    }
    json_put_bool(out, "more", result->more);
}

void put_chat_result(json_writer *out, enum wire_method method, const wire_result *result) {
    if (method == WIRE_VISIT_START) json_put_string(out, "sessionId", result->session_id);
    if (method == WIRE_CHAT_SEND) {
        json_put_integer(out, "seq", (int64_t)result->seq);
        json_put_integer(out, "timeMs", (int64_t)result->time_ms);
    }
    if (method == WIRE_CHAT_HISTORY) put_messages(out, result);
    if (method == WIRE_CHAT_UPLOAD) {
        json_put_string(out, "url", result->url);
        json_put_string(out, "getUrl", result->get_url);
    }
}
