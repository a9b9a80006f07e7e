/* fuzz_flow.c: what is accepted is within its bounds, runs by any events, and reaches its end when nobody presses a key. Layer: tests. */
#include "server/ivr/flow_run.h"

#include <stdlib.h>
#include <string.h>

#define MUST(condition) do { if (!(condition)) abort(); } while (0)

enum { STEPS_MAX = FLOW_MODULES_MAX * 12 + 2 }; /* each module asks 11 times and says one thing more */

static bool check_sound(void *ctx, const char *module, const flow_sound *sound) {
    ++*(int *)ctx;
    MUST(module[0] && strlen(module) <= FLOW_ID_MAX && (sound->sound_id > 0) != (sound->text != NULL));
    return true;
}

static void check_order(const flow_order *order) {
    MUST(order->module && order->label && order->n_sounds >= 0 && order->n_sounds <= 4 && order->timeout_ms >= 0);
    MUST(order->kind != FLOW_DO_PLAY || order->n_sounds > 0);
    MUST(order->kind != FLOW_DO_WAIT_KEY || (order->timeout_ms > 0 && order->n_sounds > 0));
    MUST(order->kind != FLOW_DO_QUEUE || order->group_id > 0);
}

/* What happens to a caller who does nothing; -1: it is over. */
static int silent_event(enum flow_order_kind kind) {
    switch (kind) {
    case FLOW_DO_PLAY: return FLOW_PLAYED;
    case FLOW_DO_WAIT_KEY: return FLOW_TIMED_OUT;
    case FLOW_DO_QUEUE: return FLOW_NO_AGENT;
    case FLOW_DO_VOICEMAIL: return FLOW_RECORDED;
    case FLOW_DO_NOTHING:
    case FLOW_DO_RETURN:
    case FLOW_DO_HANG_UP: break;
    }
    return -1;
}

/* Random events of the document's own bytes, then silence: it ends. */
static void run(flow *f, const uint8_t *data, size_t size) {
    flow_run *r = flow_run_new(f);
    flow_order order, last = { 0 };
    const flow_key *keys;
    MUST(r);
    flow_run_step(r, FLOW_STARTED, 0, (int64_t)size * 3600, &last);
    check_order(&last);
    for (size_t i = 0; i < size; i++) {
        flow_run_step(r, (enum flow_event)(data[i] % (FLOW_RECORDED + 1)), "0123456789*#ABCDx"[data[i] % 17], (int64_t)size * 3600, &order);
        check_order(&order);
        if (order.kind != FLOW_DO_NOTHING) last = order;
    }
    int steps = 0;
    for (int event; (event = silent_event(last.kind)) >= 0; last = order) {
        flow_run_step(r, (enum flow_event)event, 0, (int64_t)size * 3600, &order);
        if (order.kind == FLOW_DO_NOTHING && last.kind == FLOW_DO_QUEUE) flow_run_step(r, FLOW_AGENT_LEFT, 0, (int64_t)size * 3600, &order); /* it was connected */
        check_order(&order);
        MUST(++steps < STEPS_MAX && order.kind != FLOW_DO_NOTHING);
    }
    int n = flow_run_keys(r, &keys);
    MUST(n >= 0 && n <= FLOW_KEYS_MAX);
    for (int i = 0; i < n; i++) MUST(keys[i].key[0] && keys[i].label && keys[i].node);
    flow_run_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char sentence[FLOW_SENTENCE_MAX], *exact = malloc(size ? size : 1);
    int n_sounds = 0;
    memcpy(exact, data, size);
    flow *f = flow_parse(exact, size, sentence);
    MUST(f || (sentence[0] && strlen(sentence) < sizeof sentence));
    bool draft = flow_is_draft(exact, size, sentence);
    free(exact);
    if (!f) return 0;
    MUST(draft); /* what is complete is a draft, too */
    flow_each_sound(f, check_sound, &n_sounds);
    flow_fits(f, "ivr", sentence);
    flow_fits(f, "selfService", sentence);
    run(f, data, size);
    flow_drop(f);
    return 0;
}
