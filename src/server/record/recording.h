/* recording.h: one recording on its way from packets to a file. Layer: server. Used by the record thread only. */
#ifndef TCCC_SERVER_RECORDING_H
#define TCCC_SERVER_RECORDING_H

#include "track.h"

#include <stdbool.h>
#include <stdint.h>

enum { RECORDING_VOICES = 3 };       /* of a mixed one: 0 who serves, 1 the customer, 2 a third party, from its first packet on */

typedef struct {
    int n_voices;                    /* 1: what one participant says; 2: both, and a third, mixed to mono */
    const char *part_path, *meta_path;
    const char *record_id;
    const char *meta;                /* JSON, written beside the file for a server that finds it after a crash */
    uint64_t start_us;               /* CLOCK_MONOTONIC */
    int silence_ms;                  /* ends when nobody has spoken for so long; 0: does not */
} recording_config;

typedef struct recording recording;

/* Makes both files. NULL with *error: NO_MEMORY, or IO with *disk_full told. */
recording *recording_open(const recording_config *config, int *error, bool *disk_full);
/* A packet of speech of a voice, in the clear. */
void recording_packet(recording *r, int voice, enum tccc_codec codec, const rtp_packet *packet, uint64_t arrival_us);
/* Writes what is due. Call it some times a second. 0, NO_MEMORY or IO with *disk_full told. */
int recording_advance(recording *r, uint64_t now_us, bool *disk_full);
/* Nobody has spoken for config.silence_ms. */
bool recording_is_silent(const recording *r);
/* Writes what is left up to end_us and closes the file, which stays where it is, and frees. 0, NO_MEMORY or IO. *counters: of all
 * voices; *ticks: of the file. */
int recording_close(recording *r, uint64_t end_us, track_counters *counters, int64_t *ticks);

#endif
