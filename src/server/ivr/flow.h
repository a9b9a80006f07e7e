/* flow.h: an IVR flow: modules and their connections, from JSON, checked. Layer: server. Sans-IO. docs/ivr.md has the format.
 * Rows IVR-015 to IVR-037.
 *
 *     {"start":"hello","modules":[{"id":"hello","type":"play","label":"Greeting","sound":{"text":"Welcome"},"next":"menu"},
 *      {"id":"menu","type":"branch","label":"Menu","prompt":{...},"timeoutSound":{...},"errorSound":{...},"maxErrors":3,
 *       "timeoutSeconds":5,"branches":[{"key":"1","name":"Sales","next":"sales"}],"failed":"bye"}, ...]}
 */
#ifndef TCCC_SERVER_IVR_FLOW_H
#define TCCC_SERVER_IVR_FLOW_H

#include "base/json.h"

#include <stdbool.h>
#include <stdint.h>

#define FLOW_BEEP "${Beep}"           /* a text that is no speech: the tone before a voicemail. Documents cannot have it */

enum { FLOW_MODULES_MAX = 200, FLOW_BRANCHES_MAX = 12, FLOW_ID_MAX = 64, FLOW_SENTENCE_MAX = 320, FLOW_VARIABLE_MAX = 32 };

typedef struct flow flow;

/* Reads a document. NULL with a sentence that names the module and what is wrong with it: IVR-035 (a path that does not reach an
 * end), a loop without an exit, an unconnected module, a missing sound, an unknown member, ... */
flow *flow_parse(const char *json, size_t length, char sentence[FLOW_SENTENCE_MAX]);
/* Whether a text may be kept as a draft: JSON with modules that have an id and a type; the rest may be missing or wrong. */
bool flow_is_draft(const char *json, size_t length, char sentence[FLOW_SENTENCE_MAX]);
/* Whether its modules fit the kind: "selfService" leads back to the agent (IVR-041), "ivr" never does. */
bool flow_fits(const flow *f, const char *kind, char sentence[FLOW_SENTENCE_MAX]);
/* Whether a chat can run it: what it would say must be text (IVR-017 is for ears). */
bool flow_suits_chat(const flow *f, char sentence[FLOW_SENTENCE_MAX]);
flow *flow_hold(flow *f);
void flow_drop(flow *f);              /* NULL is allowed */
/* Every text that is spoken, for making sounds ahead, and every sound and group it refers to. */
typedef struct {
    int64_t sound_id;                 /* 0: text */
    const char *text;                 /* may hold ${WaitNo}, ${StaffNo} and ${var.Name} */
    const json_value *texts;          /* the same in other languages, by language tag; NULL: none */
} flow_sound;
/* A text in a visitor's language ("zh-CN", "zh"); `text` where there is none. */
const char *flow_text_in(const char *language, const char *text, const json_value *texts);
void flow_each_sound(const flow *f, bool (*each)(void *ctx, const char *module, const flow_sound *sound), void *ctx);
void flow_each_group(const flow *f, bool (*each)(void *ctx, const char *module, int64_t group_id), void *ctx);

#endif
