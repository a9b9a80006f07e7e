/* ogg_read.h: reads an Ogg Opus file as a player does (libogg, libopus), for tests of what was written. Layer: tests. */
#ifndef TCCC_TESTS_OGG_READ_H
#define TCCC_TESTS_OGG_READ_H

#include <ogg/ogg.h>
#include <opus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    int ok;                          /* headers and pages are right, and the last page says that it is */
    long n_packets, n_pages;         /* n_packets: of sound */
    long granule, pre_skip;          /* of the last page */
    long ticks;                      /* of all packets, at 48 kHz */
    float *pcm;                      /* at 16 kHz, without the pre-skip; the caller frees it */
    int n, room;
    unsigned char *packets[4];       /* the first ones, for comparing */
    long lens[4];
} ogg_read;

static inline void ogg_read_packet(ogg_read *out, const ogg_packet *packet, OpusDecoder *decoder) {
    int ticks = opus_packet_get_nb_samples(packet->packet, (opus_int32)packet->bytes, 48000);
    int got = opus_decode_float(decoder, packet->packet, (opus_int32)packet->bytes, out->pcm + out->n, 5760, 0);
    if (ticks <= 0 || got != ticks / 3)
        out->ok = 0;
    if (out->n_packets < 4) {
        out->packets[out->n_packets] = malloc((size_t)packet->bytes);
        memcpy(out->packets[out->n_packets], packet->packet, (size_t)packet->bytes);
        out->lens[out->n_packets] = packet->bytes;
    }
    out->n_packets++;
    out->ticks += ticks;
    out->n += got > 0 ? got : 0;
    if (out->n + 5760 > out->room)
        out->pcm = realloc(out->pcm, (size_t)(out->room = 2 * out->room) * sizeof *out->pcm);
}

static inline ogg_read ogg_read_file(const char *path) {
    ogg_read out = { .ok = 1, .room = 1 << 18, .pcm = malloc(sizeof(float) << 18) };
    ogg_sync_state sync;
    ogg_stream_state stream;
    ogg_page page;
    ogg_packet packet;
    int error, headers = 0, ended = 0;
    FILE *file = fopen(path, "rb");
    OpusDecoder *decoder = opus_decoder_create(16000, 1, &error);
    ogg_sync_init(&sync);
    while (file) {
        int got = ogg_sync_pageout(&sync, &page);
        if (got < 0)
            out.ok = 0;              /* bytes that are no page */
        if (got <= 0) {
            size_t n = fread(ogg_sync_buffer(&sync, 4096), 1, 4096, file);
            if (!n)
                break;
            ogg_sync_wrote(&sync, (long)n);
            continue;
        }
        if (!out.n_pages)
            ogg_stream_init(&stream, ogg_page_serialno(&page));
        if (ogg_stream_pagein(&stream, &page) || ogg_page_pageno(&page) != out.n_pages++)
            out.ok = 0;
        for (; (got = ogg_stream_packetout(&stream, &packet)); ) {
            if (got < 0)
                out.ok = 0;
            else if (headers == 0) {
                out.ok &= packet.bytes == 19 && !memcmp(packet.packet, "OpusHead\1\1", 10) && packet.b_o_s;
                out.pre_skip = packet.packet[10] | packet.packet[11] << 8;
                headers++;
            } else if (headers == 1) {
                out.ok &= packet.bytes > 16 && !memcmp(packet.packet, "OpusTags", 8);
                headers++;
            } else
                ogg_read_packet(&out, &packet, decoder);
        }
        if (headers == 2 && ogg_page_granulepos(&page) != out.ticks)
            out.ok = 0;              /* RFC 7845 section 4: the ticks of all packets that end in it */
        out.granule = (long)ogg_page_granulepos(&page);
        ended = ogg_page_eos(&page);
    }
    out.ok &= file && ended && headers == 2 && sync.fill == sync.returned;
    int skip = (int)out.pre_skip / 3;
    out.n = out.n > skip ? out.n - skip : 0;
    memmove(out.pcm, out.pcm + skip, (size_t)out.n * sizeof *out.pcm);
    opus_decoder_destroy(decoder);
    if (out.n_pages)
        ogg_stream_clear(&stream);
    ogg_sync_clear(&sync);
    if (file)
        fclose(file);
    return out;
}

static inline void ogg_read_free(ogg_read *r) {
    for (int i = 0; i < 4; i++)
        free(r->packets[i]);
    free(r->pcm);
}

#endif
