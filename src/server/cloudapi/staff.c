/* staff.c: CreateStaff and ModifyStaff, and the rules for agents. Layer: server. Rows ADM-027 to ADM-041. */
#include "server/cloudapi/staff.h"

#include "server/cloudapi/extension.h"
#include "server/agent/agent.h"
#include "tccc/error.h"

#include <stdio.h>
#include <string.h>

enum { STAFFS_MAX = 10, GROUPS_MAX = 100, NAME_MAX_BYTES = 127, PHONE_MAX = STORE_NUMBER - 1 };

/* ---- rules ---- */

bool staff_find(const parameters *in, const char *name, int64_t app_id, const char *user_id, store_agent *row) {
    if (in->call->code) return false;
    int error = store_get_agent(in->call->api->store, app_id, user_id, row);
    if (error == TCCC_E_NOT_FOUND) parameter_fail(in, "InvalidParameterValue.AccountNotExist", name, "is not an agent of the app");
    else action_store_failed(in->call, error);
    return !error;
}

void staff_changed(action_call *call, int64_t app_id) {
    if (!call->code && call->api->agents) action_store_failed(call, agents_reload(call->api->agents, app_id));
}

bool staff_phone_is_good(const char *phone) {
    const char *digits = phone + (*phone == '+');
    size_t n = strlen(digits);
    return n >= 3 && n < STORE_NUMBER - 1 && strspn(digits, "0123456789") == n;
}

typedef struct {
    const char *phone, *user_id;
    bool found;
} phone_search;

static bool is_this_phone(void *ctx, const store_agent *agent) {
    phone_search *s = ctx;
    s->found = strcmp(agent->phone, s->phone) == 0 && strcmp(agent->user_id, s->user_id) != 0;
    return !s->found;
}

bool staff_phone_is_taken(action_call *call, int64_t app_id, const char *phone, const char *user_id) {
    phone_search s = { phone, user_id, false };
    action_store_failed(call, store_list_agents(call->api->store, app_id, is_this_phone, &s));
    return s.found;
}

/* An account is an e-mail address, as the documentation has it. */
static bool is_account(const char *text) {
    const char *at = strchr(text, '@');
    return at && at > text && at[1] && !strchr(at + 1, '@') && !strchr(text, ' ');
}

static void copy(char *to, size_t capacity, const char *from) {
    snprintf(to, capacity, "%s", from ? from : "");
}

/* ---- forwarding ---- */

static const char *const forwarding_members[] = { "Enabled", "Condition", "Target", NULL };
static const char *const target_members[] = { "Type", "StaffUserId", "SkillGroupId", "Extension", NULL };
enum { TARGET_STAFF = 1, TARGET_GROUP = 2, TARGET_EXTENSION = 3 };

static void read_target(const parameters *in, int64_t app_id, const roster *r, store_agent *row) {
    store_agent other;
    int64_t type = parameter_integer(in, "Type", TARGET_STAFF, TARGET_EXTENSION);
    if (type == TARGET_STAFF) {
        const char *user_id = parameter_text(in, "StaffUserId", STAFF_ACCOUNT_MAX);
        staff_find(in, "StaffUserId", app_id, user_id, &other);
        if (user_id && strcmp(user_id, row->user_id) == 0)
            parameter_fail(in, "InvalidParameterValue", "StaffUserId", "must be another agent");
        row->forward_to = STAFF_TO_AGENT;
        copy(row->forward_target, sizeof row->forward_target, user_id);
    } else if (type == TARGET_GROUP) {
        int64_t id = parameter_integer(in, "SkillGroupId", 1, JSON_INTEGER_MAX);
        if (!in->call->code && !roster_group(r, id))
            parameter_fail(in, "InvalidParameterValue.SkillGroupError", "SkillGroupId", "is not a skill group of the app");
        row->forward_to = STAFF_TO_GROUP;
        snprintf(row->forward_target, sizeof row->forward_target, "%lld", (long long)id);
    } else if (type == TARGET_EXTENSION) {
        store_extension e;
        const char *number = parameter_text(in, "Extension", 15);
        if (number && (store_get_extension(in->call->api->store, number, &e) || e.app_id != app_id))
            parameter_fail(in, "InvalidParameterValue", "Extension", "is not an extension of the app");
        row->forward_to = STAFF_TO_EXTENSION;
        copy(row->forward_target, sizeof row->forward_target, number);
    }
}

bool staff_read_forwarding(const parameters *in, int64_t app_id, const roster *r, store_agent *row) {
    parameters config, target;
    if (!parameter_object(in, "ForwardingConfig", forwarding_members, &config)) return !in->call->code;
    if (parameter_bool_or(&config, "Enabled", false)) {
        row->forward = (enum staff_forward)parameter_integer(&config, "Condition", STAFF_FORWARD_ALWAYS, STAFF_FORWARD_CANNOT_ANSWER);
        if (parameter_object(&config, "Target", target_members, &target)) read_target(&target, app_id, r, row);
        else if (!in->call->code) parameter_fail(&config, "MissingParameter", "Target", "is missing");
    } else {
        row->forward = STAFF_FORWARD_OFF;
        row->forward_target[0] = 0;
    }
    return !in->call->code;
}

void staff_put_forwarding(json_writer *out, const store_agent *row) {
    bool on = row->forward != STAFF_FORWARD_OFF;
    bool staff = on && row->forward_to == STAFF_TO_AGENT, extension = on && row->forward_to == STAFF_TO_EXTENSION;
    long long group = 0;
    if (on && row->forward_to == STAFF_TO_GROUP) sscanf(row->forward_target, "%lld", &group);
    json_open_object(out, "ForwardingConfig");
    json_put_bool(out, "Enabled", on);
    json_put_integer(out, "Condition", row->forward);
    json_open_object(out, "Target");
    json_put_integer(out, "Type", !on ? 0 : staff ? TARGET_STAFF : extension ? TARGET_EXTENSION : TARGET_GROUP);
    json_put_string(out, "StaffUserId", staff ? row->forward_target : "");
    json_put_integer(out, "SkillGroupId", group);
    json_put_string(out, "Extension", extension ? row->forward_target : "");
    json_close(out);
    json_close(out);
}

/* ---- CreateStaff ---- */

const char *const members_create_staff[] = { "SdkAppId", "Staffs", "SendPassword", NULL };
static const char *const seat_user_members[] = { "Name", "Mail", "StaffNumber", "Phone", "Nick", "UserId", "SkillGroupNameList", "Role",
                                                 "ExtensionNumber", NULL };

typedef struct {
    store_agent row;
    char user_id[STORE_TEXT], extension[16];
    int64_t role;
    const char *group_names[GROUPS_MAX];
    int n_groups;
    const char *code, *message;       /* why it is refused; NULL: it is not */
} draft;

/* Reads one element of Staffs: a wrong type fails the whole call, a wrong value only this agent. */
static void read_draft(const parameters *in, int64_t app_id, draft *d) {
    *d = (draft){ .row.app_id = app_id };
    copy(d->row.user_id, sizeof d->row.user_id, parameter_text(in, "Mail", STAFF_ACCOUNT_MAX));
    copy(d->row.name, sizeof d->row.name, parameter_text(in, "Name", NAME_MAX_BYTES));
    copy(d->row.staff_number, sizeof d->row.staff_number, parameter_text(in, "StaffNumber", NAME_MAX_BYTES));
    copy(d->row.phone, sizeof d->row.phone, parameter_text_or(in, "Phone", "", PHONE_MAX));
    copy(d->row.nick, sizeof d->row.nick, parameter_text_or(in, "Nick", "", NAME_MAX_BYTES));
    copy(d->user_id, sizeof d->user_id, parameter_text_or(in, "UserId", "", STAFF_ACCOUNT_MAX));
    copy(d->extension, sizeof d->extension, parameter_text_or(in, "ExtensionNumber", "", sizeof d->extension - 1));
    d->role = parameter_integer_or(in, "Role", STAFF_AGENT, 0, JSON_INTEGER_MAX);
    d->n_groups = parameter_texts(in, "SkillGroupNameList", 0, GROUPS_MAX, d->group_names, STORE_TEXT - 1);
    d->row.role = (enum staff_role)(d->role <= STAFF_AGENT ? d->role : 0);
}

static void refuse(draft *d, bool wrong, const char *code, const char *message) {
    if (d->code || !wrong) return;
    d->code = code;
    d->message = message;
}

static bool names_unknown_group(const draft *d, const roster *r) {
    for (int i = 0; i < d->n_groups; i++)
        if (!roster_group_named(r, d->group_names[i])) return true;
    return false;
}

/* Against what is stored. */
static void judge(action_call *call, const roster *r, draft *d) {
    store_agent other;
    refuse(d, !is_account(d->row.user_id), "InvalidParameterValue", "Mail must be an e-mail address.");
    refuse(d, d->user_id[0] && strcmp(d->user_id, d->row.user_id) != 0, "InvalidParameterValue", "UserId must be the same as Mail, or left out.");
    refuse(d, store_get_agent(call->api->store, d->row.app_id, d->row.user_id, &other) == 0, "FailedOperation.DuplicatedAccount",
           "The app has an agent with this Mail.");
    refuse(d, d->role < STAFF_ADMIN || d->role > STAFF_AGENT, "InvalidParameterValue",
           "Role must be 1 (administrator), 2 (quality inspector) or 3 (agent).");
    refuse(d, d->row.phone[0] && !staff_phone_is_good(d->row.phone), "InvalidParameter.IllegalPhoneNumber",
           "Phone must be 3 to 31 digits, with or without + in front.");
    refuse(d, d->row.phone[0] && staff_phone_is_taken(call, d->row.app_id, d->row.phone, d->row.user_id),
           "InvalidParameterValue.PhoneNumIsBoundOtherAccount", "Another agent has this Phone.");
    refuse(d, names_unknown_group(d, r), "InvalidParameterValue.SkillGroupError", "SkillGroupNameList names a skill group that the app does not have.");
    refuse(d, d->extension[0] && !extension_is_good(d->extension), "InvalidParameter.IllegalPhoneNumber",
           "ExtensionNumber must have 4 to 6 digits, the first from 1 to 8.");
    refuse(d, d->extension[0] && extension_is_taken(call, d->row.app_id, d->extension, d->row.user_id), "InvalidParameter.DuplicatePhoneNumber",
           "ExtensionNumber is somebody else's.");
}

/* Against those before it in the same request. */
static void compare(draft *d, const draft *before) {
    if (before->code) return;
    refuse(d, strcmp(d->row.user_id, before->row.user_id) == 0, "FailedOperation.DuplicatedAccount", "Mail occurs twice in Staffs.");
    refuse(d, d->row.phone[0] && strcmp(d->row.phone, before->row.phone) == 0, "InvalidParameterValue.PhoneNumIsBoundOtherAccount",
           "Phone occurs twice in Staffs.");
    refuse(d, d->extension[0] && strcmp(d->extension, before->extension) == 0, "InvalidParameter.DuplicatePhoneNumber",
           "ExtensionNumber occurs twice in Staffs.");
}

static void write_draft(action_call *call, const roster *r, const draft *d) {
    action_store_failed(call, store_put_agent(call->api->store, &d->row));
    for (int i = 0; i < d->n_groups && !call->code; i++)
        action_store_failed(call, store_put_member(call->api->store, roster_group_named(r, d->group_names[i])->id, d->row.app_id,
                                                   d->row.user_id, STAFF_PRIORITY_DEFAULT));
    if (d->extension[0]) extension_give(call, d->row.app_id, d->extension, d->row.user_id);
}

static void write_drafts(action_call *call, const roster *r, const draft *list, int n) {
    if (action_store_failed(call, store_begin(call->api->store))) return;
    for (int i = 0; i < n; i++)
        if (!list[i].code) write_draft(call, r, &list[i]);
    action_store_failed(call, store_end(call->api->store));
}

static void put_refused(json_writer *out, const draft *list, int n) {
    json_open_array(out, "ErrorStaffList");
    for (int i = 0; i < n; i++) {
        if (!list[i].code) continue;
        json_open_object(out, NULL);
        json_put_string(out, "StaffEmail", list[i].row.user_id);
        json_put_string(out, "Code", list[i].code);
        json_put_string(out, "Message", list[i].message);
        json_close(out);
    }
    json_close(out);
}

/* SendPassword is taken and sends nothing: tcccd has no mail. The account has no password until ModifyStaffPassword sets one. */
void action_create_staff(action_call *call) {
    static draft list[STAFFS_MAX]; /* the control thread is the only one here */
    parameters in = parameters_of(call), each[STAFFS_MAX];
    roster r;
    int64_t app_id = action_app(call);
    int n = parameter_objects(&in, "Staffs", 1, STAFFS_MAX, seat_user_members, each);
    parameter_bool_or(&in, "SendPassword", true);
    for (int i = 0; i < n; i++) read_draft(&each[i], app_id, &list[i]);
    if (call->code || !roster_load(&r, call, app_id)) return;
    for (int i = 0; i < n; i++) {
        judge(call, &r, &list[i]);
        for (int k = 0; k < i; k++) compare(&list[i], &list[k]);
    }
    if (!call->code) write_drafts(call, &r, list, n);
    staff_changed(call, app_id);
    put_refused(call->out, list, n);
    roster_free(&r);
}

/* ---- ModifyStaff ---- */

const char *const members_modify_staff[] = { "SdkAppId", "Email", "Name", "Phone", "Nick", "StaffNo", "SkillGroupIds", "UseMobileCallOut",
                                             "UseMobileAccept", "ExtensionNumber", "ForwardingConfig", NULL };

static void read_phone(const parameters *in, store_agent *row) {
    if (!parameter_given(in, "Phone")) return;
    const char *phone = parameter_text_or(in, "Phone", "", PHONE_MAX);
    if (in->call->code) return;
    if (*phone && !staff_phone_is_good(phone))
        parameter_fail(in, "InvalidParameterValue", "Phone", "must be 3 to 31 digits, with or without + in front");
    else if (*phone && staff_phone_is_taken(in->call, row->app_id, phone, row->user_id))
        parameter_fail(in, "InvalidParameterValue.PhoneNumIsBoundOtherAccount", "Phone", "is another agent's");
    copy(row->phone, sizeof row->phone, phone);
}

static void read_extension(const parameters *in, const store_agent *row, char extension[16]) {
    copy(extension, 16, parameter_text_or(in, "ExtensionNumber", "", 15));
    if (!*extension || in->call->code) return;
    if (!extension_is_good(extension))
        parameter_fail(in, "InvalidParameter.IllegalPhoneNumber", "ExtensionNumber", "must have 4 to 6 digits, the first from 1 to 8");
    else if (extension_is_taken(in->call, row->app_id, extension, row->user_id))
        parameter_fail(in, "InvalidParameter.DuplicatePhoneNumber", "ExtensionNumber", "is somebody else's");
}

static int read_groups(const parameters *in, const roster *r, int64_t ids[GROUPS_MAX]) {
    int n = parameter_integers(in, "SkillGroupIds", 0, GROUPS_MAX, ids, 1, JSON_INTEGER_MAX);
    for (int i = 0; i < n; i++)
        if (!roster_group(r, ids[i]))
            parameter_fail(in, "InvalidParameterValue.SkillGroupError", "SkillGroupIds", "names a skill group that the app does not have");
    return n;
}

static void read_change(const parameters *in, const roster *r, store_agent *row) {
    if (parameter_given(in, "Name")) copy(row->name, sizeof row->name, parameter_text(in, "Name", NAME_MAX_BYTES));
    if (parameter_given(in, "StaffNo")) copy(row->staff_number, sizeof row->staff_number, parameter_text(in, "StaffNo", NAME_MAX_BYTES));
    if (parameter_given(in, "Nick")) copy(row->nick, sizeof row->nick, parameter_text_or(in, "Nick", "", NAME_MAX_BYTES));
    row->mobile_call_out = parameter_bool_or(in, "UseMobileCallOut", row->mobile_call_out);
    row->mobile_accept = (enum staff_mobile)parameter_integer_or(in, "UseMobileAccept", row->mobile_accept, STAFF_MOBILE_OFF, STAFF_MOBILE_ALWAYS);
    read_phone(in, row);
    staff_read_forwarding(in, row->app_id, r, row);
}

static bool holds(const int64_t *ids, int n, int64_t id) {
    for (int i = 0; i < n; i++)
        if (ids[i] == id) return true;
    return false;
}

/* The agent is in exactly these groups afterwards; where it was already, its priority stays. */
static void write_groups(action_call *call, const roster *r, const store_agent *row, const int64_t *ids, int n) {
    int n_old;
    const roster_member *old = roster_of(r, row->user_id, &n_old);
    for (int i = 0; i < n_old; i++)
        if (!holds(ids, n, old[i].group_id))
            action_store_failed(call, store_delete_member(call->api->store, old[i].group_id, row->app_id, row->user_id));
    for (int i = 0; i < n; i++)
        if (!roster_has(r, row->user_id, ids[i]))
            action_store_failed(call, store_put_member(call->api->store, ids[i], row->app_id, row->user_id, STAFF_PRIORITY_DEFAULT));
}

void action_modify_staff(action_call *call) {
    parameters in = parameters_of(call);
    roster r;
    store_agent row;
    char extension[16];
    int64_t ids[GROUPS_MAX], app_id = action_app(call);
    const char *user_id = parameter_text(&in, "Email", STAFF_ACCOUNT_MAX);
    if (!staff_find(&in, "Email", app_id, user_id, &row) || !roster_load(&r, call, app_id)) return;
    read_change(&in, &r, &row);
    read_extension(&in, &row, extension);
    int n = read_groups(&in, &r, ids);
    if (!call->code && !action_store_failed(call, store_begin(call->api->store))) {
        action_store_failed(call, store_put_agent(call->api->store, &row));
        if (parameter_given(&in, "SkillGroupIds")) write_groups(call, &r, &row, ids, n);
        if (parameter_given(&in, "ExtensionNumber")) extension_give(call, app_id, extension, user_id);
        action_store_failed(call, store_end(call->api->store));
    }
    staff_changed(call, app_id);
    roster_free(&r);
}
