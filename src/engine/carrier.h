/* carrier.h: frames of media paths, and the server's half of sending them: which paths, first copy wins. Layer: engine.
 * Source: docs/protocol.md, "Media".
 *
 * A carrier is a plain struct without allocation, one per seat. No clock.
 */
#ifndef TCCC_ENGINE_CARRIER_H
#define TCCC_ENGINE_CARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CARRIER_PATHS 3             /* 0 data channel, 1 and 2 WebSockets */
#define CARRIER_CHANNELS 4
#define CARRIER_FRAME_MAX 1500      /* bytes */
#define CARRIER_HEADER 4
#define CARRIER_PACKET_MAX (CARRIER_FRAME_MAX - CARRIER_HEADER)
#define CARRIER_ECHO_MIN 4          /* opaque bytes of a ping */
#define CARRIER_ECHO_MAX 16
#define CARRIER_WINDOW 128          /* sequence numbers that are remembered */

#define CARRIER_PROBE_MAX 128       /* bytes of a probe's or echo's body */

enum carrier_kind { CARRIER_DATA, CARRIER_PING, CARRIER_PONG, CARRIER_PROBE, CARRIER_ECHO };

typedef struct {
    enum carrier_kind kind;
    int channel;                    /* data */
    uint8_t mask;                   /* ping, pong: bit n = path n; probe, echo: 0 */
    uint16_t seq;                   /* data: of the frame; ping, probe: of itself; pong, echo: of what it answers */
    const uint8_t *body;            /* data: the packet; else the opaque bytes. Inside the parsed frame */
    size_t length;
} carrier_frame;

/* Reads one frame. 0 or FORMAT (kind, version, channel, mask or length is wrong). */
int carrier_parse(const uint8_t *bytes, size_t length, carrier_frame *frame);
/* Writes one. Its length, or TOO_LARGE (more than capacity or CARRIER_FRAME_MAX). */
int carrier_print(const carrier_frame *frame, uint8_t *bytes, size_t capacity);

/* The four bytes before a body: `second` is the channel or the mask. */
void carrier_put_header(uint8_t header[CARRIER_HEADER], enum carrier_kind kind, uint8_t second, uint16_t seq);

/* The last 128 sequence numbers of one direction. Zeroed: nothing seen. */
typedef struct {
    bool started;
    uint16_t highest;
    uint16_t stale;                 /* numbers in a row that were behind the window */
    uint64_t seen[CARRIER_WINDOW / 64]; /* bit n: highest - n was seen */
} carrier_window;

/* Whether this is the first copy of seq. Numbers 128 or more behind the highest count as seen, except after
 * CARRIER_WINDOW of them in a row: then the peer has started anew and so does the window. */
bool carrier_window_first(carrier_window *window, uint16_t seq);

/* The server's half, for one seat. Zeroed is a new one. */
typedef struct {
    uint8_t open;                   /* paths that are attached */
    uint8_t mask;                   /* paths the client asked for, by its newest ping; 0: none yet */
    bool pinged;
    uint16_t ping_seq;              /* number of that ping */
    uint16_t send_seq;              /* of the next data frame */
    carrier_window window, probes;
} carrier;

/* A path was attached, or lost. */
void carrier_path(carrier *carrier, int path, bool open);

enum carrier_take { CARRIER_TAKE_DROP, CARRIER_TAKE_PACKET, CARRIER_TAKE_REPLY, CARRIER_TAKE_ECHO };
#define CARRIER_REPLY_MAX (CARRIER_HEADER + CARRIER_PROBE_MAX)

/* Takes what arrived on `path`. PACKET: *frame holds the channel and packet, which is the first copy. REPLY: reply[0..
 * *reply_length) goes back on the same path, ECHO: on those of carrier_paths (reply has room for CARRIER_REPLY_MAX). DROP: malformed or a
 * later copy. */
enum carrier_take carrier_receive(carrier *carrier, int path, const uint8_t *bytes, size_t length, carrier_frame *frame,
                                  uint8_t *reply, size_t *reply_length);
/* The mask of paths that sound to the page takes now: those asked for that are open, else one. 0: none is open. */
uint8_t carrier_paths(const carrier *carrier);
/* Puts the header for one packet into header[4]; the frame is header and packet in one message. Returns the mask of paths
 * to send it on, 0 when there is none; send the same bytes on each. Paths asked for but lost are left out; without any
 * verdict, or when all asked for are lost, one open path is taken: data channel first. */
uint8_t carrier_send(carrier *carrier, int channel, uint8_t header[CARRIER_HEADER]);

#endif
