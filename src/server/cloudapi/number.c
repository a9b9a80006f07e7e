/* number.c: DescribeNumbers and BindNumberCallInInterface. Layer: server. */
#include "server/cloudapi/page.h"
#include "server/url.h"
#include "tccc/error.h"

#include <stdio.h>
#include <string.h>

enum { PAGE_DEFAULT = 20, PAGE_MAX = 100, COST_OWN = 1 };   /* CostType 1: the customer's own number, as all are here */

const char *const members_describe_numbers[] = { "SdkAppId", "PageNumber", "PageSize", NULL };

typedef struct {
    json_writer *out;
    page page;
} listing;

static bool each_number(void *ctx, const store_number *number) {
    listing *l = ctx;
    json_writer *out = l->out;
    if (!page_take(&l->page)) return true;
    json_open_object(out, NULL);
    json_put_string(out, "Number", number->number);
    json_open_array(out, "CallOutSkillGroupIds");
    for (int i = 0; i < number->n_outbound_groups; i++) json_put_integer(out, NULL, number->outbound_groups[i]);
    json_close(out);
    json_put_integer(out, "State", number->state);
    json_put_integer(out, "CostType", COST_OWN);
    json_close(out);
    return true;
}

void action_describe_numbers(action_call *call) {
    parameters in = parameters_of(call);
    listing l = { .out = call->out };
    int64_t app_id = action_app(call);
    l.page = page_read(&in, PAGE_DEFAULT, PAGE_MAX);
    if (call->code) return;
    json_open_array(call->out, "Numbers");
    action_store_failed(call, store_list_numbers(call->api->store, app_id, each_number, &l));
    json_close(call->out);
    json_put_integer(call->out, "TotalCount", l.page.total);
}

/* ---- BindNumberCallInInterface ---- */

const char *const members_bind_number_call_in_interface[] = { "SdkAppId", "Number", "CallInInterface", "NumberType", NULL };
static const char *const interface_members[] = { "URL", NULL };

typedef struct {
    const char *text;
    store_number row;
    bool found;
} number_search;

static bool is_this(void *ctx, const store_number *row) {
    number_search *s = ctx;
    s->found = strcmp(row->number, s->text) == 0;
    if (s->found) s->row = *row;
    return !s->found;
}

static void bind_number(action_call *call, const parameters *in, int64_t app_id, const char *number, const char *url) {
    number_search s = { .text = number };
    action_store_failed(call, store_list_numbers(call->api->store, app_id, is_this, &s));
    if (!s.found) parameter_fail(in, "InvalidParameterValue", "Number", "is not a number of the app");
    if (call->code) return;
    snprintf(s.row.call_in_url, sizeof s.row.call_in_url, "%s", url);
    action_store_failed(call, store_put_number(call->api->store, &s.row));
}

/* An inner number is an extension. */
static void bind_extension(action_call *call, const parameters *in, int64_t app_id, const char *number, const char *url) {
    store_extension row;
    int error = store_get_extension(call->api->store, number, &row);
    if (error == TCCC_E_NOT_FOUND || (!error && row.app_id != app_id))
        parameter_fail(in, "InvalidParameterValue", "Number", "is not an extension of the app");
    else action_store_failed(call, error);
    if (call->code) return;
    snprintf(row.call_in_url, sizeof row.call_in_url, "%s", url);
    action_store_failed(call, store_put_extension(call->api->store, &row));
}

/* Without CallInInterface, or with an empty URL, the number is asked about no more. */
void action_bind_number_call_in_interface(action_call *call) {
    parameters in = parameters_of(call), interface;
    int64_t app_id = action_app(call);
    const char *number = parameter_text(&in, "Number", STORE_NUMBER - 1), *type = parameter_text_or(&in, "NumberType", "number", 16), *url = "";
    if (parameter_object(&in, "CallInInterface", interface_members, &interface))
        url = parameter_text_or(&interface, "URL", "", NUMBER_URL_MAX - 1);
    if (call->code) return;
    bool inner = strcmp(type, "inner") == 0;
    if (!inner && strcmp(type, "number") != 0) parameter_fail(&in, "InvalidParameterValue", "NumberType", "must be number or inner");
    if (*url && !url_has_scheme(url, "http")) parameter_fail(&interface, "InvalidParameterValue", "URL", "must begin with http:// or https://");
    if (call->code) return;
    if (inner) bind_extension(call, &in, app_id, number, url);
    else bind_number(call, &in, app_id, number, url);
}
