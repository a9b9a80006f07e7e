/* chat_record.c: a chat's record as JSON, for its push: IMCdrInfo of the cloud API. Layer: server. docs/push.md. */
#include "server/chat/chat_state.h"

#include <stdio.h>
#include <stdlib.h>

enum { TYPE_TEXT = 2, BODY_MAX = 40 << 10 }; /* a message of 4096 bytes may take six times that */

char *chat_push_body(const store_chat *row, const char *left) {
    char *text = malloc(BODY_MAX), group[24];
    if (!text)
        return NULL;
    int64_t from = row->accept_ms ? row->accept_ms : row->end_ms;
    snprintf(group, sizeof group, "%lld", (long long)row->group_id);
    json_writer out = json_write(text, BODY_MAX);
    json_open_object(&out, NULL);
    json_put_integer(&out, "SdkAppId", row->app_id);
    json_put_string(&out, "SessionId", row->session_id);
    json_put_integer(&out, "Type", TYPE_TEXT);
    json_put_integer(&out, "Timestamp", row->start_ms / 1000);
    json_put_integer(&out, "EndedTimestamp", row->end_ms / 1000);
    json_put_integer(&out, "Duration", (row->end_ms - from) / 1000);
    json_put_integer(&out, "EndStatus", row->end_status);
    json_put_string(&out, "Nickname", row->nickname);
    json_put_string(&out, "ClientUserId", row->visitor_id);
    json_put_string(&out, "StaffId", row->user_id);
    json_put_string(&out, "SkillGroupId", group);
    json_put_string(&out, "SkillGroupName", row->group_name);
    json_put_string(&out, "ChannelId", row->channel_id);
    json_put_string(&out, "ChannelName", row->channel_name);
    json_put_string(&out, "Remark", row->remark);
    if (row->satisfaction_key[0]) {
        json_open_object(&out, "Satisfaction");
        json_put_string(&out, "Id", row->satisfaction_key);
        json_put_string(&out, "Label", row->satisfaction_label);
        json_close(&out);
    }
    if (left)
        json_put_string(&out, "LeftMessage", left);
    json_close(&out);
    if (json_finish(&out) >= 0)
        return text;
    free(text);
    return NULL;
}
