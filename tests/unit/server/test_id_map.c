/* test_id_map.c: objects found by number, against a plain array. Layer: tests. */
#include "server/edge/id_map.h"

#include <stdlib.h>

#include "../cmocka_all.h"

enum { KEYS = 500, STEPS = 20000 };

static void put_get_and_take_agree_with_an_array(void **state) {
    (void)state;
    static char things[KEYS];
    void *expected[KEYS] = { 0 };
    size_t n_expected = 0;
    id_map map = { 0 };
    unsigned random = 12345;
    for (int step = 0; step < STEPS; step++) {
        random = random * 1103515245u + 12345u;
        size_t i = (random >> 8) % KEYS;
        uint64_t key = (i + 1) * 0x100000001ULL;
        if (random >> 31) {
            assert_int_equal(id_map_put(&map, key, &things[i]), 0);
            n_expected += !expected[i];
            expected[i] = &things[i];
        } else {
            assert_ptr_equal(id_map_take(&map, key), expected[i]);
            n_expected -= expected[i] != NULL;
            expected[i] = NULL;
        }
        assert_int_equal(map.used, n_expected);
    }
    for (size_t i = 0; i < KEYS; i++)
        assert_ptr_equal(id_map_get(&map, (i + 1) * 0x100000001ULL), expected[i]);
    size_t cursor = 0, n = 0;
    while (id_map_next(&map, &cursor))
        n++;
    assert_int_equal(n, n_expected);
    id_map_free(&map);
}

static void an_empty_map_has_nothing(void **state) {
    (void)state;
    id_map map = { 0 };
    size_t cursor = 0;
    assert_null(id_map_get(&map, 7));
    assert_null(id_map_take(&map, 7));
    assert_null(id_map_next(&map, &cursor));
    id_map_free(&map);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_get_and_take_agree_with_an_array),
        cmocka_unit_test(an_empty_map_has_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
