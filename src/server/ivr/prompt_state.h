/* prompt_state.h: what prompt.c and prompt_sound.c share. Layer: server. */
#ifndef TCCC_SERVER_IVR_PROMPT_STATE_H
#define TCCC_SERVER_IVR_PROMPT_STATE_H

#include "server/ivr/prompt.h"

enum { PROMPT_PATH_MAX = 1024 };

typedef struct speech_job speech_job;
typedef struct upload upload;

struct prompts {
    char *sounds, *speech;            /* folders */
    char *voice, *url, *beep;         /* beep: path */
    bool review;
    int64_t speech_max, speech_bytes;
    store *db;
    workers *pool;
    const logger *log;
    uint64_t last_ticket;
    uint64_t service_back_ms;         /* the HTTP service has failed: it is asked again from then on */
    speech_job *jobs;                 /* all, the newest first */
    speech_job *live, **live_end;     /* not begun: a caller waits; nobody does */
    speech_job *ahead, **ahead_end;
    int n_running;
    bool closing;                     /* the workers have ended: nothing new is made */
    struct trim *trim;                /* that is under way */
    upload *uploads;
    int n_uploads;
};

/* The path of a sound that may be played, or with `any` one in whatever state. */
int prompt_sound_path(prompts *p, int64_t app_id, int64_t sound_id, bool any, char *path, size_t capacity);
/* Uploads under way report to nobody from now on. */
void prompt_leave_uploads(prompts *p);

/* prompt_sound.c: deletes uploaded files that no row names: a crash came between the file and its row. */
void prompt_sweep_sounds(prompts *p);

#endif
