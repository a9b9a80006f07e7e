/* action.c: the table of actions, and how they take parameters. Layer: server. */
#include "server/cloudapi/action.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const action actions[] = {
    { "CreateSDKLoginToken", create_sdk_login_token_members, action_create_sdk_login_token },
    { 0 },
};

void action_fail(action_call *call, const char *code, const char *format, ...)
{
    va_list arguments;
    if (call->code) return;
    call->code = code;
    va_start(arguments, format);
    vsnprintf(call->message, sizeof call->message, format, arguments);
    va_end(arguments);
}

static const json_value *required(action_call *call, const char *name)
{
    const json_value *value = json_member(call->parameters, name);
    if (!value) action_fail(call, "MissingParameter", "The parameter `%s` is missing.", name);
    return value;
}

const char *action_text(action_call *call, const char *name, size_t max_length)
{
    const json_value *value = required(call, name);
    const char *text = value ? json_text(value) : NULL;
    if (value && !text) action_fail(call, "InvalidParameter", "The parameter `%s` must be a string.", name);
    if (text && (!*text || strlen(text) > max_length)) {
        action_fail(call, "InvalidParameterValue", "The parameter `%s` must have 1 to %zu bytes.", name, max_length);
        return NULL;
    }
    return text;
}

static bool whole(const action_call *call, const json_value *value, int64_t *number)
{
    const char *text = call->flat ? json_text(value) : NULL;
    if (!text) return json_whole(value, number);
    char *end;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return *text && !*end && !errno;
}

int64_t action_integer(action_call *call, const char *name, int64_t min, int64_t max)
{
    int64_t number = 0;
    const json_value *value = required(call, name);
    if (!value) return 0;
    if (!whole(call, value, &number)) {
        action_fail(call, "InvalidParameter", "The parameter `%s` must be a whole number.", name);
        return 0;
    }
    if (number < min || number > max)
        action_fail(call, "InvalidParameterValue", "The parameter `%s` must be from %lld to %lld.", name, (long long)min, (long long)max);
    return number;
}

bool action_bool_or(action_call *call, const char *name, bool fallback)
{
    const json_value *value = json_member(call->parameters, name);
    if (!value) return fallback;
    const char *text = call->flat ? json_text(value) : NULL;
    if (text) {
        if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0) return true;
        if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0) return false;
        action_fail(call, "InvalidParameter", "The parameter `%s` must be true or false.", name);
        return fallback;
    }
    json_reader in = json_read(call->parameters);
    bool truth = json_bool(&in, name);
    if (in.error) action_fail(call, "InvalidParameter", "The parameter `%s` must be true or false.", name);
    return truth;
}
