/* test_static_files.c: which file answers a path. Layer: tests. */
#include "server/edge/static_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../cmocka_all.h"
#include "tccc/error.h"

static char root[] = "/tmp/tccc_static_XXXXXX";

static void put(const char *name, const char *text) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int make_tree(void **state) {
    (void)state;
    char path[256], outside[256];
    if (!mkdtemp(root))
        return -1;
    snprintf(path, sizeof path, "%s/web", root);
    mkdir(path, 0700);
    put("secret", "outside");
    put("web/index.html", "<p>");
    put("web/a.js", "plain");
    put("web/a.js.br", "br");
    put("web/a.js.gz", "gz");
    put("web/.hidden", "hidden");
    snprintf(path, sizeof path, "%s/web/link", root);
    snprintf(outside, sizeof outside, "%s/secret", root);
    return symlink(outside, path);
}

static int remove_tree(void **state) {
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", root);
    return system(command);
}

/* The file's text in a static buffer, or NULL when there is none. */
static const char *fetch(const char *path, const char *accept, static_file *file) {
    static char text[64];
    char dir[256];
    snprintf(dir, sizeof dir, "%s/web", root);
    if (static_file_open(file, dir, path, accept))
        return NULL;
    ssize_t n = read(file->fd, text, sizeof text - 1);
    close(file->fd);
    text[n < 0 ? 0 : n] = 0;
    return text;
}

static void a_folder_gives_its_index(void **state) {
    (void)state;
    static_file file;
    assert_string_equal(fetch("/", "", &file), "<p>");
    assert_string_equal(file.content_type, "text/html; charset=utf-8");
    assert_int_equal(file.size, 3);
}

static void the_best_precompressed_variant_is_taken(void **state) {
    (void)state;
    static_file file;
    assert_string_equal(fetch("/a.js", "gzip, deflate, br", &file), "br");
    assert_string_equal(file.encoding, "br");
    assert_string_equal(file.content_type, "text/javascript; charset=utf-8");
    assert_string_equal(fetch("/a.js", "gzip;q=1.0, br;q=0", &file), "gz");
    assert_string_equal(fetch("/a.js", "brotli", &file), "plain");
    assert_null(file.encoding);
}

static void variants_have_different_etags(void **state) {
    (void)state;
    static_file plain, br;
    fetch("/a.js", "", &plain);
    fetch("/a.js", "br", &br);
    assert_string_not_equal(plain.etag, br.etag);
    assert_true(static_file_matches(plain.etag, plain.etag));
    assert_true(static_file_matches("*", plain.etag));
    assert_false(static_file_matches(br.etag, plain.etag));
    char list[128];
    snprintf(list, sizeof list, "W/\"1\", W/%s", plain.etag);
    assert_true(static_file_matches(list, plain.etag));
}

static void nothing_outside_the_folder_is_given(void **state) {
    (void)state;
    static const char *const paths[] = {
        "/../secret", "/./a.js", "//secret", "/web/../../secret", "/..", "/link", "/.hidden", "/a.js/", "/\\..\\secret", "a.js",
        "/a\n.js", "", "/nothing", "/web",
    };
    static_file file;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_null(fetch(paths[i], "", &file));
}

static void webassembly_has_the_type_that_streaming_compilation_needs(void **state) {
    (void)state;
    assert_string_equal(static_file_content_type("/x/voice.wasm"), "application/wasm");
    assert_string_equal(static_file_content_type("/x/unknown"), "application/octet-stream");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_gives_its_index),
        cmocka_unit_test(the_best_precompressed_variant_is_taken),
        cmocka_unit_test(variants_have_different_etags),
        cmocka_unit_test(nothing_outside_the_folder_is_given),
        cmocka_unit_test(webassembly_has_the_type_that_streaming_compilation_needs),
    };
    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
