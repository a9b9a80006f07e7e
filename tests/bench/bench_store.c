/* bench_store.c: finished calls into the store: record and push in one durable transaction, on SQLite and on PostgreSQL. Layer: bench.
 *
 * The peer is one fdatasync of a 4 KiB write in the same folder: what the disk alone takes for being durable. */
#define fail_msg(...) (fprintf(stderr, __VA_ARGS__), exit(1))
#include "../unit/server/store_backends.h"
#include "../unit/server/store_records.h"
#include "server/libre.h"
#include "server/store/backlog.h"

#include <sys/resource.h>
#include <time.h>

enum { CALLS = 3000, WARM_UP = 100, BODY = 1200 };

static double now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void print(const char *what, double value, const char *unit, const char *direction, double peer) {
    printf("{\"name\":\"store_%s_%s\",\"value\":%.4g,\"unit\":\"%s\",\"goal\":null,\"direction\":\"%s\",\"peer\":\"one fdatasync\",\"peer_value\":%.4g}\n",
           at.name, what, value, unit, direction, peer);
}

/* Microseconds each, sorted. */
static void measure(double *took, void (*once)(void *ctx, int i), void *ctx) {
    for (int i = 0; i < WARM_UP + CALLS; i++) {
        double began = now_us();
        once(ctx, i);
        if (i >= WARM_UP) took[i - WARM_UP] = now_us() - began;
    }
    qsort(took, CALLS, sizeof *took, by_value);
}

static double sum(const double *took) {
    double all = 0;
    for (int i = 0; i < CALLS; i++) all += took[i];
    return all;
}

static void sync_once(void *ctx, int i) {
    static char block[4096];
    int fd = *(int *)ctx;
    if (pwrite(fd, block, sizeof block, (off_t)i * (off_t)sizeof block) < 0 || fdatasync(fd)) exit(1);
}

static void keep_once(void *ctx, int i) {
    static store_cdr c;
    static char body[BODY + 1];
    char id[32];
    snprintf(id, sizeof id, "call-%d", i);
    full_cdr(&c, id, 2); /* three steps, two keys, two events */
    store_push p = push_of(&c);
    memset(body, 'b', BODY);
    if (store_keep_cdr(ctx, &c, &p, body)) fail_msg("call %d was not kept", i);
}

static double cpu_us(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static void run(int (*use)(void **state)) {
    static double disk[CALLS], took[CALLS];
    char path[100], err[200];
    backlog_counters counts;
    if (use(NULL)) fail_msg("no database\n");
    snprintf(path, sizeof path, "%s/disk", at.folder);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    measure(disk, sync_once, &fd);
    close(fd);
    backend_clear();
    store *s = backend_store();
    deadlines *timers = deadlines_new();
    backlog *calls = backlog_new(s, timers, "", NULL, NULL, &quiet, err, sizeof err);
    if (!calls || store_put_app(s, TEST_APP, "bench")) fail_msg("%s", err);
    double began = cpu_us();
    measure(took, keep_once, calls);
    double cpu = (cpu_us() - began) / (WARM_UP + CALLS);
    backlog_count(calls, &counts);
    if (counts.kept != WARM_UP + CALLS) fail_msg("%d calls waited\n", (int)counts.waiting);
    print("calls_per_second", CALLS / sum(took) * 1e6, "1/s", "higher", CALLS / sum(disk) * 1e6);
    print("call_p50", took[CALLS / 2], "us", "lower", disk[CALLS / 2]);
    printf("{\"name\":\"store_%s_call_cpu\",\"value\":%.4g,\"unit\":\"us\",\"goal\":null,\"direction\":\"lower\",\"peer\":null,\"peer_value\":null}\n", at.name, cpu);
    print("call_p99", took[CALLS * 99 / 100], "us", "lower", disk[CALLS * 99 / 100]);
    backlog_free(calls);
    store_close(s);
    deadlines_free(timers);
    backend_close(NULL);
}

int main(void) {
    backend_fsync = "fsync=on";
    libre_init();
    run(use_sqlite);
    run(use_postgres);
    libre_close();
    return 0;
}
