/* test_engine_memory.c: the engine when memory runs out at every place in turn: it says so, leaks nothing, and goes on.
 * Layer: tests. */
#include "cmocka_all.h"
#include "seat_simulation.h"

#include "engine/output.h"

#include <cJSON.h>

static int left = -1; /* allocations inside the engine until one fails; -1: none does */
static unsigned n_failed;

static bool fails(void) {
    if (left < 0 || !sim_inside) return false;
    if (left-- > 0) return false;
    n_failed++;
    return true;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__)
/* The sanitizer owns malloc: only the parse trees' allocations fail here. */
static void *tree_malloc(size_t size) { return fails() ? NULL : malloc(size); }

static void use_hooks(bool on) {
    cJSON_Hooks hooks = { tree_malloc, free };
    cJSON_InitHooks(on ? &hooks : NULL);
}
#else
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
__attribute__((visibility("default"))) void *malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }
__attribute__((visibility("default"))) void *calloc(size_t count, size_t size) { return fails() ? NULL : __libc_calloc(count, size); }
__attribute__((visibility("default"))) void *realloc(void *memory, size_t size) { return fails() ? NULL : __libc_realloc(memory, size); }

static void use_hooks(bool on) { (void)on; }
#endif

static void assert_one_result_each(const sim *m) {
    for (uint32_t id = 1; id <= m->next_id; id++) {
        char part[32];
        snprintf(part, sizeof part, "{\"id\":%u,", id);
        assert_int_equal(sim_count(m, TCCC_OUT_RESULT, part), 1);
    }
}

/* A call in, accepted, held, ended, deleted, with the nth allocation of a parse tree failing on the page's side. */
static void run_call(int nth) {
    sim *m = sim_ready(1);
    server_call *call = server_call_in(&m->server, "13900000002");
    left = nth;
    use_hooks(true);
    sim_run(m, 3000);
    static const char *const commands[] = { "Call.accept", "Call.hold", "Call.unHold", "Call.hungUp", "Call.deleteCall" };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char text[128];
        int length = snprintf(text, sizeof text, "{\"id\":%u,\"cmd\":\"%s\",\"args\":\"%s\"}", m->next_id + 1, commands[i], call->id);
        sim_inside = true;
        int error = tccc_engine_command(m->engine, text, (size_t)length, m->now_ms);
        sim_inside = false;
        assert_true(error == 0 || error == TCCC_E_FORMAT || error == TCCC_E_NO_MEMORY);
        if (error == 0) m->next_id++;
        sim_run(m, 3000);
    }
    left = -1;
    sim_run(m, 15000);
    assert_one_result_each(m);
    assert_int_equal(sim_count(m, TCCC_OUT_EVENT, "\"event\":\"callIn\""), 1);
    assert_int_equal(sim_count(m, TCCC_OUT_EVENT, "\"event\":\"ready\""), 1);
    use_hooks(false);
    sim_free(m);
}

static void every_failed_parse_is_survived(void **state) {
    (void)state;
    unsigned before;
    int nth = 0;
    do {
        before = n_failed;
        run_call(nth++);
    } while (n_failed > before && nth < 2000);
    assert_in_range(nth, 50, 1999);
}

static void an_engine_that_gets_no_memory_is_none(void **state) {
    (void)state;
#if !defined(__SANITIZE_ADDRESS__)
    tccc_engine_config config = { .token = "t", .tab_uuid = SIM_TAB };
    for (int nth = 0; nth < 2; nth++) {
        int error = 0;
        left = nth;
        sim_inside = true;
        tccc_engine *engine = tccc_engine_new(&config, 0, &error);
        sim_inside = false;
        left = -1;
        assert_null(engine);
        assert_int_equal(error, TCCC_E_NO_MEMORY);
    }
#endif
    output_queue queue;
    assert_int_equal(output_init(&queue, OUTPUT_MAX + 4096), TCCC_E_NO_MEMORY);
    output_close(&queue);
}

/* The outputs' buffer is full and nobody polls: inputs say NO_MEMORY, nothing is lost when polling goes on. */
static void a_host_that_does_not_poll_is_told(void **state) {
    (void)state;
    sim *m = sim_ready(2);
    char text[64];
    int error = 0;
    uint32_t id = 0;
    while (error == 0) {
        int length = snprintf(text, sizeof text, "{\"id\":%u,\"cmd\":\"Session.list\"}", ++id);
        error = tccc_engine_command(m->engine, text, (size_t)length, m->now_ms);
        assert_in_range(id, 1, 1000000);
    }
    assert_int_equal(error, TCCC_E_NO_MEMORY);
    tccc_output out;
    uint32_t results = 0;
    while (tccc_engine_poll(m->engine, &out)) results += out.kind == TCCC_OUT_RESULT;
    assert_int_equal(results, id - 1);
    assert_int_equal(sim_command(m, "Agent.getStatus", "{}"), 1);
    sim_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failed_parse_is_survived),
        cmocka_unit_test(an_engine_that_gets_no_memory_is_none),
        cmocka_unit_test(a_host_that_does_not_poll_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
