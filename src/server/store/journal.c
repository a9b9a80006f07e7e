/* journal.c: a file of lines that are needed until they have been dealt with. Layer: server. */
#include "server/store/journal.h"

#include "tccc/error.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool write_all(int fd, const char *text, size_t length, off_t at) {
    while (length) {
        ssize_t n = pwrite(fd, text, length, at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        text += n;
        at += n;
        length -= (size_t)n;
    }
    return true;
}

/* A new file's name survives a crash only when its folder has been written. */
static bool sync_folder(const char *path) {
    char copy[512];
    snprintf(copy, sizeof copy, "%s", path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    return done;
}

static int open_file(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && sync_folder(path)) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

static int tell_lines(journal *j, bool (*each)(void *ctx, off_t at, size_t length), void *ctx) {
    char *line = NULL;
    size_t capacity = 0;
    ssize_t n;
    int error = 0;
    FILE *file = fopen(j->path, "r");
    while (file && !error && (n = getline(&line, &capacity, file)) > 0 && line[n - 1] == '\n') {
        if (!each(ctx, j->end, (size_t)n)) error = TCCC_E_NO_MEMORY;
        j->end += n;
    }
    if (!file || ferror(file)) error = TCCC_E_IO;
    if (file) fclose(file);
    free(line);
    return error;
}

int journal_open(journal *j, const char *path, bool (*each)(void *ctx, off_t at, size_t length), void *ctx) {
    *j = (journal){ .fd = -1 };
    if (strlen(path) >= sizeof j->path - sizeof ".refused") return TCCC_E_TOO_LARGE;
    snprintf(j->path, sizeof j->path, "%s", path);
    if (!*path) return 0;
    j->fd = open(path, O_RDWR | O_CLOEXEC);
    if (j->fd < 0) return errno == ENOENT ? 0 : TCCC_E_IO;
    int error = tell_lines(j, each, ctx);
    if (!error && ftruncate(j->fd, j->end) != 0) error = TCCC_E_IO;
    return error;
}

void journal_close(journal *j) {
    if (j->fd >= 0) close(j->fd);
    j->fd = -1;
}

int journal_append(journal *j, const char *line, size_t length, off_t *place) {
    if (!*j->path) return TCCC_E_IO;
    if (j->fd < 0) j->fd = open_file(j->path);
    if (j->fd < 0) return TCCC_E_IO;
    if (!write_all(j->fd, line, length, j->end) || fdatasync(j->fd) != 0) {
        (void)!ftruncate(j->fd, j->end);
        return TCCC_E_IO;
    }
    *place = j->end;
    j->end += (off_t)length;
    return 0;
}

char *journal_read(const journal *j, off_t at, size_t length) {
    char *line = malloc(length);
    size_t done = 0;
    while (line && done < length) {
        ssize_t n = pread(j->fd, line + done, length - done, at + (off_t)done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            free(line);
            return NULL;
        }
        done += (size_t)n;
    }
    return line;
}

void journal_clear(journal *j) {
    if (j->fd < 0) return;
    journal_close(j);
    j->end = 0;
    (void)unlink(j->path); /* if it stays, its lines are dealt with again, which changes nothing */
}

int journal_set_aside(const journal *j, const char *line, size_t length) {
    char path[sizeof j->path + 16];
    if (!*j->path) return TCCC_E_IO;
    snprintf(path, sizeof path, "%s.refused", j->path);
    int fd = open_file(path);
    off_t end = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
    bool done = end >= 0 && write_all(fd, line, length, end) && fdatasync(fd) == 0;
    if (fd >= 0) close(fd);
    return done ? 0 : TCCC_E_IO;
}
