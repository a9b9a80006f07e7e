/* probe.h: measures the media paths as a call would use them: frames of a voice packet's size, every 20 ms, which tcccd sends back on
 * the paths it sends sound on. Layer: engine. Source: docs/protocol.md, "Media".
 *
 * A plain struct without allocation. Zeroed: nothing runs. The owner sends what probe_due gives on the paths of route_paths.
 */
#ifndef TCCC_ENGINE_PROBE_H
#define TCCC_ENGINE_PROBE_H

#include "base/json.h"
#include "engine/carrier.h"

#define PROBE_SECONDS_MAX 10
#define PROBE_PERIOD_MS 20u         /* one packet of speech */
#define PROBE_FRAMES_MAX (PROBE_SECONDS_MAX * 1000 / PROBE_PERIOD_MS)
#define PROBE_BODY 82               /* RTP header, 60 bytes of Opus at 24 kbit/s, SRTP tag */
#define PROBE_LEN (CARRIER_HEADER + PROBE_BODY)
#define PROBE_LATEST_MS 1000u       /* an echo that takes longer is lost */
#define PROBE_PATIENCE_MS 5000u     /* for a path to answer before the first frame */

typedef struct {
    uint32_t command;               /* the page's that waits for the result; 0: nothing runs */
    uint64_t next_ms, give_up_ms;   /* of the next frame, or of the end; for the first path */
    bool running;                   /* a path was there: frames go out */
    uint16_t seq, first;            /* of the next frame; of this run's first */
    int wanted, sent, received;
    uint16_t rtt_ms[PROBE_FRAMES_MAX]; /* in the order of the echoes */
    uint64_t sent_ms[PROBE_FRAMES_MAX]; /* 0: its echo is here */
} probe;

void probe_start(probe *probe, uint32_t command, int seconds, uint64_t now_ms);
enum probe_order { PROBE_NOTHING, PROBE_SEND, PROBE_DONE, PROBE_UNREACHABLE };
/* What is due; call until NOTHING. SEND: frame[PROBE_LEN]. After DONE or UNREACHABLE nothing runs any more, its figures stay. */
enum probe_order probe_due(probe *probe, bool has_path, uint64_t now_ms, uint8_t frame[PROBE_LEN]);
/* An echo that route_receive gave; strange ones are ignored. */
void probe_echo(probe *probe, const carrier_frame *echo, uint64_t now_ms);
/* UINT64_MAX: nothing runs. */
uint64_t probe_next_ms(const probe *probe);
/* sent, received, lossRatio, and, when one echo came: rttMs (mean), rttMinMs, rttMaxMs, jitterMs (mean difference from one to the next) */
void probe_put(const probe *probe, json_writer *out);

#endif
