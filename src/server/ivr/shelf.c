/* shelf.c: a folder of files that can be made again, kept below a size. Layer: server. */
#include "server/ivr/shelf.h"

#include "tccc/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char *name;
    struct timespec used;
    int64_t bytes;
} entry;

typedef struct {
    entry *entries;
    size_t n, room;
    int64_t bytes;
} listing;

int shelf_make(const char *folder) {
    char *path = strdup(folder);
    int error = path ? 0 : TCCC_E_IO;
    for (char *slash = path; !error && (slash = strchr(slash + 1, '/'));) {
        *slash = 0;
        error = mkdir(path, 0700) && errno != EEXIST ? TCCC_E_IO : 0;
        *slash = '/';
    }
    if (!error && mkdir(path, 0700) && errno != EEXIST)
        error = TCCC_E_IO;
    free(path);
    return error;
}

static bool is_partial(const char *name) {
    size_t n = strlen(name);
    return n > 4 && !strcmp(name + n - 4, ".tmp");
}

void shelf_sweep(const char *folder) {
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));)
        if (is_partial(e->d_name))
            unlinkat(dirfd(dir), e->d_name, 0);
    if (dir)
        closedir(dir);
}

static bool add(listing *all, const char *name, const struct stat *stat) {
    if (all->n == all->room) {
        size_t room = all->room ? 2 * all->room : 256;
        entry *entries = realloc(all->entries, room * sizeof *entries);
        if (!entries)
            return false;
        all->entries = entries;
        all->room = room;
    }
    char *copy = strdup(name);
    if (!copy)
        return false;
    all->entries[all->n++] = (entry){ copy, stat->st_mtim, stat->st_size };
    all->bytes += stat->st_size;
    return true;
}

/* Files that are being written are left alone. */
static void list(DIR *dir, listing *all) {
    struct stat stat;
    for (struct dirent *e; (e = readdir(dir));)
        if (!is_partial(e->d_name) && !fstatat(dirfd(dir), e->d_name, &stat, AT_SYMLINK_NOFOLLOW) && S_ISREG(stat.st_mode))
            if (!add(all, e->d_name, &stat))
                return;
}

static int by_use(const void *a, const void *b) {
    const struct timespec *x = &((const entry *)a)->used, *y = &((const entry *)b)->used;
    if (x->tv_sec != y->tv_sec)
        return x->tv_sec < y->tv_sec ? -1 : 1;
    return (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec);
}

int64_t shelf_trim(const char *folder, int64_t max) {
    listing all = { 0 };
    DIR *dir = opendir(folder);
    if (!dir)
        return 0;
    list(dir, &all);
    if (all.n)
        qsort(all.entries, all.n, sizeof *all.entries, by_use);
    for (size_t i = 0; i < all.n; i++) {
        if (all.bytes > max && !unlinkat(dirfd(dir), all.entries[i].name, 0))
            all.bytes -= all.entries[i].bytes;
        free(all.entries[i].name);
    }
    free(all.entries);
    closedir(dir);
    return all.bytes;
}
