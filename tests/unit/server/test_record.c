/* test_record.c: recordings of bridges on a running edge thread, their files, rows, addresses, expiry and what a kill leaves. Layer: tests. */
#include "server/record/record.h"

#include "media/codec.h"
#include "media/rtp.h"
#include "media/srtp.h"
#include "server/libre.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../cmocka_all.h"
#include "../speech_signal.h"
#include "ogg_read.h"
#include "tccc/error.h"

/* DEADLINE_MS: less than the 30 s that the edge leaves a connection that it forgets to close. */
enum { DEADLINE_MS = 20000, LOOK_MS = 10, PTIME_MS = 20, FINISHED_MAX = 16, RATE = SPEECH_RATE_HZ, APP = 1400000001 };

static struct {
    char folder[64];
    edge *edge;
    store *db;
    settings *rules;
    deadlines *timers;
    records *records;
    logger log;
    store_recording finished[FINISHED_MAX];
    int n_finished;
    uint32_t ended;
    enum record_end why;
} test;

static void on_finished(void *ctx, const store_recording *recording) {
    (void)ctx;
    if (test.n_finished < FINISHED_MAX)
        test.finished[test.n_finished++] = *recording;
}

static void on_ended(void *ctx, uint32_t handle, enum record_end why) {
    (void)ctx;
    test.ended = handle;
    test.why = why;
}

static void on_http(void *ctx, const edge_http_request *request) {
    (void)ctx;
    if (!record_http(test.records, request))
        edge_reply(test.edge, request->id, 404, "text/plain", NULL, "no", 2);
}

static void on_edge(int flags, void *arg) {
    (void)flags, (void)arg;
    edge_dispatch(test.edge);
}

/* --- the loop --- */

typedef struct {
    bool (*is_so)(void *ctx);
    void (*every)(void *ctx);        /* each PTIME_MS, or NULL */
    void *ctx;
    uint64_t end_ms, due_ms;
    bool met;
    deadline look;
} waiting;

static void look(void *owner) {
    waiting *w = owner;
    for (; w->every && clock_ms() >= w->due_ms; w->due_ms += PTIME_MS)
        w->every(w->ctx);
    w->met = w->is_so(w->ctx);
    if (w->met || clock_ms() > w->end_ms)
        re_cancel();
    else
        deadline_set(test.timers, &w->look, LOOK_MS, look, w);
}

static void wait_until(bool (*is_so)(void *ctx), void (*every)(void *ctx), void *ctx) {
    waiting w = { .is_so = is_so, .every = every, .ctx = ctx, .end_ms = clock_ms() + DEADLINE_MS, .due_ms = clock_ms() };
    deadline_set(test.timers, &w.look, 0, look, &w);
    re_main(NULL);
    deadline_clear(test.timers, &w.look);
    assert_true(w.met);
}

static bool has_finished(void *ctx) {
    return test.n_finished >= *(int *)ctx;
}

static void wait_finished(int n) {
    wait_until(has_finished, NULL, &n);
}

/* --- the server --- */

static void print_line(void *context, enum log_level level, const char *line, size_t length) {
    (void)context;
    if (level >= LOG_LEVEL_WARNING)
        print_message("%.*s\n", (int)length, line);
}

static void start_records(void) {
    records_handler handler = { on_finished, on_ended };
    records_config config = { .folder = test.folder, .public_url = "https://centre.example" };
    test.n_finished = 0;
    test.ended = 0;
    test.records = records_new(&config, test.edge, test.db, test.rules, test.timers, &test.log, &handler, NULL);
    assert_non_null(test.records);
}

static void start_all(void) {
    char err[256];
    edge_handler handler = { .http = on_http };
    edge_config config = { .host = "127.0.0.1", .dc_port = -1, .sdk_dir = ".", .music_dir = "/nonexistent" };
    test.log = (logger){ .sink = print_line };
    assert_int_equal(libre_init(), 0);
    test.edge = edge_start(&config, &handler, NULL, err, sizeof err);
    test.timers = deadlines_new();
    test.db = store_open(":memory:", &test.log, err, sizeof err);
    assert_true(test.edge && test.timers && test.db);
    assert_int_equal(store_put_app(test.db, APP, "tests"), 0);
    test.rules = settings_new(test.db, &test.log);
    assert_int_equal(fd_listen(edge_fd(test.edge), FD_READ, on_edge, NULL), 0);
    start_records();
}

static int make_folder(void **state) {
    (void)state;
    snprintf(test.folder, sizeof test.folder, "/tmp/test_record.XXXXXX");
    return mkdtemp(test.folder) ? 0 : -1;
}

static int start(void **state) {
    make_folder(state);
    start_all();
    return 0;
}

static int stop(void **state) {
    char command[128];
    (void)state;
    records_free(test.records);
    fd_close(edge_fd(test.edge));
    edge_stop(test.edge);
    settings_free(test.rules);
    store_close(test.db);
    deadlines_free(test.timers);
    libre_close();
    snprintf(command, sizeof command, "rm -r %s", test.folder);
    return system(command);
}

/* --- telephones --- */

typedef struct {
    int fd, bridge_port;
    uint16_t seq;
    uint32_t timestamp, ssrc;
    srtp_sender *sender;
    codec_encoder *encoder;
    float *said;
    int at, n;
} peer;

static void peer_open(peer *p, bridge_side *side, uint32_t seed, int seconds) {
    int error;
    struct sockaddr_in local = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    tccc_stream_config config = { .codec = TCCC_CODEC_PCMA, .payload_type = 8, .ptime_ms = PTIME_MS };
    rtp_port *port = rtp_port_bind("127.0.0.1", 0, 0);
    assert_non_null(port);
    *p = (peer){ .fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), .bridge_port = rtp_port_number(port), .ssrc = seed, .n = seconds * RATE };
    assert_int_equal(bind(p->fd, (struct sockaddr *)&local, sizeof local), 0);
    p->encoder = codec_encoder_new(&config, &error);
    p->said = calloc((size_t)p->n, sizeof *p->said);
    speech_make(p->said, p->n, seed);
    *side = (bridge_side){ .kind = BRIDGE_PHONE, .port = port, .symmetric = 1, .send_on_hold = 1, .codec = TCCC_CODEC_PCMA, .payload_type = 8,
                           .dtmf_payload_type = 101, .dtmf_rate_hz = 8000, .ptime_ms = PTIME_MS };
}

static void peer_close(peer *p) {
    close(p->fd);
    srtp_sender_close(p->sender);
    codec_encoder_free(p->encoder);
    free(p->said);
}

static void peer_talk(peer *p) {
    uint8_t packet[256];
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)p->bridge_port) };
    if (p->at + 320 > p->n)
        return;
    rtp_packet header = { .payload_type = 8, .seq = p->seq++, .timestamp = p->timestamp, .ssrc = p->ssrc };
    p->timestamp += 160;
    rtp_packet_write(&header, packet, sizeof packet);
    int len = RTP_HEADER_LEN + codec_encoder_encode(p->encoder, p->said + p->at, packet + RTP_HEADER_LEN, 160);
    if (p->sender)
        len = srtp_sender_rtp(p->sender, packet, (size_t)len, sizeof packet);
    p->at += 320;
    sendto(p->fd, packet, (size_t)len, 0, (struct sockaddr *)&to, sizeof to);
}

static void two_talk(void *ctx) {
    peer_talk(ctx);
    peer_talk((peer *)ctx + 1);
}

static bool both_have_said_all(void *ctx) {
    peer *two = ctx;
    return two[0].at + 320 > two[0].n && two[1].at + 320 > two[1].n;
}

/* Likeness of a second of what was said and one of the file, by every step-th sample. */
static double second_likeness(const float *said, const float *heard, int step) {
    double both = 0, own = 1e-9, other = 1e-9;
    for (int i = 0; i < RATE; i += step) {
        both += (double)said[i] * heard[i];
        own += (double)said[i] * said[i];
        other += (double)heard[i] * heard[i];
    }
    return both / sqrt(own * other);
}

/* How like `said` the file is, at its best place, second by second; the worst of them. *lag_ms: where. Another's speech is below
 * 0.2; test_recording.c measures how near 1 it is when the sender is not held up by a busy machine. A few samples find the place, all
 * of them tell how good it is. */
static double likeness(const peer *p, const ogg_read *file, int *lag_ms) {
    enum { COARSE = 37, NEAR = 8 };  /* 37: a prime, so that no pitch hides between the samples */
    double worst = 1;
    for (int at = RATE / 2; at + RATE <= p->n; at += 3 * RATE / 2) {
        double best = -1, found = -1;
        int place = 0, last = file->n - RATE - at;
        for (int lag = 0; lag <= last; lag++) {
            double one = second_likeness(p->said + at, file->pcm + at + lag, COARSE);
            place = one > best ? lag : place;
            best = one > best ? one : best;
        }
        for (int lag = place > NEAR ? place - NEAR : 0; lag <= place + NEAR && lag <= last; lag++) {
            double one = second_likeness(p->said + at, file->pcm + at + lag, 1);
            *lag_ms = one > found ? lag * 1000 / RATE : *lag_ms;
            found = one > found ? one : found;
        }
        worst = found < worst ? found : worst;
    }
    return worst;
}

static ogg_read read_recording(const store_recording *row) {
    char path[400];
    snprintf(path, sizeof path, "%s/records/%s", test.folder, row->file);
    ogg_read file = ogg_read_file(path);
    assert_true(file.ok);
    struct stat stat_of;
    assert_int_equal(stat(path, &stat_of), 0);
    assert_int_equal(stat_of.st_size, row->bytes);
    assert_true(labs(file.n * 1000L / RATE - (long)row->duration_ms) <= 1);
    return file;
}

static const store_recording *finished(const char *record_id) {
    for (int i = 0; i < test.n_finished; i++)
        if (!strcmp(test.finished[i].record_id, record_id))
            return &test.finished[i];
    fail_msg("%s has not finished", record_id);
    return NULL;
}

static record_what what(enum recording_kind kind, const char *endpoint) {
    return (record_what){ .app_id = APP, .session_id = "11111111-2222-4333-8444-555555555555", .kind = kind, .endpoint = endpoint };
}

static bool folder_is_empty(const char *name) {
    char path[128];
    int n = 0;
    snprintf(path, sizeof path, "%s/records/%s", test.folder, name);
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));)
        n += e->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return n == 0;
}

/* --- tests --- */

/* PUSH-073, PUSH-078, PUSH-089. The customer's telephone has SRTP, which ends at the bridge. */
static void each_participant_and_both_are_in_files_of_their_own(void **state) {
    (void)state;
    int error, lag;
    char ids[3][65];
    bridge_side sides[2];
    peer two[2];
    peer_open(&two[0], &sides[0], 5, 4);
    peer_open(&two[1], &sides[1], 6, 4);
    sides[1].srtp = TCCC_SRTP_AES128_SHA1_80;
    sides[1].srtp_terminate = 1;
    memset(sides[1].srtp_send_key, 1, TCCC_SRTP_KEY_LEN);
    memset(sides[1].srtp_receive_key, 2, TCCC_SRTP_KEY_LEN);
    two[1].sender = srtp_sender_open(SRTP_SCHEME_AES128_SHA1_80, sides[1].srtp_receive_key, TCCC_SRTP_KEY_LEN, &error);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]), handles[3];
    record_what agent = what(RECORDING_AGENT, "agent@tests.example"), customer = what(RECORDING_CUSTOMER, "13800138000"), mixed = what(RECORDING_MIXED, "");
    handles[0] = record_start(test.records, &agent, bridge, 0, ids[0]);
    handles[1] = record_start(test.records, &customer, bridge, 1, ids[1]);
    handles[2] = record_start(test.records, &mixed, bridge, -1, ids[2]);
    assert_int_equal(strncmp(ids[0], "1400000001_", 11), 0);
    wait_until(both_have_said_all, two_talk, two);
    for (int i = 0; i < 3; i++)
        record_stop(test.records, handles[i]);
    wait_finished(3);
    for (int i = 0; i < 2; i++) {
        const store_recording *row = finished(ids[i]);
        store_recording stored;
        assert_string_equal(row->endpoint, i ? "13800138000" : "agent@tests.example");
        assert_int_equal(store_get_recording(test.db, ids[i], &stored), 0);
        assert_string_equal(stored.file, row->file);
        assert_true(row->expires_ms - row->created_ms == 90LL * 24 * 3600 * 1000);
        ogg_read file = read_recording(row);
        double like = likeness(&two[i], &file, &lag);
        print_message("side %d: worst second %.3f, lag %d ms, %lld ms long\n", i, like, lag, (long long)row->duration_ms);
        assert_true(like > 0.5);
        ogg_read_free(&file);
    }
    ogg_read both = read_recording(finished(ids[2]));
    assert_true(both.n > 39 * RATE / 10);
    ogg_read_free(&both);
    assert_true(folder_is_empty("running"));
    record_counters counters;
    record_count(test.records, &counters);
    assert_int_equal(counters.running, 0);
    assert_int_equal(counters.finished, 3);
    assert_int_equal(counters.packets_lost + counters.packets_unopened, 0);
    bridge_close(test.edge, bridge);
    peer_close(&two[0]);
    peer_close(&two[1]);
}

static void a_recording_moves_to_another_bridge(void **state) {
    (void)state;
    char id[65];
    bridge_side sides[2], other_sides[2];
    peer two[2], other[2];
    peer_open(&two[0], &sides[0], 7, 2);
    peer_open(&two[1], &sides[1], 8, 2);
    peer_open(&other[0], &other_sides[0], 9, 2);
    peer_open(&other[1], &other_sides[1], 10, 2);
    uint32_t first = bridge_open(test.edge, &sides[0], &sides[1]), second = bridge_open(test.edge, &other_sides[0], &other_sides[1]);
    record_what customer = what(RECORDING_CUSTOMER, "13800138000");
    uint32_t handle = record_start(test.records, &customer, first, 1, id);
    wait_until(both_have_said_all, two_talk, two);
    record_move(test.records, handle, second, 1);
    wait_until(both_have_said_all, two_talk, other);
    record_stop(test.records, handle);
    wait_finished(1);
    int lag;
    ogg_read file = read_recording(finished(id));
    assert_true(likeness(&two[1], &file, &lag) > 0.5);
    int before = lag;
    assert_true(likeness(&other[1], &file, &lag) > 0.5);
    assert_true(lag - before >= 1500);
    ogg_read_free(&file);
    bridge_close(test.edge, first);
    bridge_close(test.edge, second);
    for (int i = 0; i < 2; i++) {
        peer_close(&two[i]);
        peer_close(&other[i]);
    }
}

static bool has_ended(void *ctx) {
    (void)ctx;
    return test.ended != 0;
}

static void a_recording_ends_by_its_limit(void **state) {
    (void)state;
    char id[65];
    record_what voicemail = what(RECORDING_VOICEMAIL, "13800138000");
    voicemail.limit_ms = 300;
    uint32_t handle = record_start(test.records, &voicemail, 0, 0, id);
    wait_until(has_ended, NULL, NULL);
    assert_int_equal(test.ended, handle);
    assert_int_equal(test.why, RECORD_LIMIT);
    wait_finished(1);
    assert_true(finished(id)->bytes > 0);
    record_stop(test.records, handle); /* too late is no harm */
}

static void what_runs_when_the_server_stops_is_written(void **state) {
    (void)state;
    char id[65];
    bridge_side sides[2];
    peer two[2];
    peer_open(&two[0], &sides[0], 13, 1);
    peer_open(&two[1], &sides[1], 14, 1);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    record_what agent = what(RECORDING_AGENT, "agent@tests.example"), mixed = what(RECORDING_MIXED, "");
    record_start(test.records, &agent, bridge, 0, id);
    record_start(test.records, &mixed, bridge, -1, id);
    wait_until(both_have_said_all, two_talk, two);
    records_free(test.records);
    assert_int_equal(test.n_finished, 2);
    assert_true(finished(id)->duration_ms >= 900);
    assert_true(folder_is_empty("running"));
    start_records();
    bridge_close(test.edge, bridge);
    peer_close(&two[0]);
    peer_close(&two[1]);
}

static bool one_has_expired(void *ctx) {
    (void)ctx;
    record_counters counters;
    record_count(test.records, &counters);
    return counters.expired == 1;
}

static void what_has_expired_is_deleted_and_its_row_stays(void **state) {
    (void)state;
    char id[65], path[400];
    store_recording row;
    record_what agent = what(RECORDING_AGENT, "agent@tests.example");
    record_stop(test.records, record_start(test.records, &agent, 0, 0, id));
    wait_finished(1);
    row = *finished(id);
    snprintf(path, sizeof path, "%s/records/%s", test.folder, row.file);
    assert_int_equal(access(path, F_OK), 0);
    row.expires_ms = 1;
    assert_int_equal(store_put_recording(test.db, &row), 0);
    records_free(test.records);
    start_records();
    wait_until(one_has_expired, NULL, NULL);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(store_get_recording(test.db, id, &row), 0);
    assert_string_equal(row.file, "");
    assert_true(row.bytes > 0);
}

/* A process that records, and is killed: what it had written is found by the next one. */
static void after_a_kill_the_file_is_made_whole(void **state) {
    int ready[2], status;
    char id[65];
    make_folder(state);
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (!child) {
        bridge_side sides[2];
        peer two[2];
        start_all();
        peer_open(&two[0], &sides[0], 11, 4);
        peer_open(&two[1], &sides[1], 12, 4);
        uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
        record_what agent = what(RECORDING_AGENT, "agent@tests.example");
        record_start(test.records, &agent, bridge, 0, id);
        wait_until(both_have_said_all, two_talk, two);
        if (write(ready[1], id, sizeof id) != sizeof id)
            _exit(1);
        kill(getpid(), SIGKILL);
    }
    assert_int_equal(read(ready[0], id, sizeof id), sizeof id);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    close(ready[0]);
    close(ready[1]);
    start_all();
    wait_finished(1);
    const store_recording *row = finished(id);
    assert_string_equal(row->endpoint, "agent@tests.example");
    assert_true(row->duration_ms >= 2000 && row->duration_ms <= 4000);
    ogg_read file = read_recording(row);
    print_message("%lld ms of 4000 ms were on the disk\n", (long long)row->duration_ms);
    ogg_read_free(&file);
    assert_true(folder_is_empty("running"));
    record_counters counters;
    record_count(test.records, &counters);
    assert_int_equal(counters.recovered, 1);
}

/* --- addresses --- */

typedef struct {
    int fd, n;
    char text[65536];
} client;

static bool has_answered(void *ctx) {
    client *c = ctx;
    ssize_t n = recv(c->fd, c->text + c->n, sizeof c->text - 1 - (size_t)c->n, MSG_DONTWAIT);
    if (n > 0)
        c->n += (int)n;
    c->text[c->n] = 0;
    return n == 0;
}

static void ask(client *c, const char *method, const char *target, const char *headers) {
    char request[1024];
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)edge_port(test.edge)) };
    *c = (client){ .fd = socket(AF_INET, SOCK_STREAM, 0) };
    assert_int_equal(connect(c->fd, (struct sockaddr *)&to, sizeof to), 0);
    int n = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", method, target, headers);
    assert_int_equal(write(c->fd, request, (size_t)n), n);
    wait_until(has_answered, NULL, c);
    close(c->fd);
}

static int status_of(const char *method, const char *target, const char *headers, client *c) {
    ask(c, method, target, headers);
    return atoi(c->text + 9);
}

static const char *body_of(const client *c, int *len) {
    const char *body = strstr(c->text, "\r\n\r\n");
    assert_non_null(body);
    *len = c->n - (int)(body + 4 - c->text);
    return body + 4;
}

/* PUSH-079. */
static void an_address_is_signed_and_expires_and_gives_ranges(void **state) {
    (void)state;
    char id[65], url[512], changed[512], path[400];
    uint8_t bytes[4096];
    int len;
    static client c;
    int64_t now_s = clock_unix_ms() / 1000;
    record_what agent = what(RECORDING_AGENT, "agent@tests.example");
    uint32_t handle = record_start(test.records, &agent, 0, 0, id);
    assert_int_equal(record_url(test.records, id, now_s, 60, url, sizeof url), 0);
    assert_int_equal(strncmp(url, "https://centre.example/v1/records/", 34), 0);
    char *target = url + strlen("https://centre.example");
    assert_int_equal(status_of("GET", target, "", &c), 404); /* it runs */
    record_stop(test.records, handle);
    wait_finished(1);
    store_recording row = *finished(id);
    snprintf(path, sizeof path, "%s/records/%s", test.folder, row.file);
    int fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, bytes, sizeof bytes), row.bytes);
    close(fd);
    assert_int_equal(status_of("GET", target, "", &c), 200);
    assert_non_null(strstr(c.text, "content-type: audio/ogg"));
    assert_memory_equal(body_of(&c, &len), bytes, row.bytes);
    assert_int_equal(len, row.bytes);
    assert_int_equal(status_of("HEAD", target, "", &c), 200);
    body_of(&c, &len);
    assert_int_equal(len, 0);
    assert_int_equal(status_of("GET", target, "Range: bytes=10-29\r\n", &c), 206);
    assert_memory_equal(body_of(&c, &len), bytes + 10, 20);
    assert_int_equal(len, 20);
    assert_int_equal(status_of("GET", target, "Range: bytes=-5\r\n", &c), 206);
    assert_memory_equal(body_of(&c, &len), bytes + row.bytes - 5, 5);
    assert_int_equal(status_of("GET", target, "Range: bytes=99999-\r\n", &c), 416);
    assert_int_equal(status_of("GET", target, "Range: bytes=10-29\r\nIf-Range: \"other\"\r\n", &c), 200);
    assert_int_equal(status_of("POST", target, "Content-Length: 0\r\n", &c), 405);
    snprintf(changed, sizeof changed, "%s", target);
    changed[strlen(changed) - 1] ^= 1;
    assert_int_equal(status_of("GET", changed, "", &c), 403);
    snprintf(changed, sizeof changed, "/v1/records/%s.ogg", id);
    assert_int_equal(status_of("GET", changed, "", &c), 403);
    assert_int_equal(record_url(test.records, id, now_s - 100, 60, url, sizeof url), 0);
    assert_int_equal(status_of("GET", target, "", &c), 403); /* expired */
    assert_int_equal(record_url(test.records, "1400000001_none", now_s, 60, url, sizeof url), 0);
    assert_int_equal(status_of("GET", target, "", &c), 404);
    row.file[0] = 0;
    assert_int_equal(store_put_recording(test.db, &row), 0);
    assert_int_equal(record_url(test.records, id, now_s, 60, url, sizeof url), 0);
    assert_int_equal(status_of("GET", target, "", &c), 410);
    assert_int_equal(status_of("GET", "/v1/records/../../../etc/passwd", "", &c) / 100, 4);
    assert_int_equal(record_url(test.records, "../x", now_s, 60, url, sizeof url), TCCC_E_NOT_FOUND);
}

static void the_secret_is_readable_by_its_owner_only_and_stays(void **state) {
    (void)state;
    char path[128], first[512], second[512];
    struct stat stat_of;
    snprintf(path, sizeof path, "%s/records.secret", test.folder);
    assert_int_equal(stat(path, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 0777, 0600);
    record_url(test.records, "a", 1000, 60, first, sizeof first);
    records_free(test.records);
    start_records();
    record_url(test.records, "a", 1000, 60, second, sizeof second);
    assert_string_equal(first, second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(after_a_kill_the_file_is_made_whole, NULL, stop),
        cmocka_unit_test_setup_teardown(each_participant_and_both_are_in_files_of_their_own, start, stop),
        cmocka_unit_test_setup_teardown(a_recording_moves_to_another_bridge, start, stop),
        cmocka_unit_test_setup_teardown(a_recording_ends_by_its_limit, start, stop),
        cmocka_unit_test_setup_teardown(what_runs_when_the_server_stops_is_written, start, stop),
        cmocka_unit_test_setup_teardown(what_has_expired_is_deleted_and_its_row_stays, start, stop),
        cmocka_unit_test_setup_teardown(an_address_is_signed_and_expires_and_gives_ranges, start, stop),
        cmocka_unit_test_setup_teardown(the_secret_is_readable_by_its_owner_only_and_stays, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
