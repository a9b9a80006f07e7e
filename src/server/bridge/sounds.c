/* sounds.c: the sounds that were loaded, kept for the next call. Layer: server. Control thread only. */
#include "sounds.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { KEPT_MAX = 32 };

typedef struct {
    char *path;
    struct timespec changed;
    off_t size;
    sound *sound;
} kept_file;

struct sounds {
    kept_file files[KEPT_MAX];
    int oldest;                      /* place of the next one */
    sound *music;
};

static struct sounds *shelf(edge_loop *loop) {
    if (!loop->sounds)
        loop->sounds = calloc(1, sizeof *loop->sounds);
    return loop->sounds;
}

static void forget(kept_file *file) {
    free(file->path);
    sound_drop(file->sound);
    *file = (kept_file){ 0 };
}

static kept_file *find(struct sounds *s, const char *path, const struct stat *stat) {
    for (int i = 0; i < KEPT_MAX; i++) {
        kept_file *file = &s->files[i];
        if (!file->path || strcmp(file->path, path))
            continue;
        if (file->size == stat->st_size && file->changed.tv_sec == stat->st_mtim.tv_sec &&
            file->changed.tv_nsec == stat->st_mtim.tv_nsec)
            return file;
        forget(file);
    }
    return NULL;
}

sound *sounds_file(edge_loop *loop, const char *path) {
    struct sounds *s = shelf(loop);
    struct stat stat_now;
    int error;
    if (!path || stat(path, &stat_now))
        return NULL;
    kept_file *file = s ? find(s, path, &stat_now) : NULL;
    if (file)
        return sound_hold(file->sound);
    sound *loaded = sound_load(path, &error);
    char *name = loaded && s ? strdup(path) : NULL;
    if (!name)
        return loaded;
    file = &s->files[s->oldest];
    s->oldest = (s->oldest + 1) % KEPT_MAX;
    forget(file);
    *file = (kept_file){ name, stat_now.st_mtim, stat_now.st_size, loaded };
    return sound_hold(loaded);
}

sound *sounds_music(edge_loop *loop) {
    struct sounds *s = shelf(loop);
    if (!s)
        return NULL;
    if (!s->music)
        s->music = sound_load_music(loop->config.music_dir);
    return sound_hold(s->music);
}

void sounds_free(edge_loop *loop) {
    struct sounds *s = loop->sounds;
    for (int i = 0; s && i < KEPT_MAX; i++)
        forget(&s->files[i]);
    if (s)
        sound_drop(s->music);
    free(s);
    loop->sounds = NULL;
}
