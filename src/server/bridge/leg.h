/* leg.h: one side of a bridge on the edge thread: a page, a telephone or a program. Layer: server.
 *
 * What a leg hears of its peer goes to leg_events.packet; what the bridge has for it goes through leg_relay (packets of
 * the other side) or is made here (programs, with the leg's own SSRC and RTCP). SRTP is done here.
 */
#ifndef TCCC_SERVER_LEG_H
#define TCCC_SERVER_LEG_H

#include "bridge.h"
#include "loss.h"
#include "phone.h"
#include "program.h"
#include "server/edge/media_seat.h"

#include "dsp/dtmf.h"
#include "media/codec.h"
#include "media/rtcp.h"
#include "media/srtp.h"
#include "media/telephone_event.h"

typedef struct leg leg;

typedef struct {
    /* A packet from this leg's peer, in the clear when leg_is_open says so. */
    void (*packet)(void *context, leg *from, uint8_t *packet, size_t len, int is_rtcp);
    /* An RTP packet in the clear, before that, while the leg is mixed. */
    void (*sound)(void *context, leg *from, const uint8_t *packet, size_t len);
    void (*event)(void *context, leg *from, enum bridge_event event, int64_t value);
    void *context;
} leg_events;

typedef struct {                     /* what the leg itself sends: programs and echo */
    int started;
    rtcp_session rtcp;
    uint32_t ssrc, timestamp;        /* timestamp: of the next packet, of what is echoed the newest */
    uint32_t last_ticks;             /* length of the newest packet, when `timestamp` stands behind it */
    uint16_t seq;
    uint64_t last_us;
    int pause;                       /* set the marker on the next packet */
    uint32_t echo_ssrc;              /* of what is echoed, and how far its numbers are from ours */
    uint16_t echo_seq_offset;
    uint32_t echo_timestamp_offset;
    uint32_t key_from, key_at;       /* a telephone-event that is passed on: its timestamp at its sender, and ours */
    int key;                         /* those count */
} leg_source;

typedef struct {                     /* keys in the sound */
    codec_decoder *decoder;          /* NULL while nobody listens */
    dtmf detector;
    int has_events;                  /* RFC 4733 was received: its sound is not looked at any more */
    char told;                       /* newest key told by its tone, and when: its event may follow */
    uint64_t told_us;
} leg_tones;

typedef struct {                     /* packets are copied for recordings and transcripts */
    struct {
        tap_ring *ring;              /* held; NULL: not tapped */
        uint32_t id;
        int told;                    /* the key is in the ring */
    } ears[BRIDGE_N_EARS];
    int withheld;                    /* the other side does not hear it */
    enum tccc_srtp_suite srtp;       /* of what comes from this peer, also where it passes closed */
    uint8_t key[TCCC_SRTP_KEY_LEN];
} leg_tap;

typedef struct {                     /* of the peer's RTP, also where it passes closed: a receiver that joins later must know them */
    int seen;
    uint32_t ssrc, roc;              /* roc: how often seq has rolled over */
    uint16_t seq;
} leg_numbers;

struct leg {
    edge_loop *loop;
    leg_events events;
    bridge_side config;
    media_seat *seat;                /* page */
    phone *phone;
    srtp_sender *sender;             /* NULL without keys */
    srtp_receiver *receiver;
    telephone_receiver digits;
    leg_source source;
    program *program;                /* plays to this leg */
    program_config played;           /* what plays or has played to its end */
    int playing;                     /* `played` counts */
    int reads;                       /* 1: SRTP from this leg is opened, because it ends here or a program listens */
    int listens;                     /* 1: a program plays to it that may wait for keys: SRTP is opened on a copy, tones are looked for */
    int mixed;                       /* 1: its sound goes to leg_events.sound: SRTP is opened on a copy */
    int follows;                     /* the receiver has had the newest packet */
    leg_numbers numbers;
    loss loss;                       /* of the peer's RTP on the way here */
    leg_tones tones;
    leg_tap tap;
    int heard;                       /* FIRST_PACKET was told */
    int due;                         /* packets are expected: SILENT is told when none come */
    uint64_t heard_us;
    int silent_s;                    /* told so far */
};

/* A zeroed leg. The port of *config is taken over, also when this fails. 0, TCCC_E_NO_MEMORY, TCCC_E_ARG_RANGE (keys). */
int leg_open(leg *l, edge_loop *loop, const leg_events *events, const bridge_side *config);
/* As bridge_update: keeps the port when *config has none. */
int leg_update(leg *l, const bridge_side *config);
void leg_close(leg *l);

/* Plays to this leg; the codec is its own. 0 or as program_start. Replaces what plays now without a gap, unless it is the same:
 * that goes on, or stays ended; again: it starts anew. After the end of a sound comes silence. PROGRAM_ECHO plays nothing. */
int leg_play(leg *l, enum bridge_program kind, sound *sound, int loop, int again);
void leg_stop_playing(leg *l);
/* Sends a packet of another side to this leg's peer as it is. */
void leg_pass(leg *l, uint8_t *packet, size_t len, int is_rtcp);
/* Sends a packet of another side, in the clear, with this leg's payload types and closed with its keys. It is changed in place. */
void leg_relay(leg *l, const leg *from, uint8_t *packet, size_t len, int is_rtcp);
/* Sends sound that was made for it, as a source of the leg's own. */
void leg_speak(leg *l, const uint8_t *payload, size_t len, uint32_t ticks);
/* Sends a telephone-event that another side has sent (RTP in the clear), beside leg_speak's sound. */
void leg_speak_key(leg *l, const leg *from, const uint8_t *packet, size_t len);
/* Sends an RTP packet of this leg's peer back to it, as a source of the leg's own. */
void leg_echo(leg *l, uint8_t *packet, size_t len);
/* A program plays to this leg and may wait for keys. 0 or TCCC_E_NO_MEMORY. */
int leg_listen(leg *l, int on);
/* Copies what comes from the peer; ring NULL: no more. */
void leg_tap_to(leg *l, enum bridge_ear ear, tap_ring *ring, uint32_t tap);
/* The taps of two legs change places. */
void leg_swap_taps(leg *a, leg *b);
/* How what comes from the peer is closed (key may be NULL for NONE), and whether the other side hears it. */
void leg_tap_state(leg *l, enum tccc_srtp_suite srtp, const uint8_t *key, int withheld);
/* 1 when leg_events.packet gets packets of this leg in the clear. */
int leg_is_open(const leg *l);
/* Once a second: RTCP reports and silence. `expected`: the peer should be sending. */
void leg_second(leg *l, int expected);

#endif
