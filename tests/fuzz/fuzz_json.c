/* fuzz_json.c: what parses is written again and reads the same; nothing else gets in. Layer: tests. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "tccc/error.h"

#define TEXT_MAX 4096

static void require(int truth) {
    if (!truth) abort();
}

static int depth(const json_value *value) {
    int deepest = 0;
    for (const json_value *e = json_first(value); e; e = json_next(e)) {
        int d = depth(e);
        if (d > deepest) deepest = d;
    }
    return deepest + (json_is_object(value) || json_is_array(value));
}

static int write_tree(const json_value *value, char *text, size_t capacity) {
    json_writer out = json_write(text, capacity);
    json_put_value(&out, NULL, value);
    return json_finish(&out);
}

static void read_members(const json_value *value) {
    static const char *const choices[] = { "a", "b", NULL };
    for (const json_value *e = json_first(value); e; e = json_next(e)) {
        const char *name = json_name(e) ? json_name(e) : "a";
        json_reader in = json_read(value);
        json_integer_or(&in, name, 0, -5, 5);
        require(strlen(in.message) < sizeof in.message && (in.error != 0) == (in.message[0] != '\0'));
        in = json_read(value), json_string(&in, name, 1, 8), json_choice(&in, name, choices);
        in = json_read(value), json_real(&in, name, 0, 1), json_array(&in, name, 2);
    }
}

static int n_lines(const char *text, size_t size) {
    int n = 1;
    for (size_t i = 0; i < size; i++) n += text[i] == '\n';
    return n;
}

/* Every value has a line, not above the one before it. */
static int check_lines(const char *text, size_t size, const json_value *tree, const json_value *value, int above) {
    int line = json_line(text, size, tree, value);
    require(line >= above && line <= n_lines(text, size));
    for (const json_value *e = json_first(value); e; e = json_next(e)) line = check_lines(text, size, tree, e, line);
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char first[8 * TEXT_MAX], second[8 * TEXT_MAX];
    json_value *value, *again = NULL;
    int result = json_parse((const char *)data, size, TEXT_MAX, &value);
    require((result == 0) == (value != NULL));
    require(result == 0 || result == (size > TEXT_MAX ? TCCC_E_TOO_LARGE : TCCC_E_FORMAT));
    if (result == TCCC_E_FORMAT) {
        int line = json_line_of_failure((const char *)data, size);
        require(line >= 1 && line <= n_lines((const char *)data, size));
    }
    if (result) return 0;
    check_lines((const char *)data, size, value, value, 1);
    require(json_line((const char *)data, size, value, NULL) == 0);
    require(depth(value) <= JSON_DEPTH_MAX && utf8_valid((const char *)data, size));
    read_members(value);
    int length = write_tree(value, first, sizeof first);
    require(length > 0 && json_parse(first, (size_t)length, sizeof first, &again) == 0);
    require(write_tree(again, second, sizeof second) == length && memcmp(first, second, (size_t)length) == 0);
    require(write_tree(value, second, (size_t)length) == TCCC_E_TOO_LARGE);
    json_free(value);
    json_free(again);
    return 0;
}
