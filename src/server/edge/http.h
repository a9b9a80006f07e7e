/* http.h: HTTP requests: static files, and the rest forwarded to the control thread. Layer: server. RFC 9110, RFC 9112. */
#ifndef TCCC_SERVER_HTTP_H
#define TCCC_SERVER_HTTP_H

#include "connection.h"

/* libwebsockets callback of protocols[0], which also gets connections that speak nothing yet. */
int http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

/* The control thread's answer; all copied. An unknown id (the client has left) is ignored. */
void http_answer(edge_loop *loop, edge_request id, int status, const char *content_type, const char *headers,
                const void *body, size_t len);
/* The same with len bytes of a file; fd is closed at the end, or at once when the client has left. */
void http_answer_file(edge_loop *loop, edge_request id, int status, const char *content_type, const char *headers, int fd,
                      uint64_t offset, uint64_t len);

/* Once a second: 503 for requests that the control thread has not answered in HTTP_REPLY_MS, 408 for unfinished ones. */
void http_check_deadlines(edge_loop *loop);

#endif
