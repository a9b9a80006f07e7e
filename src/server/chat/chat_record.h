/* chat_record.h: a chat's record as JSON: the cloud API's IMCdrInfo, and its push. Layer: server. docs/push.md, docs/cloud-api.md. */
#ifndef TCCC_SERVER_CHAT_CHAT_RECORD_H
#define TCCC_SERVER_CHAT_CHAT_RECORD_H

#include "base/json.h"
#include "server/store/chat.h"

/* Type of IMCdrInfo: chats are text; nothing here is of all media. */
enum { CHAT_RECORD_ALL_MEDIA = 1, CHAT_RECORD_TEXT = 2 };

/* The members of an IMCdrInfo, into an open object. */
void chat_put_info(json_writer *out, const store_chat *row);
/* left: the message that was left to a flow, or NULL. malloc'ed; NULL: no memory. */
char *chat_push_body(const store_chat *row, const char *left);

#endif
