/* usage.c: DescribeTelCallInfo: minutes and agents of answered calls. Layer: server. */
#include "server/cloudapi/range.h"

#include "server/store/cdr.h"

enum { RANGE_DAYS = 90, APPS_MAX = 100 };   /* the first is documented */

const char *const members_describe_tel_call_info[] = { "StartTimeStamp", "EndTimeStamp", "SdkAppIdList", NULL };

/* Several apps are summed up. The documentation asks for whole days; here the seconds count as they are. */
void action_describe_tel_call_info(action_call *call) {
    parameters in = parameters_of(call);
    int64_t apps[APPS_MAX];
    cdr_usage sum = { 0 }, one;
    range when = range_read(&in, "StartTimeStamp", "EndTimeStamp", RANGE_DAYS);
    int n = parameter_integers(&in, "SdkAppIdList", 1, APPS_MAX, apps, 1, JSON_INTEGER_MAX);
    for (int i = 0; i < n; i++)
        if (!action_may_use(call, apps[i]))
            action_fail(call, "InvalidParameterValue.InstanceNotExist", "There is no SdkAppId %lld that this key is for.", (long long)apps[i]);
    for (int i = 0; i < n && !call->code && !action_store_failed(call, store_sum_cdrs(call->api->store, apps[i], when.from_ms, when.to_ms, &one)); i++) {
        sum.out_minutes += one.out_minutes;
        sum.in_minutes += one.in_minutes;
        sum.audio_minutes += one.audio_minutes;
        sum.seats += one.seats;
    }
    json_put_integer(call->out, "TelCallOutCount", sum.out_minutes);
    json_put_integer(call->out, "TelCallInCount", sum.in_minutes);
    json_put_integer(call->out, "SeatUsedCount", sum.seats);
    json_put_integer(call->out, "VoipCallInCount", sum.audio_minutes);
    json_put_integer(call->out, "VOIPCallInCount", sum.audio_minutes);
    json_put_integer(call->out, "AsrOfflineCount", 0); /* speech is not turned into text here */
    json_put_integer(call->out, "AsrRealtimeCount", 0);
}
