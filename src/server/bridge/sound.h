/* sound.h: sounds that programs play: files, hold music. Layer: server.
 *
 * A sound is loaded on the control thread, never changes, and is shared between threads by counting its holders.
 */
#ifndef TCCC_SERVER_SOUND_H
#define TCCC_SERVER_SOUND_H

#include <stddef.h>
#include <stdint.h>

enum {
    SOUND_RATE_HZ = 16000,           /* of what readers give: media/codec.h */
    SOUND_FILE_MAX = 64 << 20        /* bytes */
};

typedef struct sound sound;

/* A WAV file (wav.h). NULL with *error: NOT_FOUND, TOO_LARGE, FORMAT, NO_MEMORY, IO. */
sound *sound_load(const char *path, int *error);
/* All WAV files of a folder, one after the other; a tune of our own when there is none. NULL: no memory. */
sound *sound_load_music(const char *dir);
/* Samples of its own rate; mono; copied. NULL: no memory. */
sound *sound_new(const int16_t *samples, size_t n_samples, int rate_hz);
sound *sound_hold(sound *s);
void sound_drop(sound *s);           /* NULL is allowed */
double sound_seconds(const sound *s);

typedef struct sound_reader sound_reader;

/* Holds the sound. NULL: no memory. */
sound_reader *sound_reader_open(sound *s, int loop);
void sound_reader_close(sound_reader *reader);
/* Fills pcm[n_frames], f32, mono, SOUND_RATE_HZ. Samples before the end of the sound; the rest is silence. */
int sound_read(sound_reader *reader, float *pcm, int n_frames);

#endif
