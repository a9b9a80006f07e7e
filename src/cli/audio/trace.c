/* trace.c: when the packets of a stream were sent and when they arrived, from a file. Layer: cli. */
#include "trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio.h"

enum { PACKETS_MAX = 4 * 3600 * 100, LINE_MAX_LEN = 128, SEQUENCE_MAX = 1 << 30, SEND_SLACK_MS = 100 };

static const double time_max_ms = 4 * 3600 * 1000.0;
static const double drift_max = 1e-3; /* of a sender's clock */
static const char header[] = "sequence,send_ms,arrival_ms";

static _Noreturn void fail_line(const char *path, int line, const char *why) {
    char sentence[160];
    snprintf(sentence, sizeof sentence, "line %d %s", line, why);
    audio_fail(path, sentence);
}

static bool is_time(double ms) { return ms >= 0 && ms <= time_max_ms; }

static trace_packet line_packet(const char *path, int line, const char *text) {
    static const char shape[] = "is not sequence,send_ms,arrival_ms";
    char *end;
    trace_packet packet = { .sequence = strtol(text, &end, 10) };
    if (end == text || *end != ',') fail_line(path, line, shape);
    if (packet.sequence < 0 || packet.sequence > SEQUENCE_MAX) fail_line(path, line, "has a sequence that is not 0 to 2^30");
    text = end + 1;
    packet.send_ms = strtod(text, &end);
    if (end == text || *end != ',') fail_line(path, line, shape);
    text = end + 1;
    packet.arrival_ms = strtod(text, &end);
    if (end == text) packet.arrival_ms = -1;
    else if (!is_time(packet.arrival_ms)) fail_line(path, line, "has an arrival that is not 0 to 4 hours");
    if (*end) fail_line(path, line, shape);
    if (!is_time(packet.send_ms)) fail_line(path, line, "has a send time that is not 0 to 4 hours");
    return packet;
}

/* What a receiver takes for the time between two packets is what their numbers say. */
static bool fits(const trace_packet *first, const trace_packet *packet, int ptime_ms) {
    double expected_ms = (double)(packet->sequence - first->sequence) * ptime_ms;
    return fabs(packet->send_ms - first->send_ms - expected_ms) <= SEND_SLACK_MS + drift_max * expected_ms;
}

trace trace_read(const char *path, int ptime_ms) {
    char text[LINE_MAX_LEN];
    int room = 4096, line = 0;
    trace all = { .packets = audio_memory((size_t)room * sizeof *all.packets) };
    FILE *file = audio_open(path, "r");
    while (fgets(text, sizeof text, file)) {
        size_t len = strcspn(text, "\r\n");
        line++;
        if (len == sizeof text - 1) fail_line(path, line, "is too long");
        text[len] = 0;
        if (len == 0 || text[0] == '#' || (line == 1 && strcmp(text, header) == 0)) continue;
        trace_packet packet = line_packet(path, line, text);
        if (all.n && packet.sequence <= all.packets[all.n - 1].sequence) fail_line(path, line, "has a sequence that does not rise");
        if (all.n && packet.sequence - all.packets[0].sequence >= PACKETS_MAX) fail_line(path, line, "is more than 4 hours of packets behind the first");
        if (all.n && !fits(&all.packets[0], &packet, ptime_ms)) fail_line(path, line, "has a send time that its sequence, at one packet in 20 ms, does not allow");
        if (all.n == room && !(all.packets = realloc(all.packets, (size_t)(room *= 2) * sizeof *all.packets)))
            audio_fail(path, "is too long for this machine's memory");
        all.packets[all.n++] = packet;
    }
    fclose(file);
    if (all.n == 0) audio_fail(path, "has no packets");
    return all;
}
