/* transfer.c: one HTTP POST with libcurl. Layer: server. */
#include "server/push/transfer.h"

#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *kind, *query, *content_type; /* as each page of the manual has it (AMB-15, PUSH-088) */
} kinds[] = {
    { "cdr", "action=cdr&version=1", "Content-Type: application/json; charset=utf8" },
    { "record", "action=record&version=1", "Content-Type: application/json; charset=utf-8" },
    { "im", "action=imcdr&version=1", "Content-Type: application/json; charset=utf-8" },
    { "voicemail", "action=voicemail", "Content-Type: application/json; charset=utf8" },
};

static size_t take_answer(char *data, size_t size, size_t n, void *arg) {
    transfer *t = arg;
    n *= size;
    if (t->n_answer + n > ANSWER_MAX) {
        t->too_large = true;
        return 0;
    }
    memcpy(t->answer + t->n_answer, data, n);
    t->n_answer += n;
    t->answer[t->n_answer] = 0;
    return n;
}

/* What all requests have in common: limits, no redirects, no proxy, the answer's way. */
static bool prepare(transfer *t, const char *url, const transfer_limits *limits, void *owner) {
    *t = (transfer){ .easy = curl_easy_init(), .answer = calloc(1, ANSWER_MAX + 1) };
    CURL *e = t->easy;
    if (!e || !t->answer)
        return false;
    curl_easy_setopt(e, CURLOPT_PRIVATE, owner);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_PROXY, "");
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT, limits->timeout_s < CONNECT_S ? (long)limits->timeout_s : (long)CONNECT_S);
    curl_easy_setopt(e, CURLOPT_TIMEOUT, (long)limits->timeout_s);
    curl_easy_setopt(e, CURLOPT_USERAGENT, "tcccd");
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->problem);
    if (limits->tls_ca)
        curl_easy_setopt(e, CURLOPT_CAINFO, limits->tls_ca);
    return !curl_easy_setopt(e, CURLOPT_URL, url);
}

static bool add_header(transfer *t, const char *line) {
    struct curl_slist *longer = curl_slist_append(t->headers, line);
    if (longer)
        t->headers = longer;
    return longer && !curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

static int finish(transfer *t, bool good) {
    if (!good)
        transfer_end(t);
    return good ? 0 : TCCC_E_NO_MEMORY;
}

static bool add_authorization(transfer *t, const settings_push *receiver, const char *access_token) {
    char line[TOKEN_MAX + 40];
    if (receiver->auth == PUSH_AUTH_BASIC)
        return !curl_easy_setopt(t->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) &&
               !curl_easy_setopt(t->easy, CURLOPT_USERNAME, receiver->username) &&
               !curl_easy_setopt(t->easy, CURLOPT_PASSWORD, receiver->password);
    if (!access_token)
        return true;
    snprintf(line, sizeof line, "Authorization: Bearer %s", access_token);
    return add_header(t, line);
}

int transfer_push(transfer *t, const push_job *job, const char *access_token, const transfer_limits *limits, void *owner) {
    char url[sizeof job->receiver.url + 40], uuid[80];
    size_t k = 0;
    while (k + 1 < sizeof kinds / sizeof *kinds && strcmp(kinds[k].kind, job->row.kind))
        k++;
    const char *base = job->receiver.url;
    snprintf(url, sizeof url, "%s%s%s", base, strchr(base, '?') ? "&" : "?", kinds[k].query);
    snprintf(uuid, sizeof uuid, "X-TCCC-PUSH-UUID: %s", job->row.uuid);
    bool good = prepare(t, url, limits, owner) && add_header(t, kinds[k].content_type) && add_header(t, uuid) &&
                add_header(t, "Expect:") && add_header(t, "Accept: application/json") && add_authorization(t, &job->receiver, access_token) &&
                !curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(job->body)) &&
                !curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, job->body);
    return finish(t, good);
}

/* RFC 6749 section 2.3.1: id and secret are form-encoded before they become user and password. */
int transfer_token(transfer *t, const char *url, const char *client_id, const char *client_secret, const transfer_limits *limits, void *owner) {
    bool good = prepare(t, url, limits, owner);
    char *id = good ? curl_easy_escape(t->easy, client_id, 0) : NULL;
    char *secret = good ? curl_easy_escape(t->easy, client_secret, 0) : NULL;
    good = id && secret && add_header(t, "Accept: application/json") && add_header(t, "Expect:") &&
           !curl_easy_setopt(t->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) && !curl_easy_setopt(t->easy, CURLOPT_USERNAME, id) &&
           !curl_easy_setopt(t->easy, CURLOPT_PASSWORD, secret) &&
           !curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, "grant_type=client_credentials");
    curl_free(id);
    curl_free(secret);
    return finish(t, good);
}

void transfer_end(transfer *t) {
    curl_easy_cleanup(t->easy);
    curl_slist_free_all(t->headers);
    free(t->answer);
    *t = (transfer){ 0 };
}

/* ---- the answer ---- */

long transfer_status(const transfer *t) {
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/* Whether a whole 2xx answer is there. */
static bool is_answered(const transfer *t, CURLcode code, char sentence[SENTENCE_MAX]) {
    long status = transfer_status(t);
    if (t->too_large)
        snprintf(sentence, SENTENCE_MAX, "The answer is larger than 64 KiB.");
    else if (code)
        snprintf(sentence, SENTENCE_MAX, "%s.", t->problem[0] ? t->problem : curl_easy_strerror(code));
    else if (status >= 300 && status < 400)
        snprintf(sentence, SENTENCE_MAX, "HTTP %ld: redirects are not followed; set the final URL.", status);
    else if (status < 200 || status >= 300)
        snprintf(sentence, SENTENCE_MAX, "HTTP %ld.", status);
    else
        return true;
    return false;
}

bool transfer_taken(const transfer *t, CURLcode code, char sentence[SENTENCE_MAX]) {
    return is_answered(t, code, sentence) && answer_is_success(t->answer, t->n_answer, sentence);
}

bool transfer_gives_token(const transfer *t, CURLcode code, char token[TOKEN_MAX + 1], int64_t *life_s, char sentence[SENTENCE_MAX]) {
    char why[SENTENCE_MAX];
    if (!is_answered(t, code, why))
        snprintf(sentence, SENTENCE_MAX, "From the token server: %.200s", why);
    else if (!answer_token(t->answer, t->n_answer, token, life_s))
        snprintf(sentence, SENTENCE_MAX, "The token server's answer has no access_token that can be sent.");
    else
        return true;
    return false;
}
