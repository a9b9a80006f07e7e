/* server.c: joins edge, store, SIP, seats and calls into tcccd. Layer: server. */
#include "server/server.h"

#include "server/admin/admin.h"
#include "server/admin/metrics.h"
#include "server/bridge/bridge.h"
#include "server/call/call.h"
#include "server/chat/chat.h"
#include "server/cloudapi/call_in.h"
#include "server/cloudapi/cloudapi.h"
#include "server/cloudapi/web.h"
#include "server/demo/demo.h"
#include "server/cdr/cdr_json.h"
#include "server/ivr/prompt.h"
#include "server/provision.h"
#include "server/record/record.h"
#include "server/settings/settings.h"
#include "server/store/backlog.h"
#include "server/visitor/visitor.h"
#include "server/worker.h"
#include "server/push/push.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

enum { PREPARE_MS = 250, WORKERS = 4, WEB_WORKERS = 8 }; /* how often a stop looks whether the last call has ended; threads for what holds up */

struct server {
    const config *config;
    const logger *log;
    deadlines *timers;
    store *store;
    settings *rules;
    agents *agents;
    acd *queues;
    pushes *pushes;
    backlog *backlog;                /* finished calls on their way into the store */
    flows *flows;
    prompts *prompts;
    admin *admin;
    metrics *metrics;
    records *records;
    asr *asr;
    workers *workers;
    web *web;
    call_in_config call_in;
    cloudapi api;
    char sip_proxy[160];
    edge *edge;
    demo *demo;
    stack *stack;
    gate *gate;
    registrar *registrar;
    trunks *trunks;
    calls *calls;
    visitors *visitors;
    chat_files *files;
    chats *chats;
    seats *seats;
    deadline stop, look;
    bool stopping;
    void (*stopped)(void *ctx);
    void *stopped_ctx;
};

/* ---- from the edge ---- */

static void on_seat_open(void *ctx, edge_conn conn, const char *origin) {
    server *s = ctx;
    (void)origin;
    if (s->seats)
        seats_open(s->seats, conn);
}

static void on_seat_text(void *ctx, edge_conn conn, const char *text, size_t len) {
    server *s = ctx;
    if (s->seats)
        seats_text(s->seats, conn, text, len);
}

static void on_seat_closed(void *ctx, edge_conn conn, int code) {
    server *s = ctx;
    (void)code;
    if (s->seats)
        seats_closed(s->seats, conn);
}

static void on_media_path(void *ctx, edge_seat seat, int path, int open) {
    server *s = ctx;
    LOG(s->log, LOG_LEVEL_DEBUG, "media.path", log_integer("seat", seat), log_integer("path", path), log_integer("open", open));
}

static void on_bridge_event(void *ctx, uint32_t bridge, int side, int event, int64_t value) {
    server *s = ctx;
    if (s->calls)
        calls_bridge_event(s->calls, bridge, side, event, value);
    if (s->demo)
        telephone_bridge_event(demo_telephone(s->demo), bridge, event);
}

static void on_video_event(void *ctx, uint32_t relay, int side, int up) {
    server *s = ctx;
    if (s->calls)
        calls_video_event(s->calls, relay, side, up);
}

static void reply_health(server *s, const edge_http_request *request) {
    char json[160];
    int n = snprintf(json, sizeof json, "{\"status\":\"%s\",\"calls\":%d,\"seats\":%d}", s->stopping ? "stopping" : "ok", calls_count(s->calls), seats_count(s->seats));
    edge_reply(s->edge, request->id, s->stopping ? 503 : 200, "application/json", "cache-control: no-store\n", json, (size_t)n);
}

static void reply_metrics(server *s, const edge_http_request *request) {
    size_t length;
    metrics_sources from = { .store = s->store, .agents = s->agents, .queues = s->queues, .pushes = s->pushes, .records = s->records, .asr = s->asr, .backlog = s->backlog,
                             .registrar = s->registrar, .trunks = s->trunks, .chats = s->chats, .edge = s->edge, .calls = calls_count(s->calls),
                             .seats = seats_count(s->seats), .stopping = s->stopping };
    const char *text = metrics_print(s->metrics, &from, &length);
    edge_reply(s->edge, request->id, 200, METRICS_CONTENT_TYPE, "cache-control: no-store\n", text, length);
}

static void reply_api(server *s, const edge_http_request *request) {
    size_t n;
    const char *answer = cloudapi_answer(&s->api, request, clock_unix_ms() / 1000, &n);
    if (answer)
        edge_reply(s->edge, request->id, 200, CLOUDAPI_CONTENT_TYPE, NULL, answer, n);
}

static void on_http(void *ctx, const edge_http_request *request) {
    static const char missing[] = "{\"message\":\"There is nothing at this address.\"}";
    server *s = ctx;
    if (!s->seats)
        return;
    bool get = !strcmp(request->method, "GET");
    if (cloudapi_wants(request))
        reply_api(s, request);
    else if (get && !strcmp(request->path, "/healthz"))
        reply_health(s, request);
    else if (get && !strcmp(request->path, "/metrics"))
        reply_metrics(s, request);
    else if (record_http(s->records, request) || visitors_http(s->visitors, request) || chat_files_http(s->files, request))
        return;
    else if (!admin_http(s->admin, request) && (!s->demo || !demo_http(s->demo, request)))
        edge_reply(s->edge, request->id, 404, "application/json", NULL, missing, sizeof missing - 1);
}

/* ---- from SIP ---- */

static void on_invite(void *ctx, endpoint *at, const struct sip_msg *request) {
    server *s = ctx;
    calls_invite(s->calls, at, request);
}

static void on_registration(void *ctx, endpoint *at, const struct sip_msg *request) {
    server *s = ctx;
    registrar_take(s->registrar, at, request);
}

static bool find_secret(void *ctx, const char *username, enum digest_algorithm algorithm, char ha1[DIGEST_HEX_MAX]) {
    server *s = ctx;
    store_extension extension;
    if (store_get_extension(s->store, username, &extension))
        return false;
    snprintf(ha1, DIGEST_HEX_MAX, "%s", algorithm == DIGEST_SHA256 ? extension.ha1_sha256 : extension.ha1_md5);
    return ha1[0] != 0;
}

/* ---- start ---- */

static const char *or_null(const char *text) { return text[0] ? text : NULL; }

/* The address that leads outward: what pages on other machines can reach. */
static void outward_address(char *text, size_t capacity) {
    struct sa address;
    if (net_default_source_addr_get(AF_INET, &address))
        str_ncpy(text, "127.0.0.1", capacity);
    else
        re_snprintf(text, capacity, "%j", &address);
}

static void on_push_stored(void *ctx) {
    server *s = ctx;
    pushes_wake(s->pushes);
}

static bool start_backlog(server *s, char *err, size_t err_cap) {
    char path[512];
    backlog_path(s->config->data, path, sizeof path);
    s->backlog = backlog_new(s->store, s->timers, path, on_push_stored, s, s->log, err, err_cap);
    return s->backlog != NULL;
}

static bool start_store(server *s, char *err, size_t err_cap) {
    const config *c = s->config;
    pushes_config push = { .retry_s = { c->push.retry_s[0], c->push.retry_s[1], c->push.retry_s[2] }, .timeout_s = c->push.timeout_s,
                            .tls_ca = or_null(c->push.tls_ca) };
    s->store = store_open(c->data, s->log, err, err_cap);
    s->rules = s->store ? settings_new(s->store, s->log) : NULL;
    if (!s->rules || (c->provision && provision(s->store, c->provision, c->sip.realm, err, err_cap)))
        return false;
    settings_set_defaults(s->rules, c->calls.ring_s, c->calls.queue_s, c->calls.wrap_up_s);
    if (settings_provision_instances(s->rules, c->provision, err, err_cap))
        return false;
    s->flows = flows_new(s->store, s->log);
    s->pushes = pushes_new(&push, s->store, s->rules, s->timers, s->log);
    if (s->pushes)
        pushes_wake(s->pushes); /* what the last run left */
    return s->pushes && s->flows && start_backlog(s, err, err_cap);
}

static bool start_edge(server *s, char *err, size_t err_cap) {
    const config *c = s->config;
    char outward[64];
    outward_address(outward, sizeof outward);
    edge_config settings = {
        .host = c->http.host[0] ? c->http.host : "0.0.0.0", .port = c->http.port, .tls_cert = or_null(c->http.tls_cert), .tls_key = or_null(c->http.tls_key),
        .dc_host = c->data_channel.host[0] ? c->data_channel.host : outward, .dc_port = c->data_channel.port, .sdk_dir = c->http.sdk_dir,
        .web_dir = or_null(c->http.web_dir), .music_dir = NULL, .proxies = c->http.proxies,
    };
    edge_handler handler = { on_seat_open, on_seat_text, on_seat_closed, on_http, on_media_path, on_bridge_event, on_video_event };
    s->edge = edge_start(&settings, &handler, s, err, err_cap);
    size_t used = strlen(err);
    if (!s->edge && used < err_cap)
        snprintf(err + used, err_cap - used, " (Options http.host, http.port and dataChannel.port; or --host and --port.)");
    s->api = (cloudapi){ .store = s->store, .log = s->log, .public_url = or_null(c->http.public_url), .tls = c->http.tls_cert[0] != 0,
                         .realm = c->sip.realm, .sip_proxy = s->sip_proxy, .edge = s->edge, .settings = s->rules, .workers = s->workers, .web = s->web,
                         .flows = s->flows };
    return s->edge != NULL;
}

/* ---- recordings ---- */

enum { URL_FOR_GOOD_S = 10 * 365 * 24 * 3600 };

/* PUSH-072, PUSH-081: one push for each participant, or for the voicemail. Nobody is pushed a mixed one. */
static void push_recording(server *s, const store_recording *recording) {
    char url[1024];
    bool voicemail = recording->kind == RECORDING_VOICEMAIL;
    int64_t now_s = clock_unix_ms() / 1000, seconds = recording->expires_ms ? recording->expires_ms / 1000 - now_s : URL_FOR_GOOD_S;
    if (recording->kind == RECORDING_MIXED || record_url(s->records, recording->record_id, now_s, (int)seconds, url, sizeof url))
        return;
    char *body = voicemail ? voicemail_push_body(recording, url) : record_push_body(recording, url);
    if (body && !push_put(s->pushes, recording->app_id, voicemail ? "voicemail" : "record", recording->session_id, body))
        pushes_wake(s->pushes);
    free(body);
}

static void on_recording(void *ctx, const store_recording *recording) {
    server *s = ctx;
    if (recording->bytes > 0 && s->records)
        push_recording(s, recording);
}

/* The folder of the SQLite file; the present one when the store is somewhere else. */
static void data_folder(const config *c, char *folder, size_t capacity) {
    const char *slash = strstr(c->data, "://") ? NULL : strrchr(c->data, '/');
    snprintf(folder, capacity, "%.*s", slash ? (int)(slash - c->data) : 1, slash ? c->data : ".");
}

static void on_record_ended(void *ctx, uint32_t handle, enum record_end why) {
    server *s = ctx;
    (void)why;
    if (s->calls)
        calls_record_ended(s->calls, handle);
}

static bool start_records(server *s, char *err, size_t err_cap) {
    const config *c = s->config;
    char folder[1024], url[300], outward[64];
    const char *host = c->http.host;
    outward_address(outward, sizeof outward);
    if (!host[0] || !strcmp(host, "0.0.0.0") || !strcmp(host, "::"))
        host = outward;
    data_folder(c, folder, sizeof folder);
    snprintf(url, sizeof url, strchr(host, ':') ? "%s://[%s]:%d" : "%s://%s:%d", c->http.tls_cert[0] ? "https" : "http", host, edge_port(s->edge));
    records_config settings = { .folder = folder, .public_url = c->http.public_url[0] ? c->http.public_url : url };
    records_handler handler = { .finished = on_recording, .ended = on_record_ended };
    s->records = records_new(&settings, s->edge, s->store, s->rules, s->timers, s->log, &handler, s);
    s->api.records = s->records;
    if (!s->records)
        snprintf(err, err_cap, "%s/records cannot be used for recordings. Let tcccd write into the folder of the option \"data\".", folder);
    return s->records != NULL;
}

static void on_said(void *ctx, uint32_t transcript, int side, const wire_asr *said) {
    server *s = ctx;
    if (s->calls)
        calls_said(s->calls, transcript, side, said);
}

static bool start_transcripts(server *s) {
    asr_config settings = { .tls_ca = or_null(s->config->push.tls_ca) };
    asr_handler handler = { on_said };
    s->asr = asr_new(&settings, s->edge, s->log, &handler, s);
    return s->asr != NULL;
}

static void on_flow_published(void *ctx, const flow *f) { prompt_make_ahead(((server *)ctx)->prompts, f); }

static bool start_prompts(server *s, char *err, size_t err_cap) {
    const config *c = s->config;
    char folder[1024];
    data_folder(c, folder, sizeof folder);
    prompts_config settings = { .folder = folder, .voice = c->prompts.voice, .speech_url = c->prompts.speech_url, .review = c->prompts.review,
                                .speech_bytes_max = (int64_t)c->prompts.speech_mib << 20 };
    s->prompts = prompts_new(&settings, s->store, s->workers, s->log);
    s->api.prompts = s->prompts;
    if (s->prompts)
        flows_tell(s->flows, on_flow_published, s);
    else
        snprintf(err, err_cap, "%s/sounds and %s/speech cannot be used. Let tcccd write into the folder of the option \"data\".", folder, folder);
    return s->prompts != NULL;
}

static bool start_demo(server *s, char *err, size_t err_cap) {
    demo_config settings = { .edge = s->edge, .api = &s->api, .timers = s->timers, .log = s->log, .speech = s->config->speech };
    if (s->config->demo)
        s->demo = demo_start(&settings, err, err_cap);
    return !s->config->demo || s->demo;
}

static bool start_sip(server *s, char *err, size_t err_cap) {
    const config *c = s->config;
    stack_config settings = {
        .host = c->sip.host, .port = c->sip.port, .tls_port = c->sip.tls_port, .tls_cert = or_null(c->sip.tls_cert), .tls_ca = or_null(c->sip.tls_ca),
        .advertise = or_null(c->sip.advertise), .software = "tcccd",
    };
    stack_handler handler = { on_invite, on_registration };
    s->stack = stack_start(&settings, &handler, s, s->timers, s->log, err, err_cap);
    if (!s->stack)
        return false;
    s->gate = gate_new(c->sip.realm, c->sip.digest_sha256, find_secret, s);
    s->registrar = registrar_new(s->gate, s->timers, s->log);
    s->trunks = trunks_new(s->stack, s->log);
    s->api.registrar = s->registrar;
    snprintf(s->sip_proxy, sizeof s->sip_proxy, "%s:%d", c->sip.advertise[0] ? c->sip.advertise : stack_address(s->stack), stack_port(s->stack));
    return s->gate && s->registrar && s->trunks;
}

static enum sip_transp transport_of(enum store_transport transport) {
    return transport == STORE_TLS ? SIP_TRANSP_TLS : transport == STORE_TCP ? SIP_TRANSP_TCP : SIP_TRANSP_UDP;
}

static void split_addresses(const char *list, trunk_settings *out) {
    for (const char *at = list; *at && out->n_addresses < TRUNK_ADDRESSES;) {
        size_t n = strcspn(at, ", ");
        if (n && n < sizeof out->addresses[0]) {
            memcpy(out->addresses[out->n_addresses], at, n);
            out->addresses[out->n_addresses++][n] = 0;
        }
        at += n + strspn(at + n, ", ");
    }
}

static trunk_settings settings_of_trunk(const store_trunk *row) {
    trunk_settings t = { .port = row->port, .transport = transport_of(row->transport), .registers = row->registers, .qualify_s = row->qualify_s,
                         .srtp = row->srtp ? TRUNK_SRTP_REQUIRED : TRUNK_SRTP_OFF };
    str_ncpy(t.name, row->name, sizeof t.name);
    str_ncpy(t.host, row->host, sizeof t.host);
    str_ncpy(t.username, row->username, sizeof t.username);
    str_ncpy(t.password, row->password, sizeof t.password);
    split_addresses(row->allow, &t);
    return t;
}

static bool add_trunk(void *ctx, const store_trunk *row) {
    server *s = ctx;
    trunk_settings t = settings_of_trunk(row);
    return trunk_add(s->trunks, &t) != NULL;
}

typedef struct {                     /* a trunk whose host's addresses a worker asks for: the resolver may take its time */
    server *server;
    store_trunk row;
    trunk_settings settings;
} new_trunk;

static void resolve_trunk(void *arg) {
    new_trunk *n = arg;
    trunk_settings *t = &n->settings;
    struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *list = NULL;
    t->resolved = true;
    if (getaddrinfo(t->host, NULL, &hints, &list))
        return;
    for (struct addrinfo *one = list; one && t->n_addresses < TRUNK_ADDRESSES; one = one->ai_next)
        if (!getnameinfo(one->ai_addr, one->ai_addrlen, t->addresses[t->n_addresses], sizeof t->addresses[0], NULL, 0, NI_NUMERICHOST))
            t->n_addresses++;
    freeaddrinfo(list);
}

/* Unless it was changed once more meanwhile: then that change brings its own. */
static void on_trunk_resolved(void *arg, int started) {
    new_trunk *n = arg;
    server *s = n->server;
    store_trunk row = { .name = "" }; /* all zero, as the other one was: they are compared as bytes */
    bool current = started && !store_get_trunk(s->store, n->row.name, &row) && !memcmp(&row, &n->row, sizeof row);
    if (current) {
        trunk_remove(s->trunks, row.name);
        if (!trunk_add(s->trunks, &n->settings))
            LOG(s->log, LOG_LEVEL_ERROR, "trunk.add", log_text("name", row.name));
    }
    free(n);
}

/* A trunk of the store is new, other or gone. */
static void on_trunk_changed(void *ctx, const char *name) {
    server *s = ctx;
    new_trunk *n = calloc(1, sizeof *n);
    if (n && !store_get_trunk(s->store, name, &n->row)) {
        n->server = s;
        n->settings = settings_of_trunk(&n->row);
        if (!workers_do(s->workers, resolve_trunk, on_trunk_resolved, n))
            return;
        LOG(s->log, LOG_LEVEL_ERROR, "trunk.add", log_text("name", name));
    }
    trunk_remove(s->trunks, name);
    free(n);
}

static void on_admin_reply(void *ctx, edge_request request, int status, const char *content_type, const char *headers, const void *body, size_t length) {
    server *s = ctx;
    edge_reply(s->edge, request, status, content_type, headers, body, length);
}

static bool start_admin(server *s) {
    admin_parts parts = { .store = s->store, .settings = s->rules, .agents = s->agents, .queues = s->queues, .pushes = s->pushes, .flows = s->flows, .prompts = s->prompts, .records = s->records,
                          .trunks = s->trunks,
                          .registrar = s->registrar, .workers = s->workers, .edge = s->edge, .log = s->log, .realm = s->config->sip.realm,
                          .public_url = or_null(s->config->http.public_url), .reply = on_admin_reply, .trunk_changed = on_trunk_changed, .ctx = s };
    parts.tls = s->config->http.tls_cert[0] || !strncmp(s->config->http.public_url, "https:", 6);
    s->admin = admin_new(&parts);
    s->api.admin = s->admin;
    return s->admin != NULL;
}

/* ---- from seats ---- */

static void on_seat_request(void *ctx, seat *of, const wire_request *request, uint64_t ticket) {
    server *s = ctx;
    if (request->method == WIRE_VISIT_START || request->method == WIRE_VISIT_END)
        visitors_request(s->visitors, of, request, ticket);
    else if (request->method >= WIRE_CHAT_ACCEPT && request->method <= WIRE_CHAT_RATE)
        chats_request(s->chats, of, request, ticket);
    else
        calls_request(s->calls, of, request, ticket);
}

static int on_seat_snapshot(void *ctx, seat *of, wire_session *list) {
    server *s = ctx;
    return chats_snapshot(s->chats, of, list, calls_snapshot(s->calls, of, list));
}

static void on_seat_directory(void *ctx, seat *of, uint64_t ticket) { calls_directory(((server *)ctx)->calls, of, ticket); }

static void on_seat_tell_media(void *ctx, seat *of) { calls_tell_media(((server *)ctx)->calls, of); }

static void on_seat_unreachable(void *ctx, seat *of) { calls_seat_unreachable(((server *)ctx)->calls, of); }

static void on_seat_gone(void *ctx, seat *of) {
    server *s = ctx;
    chats_seat_gone(s->chats, of);
    calls_seat_gone(s->calls, of);
}

static struct visitor *on_visitor_token(void *ctx, const char *token) { return visitors_use_token(((server *)ctx)->visitors, token); }

static struct visitor *on_visitor_who_stays(void *ctx, int64_t app_id, const char *id) {
    struct visitor *v = visitors_find(((server *)ctx)->visitors, app_id, id);
    return v && visitor_session(v, WIRE_IM)[0] ? v : NULL;
}

static bool start_visitors(server *s) {
    char folder[1024];
    data_folder(s->config, folder, sizeof folder);
    visitors_parts parts = { .edge = s->edge, .store = s->store, .timers = s->timers, .log = s->log, .folder = folder,
                             .sign_ins_per_minute = s->config->visitors.sign_ins_per_minute, .sessions = s->config->visitors.sessions,
                             .upload_mib = s->config->visitors.upload_mib };
    chat_files_parts files = { .edge = s->edge, .store = s->store, .workers = s->workers, .log = s->log, .folder = folder };
    s->visitors = visitors_new(&parts);
    s->files = s->visitors ? chat_files_new(&files) : NULL;
    return s->files != NULL;
}

static bool start_chats(server *s) {
    chats_parts parts = { .store = s->store, .agents = s->agents, .settings = s->rules, .pushes = s->pushes, .visitors = s->visitors, .files = s->files, .flows = s->flows,
                          .timers = s->timers, .log = s->log };
    s->chats = chats_new(&parts);
    return s->chats != NULL;
}

static void on_call_ended(void *ctx, const store_cdr *cdr) {
    server *s = ctx;
    metrics_note_call(s->metrics, cdr);
}

static bool start_calls(server *s) {
    const config *c = s->config;
    calls_config call_settings = { .no_reply_s = c->calls.no_reply_s,
        .outbound_ring_s = c->calls.outbound_ring_s, .session_expires_s = c->sip.session_expires_s, .rtp_min = c->rtp.min, .rtp_max = c->rtp.max, .music = c->calls.music };
    seats_config seat_settings = { .heartbeat_ms = c->heartbeat_ms, .resume_s = c->calls.resume_s, .data_channel = c->data_channel.port >= 0, .ice_servers = c->data_channel.ice_servers };
    seat_handler handler = { .request = on_seat_request, .directory = on_seat_directory, .snapshot = on_seat_snapshot, .tell_media = on_seat_tell_media,
                             .unreachable = on_seat_unreachable, .visitor = on_visitor_token,
                             .visitor_who_stays = on_visitor_who_stays, .gone = on_seat_gone };
    agent_handler for_calls = { .removed = calls_agent_removed };
    acd_handler offers = { .offer = calls_offer, .also = calls_also, .moved = calls_moved };
    s->calls = calls_new(&call_settings);
    s->agents = agents_new(s->store, s->rules, s->timers, s->log);
    s->api.agents = s->agents;
    s->api.calls = s->calls;
    s->seats = s->calls && s->agents ? seats_new(&seat_settings, s->edge, s->store, s->agents, s->timers, s->log, &handler, s) : NULL;
    s->queues = s->seats ? acd_new(s->agents, s->store, s->rules, s->timers, s->log, &offers, s->calls) : NULL;
    s->metrics = metrics_new();
    static const visit_server visits = { calls_visit_start, calls_visit_end };
    visitors_serve(s->visitors, WIRE_VOIP, &visits, s->calls);
    visitors_serve(s->visitors, WIRE_VIDEO, &visits, s->calls);
    if (!s->queues || !s->metrics || !start_chats(s) || store_list_trunks(s->store, add_trunk, s))
        return false;
    calls_parts parts = { .edge = s->edge, .store = s->store, .stack = s->stack, .registrar = s->registrar, .trunks = s->trunks, .gate = s->gate,
                          .agents = s->agents, .queues = s->queues, .settings = s->rules, .flows = s->flows, .prompts = s->prompts, .records = s->records, .asr = s->asr,
                          .pushes = s->pushes, .backlog = s->backlog, .call_in = &s->call_in, .timers = s->timers, .log = s->log,
                          .ended = on_call_ended, .ctx = s };
    calls_use(s->calls, &parts);
    agents_listen(s->agents, &for_calls, s->calls);
    agents_set_reach(s->agents, calls_reach, s->calls);
    registrar_listen(s->registrar, calls_extension_changed, s->calls);
    seats_restore(s->seats);
    chats_go_on(s->chats);
    return start_admin(s);
}

static void on_edge_readable(int flags, void *arg) {
    server *s = arg;
    (void)flags;
    edge_dispatch(s->edge);
}

static bool start_all(server *s, char *err, size_t err_cap) {
    s->workers = workers_new(WORKERS);
    s->web = web_new(WEB_WORKERS, s->config->cloud_api.private_urls);
    s->call_in = (call_in_config){ .web = s->web, .log = s->log };
    return s->timers && s->workers && s->web && start_store(s, err, err_cap) && start_edge(s, err, err_cap) && start_prompts(s, err, err_cap) &&
           start_records(s, err, err_cap) && start_transcripts(s) && start_demo(s, err, err_cap) && start_sip(s, err, err_cap) &&
           start_visitors(s) && start_calls(s) && !fd_listen(edge_fd(s->edge), FD_READ, on_edge_readable, s);
}

server *server_start(const config *c, const logger *log, char *err, size_t err_cap) {
    server *s = calloc(1, sizeof *s);
    snprintf(err, err_cap, "Memory is exhausted.");
    if (!s)
        return NULL;
    s->config = c;
    s->log = log;
    s->timers = deadlines_new();
    if (!start_all(s, err, err_cap)) {
        server_free(s);
        return NULL;
    }
    if (s->demo)
        demo_set_centre(s->demo, stack_address(s->stack), stack_port(s->stack));
    return s;
}

void server_print_ready(const server *s) {
    printf("tcccd ready http=%d sip=%d sips=%d dc=%d\n", edge_port(s->edge), stack_port(s->stack), stack_tls_port(s->stack), edge_dc_port(s->edge));
    fflush(stdout);
    if (s->demo)
        demo_print(s->demo, edge_port(s->edge));
}

/* ---- stop ---- */

static void finish_stop(server *s) {
    deadline_clear(s->timers, &s->stop);
    deadline_clear(s->timers, &s->look);
    calls_end_all(s->calls);
    chats_stop(s->chats);
    s->stopped(s->stopped_ctx);
}

static void stop_limit(void *owner) { finish_stop(owner); }

static void look_for_end(void *owner) {
    server *s = owner;
    if (calls_count(s->calls) == 0)
        finish_stop(s);
    else
        deadline_set(s->timers, &s->look, PREPARE_MS, look_for_end, s);
}

void server_ask_stop(server *s, void (*stopped)(void *ctx), void *ctx) {
    s->stopped = stopped;
    s->stopped_ctx = ctx;
    if (s->stopping) {
        finish_stop(s);
        return;
    }
    s->stopping = true;
    LOG(s->log, LOG_LEVEL_INFO, "stop", log_integer("calls", calls_count(s->calls)));
    calls_close(s->calls);
    deadline_set(s->timers, &s->stop, (uint64_t)s->config->calls.stop_limit_s * 1000, stop_limit, s);
    look_for_end(s);
}

void server_free(server *s) {
    if (!s)
        return;
    if (s->edge)
        fd_close(edge_fd(s->edge));
    if (s->timers) {
        deadline_clear(s->timers, &s->stop);
        deadline_clear(s->timers, &s->look);
    }
    seats *agents = s->seats;
    calls *all = s->calls;
    demo *trial = s->demo;
    s->seats = NULL; /* the edge still hands out what it has when it stops */
    s->calls = NULL;
    s->demo = NULL;
    web_free(s->web);
    s->api.web = NULL;
    workers_free(s->workers); /* what waited for them is answered while the others are still there */
    admin_free(s->admin);
    seats_free(agents);
    calls_free(all);
    chats_free(s->chats);
    chat_files_free(s->files);
    visitors_free(s->visitors);
    metrics_free(s->metrics);
    acd_free(s->queues);
    trunks_free(s->trunks);
    registrar_free(s->registrar);
    demo_stop(trial);
    stack_stop(s->stack);
    gate_free(s->gate);
    asr_free(s->asr);
    s->asr = NULL;
    records_free(s->records); /* taps end on the edge's bridges, rows go to the store, pushes to the outbox */
    s->records = NULL;
    if (s->edge)
        edge_stop(s->edge);
    backlog_free(s->backlog);
    pushes_free(s->pushes);
    flows_free(s->flows);
    prompts_free(s->prompts);
    agents_free(s->agents);
    settings_free(s->rules);
    store_close(s->store);
    deadlines_free(s->timers);
    free(s);
}
