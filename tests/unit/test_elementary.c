/* test_elementary.c: the polynomials against libm in double, and the errors that elementary.h states. */
#include <math.h>

#include "cmocka_all.h"
#include "dsp/elementary.h"

static void the_logarithm_is_within_its_error(void **state) {
    double worst = 0;
    (void)state;
    for (double x = 1e-30; x < 1e30; x *= 1.00037) worst = fmax(worst, fabs((double)elementary_log2((float)x) - log2((double)(float)x)));
    if (worst > 3e-5 + 100 * 6e-8) fail_msg("error %g", worst); /* and half a unit in the last place of 100 */
    for (double x = 1; x < 2; x += 1e-5) worst = fmax(worst, fabs((double)elementary_log2((float)x) - log2((double)(float)x)));
    assert_true(elementary_log2(1) == 0);
}

static void the_power_is_within_its_error(void **state) {
    double worst = 0;
    (void)state;
    for (double x = -119.9; x < 119.9; x += 0.00113) worst = fmax(worst, fabs((double)elementary_exp2((float)x) / exp2((double)(float)x) - 1));
    if (worst > 3e-7) fail_msg("relative error %g", worst);
    assert_true(elementary_exp2(-1e30f) == elementary_exp2(-120) && elementary_exp2(1e30f) == elementary_exp2(120));
}

static void the_angle_is_within_its_error_in_all_octants(void **state) {
    double worst = 0;
    (void)state;
    for (double a = -3.1415; a < 3.1415; a += 0.00071)
        worst = fmax(worst, fabs((double)elementary_atan2((float)(7 * sin(a)), (float)(7 * cos(a))) - a));
    if (worst > 2e-6) fail_msg("error %g", worst);
    assert_true(elementary_atan2(0, 0) == 0);
}

static void a_turn_has_its_exact_corners(void **state) {
    double cosine, sine, worst = 0;
    (void)state;
    for (int i = 0; i < 320; i++) {
        elementary_turn(i, 320, &cosine, &sine);
        worst = fmax(worst, fmax(fabs(cosine - cos(2 * M_PI * i / 320)), fabs(sine - sin(2 * M_PI * i / 320))));
    }
    if (worst > 1e-14) fail_msg("error %g", worst);
    elementary_turn(80, 320, &cosine, &sine);
    assert_true(cosine == 0 && sine == 1);
    elementary_turn(160, 320, &cosine, &sine);
    assert_true(cosine == -1 && sine == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_logarithm_is_within_its_error),
        cmocka_unit_test(the_power_is_within_its_error),
        cmocka_unit_test(the_angle_is_within_its_error_in_all_octants),
        cmocka_unit_test(a_turn_has_its_exact_corners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
