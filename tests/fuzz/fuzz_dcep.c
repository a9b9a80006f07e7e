/* fuzz_dcep.c: any bytes as DATA_CHANNEL_OPEN; what is read is written the same. Layer: tests. */
#include <stdlib.h>
#include <string.h>

#include "server/edge/dcep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t again[12 + 2 * 65535];
    dcep_open open;
    if (dcep_read_open(&open, data, size))
        return 0;
    if (dcep_write_open(&open, again, sizeof again) != (int)size || memcmp(again, data, size))
        abort();
    return 0;
}
