/* meter.h: what a process costs: processor time, wake-ups and system calls of all its threads. Layer: tests.
 * Included by bench_relay.c only.
 *
 * System calls are counted by the kernel's tracepoint, which root may read. Counting slows each of them (by 2 % of a
 * relay's time), so it is done apart from the measurement of time.
 */
#ifndef TCCC_TESTS_METER_H
#define TCCC_TESTS_METER_H

#include <dirent.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { METER_THREADS_MAX = 64 };

typedef struct {
    double seconds;                  /* user and system time */
    double n_wakes;                  /* times that a thread had slept */
} meter_reading;

typedef struct {
    int pid;
    meter_reading began;
    int n_counters;
    int counters[METER_THREADS_MAX];
} meter;

static double meter_number(const char *path, const char *format) {
    char line[256];
    double value = 0;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, format, &value) == 1)
            break;
    if (file)
        fclose(file);
    return value;
}

/* Calls `each` with the name of the thread's folder under /proc. */
static void meter_threads(meter *m, void (*each)(meter *, const char *, meter_reading *), meter_reading *sum) {
    char path[320];
    snprintf(path, sizeof path, "/proc/%d/task", m->pid);
    DIR *tasks = opendir(path);
    for (struct dirent *entry; tasks && (entry = readdir(tasks));)
        if (entry->d_name[0] != '.') {
            snprintf(path, sizeof path, "/proc/%d/task/%s", m->pid, entry->d_name);
            each(m, path, sum);
        }
    if (tasks)
        closedir(tasks);
}

static void meter_add_thread(meter *m, const char *folder, meter_reading *sum) {
    char path[400];
    (void)m;
    snprintf(path, sizeof path, "%s/schedstat", folder);
    sum->seconds += meter_number(path, "%lf") / 1e9;
    snprintf(path, sizeof path, "%s/status", folder);
    sum->n_wakes += meter_number(path, "voluntary_ctxt_switches: %lf");
}

static meter_reading meter_now(meter *m) {
    meter_reading sum = { 0 };
    meter_threads(m, meter_add_thread, &sum);
    return sum;
}

static void meter_start(meter *m, int pid) {
    *m = (meter){ .pid = pid };
    m->began = meter_now(m);
}

/* Since the start. */
static meter_reading meter_stop(meter *m) {
    meter_reading now = meter_now(m);
    return (meter_reading){ now.seconds - m->began.seconds, now.n_wakes - m->began.n_wakes };
}

/* --- system calls --- */

static void meter_open_counter(meter *m, const char *folder, meter_reading *unused) {
    struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof attr };
    attr.config = (uint64_t)meter_number("/sys/kernel/tracing/events/raw_syscalls/sys_enter/id", "%lf");
    int tid = atoi(strrchr(folder, '/') + 1);
    (void)unused;
    if (!attr.config || m->n_counters == METER_THREADS_MAX)
        return;
    int fd = (int)syscall(SYS_perf_event_open, &attr, tid, -1, -1, 0);
    if (fd >= 0)
        m->counters[m->n_counters++] = fd;
}

static void meter_count(meter *m, int pid) {
    *m = (meter){ .pid = pid };
    meter_threads(m, meter_open_counter, NULL);
}

/* System calls since meter_count; negative when they cannot be counted here. */
static double meter_counted(meter *m) {
    double sum = m->n_counters ? 0 : -1;
    for (int i = 0; i < m->n_counters; i++) {
        uint64_t n;
        if (read(m->counters[i], &n, sizeof n) == sizeof n)
            sum += (double)n;
        close(m->counters[i]);
    }
    return sum;
}

#endif
