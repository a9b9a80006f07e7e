/* bridge.h: joins the ends of a call's audio on the edge thread. Layer: server.
 *
 * A bridge has the sides 0 and 1, and up to two more. Each is a page (a seat's media paths), a telephone (RTP over UDP) or a
 * program (echo, a sound file, a tone, hold music). Between a page and a telephone packets pass untouched: same codec, same
 * payload types, SRTP ciphertext end to end. The bridge makes sound itself only while a side must hear a program, more than
 * one other side, or one that has another codec (hearing.h).
 * All functions are called on the control thread and post to the edge thread, in order.
 */
#ifndef TCCC_SERVER_BRIDGE_H
#define TCCC_SERVER_BRIDGE_H

#include "server/edge/edge.h"
#include "tap_ring.h"
#include "tccc/media.h"

#include <netinet/in.h>

/* A pair of UDP sockets (RTP on an even port, RTCP on the next), bound on the control thread, then given to a bridge. */
typedef struct rtp_port rtp_port;
/* Binds on `address` (numeric) inside [min,max]. 0,0: 40000-59998 without the kernel's ephemeral range; where that leaves
 * less than 1000 pairs, as with Linux's default of 32768-60999, 16384-32766 without it. NULL: none free. */
rtp_port *rtp_port_bind(const char *address, int min, int max);
int rtp_port_number(const rtp_port *port);
void rtp_port_close(rtp_port *port);  /* only while no bridge owns it */

enum { BRIDGE_SIDES = 4 };

enum bridge_kind { BRIDGE_NONE, BRIDGE_PAGE, BRIDGE_PHONE, BRIDGE_PROGRAM };
enum bridge_program { PROGRAM_SILENCE, PROGRAM_ECHO, PROGRAM_FILE, PROGRAM_RINGBACK, PROGRAM_MUSIC };

typedef struct {
    enum bridge_kind kind;
    /* page */
    edge_seat seat;
    int channel;                         /* 0..3 */
    /* telephone; the port is owned by the bridge from here on (give it once, NULL in later updates) */
    rtp_port *port;
    struct sockaddr_storage remote;      /* where SDP says RTP goes; family 0: learn from the first packet */
    unsigned remote_number;              /* of the telephone's offers and answers: another one latches anew */
    int rtcp_mux;
    int symmetric;                       /* 1: send to where valid packets come from (RFC 4961); latches once per remote_number */
    int send_on_hold;                    /* 1: packets go to it, the usual case; 0: the peer put us on hold
                                            (sendonly/inactive in its SDP): nothing is sent to it */
    /* keys for what the bridge itself makes or must read; passing through needs none. A page's are those of the telephone that it
     * was told: sent to it is what that telephone sends */
    enum tccc_srtp_suite srtp;
    uint8_t srtp_send_key[TCCC_SRTP_KEY_LEN], srtp_receive_key[TCCC_SRTP_KEY_LEN];
    int srtp_terminate;                  /* 1: SRTP ends here (the other side is plain); 0: ciphertext passes */
    /* program */
    enum bridge_program program;
    const char *file;                    /* PROGRAM_FILE: WAV, any rate, mono or stereo; copied */
    int loop;
    int hang_after_ms;                   /* BRIDGE_EVENT_DONE after this long without a file; 0 never */
    int tag;                             /* told back as DONE's value: a DONE may cross the order that replaces its program */
    /* codec of this side; of a program that of who hears it */
    enum tccc_codec codec;
    uint8_t payload_type, dtmf_payload_type;
    int dtmf_rate_hz, ptime_ms;
} bridge_side;

enum bridge_event {
    BRIDGE_EVENT_FIRST_PACKET,           /* side: sound arrives from it for the first time */
    BRIDGE_EVENT_SILENT,                 /* side: no packet for 30 s while some were due; value: seconds */
    BRIDGE_EVENT_DIGIT,                  /* side: a key was pressed; value: its character. From RFC 4733 events; while a program
                                            plays to a telephone also from the tones in its sound, until its first event */
    BRIDGE_EVENT_DONE,                   /* program of side has ended; value: its tag */
    BRIDGE_EVENT_FAILED                  /* value: TCCC_E_*; the bridge is closed */
};

/* Opens; the id is at once usable. 0 when out of memory. */
uint32_t bridge_open(edge *e, const bridge_side *side0, const bridge_side *side1);
/* Replaces one side (other codec after re-INVITE, other address, program instead of page, ...); BRIDGE_NONE: nobody is there. */
void bridge_update(edge *e, uint32_t bridge, int side, const bridge_side *value);
/* `side` hears `program` (its kind, file, loop and hang_after_ms; the codec is the side's own) instead of the other side, and
 * neither side's sound is passed on; the other side hears nothing. Digits of `side` are told (SRTP is opened for that), and DONE,
 * with `side`, once when the file has ended; silence follows it. Another program replaces it without a gap. NULL: both sides are
 * joined again. Ports and seats of both sides stay as they are. */
void bridge_play(edge *e, uint32_t bridge, int side, const bridge_side *program);
/* The same with the built-in music, without reading digits. on 0: both sides are joined again. */
void bridge_hold(edge *e, uint32_t bridge, int side, int on);
/* Copies RTP packets that come from `side` to the ring as packets of `tap`, from its next packet on: as they arrive, SRTP closed,
 * after the key that opens it wherever the bridge knows one (a telephone's own, a page's from the telephone it talks to). Lasts
 * over updates of the side. Each side has one tap for each ear: a later one replaces it; ring NULL: none.
 * The bridge may be a video relay, too, by its id: then it is the sound of its sides 0 and 1. */
enum bridge_ear { BRIDGE_EAR_RECORD, BRIDGE_EAR_TRANSCRIPT, BRIDGE_N_EARS };
void bridge_tap(edge *e, uint32_t bridge, int side, enum bridge_ear ear, tap_ring *ring, uint32_t tap);
/* Whom each side hears from now on: bit n of hears[side]: side n. Without it 0 and 1 hear each other, and 2 and 3 nobody. A side that
 * bridge_play or bridge_hold plays to hears only that, and is not heard. */
void bridge_direct(edge *e, uint32_t bridge, const uint8_t hears[BRIDGE_SIDES]);
/* Side `from` takes the place of side `to`, with its port, and leaves its own empty; what `to` was is gone, but for the tap of its
 * place. Orders as for updates. */
void bridge_move(edge *e, uint32_t bridge, int from, int to);
/* Sides 0 and 1 change places; taps stay in theirs. */
void bridge_swap(edge *e, uint32_t bridge);
void bridge_close(edge *e, uint32_t bridge);

#endif
