/* audio.c: UploadIvrAudio and DescribeIvrAudioList: sounds of IVR flows. Layer: server. Rows ADM-063 to ADM-065. */
#include "server/cloudapi/page.h"
#include "server/cloudapi/range.h"

#include "server/cloudapi/web.h"
#include "server/deadline.h"
#include "server/ivr/prompt.h"
#include "server/url.h"
#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_A_DAY = 50, URL_MAX = 2048, NAME_MAX_BYTES = 127, PAGE_MAX = 50, FILTER_MAX = 50 };   /* 50 and 50: documented */
/* A request is answered before the edge gives it up (30 s); prompts take 8 uploads at a time, of all requests together. */
enum { FETCH_MS = 20000, REQUEST_MS = 25000, AT_ONCE = 2, SHORTEST_MS = 1000 };

/* Documented: 0 not reviewed, 1 approved, 2 rejected. */
static int64_t status_of(const store_sound *sound) {
    return sound->state == SOUND_APPROVED ? 1 : sound->state == SOUND_REJECTED ? 2 : 0;
}

static void put_sound(json_writer *out, const store_sound *sound) {
    json_open_object(out, NULL);
    json_put_integer(out, "FileId", sound->id);
    json_put_string(out, "CustomFileName", sound->name);
    json_put_string(out, "AudioFileName", sound->original);
    json_put_integer(out, "Status", status_of(sound));
    json_close(out);
}

/* ---- DescribeIvrAudioList ---- */

const char *const members_describe_ivr_audio_list[] = { "SdkAppId", "PageSize", "PageNumber", "CustomFileName", "AudioFileName", "FileId", NULL };

typedef struct {
    json_writer *out;
    page page;
    const char *names[FILTER_MAX], *files[FILTER_MAX];
    int64_t ids[FILTER_MAX];
    int n_names, n_files, n_ids;      /* 0: any */
} listing;

static bool has_text(const char *const *list, int n, const char *text) {
    for (int i = 0; i < n; i++)
        if (strcmp(list[i], text) == 0) return true;
    return n == 0;
}

static bool has_id(const int64_t *list, int n, int64_t id) {
    for (int i = 0; i < n; i++)
        if (list[i] == id) return true;
    return n == 0;
}

static bool each_sound(void *ctx, const store_sound *sound) {
    listing *l = ctx;
    bool fits = has_text(l->names, l->n_names, sound->name) && has_text(l->files, l->n_files, sound->original) && has_id(l->ids, l->n_ids, sound->id);
    if (fits && page_take(&l->page)) put_sound(l->out, sound);
    return true;
}

void action_describe_ivr_audio_list(action_call *call) {
    parameters in = parameters_of(call);
    listing l = { .out = call->out };
    int64_t app_id = action_app(call);
    l.page = page_read(&in, 0, PAGE_MAX);
    l.n_names = parameter_texts(&in, "CustomFileName", 0, FILTER_MAX, l.names, STORE_TEXT - 1);
    l.n_files = parameter_texts(&in, "AudioFileName", 0, FILTER_MAX, l.files, STORE_TEXT - 1);
    l.n_ids = parameter_integers(&in, "FileId", 0, FILTER_MAX, l.ids, 1, JSON_INTEGER_MAX);
    if (call->code) return;
    json_open_array(call->out, "FileInfo");
    action_store_failed(call, store_list_sounds(call->api->store, app_id, each_sound, &l));
    json_close(call->out);
    json_put_integer(call->out, "TotalCount", l.page.total);
}

/* ---- UploadIvrAudio ---- */

const char *const members_upload_ivr_audio[] = { "SdkAppId", "AudioList", NULL };
static const char *const file_members[] = { "CustomFileName", "AudioUrl", NULL };

typedef struct upload upload;

typedef struct {
    upload *upload;
    char name[NAME_MAX_BYTES + 1], url[URL_MAX + 1], original[STORE_TEXT];
    int error, timeout_ms;
    web_answer file;
    char sentence[PROMPT_SENTENCE_MAX]; /* why it failed; "": it did not */
    store_sound sound;
} upload_file;

struct upload {                       /* one request; it is answered when the last file is done */
    action_later *later;
    const cloudapi *api;
    int64_t app_id;
    uint64_t over_ms;                 /* when no file is begun any more */
    int n, next, holders;
    upload_file files[];
};

static void put_results(action_call *call, void *ctx) {
    upload *u = ctx;
    json_open_array(call->out, "FailedFileList");
    for (int i = 0; i < u->n; i++) {
        if (!u->files[i].sentence[0]) continue;
        json_open_object(call->out, NULL);
        json_put_string(call->out, "FileName", u->files[i].name);
        json_put_string(call->out, "FailedMsg", u->files[i].sentence);
        json_close(call->out);
    }
    json_close(call->out);
    json_open_array(call->out, "SuccessFileList");
    for (int i = 0; i < u->n; i++)
        if (!u->files[i].sentence[0]) put_sound(call->out, &u->files[i].sound);
    json_close(call->out);
}

static void begin_next(upload *u);

/* Each file, and whoever begins files, holds the upload. */
static void let_go(upload *u) {
    if (--u->holders > 0) return;
    action_finish(u->later, put_results, u);
    free(u);
}

static void file_done(upload_file *f) {
    free(f->file.body);
    f->file.body = NULL;
    begin_next(f->upload);
    let_go(f->upload);
}

static void file_failed(upload_file *f, const char *sentence) {
    snprintf(f->sentence, sizeof f->sentence, "%s", sentence);
    file_done(f);
}

static void taken(void *ctx, int error, const char *sentence, const store_sound *sound) {
    upload_file *f = ctx;
    if (error) {
        file_failed(f, sentence && *sentence ? sentence : tccc_error_sentence(error));
        return;
    }
    f->sound = *sound;
    file_done(f);
}

static void fetch_on_worker(void *arg) {
    upload_file *f = arg;
    web_request request = { .url = f->url, .max_bytes = PROMPT_UPLOAD_MAX, .timeout_ms = f->timeout_ms };
    f->error = web_fetch(f->upload->api->web, &request, &f->file);
}

static void fetched(void *arg, int started) {
    upload_file *f = arg;
    if (!started) file_failed(f, "The server is stopping.");
    else if (f->error) file_failed(f, f->file.sentence);
    else prompt_upload(f->upload->api->prompts, f->upload->app_id, f->name, f->original, f->file.body, f->file.length, taken, f);
}

/* Begins one file more, if any is left. A file that cannot even begin ends at once, and that begins the next. */
static void begin_next(upload *u) {
    if (u->next == u->n) return;
    upload_file *f = &u->files[u->next++];
    uint64_t now_ms = clock_ms();
    bool late = now_ms + SHORTEST_MS > u->over_ms;
    f->timeout_ms = late ? 0 : u->over_ms - now_ms < FETCH_MS ? (int)(u->over_ms - now_ms) : FETCH_MS;
    if (!u->api->web) file_failed(f, "The server is stopping.");
    else if (late) file_failed(f, "The time for one request was over before this file. Upload fewer at once.");
    else if (web_do(u->api->web, fetch_on_worker, fetched, f)) file_failed(f, "Too many files wait to be fetched.");
}

/* The last part of the path, as the file's name. */
static void name_of_url(const char *url, char *name, size_t capacity) {
    size_t end = strcspn(url, "?#"), start = end;
    while (start && url[start - 1] != '/') start--;
    snprintf(name, capacity, "%.*s", (int)(end - start > NAME_MAX_BYTES ? NAME_MAX_BYTES : end - start), url + start);
    if (!*name) snprintf(name, capacity, "audio");
}

static void read_files(action_call *call, const parameters *each, int n, upload *u) {
    for (int i = 0; i < n && !call->code; i++) {
        upload_file *f = &u->files[i];
        const char *name = parameter_text(&each[i], "CustomFileName", NAME_MAX_BYTES), *url = parameter_text(&each[i], "AudioUrl", URL_MAX);
        if (call->code) return;
        if (!url_has_scheme(url, "http"))
            parameter_fail(&each[i], "InvalidParameterValue", "AudioUrl", "must begin with http:// or https://");
        f->upload = u;
        snprintf(f->name, sizeof f->name, "%s", name);
        snprintf(f->url, sizeof f->url, "%s", url);
        name_of_url(url, f->original, sizeof f->original);
    }
}

typedef struct {
    int64_t since_ms;
    int n;
} day_count;

static bool count_today(void *ctx, const store_sound *sound) {
    day_count *c = ctx;
    c->n += sound->created_ms >= c->since_ms;
    return true;
}

static void check_day(action_call *call, int64_t app_id, int n) {
    day_count c = { .since_ms = range_midnight_ms(clock_unix_ms()) };
    if (call->code || action_store_failed(call, store_list_sounds(call->api->store, app_id, count_today, &c))) return;
    if (c.n + n > FILES_A_DAY)
        action_fail(call, "FailedOperation.UploadFileOverflow", "At most %d files may be uploaded a day; %d have been.", FILES_A_DAY, c.n);
}

static void begin(action_call *call, upload *u) {
    u->later = action_defer(call);
    if (!u->later) {
        free(u);
        return;
    }
    for (int i = 0; i < AT_ONCE; i++) begin_next(u);
    let_go(u);
}

void action_upload_ivr_audio(action_call *call) {
    static parameters each[FILES_A_DAY]; /* the control thread is the only one here */
    parameters in = parameters_of(call);
    int64_t app_id = action_app(call);
    int n = parameter_objects(&in, "AudioList", 1, FILES_A_DAY, file_members, each);
    check_day(call, app_id, n);
    upload *u = call->code ? NULL : calloc(1, sizeof *u + (size_t)n * sizeof *u->files);
    if (!u) {
        action_fail(call, "InternalError", "Memory is exhausted.");
        return;
    }
    *u = (upload){ .api = call->api, .app_id = app_id, .over_ms = clock_ms() + REQUEST_MS, .n = n, .holders = n + 1 };
    read_files(call, each, n, u);
    if (call->code) free(u);
    else begin(call, u);
}
