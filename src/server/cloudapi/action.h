/* action.h: one action of the cloud API: what it is given and how it answers. Layer: server. */
#ifndef TCCC_SERVER_CLOUDAPI_ACTION_H
#define TCCC_SERVER_CLOUDAPI_ACTION_H

#include "base/json.h"
#include "server/cloudapi/cloudapi.h"

/* Every action: its name, what its functions are called by, the parts that it needs besides the store, and which keys may do it that are not an
 * administrator's. */
#define ACTIONS(X) \
    X(CreateSDKLoginToken, create_sdk_login_token, FOR_SIGN_IN) \
    X(CreateStaff, create_staff, 0) \
    X(ModifyStaff, modify_staff, 0) \
    X(DeleteStaff, delete_staff, NEEDS_AGENTS) \
    X(ModifyStaffPassword, modify_staff_password, NEEDS_WORKERS) \
    X(DescribeStaffInfoList, describe_staff_info_list, FOR_INSPECTOR) \
    X(DescribeStaffStatusMetrics, describe_staff_status_metrics, NEEDS_AGENTS | FOR_INSPECTOR) \
    X(DescribeStaffStatusHistory, describe_staff_status_history, NEEDS_AGENTS | FOR_INSPECTOR) \
    X(SetStaffStatus, set_staff_status, NEEDS_AGENTS | FOR_OPERATOR) \
    X(ForceMemberOffline, force_member_offline, NEEDS_AGENTS | FOR_OPERATOR) \
    X(RestoreMemberOnline, restore_member_online, NEEDS_AGENTS | FOR_OPERATOR) \
    X(BindStaffSkillGroupList, bind_staff_skill_group_list, 0) \
    X(UnbindStaffSkillGroupList, unbind_staff_skill_group_list, 0) \
    X(CreateCCCSkillGroup, create_ccc_skill_group, 0) \
    X(UpdateCCCSkillGroup, update_ccc_skill_group, 0) \
    X(DeleteCCCSkillGroup, delete_ccc_skill_group, 0) \
    X(DescribeSkillGroupInfoList, describe_skill_group_info_list, FOR_INSPECTOR) \
    X(DescribeNumbers, describe_numbers, FOR_INSPECTOR) \
    X(BindNumberCallInInterface, bind_number_call_in_interface, 0) \
    X(CreateExtension, create_extension, 0) \
    X(ModifyExtension, modify_extension, 0) \
    X(DeleteExtension, delete_extension, 0) \
    X(DescribeExtension, describe_extension, FOR_INSPECTOR) \
    X(DescribeExtensions, describe_extensions, FOR_INSPECTOR) \
    X(ResetExtensionPassword, reset_extension_password, 0) \
    X(DescribeTelCdr, describe_tel_cdr, NEEDS_AGENTS | FOR_INSPECTOR) \
    X(DescribeSessionDetail, describe_session_detail, NEEDS_AGENTS | FOR_INSPECTOR) \
    X(DescribeIMCdrs, describe_im_cdrs, FOR_INSPECTOR) \
    X(DescribeIMCdrList, describe_im_cdr_list, FOR_INSPECTOR) \
    X(DescribeChatMessages, describe_chat_messages, FOR_INSPECTOR) \
    X(DescribeTelCallInfo, describe_tel_call_info, FOR_INSPECTOR) \
    X(DescribeIvrAudioList, describe_ivr_audio_list, FOR_INSPECTOR) \
    X(UploadIvrAudio, upload_ivr_audio, NEEDS_PROMPTS) \
    X(DescribeTelSession, describe_tel_session, NEEDS_AGENTS | NEEDS_CALLS | FOR_INSPECTOR) \
    X(DescribePSTNActiveSessionList, describe_pstn_active_session_list, NEEDS_AGENTS | NEEDS_CALLS | FOR_INSPECTOR) \
    X(HangUpCall, hang_up_call, NEEDS_CALLS | FOR_OPERATOR) \
    X(CreateCallOutSession, create_call_out_session, NEEDS_AGENTS | NEEDS_CALLS | FOR_OPERATOR) \
    X(CreateIVRSession, create_ivr_session, NEEDS_CALLS | FOR_OPERATOR) \
    X(DescribeCallInMetrics, describe_call_in_metrics, NEEDS_CALLS | FOR_INSPECTOR)

enum action_needs { NEEDS_AGENTS = 1, NEEDS_CALLS = 2, NEEDS_WORKERS = 4, NEEDS_PROMPTS = 8, FOR_INSPECTOR = 16, FOR_OPERATOR = 32, FOR_SIGN_IN = 64 };

typedef struct {
    const cloudapi *api;
    const edge_http_request *request; /* NULL when the answer comes later */
    const char *name;                 /* the action's */
    int64_t now_s;
    int64_t key_app_id;               /* whom the key is for; 0: every app */
    enum key_role key_role;
    const json_value *input;          /* an object; its members are in the action's list */
    bool flat;                        /* from a form: every value is text, numbers too */
    bool later;                       /* action_defer was called: the answer is sent by action_finish */
    json_writer *out;                 /* inside "Response": an action writes its members here */
    const char *code;                 /* NULL, or the error that action_fail set: then what is in `out` is not sent */
    char message[256];
} action_call;

typedef struct {
    const char *name;
    const char *const *members;       /* parameters it knows, ended by NULL */
    void (*run)(action_call *call);
    unsigned needs;                   /* enum action_needs */
} action;

extern const action actions[];        /* ended by a name of NULL */

/* Records the first failure; `code` is a constant of the documentation. */
void action_fail(action_call *call, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* An error of the store (tccc/error.h): InternalError.DBError. True when there is one. */
bool action_store_failed(action_call *call, int error);
/* The parameter SdkAppId: an app that is here and that the key is for, or InvalidParameterValue.InstanceNotExist. 0 after a failure. */
int64_t action_app(action_call *call);
/* Whether the key may use an app that is here. */
bool action_may_use(const action_call *call, int64_t app_id);

/* An answer that comes later: run may return, and action_finish is called once, on the control thread, with what action_defer gave.
 * `write` fills a new call's `out`, or fails it. NULL: no memory; the call has failed then. */
typedef struct action_later action_later;
action_later *action_defer(action_call *call);
void action_finish(action_later *later, void (*write)(action_call *call, void *ctx), void *ctx);

#define ACTION_DECLARE(Name, function, needs) \
    void action_##function(action_call *call); \
    extern const char *const members_##function[];
ACTIONS(ACTION_DECLARE)
#undef ACTION_DECLARE

#endif
