/* sounds.h: the sounds that were loaded, kept for the next call. Layer: server. Control thread only. */
#ifndef TCCC_SERVER_SOUNDS_H
#define TCCC_SERVER_SOUNDS_H

#include "server/edge/edge_loop.h"
#include "sound.h"

/* A file's sound, loaded again when the file has changed. Held for the caller. NULL: it cannot be read. */
sound *sounds_file(edge_loop *loop, const char *path);
/* The hold music, loaded at first use. Held for the caller. NULL: no memory. */
sound *sounds_music(edge_loop *loop);
void sounds_free(edge_loop *loop);

#endif
