/* call_api.c: calls that the cloud API begins: for an agent, or for a flow. Layer: server. */
#include "server/call/call_state.h"

#include <stdlib.h>
#include <string.h>

static int choose_for_api(calls *all, const agent *a, const call_dial *what, int64_t app_id, store_number *from) {
    for (int i = 0; i < what->n_callers; i++) {
        number_wish one = { .wanted = what->callers[i], .any_group = true };
        if (!call_choose_number(all, app_id, a, &one, from))
            return 0;
    }
    number_wish any = { .any_group = a == NULL };
    return what->n_callers ? TCCC_E_NO_OUTBOUND_NUMBER : call_choose_number(all, app_id, a, &any, from);
}

static int make_for_api(calls *all, int64_t app_id, agent *a, const call_dial *what, call **out) {
    char clean[STORE_NUMBER];
    store_number from;
    route r;
    call_texts texts = { NULL, what->uui, what->remark, false };
    int error = all->closed ? TCCC_E_SHUTTING_DOWN : route_clean_number(what->callee, clean);
    if (!error)
        error = choose_for_api(all, a, what, app_id, &from);
    if (!error)
        error = route_to_trunk(all, &from, clean, &r);
    if (error)
        return error;
    *out = call_make_out(all, app_id, a, &r, &from, &texts);
    if (!*out)
        return TCCC_E_NO_MEMORY;
    (*out)->ring_s = what->ring_s;
    return 0;
}

/* The agent's own telephone first: its mobile, or the desk phone of an agent without a page. */
static int fetch_first(call *c, agent *a, bool mobile) {
    c->phase = CALL_PHASE_FETCHING; /* as such a call begins */
    call_occupy(c, &c->near, a);
    return mobile ? call_fetch_agent(c) : call_fetch_agent_by_extension(c);
}

static int begin_for_api(calls *all, agent *a, const call_dial *what, call *c) {
    seat *page = agent_seat(a);
    bool has_page = page && seat_is_connected(page) && agent_status_of(a) != AGENT_STATUS_OFFLINE;
    reach_facts facts = call_reach_facts(all, a, 0);
    if (what->by_mobile)
        return facts.mobile ? fetch_first(c, a, true) : TCCC_E_NUMBER_INVALID;
    if (has_page)
        return call_dial_with_page(c, a, page);
    return facts.extension ? fetch_first(c, a, false) : TCCC_E_AGENT_OFFLINE;
}

int calls_dial(calls *all, agent *a, const call_dial *what, char session_id[37]) {
    call *c = NULL;
    if (call_agent_is_taken(all, a))
        return TCCC_E_AGENT_BUSY;
    int error = make_for_api(all, agent_row(a)->app_id, a, what, &c);
    if (!error) {
        error = begin_for_api(all, a, what, c);
        if (error)
            call_unmake(c);
    }
    if (error)
        return error;
    call_log_out(c, a);
    str_ncpy(session_id, c->id, 37);
    call_tell_outed(c, &c->near);
    return 0;
}

static int keep_variables(call *c, const prompt_variable *from, int n) {
    size_t size = (size_t)n * sizeof *from;
    for (int i = 0; i < n; i++)
        size += strlen(from[i].name) + strlen(from[i].value) + 2;
    c->variables = n ? malloc(size) : NULL;
    if (n && !c->variables)
        return TCCC_E_NO_MEMORY;
    char *at = (char *)(c->variables + n);
    for (int i = 0; i < n; i++) {
        c->variables[i].name = strcpy(at, from[i].name);
        at += strlen(at) + 1;
        c->variables[i].value = strcpy(at, from[i].value);
        at += strlen(at) + 1;
    }
    c->n_variables = n;
    return 0;
}

int calls_dial_flow(calls *all, int64_t app_id, int64_t flow_id, const call_dial *what, char session_id[37]) {
    call *c = NULL;
    int error = make_for_api(all, app_id, NULL, what, &c);
    if (error)
        return error;
    error = keep_variables(c, what->variables, what->n_variables);
    if (!error)
        error = call_flow_begin(c, &c->flow, flow_id);
    if (!error)
        error = call_dial_customer(c);
    if (error) {
        call_unmake(c);
        return error;
    }
    call_log_out(c, NULL);
    str_ncpy(session_id, c->id, 37);
    return 0;
}
