/* envelope.c: {"Response":{...,"RequestId":"uuid"}}. Layer: server. */
#include "server/cloudapi/envelope.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

static char answer[CLOUDAPI_ANSWER_MAX]; /* touched only as far as an answer goes */

static void make_uuid(char uuid[37]) {
    unsigned char b[16];
    if (RAND_bytes(b, sizeof b) != 1) memset(b, 0, sizeof b);
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    snprintf(uuid, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4], b[5],
             b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

void envelope_open(action_call *call, json_writer *out) {
    *out = json_write(answer, sizeof answer);
    call->out = out;
    json_open_object(out, NULL);
    json_open_object(out, "Response");
}

static int finish(json_writer *out, const char *uuid) {
    json_put_string(out, "RequestId", uuid);
    json_close(out);
    json_close(out);
    return json_finish(out);
}

static int finish_error(action_call *call, const char *uuid) {
    json_writer *out = call->out;
    envelope_open(call, out);
    json_open_object(out, "Error");
    json_put_string(out, "Code", call->code);
    json_put_string(out, "Message", call->message);
    json_close(out);
    return finish(out, uuid);
}

const char *envelope_close(action_call *call, size_t *length) {
    char uuid[37];
    make_uuid(uuid);
    int n = call->code ? -1 : finish(call->out, uuid);
    if (n < 0) {
        action_fail(call, "InternalError", "The answer would be longer than %d bytes. Ask for a smaller page.", CLOUDAPI_ANSWER_MAX);
        n = finish_error(call, uuid);
    }
    *length = n < 0 ? 0 : (size_t)n;
    return answer;
}

void envelope_log(const action_call *call, const char *remote) {
    LOG(call->api->log, call->code ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "cloudapi.call", log_text("action", call->name),
        log_text("result", call->code ? call->code : "ok"), log_text("from", remote));
}
