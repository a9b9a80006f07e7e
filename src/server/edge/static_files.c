/* static_files.c: which file answers a path, and with which headers. Layer: server. RFC 9110 sections 8.8.3, 13.1.2. */
#include "static_files.h"

#include "tccc/error.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PATH_CAP = 1024 };

int static_file_path_valid(const char *path) {
    if (*path != '/')
        return 0;
    for (const char *at = path; *at; at++) {
        if ((unsigned char)*at < 0x20 || *at == '\\' || *at == 0x7f)
            return 0;
        if (*at == '/' && (at[1] == '.' || at[1] == '/'))
            return 0;
    }
    return 1;
}

const char *static_file_content_type(const char *path) {
    static const char *const types[][2] = {
        { ".html", "text/html; charset=utf-8" },
        { ".js", "text/javascript; charset=utf-8" },
        { ".mjs", "text/javascript; charset=utf-8" },
        { ".css", "text/css; charset=utf-8" },
        { ".json", "application/json" },
        { ".map", "application/json" },
        { ".wasm", "application/wasm" },
        { ".svg", "image/svg+xml" },
        { ".png", "image/png" },
        { ".ico", "image/x-icon" },
        { ".wav", "audio/wav" },
        { ".txt", "text/plain; charset=utf-8" },
        { ".ts", "text/plain; charset=utf-8" },
        { ".woff2", "font/woff2" },
    };
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (!strcasecmp(dot, types[i][0]))
            return types[i][1];
    return "application/octet-stream";
}

int static_file_accepts(const char *accept_encoding, const char *coding) {
    size_t n = strlen(coding);
    for (const char *at = accept_encoding; *at;) {
        at += strspn(at, " \t,");
        size_t token = strcspn(at, " \t,;"), item = strcspn(at, ",");
        if (token == n && !strncasecmp(at, coding, n)) {
            const char *q = memchr(at, '=', item);
            return !q || strtod(q + 1, NULL) > 0;
        }
        at += item;
    }
    return 0;
}

int static_file_matches(const char *if_none_match, const char *etag) {
    if (!strcmp(if_none_match, "*"))
        return 1;
    size_t n = strlen(etag);
    for (const char *at = if_none_match; (at = strstr(at, etag)); at += n)
        if (at[n] == 0 || at[n] == ',' || at[n] == ' ')
            return 1;
    return 0;
}

/* RESOLVE_BENEATH: the kernel keeps ".." and links from leaving dir, whatever happens to the tree meanwhile. */
static int open_beneath(int dir, const char *path) {
    struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
    int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) /* kernels before 5.6, and containers that filter the call */
        fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    return fd;
}

static int open_variant(static_file *file, int dir, const char *name, const char *suffix, const char *encoding) {
    char path[PATH_CAP];
    struct stat stat;
    if ((size_t)snprintf(path, sizeof path, "%s%s", name, suffix) >= sizeof path)
        return TCCC_E_NOT_FOUND;
    int fd = open_beneath(dir, path);
    if (fd < 0)
        return TCCC_E_NOT_FOUND;
    if (fstat(fd, &stat) || !S_ISREG(stat.st_mode)) {
        close(fd);
        return TCCC_E_NOT_FOUND;
    }
    file->fd = fd;
    file->size = (uint64_t)stat.st_size;
    file->encoding = encoding;
    snprintf(file->etag, sizeof file->etag, "\"%llx-%llx%s\"",
             (unsigned long long)stat.st_mtim.tv_sec * 1000000000u + (unsigned long long)stat.st_mtim.tv_nsec,
             (unsigned long long)stat.st_size, suffix[0] ? suffix : "");
    return 0;
}

int static_file_open(static_file *file, const char *dir, const char *path, const char *accept_encoding) {
    char name[PATH_CAP];
    size_t len = strlen(path);
    if (!static_file_path_valid(path))
        return TCCC_E_NOT_FOUND;
    if ((size_t)snprintf(name, sizeof name, "%s%s", path + 1, path[len - 1] == '/' ? "index.html" : "") >= sizeof name)
        return TCCC_E_NOT_FOUND;
    int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0)
        return TCCC_E_IO;
    int result = TCCC_E_NOT_FOUND;
    if (static_file_accepts(accept_encoding, "br"))
        result = open_variant(file, dir_fd, name, ".br", "br");
    if (result && static_file_accepts(accept_encoding, "gzip"))
        result = open_variant(file, dir_fd, name, ".gz", "gzip");
    if (result)
        result = open_variant(file, dir_fd, name, "", NULL);
    close(dir_fd);
    file->content_type = static_file_content_type(name);
    return result;
}
