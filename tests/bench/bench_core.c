/* bench_core.c: what a command, an event and a media frame cost in the signalling core. Layer: bench.
 * One JSON object a line. Each value is the fastest of many rounds, so that other work on the machine does not count. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/route.h"
#include "tccc/engine.h"

#define ROUNDS 200
#define PER_ROUND 200
#define TAB "11111111-2222-4333-8444-555555555555"

static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void print(const char *name, double value, const char *unit, double goal) {
    printf("{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"%s\",\"goal\":%g,\"direction\":\"lower\",\"peer\":null,\"peer_value\":null}\n", name, value,
           unit, goal);
}

static unsigned drain(tccc_engine *engine) {
    tccc_output out;
    unsigned n = 0;
    while (tccc_engine_poll(engine, &out)) n++;
    return n;
}

static void say(tccc_engine *engine, const char *text) {
    tccc_engine_wire_text(engine, text, strlen(text), 1000);
    drain(engine);
}

/* Signed in, with one talking call and one open media path. */
static tccc_engine *talking(void) {
    tccc_engine_config config = { .token = "t", .tab_uuid = TAB, .seed = 1 };
    tccc_engine *engine = tccc_engine_new(&config, 1000, NULL);
    if (!engine) exit(1);
    tccc_engine_wire_open(engine, 1000);
    say(engine, "{\"t\":\"welcome\",\"v\":1,\"resume\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"agent\":{\"userId\":\"a\","
                "\"name\":\"\",\"status\":\"free\",\"reason\":\"\"},\"sessions\":[],\"replay\":false,\"seq\":0,\"heartbeatMs\":5000,"
                "\"resumeWindowMs\":60000,\"media\":{\"ticket\":\"t\",\"paths\":[\"ws\"]},\"settings\":{}}");
    say(engine, "{\"t\":\"ev\",\"seq\":1,\"e\":\"callOuted\",\"d\":{\"sessionId\":\"s1\",\"callerPhoneNumber\":\"1\",\"calleePhoneNumber\":\"2\","
                "\"serverType\":\"staffSeat\"}}");
    say(engine, "{\"t\":\"ev\",\"seq\":2,\"e\":\"calloutAccepted\",\"d\":{\"sessionId\":\"s1\"}}");
    tccc_engine_path_open(engine, 1, 1000);
    drain(engine);
    return engine;
}

static double command_round(tccc_engine *engine) {
    static const char text[] = "{\"id\":7,\"cmd\":\"Call.isMicMuted\",\"args\":{\"sessionId\":\"s1\"}}";
    double from = now_ns();
    for (int i = 0; i < PER_ROUND; i++) {
        tccc_engine_command(engine, text, sizeof text - 1, 1000);
        if (drain(engine) != 1) exit(1);
    }
    return (now_ns() - from) / PER_ROUND;
}

static double event_round(tccc_engine *engine, unsigned *seq) {
    char text[PER_ROUND][256];
    for (int i = 0; i < PER_ROUND; i++)
        snprintf(text[i], sizeof text[i], "{\"t\":\"ev\",\"seq\":%u,\"e\":\"held\",\"d\":{\"sessionId\":\"s1\",\"held\":%s,\"by\":\"client\"}}", ++*seq,
                 i & 1 ? "false" : "true");
    double from = now_ns();
    for (int i = 0; i < PER_ROUND; i++) {
        tccc_engine_wire_text(engine, text[i], strlen(text[i]), 1000);
        if (drain(engine) != 1) exit(1);
    }
    return (now_ns() - from) / PER_ROUND;
}

static double packet_round(tccc_engine *engine) {
    static const uint8_t packet[172] = { 0x80 };
    double from = now_ns();
    for (int i = 0; i < PER_ROUND; i++) {
        tccc_engine_packet(engine, 0, packet, sizeof packet, 1000);
        if (drain(engine) != 1) exit(1);
    }
    return (now_ns() - from) / PER_ROUND;
}

static double frame_round(uint16_t *seq) {
    static carrier server;
    uint8_t frame[CARRIER_HEADER + 172] = { 0 }, reply[CARRIER_REPLY_MAX];
    carrier_frame taken;
    size_t length;
    double from = now_ns();
    for (int i = 0; i < PER_ROUND; i++) {
        carrier_put_header(frame, CARRIER_DATA, 1, ++*seq);
        if (carrier_receive(&server, 1, frame, sizeof frame, &taken, reply, &length) != CARRIER_TAKE_PACKET) exit(1);
        if (carrier_receive(&server, 2, frame, sizeof frame, &taken, reply, &length) != CARRIER_TAKE_DROP) exit(1);
    }
    return (now_ns() - from) / PER_ROUND;
}

static double least(double a, double b) { return a < b ? a : b; }

int main(void) {
    tccc_engine *engine = talking();
    double command = 1e12, event = 1e12, packet = 1e12, frame = 1e12;
    unsigned seq = 2;
    uint16_t frame_seq = 0;
    for (int i = 0; i < ROUNDS; i++) {
        command = least(command, command_round(engine));
        event = least(event, event_round(engine, &seq));
        packet = least(packet, packet_round(engine));
        frame = least(frame, frame_round(&frame_seq));
    }
    tccc_engine_free(engine);
    print("core: a command and its result", command / 1000, "us", 10);
    print("core: a server's event to the page", event / 1000, "us", 10);
    print("route: a packet into its frame", packet, "ns", 500);
    print("carrier: a doubled frame's two copies", frame, "ns", 100);
    return 0;
}
