/* fuzz_record_url.c: any path, query and Range header for a recording; nothing unsigned is let in, no range leaves the file. Layer: tests. */
#include <stdlib.h>
#include <string.h>

#include "server/record/record_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1), id[RECORD_ID_MAX + 1];
    uint64_t first, len;
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    if (!strncmp(text, RECORD_URL_PATH, sizeof RECORD_URL_PATH - 1) && record_url_id(text, id) && (strchr(id, '/') || strchr(id, '.') || !id[0]))
        abort();
    if (record_url_check("1400000001_a", text, "secret", 1000) == RECORD_URL_GOOD)
        abort(); /* the fuzzer has found a preimage */
    if (record_range_read(text, 1000, &first, &len) == RANGE_PART && (first >= 1000 || !len || len > 1000 - first))
        abort();
    free(text);
    return 0;
}
