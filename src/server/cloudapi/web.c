/* web.c: libcurl with limits. Layer: server. */
#include "server/cloudapi/web.h"

#include "server/worker.h"
#include "tccc/error.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECT_MS = 5000, FIRST_ROOM = 16 * 1024 };

struct web {
    workers *pool;
    bool private_allowed;
    atomic_bool stopping;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void initialise(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

web *web_new(int n_threads, bool private_allowed) {
    web *w = calloc(1, sizeof *w);
    pthread_once(&once, initialise);
    if (w) w->private_allowed = private_allowed;
    if (w) w->pool = workers_new(n_threads);
    if (w && w->pool) return w;
    free(w);
    return NULL;
}

void web_free(web *w) {
    if (!w) return;
    atomic_store(&w->stopping, true);
    workers_free(w->pool);
    free(w);
}

int web_do(web *w, void (*run)(void *arg), void (*done)(void *arg, int started), void *arg) {
    return workers_do(w->pool, run, done, arg);
}

typedef struct {
    const web *web;
    const web_request *request;
    char *body;
    size_t length, room;
    bool too_large, refused, no_memory;
} fetching;

static size_t take(char *data, size_t one, size_t n, void *ctx) {
    fetching *f = ctx;
    size_t more = one * n;
    f->too_large = more > f->request->max_bytes - f->length;
    if (f->too_large) return 0;
    if (f->length + more + 1 > f->room) {
        size_t room = 2 * (f->length + more) + FIRST_ROOM;
        char *grown = realloc(f->body, room);
        f->no_memory = !grown;
        if (!grown) return 0;
        f->body = grown;
        f->room = room;
    }
    memcpy(f->body + f->length, data, more);
    f->length += more;
    return more;
}

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address) {
    fetching *f = ctx;
    f->refused = purpose != CURLSOCKTYPE_IPCXN || !(f->web->private_allowed || web_address_is_public(&address->addr));
    return f->refused ? CURL_SOCKET_BAD : socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Asked about once a second, and after every piece of data. */
static int is_stopping(void *ctx, curl_off_t to_load, curl_off_t loaded, curl_off_t to_send, curl_off_t sent) {
    fetching *f = ctx;
    (void)to_load, (void)loaded, (void)to_send, (void)sent;
    return atomic_load(&f->web->stopping);
}

static void set_options(CURL *easy, fetching *f, struct curl_slist *headers) {
    const web_request *r = f->request;
    curl_easy_setopt(easy, CURLOPT_URL, r->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, r->json ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)WEB_REDIRECTS_MAX);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)r->max_bytes);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "tcccd");
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, f);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, is_stopping);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, f);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, f);
    if (!r->json) return;
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r->json);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
}

static int judge(const fetching *f, CURLcode code, long status, char sentence[WEB_SENTENCE_MAX]) {
    if (f->too_large || code == CURLE_FILESIZE_EXCEEDED) {
        snprintf(sentence, WEB_SENTENCE_MAX, "The file is larger than %zu bytes.", f->request->max_bytes);
        return TCCC_E_TOO_LARGE;
    }
    if (f->refused) {
        snprintf(sentence, WEB_SENTENCE_MAX, "The address is not of the public Internet. Set cloudApi.privateUrls to allow it.");
        return TCCC_E_ARG_RANGE;
    }
    if (f->no_memory || code == CURLE_OUT_OF_MEMORY) {
        snprintf(sentence, WEB_SENTENCE_MAX, "Memory is exhausted.");
        return TCCC_E_NO_MEMORY;
    }
    if (code == CURLE_ABORTED_BY_CALLBACK) {
        snprintf(sentence, WEB_SENTENCE_MAX, "The server is stopping.");
        return TCCC_E_SHUTTING_DOWN;
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        snprintf(sentence, WEB_SENTENCE_MAX, "There was no whole answer within %d s.", f->request->timeout_ms / 1000);
        return TCCC_E_TIMEOUT;
    }
    if (code == CURLE_OK && status >= 200 && status < 300) return 0;
    if (code == CURLE_OK) snprintf(sentence, WEB_SENTENCE_MAX, "The server answered with HTTP status %ld.", status);
    else snprintf(sentence, WEB_SENTENCE_MAX, "The file could not be fetched: %.100s.", curl_easy_strerror(code));
    return TCCC_E_IO;
}

int web_fetch(const web *w, const web_request *request, web_answer *answer) {
    fetching f = { .web = w, .request = request };
    long status = 0;
    *answer = (web_answer){ 0 };
    CURL *easy = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    f.no_memory = !easy || !headers;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (!f.no_memory) {
        set_options(easy, &f, headers);
        code = curl_easy_perform(easy);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
    if (!f.body && code == CURLE_OK) f.body = calloc(1, 1); /* an empty answer */
    if (!f.body && code == CURLE_OK) f.no_memory = true;
    int error = judge(&f, code, status, answer->sentence);
    if (error) {
        free(f.body);
        return error;
    }
    f.body[f.length] = 0;
    answer->body = f.body;
    answer->length = f.length;
    return 0;
}
