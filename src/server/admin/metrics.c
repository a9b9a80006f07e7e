/* metrics.c: the one registry of what /metrics tells. Layer: server. Source: Prometheus text format 0.0.4. */
#include "server/admin/metrics.h"

#include "server/sip/end_status.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 256 * 1024, BUCKETS = 7, END_STATUSES_MAX = 32 };

static const int bucket_s[BUCKETS] = { 5, 10, 20, 30, 60, 120, 300 };

typedef struct {                      /* calls that went through one group's queue */
    int64_t app_id, group_id;
    uint64_t answered_within[BUCKETS], answered, abandoned;
    double waited_s;
} group_calls;

struct metrics {
    struct { int status; uint64_t n[2]; } ends[END_STATUSES_MAX]; /* by direction: out, in */
    int n_ends;
    group_calls groups[METRICS_GROUPS];
    int n_groups;
    char text[TEXT_MAX];
    size_t length;
};

metrics *metrics_new(void) { return calloc(1, sizeof(metrics)); }

void metrics_free(metrics *m) { free(m); }

/* ---- counting ---- */

static void note_end(metrics *m, int status, bool inbound) {
    int i = 0;
    while (i < m->n_ends && m->ends[i].status != status)
        i++;
    if (i == END_STATUSES_MAX)
        return;
    if (i == m->n_ends)
        m->ends[m->n_ends++].status = status;
    m->ends[i].n[inbound]++;
}

static group_calls *group_of(metrics *m, int64_t app_id, int64_t group_id) {
    for (int i = 0; i < m->n_groups; i++)
        if (m->groups[i].app_id == app_id && m->groups[i].group_id == group_id)
            return &m->groups[i];
    if (m->n_groups == METRICS_GROUPS)
        return NULL;
    m->groups[m->n_groups] = (group_calls){ .app_id = app_id, .group_id = group_id };
    return &m->groups[m->n_groups++];
}

void metrics_note_call(metrics *m, const store_cdr *cdr) {
    note_end(m, cdr->end_status, cdr->inbound);
    group_calls *g = cdr->inbound && cdr->queued_ms ? group_of(m, cdr->app_id, cdr->queued_group_id) : NULL;
    if (!g)
        return;
    if (!cdr->accept_ms) {
        g->abandoned++;
        return;
    }
    double wait_s = (double)(cdr->accept_ms > cdr->queued_ms ? cdr->accept_ms - cdr->queued_ms : 0) / 1000;
    g->answered++;
    g->waited_s += wait_s;
    for (int i = 0; i < BUCKETS; i++)
        g->answered_within[i] += wait_s <= bucket_s[i];
}

/* ---- writing ---- */

static void put(metrics *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line that does not fit is left out as a whole. */
static void put(metrics *m, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(m->text + m->length, TEXT_MAX - m->length, format, arguments);
    va_end(arguments);
    if (n > 0 && (size_t)n < TEXT_MAX - m->length)
        m->length += (size_t)n;
    m->text[m->length] = 0;
}

static void begin(metrics *m, const char *name, const char *type, const char *help) {
    put(m, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(metrics *m, const char *name, const char *type, const char *help, uint64_t value) {
    begin(m, name, type, help);
    put(m, "%s %" PRIu64 "\n", name, value);
}

#define GAUGE(m, name, help, value) one(m, "tcccd_" name, "gauge", help, (uint64_t)(value))
#define COUNTER(m, name, help, value) one(m, "tcccd_" name "_total", "counter", help, (uint64_t)(value))

/* ---- agents, queues, calls ---- */

enum { STATUSES = AGENT_STATUS_REST + 1 };

static bool count_status(void *ctx, agent *a) {
    ((int *)ctx)[agent_status_of(a)]++;
    return true;
}

static void put_agents(metrics *m, const metrics_sources *from) {
    int n[STATUSES] = { 0 };
    if (!from->agents)
        return;
    agents_each(from->agents, 0, count_status, n);
    begin(m, "tcccd_agents", "gauge", "Agents by status.");
    for (int i = 0; i < STATUSES; i++)
        put(m, "tcccd_agents{status=\"%s\"} %d\n", agent_status_name((enum agent_status)i), n[i]);
}

typedef struct {
    const metrics_sources *from;
    struct { int64_t app_id, group_id; acd_queue_length length; } list[METRICS_GROUPS];
    int n;
    int64_t app_id;
} queue_list;

static bool take_group(void *ctx, const store_group *group) {
    queue_list *q = ctx;
    q->list[q->n].app_id = q->app_id;
    q->list[q->n].group_id = group ? group->id : 0;
    q->list[q->n].length = acd_length(q->from->queues, q->app_id, group ? group->id : 0);
    return ++q->n < METRICS_GROUPS;
}

static bool take_app(void *ctx, int64_t app_id, const char *name) {
    queue_list *q = ctx;
    (void)name;
    q->app_id = app_id;
    return take_group(q, NULL) && !store_list_groups(q->from->store, app_id, take_group, q) && q->n < METRICS_GROUPS;
}

/* Group 0 is the whole app. */
static void put_queues(metrics *m, const metrics_sources *from) {
    queue_list q = { .from = from };
    if (!from->queues || store_list_apps(from->store, take_app, &q))
        return;
    begin(m, "tcccd_queue_waiting", "gauge", "Callers that wait for an agent, by app and group; group 0 is the whole app.");
    for (int i = 0; i < q.n; i++)
        put(m, "tcccd_queue_waiting{app=\"%" PRId64 "\",group=\"%" PRId64 "\"} %d\n", q.list[i].app_id, q.list[i].group_id, q.list[i].length.waiting);
    begin(m, "tcccd_queue_longest_wait_seconds", "gauge", "How long the caller at the head of the queue has waited.");
    for (int i = 0; i < q.n; i++)
        put(m, "tcccd_queue_longest_wait_seconds{app=\"%" PRId64 "\",group=\"%" PRId64 "\"} %.3f\n", q.list[i].app_id, q.list[i].group_id,
            (double)q.list[i].length.longest_ms / 1000);
}

static void put_wait(metrics *m, const group_calls *g) {
    for (int i = 0; i < BUCKETS; i++)
        put(m, "tcccd_queue_wait_seconds_bucket{app=\"%" PRId64 "\",group=\"%" PRId64 "\",le=\"%d\"} %" PRIu64 "\n", g->app_id, g->group_id,
            bucket_s[i], g->answered_within[i]);
    put(m, "tcccd_queue_wait_seconds_bucket{app=\"%" PRId64 "\",group=\"%" PRId64 "\",le=\"+Inf\"} %" PRIu64 "\n", g->app_id, g->group_id, g->answered);
    put(m, "tcccd_queue_wait_seconds_sum{app=\"%" PRId64 "\",group=\"%" PRId64 "\"} %.3f\n", g->app_id, g->group_id, g->waited_s);
    put(m, "tcccd_queue_wait_seconds_count{app=\"%" PRId64 "\",group=\"%" PRId64 "\"} %" PRIu64 "\n", g->app_id, g->group_id, g->answered);
}

static void put_service_level(metrics *m) {
    begin(m, "tcccd_queue_wait_seconds", "histogram", "How long answered callers had waited in the queue; le=\"20\" over count is the 20 s service level.");
    for (int i = 0; i < m->n_groups; i++)
        put_wait(m, &m->groups[i]);
    begin(m, "tcccd_queue_abandoned_total", "counter", "Callers who left the queue unanswered.");
    for (int i = 0; i < m->n_groups; i++)
        put(m, "tcccd_queue_abandoned_total{app=\"%" PRId64 "\",group=\"%" PRId64 "\"} %" PRIu64 "\n", m->groups[i].app_id, m->groups[i].group_id,
            m->groups[i].abandoned);
}

static void put_calls(metrics *m, const metrics_sources *from) {
    GAUGE(m, "calls", "Calls that run now.", from->calls);
    GAUGE(m, "seats", "Agents' pages that are connected or in their resume window.", from->seats);
    begin(m, "tcccd_calls_ended_total", "counter", "Calls that have ended, by direction and EndStatusString.");
    for (int i = 0; i < m->n_ends; i++) {
        const char *end = end_status_name((enum end_status)m->ends[i].status);
        put(m, "tcccd_calls_ended_total{direction=\"out\",end=\"%s\"} %" PRIu64 "\n", end, m->ends[i].n[0]);
        put(m, "tcccd_calls_ended_total{direction=\"in\",end=\"%s\"} %" PRIu64 "\n", end, m->ends[i].n[1]);
    }
}

static void put_chat_ends(metrics *m, const chat_counters *c) {
    static const struct { enum chat_end end; const char *name; } ends[] = {
        { CHAT_END_ABNORMAL, "abnormal" }, { CHAT_END_NORMAL, "agent" }, { CHAT_END_NO_AGENT, "noAgent" }, { CHAT_END_DECLINED, "declined" },
        { CHAT_END_IVR_GIVE_UP, "flow" }, { CHAT_END_CUSTOMER_SILENT, "silent" }, { CHAT_END_CUSTOMER, "customer" } };
    begin(m, "tcccd_chats_ended_total", "counter", "Chats that have ended, by who or what ended them.");
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        put(m, "tcccd_chats_ended_total{end=\"%s\"} %" PRIu64 "\n", ends[i].name, c->ended[ends[i].end]);
}

static void put_chats(metrics *m, const metrics_sources *from) {
    static const char *const phases[] = { "flow", "queued", "offered", "open" }, *const senders[] = { "client", "seat", "system" };
    chat_counters c;
    if (!from->chats)
        return;
    chats_count(from->chats, &c);
    begin(m, "tcccd_chats", "gauge", "Chats that run now: in their flow, waiting, ringing at an agent's page, with an agent.");
    for (int i = 0; i < 4; i++)
        put(m, "tcccd_chats{phase=\"%s\"} %d\n", phases[i], c.running[i]);
    begin(m, "tcccd_chat_queue_longest_wait_seconds", "gauge", "How long the visitor who waits the longest has waited.");
    put(m, "tcccd_chat_queue_longest_wait_seconds %.3f\n", (double)acd_length(chats_queues(from->chats), 0, 0).longest_ms / 1000);
    COUNTER(m, "chats_accepted", "Chats that an agent has accepted.", c.accepted);
    begin(m, "tcccd_chat_wait_seconds_total", "counter", "How long those had waited in the queue, together.");
    put(m, "tcccd_chat_wait_seconds_total %.3f\n", (double)c.waited_ms / 1000);
    put_chat_ends(m, &c);
    begin(m, "tcccd_chat_messages_total", "counter", "Messages of chats, by their senders; system is the server.");
    for (int i = 0; i < 3; i++)
        put(m, "tcccd_chat_messages_total{from=\"%s\"} %" PRIu64 "\n", senders[i], c.messages[i]);
}

/* ---- the rest ---- */

static void put_pushes(metrics *m, const metrics_sources *from) {
    push_counters c;
    if (!from->pushes)
        return;
    push_count(from->pushes, &c);
    GAUGE(m, "pushes_waiting", "Pushes in the outbox that are to be sent.", c.waiting);
    GAUGE(m, "pushes_failed", "Pushes in the outbox that were given up; replay them when the receiver is well.", c.lost);
    COUNTER(m, "pushes_sent", "Pushes that their receiver took.", c.sent);
    COUNTER(m, "push_retries", "Tries that failed and will be repeated.", c.retries);
    COUNTER(m, "pushes_lost", "Pushes given up after their last retry.", c.failed);
}

static void put_records(metrics *m, const metrics_sources *from) {
    record_counters c;
    if (!from->records)
        return;
    record_count(from->records, &c);
    GAUGE(m, "recordings", "Recordings that run now.", c.running);
    COUNTER(m, "recordings_finished", "Recordings whose file is complete.", c.finished);
    COUNTER(m, "recordings_failed", "Recordings that could not be written.", c.failed);
    COUNTER(m, "recordings_recovered", "Recordings repaired after a crash.", c.recovered);
    COUNTER(m, "recordings_expired", "Recordings deleted when their time was over.", c.expired);
    COUNTER(m, "recording_packets_lost", "Packets for which the recorder had no room.", c.packets_lost);
    COUNTER(m, "recording_packets_unopened", "SRTP packets that no key of the call opens.", c.packets_unopened);
    COUNTER(m, "recording_bytes", "Bytes of finished recordings.", c.bytes);
    GAUGE(m, "recording_disk_full", "1 while nothing is recorded for want of room on the disk.", c.disk_full);
}

static void put_asr(metrics *m, const metrics_sources *from) {
    asr_counters c;
    if (!from->asr)
        return;
    asr_count(from->asr, &c);
    GAUGE(m, "transcripts", "Calls that are transcribed now.", c.running);
    GAUGE(m, "transcript_sentences_waiting", "Sentences that wait for a recogniser.", c.waiting);
    COUNTER(m, "transcript_sentences", "Sentences that recognisers are done with.", c.sentences);
    COUNTER(m, "transcript_sentences_failed", "Those of them that a recogniser did not answer, or not to their end.", c.failed);
    COUNTER(m, "transcript_speech_ms", "Milliseconds of speech heard in transcribed calls.", c.heard_ms);
    COUNTER(m, "transcript_speech_dropped_ms", "Those of them left out because a recogniser could not keep up.", c.dropped_ms);
    COUNTER(m, "transcript_packets_lost", "Packets for which the transcripts' ring had no room.", c.packets_lost);
    COUNTER(m, "transcript_packets_unopened", "SRTP packets that no key of the call opens.", c.packets_unopened);
}

static void put_store(metrics *m, const metrics_sources *from) {
    backlog_counters c;
    if (!from->backlog)
        return;
    backlog_count(from->backlog, &c);
    GAUGE(m, "records_waiting", "Call records that wait because the store did not take them.", c.waiting);
    GAUGE(m, "records_waiting_unsafe", "Those of them that are in memory only.", c.waiting_unsafe);
    COUNTER(m, "records_stored", "Call records stored at once.", c.kept);
    COUNTER(m, "records_stored_late", "Call records stored after waiting.", c.delayed);
    COUNTER(m, "records_refused", "Call records that the store's schema refused; they are in the journal's .refused file.", c.refused);
    COUNTER(m, "records_lost", "Call records lost for want of room.", c.lost);
}

typedef struct {
    metrics *m;
    trunks *all;
    int n;
} trunk_list;

/* Label values escape backslash, quote and line feed. */
static void escape(const char *text, char *out, size_t capacity) {
    size_t n = 0;
    for (; *text && n + 3 < capacity; text++) {
        if (*text == '\\' || *text == '"' || *text == '\n')
            out[n++] = '\\';
        out[n++] = *text == '\n' ? 'n' : *text;
    }
    out[n] = 0;
}

static bool put_trunk(void *ctx, const store_trunk *row) {
    trunk_list *l = ctx;
    char name[2 * STORE_TEXT];
    const trunk *t = trunk_find(l->all, row->name);
    escape(row->name, name, sizeof name);
    put(l->m, "tcccd_trunk_up{trunk=\"%s\"} %d\n", name, t && trunk_is_up(t));
    return ++l->n < METRICS_TRUNKS;
}

static void put_sip(metrics *m, const metrics_sources *from) {
    trunk_list l = { .m = m, .all = from->trunks };
    if (from->registrar)
        GAUGE(m, "desk_phones_registered", "Contacts of desk phones that are registered.", registrar_count(from->registrar));
    if (!from->trunks)
        return;
    begin(m, "tcccd_trunk_up", "gauge", "1 when the trunk answers, or is not asked.");
    (void)store_list_trunks(from->store, put_trunk, &l);
}

static void put_edge(metrics *m, const metrics_sources *from) {
    edge_counters c;
    if (!from->edge)
        return;
    edge_count(from->edge, &c);
    GAUGE(m, "connections", "HTTP and WebSocket connections.", c.connections);
    GAUGE(m, "bridges", "Calls whose sound passes through.", c.bridges);
    COUNTER(m, "packets_from_pages", "Media packets from agents' pages.", c.packets_from_pages);
    COUNTER(m, "packets_to_pages", "Media packets to agents' pages.", c.packets_to_pages);
    COUNTER(m, "packets_from_phones", "RTP packets from telephones.", c.packets_from_phones);
    COUNTER(m, "packets_to_phones", "RTP packets to telephones.", c.packets_to_phones);
    begin(m, "tcccd_media_packets_lost_total", "counter", "RTP packets lost on the way to tcccd: gaps in the senders' sequence numbers.");
    put(m, "tcccd_media_packets_lost_total{from=\"page\"} %" PRIu64 "\n", c.packets_lost_from_pages);
    put(m, "tcccd_media_packets_lost_total{from=\"telephone\"} %" PRIu64 "\n", c.packets_lost_from_phones);
    COUNTER(m, "download_bytes", "Bytes of recordings and sounds read for downloads.", c.file_bytes);
    begin(m, "tcccd_download_read_seconds_total", "counter", "How long media had to wait while they were read: a slow disk shows here.");
    put(m, "tcccd_download_read_seconds_total %.6f\n", (double)c.file_us / 1e6);
    COUNTER(m, "packets_dropped", "Media packets that could not be passed on.", c.packets_dropped);
}

const char *metrics_print(metrics *m, const metrics_sources *from, size_t *length) {
    m->length = 0;
    GAUGE(m, "stopping", "1 while tcccd waits for the last calls before it ends.", from->stopping);
    put_calls(m, from);
    put_agents(m, from);
    put_queues(m, from);
    put_service_level(m);
    put_chats(m, from);
    put_pushes(m, from);
    put_records(m, from);
    put_asr(m, from);
    put_store(m, from);
    put_sip(m, from);
    put_edge(m, from);
    *length = m->length;
    return m->text;
}
