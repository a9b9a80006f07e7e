/* sign_in.c: who asks: passwords, session cookies, API keys. Layer: server. Source: RFC 6265 (cookies), RFC 6750 section 2.1. */
#include "server/admin/password.h"
#include "server/admin/route.h"
#include "server/cloudapi/signature.h"
#include "tccc/error.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNING_IN_MAX = 32, USER_FAILURES = 5, ADDRESS_FAILURES = 50, HEADER_MAX = 4096 };

static const char cookie_name[] = "tcccd_session";
/* Somebody who does not exist costs as much time as somebody whose password is wrong. */
static const char nobody_hash[] = "scrypt$16384$8$1$00000000000000000000000000000000$0000000000000000000000000000000000000000000000000000000000000000";

static int may_of(enum staff_role role) {
    switch (role) {
    case STAFF_ADMIN: return MAY_ADMIN;
    case STAFF_INSPECTOR: return MAY_INSPECT;
    case STAFF_AGENT: return MAY_AGENT;
    }
    return 0;
}

static const char *role_name(int may) { return may == MAY_ADMIN ? "admin" : may == MAY_INSPECT ? "inspector" : "agent"; }

/* ---- who asks ---- */

static bool read_cookie(const admin_call *call, char token[SESSION_TOKEN]) {
    char header[HEADER_MAX];
    if (!signature_header(call->request, "cookie", header, sizeof header))
        return false;
    for (char *rest = header, *pair; (pair = strsep(&rest, ";"));) {
        pair += strspn(pair, " \t");
        size_t n = sizeof cookie_name - 1;
        if (strncmp(pair, cookie_name, n) || pair[n] != '=' || strlen(pair + n + 1) != SESSION_TOKEN - 1)
            continue;
        memcpy(token, pair + n + 1, SESSION_TOKEN);
        return true;
    }
    return false;
}

static const char *host_of(const char *url) {
    const char *at = strstr(url, "://");
    return at ? at + 3 : url;
}

/* A browser tells in Origin which page made it ask; a page of somebody else may not use the cookie (SameSite helps, but covers
 * other ports of this host). */
static bool is_own_page(const admin_call *call) {
    char origin[HEADER_MAX];
    const char *outside = call->all->parts.public_url;
    if (!signature_header(call->request, "origin", origin, sizeof origin))
        return true;
    const char *host = host_of(origin);
    size_t n = strlen(host);
    return !strcmp(host, call->request->host) || (outside && !strncmp(host_of(outside), host, n) && strchr("/", host_of(outside)[n]));
}

static void identify_by_cookie(admin_call *call, const char *token) {
    store_agent row;
    const session *s = session_use(&call->all->sessions, token, clock_ms());
    if (!s || store_get_agent(call->all->parts.store, s->app_id, s->user_id, &row))
        return;
    if (strcmp(call->request->method, "GET") && !is_own_page(call)) {
        admin_fail(call, TCCC_E_FORBIDDEN, "", "A page of another origin may not do this.");
        return;
    }
    call->who = (admin_identity){ .may = may_of(row.role), .app_id = s->app_id, .by_cookie = true };
    snprintf(call->who.user_id, sizeof call->who.user_id, "%s", s->user_id);
}

static bool same_text(const char *a, const char *b) {
    unsigned char left[32], right[32];
    SHA256((const unsigned char *)a, strlen(a), left);
    SHA256((const unsigned char *)b, strlen(b), right);
    return !CRYPTO_memcmp(left, right, sizeof left);
}

/* One that only signs agents in may nothing here. */
static int may_of_key(enum key_role role) {
    return role == KEY_ADMIN ? MAY_ADMIN : role == KEY_SIGN_IN ? MAY_NOTHING : MAY_INSPECT;
}

static void identify_by_key(admin_call *call, char *credential) {
    char key[STORE_TEXT], *colon = strchr(credential, ':');
    store_key found = { 0 };
    if (colon)
        *colon++ = 0;
    if (colon && *colon && !store_get_secret(call->all->parts.store, credential, &found, key, sizeof key) && same_text(key, colon))
        call->who = (admin_identity){ .may = may_of_key(found.role), .app_id = found.app_id }; /* however many others failed: it may be the address of many */
    else {
        attempt_failed(&call->all->attempts, call->request->place, clock_ms());
        if (!attempt_is_allowed(&call->all->attempts, call->request->place, ADDRESS_FAILURES, clock_ms()))
            admin_fail(call, TCCC_E_LIMIT, "", "Too many wrong passwords or keys came from your address. Wait 15 minutes.");
    }
    OPENSSL_cleanse(key, sizeof key);
}

void admin_identify(admin_call *call) {
    char header[HEADER_MAX], token[SESSION_TOKEN];
    if (signature_header(call->request, "authorization", header, sizeof header)) {
        if (!strncmp(header, "Bearer ", 7))
            identify_by_key(call, header + 7);
    } else if (read_cookie(call, token))
        identify_by_cookie(call, token);
    OPENSSL_cleanse(header, sizeof header);
}

/* ---- what needs scrypt ---- */

enum deed { SIGN_IN, CHANGE_OWN, SET_PASSWORD };

typedef struct {                      /* given to a worker and back */
    admin *all;
    edge_request request;
    enum deed deed;
    int64_t app_id;
    char user_id[STORE_TEXT], remote[IP_TEXT_MAX], place[IP_TEXT_MAX], keep[SESSION_TOKEN]; /* keep: this session outlives the change */
    char password[PASSWORD_MAX + 1], fresh[PASSWORD_MAX + 1];
    char known[PASSWORD_HASH], hash[PASSWORD_HASH];
    bool fits;
    int error;
} task;

static void name_attempt(char *text, size_t capacity, int64_t app_id, const char *user_id) {
    snprintf(text, capacity, "%lld %s", (long long)app_id, user_id);
}

static void on_worker(void *arg) {
    task *t = arg;
    if (t->deed != SET_PASSWORD)
        t->fits = password_fits(t->password, t->known);
    if (t->deed == SET_PASSWORD || (t->deed == CHANGE_OWN && t->fits))
        t->error = password_hash(t->fresh, t->hash);
}

static void answer_sign_in(task *t, const store_agent *row) {
    char token[SESSION_TOKEN], cookie[200], json[STORE_TEXT * 6 + 120];
    json_writer out = json_write(json, sizeof json);
    if (!session_open(&t->all->sessions, t->app_id, t->user_id, clock_ms(), token)) {
        admin_reply_error(t->all, t->request, TCCC_E_INTERNAL, "", NULL);
        return;
    }
    snprintf(cookie, sizeof cookie, "set-cookie: %s=%s; Path=/v1/admin; Max-Age=%d; HttpOnly; SameSite=Strict%s\n", cookie_name, token,
             SESSION_LIFE_MS / 1000, t->all->parts.tls ? "; Secure" : "");
    json_open_object(&out, NULL);
    json_put_integer(&out, "sdkAppId", t->app_id);
    json_put_string(&out, "userId", t->user_id);
    json_put_string(&out, "role", role_name(may_of(row->role)));
    json_close(&out);
    (void)json_finish(&out);
    admin_reply_json(t->all, t->request, 200, cookie, json);
    OPENSSL_cleanse(token, sizeof token);
    OPENSSL_cleanse(cookie, sizeof cookie);
}

static void finish_sign_in(task *t) {
    store_agent row;
    char who[STORE_TEXT + 32];
    name_attempt(who, sizeof who, t->app_id, t->user_id);
    bool good = t->fits && !store_get_agent(t->all->parts.store, t->app_id, t->user_id, &row);
    LOG(t->all->parts.log, good ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "admin.sign_in", log_text("user", t->user_id), log_integer("good", good),
        log_text("from", t->remote));
    if (good) {
        attempt_forget(&t->all->attempts, who);
        answer_sign_in(t, &row);
        return;
    }
    attempt_failed(&t->all->attempts, who, clock_ms());
    attempt_failed(&t->all->attempts, t->place, clock_ms());
    admin_reply_error(t->all, t->request, TCCC_E_UNAUTHORIZED, "password", "User and password do not fit each other.");
}

static void finish_change(task *t) {
    admin *all = t->all;
    char who[STORE_TEXT + 32];
    name_attempt(who, sizeof who, t->app_id, t->user_id);
    if (t->deed == CHANGE_OWN && !t->fits) {
        attempt_failed(&all->attempts, who, clock_ms());
        admin_reply_error(all, t->request, TCCC_E_ARG_RANGE, "old", "old is not your password.");
        return;
    }
    int error = t->error ? t->error : store_put_password(all->parts.store, t->app_id, t->user_id, t->hash);
    if (error) {
        admin_reply_error(all, t->request, error, "", NULL);
        return;
    }
    session_close_all(&all->sessions, t->app_id, t->user_id, t->keep[0] ? t->keep : NULL);
    admin_reply_json(all, t->request, 204, NULL, "");
}

static void on_done(void *arg, int started) {
    task *t = arg;
    t->all->n_signing_in--;
    if (!started)
        admin_reply_error(t->all, t->request, TCCC_E_SHUTTING_DOWN, "", NULL);
    else if (t->deed == SIGN_IN)
        finish_sign_in(t);
    else
        finish_change(t);
    OPENSSL_cleanse(t, sizeof *t);
    free(t);
}

static void start(admin_call *call, const task *what) {
    task *t = call->all->n_signing_in < SIGNING_IN_MAX ? malloc(sizeof *t) : NULL;
    if (!t) {
        admin_fail(call, TCCC_E_LIMIT, "", "Too many people sign in at this moment. Try again.");
        return;
    }
    *t = *what;
    t->all = call->all;
    t->request = call->request->id;
    snprintf(t->remote, sizeof t->remote, "%s", call->request->remote);
    snprintf(t->place, sizeof t->place, "%s", call->request->place);
    call->all->n_signing_in++;
    call->later = !workers_do(call->all->parts.workers, on_worker, on_done, t);
    if (call->later)
        return;
    call->all->n_signing_in--;
    free(t);
    admin_fail(call, TCCC_E_LIMIT, "", NULL);
}

static bool may_try(admin_call *call, int64_t app_id, const char *user_id) {
    char who[STORE_TEXT + 32];
    name_attempt(who, sizeof who, app_id, user_id);
    uint64_t now = clock_ms();
    bool may = attempt_is_allowed(&call->all->attempts, who, USER_FAILURES, now) &&
               attempt_is_allowed(&call->all->attempts, call->request->place, ADDRESS_FAILURES, now);
    if (!may)
        admin_fail(call, TCCC_E_LIMIT, "", "Too many wrong passwords came for this user or from your address. Wait 15 minutes.");
    return may;
}

static void read_known(admin_call *call, task *t) {
    if (store_get_password(call->all->parts.store, t->app_id, t->user_id, t->known, sizeof t->known) || !t->known[0])
        snprintf(t->known, sizeof t->known, "%s", nobody_hash);
}

void route_sign_in(admin_call *call) {
    task t = { .deed = SIGN_IN };
    t.app_id = json_integer(&call->in, "sdkAppId", 1, JSON_INTEGER_MAX);
    const char *user_id = json_string(&call->in, "userId", 1, ADMIN_USER_MAX), *password = json_string(&call->in, "password", 1, PASSWORD_MAX);
    if (!is_own_page(call)) /* it would sign somebody in as somebody else */
        admin_fail(call, TCCC_E_FORBIDDEN, "", "A page of another origin may not do this.");
    if (admin_failed(call) || !may_try(call, t.app_id, user_id))
        return;
    snprintf(t.user_id, sizeof t.user_id, "%s", user_id);
    snprintf(t.password, sizeof t.password, "%s", password);
    read_known(call, &t);
    start(call, &t);
    OPENSSL_cleanse(&t, sizeof t);
}

void route_sign_out(admin_call *call) {
    char token[SESSION_TOKEN];
    if (read_cookie(call, token))
        session_close(&call->all->sessions, token);
    snprintf(call->headers, sizeof call->headers, "set-cookie: %s=; Path=/v1/admin; Max-Age=0; HttpOnly; SameSite=Strict\n", cookie_name);
    call->status = 204;
}

void route_me(admin_call *call) {
    json_put_integer(call->out, "sdkAppId", call->who.app_id);
    json_put_string(call->out, "userId", call->who.user_id);
    json_put_string(call->out, "role", role_name(call->who.may));
}

static bool read_fresh(admin_call *call, const char *member, task *t) {
    char sentence[120];
    const char *password = json_string(&call->in, member, 1, PASSWORD_MAX);
    snprintf(sentence, sizeof sentence, "%s must have %d to %d bytes, without control characters and not all the same.", member, PASSWORD_MIN, PASSWORD_MAX);
    if (!admin_failed(call) && !password_is_good(password))
        admin_fail(call, TCCC_E_ARG_RANGE, member, sentence);
    if (!call->http)
        snprintf(t->fresh, sizeof t->fresh, "%s", password);
    return !call->http;
}

void route_put_own_password(admin_call *call) {
    task t = { .deed = CHANGE_OWN, .app_id = call->who.app_id };
    const char *old = json_string(&call->in, "old", 1, PASSWORD_MAX);
    if (!call->who.by_cookie)
        admin_fail(call, TCCC_E_STATE, "", "An API key has no password.");
    if (admin_failed(call) || !may_try(call, t.app_id, call->who.user_id) || !read_fresh(call, "new", &t))
        return;
    snprintf(t.user_id, sizeof t.user_id, "%s", call->who.user_id);
    snprintf(t.password, sizeof t.password, "%s", old);
    (void)read_cookie(call, t.keep);
    read_known(call, &t);
    start(call, &t);
    OPENSSL_cleanse(&t, sizeof t);
}

/* ADM-040: the old one is void at once, and so are its sessions. */
void route_put_agent_password(admin_call *call) {
    task t = { .deed = SET_PASSWORD, .app_id = call->app_id };
    store_agent row;
    if (admin_store_failed(call, store_get_agent(call->all->parts.store, call->app_id, call->params[0], &row), "", "There is no such agent.") ||
        !read_fresh(call, "password", &t))
        return;
    snprintf(t.user_id, sizeof t.user_id, "%s", row.user_id);
    start(call, &t);
    OPENSSL_cleanse(&t, sizeof t);
}
