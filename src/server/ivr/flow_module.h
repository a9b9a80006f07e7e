/* flow_module.h: what flow_read makes of a document, and flow_check and flow_run walk on. Layer: server. Only for flow*.c. */
#ifndef TCCC_SERVER_IVR_FLOW_MODULE_H
#define TCCC_SERVER_IVR_FLOW_MODULE_H

#include "server/ivr/flow.h"
#include "server/ivr/hours.h"

enum flow_type {
    FLOW_TYPE_START, FLOW_TYPE_PLAY, FLOW_TYPE_BRANCH, FLOW_TYPE_TRANSFER, FLOW_TYPE_VOICEMAIL, FLOW_TYPE_RATING, FLOW_TYPE_HOURS,
    FLOW_TYPE_RETURN, FLOW_TYPE_END
};
/* Where a module leads to without a branch's key. LEAVE is the caller's choice; the others come by themselves. */
enum flow_exit { FLOW_EXIT_NEXT, FLOW_EXIT_FAILED, FLOW_EXIT_NO_AGENT, FLOW_EXIT_QUEUE_OVER, FLOW_EXIT_LEAVE, FLOW_EXIT_CLOSED, FLOW_EXITS };
enum { FLOW_NOWHERE = -1 };

/* Texts are the tree's. A sound with neither id nor text is not there. */
typedef struct {
    const char *id;
    int to;                               /* index of the module; FLOW_NOWHERE: no such member */
} flow_target;

typedef struct {
    const char *key, *label;
    const json_value *texts;              /* the label in other languages, or NULL */
    flow_target target;                   /* FLOW_NOWHERE in a rating */
} flow_choice;

typedef struct {
    enum flow_type type;
    const char *id, *label;
    flow_sound sound;                     /* what is played first: sound, prompt */
    flow_sound timeout_sound, error_sound, music, last_sound; /* last: connectedSound, thanksSound, closingSound */
    bool interruptible;
    int64_t max_errors, timeout_s, max_s, silence_s, group;
    int64_t reply_s;                      /* in chats: how long the visitor has to answer; 0: as the settings have it */
    const char *key;                      /* stopKey, leaveKey; "" none */
    hours *hours;                         /* owned; NULL in a module of another type */
    flow_target exits[FLOW_EXITS];
    flow_choice choices[FLOW_BRANCHES_MAX];
    int n_choices;
} flow_module;

struct flow {
    int holders;
    json_value *tree;
    int start;
    bool returns;                         /* self-service: without an exit it goes back to the agent instead of hanging up */
    int n_modules;
    flow_module modules[];
};

/* Fills in everything but `holders`. NULL with a sentence. */
flow *flow_read(const char *json, size_t length, char sentence[FLOW_SENTENCE_MAX]);
void flow_free(flow *f);
/* Unconnected modules, ways without an end, ways round without a choice. false with a sentence. */
bool flow_check(const flow *f, char sentence[FLOW_SENTENCE_MAX]);
/* false: module, complaint and remedy. */
bool flow_complain(char sentence[FLOW_SENTENCE_MAX], const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline bool flow_sound_is_set(const flow_sound *sound) { return sound->sound_id != 0 || sound->text != NULL; }

#endif
