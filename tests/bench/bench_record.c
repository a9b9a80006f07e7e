/* bench_record.c: what recording costs: on the edge thread, and on the thread that writes. Layer: tests.
 *
 * N calls between two telephones, G.711 or Opus, a packet of 20 ms each way, without and with recording (both participants and a
 * mixed file: three files a call). Time is what the threads have run, so a busy machine does not count. One JSON object a line, as
 * run.js wants it. usage: bench_record [calls [seconds]]
 */
#include "server/bridge/bridge.h"
#include "server/record/record_thread.h"

#include "media/codec.h"
#include "media/rtp.h"

#include "../unit/speech_signal.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CALLS_MAX = 1000, LOOP_PACKETS = 500, WARM_S = 2, FILES = 3, RATE = SPEECH_RATE_HZ };

typedef struct {
    uint8_t bytes[CODEC_PAYLOAD_MAX];
    int len;
} payload;

static struct {
    enum tccc_codec codec;
    int n;
    int fds[2 * CALLS_MAX], ports[2 * CALLS_MAX];
    payload said[LOOP_PACKETS];      /* ten seconds of speech, again and again; each call begins somewhere else */
    atomic_int stop;
    atomic_int n_closed;
    char folder[64];
} load;

static void fail(const char *why) {
    fprintf(stderr, "bench_record: %s\n", why);
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Seconds that threads of this name have run. */
static double thread_seconds(const char *name) {
    char path[300], comm[32];
    double seconds = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *entry; tasks && (entry = readdir(tasks));) {
        unsigned long long ns = 0;
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
        FILE *file = fopen(path, "r");
        int same = file && fscanf(file, "%31s", comm) == 1 && !strcmp(comm, name);
        if (file)
            fclose(file);
        snprintf(path, sizeof path, "/proc/self/task/%s/schedstat", entry->d_name);
        if (same && (file = fopen(path, "r"))) {
            if (fscanf(file, "%llu", &ns) == 1)
                seconds += (double)ns / 1e9;
            fclose(file);
        }
    }
    if (tasks)
        closedir(tasks);
    return seconds;
}

static void make_speech(void) {
    enum { N = LOOP_PACKETS * RATE / 50 };
    static float pcm[N];
    int error;
    tccc_stream_config config = { .codec = load.codec, .payload_type = load.codec == TCCC_CODEC_OPUS ? 111 : 8, .ptime_ms = 20, .bitrate_bps = 24000, .complexity = 5 };
    codec_encoder *encoder = codec_encoder_new(&config, &error);
    if (!encoder)
        fail("no encoder");
    speech_make(pcm, N, 3);
    for (int i = 0; i < LOOP_PACKETS; i++)
        load.said[i].len = codec_encoder_encode(encoder, pcm + i * RATE / 50, load.said[i].bytes, sizeof load.said[i].bytes);
    codec_encoder_free(encoder);
}

static void *talk(void *arg) {
    uint8_t packet[1500];
    double due = now();
    (void)arg;
    for (uint32_t k = 0; !atomic_load(&load.stop); k++, due += 0.02) {
        for (int i = 0; i < 2 * load.n; i++) {
            const payload *said = &load.said[(k + (uint32_t)i * 37) % LOOP_PACKETS];
            rtp_packet header = { .payload_type = load.codec == TCCC_CODEC_OPUS ? 111 : 8, .seq = (uint16_t)k, .ssrc = (uint32_t)i + 1,
                                  .timestamp = k * codec_ticks(load.codec, RATE / 50) };
            struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)load.ports[i]) };
            rtp_packet_write(&header, packet, sizeof packet);
            memcpy(packet + RTP_HEADER_LEN, said->bytes, (size_t)said->len);
            if (sendto(load.fds[i], packet, (size_t)(RTP_HEADER_LEN + said->len), 0, (struct sockaddr *)&to, sizeof to) < 0)
                continue;
        }
        for (double left; (left = due + 0.02 - now()) > 0;)
            nanosleep(&(struct timespec){ .tv_nsec = (long)(left * 1e9) }, NULL);
    }
    return NULL;
}

static bridge_side phone_side(int i) {
    rtp_port *port = rtp_port_bind("127.0.0.1", 0, 0);
    struct sockaddr_in local = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int small = 4096;
    load.fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (!port || load.fds[i] < 0 || bind(load.fds[i], (struct sockaddr *)&local, sizeof local))
        fail("no UDP port is free");
    setsockopt(load.fds[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small); /* nobody reads what the bridge sends */
    load.ports[i] = rtp_port_number(port);
    return (bridge_side){ .kind = BRIDGE_PHONE, .port = port, .symmetric = 1, .send_on_hold = 1, .codec = load.codec,
                          .payload_type = load.codec == TCCC_CODEC_OPUS ? 111 : 8, .ptime_ms = 20 };
}

static void on_closed(void *context, const record_closed *result) {
    (void)context;
    if (result->error)
        fail("a recording failed");
    atomic_fetch_add(&load.n_closed, 1);
}

static void start_file(record_thread *thread, int call, int which, uint32_t handle) {
    char id[32], part[128], meta[128];
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    snprintf(id, sizeof id, "%d_%d", call, which);
    snprintf(part, sizeof part, "%s/%s.part", load.folder, id);
    snprintf(meta, sizeof meta, "%s/%s.json", load.folder, id);
    record_job job = { .handle = handle, .n_voices = which == 2 ? 2 : 1, .record_id = id, .part_path = part, .meta_path = meta, .meta = "{}",
                       .start_us = (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000, .limit_ms = 3600000 };
    uint32_t tap = (uint32_t)call * 2 + 1;
    if (record_thread_start(thread, &job))
        fail("no memory");
    for (int voice = 0; voice < job.n_voices; voice++)
        record_thread_listen(thread, handle, voice, which == 2 ? tap + (uint32_t)voice : tap + (uint32_t)which, 1);
}

typedef struct {
    double edge_us, record_us;       /* a call and second */
    uint64_t lost;
} cost;

static cost measure(int n, int seconds, int recorded) {
    char err[256], command[128];
    edge_handler handler = { 0 };
    edge_config config = { .host = "127.0.0.1", .dc_port = -1, .sdk_dir = "." };
    edge *e = edge_start(&config, &handler, NULL, err, sizeof err);
    mailbox results;
    pthread_t talker;
    cost c = { 0 };
    snprintf(load.folder, sizeof load.folder, "/tmp/bench_record.XXXXXX");
    if (!e || mailbox_open(&results) || !mkdtemp(load.folder))
        fail(err);
    record_thread *thread = record_thread_new(load.folder, &results, on_closed);
    if (!thread)
        fail("no record thread");
    load.n = n;
    atomic_store(&load.stop, 0);
    atomic_store(&load.n_closed, 0);
    for (int i = 0; i < n; i++) {
        bridge_side sides[2] = { phone_side(2 * i), phone_side(2 * i + 1) };
        uint32_t bridge = bridge_open(e, &sides[0], &sides[1]);
        for (int which = 0; recorded && which < FILES; which++)
            start_file(thread, i, which, (uint32_t)(i * FILES + which + 1));
        for (int side = 0; recorded && side < 2; side++)
            bridge_tap(e, bridge, side, BRIDGE_EAR_RECORD, record_thread_ring(thread), (uint32_t)(2 * i + side + 1));
    }
    pthread_create(&talker, NULL, talk, NULL);
    sleep(WARM_S);
    double edge_s = thread_seconds("edge"), record_s = thread_seconds("record"), began = now();
    sleep((unsigned)seconds);
    double passed = now() - began;
    c.edge_us = 1e6 * (thread_seconds("edge") - edge_s) / passed / n;
    c.record_us = 1e6 * (thread_seconds("record") - record_s) / passed / n;
    c.lost = tap_ring_lost(record_thread_ring(thread));
    atomic_store(&load.stop, 1);
    pthread_join(talker, NULL);
    edge_stop(e);
    record_thread_end(thread);
    mailbox_run(&results, &results);
    record_thread_free(thread);
    mailbox_close(&results);
    for (int i = 0; i < 2 * n; i++)
        close(load.fds[i]);
    snprintf(command, sizeof command, "rm -r %s", load.folder);
    if (system(command) || (recorded && atomic_load(&load.n_closed) != n * FILES))
        fail("not all recordings were written");
    return c;
}

static void figure(const char *name, const char *codec, double value, const char *unit, const char *direction) {
    printf("{\"name\":\"recording: %s, %s\",\"value\":%.4g,\"unit\":\"%s\",\"goal\":null,\"direction\":\"%s\",\"peer\":null,\"peer_value\":null}\n", name, codec, value,
           unit, direction);
    fflush(stdout);
}

int main(int argc, char **argv) {
    static const struct { enum tccc_codec codec; const char *name; } codecs[] = { { TCCC_CODEC_PCMA, "G.711" }, { TCCC_CODEC_OPUS, "Opus" } };
    int n = argc > 1 ? atoi(argv[1]) : 50, seconds = argc > 2 ? atoi(argv[2]) : 6;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (n < 1 || n > CALLS_MAX)
        fail("calls: 1 to 1000");
    for (int i = 0; i < 2; i++) {
        load.codec = codecs[i].codec;
        make_speech();
        cost without = measure(n, seconds, 0), with = measure(n, seconds, 1);
        figure("edge thread per call without it", codecs[i].name, without.edge_us, "us/s", "lower");
        figure("edge thread per call with it", codecs[i].name, with.edge_us, "us/s", "lower");
        figure("writing thread per call, three files", codecs[i].name, with.record_us, "us/s", "lower");
        figure("recorded calls per core of the writing thread", codecs[i].name, 1e6 / with.record_us, "calls", "higher");
        figure("packets lost", codecs[i].name, (double)with.lost, "packets", "lower");
    }
    return 0;
}
