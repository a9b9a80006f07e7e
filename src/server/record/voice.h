/* voice.h: the decoded sound of one participant, lost packets concealed, gaps as silence. Layer: server. f32, mono, CODEC_RATE_HZ. */
#ifndef TCCC_SERVER_VOICE_H
#define TCCC_SERVER_VOICE_H

#include "track.h"

#include "media/codec.h"

#include <stdbool.h>

typedef struct voice voice;

voice *voice_new(void);              /* NULL: no memory */
void voice_free(voice *v);           /* NULL is allowed */

/* Decodes an item of a track behind what is there. Sound that finds no memory is left out. */
void voice_item(voice *v, const track_item *item);
void voice_silence(voice *v, int n_samples);
/* Samples that wait to be taken. */
int voice_waiting(const voice *v);
/* Takes pcm[n]; false, and nothing is taken, when fewer wait. */
bool voice_take(voice *v, float *pcm, int n);
/* Its newest packets had more than the band of a telephone. */
bool voice_is_wide(const voice *v);

#endif
