/* fuzz_ogg_repair.c: any bytes as a recording that was cut; what is called whole stays so. Layer: tests. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/record/ogg_repair.h"
#include "tccc/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int fd = -1;
    int64_t bytes = 0, granule = 0, again_bytes, again_granule;
    if (fd < 0)
        fd = memfd_create("fuzz", 0);
    if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    int error = ogg_repair(fd, &bytes, &granule);
    if (error)
        return error == TCCC_E_FORMAT && lseek(fd, 0, SEEK_END) == (off_t)size ? 0 : (abort(), 0);
    if (bytes < 3 * 27 || bytes > (int64_t)size || lseek(fd, 0, SEEK_END) != bytes)
        abort();
    if (ogg_repair(fd, &again_bytes, &again_granule) || again_bytes != bytes || again_granule != granule)
        abort();
    return 0;
}
