/* token.h: access tokens of receivers, kept until they end. Layer: server; the sender's thread only. */
#ifndef TCCC_SERVER_PUSH_TOKEN_H
#define TCCC_SERVER_PUSH_TOKEN_H

#include "server/push/transfer.h"

enum { TOKENS_MAX = 64 };            /* receivers with OAuth 2.0 at one time */

enum token_state { TOKEN_NONE, TOKEN_ASKED, TOKEN_HERE };

typedef struct token {
    char url[1024], client_id[256], client_secret[256];
    enum token_state state;
    char text[TOKEN_MAX + 1];
    uint64_t good_until_ms;          /* clock_ms */
    uint64_t used_ms;
    int serial;                      /* rises with every token */
    int users;                       /* requests under way that point here */
    push_job *first, **last;         /* jobs that wait for it */
} token;

typedef struct {
    token *list[TOKENS_MAX];
    int n;
} tokens;

/* The token of a receiver, made when it is new. NULL: no memory, or all are in use. */
token *tokens_find(tokens *all, const settings_push *receiver, uint64_t now_ms);
bool token_is_good(const token *one, uint64_t now_ms);
/* A good part before its end it is not used any more: the way there takes time. */
void token_set(token *one, const char *text, int64_t life_s, uint64_t now_ms);
void token_wait(token *one, push_job *job);
void tokens_free(tokens *all);

#endif
