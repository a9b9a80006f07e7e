/* speech.h: text to a WAV file's bytes, by espeak-ng as a process of its own or by an HTTP service. Layer: server. On a worker's thread:
 * these wait. Row IVR-019.
 */
#ifndef TCCC_SERVER_IVR_SPEECH_H
#define TCCC_SERVER_IVR_SPEECH_H

#include <stddef.h>
#include <stdint.h>

enum {
    SPEECH_LIMIT_MS = 10000,          /* for one text */
    SPEECH_BYTES_MAX = 32 << 20,
    SPEECH_VOICE_MAX = 32,
    SPEECH_SENTENCE_MAX = 256
};

typedef struct {
    uint8_t *data;                    /* malloc'ed */
    size_t n;
} speech_bytes;

/* espeak-ng's voice for a text: cmn where it has Chinese characters, else `configured`, or en-us where that is "" or no voice's name. */
const char *speech_voice(const char *text, const char *configured);

/* `program` is found in PATH; the text goes to its input, never to a command line. 0, or with a sentence: IO (it is not there, or has
 * failed), TIMEOUT, TOO_LARGE, NO_MEMORY. */
int speech_by_process(const char *program, const char *text, const char *voice, int limit_ms, speech_bytes *wav, char sentence[SPEECH_SENTENCE_MAX]);
/* POST {"text","voice"} to the URL; 200 with the file is the only good answer. The same errors. */
int speech_by_http(const char *url, const char *text, const char *voice, int limit_ms, speech_bytes *wav, char sentence[SPEECH_SENTENCE_MAX]);

#endif
