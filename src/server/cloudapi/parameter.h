/* parameter.h: typed, bounded reading of an action's parameters, nested objects and arrays too. Layer: server.
 *
 *     parameters in = parameters_of(call);
 *     int64_t size = parameter_integer(&in, "PageSize", 1, 100);
 *     const char *name = parameter_text_or(&in, "SkillGroupName", NULL, 127);
 *     if (call->code) return;
 *
 * The first failure is kept (action_fail), with the member's whole name as a form would write it ("Staffs.0.Mail"): missing ->
 * MissingParameter, another type -> InvalidParameter, too long, too many or out of range -> InvalidParameterValue. After a failure
 * results are NULL, 0 or false. JSON null counts as missing. Texts are valid as long as the call; control characters are refused.
 */
#ifndef TCCC_SERVER_CLOUDAPI_PARAMETER_H
#define TCCC_SERVER_CLOUDAPI_PARAMETER_H

#include "server/cloudapi/action.h"

enum { PARAMETER_PATH_MAX = 96 };

typedef struct {
    action_call *call;
    const json_value *object;
    char path[PARAMETER_PATH_MAX];    /* "" or "Staffs.0." */
} parameters;

/* The action's own parameters. */
parameters parameters_of(action_call *call);
bool parameter_given(const parameters *in, const char *name);

/* Required; a text must not be empty. */
const char *parameter_text(const parameters *in, const char *name, size_t max_bytes);
int64_t parameter_integer(const parameters *in, const char *name, int64_t min, int64_t max);
/* May be missing; a given text may be empty. */
const char *parameter_text_or(const parameters *in, const char *name, const char *fallback, size_t max_bytes);
int64_t parameter_integer_or(const parameters *in, const char *name, int64_t fallback, int64_t min, int64_t max);
bool parameter_bool_or(const parameters *in, const char *name, bool fallback);

/* Arrays of at least min and at most max elements; with min 0 they may be missing. How many were read. */
int parameter_texts(const parameters *in, const char *name, int min, int max, const char **texts, size_t max_bytes);
int parameter_integers(const parameters *in, const char *name, int min, int max, int64_t *numbers, int64_t least, int64_t most);
/* Each element's members must be in `members` (ended by NULL), or UnknownParameter. */
int parameter_objects(const parameters *in, const char *name, int min, int max, const char *const *members, parameters *each);
/* One nested object; false: it is missing (no failure), or wrong. */
bool parameter_object(const parameters *in, const char *name, const char *const *members, parameters *inner);

/* Refuses a value that has the right type: `complaint` ends the sentence "The parameter `Staffs.0.Mail` ...". */
void parameter_fail(const parameters *in, const char *code, const char *name, const char *complaint);
/* Every member of an object must be in `members`. */
void parameter_check_members(const parameters *in, const char *const *members);

#endif
