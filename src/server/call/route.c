/* route.c: how a number is called. Layer: server. */
#include "server/call/call_state.h"

#include <stdio.h>
#include <string.h>

int route_clean_number(const char *text, char *to) {
    size_t n = 0, digits = 0;
    for (; *text; text++) {
        if (strchr(" -.()", *text))
            continue;
        bool digit = *text >= '0' && *text <= '9';
        if (!digit && !(*text == '+' && n == 0) && *text != '*' && *text != '#')
            return TCCC_E_NUMBER_INVALID;
        if (n == STORE_NUMBER - 1)
            return TCCC_E_NUMBER_INVALID;
        digits += digit;
        to[n++] = *text;
    }
    to[n] = 0;
    return digits ? 0 : TCCC_E_NUMBER_INVALID;
}

static void set_from(route *r, const char *domain) { snprintf(r->from, sizeof r->from, "<sip:%s@%s>", r->caller, domain); }

/* What came from a network or a form is shown only where it fits into a URI's user part as it is (RFC 3261 section 25.1). */
static bool can_be_shown(const char *caller) {
    static const char fine[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+*-._";
    return caller && caller[0] && !caller[strspn(caller, fine)];
}

void route_to_extension(calls *all, const char *extension, const char *caller, route *r) {
    registrar_contact contacts[REGISTRAR_CONTACTS];
    char own[64];
    endpoint *at = stack_endpoint(all->parts.stack, NULL);
    *r = (route){ .number = "" };
    str_ncpy(r->number, extension, sizeof r->number);
    str_ncpy(r->caller, can_be_shown(caller) ? caller : "anonymous", sizeof r->caller);
    r->unreachable = !registrar_find(all->parts.registrar, r->number, contacts);
    if (!r->unreachable) {
        str_ncpy(r->uri, contacts[0].uri, sizeof r->uri);
        str_ncpy(r->next_hop, contacts[0].flow, sizeof r->next_hop);
        at = stack_endpoint_for(all->parts.stack, contacts[0].flow);
    }
    endpoint_address(at, own, sizeof own);
    set_from(r, own);
}

int route_to_trunk(calls *all, const store_number *from, const char *number, route *r) {
    char own[64];
    store_trunk row;
    const trunk *line = trunk_find(all->parts.trunks, from->trunk);
    *r = (route){ .number = "" };
    str_ncpy(r->trunk, from->trunk, sizeof r->trunk);
    str_ncpy(r->number, number, sizeof r->number);
    str_ncpy(r->caller, from->number, sizeof r->caller);
    if (!line || !trunk_is_up(line))
        return TCCC_E_TRUNK_DOWN;
    trunk_uri(line, r->number, r->uri, sizeof r->uri);
    endpoint_address(route_endpoint(all, r), own, sizeof own);
    bool has_domain = !store_get_trunk(all->parts.store, from->trunk, &row) && row.from_domain[0];
    set_from(r, has_domain ? row.from_domain : own);
    return 0;
}

endpoint *route_endpoint(calls *all, const route *r) { return stack_endpoint_for(all->parts.stack, r->next_hop[0] ? r->next_hop : r->uri); }

static const trunk_settings *settings_of(calls *all, const route *r) {
    const trunk *line = r->trunk[0] ? trunk_find(all->parts.trunks, r->trunk) : NULL;
    return line ? trunk_get(line) : NULL;
}

bool route_is_secure(calls *all, const route *r) {
    const trunk_settings *settings = settings_of(all, r);
    return settings && settings->srtp == TRUNK_SRTP_REQUIRED;
}

leg *route_call(calls *all, const route *r, const sdp_audio *local, const leg_handler *handler, void *ctx) {
    const trunk_settings *settings = settings_of(all, r);
    if (r->trunk[0] && !settings) /* it was taken away since */
        return NULL;
    leg_call_options options = {
        .uri = r->uri, .from = r->from, .next_hop = r->next_hop[0] ? r->next_hop : NULL, .contact_user = r->caller, .local = local,
        .username = settings && settings->username[0] ? settings->username : NULL, .password = settings ? settings->password : NULL,
        .no_reply_ms = all->config.no_reply_s * 1000, .session_expires_s = all->config.session_expires_s,
    };
    return leg_call(all->parts.stack, &options, handler, ctx);
}

void route_note_dead(calls *all, const char *trunk_name) {
    trunk *line = trunk_name[0] ? trunk_find(all->parts.trunks, trunk_name) : NULL;
    if (line)
        trunk_note_dead(line);
}
