/* fuzz_wav.c: any bytes as a WAV file; every frame that is promised can be read. Layer: tests. */
#include <stdlib.h>

#include "media/wav.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    wav w;
    int32_t sum = 0;
    if (wav_parse(&w, data, size))
        return 0;
    if (w.channels < 1 || w.channels > 8 || w.rate_hz < 4000 || w.rate_hz > 192000 || w.data < data || w.data > data + size)
        abort();
    for (size_t i = 0; i < w.n_frames; i++)
        sum |= wav_mono(&w, i);
    return sum > INT16_MAX || sum < INT16_MIN ? (abort(), 0) : 0;
}
