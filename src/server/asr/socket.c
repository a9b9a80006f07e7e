/* socket.c: an external recogniser over WebSockets. Layer: server. Source: RFC 6455; docs/asr.md.
 *
 * A line serves one sentence at a time and stays for the next one with the same address and token. A sentence whose line breaks, or cannot
 * be opened, is said again from its beginning on a new one, TRIES times in all: its sound is kept until it is over.
 */
#include "socket.h"

#include "remote_answer.h"

#include "base/json.h"
#include "tccc/error.h"

#include <libwebsockets.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>

enum {
    CONNECT_S = 3,
    IN_ALL_MS = ASR_SENTENCE_MS + 20000, /* a sentence, and the rest of its answer */
    IDLE_MS = 30000,                 /* without a sentence a line is closed */
    TRIES = 3, RETRY_MS = 250,       /* twice as long each time */
    FRAME_SAMPLES = 1600,
    CONTROL_MAX = 64,                /* bytes of a frame of text */
    PER_MS = LWS_US_PER_MS
};

/* The system's roots (Debian's ca-certificates). */
#define SYSTEM_ROOTS "/etc/ssl/certs/ca-certificates.crt"

enum line_state {
    LINE_CONNECTING,
    LINE_REFUSED,                    /* while it is being connected: it cannot be */
    LINE_IDLE,
    LINE_BEGIN, LINE_SOUND,          /* what is to be sent next */
    LINE_WAITING,                    /* all was sent, its answer is awaited */
    LINE_BROKEN                      /* there is no connection: it is made anew when the timer says so */
};

typedef struct sockets sockets;

typedef struct line {
    struct line *next;
    sockets *of;
    struct lws *wsi;                 /* NULL: BROKEN */
    enum line_state state;
    asr_job *job;                    /* held: whose address and token it was opened with */
    sentence *sentence;              /* the queue's hold; NULL: idle */
    bool calling;                    /* libwebsockets is connecting it: what fails at once is told from inside */
    int tries;
    remote_answer answer;
    asr_said said;                   /* the newest, for an end without a final one */
    lws_sorted_usec_list_t timer;    /* to connect again, for the answer, or of an idle line */
} line;

struct sockets {
    recogniser base;
    pthread_mutex_t lock;
    sentence_line queue;
    bool stopping;
    int running_max, waiting_max;
    struct lws_context *lws;
    struct lws_vhost *vhost;
    pthread_t thread;
    line *first;                     /* the thread's */
};

/* --- a sentence's end --- */

static void line_time(line *l, int ms, void (*then)(lws_sorted_usec_list_t *timer)) {
    lws_sul_cancel(&l->timer);
    lws_sul_schedule(l->of->lws, 0, &l->timer, then, (lws_usec_t)ms * PER_MS);
}

/* The connection goes; its callbacks do not find the line any more. */
static void line_hang_up(line *l) {
    lws_sul_cancel(&l->timer);
    if (l->wsi) {
        lws_set_opaque_user_data(l->wsi, NULL);
        lws_set_timeout(l->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    }
    l->wsi = NULL;
    l->state = LINE_BROKEN;
}

static void end_one(sockets *all, sentence *s) {
    pthread_mutex_lock(&all->lock);
    sentence_line_done(&all->queue, s);
    pthread_mutex_unlock(&all->lock);
}

/* Whatever happened, somebody waits for the final one: what was understood last stays. */
static void line_finish(line *l, bool ok) {
    sentence *s = l->sentence;
    bool told = l->answer.final;
    l->sentence = NULL;
    if (!told) {
        l->said.final = true;
        l->said.failed = !ok;
        l->said.end_ms = sentence_ms(s);
        for (int i = 0; i < l->said.n_words; i++)
            l->said.words[i].stable = true;
        sentence_line_tell(&l->of->queue, &l->of->lock, s, &l->said);
    }
    end_one(l->of, s);
}

static void line_free(line *l) {
    line **at = &l->of->first;
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    line_hang_up(l);
    remote_answer_free(&l->answer);
    asr_job_drop(l->job);
    free(l);
}

static line *line_of_timer(lws_sorted_usec_list_t *timer) { return lws_container_of(timer, line, timer); }

static void on_idle(lws_sorted_usec_list_t *timer) { line_free(line_of_timer(timer)); }

static void on_late(lws_sorted_usec_list_t *timer) {
    line *l = line_of_timer(timer);
    line_finish(l, false);
    line_free(l); /* an answer that comes later would be taken for the next one's */
}

/* --- connections --- */

static void line_break(line *l);

static bool line_connect(line *l) {
    char url[ASR_URL_MAX], path[ASR_URL_MAX + 1], named[ASR_URL_MAX + 8];
    const char *scheme, *host, *rest;
    int port;
    snprintf(url, sizeof url, "%s", asr_job_url(l->job));
    if (lws_parse_uri(url, &scheme, &host, &port, &rest))
        return false;
    snprintf(path, sizeof path, "/%s", rest);
    bool tls = !strcasecmp(scheme, "wss");
    snprintf(named, sizeof named, strchr(host, ':') ? "[%s]:%d" : "%s:%d", host, port);
    struct lws_client_connect_info info = {
        .context = l->of->lws, .vhost = l->of->vhost, .address = host, .host = named, .port = port, .path = path,
        .ssl_connection = tls ? LCCSCF_USE_SSL : 0, .local_protocol_name = "asr", .opaque_user_data = l,
    };
    l->state = LINE_CONNECTING;
    l->calling = true;
    struct lws *wsi = lws_client_connect_via_info(&info);
    l->calling = false;
    l->wsi = l->state == LINE_CONNECTING ? wsi : NULL;
    return l->wsi != NULL;
}

static void on_retry(lws_sorted_usec_list_t *timer) {
    line *l = line_of_timer(timer);
    if (line_connect(l))
        line_time(l, IN_ALL_MS, on_late);
    else
        line_break(l);
}

/* The connection is gone, or could not be made. */
static void line_break(line *l) {
    line_hang_up(l);
    if (l->sentence && !l->answer.final && l->tries < TRIES && !l->answer.error && !sentence_is_cancelled(l->sentence)) {
        remote_answer_free(&l->answer);
        sentence_again(l->sentence);
        line_time(l, RETRY_MS << (l->tries - 1), on_retry);
        l->tries++;
        return;
    }
    if (l->sentence)
        line_finish(l, false);
    line_free(l);
}

/* --- what goes out and comes in --- */

static void line_said(void *ctx, asr_said *what) {
    line *l = ctx;
    what->end_ms = sentence_ms(l->sentence);
    l->said = *what;
    sentence_line_tell(&l->of->queue, &l->of->lock, l->sentence, what);
}

/* Ends the sentence where its final answer is there and all of it was sent. */
static void line_settle(line *l) {
    if (!l->answer.final || l->state != LINE_WAITING)
        return;
    line_finish(l, true);
    remote_answer_free(&l->answer);
    l->state = LINE_IDLE;
    line_time(l, IDLE_MS, on_idle);
}

static int send_frame(struct lws *wsi, const void *bytes, size_t n, enum lws_write_protocol kind) {
    uint8_t frame[LWS_PRE + 2 * FRAME_SAMPLES];
    memcpy(frame + LWS_PRE, bytes, n);
    return lws_write(wsi, frame + LWS_PRE, n, kind) < (int)n ? -1 : 0;
}

static int send_control(struct lws *wsi, const char *type) {
    char text[CONTROL_MAX];
    json_writer out = json_write(text, sizeof text);
    json_open_object(&out, NULL);
    json_put_string(&out, "type", type);
    if (!strcmp(type, "begin"))
        json_put_integer(&out, "rate", ASR_RATE_HZ);
    json_close(&out);
    int n = json_finish(&out);
    return n < 0 ? -1 : send_frame(wsi, text, (size_t)n, LWS_WRITE_TEXT);
}

/* Who has answered already hears no more of the sentence. */
static int send_sound(line *l) {
    int16_t pcm[FRAME_SAMPLES];
    uint8_t bytes[2 * FRAME_SAMPLES];
    int n = l->answer.final ? 0 : sentence_take(l->sentence, pcm, FRAME_SAMPLES);
    for (int i = 0; i < n; i++) {
        bytes[2 * i] = (uint8_t)(pcm[i] & 255);
        bytes[2 * i + 1] = (uint8_t)((uint16_t)pcm[i] >> 8);
    }
    if (n)
        return send_frame(l->wsi, bytes, (size_t)n * 2, LWS_WRITE_BINARY);
    if (!l->answer.final && !sentence_is_over(l->sentence))
        return 0;
    l->state = LINE_WAITING;
    return send_control(l->wsi, "end");
}

/* 0, or -1: the connection ends. */
static int line_write(line *l) {
    int error = 0;
    if (!l->sentence)
        return 0;
    if (sentence_is_cancelled(l->sentence))
        return -1;
    if (l->state == LINE_BEGIN) {
        l->state = LINE_SOUND;
        error = send_control(l->wsi, "begin");
        lws_callback_on_writable(l->wsi);
        return error;
    }
    int before = sentence_ms(l->sentence);
    if (l->state == LINE_SOUND)
        error = send_sound(l);
    if (!error && l->state == LINE_SOUND && sentence_ms(l->sentence) > before)
        lws_callback_on_writable(l->wsi);
    if (!error)
        line_settle(l);
    return error;
}

/* One message is one line of an answer; what comes without a sentence is none. */
static int line_read(line *l, const char *bytes, size_t n) {
    bool whole = !lws_remaining_packet_payload(l->wsi) && lws_is_final_fragment(l->wsi);
    if (!l->sentence || l->answer.final)
        return 0;
    if (lws_frame_is_binary(l->wsi))
        l->answer.error = TCCC_E_FORMAT;
    if (l->answer.error || remote_answer_take(&l->answer, bytes, n, line_said, l) || (whole && remote_answer_take(&l->answer, "\n", 1, line_said, l)))
        return -1;
    if (l->answer.final && l->state != LINE_WAITING)
        lws_callback_on_writable(l->wsi); /* which says the end */
    line_settle(l);
    return 0;
}

static int add_token(const line *l, uint8_t **at, uint8_t *end) {
    char value[ASR_TOKEN_MAX + 8];
    const char *token = asr_job_token(l->job);
    snprintf(value, sizeof value, "Bearer %s", token);
    return *token && lws_add_http_header_by_token(l->wsi, WSI_TOKEN_HTTP_AUTHORIZATION, (uint8_t *)value, (int)strlen(value), at, end) ? -1 : 0;
}

static void line_open(line *l) {
    l->state = l->sentence ? LINE_BEGIN : LINE_IDLE;
    lws_callback_on_writable(l->wsi);
}

static void go_on(sockets *all) {
    for (line *l = all->first; l; l = l->next)
        if (l->wsi && l->state == LINE_SOUND)
            lws_callback_on_writable(l->wsi);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len) {
    line *l = wsi ? lws_get_opaque_user_data(wsi) : NULL;
    (void)user;
    if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED)
        go_on(lws_context_user(lws_get_context(wsi)));
    if (!l)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        l->wsi = wsi;
        return add_token(l, in, *(uint8_t **)in + len);
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        l->wsi = wsi;
        line_open(l);
        return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE: return line_write(l);
    case LWS_CALLBACK_CLIENT_RECEIVE: return line_read(l, in, len);
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
    case LWS_CALLBACK_CLIENT_CLOSED:
        l->wsi = NULL;
        if (l->calling)
            l->state = LINE_REFUSED;
        else
            line_break(l);
        return 0;
    default: return 0;
    }
}

/* --- the thread --- */

static bool same_place(const line *l, const asr_job *job) {
    return !strcmp(asr_job_url(l->job), asr_job_url(job)) && !strcmp(asr_job_token(l->job), asr_job_token(job));
}

static line *find_idle(const sockets *all, const asr_job *job) {
    line *l = all->first;
    while (l && (l->state != LINE_IDLE || (job && !same_place(l, job))))
        l = l->next;
    return l;
}

static line *line_new(sockets *all, asr_job *job) {
    int n = 0;
    for (const line *l = all->first; l; l = l->next)
        n++;
    line *other = n >= all->running_max ? find_idle(all, NULL) : NULL;
    if (other)
        line_free(other);
    line *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->of = all;
    l->state = LINE_BROKEN;
    l->job = asr_job_hold(job);
    l->next = all->first;
    all->first = l;
    return l;
}

static void begin_one(sockets *all, sentence *s) {
    static const asr_said nothing = { .final = true, .failed = true };
    asr_job *job = sentence_job(s);
    line *l = find_idle(all, job);
    bool open = l != NULL;
    if (!l && !(l = line_new(all, job))) {
        sentence_line_tell(&all->queue, &all->lock, s, &nothing);
        end_one(all, s);
        return;
    }
    l->sentence = s;
    l->said = (asr_said){ 0 };
    l->tries = 1;
    line_time(l, IN_ALL_MS, on_late);
    if (open) {
        line_open(l);
        return;
    }
    if (!line_connect(l))
        line_break(l);
}

static bool begin_waiting(sockets *all) {
    for (;;) {
        pthread_mutex_lock(&all->lock);
        bool stopping = all->stopping;
        sentence *s = !stopping && all->queue.n_running < all->running_max ? sentence_line_next(&all->queue) : NULL;
        pthread_mutex_unlock(&all->lock);
        if (!s)
            return !stopping;
        begin_one(all, s);
    }
}

static void *work(void *arg) {
    sockets *all = arg;
    prctl(PR_SET_NAME, "asr-socket");
    while (begin_waiting(all) && lws_service(all->lws, 0) >= 0)
        ;
    for (line *l; (l = all->first);) {
        if (l->sentence)
            line_finish(l, false);
        line_free(l);
    }
    return NULL;
}

/* --- the interface --- */

static int begin(recogniser *self, sentence *s) {
    sockets *all = (sockets *)self;
    pthread_mutex_lock(&all->lock);
    bool full = all->queue.n_waiting >= all->waiting_max;
    if (!full)
        sentence_line_put(&all->queue, sentence_hold(s));
    pthread_mutex_unlock(&all->lock);
    if (!full)
        lws_cancel_service(all->lws);
    return full ? TCCC_E_LIMIT : 0;
}

static void more(recogniser *self) { lws_cancel_service(((sockets *)self)->lws); }

static void count(recogniser *self, recogniser_counters *out) {
    sockets *all = (sockets *)self;
    pthread_mutex_lock(&all->lock);
    *out = sentence_line_counters(&all->queue);
    pthread_mutex_unlock(&all->lock);
}

static void free_all(sockets *all) {
    sentence_line_clear(&all->queue);
    if (all->lws)
        lws_context_destroy(all->lws);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

static void end(recogniser *self) {
    sockets *all = (sockets *)self;
    pthread_mutex_lock(&all->lock);
    all->stopping = true;
    pthread_mutex_unlock(&all->lock);
    lws_cancel_service(all->lws);
    pthread_join(all->thread, NULL);
    free_all(all);
}

static bool open_context(sockets *all, const char *tls_ca) {
    static const struct lws_protocols protocols[] = { { .name = "asr", .callback = on_event, .rx_buffer_size = 4096 }, { 0 } };
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN, .protocols = protocols, .user = all, .fd_limit_per_thread = (unsigned)all->running_max + 16, .vhost_name = "asr", .connect_timeout_secs = CONNECT_S, .timeout_secs = CONNECT_S,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_VALIDATE_UTF8,
        .client_ssl_ca_filepath = tls_ca ? tls_ca : SYSTEM_ROOTS, .http_proxy_address = "", /* nobody's environment */
    };
    all->lws = lws_create_context(&info);
    all->vhost = all->lws ? lws_create_vhost(all->lws, &info) : NULL;
    return all->vhost != NULL;
}

recogniser *socket_recogniser_new(int running_max, int waiting_max, const char *tls_ca) {
    sockets *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->base = (recogniser){ begin, more, count, end };
    pthread_mutex_init(&all->lock, NULL);
    sentence_line_init(&all->queue);
    all->running_max = running_max;
    all->waiting_max = waiting_max;
    if (open_context(all, tls_ca) && !pthread_create(&all->thread, NULL, work, all))
        return &all->base;
    free_all(all);
    return NULL;
}
