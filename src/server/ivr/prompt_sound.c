/* prompt_sound.c: uploaded sounds: taking, reviewing, finding and deleting them. Layer: server. Rows ADM-063 to ADM-066. */
#include "server/ivr/prompt_state.h"

#include "base/utf8.h"
#include "server/deadline.h"
#include "server/ivr/clip.h"
#include "tccc/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { UPLOADS_MAX = 8, NAME_BYTES_MAX = 127 };

struct upload {
    prompts *owner;                   /* NULL: nobody waits for it any more */
    upload *next;
    void (*done)(void *ctx, int error, const char *sentence, const store_sound *sound);
    void *ctx;
    uint8_t *data;
    size_t length;
    char path[PROMPT_PATH_MAX];
    store_sound row;
    int error;
    char sentence[PROMPT_SENTENCE_MAX];
};

/* --- finding --- */

int prompt_sound_path(prompts *p, int64_t app_id, int64_t sound_id, bool any, char *path, size_t capacity) {
    store_sound row;
    int error = store_get_sound(p->db, sound_id, &row);
    if (error)
        return error;
    if (row.app_id != app_id || (!any && row.state != SOUND_APPROVED))
        return TCCC_E_NOT_FOUND;
    if ((size_t)snprintf(path, capacity, "%s/%s", p->sounds, row.file) >= capacity)
        return TCCC_E_TOO_LARGE;
    return access(path, R_OK) ? TCCC_E_NOT_FOUND : 0;
}

int prompt_path(prompts *p, int64_t app_id, int64_t sound_id, char *path, size_t capacity) {
    return prompt_sound_path(p, app_id, sound_id, true, path, capacity);
}

int prompt_review(prompts *p, int64_t app_id, int64_t sound_id, enum store_sound_state state) {
    store_sound row;
    if (state != SOUND_APPROVED && state != SOUND_REJECTED)
        return TCCC_E_ARG_RANGE;
    int error = store_get_sound(p->db, sound_id, &row);
    if (error || row.app_id != app_id)
        return error ? error : TCCC_E_NOT_FOUND;
    row.state = state;
    return store_put_sound(p->db, &row);
}

/* --- taking --- */

typedef struct {
    const char *name;
    int n;
    bool taken;
} names;

static bool compare_name(void *ctx, const store_sound *row) {
    names *all = ctx;
    all->n++;
    all->taken |= !strcmp(row->name, all->name);
    return true;
}

static bool is_name(const char *name) {
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
            return false;
    return n >= 1 && n <= NAME_BYTES_MAX && utf8_valid(name, n);
}

/* 0, or why the upload is refused at once. */
static int judge(prompts *p, int64_t app_id, const char *name, size_t length, const char **sentence) {
    names all = { .name = name };
    *sentence = "The file is empty. Upload a WAV or MP3 file.";
    if (!length)
        return TCCC_E_FORMAT;
    *sentence = "The file is larger than 5 MiB (5242880 bytes). Shorten it, or save it as MP3.";
    if (length > PROMPT_UPLOAD_MAX)
        return TCCC_E_TOO_LARGE;
    *sentence = "name must have 1 to 127 bytes of text.";
    if (!is_name(name))
        return TCCC_E_ARG_RANGE;
    *sentence = "The sounds could not be read from the store.";
    int error = store_list_sounds(p->db, app_id, compare_name, &all);
    if (error)
        return error;
    *sentence = "name is taken by another sound. Choose another, or delete that one.";
    if (all.taken)
        return TCCC_E_ARG_RANGE;
    *sentence = "There are 1000 sounds already. Delete some.";
    if (all.n >= PROMPT_SOUNDS_MAX)
        return TCCC_E_LIMIT;
    *sentence = "8 uploads are under way. Try again in a moment.";
    return p->n_uploads >= UPLOADS_MAX ? TCCC_E_LIMIT : 0;
}

static void convert(void *arg) {
    upload *u = arg;
    clip c;
    char why[CLIP_SENTENCE_MAX];
    u->error = clip_read(&c, u->data, u->length, why);
    if (u->error) {
        snprintf(u->sentence, sizeof u->sentence, "%s", why);
        return;
    }
    clip_level(&c);
    u->row.duration_ms = clip_ms(&c);
    u->row.bytes = clip_write(&c, u->path);
    clip_free(&c);
    if (u->row.bytes < 0) {
        u->error = TCCC_E_IO;
        snprintf(u->sentence, sizeof u->sentence, "The sound could not be written: %s. Check the disk.", strerror(errno));
    }
}

static void free_upload(upload *u) {
    free(u->data);
    free(u);
}

static void unlink_upload(prompts *p, upload *u) {
    for (upload **at = &p->uploads; *at; at = &(*at)->next)
        if (*at == u) {
            *at = u->next;
            p->n_uploads--;
            return;
        }
}

/* The file is there: now its row, or neither. */
static void record(prompts *p, upload *u) {
    u->row.created_ms = clock_unix_ms();
    u->row.state = p->review ? SOUND_NOT_REVIEWED : SOUND_APPROVED;
    int error = store_put_sound(p->db, &u->row);
    if (!error)
        return;
    unlink(u->path);
    u->error = error == TCCC_E_NOT_FOUND ? TCCC_E_ARG_RANGE : error;
    snprintf(u->sentence, sizeof u->sentence, "%s", error == TCCC_E_NOT_FOUND
        ? "name is taken by another sound. Choose another, or delete that one." : "The sound could not be written to the store.");
}

static void converted(void *arg, int started) {
    upload *u = arg;
    prompts *p = u->owner;
    if (!p) {
        if (started && !u->error)
            unlink(u->path);
        free_upload(u);
        return;
    }
    unlink_upload(p, u);
    if (!started) {
        u->error = TCCC_E_SHUTTING_DOWN;
        snprintf(u->sentence, sizeof u->sentence, "The server is stopping. Try again in a minute.");
    }
    if (!u->error)
        record(p, u);
    u->done(u->ctx, u->error, u->error ? u->sentence : "", u->error ? NULL : &u->row);
    free_upload(u);
}

/* Names of files are random: what people call their sounds never becomes a path. */
static bool name_file(prompts *p, upload *u) {
    uint8_t random[16];
    char hex[33];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return false;
    for (size_t i = 0; i < sizeof random; i++)
        sprintf(hex + 2 * i, "%02x", random[i]);
    snprintf(u->row.file, sizeof u->row.file, "%s.wav", hex);
    return (size_t)snprintf(u->path, sizeof u->path, "%s/%s", p->sounds, u->row.file) < sizeof u->path;
}

static upload *new_upload(prompts *p, const void *data, size_t length) {
    upload *u = calloc(1, sizeof *u);
    if (!u)
        return NULL;
    u->data = malloc(length);
    if (!u->data || !name_file(p, u)) {
        free_upload(u);
        return NULL;
    }
    memcpy(u->data, data, length);
    u->length = length;
    return u;
}

/* What the file was called where it came from: shown only, so it is made to fit instead of refused. */
static void copy_original(char to[STORE_TEXT], const char *from) {
    size_t n = 0, left = from ? strlen(from) : 0;
    while (left) {
        size_t one = utf8_character(from, left);
        if (n + one >= STORE_TEXT)
            break;
        if (one && (unsigned char)*from >= ' ') {
            memcpy(to + n, from, one);
            n += one;
        }
        from += one ? one : 1;
        left -= one ? one : 1;
    }
    to[n] = 0;
}

void prompt_upload(prompts *p, int64_t app_id, const char *name, const char *original, const void *data, size_t length,
                   void (*done)(void *ctx, int error, const char *sentence, const store_sound *sound), void *ctx) {
    const char *sentence;
    int error = judge(p, app_id, name, length, &sentence);
    if (error) {
        done(ctx, error, sentence, NULL);
        return;
    }
    upload *u = new_upload(p, data, length);
    if (u) {
        u->owner = p;
        u->done = done;
        u->ctx = ctx;
        u->row.app_id = app_id;
        snprintf(u->row.name, sizeof u->row.name, "%s", name);
        copy_original(u->row.original, original);
    }
    if (!u || workers_do(p->pool, convert, converted, u)) {
        if (u)
            free_upload(u);
        done(ctx, TCCC_E_NO_MEMORY, "Memory is exhausted. Try again later.", NULL);
        return;
    }
    u->next = p->uploads;
    p->uploads = u;
    p->n_uploads++;
}

void prompt_leave_uploads(prompts *p) {
    for (upload *u = p->uploads; u; u = u->next)
        u->owner = NULL;
}

/* --- deleting --- */

typedef struct {
    prompts *p;
    int64_t sound_id;
    bool used;
    int64_t flow_id;
    char *sentence;
} search;

static bool compare_sound(void *ctx, const char *module, const flow_sound *sound) {
    search *s = ctx;
    if (sound->sound_id != s->sound_id)
        return true;
    s->used = true;
    snprintf(s->sentence, PROMPT_SENTENCE_MAX, "Module %s of the published flow %lld plays it. Withdraw the flow first.", module,
             (long long)s->flow_id);
    return false;
}

/* The published flows; their documents are read when the list has ended. */
typedef struct { int64_t *ids; size_t n, room; bool failed; } id_list;

static bool take_published(void *ctx, const store_flow *row) {
    id_list *list = ctx;
    if (!row->published)
        return true;
    if (list->n == list->room) {
        size_t room = list->room ? 2 * list->room : 16;
        int64_t *ids = realloc(list->ids, room * sizeof *ids);
        if (!ids)
            return !(list->failed = true);
        list->ids = ids;
        list->room = room;
    }
    list->ids[list->n++] = row->id;
    return true;
}

static void search_flow(search *s, int64_t flow_id) {
    char why[FLOW_SENTENCE_MAX], *document = NULL;
    if (store_get_flow_document(s->p->db, flow_id, 0, &document))
        return;
    flow *f = flow_parse(document, strlen(document), why);
    s->flow_id = flow_id;
    if (f)
        flow_each_sound(f, compare_sound, s);
    flow_drop(f);
    free(document);
}

/* 0, STATE when a published flow plays the sound, or the store's error. */
static int look_for_use(prompts *p, int64_t app_id, int64_t sound_id, char sentence[PROMPT_SENTENCE_MAX]) {
    id_list list = { 0 };
    search s = { .p = p, .sound_id = sound_id, .sentence = sentence };
    int error = store_list_flows(p->db, app_id, take_published, &list);
    if (list.failed)
        error = TCCC_E_NO_MEMORY;
    for (size_t i = 0; i < list.n && !error && !s.used; i++)
        search_flow(&s, list.ids[i]);
    free(list.ids);
    if (error)
        snprintf(sentence, PROMPT_SENTENCE_MAX, "The flows could not be read from the store.");
    return error ? error : s.used ? TCCC_E_STATE : 0;
}

int prompt_delete(prompts *p, int64_t app_id, int64_t sound_id, char sentence[PROMPT_SENTENCE_MAX]) {
    store_sound row;
    char path[PROMPT_PATH_MAX];
    sentence[0] = 0;
    int error = store_get_sound(p->db, sound_id, &row);
    if (error || row.app_id != app_id) {
        snprintf(sentence, PROMPT_SENTENCE_MAX, "There is no such sound.");
        return error ? error : TCCC_E_NOT_FOUND;
    }
    error = look_for_use(p, app_id, sound_id, sentence);
    if (error)
        return error;
    error = store_delete_sound(p->db, sound_id);
    if (error) {
        snprintf(sentence, PROMPT_SENTENCE_MAX, "The sound could not be deleted from the store.");
        return error;
    }
    snprintf(path, sizeof path, "%s/%.255s", p->sounds, row.file);
    if (unlink(path) && errno != ENOENT)
        LOG(p->log, LOG_LEVEL_ERROR, "sound.not_deleted", log_integer("sound", sound_id), log_text("why", strerror(errno)));
    return 0;
}

/* --- files without a row --- */

enum { FILE_NAME_LEN = 36 /* of name_file: 32 digits and .wav */, ORPHAN_S = 600 /* younger ones may wait for another process's row */ };

typedef struct {
    prompts *p;
    char (*names)[FILE_NAME_LEN + 1];
    size_t n, room;
    bool failed;
} file_names;

static bool note_file(void *ctx, const store_sound *row) {
    file_names *all = ctx;
    if (strlen(row->file) != FILE_NAME_LEN) return true; /* never swept */
    if (all->n == all->room) {
        size_t room = all->room ? 2 * all->room : 64;
        void *names = realloc(all->names, room * sizeof *all->names);
        if (!names) return !(all->failed = true);
        all->names = names;
        all->room = room;
    }
    memcpy(all->names[all->n++], row->file, FILE_NAME_LEN + 1);
    return true;
}

static bool note_app(void *ctx, int64_t app_id, const char *name) {
    file_names *all = ctx;
    (void)name;
    all->failed |= store_list_sounds(all->p->db, app_id, note_file, all) != 0;
    return !all->failed;
}

static int by_name(const void *a, const void *b) {
    return memcmp(a, b, FILE_NAME_LEN);
}

static bool is_ours(const char *name) {
    return strlen(name) == FILE_NAME_LEN && strspn(name, "0123456789abcdef") == FILE_NAME_LEN - 4 && !strcmp(name + FILE_NAME_LEN - 4, ".wav");
}

static bool is_old(int folder, const char *name) {
    struct stat file;
    return !fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) && S_ISREG(file.st_mode) && clock_unix_ms() / 1000 - file.st_mtime > ORPHAN_S;
}

static void sweep_folder(const file_names *all) {
    DIR *dir = opendir(all->p->sounds);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (!is_ours(e->d_name) || !is_old(dirfd(dir), e->d_name) || (all->n && bsearch(e->d_name, all->names, all->n, sizeof *all->names, by_name))) continue;
        if (!unlinkat(dirfd(dir), e->d_name, 0)) LOG(all->p->log, LOG_LEVEL_INFO, "sounds.orphan_deleted", log_text("file", e->d_name));
    }
    if (dir) closedir(dir);
}

void prompt_sweep_sounds(prompts *p) {
    file_names all = { .p = p };
    all.failed |= store_list_apps(p->db, note_app, &all) != 0;
    if (all.n) qsort(all.names, all.n, sizeof *all.names, by_name);
    if (!all.failed) sweep_folder(&all); /* a store that cannot be read is no reason to delete */
    free(all.names);
}
