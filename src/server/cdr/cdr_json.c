/* cdr_json.c: a call record as JSON, for pushes and for the cloud API. Layer: server. Source: the field tables of the data pushes
 * (PUSH-013 to PUSH-089) and of TelCdrInfo in the public cloud API. */
#include "server/cdr/cdr_json.h"

#include "server/sip/end_status.h"
#include "tccc/error.h"

#include <stdlib.h>
#include <string.h>

enum { BODY_FIRST = 16 * 1024, BODY_MAX = 4 << 20 };

enum face { FACE_PUSH, FACE_API };   /* which of the two field tables */

typedef struct {
    const store_cdr *cdr;
    agents *agents;
    enum face face;
    int (*url_of)(void *ctx, const char *record_id, char *url, size_t capacity);
    void *ctx;
} view;

static int64_t seconds(int64_t ms) { return ms / 1000; }

/* From one moment to a later one; 0 when either did not happen. */
static int64_t between(int64_t from_ms, int64_t to_ms) {
    return from_ms && to_ms > from_ms ? seconds(to_ms) - seconds(from_ms) : 0;
}

const char *cdr_step_type_name(enum cdr_step_type type) {
    switch (type) {
    case CDR_STAFF_SEAT: return "staffSeat";
    case CDR_OUTBOUND_SEAT: return "outboundSeat";
    case CDR_STAFF_PHONE_SEAT: return "staffPhoneSeat";
    case CDR_MINI_PROGRAM_SEAT: return "miniProgramSeat";
    case CDR_STAFF_EXTENSION_SEAT: return "staffExtensionSeat";
    case CDR_EXTERNAL: return "external";
    }
    return "";
}

static const char *step_type_or_none(int type) { return type < 0 ? "" : cdr_step_type_name((enum cdr_step_type)type); }

static const char *side_name(enum cdr_side side) {
    switch (side) {
    case CDR_USER: return "user";
    case CDR_SEAT: return "seat";
    case CDR_SYSTEM: return "system"; /* AMB-16 */
    }
    return "";
}

/* ---- the agent ---- */

static void put_group_names(json_writer *out, const agent *a) {
    const store_membership *groups = NULL;
    int n = a ? agent_groups(a, &groups) : 0;
    json_open_array(out, "SkillGroupNameList");
    for (int i = 0; i < n; i++)
        json_put_string(out, NULL, groups[i].group_name);
    json_close(out);
}

static void put_seat_user(const view *v, json_writer *out) {
    const char *user_id = v->cdr->user_id;
    const agent *a = *user_id ? agents_find(v->agents, v->cdr->app_id, user_id) : NULL;
    const store_agent *row = a ? agent_row(a) : NULL;
    if (!*user_id) {
        json_put_null(out, "SeatUser");
        return;
    }
    json_open_object(out, "SeatUser");
    json_put_string(out, "Mail", user_id); /* ADM-029: the e-mail address is the login */
    json_put_string(out, "Name", row ? row->name : "");
    json_put_string(out, "Nick", row ? row->nick : "");
    json_put_string(out, "Phone", row ? row->phone : "");
    json_put_string(out, "UserId", user_id);
    json_put_string(out, "StaffNumber", row ? row->staff_number : "");
    put_group_names(out, a);
    if (v->face == FACE_API) {
        json_put_integer(out, "Role", row ? (int64_t)row->role : 0);
        json_put_string(out, "ExtensionNumber", row ? row->extension : "");
    }
    json_close(out);
}

/* ---- keys pressed ---- */

static bool has_keys(const store_cdr *cdr, bool after_call) {
    for (int i = 0; i < cdr->n_keys; i++)
        if (cdr->keys[i].after_call == after_call)
            return true;
    return false;
}

static void put_key(const view *v, json_writer *out, const cdr_key *key) {
    json_open_object(out, NULL);
    json_put_string(out, "Key", key->key);
    json_put_string(out, "Label", key->label);
    if (v->face == FACE_API) {
        json_put_integer(out, "Timestamp", key->at_ms);
        json_put_string(out, "NodeLabel", key->node);
        json_put_string(out, "OriginalContent", key->key);
        json_put_string(out, "TTSPrompt", "");
    }
    json_close(out);
}

/* A list that has nothing is null, as in the documented sample. */
static void put_keys(const view *v, json_writer *out, const char *name, bool after_call, bool plain) {
    if (!has_keys(v->cdr, after_call)) {
        json_put_null(out, name);
        return;
    }
    json_open_array(out, name);
    for (int i = 0; i < v->cdr->n_keys; i++) {
        const cdr_key *key = &v->cdr->keys[i];
        if (key->after_call != after_call)
            continue;
        if (plain)
            json_put_string(out, NULL, key->key);
        else
            put_key(v, out, key);
    }
    json_close(out);
}

/* ---- steps ---- */

static void put_record_url(const view *v, json_writer *out, const char *record_id) {
    char url[2048] = "";
    if (*record_id && v->url_of && v->url_of(v->ctx, record_id, url, sizeof url))
        url[0] = 0;
    json_put_string(out, "RecordURL", url);
}

static const char *step_phone(const view *v, const cdr_step *step) {
    const agent *a = *step->user_id ? agents_find(v->agents, v->cdr->app_id, step->user_id) : NULL;
    return *step->phone ? step->phone : a ? agent_row(a)->phone : "";
}

static void put_step(const view *v, json_writer *out, int index) {
    const cdr_step *step = &v->cdr->steps[index];
    json_open_object(out, NULL);
    json_put_string(out, "Mail", step->user_id);
    json_put_string(out, "Phone", step_phone(v, step));
    json_put_integer(out, "RingTimestamp", seconds(step->ring_ms));
    json_put_integer(out, "AcceptTimestamp", seconds(step->accept_ms));
    json_put_integer(out, "EndedTimestamp", seconds(step->end_ms));
    json_put_string(out, "RecordId", step->record_id);
    json_put_string(out, "Type", cdr_step_type_name(step->type));
    json_put_string(out, "TransferFrom", step->transfer_from);
    json_put_string(out, "TransferFromType", step_type_or_none(step->transfer_from_type));
    json_put_string(out, "TransferTo", step->transfer_to);
    json_put_string(out, "TransferToType", step_type_or_none(step->transfer_to_type));
    json_put_integer(out, "SkillGroupId", step->group_id);
    json_put_string(out, "EndStatusString", end_status_name((enum end_status)step->end_status));
    json_put_integer(out, "Sequence", index);
    json_put_integer(out, v->face == FACE_API ? "StartTimestamp" : "StartTimeStamp", seconds(step->start_ms));
    json_put_string(out, "SkillGroupName", step->group_name);
    if (v->face == FACE_PUSH)
        json_put_integer(out, "SkillGroupPriority", step->group_priority);
    else
        put_record_url(v, out, step->record_id);
    if (v->face == FACE_API)
        json_put_string(out, "CustomRecordURL", "");
    json_close(out);
}

static void put_steps(const view *v, json_writer *out) {
    json_open_array(out, "ServeParticipants");
    for (int i = 0; i < v->cdr->n_steps; i++)
        put_step(v, out, i);
    json_close(out);
}

/* ---- the record ---- */

/* Until the queue, or to the end for a caller who never left the flow. */
static int64_t ivr_seconds(const store_cdr *cdr) {
    return cdr->queued_ms ? between(cdr->start_ms, cdr->queued_ms) : cdr->flow_id ? between(cdr->start_ms, cdr->end_ms) : 0;
}

static void put_both(const view *v, json_writer *out) {
    const store_cdr *cdr = v->cdr;
    json_put_string(out, "SessionId", cdr->session_id);
    bool api = v->face == FACE_API; /* there a number that is protected is left empty */
    json_put_string(out, "Caller", api && cdr->protected_caller[0] ? "" : cdr->caller);
    json_put_string(out, "Callee", api && cdr->protected_callee[0] ? "" : cdr->callee);
    json_put_integer(out, "Direction", cdr->inbound ? 0 : 1);
    json_put_integer(out, "CallType", (int64_t)cdr->type);
    json_put_integer(out, "Duration", between(cdr->accept_ms, cdr->end_ms));
    put_seat_user(v, out);
    json_put_string(out, "CallerLocation", ""); /* no directory of places is kept */
    json_put_integer(out, "IVRDuration", ivr_seconds(cdr));
    json_put_integer(out, "RingTimestamp", seconds(cdr->ring_ms));
    json_put_integer(out, "AcceptTimestamp", seconds(cdr->accept_ms));
    json_put_integer(out, "EndedTimestamp", seconds(cdr->end_ms));
    json_put_integer(out, "StartTimestamp", seconds(cdr->start_ms));
    put_keys(v, out, "IVRKeyPressed", false, true);
    put_keys(v, out, "IVRKeyPressedEx", false, false);
    json_put_string(out, "HungUpSide", side_name(cdr->hung_up_by));
    put_steps(v, out);
    json_put_string(out, "EndStatusString", end_status_name((enum end_status)cdr->end_status));
    json_put_integer(out, "QueuedTimestamp", seconds(cdr->queued_ms));
    put_keys(v, out, "PostIVRKeyPressed", true, false);
    json_put_string(out, "QueuedSkillGroupName", cdr->queued_group_name);
    json_put_integer(out, "QueuedSkillGroupId", cdr->queued_group_id);
    json_put_string(out, "RecordId", cdr->record_id);
    json_put_string(out, "Uui", cdr->uui);
}

/* Why the centre itself ended a call that was answered; 0 and "" when it did not. */
static void put_system_end(const store_cdr *cdr, json_writer *out) {
    bool ours = cdr->accept_ms && cdr->hung_up_by == CDR_SYSTEM;
    json_put_integer(out, "SysHangupReason", ours ? cdr->end_status : 0);
    json_put_string(out, "SysHangupReasonString", ours ? end_status_name((enum end_status)cdr->end_status) : "");
}

static void put_tel_location(const store_cdr *cdr, json_writer *out) {
    static const char *const unknown[] = { "Country", "Province", "City", "Operator" };
    json_open_object(out, "TelLocation");
    json_put_string(out, "TelNumber", cdr->inbound ? cdr->caller : cdr->callee);
    for (int i = 0; i < 4; i++)
        json_put_string(out, unknown[i], "");
    json_close(out);
}

static void put_push(const view *v, json_writer *out) {
    json_open_object(out, NULL);
    json_put_integer(out, "SdkAppId", v->cdr->app_id);
    put_both(v, out);
    json_put_integer(out, "StartTimeStamp", seconds(v->cdr->start_ms)); /* AMB-12: the table and the sample disagree */
    json_put_string(out, "UserRemark", v->cdr->remark);
    put_tel_location(v->cdr, out);
    json_close(out);
}

void cdr_put_info(json_writer *out, const store_cdr *cdr, agents *all,
                  int (*url_of)(void *ctx, const char *record_id, char *url, size_t capacity), void *ctx) {
    view v = { .cdr = cdr, .agents = all, .face = FACE_API, .url_of = url_of, .ctx = ctx };
    put_both(&v, out);
    json_put_integer(out, "Time", seconds(cdr->start_ms));
    put_record_url(&v, out, cdr->record_id);
    json_put_integer(out, "EndStatus", cdr->end_status);
    json_put_string(out, "SkillGroup", cdr->queued_group_name);
    json_put_integer(out, "SkillGroupId", cdr->queued_group_id);
    put_keys(&v, out, "PostIVRKeyPressedEx", true, false);
    json_put_string(out, "ProtectedCaller", cdr->protected_caller);
    json_put_string(out, "ProtectedCallee", cdr->protected_callee);
    json_put_string(out, "UUI", cdr->uui);
    json_put_string(out, "AsrUrl", "");
    json_put_string(out, "AsrStatus", "NotExists"); /* speech is not turned into text here */
    json_put_string(out, "CustomRecordURL", "");
    json_put_string(out, "Remark", cdr->remark);
    json_put_integer(out, "AIAgentId", 0); /* no machine talks here */
    json_put_string(out, "AIAgentName", "");
    put_system_end(cdr, out);
}

static void put_event(const view *v, json_writer *out, const cdr_event *event) {
    const agent *a = *event->user_id ? agents_find(v->agents, v->cdr->app_id, event->user_id) : NULL;
    json_open_object(out, NULL);
    json_put_integer(out, "Timestamp", seconds(event->at_ms));
    json_put_string(out, "EventType", event->type);
    json_open_object(out, "StaffEventDetail");
    json_open_array(out, "Staffs");
    json_open_object(out, NULL);
    json_put_string(out, "Mail", event->user_id);
    json_put_string(out, "StaffNumber", a ? agent_row(a)->staff_number : "");
    json_close(out);
    json_close(out);
    json_close(out);
    json_close(out);
}

void cdr_put_detail(json_writer *out, const store_cdr *cdr, agents *all,
                    int (*url_of)(void *ctx, const char *record_id, char *url, size_t capacity), void *ctx) {
    view v = { .cdr = cdr, .agents = all, .face = FACE_API, .url_of = url_of, .ctx = ctx };
    json_put_string(out, "Caller", cdr->protected_caller[0] ? "" : cdr->caller);
    json_put_string(out, "Callee", cdr->protected_callee[0] ? "" : cdr->callee);
    json_put_integer(out, "CallType", (int64_t)cdr->type);
    json_put_integer(out, "StartTimeStamp", seconds(cdr->start_ms));
    json_put_integer(out, "RingTimestamp", seconds(cdr->ring_ms));
    json_put_integer(out, "AcceptTimestamp", seconds(cdr->accept_ms));
    json_put_integer(out, "EndedTimestamp", seconds(cdr->end_ms));
    json_put_integer(out, "QueuedTimestamp", seconds(cdr->queued_ms));
    json_put_string(out, "StaffUserId", cdr->user_id);
    json_put_integer(out, "EndStatus", cdr->end_status);
    json_put_integer(out, "QueuedSkillGroupId", cdr->queued_group_id);
    json_put_string(out, "QueuedSkillGroupName", cdr->queued_group_name);
    put_record_url(&v, out, cdr->record_id);
    json_put_string(out, "CustomRecordURL", "");
    json_put_string(out, "AsrURL", "");
    put_keys(&v, out, "IVRKeyPressed", false, false);
    put_keys(&v, out, "PostIVRKeyPressed", true, false);
    json_put_string(out, "HungUpSide", side_name(cdr->hung_up_by));
    json_put_string(out, "UUI", cdr->uui);
    json_open_array(out, "Events");
    for (int i = 0; i < cdr->n_events; i++)
        put_event(&v, out, &cdr->events[i]);
    json_close(out);
    put_steps(&v, out);
    put_system_end(cdr, out);
}

/* ---- bodies ---- */

/* Writes into memory that grows until it fits. NULL: no memory, or beyond BODY_MAX. */
static char *make_body(void (*put)(const void *what, json_writer *out), const void *what) {
    for (size_t capacity = BODY_FIRST; capacity <= BODY_MAX; capacity *= 4) {
        char *text = malloc(capacity);
        if (!text)
            return NULL;
        json_writer out = json_write(text, capacity);
        put(what, &out);
        if (json_finish(&out) >= 0)
            return text;
        free(text);
    }
    return NULL;
}

static void write_cdr(const void *what, json_writer *out) { put_push(what, out); }

char *cdr_push_body(const store_cdr *cdr, agents *all) {
    view v = { .cdr = cdr, .agents = all, .face = FACE_PUSH };
    return make_body(write_cdr, &v);
}

typedef struct {
    const store_recording *recording;
    const char *url;
} recording_view;

/* What both pushes about recordings have; EndpointUser is a text in both (AMB-14). */
static void put_recording(const recording_view *v, json_writer *out) {
    json_put_integer(out, "SdkAppId", v->recording->app_id);
    json_put_string(out, "SessionId", v->recording->session_id);
    json_put_integer(out, "Timestamp", seconds(v->recording->created_ms));
    json_put_string(out, "EndpointUser", v->recording->endpoint);
    json_put_string(out, "RecordURL", v->url ? v->url : "");
}

static void write_record(const void *what, json_writer *out) {
    const recording_view *v = what;
    json_open_object(out, NULL);
    json_put_string(out, "RecordId", v->recording->record_id);
    put_recording(v, out);
    if (v->recording->custom_url[0])
        json_put_string(out, "CustomRecordURL", v->recording->custom_url);
    json_close(out);
}

static void write_voicemail(const void *what, json_writer *out) {
    json_open_object(out, NULL);
    put_recording(what, out);
    json_close(out);
}

char *record_push_body(const store_recording *recording, const char *url) {
    return make_body(write_record, &(recording_view){ recording, url });
}

char *voicemail_push_body(const store_recording *recording, const char *url) {
    return make_body(write_voicemail, &(recording_view){ recording, url });
}
