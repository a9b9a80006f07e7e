/* config.c: reads tcccd's configuration. Layer: server. */
#include "server/config.h"

#include "server/seat/ice_servers.h"
#include "server/url.h"

#include "core/wire.h"
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
        .visitors = { .sign_ins_per_minute = 60, .sessions = 100, .upload_mib = 500 },
        .heartbeat_ms = 5000,
        .data = "tcccd.sqlite",
        .log_level = LOG_LEVEL_INFO,
        .speech = "",
    };
}

typedef struct {
    config *c;
    const json_value *root;
    const char *section;            /* "": the file's outermost object */
    mistakes *found;
} reading;

/* A mistake of the section's object, or of its member `name`; the sentence begins with that name. */
static void add(reading *r, int error, const json_value *object, const char *name, const char *sentence) {
    char text[240];
    snprintf(text, sizeof text, "%s%s%s", r->section, *r->section ? "." : "", sentence);
    mistakes_add(r->found, error, object, name, text);
}

static void on_failure(void *ctx, const json_reader *in, int error, const char *name) { add(ctx, error, in->object, name, in->message); }

/* Members that we do not know are mistakes: a misspelt option would be without effect and nobody would know. So would the second of
 * two members of one name. */
static void check_names(reading *r, const json_value *object, const char *const known[]) {
    char sentence[160], text[240];
    for (const json_value *e = json_first(object); e; e = json_next(e)) {
        int i = 0;
        while (known[i] && strcmp(known[i], json_name(e)))
            i++;
        if (known[i] && json_member(object, json_name(e)) == e)
            continue;
        snprintf(sentence, sizeof sentence, "%.100s %s.", json_name(e), known[i] ? "is given twice" : "is no option");
        snprintf(text, sizeof text, "%s%s%s", r->section, *r->section ? "." : "", sentence);
        mistakes_add(r->found, TCCC_E_ARG_RANGE, e, NULL, text);
    }
}

#define KNOWN(...) (const char *const[]){ __VA_ARGS__, NULL }

/* Whether the file has section `name`; then *in reads it. */
static bool begin(reading *r, const char *name, const char *const known[], json_reader *in) {
    const json_value *object = json_member(r->root, name);
    if (!object)
        return false;
    *in = json_read(object);
    if (in->error) {
        char text[240];
        snprintf(text, sizeof text, "%s must be an object.", name);
        mistakes_add(r->found, in->error, r->root, name, text);
        return false;
    }
    r->section = name;
    in->on_failure = on_failure;
    in->context = r;
    check_names(r, object, known);
    return true;
}

static void read_proxies(json_reader *in, proxies *out) {
    const json_value *list = json_array_or(in, "trustedProxies", PROXIES_MAX);
    for (const json_value *one = json_first(list); one; one = json_next(one)) {
        const char *text = json_text(one);
        int error = text ? proxies_add(out, text) : TCCC_E_ARG_TYPE;
        if (error)
            json_fail(in, TCCC_E_ARG_RANGE, "trustedProxies", error == TCCC_E_ARG_RANGE ? "must not be everybody: name the networks of your proxies"
                                                                                        : "must hold addresses or networks, such as 192.0.2.7 or 10.0.0.0/8");
    }
}

static void read_http(reading *r) {
    json_reader in;
    if (!begin(r, "http", KNOWN("host", "port", "tlsCert", "tlsKey", "publicUrl", "sdkDir", "webDir", "trustedProxies"), &in))
        return;
    r->c->http.host = json_string_or(&in, "host", r->c->http.host, 64);
    r->c->http.port = (int)json_integer_or(&in, "port", r->c->http.port, 0, 65535);
    r->c->http.tls_cert = json_string_or(&in, "tlsCert", "", 4096);
    r->c->http.tls_key = json_string_or(&in, "tlsKey", "", 4096);
    r->c->http.public_url = json_string_or(&in, "publicUrl", "", 512);
    r->c->http.sdk_dir = json_string_or(&in, "sdkDir", r->c->http.sdk_dir, 4096);
    r->c->http.web_dir = json_string_or(&in, "webDir", r->c->http.web_dir, 4096);
    read_proxies(&in, &r->c->http.proxies);
}

static bool is_ice_url(const json_value *value) {
    static const char *const schemes[] = { "stun:", "stuns:", "turn:", "turns:" };
    const char *text = json_text(value);
    for (size_t i = 0; text && i < sizeof schemes / sizeof *schemes; i++)
        if (!strncmp(text, schemes[i], strlen(schemes[i])) && strlen(text) < ICE_TEXT_MAX)
            return true;
    return false;
}

static bool is_short(const json_value *value) {
    const char *text = json_text(value);
    return text && *text && strlen(text) <= ICE_TEXT_MAX;
}

/* Both, or neither; or a secret in their place. */
static bool has_credentials(const json_value *server) {
    const json_value *username = json_member(server, "username"), *credential = json_member(server, "credential"), *secret = json_member(server, "secret");
    if (secret)
        return is_short(secret) && !username && !credential;
    return (!username && !credential) || (is_short(username) && is_short(credential));
}

/* As RTCPeerConnection takes them, urls, and for TURN username and credential; or a secret that is shared with TURN. */
static const json_value *read_ice_servers(json_reader *in) {
    const json_value *list = json_array_or(in, "iceServers", WIRE_ICE_SERVERS_MAX);
    for (const json_value *one = json_first(list); one; one = json_next(one)) {
        const json_value *urls = json_member(one, "urls");
        bool good = json_is_array(urls) ? json_size(urls) > 0 && json_size(urls) <= ICE_URLS_MAX : is_ice_url(urls);
        for (const json_value *url = json_is_array(urls) ? json_first(urls) : NULL; url; url = json_next(url))
            good &= is_ice_url(url);
        if (!good)
            json_fail(in, TCCC_E_ARG_RANGE, "iceServers", "must hold objects with urls: stun:, stuns:, turn: or turns: addresses");
        else if (!has_credentials(one))
            json_fail(in, TCCC_E_ARG_RANGE, "iceServers", "must have username and credential together, or a secret in their place");
    }
    return list;
}

static void read_data_channel(reading *r) {
    json_reader in;
    if (!begin(r, "dataChannel", KNOWN("host", "port", "iceServers"), &in))
        return;
    r->c->data_channel.host = json_string_or(&in, "host", "", 64);
    r->c->data_channel.port = (int)json_integer_or(&in, "port", r->c->data_channel.port, -1, 65535);
    r->c->data_channel.ice_servers = read_ice_servers(&in);
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
}

static void read_rtp(reading *r) {
    json_reader in;
    if (!begin(r, "rtp", KNOWN("min", "max"), &in))
        return;
    r->c->rtp.min = (int)json_integer_or(&in, "min", 0, 0, 65534);
    r->c->rtp.max = (int)json_integer_or(&in, "max", 0, 0, 65535);
    if (r->c->rtp.max < r->c->rtp.min)
        json_fail(&in, TCCC_E_ARG_RANGE, "max", "must not be below min");
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
}

static void read_visitors(reading *r) {
    json_reader in;
    if (!begin(r, "visitors", KNOWN("signInsPerMinute", "sessionsPerAddress", "uploadMegabytesPerHour"), &in))
        return;
    r->c->visitors.sign_ins_per_minute = (int)json_integer_or(&in, "signInsPerMinute", r->c->visitors.sign_ins_per_minute, 1, 1000000);
    r->c->visitors.sessions = (int)json_integer_or(&in, "sessionsPerAddress", r->c->visitors.sessions, 1, 1000000);
    r->c->visitors.upload_mib = (int)json_integer_or(&in, "uploadMegabytesPerHour", r->c->visitors.upload_mib, 1, 1000000);
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
    for (const json_value *e = json_first(list); e; e = json_next(e)) {
        if (!json_whole(e, &wait_s) || wait_s < 1 || wait_s > 86400)
            json_fail(&in, TCCC_E_ARG_RANGE, "retrySeconds", "must hold whole numbers from 1 to 86400");
        else
            r->c->push.retry_s[i] = (int)wait_s;
        i++;
    }
    if (list && i != 3)
        json_fail(&in, TCCC_E_ARG_RANGE, "retrySeconds", "must have three elements, one for each retry");
}

static void read_cloud_api(reading *r) {
    json_reader in;
    if (!begin(r, "cloudApi", KNOWN("privateUrls"), &in))
        return;
    r->c->cloud_api.private_urls = json_bool_or(&in, "privateUrls", false);
}

static void read_prompts(reading *r) {
    json_reader in;
    if (!begin(r, "prompts", KNOWN("voice", "speechUrl", "review", "speechMegabytes"), &in))
        return;
    const char *url = json_string_or(&in, "speechUrl", "", 2048);
    if (url && url[0] && !url_has_scheme(url, "http"))
        json_fail(&in, TCCC_E_ARG_RANGE, "speechUrl", "must begin with http:// or https://");
    r->c->prompts.speech_url = url;
    r->c->prompts.voice = json_string_or(&in, "voice", r->c->prompts.voice, 31);
    r->c->prompts.review = json_bool_or(&in, "review", false);
    r->c->prompts.speech_mib = (int)json_integer_or(&in, "speechMegabytes", r->c->prompts.speech_mib, 1, 100000);
}

static void read_root(reading *r) {
    static const char *const levels[] = { "debug", "info", "warning", "error", NULL };
    r->section = "";
    check_names(r, r->root, KNOWN("http", "dataChannel", "sip", "rtp", "calls", "visitors", "push", "cloudApi", "prompts", "heartbeatMs", "data", "log", "demo", "speech", "instances"));
    json_reader in = json_read(r->root);
    in.on_failure = on_failure;
    in.context = r;
    r->c->heartbeat_ms = (int)json_integer_or(&in, "heartbeatMs", r->c->heartbeat_ms, 200, 60000);
    r->c->data = json_string_or(&in, "data", r->c->data, 4096);
    r->c->log_level = (enum log_level)json_choice_or(&in, "log", r->c->log_level, levels);
    r->c->demo = json_bool_or(&in, "demo", false);
    r->c->speech = json_string_or(&in, "speech", "", 4096);
    r->c->provision = json_array_or(&in, "instances", 64);
}

/* What is no JSON has one mistake only: nobody can say what the rest means. */
static void add_fault(mistakes *found, int error, int line, const char *sentence) {
    int before = found->n;
    mistakes_add(found, error, NULL, NULL, sentence);
    if (found->n > before)
        found->list[before].line = line;
}

static void read_text(config *c, const char *text, size_t len, mistakes *found) {
    reading r = { .c = c, .found = found };
    int error = json_parse(text, len, CONFIG_FILE_MAX, &c->tree);
    if (error || !json_is_object(c->tree)) {
        bool large = len > CONFIG_FILE_MAX;
        add_fault(found, error ? error : TCCC_E_FORMAT, large ? 0 : error ? json_line_of_failure(text, len) : 1,
                  large ? "larger than 1 MiB" : error ? "this is not JSON" : "not a JSON object");
        return;
    }
    r.root = c->tree;
    read_root(&r);
    read_http(&r);
    read_data_channel(&r);
    read_sip(&r);
    read_rtp(&r);
    read_calls(&r);
    read_visitors(&r);
    read_push(&r);
    read_cloud_api(&r);
    read_prompts(&r);
    mistakes_order(found, text, len, c->tree);
}

/* Takes over `text`. */
static void keep_text(config *c, char *text, size_t len) {
    json_free(c->tree);
    free(c->text);
    c->tree = NULL;
    c->text = text;
    c->text_length = len;
}

static int judge(const mistakes *found, const char *name, char *err, size_t err_cap) {
    if (found->n)
        mistakes_first(found, name, err, err_cap);
    return found->n ? found->list[0].error : 0;
}

int config_parse(config *c, const char *name, const char *text, size_t len, char *err, size_t err_cap) {
    mistakes found = { 0 };
    char *kept = malloc(len + 1);
    if (kept)
        memcpy(kept, text, len);
    keep_text(c, kept, kept ? len : 0);
    if (kept)
        read_text(c, kept, len, &found);
    else
        mistakes_add(&found, TCCC_E_NO_MEMORY, NULL, NULL, "there is no memory for it");
    return judge(&found, name, err, err_cap);
}

void config_read(config *c, const char *path, mistakes *found) {
    FILE *file = fopen(path, "rb");
    char *text = file ? malloc(CONFIG_FILE_MAX + 1) : NULL;
    size_t len = text ? fread(text, 1, CONFIG_FILE_MAX + 1, file) : 0;
    bool good = text && !ferror(file);
    if (file)
        fclose(file);
    keep_text(c, text, len);
    if (good)
        read_text(c, text, len, found);
    else
        mistakes_add(found, TCCC_E_IO, NULL, NULL, "cannot be read");
}

int config_load(config *c, const char *path, char *err, size_t err_cap) {
    mistakes found = { 0 };
    config_read(c, path, &found);
    return judge(&found, path, err, err_cap);
}

void config_free(config *c) {
    json_free(c->tree);
    free(c->text);
    config_init(c);
}
