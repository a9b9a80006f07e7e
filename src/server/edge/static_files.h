/* static_files.h: which file answers a path, and with which headers. Layer: server. RFC 9110 sections 8.8.3, 13.1.2. */
#ifndef TCCC_SERVER_STATIC_FILES_H
#define TCCC_SERVER_STATIC_FILES_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int fd;                          /* the caller closes it */
    uint64_t size;
    const char *content_type;
    const char *encoding;            /* "br", "gzip" or NULL */
    char etag[48];                   /* with its quotes */
} static_file;

/* 1 when path (decoded, starting with "/") can name a file: no empty, "." or ".." part, none that begins with a dot, no
 * backslash and no control character. */
int static_file_path_valid(const char *path);
/* The MIME type by the name's ending; application/octet-stream for unknown ones. */
const char *static_file_content_type(const char *path);
/* 1 when a header value like `br;q=1.0, gzip` accepts the coding (q=0 refuses). */
int static_file_accepts(const char *accept_encoding, const char *coding);
/* 1 when an If-None-Match value names the tag or is "*" (weak comparison). */
int static_file_matches(const char *if_none_match, const char *etag);

/* Opens dir/path, or dir/path/index.html for a path that ends with "/"; a precompressed neighbour (.br, .gz) when
 * accept_encoding allows. Nothing outside dir is opened, also not by a symbolic link. 0, TCCC_E_NOT_FOUND or TCCC_E_IO. */
int static_file_open(static_file *file, const char *dir, const char *path, const char *accept_encoding);

#endif
