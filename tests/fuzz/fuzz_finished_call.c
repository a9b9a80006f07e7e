/* fuzz_finished_call.c: any bytes as a line of the journal; what the store takes of it can be read, and written as a line that gives the
 * same record. Layer: tests. */
#include <stdlib.h>
#include <string.h>

#include "server/store/finished_call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static store *open_store(void) {
    static const logger quiet = { .sink = NULL };
    char err[200];
    store *s = store_open(":memory:", &quiet, err, sizeof err);
    if (!s || store_put_app(s, 1400000001, "fuzz")) abort();
    return s;
}

static bool take_one(void *ctx, const store_cdr *cdr) {
    memcpy(ctx, cdr, sizeof *cdr);
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static store *s;
    static store_cdr first, second;
    int total;
    size_t length;
    bool has_push;
    if (!s) s = open_store();
    if (store_begin(s)) abort();
    if (finished_call_put_line(s, (const char *)data, size, &has_push) == 0) {
        cdr_filter all = { .app_id = 1400000001, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = 1 };
        memset(&first, 0, sizeof first);
        memset(&second, 0, sizeof second);
        if (store_list_cdrs(s, &all, &total, take_one, &first) || total > 1) abort();
        char *line = total ? finished_call_write(&first, NULL, NULL, &length) : NULL;
        if (total && (!line || finished_call_put_line(s, line, length, &has_push) || has_push)) abort();
        if (total && (store_get_cdr(s, first.session_id, &second) || memcmp(&first, &second, sizeof first))) abort();
        free(line);
    }
    (void)store_put_agent(s, &(store_agent){ .app_id = 7, .user_id = "x" }); /* refused, so that the group is undone */
    if (store_end(s) == 0) abort();
    return 0;
}
