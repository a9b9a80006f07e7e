/* test_dispatch_memory.c: every allocation of the index fails once: the change is refused, nothing else is different. Layer: tests. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../cmocka_all.h"
#include "tccc/error.h"

static long until_failure = -1;     /* this many succeed; below 0: all do */

static bool fails(void) { return until_failure >= 0 && until_failure-- == 0; }
static void *failing_malloc(size_t size) { return fails() ? NULL : malloc(size); }
static void *failing_calloc(size_t count, size_t size) { return fails() ? NULL : calloc(count, size); }
static void *failing_realloc(void *memory, size_t size) { return fails() ? NULL : realloc(memory, size); }

/* The code under test with that allocator, in place of the library's. */
#define malloc failing_malloc
#define calloc failing_calloc
#define realloc failing_realloc
#include "../../../src/server/acd/contact_line.c"
#define make_room id_map_make_room
#include "../../../src/server/edge/id_map.c"
#undef make_room
#include "../../../src/server/acd/dispatch_index.c"
#undef malloc
#undef calloc
#undef realloc

enum { STEPS = 120 };

/* One of the things that can be done to an index; the same for the same step. */
static int take_step(dispatch_index *x, int step) {
    dispatch_member members[3] = { { 1 + step % 5, 1 }, { 6 + step % 3, 2 }, { 9 + step % 40, 1 } };
    if (step % 2) {
        dispatch_contact c = { .id = (uint32_t)step, .group_id = step % 9, .since_ms = (uint64_t)(200 - step), .only_agent = step % 7 ? 0 : 1 + (uint32_t)step % 30 };
        return dispatch_index_put_contact(x, &c);
    }
    dispatch_agent a = { .id = 1 + (uint32_t)step % 30, .free = step % 3 == 0, .callable = step % 3 != 1, .free_since_ms = (uint64_t)step,
                         .members = members, .n_members = step % 4 };
    return dispatch_index_put_agent(x, &a);
}

/* The offers of the whole, and what is left. */
static int read_all(dispatch_index *x, dispatch_offer *offers) {
    int n = 0;
    while (dispatch_index_next(x, &offers[n]))
        n++;
    for (int group = 0; group < 50; group++)
        offers[n++] = (dispatch_offer){ (uint32_t)dispatch_index_waiting(x, group, 0), (uint32_t)dispatch_index_free_agents(x, group) };
    return n;
}

static void a_change_that_finds_no_memory_can_be_made_again(void **state) {
    (void)state;
    dispatch_offer expected[STEPS + 50], offers[STEPS + 50];
    dispatch_index *x = dispatch_index_new();
    for (int step = 0; step < STEPS; step++)
        assert_int_equal(take_step(x, step), 0);
    int n = read_all(x, expected), n_failed = 0;
    dispatch_index_free(x);
    assert_true(n > 50);
    for (long first = 0; first < 12; first++) { /* the first, second ... allocation of every step */
        x = dispatch_index_new();
        for (int step = 0; step < STEPS; step++) {
            until_failure = first;
            int error = take_step(x, step);
            until_failure = -1;
            if (!error)
                continue;
            assert_int_equal(error, TCCC_E_NO_MEMORY);
            n_failed++;
            assert_int_equal(take_step(x, step), 0);
        }
        assert_int_equal(read_all(x, offers), n);
        assert_memory_equal(offers, expected, (size_t)n * sizeof *offers);
        dispatch_index_free(x);
    }
    assert_true(n_failed > STEPS);
}

static void what_is_known_changes_without_memory(void **state) {
    (void)state;
    dispatch_member members[2] = { { 1, 1 }, { 2, 1 } };
    dispatch_agent a = { .id = 1, .members = members, .n_members = 2 };
    dispatch_offer offer;
    dispatch_index *x = dispatch_index_new();
    assert_int_equal(dispatch_index_put_agent(x, &a), 0);
    assert_int_equal(dispatch_index_put_contact(x, &(dispatch_contact){ .id = 1, .group_id = 2 }), 0);
    until_failure = 0;
    a.free = a.callable = true;
    assert_int_equal(dispatch_index_put_agent(x, &a), 0);
    assert_true(dispatch_index_next(x, &offer));
    dispatch_index_drop_agent(x, 1);
    until_failure = -1;
    dispatch_index_free(x);
}

#define SAYS(test, name) { name, test, NULL, NULL, NULL }

int main(void) {
    const struct CMUnitTest tests[] = {
        SAYS(a_change_that_finds_no_memory_can_be_made_again, "a change that finds no memory can be made again"),
        SAYS(what_is_known_changes_without_memory, "what is known changes without memory"),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
