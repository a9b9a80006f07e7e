/* trunk.c: reaching trunks, registering with them, knowing whether they live. Layer: server. Source: RFC 3261 sections 10.2, 11. */
#include "server/sip/trunk.h"

#include "server/sip/dialog.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

enum { REGISTER_S = 600, RETRY_S = 30, FIRST_MS = 50, SILENCE_MS = 4000, HOST_ADDRESSES = 8 };

struct trunk {
    struct le le;
    trunks *owner;
    trunk_settings settings;
    struct sa sources[TRUNK_ADDRESSES + HOST_ADDRESSES];
    int n_sources;
    bool up;
    dialog registration, qualification;
    struct sip_request *registering, *asking;
    deadline next_registration, next_question, silence;
};

struct trunks {
    struct list list, removed;
    stack *stack;
    const logger *log;
};

/* No more requests of its own. */
static void quiet(trunk *t) {
    deadline_clear(stack_timers(t->owner->stack), &t->next_registration);
    deadline_clear(stack_timers(t->owner->stack), &t->next_question);
    deadline_clear(stack_timers(t->owner->stack), &t->silence);
    t->registering = mem_deref(t->registering);
    t->asking = mem_deref(t->asking);
}

static void destroy_trunk(void *arg) {
    trunk *t = arg;
    quiet(t);
    dialog_close(&t->registration);
    dialog_close(&t->qualification);
    list_unlink(&t->le);
}

trunks *trunks_new(stack *s, const logger *log) {
    trunks *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->stack = s;
    all->log = log;
    list_init(&all->list);
    list_init(&all->removed);
    return all;
}

void trunks_free(trunks *all) {
    if (!all)
        return;
    list_flush(&all->list);
    list_flush(&all->removed);
    free(all);
}

const trunk_settings *trunk_get(const trunk *t) { return &t->settings; }
bool trunk_is_up(const trunk *t) { return t->up; }

/* RFC 3261 section 25.1: # may not stand in a user part as it is. */
static void escape_user(const char *number, char *to, size_t capacity) {
    size_t n = 0;
    for (; *number && n + 4 < capacity; number++)
        n += (size_t)(*number == '#' ? snprintf(to + n, capacity - n, "%%23") : snprintf(to + n, capacity - n, "%c", *number));
    to[n] = 0;
}

void trunk_uri(const trunk *t, const char *number, char *text, size_t capacity) {
    char port[8] = "", user[128];
    escape_user(number, user, sizeof user);
    const char *open = strchr(t->settings.host, ':') ? "[" : "", *close = *open ? "]" : "";
    if (t->settings.port)
        snprintf(port, sizeof port, ":%d", t->settings.port);
    snprintf(text, capacity, "sip:%s%s%s%s%s%s%s", user, *number ? "@" : "", open, t->settings.host, close, port,
             sip_transp_param(t->settings.transport));
}

static void set_up(trunk *t, bool up) {
    if (t->up != up)
        LOG(t->owner->log, up ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, up ? "trunk.up" : "trunk.down", log_text("trunk", t->settings.name));
    t->up = up;
}

void trunk_note_dead(trunk *t) {
    if (t->settings.qualify_s || t->settings.registers)
        set_up(t, false);
}

static void send_question(void *owner);

static void on_question_answered(int error, const struct sip_msg *response, void *arg) {
    trunk *t = arg;
    if (!error && response->scode < 200)
        return;
    deadline_clear(stack_timers(t->owner->stack), &t->silence);
    bool challenged = !error && (response->scode == 401 || response->scode == 407) && dialog_take_challenge(&t->qualification, response);
    if (challenged) {
        send_question(t);
        return;
    }
    /* any answer but these shows that somebody is there */
    set_up(t, !error && response->scode != 408 && response->scode != 503);
    deadline_set(stack_timers(t->owner->stack), &t->next_question, (uint64_t)t->settings.qualify_s * 1000, send_question, t);
}

/* The transaction goes on for 32 s (timer F); calls should not wait for that. */
static void silent(void *owner) { set_up(owner, false); }

static void send_question(void *owner) {
    trunk *t = owner;
    dialog_request options = { .method = "OPTIONS", .headers = "Accept: application/sdp\r\n" };
    if (!dialog_send(&t->qualification, &options, &t->asking, on_question_answered, t)) {
        deadline_set(stack_timers(t->owner->stack), &t->silence, SILENCE_MS, silent, t);
        return;
    }
    set_up(t, false);
    deadline_set(stack_timers(t->owner->stack), &t->next_question, (uint64_t)t->settings.qualify_s * 1000, send_question, t);
}

static void send_registration(void *owner);

static int granted_s(const struct sip_msg *response) {
    const struct sip_hdr *contact = sip_msg_hdr(response, SIP_HDR_CONTACT);
    struct pl value = { NULL, 0 };
    struct sip_addr address;
    if (contact && !sip_addr_decode(&address, &contact->val))
        (void)msg_param_decode(&address.params, "expires", &value);
    uint32_t seconds = pl_isset(&value) ? pl_u32(&value) : pl_isset(&response->expires) ? pl_u32(&response->expires) : REGISTER_S;
    return seconds < 60 || seconds > 86400 ? REGISTER_S : (int)seconds;
}

static void on_registered(int error, const struct sip_msg *response, void *arg) {
    trunk *t = arg;
    if (!error && response->scode < 200)
        return;
    if (!error && (response->scode == 401 || response->scode == 407) && dialog_take_challenge(&t->registration, response)) {
        send_registration(t);
        return;
    }
    bool ok = !error && response->scode < 300;
    if (!ok)
        LOG(t->owner->log, LOG_LEVEL_WARNING, "trunk.registration", log_text("trunk", t->settings.name), log_integer("status", error ? 0 : response->scode));
    set_up(t, ok);
    int wait_s = ok ? granted_s(response) * 9 / 10 : RETRY_S;
    deadline_set(stack_timers(t->owner->stack), &t->next_registration, (uint64_t)wait_s * 1000, send_registration, t);
}

static void send_registration(void *owner) {
    trunk *t = owner;
    char headers[40];
    snprintf(headers, sizeof headers, "Expires: %d\r\n", REGISTER_S);
    dialog_request request = { .method = "REGISTER", .headers = headers };
    if (!dialog_send(&t->registration, &request, &t->registering, on_registered, t))
        return;
    set_up(t, false);
    deadline_set(stack_timers(t->owner->stack), &t->next_registration, RETRY_S * 1000, send_registration, t);
}

static bool open_dialog(trunk *t, dialog *d) {
    char uri[300], own[300], local[310];
    trunk_uri(t, "", uri, sizeof uri);
    trunk_uri(t, t->settings.username[0] ? t->settings.username : "tcccd", own, sizeof own);
    snprintf(local, sizeof local, "<%s>", own);
    if (dialog_open(d, stack_endpoint_for(t->owner->stack, uri), uri, local, NULL))
        return false;
    const trunk_settings *s = &t->settings;
    return (!s->username[0] || (text_set(&d->username, s->username, strlen(s->username)) && text_set(&d->password, s->password, strlen(s->password)) &&
                                text_set(&d->contact_user, s->username, strlen(s->username)))) &&
           (d != &t->registration || text_set(&d->remote, local, strlen(local)));
}

static void add_source(trunk *t, const char *address) {
    if (t->n_sources < TRUNK_ADDRESSES + HOST_ADDRESSES && !sa_set_str(&t->sources[t->n_sources], address, 0))
        t->n_sources++;
}

/* The addresses behind a host name, asked once at start; blocks as long as the resolver does. */
static void add_host_sources(trunk *t) {
    struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *list = NULL;
    if (getaddrinfo(t->settings.host, NULL, &hints, &list))
        return;
    for (struct addrinfo *one = list; one && t->n_sources < TRUNK_ADDRESSES + HOST_ADDRESSES; one = one->ai_next)
        if (!sa_set_sa(&t->sources[t->n_sources], one->ai_addr))
            t->n_sources++;
    freeaddrinfo(list);
}

trunk *trunk_add(trunks *all, const trunk_settings *settings) {
    trunk *t = mem_zalloc(sizeof *t, destroy_trunk);
    if (!t)
        return NULL;
    t->owner = all;
    t->settings = *settings;
    t->up = true;
    list_append(&all->list, &t->le, t);
    for (int i = 0; i < settings->n_addresses; i++)
        add_source(t, settings->addresses[i]);
    if (!settings->resolved)
        add_host_sources(t);
    if (settings->registers && open_dialog(t, &t->registration))
        deadline_set(stack_timers(all->stack), &t->next_registration, FIRST_MS, send_registration, t);
    if (settings->qualify_s && open_dialog(t, &t->qualification))
        deadline_set(stack_timers(all->stack), &t->next_question, FIRST_MS, send_question, t);
    return t;
}

void trunk_remove(trunks *all, const char *name) {
    trunk *t = trunk_find(all, name);
    if (!t)
        return;
    quiet(t);
    list_unlink(&t->le);
    list_append(&all->removed, &t->le, t);
}

trunk *trunk_find(trunks *all, const char *name) {
    for (struct le *le = all->list.head; le; le = le->next)
        if (!strcmp(((trunk *)le->data)->settings.name, name))
            return le->data;
    return NULL;
}

trunk *trunk_of_source(trunks *all, const struct sa *from) {
    for (struct le *le = all->list.head; le; le = le->next) {
        trunk *t = le->data;
        for (int i = 0; i < t->n_sources; i++)
            if (sa_cmp(&t->sources[i], from, SA_ADDR))
                return t;
    }
    return NULL;
}
