/* bench_relay.c: what relaying calls costs the edge thread, per transport, beside Debian's rtpengine. Layer: tests.
 *
 * Each call is one G.711 packet every 20 ms from a page (or telephone) through the bridge to a UDP echo and back. Load
 * and echo run in a process of their own (relay_load.h), so that only the edge thread's time counts. One JSON object a
 * line: {name,value,unit,goal,direction,peer,peer_value}. usage: bench_relay [calls [seconds [udp|ws|dc|held|rtpengine]]]
 */
#include "relay_load.h"
#include "rtpengine.h"

#include "server/bridge/bridge.h"
#include "server/edge/edge.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/wait.h>

typedef struct {
    double cpu_percent;              /* of one core */
    double kb_per_call;
    load_result load;
    int n;
} outcome;

/* Nanoseconds that a thread of this process has run, by its name. */
static double thread_seconds(const char *name)
{
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

static double rss_kb(const char *pid)
{
    char path[64], line[200];
    double kb = 0;
    snprintf(path, sizeof path, "/proc/%s/status", pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmRSS: %lf", &kb) == 1)
            break;
    if (file)
        fclose(file);
    return kb;
}

static bridge_side phone_side(rtp_port *port, int remote_port)
{
    bridge_side side = {
        .kind = BRIDGE_PHONE, .port = port, .symmetric = 1, .send_on_hold = 1, .codec = TCCC_CODEC_PCMU, .payload_type = 0,
        .dtmf_payload_type = 101, .dtmf_rate_hz = 8000, .ptime_ms = 20,
    };
    struct sockaddr_in *remote = (struct sockaddr_in *)&side.remote;
    if (remote_port) {
        remote->sin_family = AF_INET;
        remote->sin_port = htons((uint16_t)remote_port);
        remote->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    return side;
}

/* An offer as a browser writes it, with the load generator's certificate. */
static void answer_offer(edge *e, edge_seat seat, const load_hello *hello, load_call *call)
{
    char offer[2048], answer[4096], fingerprint[100];
    for (int i = 0; i < 32; i++)
        snprintf(fingerprint + 3 * i, 4, "%02X%c", hello->fingerprint[i], i < 31 ? ':' : 0);
    snprintf(offer, sizeof offer,
             "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
             "a=ice-ufrag:load\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\r\na=fingerprint:sha-256 %s\r\na=setup:actpass\r\na=mid:0\r\n",
             fingerprint);
    if (edge_data_channel(e, seat, offer, answer, sizeof answer))
        load_fail("the data channel offer was refused");
    const char *ufrag = strstr(answer, "a=ice-ufrag:"), *pwd = strstr(answer, "a=ice-pwd:");
    if (!ufrag || !pwd || sscanf(ufrag, "a=ice-ufrag:%8s", call->ufrag) != 1 || sscanf(pwd, "a=ice-pwd:%24s", call->pwd) != 1)
        load_fail("the answer has no ICE credentials");
    const char *hash = strstr(answer, "a=fingerprint:sha-256 ");
    for (int i = 0; hash && i < 32; i++)
        sscanf(hash + 22 + 3 * i, "%2hhx", &call->fingerprint[i]);
}

static void add_call(edge *e, enum load_kind kind, const load_hello *hello, load_call *call)
{
    rtp_port *port = rtp_port_bind("127.0.0.1", 0, 0);
    bridge_side phone, page = { .kind = BRIDGE_PAGE, .codec = TCCC_CODEC_PCMU, .ptime_ms = 20 };
    if (!port)
        load_fail("no RTP port is free");
    phone = phone_side(port, hello->echo_port);
    if (kind == LOAD_UDP) {
        rtp_port *near = rtp_port_bind("127.0.0.1", 0, 0);
        if (!near)
            load_fail("no RTP port is free");
        call->port = rtp_port_number(near);
        page = phone_side(near, 0);
    } else {
        page.seat = edge_seat_new(e, call->ticket);
        if (kind == LOAD_DATA_CHANNEL)
            answer_offer(e, page.seat, hello, call);
    }
    if (!bridge_open(e, &page, &phone))
        load_fail("no bridge");
}

/* --- one run against the edge --- */

static outcome run_edge(enum load_kind kind, int n, int seconds)
{
    load_process child = load_start(kind, n, seconds);
    outcome o = { .n = n };
    char err[256];
    edge_handler handler = { 0 };
    edge_config config = { .host = "127.0.0.1", .dc_host = "127.0.0.1", .dc_port = kind == LOAD_DATA_CHANNEL ? 0 : -1, .sdk_dir = "." };
    edge *e = edge_start(&config, &handler, NULL, err, sizeof err);
    if (!e)
        load_fail(err);
    double before_kb = rss_kb("self");
    load_job job = { .port = kind == LOAD_DATA_CHANNEL ? edge_dc_port(e) : edge_port(e) };
    load_put(child.fd, &job, sizeof job);
    for (int i = 0; i < n; i++) {
        load_call call = { .port = 0 };
        add_call(e, kind, &child.hello, &call);
        load_put(child.fd, &call, sizeof call);
    }
    load_wait(child.fd); /* warm */
    double cpu = thread_seconds("edge"), began = load_now();
    load_get(child.fd, &o.load, sizeof o.load);
    o.cpu_percent = 100 * (thread_seconds("edge") - cpu) / (load_now() - began);
    o.kb_per_call = (rss_kb("self") - before_kb) / n;
    edge_dispatch(e);
    edge_stop(e);
    load_end(&child);
    return o;
}

/* n telephones that hear hold music, and talk on (their echo): what a waiting room costs. */
static outcome run_held(int n, int seconds)
{
    load_process child = load_start(LOAD_UDP, 0, seconds);
    outcome o = { .n = n };
    char err[256];
    edge_handler handler = { 0 };
    edge_config config = { .host = "127.0.0.1", .dc_port = -1, .sdk_dir = "." };
    edge *e = edge_start(&config, &handler, NULL, err, sizeof err);
    if (!e)
        load_fail(err);
    bridge_side music = { .kind = BRIDGE_PROGRAM, .program = PROGRAM_MUSIC };
    load_job job = { .port = 0 };
    for (int i = 0; i < n; i++) {
        rtp_port *port = rtp_port_bind("127.0.0.1", 0, 0);
        bridge_side phone = port ? phone_side(port, child.hello.echo_port) : music;
        if (!port || !bridge_open(e, &music, &phone))
            load_fail("no RTP port is free");
    }
    load_put(child.fd, &job, sizeof job);
    load_wait(child.fd);
    double cpu = thread_seconds("edge"), began = load_now();
    load_get(child.fd, &o.load, sizeof o.load);
    o.cpu_percent = 100 * (thread_seconds("edge") - cpu) / (load_now() - began);
    edge_dispatch(e);
    edge_stop(e);
    load_end(&child);
    return o;
}

/* --- the same with rtpengine --- */

static outcome run_rtpengine(int n, int seconds)
{
    outcome o = { .n = n };
    load_process child = load_start(LOAD_UDP, n, seconds);
    rtpengine peer;
    if (rtpengine_start(&peer)) {
        load_end(&child);
        o.n = 0;
        return o;
    }
    load_job job = { .port = 0 };
    load_put(child.fd, &job, sizeof job);
    for (int i = 0; i < n; i++) {
        load_call call = { .port = rtpengine_call(&peer, i, child.hello.echo_port) };
        load_put(child.fd, &call, sizeof call);
    }
    load_wait(child.fd);
    double cpu = rtpengine_seconds(&peer), began = load_now();
    load_get(child.fd, &o.load, sizeof o.load);
    o.cpu_percent = 100 * (rtpengine_seconds(&peer) - cpu) / (load_now() - began);
    rtpengine_stop(&peer);
    load_end(&child);
    return o;
}

/* --- figures --- */

static void figure(const char *name, double value, const char *unit, double goal, const char *direction, double peer)
{
    printf("{\"name\":\"relay: %s\",\"value\":%.4g,\"unit\":\"%s\",", name, value, unit);
    if (goal > 0)
        printf("\"goal\":%g,", goal);
    else
        printf("\"goal\":null,");
    printf("\"direction\":\"%s\",", direction);
    if (peer > 0)
        printf("\"peer\":\"rtpengine 10.5 userspace, UDP to UDP\",\"peer_value\":%.4g}\n", peer);
    else
        printf("\"peer\":null,\"peer_value\":null}\n");
    fflush(stdout);
}

/* A relay that loses packets does less work: only what it has relayed counts. */
static double calls_relayed(const outcome *o)
{
    return o->load.sent ? (double)o->n * (double)o->load.received / (double)o->load.sent : o->n;
}

static double per_core(const outcome *o)
{
    return o->n && o->cpu_percent > 0 ? 100 * calls_relayed(o) / o->cpu_percent : 0;
}

static double per_100(const outcome *o)
{
    return o->n ? 100 * o->cpu_percent / calls_relayed(o) : 0;
}

static void report(const char *transport, const outcome *o, const outcome *peer, double goal)
{
    char name[128];
    snprintf(name, sizeof name, "calls per core, %s", transport);
    figure(name, per_core(o), "calls", goal, "higher", per_core(peer));
    snprintf(name, sizeof name, "CPU per 100 calls, %s", transport);
    figure(name, per_100(o), "%", goal > 0 ? 1e4 / goal : 0, "lower", per_100(peer));
    snprintf(name, sizeof name, "round trip at the 99th percentile, %s", transport);
    figure(name, o->load.p99_ms, "ms", 0, "lower", peer->n ? peer->load.p99_ms : 0);
    snprintf(name, sizeof name, "packets lost, %s", transport);
    figure(name, 100.0 * (double)(o->load.sent - o->load.received) / (double)(o->load.sent ? o->load.sent : 1), "%", 0, "lower", 0);
    snprintf(name, sizeof name, "memory per call, %s", transport);
    figure(name, o->kb_per_call, "kB", 0, "lower", 0);
}

/* A machine that is too busy for the load, not the relay, loses packets: then fewer calls are measured. */
static outcome run_what_fits(enum load_kind kind, int n, int seconds)
{
    outcome o = run_edge(kind, n, seconds);
    double kb_per_call = o.kb_per_call; /* of the first run: a later one finds its memory in this process already */
    while (o.load.received < 0.99 * (double)o.load.sent && n >= 100) {
        n /= 2;
        fprintf(stderr, "bench_relay: this machine is too busy for %d calls; measuring %d\n", o.n, n);
        o = run_edge(kind, n, seconds);
    }
    o.kb_per_call = kb_per_call;
    return o;
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 500, seconds = argc > 2 ? atoi(argv[2]) : 6;
    const char *only = argc > 3 ? argv[3] : "";
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    outcome peer = { .n = 0 };
    if (!*only || !strcmp(only, "rtpengine"))
        peer = run_rtpengine(n, seconds);
    if (!*only || !strcmp(only, "udp")) {
        outcome udp = run_what_fits(LOAD_UDP, n, seconds);
        report("telephone to telephone", &udp, &peer, 0);
    }
    if (!*only || !strcmp(only, "ws")) {
        outcome ws = run_what_fits(LOAD_WEBSOCKET, n, seconds);
        report("WebSocket", &ws, &peer, 2000);
    }
    if (!*only || !strcmp(only, "dc")) {
        outcome dc = run_what_fits(LOAD_DATA_CHANNEL, n < 300 ? n : 300, seconds);
        report("data channel", &dc, &peer, 950);
    }
    if (!*only || !strcmp(only, "held")) {
        outcome held = run_held(n, seconds);
        figure("CPU per 100 held calls that hear music", per_100(&held), "%", 0, "lower", 0);
    }
    return 0;
}
