/* fuzz_clip.c: uploaded WAV and MP3 bytes: refused with a sentence, or a clip within its bounds. Layer: tests. */
#include "server/ivr/clip.h"

#include <stdlib.h>
#include <string.h>

#define MUST(condition) do { if (!(condition)) abort(); } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char sentence[CLIP_SENTENCE_MAX];
    uint8_t *exact = malloc(size ? size : 1);
    clip c;
    memcpy(exact, data, size);
    int error = clip_read(&c, exact, size, sentence);
    free(exact);
    MUST((sentence[0] != 0) == (error != 0) && (c.pcm != NULL) == (error == 0));
    if (error) return 0;
    MUST(c.n > 0 && c.n <= (size_t)CLIP_RATE_HZ * CLIP_SECONDS_MAX);
    clip_level(&c);
    clip_free(&c);
    return 0;
}
