/* chat_record.c: a chat's record as JSON. Layer: server. */
#include "server/chat/chat_record.h"

#include <stdio.h>
#include <stdlib.h>

enum { BODY_MAX = 40 << 10 };         /* a message of 4096 bytes may take six times that */

/* A flow's rating by its key (0: a key that is no digit, or none was pressed), else the page's stars. */
static void put_satisfaction(json_writer *out, const store_chat *row) {
    const char *key = row->satisfaction_key;
    if (!key[0] && !row->score) {
        json_put_null(out, "Satisfaction");
        return;
    }
    json_open_object(out, "Satisfaction");
    json_put_integer(out, "Id", !key[0] ? row->score : key[0] >= '0' && key[0] <= '9' ? key[0] - '0' : 0);
    json_put_string(out, "Label", key[0] ? row->satisfaction_label : row->comment);
    json_close(out);
}

void chat_put_info(json_writer *out, const store_chat *row) {
    int64_t from = row->accept_ms ? row->accept_ms : row->end_ms;
    char group[24];
    snprintf(group, sizeof group, "%lld", (long long)row->group_id);
    json_put_string(out, "Id", row->session_id);
    json_put_string(out, "SessionId", row->session_id);
    json_put_integer(out, "Type", CHAT_RECORD_TEXT);
    json_put_integer(out, "Timestamp", row->start_ms / 1000);
    json_put_integer(out, "Duration", (row->end_ms - from) / 1000);
    json_put_integer(out, "EndStatus", row->end_status);
    json_put_string(out, "Nickname", row->nickname);
    json_put_string(out, "ClientUserId", row->visitor_id);
    json_put_string(out, "StaffId", row->user_id);
    json_put_string(out, "SkillGroupId", group);
    json_put_string(out, "SkillGroupName", row->group_name);
    put_satisfaction(out, row);
}

char *chat_push_body(const store_chat *row, const char *left) {
    char *text = malloc(BODY_MAX);
    if (!text)
        return NULL;
    json_writer out = json_write(text, BODY_MAX);
    json_open_object(&out, NULL);
    json_put_integer(&out, "SdkAppId", row->app_id);
    chat_put_info(&out, row);
    json_put_integer(&out, "EndedTimestamp", row->end_ms / 1000);
    json_put_string(&out, "ChannelId", row->channel_id);
    json_put_string(&out, "ChannelName", row->channel_name);
    json_put_string(&out, "Remark", row->remark);
    if (left)
        json_put_string(&out, "LeftMessage", left);
    json_close(&out);
    if (json_finish(&out) >= 0)
        return text;
    free(text);
    return NULL;
}
