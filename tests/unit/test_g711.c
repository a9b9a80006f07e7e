/* test_g711.c: mu-law and A-law against the tables of ITU-T G.711. */
#include "cmocka_all.h"
#include "dsp/g711.h"

/* G.711 tables 2a and 2b: decision values are 14-bit; the 16-bit sample is four times them. Columns: code on the line, the
 * decoder's output value y (14 bits). */
static void mu_law_decodes_to_the_values_of_table_2(void **state) {
    static const struct { uint8_t code; int y; } table[] = {
        { 0x80, 8031 }, { 0x8F, 4191 }, { 0x9F, 2079 }, { 0xAF, 1023 }, { 0xBF, 495 }, { 0xCF, 231 },
        { 0xDF, 99 },   { 0xEF, 33 },   { 0xFE, 2 },    { 0xFF, 0 },    { 0x00, -8031 }, { 0x7E, -2 }, { 0x7F, 0 },
    };
    (void)state;
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_int_equal(g711_ulaw_decode(table[i].code), 4 * table[i].y);
}

/* G.711 tables 1a and 1b: 13-bit values, the 16-bit sample is eight times y; even bits are inverted on the line. */
static void a_law_decodes_to_the_values_of_table_1(void **state) {
    static const struct { uint8_t code; int y; } table[] = {
        { 0xFF, 4032 }, { 0xF0, 2112 }, { 0xE0, 1056 }, { 0xD0, 528 }, { 0xC0, 264 }, { 0xB0, 132 }, { 0xA0, 66 },
        { 0x81, 3 },    { 0x80, 1 },    { 0x7F, -4032 }, { 0x00, -1 },
    };
    (void)state;
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_int_equal(g711_alaw_decode(table[i].code ^ 0x55), 8 * table[i].y);
}

static void every_code_survives_decoding_and_encoding(void **state) {
    (void)state;
    for (int code = 0; code < 256; code++) {
        if (code != 0x7F) assert_int_equal(g711_ulaw_encode(g711_ulaw_decode((uint8_t)code)), code); /* 0x7F is minus 0 */
        assert_int_equal(g711_alaw_encode(g711_alaw_decode((uint8_t)code)), code);
    }
}

/* A quantizer takes the nearest value but for half a step at segment borders; the step of the largest segment is 1024 of 16
 * bits in mu-law and in A-law; the smallest 8 and 16. */
static void every_sample_is_coded_to_within_half_a_step(void **state) {
    (void)state;
    for (int x = -32768; x <= 32767; x++) {
        int magnitude = x < 0 ? -x : x;
        int u = g711_ulaw_decode(g711_ulaw_encode((int16_t)x)), a = g711_alaw_decode(g711_alaw_encode((int16_t)x));
        int step_u = 8, step_a = 16;
        while (magnitude + 132 >= 32 * step_u && step_u < 1024) step_u *= 2;
        while (magnitude >= 32 * step_a && step_a < 1024) step_a *= 2;
        assert_true(u - x <= step_u / 2 + 644 * (magnitude > 32124) && x - u <= step_u / 2 + 644 * (magnitude > 32124));
        assert_true(a - x <= step_a / 2 + 1 && x - a <= step_a / 2 + 1);
    }
}

static void silence_has_its_known_codes(void **state) {
    (void)state;
    assert_int_equal(g711_ulaw_encode(0), G711_ULAW_SILENCE);
    assert_int_equal(g711_alaw_encode(0), G711_ALAW_SILENCE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mu_law_decodes_to_the_values_of_table_2),
        cmocka_unit_test(a_law_decodes_to_the_values_of_table_1),
        cmocka_unit_test(every_code_survives_decoding_and_encoding),
        cmocka_unit_test(every_sample_is_coded_to_within_half_a_step),
        cmocka_unit_test(silence_has_its_known_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
