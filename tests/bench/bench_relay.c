/* bench_relay.c: what relaying calls costs, per transport and load, beside Debian's rtpengine and a bare epoll loop. Layer: tests.
 *
 * Each call is one G.711 packet every 20 ms from a page (or telephone) through the bridge to a UDP echo and back. Load
 * and echo run in a process of their own (relay_load.h), so that only the relay's time counts: user and system time of
 * all threads of its process. Calls per core = calls that were relayed / share of one core. At a low load that includes a
 * wake-up for nearly every packet, near saturation hardly any: so it is measured at several loads, every relay at each of
 * them, one after the other. One JSON object a line: {name,value,unit,goal,direction,peer,peer_value}.
 * usage: bench_relay [calls,calls... [seconds [udp|ws|dc|held|rtpengine|raw]]]
 */
#include "meter.h"
#include "raw_relay.h"
#include "relay_load.h"
#include "rtpengine.h"

#include "server/bridge/bridge.h"
#include "server/edge/edge.h"

#include <sys/resource.h>
#include <sys/wait.h>

enum { LOADS_MAX = 8, GOAL_CALLS = 500, DC_CALLS = 300 };

/* docs/adr/0003: machines differ by half, so goals are shares of what others do in the same run, at GOAL_CALLS and DC_CALLS. */
static const double GOAL_WS_TO_BARE = 0.85, GOAL_WS_TO_RTPENGINE = 1, GOAL_DC_TO_BARE = 0.65;

typedef struct {
    meter_reading cost;
    double wall_s;
    double n_calls;                  /* system calls in LOAD_COUNT_S; negative: not known */
    double kb_per_call;
    load_result load;
    int n;
} outcome;

static double rss_kb(const char *pid) {
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

static bridge_side phone_side(rtp_port *port, int remote_port) {
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
static void answer_offer(edge *e, edge_seat seat, const load_hello *hello, load_call *call) {
    char offer[2048], answer[4096], fingerprint[100];
    for (int i = 0; i < 32; i++)
        snprintf(fingerprint + 3 * i, 4, "%02X%c", hello->fingerprint[i], i < 31 ? ':' : 0);
    snprintf(offer, sizeof offer,
             "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
             "a=ice-ufrag:load\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\r\na=fingerprint:sha-256 %s\r\na=setup:actpass\r\na=mid:0\r\n",
             fingerprint);
    if (edge_data_channel(e, seat, offer, answer, sizeof answer))
        load_fail("the data channel offer was refused");
    const char *ufrag = strstr(answer, "a=ice-ufrag:"), *pwd = strstr(answer, "a=ice-pwd:"), *port = strstr(answer, "a=sctp-port:");
    if (!ufrag || !pwd || !port || sscanf(port, "a=sctp-port:%hu", &call->sctp_port) != 1 || sscanf(ufrag, "a=ice-ufrag:%8s", call->ufrag) != 1 || sscanf(pwd, "a=ice-pwd:%24s", call->pwd) != 1)
        load_fail("the answer has no ICE credentials or no SCTP port");
    const char *hash = strstr(answer, "a=fingerprint:sha-256 ");
    for (int i = 0; hash && i < 32; i++)
        sscanf(hash + 22 + 3 * i, "%2hhx", &call->fingerprint[i]);
}

static void add_call(edge *e, enum load_kind kind, const load_hello *hello, load_call *call) {
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

/* What process pid costs from the time that all calls are up and warm. */
static void measure(outcome *o, const load_process *child, int pid) {
    meter m;
    load_wait(child->fd);
    meter_count(&m, pid);
    load_wait(child->fd);
    o->n_calls = meter_counted(&m);
    meter_start(&m, pid);
    double began = load_now();
    load_get(child->fd, &o->load, sizeof o->load);
    o->cost = meter_stop(&m);
    o->wall_s = load_now() - began;
}

/* --- one run against the edge --- */

static outcome run_edge(enum load_kind kind, int n, int seconds) {
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
    measure(&o, &child, getpid());
    o.kb_per_call = (rss_kb("self") - before_kb) / n;
    edge_dispatch(e);
    edge_stop(e);
    load_end(&child);
    return o;
}

/* n telephones that hear hold music, and talk on (their echo): what a waiting room costs. */
static outcome run_held(int n, int seconds) {
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
    measure(&o, &child, getpid());
    edge_dispatch(e);
    edge_stop(e);
    load_end(&child);
    return o;
}

/* --- the same with rtpengine --- */

static outcome run_rtpengine(int n, int seconds) {
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
    measure(&o, &child, peer.pid);
    rtpengine_stop(&peer);
    load_end(&child);
    return o;
}

/* --- the same with as little as possible --- */

static outcome run_raw(enum load_kind kind, int n, int seconds) {
    outcome o = { .n = n };
    load_process child = load_start(kind, n, seconds);
    raw_relay relay = raw_start(kind, n, child.hello.echo_port);
    load_job job = { .port = relay.port };
    load_put(child.fd, &job, sizeof job);
    for (int i = 0; i < n; i++) {
        load_call call = { .port = kind == LOAD_UDP ? raw_next_port(&relay) : 0 };
        load_put(child.fd, &call, sizeof call);
    }
    measure(&o, &child, relay.pid);
    raw_stop(&relay);
    load_end(&child);
    return o;
}

/* --- figures --- */

static void figure(const char *name, double value, const char *unit, double goal, const char *direction, double peer) {
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
static double calls_relayed(const outcome *o) {
    return o->load.sent ? (double)o->n * (double)o->load.received / (double)o->load.sent : o->n;
}

static double per_core(const outcome *o) {
    return o->n && o->cost.seconds > 0 ? calls_relayed(o) * o->wall_s / o->cost.seconds : 0;
}

static double per_100(const outcome *o) {
    return o->n ? 1e4 * o->cost.seconds / o->wall_s / calls_relayed(o) : 0;
}

/* Each call is 50 packets a second in either direction. */
static double per_packet(const outcome *o, double amount) {
    return o->n ? amount / (100 * calls_relayed(o) * o->wall_s) : 0;
}

static double lost_percent(const outcome *o) {
    return 100.0 * (double)(o->load.sent - o->load.received) / (double)(o->load.sent ? o->load.sent : 1);
}

/* The figures of one relay at one load. */
static void report_load(const char *relay, const outcome *o, const outcome *peer) {
    char name[160];
    snprintf(name, sizeof name, "calls per core at %d calls, %s", o->n, relay);
    figure(name, per_core(o), "calls", 0, "higher", per_core(peer));
    snprintf(name, sizeof name, "processor time per packet at %d calls, %s", o->n, relay);
    figure(name, per_packet(o, 1e6 * o->cost.seconds), "us", 0, "lower", per_packet(peer, 1e6 * peer->cost.seconds));
    snprintf(name, sizeof name, "wake-ups per packet at %d calls, %s", o->n, relay);
    figure(name, per_packet(o, o->cost.n_wakes), "", 0, "lower", per_packet(peer, peer->cost.n_wakes));
    if (o->n_calls >= 0) {
        snprintf(name, sizeof name, "system calls per packet at %d calls, %s", o->n, relay);
        figure(name, o->n_calls / (100.0 * o->n * LOAD_COUNT_S), "", 0, "lower", peer->n ? peer->n_calls / (100.0 * peer->n * LOAD_COUNT_S) : 0);
    }
    snprintf(name, sizeof name, "round trip at the median, %d calls, %s", o->n, relay);
    figure(name, o->load.p50_ms, "ms", 0, "lower", peer->n ? peer->load.p50_ms : 0);
    snprintf(name, sizeof name, "round trip at the 99th percentile, %d calls, %s", o->n, relay);
    figure(name, o->load.p99_ms, "ms", 0, "lower", peer->n ? peer->load.p99_ms : 0);
    snprintf(name, sizeof name, "packets lost at %d calls, %s", o->n, relay);
    figure(name, lost_percent(o), "%", 0, "lower", 0);
}

/* What `o` does of what another relay does at the same load, where both were measured. */
static void report_ratio(const char *what, const outcome *o, const outcome *other, double goal) {
    char name[120];
    if (per_core(o) <= 0 || per_core(other) <= 0)
        return;
    snprintf(name, sizeof name, "%s, at %d calls", what, o->n);
    figure(name, per_core(o) / per_core(other), "x", goal, "higher", 0);
}

/* --- what is run --- */

static const outcome nobody;

/* 1 when the whole load went through: a machine that is too busy for the load, not the relay, loses packets. */
static int fits(const char *relay, const outcome *o) {
    if (o->load.received >= 0.99 * (double)o->load.sent)
        return 1;
    fprintf(stderr, "bench_relay: of %d calls, %s, %.1f %% of the packets were lost: this load is not counted\n", o->n, relay, lost_percent(o));
    return 0;
}

typedef struct {
    int loads[LOADS_MAX], n_loads, seconds;
    const char *only;
} plan;

static int wanted(const plan *p, const char *what) {
    return !*p->only || !strcmp(p->only, what);
}

static void compare_at(const plan *p, int n) {
    outcome peer = wanted(p, "rtpengine") ? run_rtpengine(n, p->seconds) : nobody, o;
    if (peer.n && fits("rtpengine", &peer))
        report_load("rtpengine, UDP to UDP", &peer, &nobody);
    outcome bare = wanted(p, "raw") ? run_raw(LOAD_WEBSOCKET, n, p->seconds) : nobody;
    if (bare.n && fits("bare epoll, WebSocket", &bare))
        report_load("bare epoll, WebSocket", &bare, &peer);
    if (wanted(p, "raw")) {
        o = run_raw(LOAD_UDP, n, p->seconds);
        if (fits("bare epoll, UDP", &o))
            report_load("bare epoll, UDP to UDP", &o, &peer);
    }
    if (wanted(p, "udp")) {
        o = run_edge(LOAD_UDP, n, p->seconds);
        if (fits("telephone to telephone", &o))
            report_load("telephone to telephone", &o, &peer);
    }
    if (wanted(p, "ws")) {
        o = run_edge(LOAD_WEBSOCKET, n, p->seconds);
        if (fits("WebSocket", &o))
            report_load("WebSocket", &o, &peer);
        report_ratio("WebSocket beside the bare epoll loop", &o, &bare, n == GOAL_CALLS ? GOAL_WS_TO_BARE : 0);
        report_ratio("WebSocket beside rtpengine", &o, &peer, n == GOAL_CALLS ? GOAL_WS_TO_RTPENGINE : 0);
        if (n == p->loads[0]) /* later runs find memory in this process already */
            figure("memory per call, WebSocket", o.kb_per_call, "kB", 0, "lower", 0);
    }
}

static void run_rest(const plan *p) {
    if (wanted(p, "dc")) {
        int last = p->loads[p->n_loads - 1], n = last < DC_CALLS ? last : DC_CALLS;
        outcome bare = run_raw(LOAD_UDP, n, p->seconds), o = run_edge(LOAD_DATA_CHANNEL, n, p->seconds);
        if (fits("data channel", &o) && fits("bare epoll, UDP to UDP", &bare)) {
            report_load("data channel", &o, &nobody);
            report_ratio("data channel beside the bare epoll loop, UDP to UDP", &o, &bare, GOAL_DC_TO_BARE);
        }
        figure("memory per call, data channel", o.kb_per_call, "kB", 0, "lower", 0);
    }
    if (wanted(p, "held")) {
        outcome o = run_held(p->loads[0], p->seconds);
        figure("CPU per 100 held calls that hear music", per_100(&o), "%", 0, "lower", 0);
    }
}

static int read_loads(plan *p, const char *text) {
    char *end;
    for (; p->n_loads < LOADS_MAX; text = end + 1) {
        long n = strtol(text, &end, 10);
        if (n < 1 || n > 10000)
            return -1;
        p->loads[p->n_loads++] = (int)n;
        if (*end != ',')
            return *end ? -1 : 0;
    }
    return -1;
}

int main(int argc, char **argv) {
    plan p = { .seconds = argc > 2 ? atoi(argv[2]) : 4, .only = argc > 3 ? argv[3] : "" };
    struct rlimit files;
    if (read_loads(&p, argc > 1 ? argv[1] : "200,500,1000") || p.seconds < 1) {
        fprintf(stderr, "usage: bench_relay [calls,calls... [seconds [udp|ws|dc|held|rtpengine|raw]]]\n");
        return 2;
    }
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    for (int i = 0; i < p.n_loads; i++)
        compare_at(&p, p.loads[i]);
    run_rest(&p);
    return 0;
}
