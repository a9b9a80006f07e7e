/* call_in.c: the question, on a worker, and its answer. Layer: server. */
#include "server/cloudapi/call_in.h"

#include "base/json.h"
#include "server/cloudapi/web.h"
#include "tccc/error.h"

#include <cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUESTION_MAX = 1024 };

struct call_in {
    const call_in_config *with;
    char url[NUMBER_URL_MAX], session_id[65], question[QUESTION_MAX];
    call_in_kind kind;
    int64_t flow_id;
    int error, tries;
    char sentence[WEB_SENTENCE_MAX];
    bool forgotten;
    void (*answered)(void *ctx, call_in_kind kind, int64_t flow_id);
    void *ctx;
};

call_in_kind call_in_read(const char *text, size_t length, int64_t *flow_id) {
    json_value *tree;
    call_in_kind kind = CALL_IN_AS_BOUND;
    *flow_id = 0;
    if (json_parse(text, length, CALL_IN_ANSWER_MAX, &tree) < 0) return CALL_IN_AS_BOUND;
    const json_value *inner = json_member(tree, "CallInBound"), *id = json_member(inner, "OverrideIvrId");
    if (cJSON_IsNull(inner)) kind = CALL_IN_HANG_UP;
    else if (id && json_whole(id, flow_id) && *flow_id > 0) kind = CALL_IN_FLOW;
    json_free(tree);
    return kind;
}

static void ask_on_worker(void *arg) {
    call_in *c = arg;
    web_request request = { .url = c->url, .json = c->question, .max_bytes = CALL_IN_ANSWER_MAX, .timeout_ms = CALL_IN_TIMEOUT_MS };
    web_answer answer;
    do c->error = web_fetch(c->with->web, &request, &answer);
    while (c->error && c->error != TCCC_E_ARG_RANGE && c->error != TCCC_E_SHUTTING_DOWN && ++c->tries < CALL_IN_TRIES);
    if (c->error) {
        snprintf(c->sentence, sizeof c->sentence, "%s", answer.sentence);
        return;
    }
    c->kind = call_in_read(answer.body, answer.length, &c->flow_id);
    free(answer.body);
}

static void tell(void *arg, int started) {
    call_in *c = arg;
    if (!started) c->kind = CALL_IN_AS_BOUND;
    LOG(c->with->log, c->error ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "callin.answer", log_text("session", c->session_id),
        log_integer("kind", c->kind), log_integer("flow", c->flow_id), log_text("problem", c->sentence));
    if (!c->forgotten) c->answered(c->ctx, c->kind, c->flow_id);
    free(c);
}

static bool write_question(call_in *c, const call_in_question *q) {
    json_writer out = json_write(c->question, sizeof c->question);
    json_open_object(&out, NULL);
    json_put_string(&out, "Event", "CallInBound");
    json_put_string(&out, "SessionId", c->session_id);
    json_put_integer(&out, "SdkAppId", q->app_id);
    json_open_object(&out, "CallInBound");
    json_put_integer(&out, "AIAgentId", 0);
    json_put_integer(&out, "IvrId", q->flow_id);
    json_put_string(&out, "Caller", q->caller);
    json_put_string(&out, "Callee", q->callee);
    json_close(&out);
    json_close(&out);
    return json_finish(&out) > 0;
}

call_in *call_in_ask(const call_in_config *with, const call_in_question *question, const char *session_id,
                     void (*answered)(void *ctx, call_in_kind kind, int64_t flow_id), void *ctx) {
    call_in *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->with = with;
    c->answered = answered;
    c->ctx = ctx;
    snprintf(c->url, sizeof c->url, "%s", question->url);
    snprintf(c->session_id, sizeof c->session_id, "%s", session_id);
    if (write_question(c, question) && web_do(with->web, ask_on_worker, tell, c) == 0) return c;
    free(c);
    return NULL;
}

void call_in_forget(call_in *asked) {
    if (asked) asked->forgotten = true;
}
