/* parameter.c: typed, bounded reading of parameters from JSON or from a form's tree, where every leaf is text. Layer: server. */
#include "server/cloudapi/parameter.h"

#include <cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

parameters parameters_of(action_call *call) {
    return (parameters){ .call = call, .object = call->input };
}

static const json_value *find(const parameters *in, const char *name) {
    const json_value *value = json_member(in->object, name);
    return value && !cJSON_IsNull(value) ? value : NULL;
}

bool parameter_given(const parameters *in, const char *name) {
    return find(in, name) != NULL;
}

void parameter_fail(const parameters *in, const char *code, const char *name, const char *complaint) {
    action_fail(in->call, code, "The parameter `%s%s` %s.", in->path, name, complaint);
}

static const json_value *required(const parameters *in, const char *name) {
    const json_value *value = find(in, name);
    if (!value) parameter_fail(in, "MissingParameter", name, "is missing");
    return value;
}

/* ---- one value; `name` may be that of an element, "SkillGroupIds.3" ---- */

static bool has_control(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f) return true;
    return false;
}

static const char *text_of(const parameters *in, const char *name, const json_value *value, size_t min, size_t max) {
    char complaint[64];
    const char *text = json_text(value);
    if (!text) {
        parameter_fail(in, "InvalidParameter", name, "must be a string");
    } else if (strlen(text) < min || strlen(text) > max) {
        snprintf(complaint, sizeof complaint, "must have %zu to %zu bytes", min, max);
        parameter_fail(in, "InvalidParameterValue", name, complaint);
        text = NULL;
    } else if (has_control(text)) {
        parameter_fail(in, "InvalidParameterValue", name, "must not hold control characters");
        text = NULL;
    }
    return text;
}

static bool read_whole(const parameters *in, const json_value *value, int64_t *number) {
    const char *text = in->call->flat ? json_text(value) : NULL;
    char *end;
    if (!text) return json_whole(value, number);
    errno = 0;
    *number = strtoll(text, &end, 10);
    return *text && !*end && !errno;
}

static int64_t integer_of(const parameters *in, const char *name, const json_value *value, int64_t min, int64_t max) {
    char complaint[80];
    int64_t number = 0;
    if (!read_whole(in, value, &number)) {
        parameter_fail(in, "InvalidParameter", name, "must be a whole number");
        return 0;
    }
    if (number >= min && number <= max) return number;
    snprintf(complaint, sizeof complaint, "must be from %lld to %lld", (long long)min, (long long)max);
    parameter_fail(in, "InvalidParameterValue", name, complaint);
    return 0;
}

const char *parameter_text(const parameters *in, const char *name, size_t max_bytes) {
    const json_value *value = required(in, name);
    return value ? text_of(in, name, value, 1, max_bytes) : NULL;
}

const char *parameter_text_or(const parameters *in, const char *name, const char *fallback, size_t max_bytes) {
    const json_value *value = find(in, name);
    return value ? text_of(in, name, value, 0, max_bytes) : fallback;
}

int64_t parameter_integer(const parameters *in, const char *name, int64_t min, int64_t max) {
    const json_value *value = required(in, name);
    return value ? integer_of(in, name, value, min, max) : 0;
}

int64_t parameter_integer_or(const parameters *in, const char *name, int64_t fallback, int64_t min, int64_t max) {
    const json_value *value = find(in, name);
    return value ? integer_of(in, name, value, min, max) : fallback;
}

static bool is_word(const char *text, const char *word, const char *digit) {
    return text && (strcmp(text, word) == 0 || strcmp(text, digit) == 0);
}

bool parameter_bool_or(const parameters *in, const char *name, bool fallback) {
    const json_value *value = find(in, name);
    const char *text = value && in->call->flat ? json_text(value) : NULL;
    if (!value) return fallback;
    if (cJSON_IsTrue(value) || is_word(text, "true", "1")) return true;
    if (!cJSON_IsFalse(value) && !is_word(text, "false", "0")) parameter_fail(in, "InvalidParameter", name, "must be true or false");
    return false;
}

/* ---- arrays and objects ---- */

/* The first element of a good array; NULL: missing, empty or wrong. *n tells its length. */
static const json_value *array_of(const parameters *in, const char *name, int min, int max, int *n) {
    char complaint[64];
    const json_value *value = min > 0 ? required(in, name) : find(in, name);
    *n = 0;
    if (!value) return NULL;
    if (!json_is_array(value)) {
        parameter_fail(in, "InvalidParameter", name, "must be an array");
        return NULL;
    }
    if (json_size(value) < min || json_size(value) > max) {
        snprintf(complaint, sizeof complaint, "must have %d to %d elements", min, max);
        parameter_fail(in, "InvalidParameterValue", name, complaint);
        return NULL;
    }
    *n = json_size(value);
    return json_first(value);
}

static void element_name(char out[PARAMETER_PATH_MAX], const char *name, int i) {
    snprintf(out, PARAMETER_PATH_MAX, "%s.%d", name, i);
}

int parameter_texts(const parameters *in, const char *name, int min, int max, const char **texts, size_t max_bytes) {
    char path[PARAMETER_PATH_MAX];
    int n, i = 0;
    for (const json_value *e = array_of(in, name, min, max, &n); e && !in->call->code; e = json_next(e), i++) {
        element_name(path, name, i);
        texts[i] = text_of(in, path, e, 1, max_bytes);
    }
    return in->call->code ? 0 : n;
}

int parameter_integers(const parameters *in, const char *name, int min, int max, int64_t *numbers, int64_t least, int64_t most) {
    char path[PARAMETER_PATH_MAX];
    int n, i = 0;
    for (const json_value *e = array_of(in, name, min, max, &n); e && !in->call->code; e = json_next(e), i++) {
        element_name(path, name, i);
        numbers[i] = integer_of(in, path, e, least, most);
    }
    return in->call->code ? 0 : n;
}

static void enter(const parameters *in, const char *name, const json_value *value, const char *const *members, parameters *inner) {
    *inner = (parameters){ .call = in->call, .object = value };
    snprintf(inner->path, sizeof inner->path, "%.40s%.50s.", in->path, name);
    if (json_is_object(value)) parameter_check_members(inner, members);
    else parameter_fail(in, "InvalidParameter", name, "must be an object");
}

int parameter_objects(const parameters *in, const char *name, int min, int max, const char *const *members, parameters *each) {
    char path[PARAMETER_PATH_MAX];
    int n, i = 0;
    for (const json_value *e = array_of(in, name, min, max, &n); e && !in->call->code; e = json_next(e), i++) {
        element_name(path, name, i);
        enter(in, path, e, members, &each[i]);
    }
    return in->call->code ? 0 : n;
}

bool parameter_object(const parameters *in, const char *name, const char *const *members, parameters *inner) {
    const json_value *value = find(in, name);
    if (value) enter(in, name, value, members, inner);
    return value && !in->call->code;
}

void parameter_check_members(const parameters *in, const char *const *members) {
    for (const json_value *member = json_first(in->object); member; member = json_next(member)) {
        int i = 0;
        while (members[i] && strcmp(members[i], json_name(member)) != 0) i++;
        if (!members[i])
            action_fail(in->call, "UnknownParameter", "The parameter `%s%.64s` is not known to %s.", in->path, json_name(member),
                        in->call->name);
    }
}
