/* program.h: what the bridge itself plays: silence, files, ringback, hold music; as codec payloads in time. Layer: server.
 *
 * Each payload is made once. Music and silence of one codec and packet time come from one source for all who listen, so
 * that a thousand held calls cost one encoder.
 */
#ifndef TCCC_SERVER_PROGRAM_H
#define TCCC_SERVER_PROGRAM_H

#include "bridge.h"
#include "server/edge/edge_loop.h"
#include "sound.h"

typedef struct program program;      /* one listener */

typedef struct {
    enum bridge_program kind;        /* not PROGRAM_ECHO, which needs no clock */
    sound *sound;                    /* PROGRAM_FILE, PROGRAM_MUSIC: held while it plays */
    int loop;
    enum tccc_codec codec;
    int ptime_ms;
} program_config;

typedef struct {
    /* Every packet time; ticks: its length in the codec's RTP clock. The program must not be stopped from inside. */
    void (*payload)(void *context, const uint8_t *payload, size_t len, uint32_t ticks);
    void (*done)(void *context);     /* the sound has ended, told once; silence goes on. The program must not be stopped from inside. */
    void *context;
} program_listener;

/* NULL with *error: ARG_RANGE (codec), NO_MEMORY. `after`, or NULL: another one, to be stopped next, in whose rhythm this one goes
 * on, without a step in the sound unless it shares its source. */
program *program_start(edge_loop *loop, const program_config *config, const program *after, const program_listener *listener, int *error);
/* Plays something else from the next packet on, with the same encoder, so that the sound has neither gap nor step. 1, or 0 when it
 * cannot: another codec, or a source that is shared before or after. */
int program_switch(program *p, const program_config *config);
void program_stop(program *p);

/* The clock: runs only while a program does. */
int program_clock_open(edge_loop *loop);
void program_clock_close(edge_loop *loop);

#endif
