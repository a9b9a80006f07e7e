/* fuzz_file_url.c: only an address that was signed is good, and an id is never more than an id. Layer: tests. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/chat/file_url.h"

static void require(int truth) {
    if (!truth) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char secret[] = "a secret that nobody knows";
    char text[512], id[FILE_ID_LEN + 1], right[256];
    (void)file_image_type(data, size);
    size_t n = size < sizeof text - 1 ? size : sizeof text - 1;
    memcpy(text, data, n);
    text[n] = 0;
    if (file_url_id(text, id)) require(strlen(id) == FILE_ID_LEN && strspn(id, "0123456789abcdef") == FILE_ID_LEN);
    memset(id, '0', FILE_ID_LEN);
    id[FILE_ID_LEN] = 0;
    require(file_url_write(FILE_URL_GET, id, 1000, secret, right, sizeof right) == 0);
    enum file_url_state state = file_url_check(FILE_URL_GET, id, text, secret, 1);
    require(state != FILE_URL_GOOD || strstr(text, strstr(right, "signature=")));
    return 0;
}
