/* token.c: access tokens of receivers, kept until they end. Layer: server; the sender's thread only. */
#include "server/push/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPARE_MAX_S = 30 };

static bool is_for(const token *one, const settings_push *receiver) {
    return !strcmp(one->url, receiver->token_url) && !strcmp(one->client_id, receiver->client_id) &&
           !strcmp(one->client_secret, receiver->client_secret);
}

/* A place for a new one: a free one, or that of the token not used for longest. */
static token *claim(tokens *all) {
    if (all->n < TOKENS_MAX) {
        token *fresh = calloc(1, sizeof *fresh);
        if (fresh)
            all->list[all->n++] = fresh;
        return fresh;
    }
    token *oldest = NULL;
    for (int i = 0; i < all->n; i++)
        if (!all->list[i]->users && (!oldest || all->list[i]->used_ms < oldest->used_ms))
            oldest = all->list[i];
    if (oldest)
        memset(oldest, 0, sizeof *oldest);
    return oldest;
}

token *tokens_find(tokens *all, const settings_push *receiver, uint64_t now_ms) {
    token *one = NULL;
    for (int i = 0; i < all->n && !one; i++)
        if (is_for(all->list[i], receiver))
            one = all->list[i];
    if (!one && (one = claim(all))) {
        snprintf(one->url, sizeof one->url, "%s", receiver->token_url);
        snprintf(one->client_id, sizeof one->client_id, "%s", receiver->client_id);
        snprintf(one->client_secret, sizeof one->client_secret, "%s", receiver->client_secret);
        one->last = &one->first;
    }
    if (one)
        one->used_ms = now_ms;
    return one;
}

bool token_is_good(const token *one, uint64_t now_ms) { return one->state == TOKEN_HERE && now_ms < one->good_until_ms; }

void token_set(token *one, const char *text, int64_t life_s, uint64_t now_ms) {
    int64_t spare_s = life_s / 10 < SPARE_MAX_S ? life_s / 10 : SPARE_MAX_S;
    snprintf(one->text, sizeof one->text, "%s", text);
    one->good_until_ms = now_ms + (uint64_t)(life_s - spare_s) * 1000;
    one->state = TOKEN_HERE;
    one->serial++;
}

void token_wait(token *one, push_job *job) {
    job->next = NULL;
    *one->last = job;
    one->last = &job->next;
}

void tokens_free(tokens *all) {
    for (int i = 0; i < all->n; i++) {
        for (push_job *job; (job = all->list[i]->first);) {
            all->list[i]->first = job->next;
            push_job_free(job);
        }
        free(all->list[i]);
    }
    all->n = 0;
}
