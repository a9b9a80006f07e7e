/* config.c: reads tcccd's configuration. Layer: server. */
#include "server/config.h"

#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void config_init(config *c) {
    *c = (config){
        .http = { .host = "", .port = 8080, .tls_cert = "", .tls_key = "", .public_url = "", .sdk_dir = "dist", .web_dir = "" },
        .data_channel = { .host = "", .port = 8080 },
        .sip = { .host = "", .advertise = "", .realm = "tcccd", .tls_cert = "", .tls_ca = "", .port = 5060, .tls_port = 5061, .session_expires_s = 1800 },
        .calls = { .ring_s = 20, .queue_s = 60, .resume_s = 60, .stop_limit_s = 30, .no_reply_s = 8, .outbound_ring_s = 60, .music = "" },
        .push = { .retry_s = { 10, 60, 300 }, .timeout_s = 15, .tls_ca = "" },
        .prompts = { .voice = "en-us", .speech_url = "", .speech_mib = 256 },
        .heartbeat_ms = 5000,
        .data = "tcccd.sqlite",
        .log_level = LOG_LEVEL_INFO,
        .speech = "",
    };
}

/* Members that we do not know are mistakes: a misspelt option would be without effect and nobody would know. */
static int check_names(const json_value *object, const char *where, const char *const known[], char *message, size_t capacity) {
    for (const json_value *e = json_first(object); e; e = json_next(e)) {
        int i = 0;
        while (known[i] && strcmp(known[i], json_name(e)))
            i++;
        if (known[i])
            continue;
        snprintf(message, capacity, "%s%s%s is no option.", where, *where ? "." : "", json_name(e));
        return TCCC_E_ARG_RANGE;
    }
    return 0;
}

typedef struct {
    config *c;
    const json_value *root;
    char message[240];
    int error;
} reading;

static void finish_section(reading *r, const char *name, const json_reader *in) {
    if (!r->error && in->error) {
        r->error = in->error;
        snprintf(r->message, sizeof r->message, "%s.%s", name, in->message);
    }
}

#define KNOWN(...) (const char *const[]){ __VA_ARGS__, NULL }

/* Whether the file has section `name`; then *in reads it. */
static bool begin(reading *r, const char *name, const char *const known[], json_reader *in) {
    const json_value *object = r->error ? NULL : json_member(r->root, name);
    if (!object)
        return false;
    *in = json_read(object);
    if (!in->error)
        r->error = check_names(object, name, known, r->message, sizeof r->message);
    return !r->error;
}

static void read_http(reading *r) {
    json_reader in;
    if (!begin(r, "http", KNOWN("host", "port", "tlsCert", "tlsKey", "publicUrl", "sdkDir", "webDir"), &in))
        return;
    r->c->http.host = json_string_or(&in, "host", r->c->http.host, 64);
    r->c->http.port = (int)json_integer_or(&in, "port", r->c->http.port, 0, 65535);
    r->c->http.tls_cert = json_string_or(&in, "tlsCert", "", 4096);
    r->c->http.tls_key = json_string_or(&in, "tlsKey", "", 4096);
    r->c->http.public_url = json_string_or(&in, "publicUrl", "", 512);
    r->c->http.sdk_dir = json_string_or(&in, "sdkDir", r->c->http.sdk_dir, 4096);
    r->c->http.web_dir = json_string_or(&in, "webDir", r->c->http.web_dir, 4096);
    finish_section(r, "http", &in);
}

static void read_data_channel(reading *r) {
    json_reader in;
    if (!begin(r, "dataChannel", KNOWN("host", "port"), &in))
        return;
    r->c->data_channel.host = json_string_or(&in, "host", "", 64);
    r->c->data_channel.port = (int)json_integer_or(&in, "port", r->c->data_channel.port, -1, 65535);
    finish_section(r, "dataChannel", &in);
}

static void read_sip(reading *r) {
    json_reader in;
    if (!begin(r, "sip", KNOWN("host", "port", "tlsPort", "advertise", "realm", "tlsCert", "tlsCa", "digestSha256", "sessionExpiresSeconds"), &in))
        return;
    r->c->sip.host = json_string_or(&in, "host", "", 64);
    r->c->sip.port = (int)json_integer_or(&in, "port", r->c->sip.port, 0, 65535);
    r->c->sip.tls_port = (int)json_integer_or(&in, "tlsPort", r->c->sip.tls_port, -1, 65535);
    r->c->sip.advertise = json_string_or(&in, "advertise", "", 63);
    r->c->sip.realm = json_string_or(&in, "realm", r->c->sip.realm, 63);
    r->c->sip.tls_cert = json_string_or(&in, "tlsCert", "", 4096);
    r->c->sip.tls_ca = json_string_or(&in, "tlsCa", "", 4096);
    r->c->sip.digest_sha256 = json_bool_or(&in, "digestSha256", false);
    r->c->sip.session_expires_s = (int)json_integer_or(&in, "sessionExpiresSeconds", r->c->sip.session_expires_s, 90, 86400);
    finish_section(r, "sip", &in);
}

static void read_rtp(reading *r) {
    json_reader in;
    if (!begin(r, "rtp", KNOWN("min", "max"), &in))
        return;
    r->c->rtp.min = (int)json_integer_or(&in, "min", 0, 0, 65534);
    r->c->rtp.max = (int)json_integer_or(&in, "max", 0, 0, 65535);
    if (r->c->rtp.max < r->c->rtp.min)
        json_fail(&in, TCCC_E_ARG_RANGE, "max", "must not be below min");
    finish_section(r, "rtp", &in);
}

static void read_calls(reading *r) {
    json_reader in;
    if (!begin(r, "calls", KNOWN("ringSeconds", "queueSeconds", "resumeSeconds", "stopLimitSeconds", "noReplySeconds", "outboundRingSeconds",
                                 "wrapUpSeconds", "music"), &in))
        return;
    r->c->calls.ring_s = (int)json_integer_or(&in, "ringSeconds", r->c->calls.ring_s, 1, 600);
    r->c->calls.queue_s = (int)json_integer_or(&in, "queueSeconds", r->c->calls.queue_s, 0, 36000);
    r->c->calls.resume_s = (int)json_integer_or(&in, "resumeSeconds", r->c->calls.resume_s, 1, 3600);
    r->c->calls.stop_limit_s = (int)json_integer_or(&in, "stopLimitSeconds", r->c->calls.stop_limit_s, 0, 36000);
    r->c->calls.no_reply_s = (int)json_integer_or(&in, "noReplySeconds", r->c->calls.no_reply_s, 1, 32);
    r->c->calls.outbound_ring_s = (int)json_integer_or(&in, "outboundRingSeconds", r->c->calls.outbound_ring_s, 1, 600);
    r->c->calls.wrap_up_s = (int)json_integer_or(&in, "wrapUpSeconds", 0, 0, 3600);
    r->c->calls.music = json_string_or(&in, "music", "", 4096);
    finish_section(r, "calls", &in);
}

static void read_push(reading *r) {
    json_reader in;
    if (!begin(r, "push", KNOWN("retrySeconds", "timeoutSeconds", "tlsCa"), &in))
        return;
    r->c->push.timeout_s = (int)json_integer_or(&in, "timeoutSeconds", r->c->push.timeout_s, 1, 120);
    r->c->push.tls_ca = json_string_or(&in, "tlsCa", "", 4096);
    const json_value *list = json_array_or(&in, "retrySeconds", 3);
    int64_t wait_s = 0;
    int i = 0;
    for (const json_value *e = json_first(list); e && !in.error; e = json_next(e)) {
        if (!json_whole(e, &wait_s) || wait_s < 1 || wait_s > 86400)
            json_fail(&in, TCCC_E_ARG_RANGE, "retrySeconds", "must hold whole numbers from 1 to 86400");
        r->c->push.retry_s[i++] = (int)wait_s;
    }
    if (list && i != 3)
        json_fail(&in, TCCC_E_ARG_RANGE, "retrySeconds", "must have three elements, one for each retry");
    finish_section(r, "push", &in);
}

static void read_cloud_api(reading *r) {
    json_reader in;
    if (!begin(r, "cloudApi", KNOWN("privateUrls"), &in))
        return;
    r->c->cloud_api.private_urls = json_bool_or(&in, "privateUrls", false);
    finish_section(r, "cloudApi", &in);
}

static void read_prompts(reading *r) {
    json_reader in;
    if (!begin(r, "prompts", KNOWN("voice", "speechUrl", "review", "speechMegabytes"), &in))
        return;
    const char *url = json_string_or(&in, "speechUrl", "", 2048);
    if (url && url[0] && strncmp(url, "http://", 7) && strncmp(url, "https://", 8))
        json_fail(&in, TCCC_E_ARG_RANGE, "speechUrl", "must begin with http:// or https://");
    r->c->prompts.speech_url = url;
    r->c->prompts.voice = json_string_or(&in, "voice", r->c->prompts.voice, 31);
    r->c->prompts.review = json_bool_or(&in, "review", false);
    r->c->prompts.speech_mib = (int)json_integer_or(&in, "speechMegabytes", r->c->prompts.speech_mib, 1, 100000);
    finish_section(r, "prompts", &in);
}

static void read_root(reading *r) {
    static const char *const levels[] = { "debug", "info", "warning", "error", NULL };
    r->error = check_names(r->root, "", KNOWN("http", "dataChannel", "sip", "rtp", "calls", "push", "cloudApi", "prompts", "heartbeatMs", "data", "log", "demo", "speech", "instances"),
                           r->message, sizeof r->message);
    if (r->error)
        return;
    json_reader in = json_read(r->root);
    r->c->heartbeat_ms = (int)json_integer_or(&in, "heartbeatMs", r->c->heartbeat_ms, 200, 60000);
    r->c->data = json_string_or(&in, "data", r->c->data, 4096);
    r->c->log_level = (enum log_level)json_choice_or(&in, "log", r->c->log_level, levels);
    r->c->demo = json_bool_or(&in, "demo", false);
    r->c->speech = json_string_or(&in, "speech", "", 4096);
    r->c->provision = json_array_or(&in, "instances", 64);
    if (in.error) {
        r->error = in.error;
        snprintf(r->message, sizeof r->message, "%s", in.message);
    }
}

/* The line of the member that a message begins with ("sip.port must ..."): the first that names it in quotes. */
static int line_of(const char *text, size_t len, const char *message) {
    char name[80] = "\"";
    size_t full = strcspn(message, " "), start = full;
    while (start && message[start - 1] != '.')
        start--;
    if (full - start + 3 > sizeof name)
        return 0;
    snprintf(name, sizeof name, "\"%.*s\"", (int)(full - start), message + start);
    int line = 1;
    size_t n = strlen(name);
    for (size_t i = 0; i + n <= len; i++) {
        if (!memcmp(text + i, name, n))
            return line;
        line += text[i] == '\n';
    }
    return 0;
}

int config_parse(config *c, const char *name, const char *text, size_t len, char *err, size_t err_cap) {
    reading r = { .c = c };
    json_free(c->tree);
    c->tree = NULL;
    int error = json_parse(text, len, CONFIG_FILE_MAX, &c->tree);
    if (error || !json_is_object(c->tree)) {
        snprintf(err, err_cap, "%s: not a JSON object (or larger than 1 MiB)", name);
        return error ? error : TCCC_E_FORMAT;
    }
    r.root = c->tree;
    read_root(&r);
    read_http(&r);
    read_data_channel(&r);
    read_sip(&r);
    read_rtp(&r);
    read_calls(&r);
    read_push(&r);
    read_cloud_api(&r);
    read_prompts(&r);
    if (!r.error)
        return 0;
    int line = line_of(text, len, r.message);
    if (line)
        snprintf(err, err_cap, "%s, line %d: %s", name, line, r.message);
    else
        snprintf(err, err_cap, "%s: %s", name, r.message);
    return r.error;
}

int config_load(config *c, const char *path, char *err, size_t err_cap) {
    FILE *file = fopen(path, "rb");
    char *text = file ? malloc(CONFIG_FILE_MAX + 1) : NULL;
    size_t len = text ? fread(text, 1, CONFIG_FILE_MAX + 1, file) : 0;
    int error = 0;
    if (!text || ferror(file)) {
        snprintf(err, err_cap, "%s cannot be read", path);
        error = TCCC_E_IO;
    }
    if (file)
        fclose(file);
    if (!error)
        error = config_parse(c, path, text, len, err, err_cap);
    free(text);
    return error;
}

void config_free(config *c) {
    json_free(c->tree);
    config_init(c);
}
