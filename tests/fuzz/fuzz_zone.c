/* fuzz_zone.c: any bytes as a time zone's file: what is taken has possible offsets at any time. Layer: tests. */
#include "server/ivr/zone.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int64_t times[] = { INT64_MIN, -3000000000, -1, 0, 1774746000, 4102444800, INT64_MAX };
    zone *z = zone_read(data, size);
    for (size_t i = 0; z && i < sizeof times / sizeof *times; i++) {
        int offset_s = zone_offset(z, times[i]);
        if (offset_s < -26 * 3600 || offset_s > 26 * 3600)
            abort();
    }
    zone_free(z);
    return 0;
}
