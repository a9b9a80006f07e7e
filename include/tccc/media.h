/* media.h: the voice engine: microphone samples in, RTP packets out, and back. Layer: public. Sans-IO.
 *
 * One `tccc_voice` is one person's microphone and loudspeaker with up to TCCC_VOICE_STREAMS calls. It has no
 * clock, socket or thread. All memory is allocated by tccc_voice_new and tccc_voice_open; nothing is allocated
 * by capture, render, packet_in and packet_out. Not thread-safe: one thread (an audio worklet) calls it.
 *
 * PCM is f32, mono, range -1..1, at `device_rate_hz`. The engine works inside at 16 kHz in frames of 10 ms.
 * Time is `now_us`: microseconds of any monotonic clock, the same for all calls (the worklet's sample clock).
 */
#ifndef TCCC_MEDIA_H
#define TCCC_MEDIA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TCCC_VOICE_STREAMS 4      /* calls at once; one talks, the others are usually on hold */
#define TCCC_PACKET_MAX 1472      /* bytes of one RTP or RTCP packet: 1500 less IPv4 and UDP headers */
#define TCCC_BLOCK_MAX 4096       /* samples of one capture or render call */
#define TCCC_GAIN_MAX 2.0f        /* of microphone and loudspeaker: twice the amplitude, 6 dB */
#define TCCC_SILENT_S 5           /* a telephone that suppresses silence sends at least this often: RTCP, comfort noise */
#define TCCC_DIGITS_MAX 64        /* DTMF digits queued in one stream */
#define TCCC_SRTP_KEY_LEN 30      /* AES-128 key (16) and salt (14), RFC 4568 section 6.1 */

typedef struct tccc_voice tccc_voice;

enum tccc_codec { TCCC_CODEC_PCMU, TCCC_CODEC_PCMA, TCCC_CODEC_OPUS };
enum tccc_processing { TCCC_PROCESSING_OFF, TCCC_PROCESSING_CORE }; /* "browser" means OFF here */
enum tccc_noise { TCCC_NOISE_OFF, TCCC_NOISE_MEDIUM, TCCC_NOISE_LOW, TCCC_NOISE_HIGH, TCCC_NOISE_AI }; /* how much noise is taken out: dsp/suppress.h */
enum tccc_srtp_suite { TCCC_SRTP_NONE, TCCC_SRTP_AES128_SHA1_80, TCCC_SRTP_AES128_SHA1_32 };

typedef struct {
    int device_rate_hz;             /* 8000..192000: rate of capture and render, 48000 in the browser */
    enum tccc_processing aec, agc;
    enum tccc_noise ns;             /* MEDIUM is usual; AI only by tccc_voice_configure, after tccc_voice_model */
    int tail_ms;                    /* how long the room is modelled, 32..500, 128 is usual; devices' delay is found by itself */
    uint64_t seed;                  /* comfort noise and SSRCs; any value, random in use */
} tccc_voice_config;

typedef struct {
    enum tccc_codec codec;
    uint8_t payload_type;           /* of the codec: 0 PCMU, 8 PCMA, 96..127 Opus */
    uint8_t dtmf_payload_type;      /* telephone-event, RFC 4733; 0 = not negotiated */
    uint32_t dtmf_rate_hz;          /* its clock: 8000, or 48000 beside Opus */
    int ptime_ms;                   /* 10..60, multiple of 10; 20 is usual */
    int bitrate_bps;                /* Opus: 6000..64000; 24000 is usual */
    int complexity;                 /* Opus: 0..10; 5 is usual */
    int expected_loss_percent;      /* Opus in-band FEC: 0..100; from 2 on copies are sent, with 1.5 times the bitrate */
    int dtx;                        /* 1: stop sending in silence (Opus DTX; comfort noise RFC 3389 is not sent) */
    uint32_t ssrc;                  /* 0: chosen from the seed */
    enum tccc_srtp_suite srtp;
    uint8_t srtp_send_key[TCCC_SRTP_KEY_LEN], srtp_receive_key[TCCC_SRTP_KEY_LEN];
} tccc_stream_config;

enum tccc_tone { TCCC_TONE_NONE, TCCC_TONE_RINGBACK, TCCC_TONE_RING, TCCC_TONE_BUSY }; /* local, dsp/tone.h */

enum tccc_stream_flags {            /* what a stream does; set together by tccc_voice_direct */
    TCCC_STREAM_SEND = 1,           /* microphone goes to the peer (else silence packets are not sent either) */
    TCCC_STREAM_RECEIVE = 2,        /* the peer is heard */
    TCCC_STREAM_MUTED = 4           /* microphone replaced by comfort noise at its floor; packets keep flowing */
};

typedef struct {                    /* since open, unless said otherwise */
    uint32_t packets_sent, packets_received, packets_lost, packets_late, packets_duplicate;
    uint32_t bytes_sent, bytes_received;
    float rtt_ms;                   /* RFC 3550 section 6.4.1; below 0 = not known yet */
    float jitter_ms;                /* interarrival jitter, RFC 3550 section 6.4.1 */
    float buffer_ms, target_ms;     /* jitter buffer: present and wanted delay */
    float concealed_ratio, stretched_ratio; /* of played samples, 0..1 */
    float remote_loss_ratio, remote_jitter_ms; /* from the peer's reports */
    float drift_ppm;                /* peer's clock against ours */
    float input_dbfs, output_dbfs;  /* speech level of the last 100 ms; -127 = silence */
    float mos;                      /* 1..4.5, ITU-T G.107 */
    float erle_db;                  /* echo return loss enhancement, last second */
    float loss_ratio;               /* of about the last 200 packets from the peer, before FEC */
    int level;                      /* of the sound, by mos: 5 best .. 1 bad, 0 nothing has come for TCCC_SILENT_S */
} tccc_voice_stats;

typedef struct {                    /* of the last 100 ms; -127 = silence */
    float input_dbfs;               /* what the microphone gives, times its gain, before any processing */
    float output_dbfs;              /* what goes to the loudspeaker, tones included */
    int input_speaks;               /* 1 while somebody speaks into the microphone, muted or not, and 0.2 s longer; by what is left of it
                                       without echo and noise */
} tccc_voice_levels;

/* A new engine, or NULL with *error set (ARG_RANGE, NO_MEMORY). The caller frees it. */
tccc_voice *tccc_voice_new(const tccc_voice_config *config, int *error);
void tccc_voice_free(tccc_voice *voice);

/* Hands over the model of TCCC_NOISE_AI (dsp/learned.h): model[len], copied. Allocates, so it is no work for the audio thread between two
 * blocks of a call that must not wait; nothing changes in the sound. 0, FORMAT (no such model, or a damaged one), NO_MEMORY. */
int tccc_voice_model(tccc_voice *voice, const uint8_t *model, size_t len);

/* Changes echo canceller, suppressor and gain control in a call, without a click. 0, ARG_RANGE, or NOT_READY: AI without a model. */
int tccc_voice_configure(tccc_voice *voice, enum tccc_processing aec, enum tccc_noise ns, enum tccc_processing agc);

/* Gain of the microphone (after all processing) and of the streams in the loudspeaker (tones keep theirs), 0..TCCC_GAIN_MAX, 1 at
 * first; without a click. 0 or ARG_RANGE. */
int tccc_voice_gain(tccc_voice *voice, float input, float output);
void tccc_voice_levels_get(const tccc_voice *voice, tccc_voice_levels *levels);
/* A level as a share of what one sees on a meter: 0 at -60 dBFS and below, 1 at 0 dBFS. */
float tccc_level_share(float dbfs);
/* What a connection is good for: MOS by ITU-T G.107 from the delay mouth to ear and the share of lost packets. */
float tccc_mos(enum tccc_codec codec, float delay_ms, float loss_ratio);

/* Opens stream `channel` (0..TCCC_VOICE_STREAMS-1), closing what was there. Starts with SEND|RECEIVE.
 * 0, ARG_RANGE (the config or channel is outside its range), NO_MEMORY. */
int tccc_voice_open(tccc_voice *voice, int channel, const tccc_stream_config *config);
void tccc_voice_close(tccc_voice *voice, int channel);
int tccc_voice_direct(tccc_voice *voice, int channel, unsigned flags);

/* Queues DTMF digits "0-9*#A-D" as RFC 4733 events of 160 ms with gaps of 80 ms. Number queued, ARG_RANGE, LIMIT, STATE. */
int tccc_voice_digits(tccc_voice *voice, int channel, const char *digits);

/* Microphone: pcm[n_frames], n_frames 1..TCCC_BLOCK_MAX of any size. Borrowed. 0 or ARG_RANGE. */
int tccc_voice_capture(tccc_voice *voice, const float *pcm, int n_frames, uint64_t now_us);
/* Loudspeaker: fills pcm[n_frames] with the mix of all receiving streams. Never fails for a valid size. */
int tccc_voice_render(tccc_voice *voice, float *pcm, int n_frames, uint64_t now_us);

/* Mixes a local tone into what render gives, until another (or NONE) is set. 0 or ARG_RANGE. */
int tccc_voice_tone(tccc_voice *voice, enum tccc_tone tone);

/* A packet from the peer of `channel`: RTP or RTCP (RFC 5761 demultiplexing), SRTP when configured. Copied.
 * 0, or why it was dropped and counted: FORMAT, AUTH, REPLAY, NOT_FOUND (no stream, or another payload type), TOO_LARGE,
 * TIMEOUT (too late to be played), LIMIT (SRTP: too many SSRCs). */
int tccc_voice_packet_in(tccc_voice *voice, int channel, const uint8_t *packet, size_t len, uint64_t now_us);
/* The next packet to send: its length with *channel set, 0 when there is none. buf must hold TCCC_PACKET_MAX. */
int tccc_voice_packet_out(tccc_voice *voice, uint8_t *buf, int *channel);

/* Figures of a stream; 0 or NOT_FOUND. */
int tccc_voice_stats_get(tccc_voice *voice, int channel, tccc_voice_stats *stats);

#ifdef __cplusplus
}
#endif
#endif
