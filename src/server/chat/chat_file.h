/* chat_file.h: files of chats: promised by chat.upload, brought by PUT, fetched by GET, all by signed addresses. Layer: server.
 * docs/chat.md. */
#ifndef TCCC_SERVER_CHAT_FILE_H
#define TCCC_SERVER_CHAT_FILE_H

#include "server/chat/file_url.h"
#include "server/deadline.h"
#include "server/edge/edge.h"
#include "server/seat/seat.h"
#include "server/store/chat.h"
#include "server/worker.h"

typedef struct chat_files chat_files;

enum { CHAT_FILE_URL = 256, CHAT_FILE_PUT_S = 600, CHAT_FILE_GET_S = 24 * 3600, CHAT_FILES_MAX = 100 /* of one chat */, CHAT_FILES_BYTES = 100 << 20 /* likewise */ };

typedef struct {
    edge *edge;
    store *store;
    workers *workers;
    const logger *log;
    const char *folder;               /* data folder: files go under chat/ */
} chat_files_parts;

chat_files *chat_files_new(const chat_files_parts *parts);   /* NULL: no memory, or the folder cannot be written (logged) */
void chat_files_free(chat_files *all);
/* Answers a chat.upload. */
void chat_file_offer(chat_files *all, int64_t app_id, const char *session_id, seat *s, const wire_request *request, uint64_t ticket);
/* Where a file is for a day from now. */
void chat_file_url(chat_files *all, const char *file_id, char *url, size_t capacity);
/* As file_url_id. */
bool chat_file_id(const char *url, char id[CHAT_FILE_ID]);
/* Whether the request is for /v1/files/; then it is answered. */
bool chat_files_http(chat_files *all, const edge_http_request *request);

#endif
