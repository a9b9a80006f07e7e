/* prompt.h: where a flow's sounds come from: uploaded files, and text that is spoken. Layer: server.
 *
 * Uploads are kept as 16 kHz mono WAV under the data folder's sounds/ (MP3 is decoded on upload). Spoken text is made once by a
 * worker with espeak-ng, or by the configured command or HTTP service, and kept under speech/ by its hash.
 */
#ifndef TCCC_SERVER_IVR_PROMPT_H
#define TCCC_SERVER_IVR_PROMPT_H

#include "server/ivr/flow.h"
#include "server/store/flow.h"
#include "server/worker.h"

typedef struct prompts prompts;

typedef struct {
    const char *folder;               /* data folder; made when missing */
    const char *voice;                /* of espeak-ng, e.g. "en-us", "cmn"; chosen by the text's script when "" */
    const char *speech_url;           /* POST {"text","voice"} -> WAV; "": espeak-ng */
} prompts_config;

prompts *prompts_new(const prompts_config *config, store *db, workers *pool, const logger *log);
void prompts_free(prompts *p);

typedef struct {
    int wait_no;                      /* ${WaitNo}; below 0: not known */
    const char *staff_no;             /* ${StaffNo}, or NULL */
} prompt_values;

/* Calls ready(ctx, path) at once or later: a WAV file's path, or NULL (logged: the flow goes on without the sound). Returns a ticket
 * for prompt_forget, 0 when ready was called already. */
uint64_t prompt_get(prompts *p, int64_t app_id, const flow_sound *sound, const prompt_values *values,
                    void (*ready)(void *ctx, const char *path), void *ctx);
void prompt_forget(prompts *p, uint64_t ticket);

/* Takes an uploaded WAV or MP3 file (at most 5 MiB, AMB-29). done(ctx, error, sentence, sound): 0, or FORMAT, TOO_LARGE, ARG_RANGE
 * (name taken), IO with a sentence. */
void prompt_upload(prompts *p, int64_t app_id, const char *name, const char *original, const void *data, size_t length,
                   void (*done)(void *ctx, int error, const char *sentence, const store_sound *sound), void *ctx);
int prompt_delete(prompts *p, int64_t sound_id);

#endif
