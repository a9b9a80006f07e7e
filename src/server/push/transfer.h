/* transfer.h: one HTTP POST with libcurl: to a receiver, or for an access token; and what its answer says. Layer: server.
 * Source: RFC 9110, RFC 6749 sections 2.3.1, 4.4 and 5.1; PUSH-002 to PUSH-012, AMB-15.
 */
#ifndef TCCC_SERVER_PUSH_TRANSFER_H
#define TCCC_SERVER_PUSH_TRANSFER_H

#include "server/push/sender.h"

#include <curl/curl.h>

enum { ANSWER_MAX = 64 * 1024, TOKEN_MAX = 4096, CONNECT_S = 5, SENTENCE_MAX = STORE_TEXT };

typedef struct {
    CURL *easy;
    struct curl_slist *headers;
    char *answer;                    /* malloc'ed, ends with NUL */
    size_t n_answer;
    bool too_large;
    char problem[CURL_ERROR_SIZE];
} transfer;

/* Makes the request ready; `owner` comes back by CURLINFO_PRIVATE. access_token: of OAuth 2.0, or NULL. 0 or NO_MEMORY, with
 * everything freed again. The job is borrowed until transfer_end, and *t must not move until then. */
int transfer_push(transfer *t, const push_job *job, const char *access_token, const transfer_limits *limits, void *owner);
int transfer_token(transfer *t, const char *url, const char *client_id, const char *client_secret, const transfer_limits *limits, void *owner);
void transfer_end(transfer *t);

/* HTTP status of the answer; 0: none. */
long transfer_status(const transfer *t);
/* Whether the receiver has taken the push: 2xx and ErrCode 0; otherwise why not, in sentence. */
bool transfer_taken(const transfer *t, CURLcode code, char sentence[SENTENCE_MAX]);
/* Whether it brought an access token of at most TOKEN_MAX bytes; *life_s: how long it holds. */
bool transfer_gives_token(const transfer *t, CURLcode code, char token[TOKEN_MAX + 1], int64_t *life_s, char sentence[SENTENCE_MAX]);

/* What a receiver's answer text says, apart from HTTP. True: ErrCode is 0. */
bool answer_is_success(const char *text, size_t length, char sentence[SENTENCE_MAX]);
bool answer_token(const char *text, size_t length, char token[TOKEN_MAX + 1], int64_t *life_s);

#endif
