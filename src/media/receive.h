/* receive.h: RTP packets in, 16 kHz speech out: jitter buffer, decoder, concealment, time stretching. Layer: media. Sans-IO.
 *
 * One `receive` is one incoming stream of one call. Plain RTP goes in (after SRTP), 10 ms of samples come out whenever they are
 * pulled, always: where nothing is to be played, silence or comfort noise. All memory is allocated by receive_open (about
 * 200 kB). Not thread-safe. `now_us` must not go backwards.
 */
#ifndef TCCC_MEDIA_RECEIVE_H
#define TCCC_MEDIA_RECEIVE_H

#include <stddef.h>
#include <stdint.h>

#include "tccc/media.h"

enum {
    RECEIVE_RATE_HZ = 16000,
    RECEIVE_FRAME = 160,                /* samples of one pull: 10 ms */
    RECEIVE_COMFORT_NOISE_PT = 13       /* RFC 3389, static payload type at 8 kHz */
};

typedef struct {
    enum tccc_codec codec;
    uint8_t payload_type;               /* of the codec */
    int delay_min_ms, delay_max_ms;     /* bounds of the target delay; 0, 0 = 10, 500 */
    uint64_t seed;                      /* comfort noise */
} receive_config;

typedef struct {                        /* since open, unless said otherwise */
    uint32_t packets_received, packets_late, packets_duplicate;
    uint32_t packets_lost;              /* never came in time, and no FEC copy either */
    uint32_t packets_recovered;         /* rebuilt from in-band FEC */
    uint32_t packets_refused;           /* malformed, or of another payload type (telephone events among them) */
    uint32_t packets_dropped;           /* thrown away by a full buffer or a sender's restart */
    uint32_t restarts;                  /* SSRC changed or sequence numbers jumped */
    uint32_t underruns;                 /* times the buffer ran empty while the stream was running */
    float buffer_ms, target_ms;         /* present and wanted delay above the fastest packet's */
    float concealed_ratio;              /* of played samples: made up by PLC, FEC not counted */
    float recovered_ratio;              /* from FEC */
    float expanded_ratio, accelerated_ratio; /* inserted and removed by stretching */
    float drift_ppm;                    /* peer's clock against ours: above 0 = the peer is faster */
    float loss_ratio;                   /* recent share of packets that never came, before FEC */
} receive_stats;

typedef struct receive receive;

/* NULL with *error set: TCCC_E_ARG_RANGE (codec, payload type over 127, delay bounds outside 10..1000), TCCC_E_NO_MEMORY. */
receive *receive_open(const receive_config *config, int *error);
void receive_close(receive *stream);    /* NULL is allowed */

/* A plain RTP packet; copied. Pass every packet of the stream, telephone events too: their sequence numbers would look lost. 0, or
 * why it is not played: TCCC_E_FORMAT (not RTP, or an empty or impossible payload), TCCC_E_NOT_FOUND (another payload type; comfort
 * noise 13 is taken), TCCC_E_REPLAY (duplicate), TCCC_E_TIMEOUT (too late), TCCC_E_AGAIN (another SSRC, or a number far off: followed
 * when the next packet confirms it), TCCC_E_TOO_LARGE (over TCCC_PACKET_MAX). */
int receive_packet(receive *stream, const uint8_t *packet, size_t len, uint64_t now_us);

/* The next 10 ms: pcm[RECEIVE_FRAME], f32, 16 kHz, -1..1 whatever the peer sent. Call it every 10 ms of the loudspeaker's clock. */
void receive_pull(receive *stream, float pcm[RECEIVE_FRAME], uint64_t now_us);

void receive_stats_get(const receive *stream, receive_stats *stats);

#endif
