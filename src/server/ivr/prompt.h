/* prompt.h: where a flow's sounds come from: uploaded files, and text that is spoken. Layer: server. Rows IVR-016 to IVR-019, ADM-063 to
 * ADM-066, AMB-29.
 *
 * Uploads are kept as 16 kHz mono WAV under the data folder's sounds/ (MP3 is decoded on upload). Spoken text is made once by a
 * worker with espeak-ng, or by the configured HTTP service, and kept under speech/ by its hash. All of one loudness (clip.h).
 */
#ifndef TCCC_SERVER_IVR_PROMPT_H
#define TCCC_SERVER_IVR_PROMPT_H

#include "server/ivr/flow.h"
#include "server/store/flow.h"
#include "server/worker.h"

enum { PROMPT_UPLOAD_MAX = 5 * 1024 * 1024, PROMPT_SOUNDS_MAX = 1000, PROMPT_SENTENCE_MAX = 256 };

typedef struct prompts prompts;

typedef struct {
    const char *folder;               /* data folder; made when missing */
    const char *voice;                /* of espeak-ng, e.g. "en-us"; for texts without Chinese characters, which cmn speaks; "": en-us */
    const char *speech_url;           /* POST {"text","voice"} -> WAV; "": espeak-ng */
    bool review;                      /* new sounds wait for prompt_review (ADM-065); off: they are approved at once */
    int64_t speech_bytes_max;         /* of kept speech: the oldest goes first; 0: 256 MiB */
} prompts_config;

/* Texts are copied. NULL: no memory, or the folder cannot be made (logged). */
prompts *prompts_new(const prompts_config *config, store *db, workers *pool, const logger *log);
/* Nobody is called back any more. */
void prompts_free(prompts *p);

typedef struct {
    const char *name, *value;
} prompt_variable;

typedef struct {
    int wait_no;                      /* ${WaitNo}; below 0: not known */
    const char *staff_no;             /* ${StaffNo}, or NULL */
    const prompt_variable *variables; int n_variables; /* ${var.Name}; the first of a name counts */
} prompt_values;

/* Calls ready(ctx, path) at once or later: a WAV file's path (FLOW_BEEP has one, too), or NULL (logged: the flow goes on without the sound). Returns a ticket
 * for prompt_forget, 0 when ready was called already. values: NULL when nothing is known. */
uint64_t prompt_get(prompts *p, int64_t app_id, const flow_sound *sound, const prompt_values *values,
                    void (*ready)(void *ctx, const char *path), void *ctx);
void prompt_forget(prompts *p, uint64_t ticket);
/* Makes the texts of a flow ahead, those without variables, one after the other: after publishing, so that no caller waits. */
void prompt_make_ahead(prompts *p, const flow *f);

/* Takes an uploaded WAV or MP3 file (at most 5 MiB, AMB-29); all is copied. done(ctx, error, sentence, sound), at once or later: 0, or
 * FORMAT, TOO_LARGE, ARG_RANGE (name, or it is taken), LIMIT (1000 sounds; 8 uploads at a time), NO_MEMORY, IO with a sentence. */
void prompt_upload(prompts *p, int64_t app_id, const char *name, const char *original, const void *data, size_t length,
                   void (*done)(void *ctx, int error, const char *sentence, const store_sound *sound), void *ctx);
/* ADM-065: approves or rejects. NOT_FOUND, ARG_RANGE (state), IO. */
int prompt_review(prompts *p, int64_t app_id, int64_t sound_id, enum store_sound_state state);
/* ADM-066: where the WAV file for downloading is. NOT_FOUND. */
int prompt_path(prompts *p, int64_t app_id, int64_t sound_id, char *path, size_t capacity);
/* For good. NOT_FOUND, STATE (a published flow plays it; the sentence says which), IO. */
int prompt_delete(prompts *p, int64_t app_id, int64_t sound_id, char sentence[PROMPT_SENTENCE_MAX]);

#endif
