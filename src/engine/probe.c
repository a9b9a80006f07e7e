/* probe.c: measures the media paths as a call would use them. Layer: engine. Source: docs/protocol.md, "Media". */
#include "engine/probe.h"

#include <stdlib.h>
#include <string.h>

void probe_start(probe *probe, uint32_t command, int seconds, uint64_t now_ms) {
    uint16_t seq = probe->seq;
    memset(probe, 0, sizeof *probe);
    probe->command = command;
    probe->seq = probe->first = seq;
    probe->wanted = seconds * 1000 / (int)PROBE_PERIOD_MS;
    probe->next_ms = now_ms;
    probe->give_up_ms = now_ms + PROBE_PATIENCE_MS;
}

/* The next look at whether a path is there. */
static enum probe_order wait_for_path(probe *probe, uint64_t now_ms) {
    if (now_ms >= probe->give_up_ms) return PROBE_UNREACHABLE;
    probe->next_ms = now_ms + PROBE_PERIOD_MS < probe->give_up_ms ? now_ms + PROBE_PERIOD_MS : probe->give_up_ms;
    return PROBE_NOTHING;
}

static enum probe_order send_next(probe *probe, uint64_t now_ms, uint8_t frame[PROBE_LEN]) {
    memset(frame, 0, PROBE_LEN);
    carrier_put_header(frame, CARRIER_PROBE, 0, probe->seq++);
    probe->sent_ms[probe->sent++] = now_ms + 1; /* 0 says that the echo is here */
    /* The end of a pause of the host's is not made up for: a microphone would not do so either. */
    probe->next_ms = (now_ms > probe->next_ms + 5 * PROBE_PERIOD_MS ? now_ms : probe->next_ms) + PROBE_PERIOD_MS;
    if (probe->sent == probe->wanted) probe->next_ms = now_ms + PROBE_LATEST_MS;
    return PROBE_SEND;
}

enum probe_order probe_due(probe *probe, bool has_path, uint64_t now_ms, uint8_t frame[PROBE_LEN]) {
    if (probe->command == 0 || now_ms < probe->next_ms) return PROBE_NOTHING;
    if (!probe->running && !has_path) return wait_for_path(probe, now_ms);
    if (!probe->running) probe->next_ms = now_ms;
    probe->running = true;
    return probe->sent < probe->wanted ? send_next(probe, now_ms, frame) : PROBE_DONE;
}

void probe_echo(probe *probe, const carrier_frame *echo, uint64_t now_ms) {
    uint16_t index = (uint16_t)(echo->seq - probe->first);
    if (probe->command == 0 || index >= probe->sent || probe->sent_ms[index] == 0) return;
    uint64_t rtt_ms = now_ms + 1 - probe->sent_ms[index];
    if (rtt_ms > PROBE_LATEST_MS) return;
    probe->sent_ms[index] = 0;
    probe->rtt_ms[probe->received++] = (uint16_t)rtt_ms;
    if (probe->received == probe->wanted) probe->next_ms = now_ms; /* nothing more to wait for */
}

uint64_t probe_next_ms(const probe *probe) { return probe->command ? probe->next_ms : UINT64_MAX; }

void probe_put(const probe *probe, json_writer *out) {
    int sum = 0, least = PROBE_LATEST_MS, most = 0, change = 0, n = probe->received;
    json_put_integer(out, "sent", probe->sent);
    json_put_integer(out, "received", n);
    json_put_real(out, "lossRatio", probe->sent ? 1 - (double)n / probe->sent : 1);
    for (int i = 0; i < n; i++) {
        int rtt = probe->rtt_ms[i];
        sum += rtt;
        if (rtt < least) least = rtt;
        if (rtt > most) most = rtt;
        if (i > 0) change += abs(rtt - probe->rtt_ms[i - 1]);
    }
    if (n == 0) return;
    json_put_real(out, "rttMs", (double)sum / n);
    json_put_integer(out, "rttMinMs", least);
    json_put_integer(out, "rttMaxMs", most);
    json_put_real(out, "jitterMs", n > 1 ? (double)change / (n - 1) : 0);
}
