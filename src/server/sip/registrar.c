/* registrar.c: bindings of desk phones, in memory; phones renew them within the hour. Layer: server. Source: RFC 3261 section 10.3. */
#include "server/sip/registrar.h"

#include <stdio.h>
#include <string.h>

enum { BINDINGS_MAX = 4096 };

typedef struct binding {
    struct le le;
    registrar *owner;
    char extension[32];
    char uri[256], flow[80], call_id[128];
    uint32_t cseq;
    uint64_t expires_ms, renewed_ms;
    deadline expiry;
} binding;

struct registrar {
    gate *gate;
    deadlines *timers;
    const logger *log;
    struct list bindings;
    void (*changed)(void *ctx, const char *extension);
    void *ctx;
};

static void destroy_binding(void *arg) {
    binding *b = arg;
    deadline_clear(b->owner->timers, &b->expiry);
    list_unlink(&b->le);
}

registrar *registrar_new(gate *g, deadlines *timers, const logger *log) {
    registrar *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->gate = g;
    r->timers = timers;
    r->log = log;
    list_init(&r->bindings);
    return r;
}

void registrar_free(registrar *r) {
    if (!r)
        return;
    list_flush(&r->bindings);
    free(r);
}

int registrar_count(const registrar *r) { return (int)list_count(&r->bindings); }

void registrar_listen(registrar *r, void (*changed)(void *ctx, const char *extension), void *ctx) {
    r->changed = changed;
    r->ctx = ctx;
}

static int count_of(const registrar *r, const char *extension);

static void tell_change(registrar *r, const char *extension, bool was_there) {
    if (r->changed && was_there != (count_of(r, extension) > 0))
        r->changed(r->ctx, extension);
}

static void binding_expired(void *owner) {
    binding *b = owner;
    LOG(b->owner->log, LOG_LEVEL_INFO, "registrar.expired", log_text("extension", b->extension));
    registrar *r = b->owner;
    char extension[sizeof b->extension];
    str_ncpy(extension, b->extension, sizeof extension);
    mem_deref(b);
    tell_change(r, extension, true);
}

static binding *find(registrar *r, const char *extension, const struct pl *uri) {
    for (struct le *le = r->bindings.head; le; le = le->next) {
        binding *b = le->data;
        if (!strcmp(b->extension, extension) && !pl_strcmp(uri, b->uri))
            return b;
    }
    return NULL;
}

static int count_of(const registrar *r, const char *extension) {
    int n = 0;
    for (struct le *le = r->bindings.head; le; le = le->next)
        n += !strcmp(((binding *)le->data)->extension, extension);
    return n;
}

static binding *add(registrar *r, const char *extension) {
    if (registrar_count(r) >= BINDINGS_MAX || count_of(r, extension) >= REGISTRAR_CONTACTS)
        return NULL;
    binding *b = mem_zalloc(sizeof *b, destroy_binding);
    if (!b)
        return NULL;
    b->owner = r;
    str_ncpy(b->extension, extension, sizeof b->extension);
    list_append(&r->bindings, &b->le, b);
    return b;
}

typedef struct {
    registrar *registrar;
    const struct sip_msg *request;
    char extension[32];
    uint32_t default_s;
    int status;                    /* of the response */
    bool apply;                    /* first pass judges, second pass acts (RFC 3261: all or nothing) */
} update;

static uint32_t expires_of(const update *u, const struct sip_addr *contact) {
    struct pl value;
    uint32_t seconds = msg_param_decode(&contact->params, "expires", &value) ? u->default_s : pl_u32(&value);
    return seconds > REGISTRAR_MAX_S ? REGISTRAR_MAX_S : seconds;
}

static void renew(update *u, binding *b, const struct pl *uri, uint32_t seconds) {
    const struct sip_msg *m = u->request;
    (void)pl_strcpy(uri, b->uri, sizeof b->uri);
    re_snprintf(b->flow, sizeof b->flow, "sip:%J%s", &m->src, sip_transp_param(m->tp));
    (void)pl_strcpy(&m->callid, b->call_id, sizeof b->call_id);
    b->cseq = m->cseq.num;
    b->renewed_ms = clock_ms();
    b->expires_ms = b->renewed_ms + seconds * 1000ull;
    deadline_set(u->registrar->timers, &b->expiry, seconds * 1000ull, binding_expired, b);
}

static void judge(update *u, const struct pl *uri, binding *b, uint32_t seconds) {
    const struct sip_msg *m = u->request;
    if (uri->l >= sizeof b->uri || m->callid.l >= sizeof b->call_id)
        u->status = 400;
    else if (seconds && seconds < REGISTRAR_MIN_S)
        u->status = 423;
    else if (b && !pl_strcmp(&m->callid, b->call_id) && m->cseq.num <= b->cseq)
        u->status = 500;
}

static bool take_contact(const struct sip_hdr *header, const struct sip_msg *m, void *ctx) {
    (void)m;
    update *u = ctx;
    struct sip_addr contact;
    if (!pl_strcmp(&header->val, "*"))
        return false;
    if (sip_addr_decode(&contact, &header->val) || pl_strcasecmp(&contact.uri.scheme, "sip")) {
        u->status = 400;
        return true;
    }
    uint32_t seconds = expires_of(u, &contact);
    binding *b = find(u->registrar, u->extension, &contact.auri);
    if (!u->apply) {
        judge(u, &contact.auri, b, seconds);
        return u->status != 200;
    }
    if (!seconds) {
        mem_deref(b);
        return false;
    }
    if (!b)
        b = add(u->registrar, u->extension);
    if (b)
        renew(u, b, &contact.auri, seconds);
    else
        u->status = 503;
    return false;
}

static void remove_all(registrar *r, const char *extension) {
    for (struct le *le = r->bindings.head; le;) {
        binding *b = le->data;
        le = le->next;
        if (!strcmp(b->extension, extension))
            mem_deref(b);
    }
}

static void apply(update *u) {
    const struct sip_msg *m = u->request;
    if (sip_msg_hdr_has_value(m, SIP_HDR_CONTACT, "*")) {
        if (u->default_s || sip_msg_hdr_count(m, SIP_HDR_CONTACT) != 1)
            u->status = 400;
        else
            remove_all(u->registrar, u->extension);
        return;
    }
    sip_msg_hdr_apply(m, true, SIP_HDR_CONTACT, take_contact, u);
    u->apply = true;
    if (u->status == 200)
        sip_msg_hdr_apply(m, true, SIP_HDR_CONTACT, take_contact, u);
}

static const char *reason_of(int status) {
    switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 423: return "Interval Too Brief";
    case 500: return "Out Of Order";
    default: return "Service Unavailable";
    }
}

static void answer(const update *u, endpoint *at) {
    char headers[REGISTRAR_CONTACTS * 300 + 40] = "";
    size_t used = 0;
    uint64_t now = clock_ms();
    if (u->status == 423)
        snprintf(headers, sizeof headers, "Min-Expires: %d\r\n", REGISTRAR_MIN_S);
    for (struct le *le = u->registrar->bindings.head; le && u->status == 200; le = le->next) {
        const binding *b = le->data;
        if (strcmp(b->extension, u->extension) || b->expires_ms <= now)
            continue;
        used += (size_t)snprintf(headers + used, sizeof headers - used, "Contact: <%s>;expires=%u\r\n", b->uri, (unsigned)((b->expires_ms - now + 999) / 1000));
    }
    (void)sip_treplyf(NULL, NULL, at->sip, u->request, false, (uint16_t)u->status, reason_of(u->status), "%sContent-Length: 0\r\n\r\n", headers);
}

void registrar_take(registrar *r, endpoint *at, const struct sip_msg *m) {
    update u = { .registrar = r, .request = m, .status = 200, .default_s = pl_isset(&m->expires) ? pl_u32(&m->expires) : REGISTRAR_MAX_S };
    if (pl_strcpy(&m->to.uri.user, u.extension, sizeof u.extension) || !u.extension[0]) {
        gate_refuse(r->gate, at, m);
        return;
    }
    if (gate_authenticate(r->gate, at, m, u.extension) != GATE_OPEN)
        return;
    bool was_there = count_of(r, u.extension) > 0;
    apply(&u);
    LOG(r->log, LOG_LEVEL_INFO, "registrar", log_text("extension", u.extension), log_integer("status", u.status),
        log_integer("contacts", count_of(r, u.extension)));
    answer(&u, at);
    tell_change(r, u.extension, was_there);
}

int registrar_find(const registrar *r, const char *extension, registrar_contact contacts[REGISTRAR_CONTACTS]) {
    int n = 0;
    const binding *found[REGISTRAR_CONTACTS];
    for (struct le *le = r->bindings.head; le && n < REGISTRAR_CONTACTS; le = le->next) {
        const binding *b = le->data;
        if (strcmp(b->extension, extension))
            continue;
        int at = n++;
        for (; at && found[at - 1]->renewed_ms < b->renewed_ms; at--)
            found[at] = found[at - 1];
        found[at] = b;
    }
    for (int i = 0; i < n; i++)
        contacts[i] = (registrar_contact){ found[i]->uri, found[i]->flow };
    return n;
}

void registrar_forget(registrar *r, const char *extension) {
    bool was_there = count_of(r, extension) > 0;
    remove_all(r, extension);
    tell_change(r, extension, was_there);
    LOG(r->log, LOG_LEVEL_INFO, "registrar.forget", log_text("extension", extension));
}
