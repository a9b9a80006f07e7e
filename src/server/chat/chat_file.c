/* chat_file.c: files of chats. Layer: server. Writing goes through a worker; reading is the edge's. */
#include "server/chat/chat_file.h"

#include "base/json.h"
#include "server/record/record_url.h"
#include "server/visitor/visitor.h"
#include "tccc/error.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct chat_files {
    chat_files_parts parts;
    char folder[1100];
    char secret[RECORD_SECRET_MAX];
};

static const char cors[] =
    "access-control-allow-origin: *\n"
    "access-control-allow-methods: GET, HEAD, PUT\n"
    "access-control-allow-headers: content-type\n"
    "access-control-max-age: 86400\n"
    "cross-origin-resource-policy: cross-origin\n"
    "x-content-type-options: nosniff\n"
    "content-security-policy: default-src 'none'; sandbox\n";

/* ---- answers ---- */

static void reply_error(chat_files *all, edge_request id, int status, int error, const char *sentence) {
    char json[512];
    json_writer out = json_write(json, sizeof json);
    json_open_object(&out, NULL);
    json_open_object(&out, "error");
    json_put_string(&out, "code", tccc_error_name(error));
    json_put_string(&out, "message", sentence);
    json_put_string(&out, "remedy", tccc_error_remedy(error));
    json_close(&out);
    json_close(&out);
    int n = json_finish(&out);
    edge_reply(all->parts.edge, id, status, "application/json", cors, json, n > 0 ? (size_t)n : 0);
}

static void path_of(const chat_files *all, const char *id, char *path, size_t capacity) { snprintf(path, capacity, "%s/%s", all->folder, id); }

/* ---- promised ---- */

bool chat_file_id(const char *url, char id[CHAT_FILE_ID]) { return file_url_id(url, id); }

void chat_file_url(chat_files *all, const char *file_id, char *url, size_t capacity) {
    if (file_url_write(FILE_URL_GET, file_id, clock_unix_ms() / 1000 + CHAT_FILE_GET_S, all->secret, url, capacity))
        url[0] = 0;
}

static int promise(chat_files *all, const store_chat_file *file, const char **sentence) {
    int count = 0;
    int64_t bytes = 0;
    int error = store_count_chat_files(all->parts.store, file->session_id, &count, &bytes);
    if (!error && count >= CHAT_FILES_MAX) {
        *sentence = "The chat has 100 files already.";
        return TCCC_E_LIMIT;
    }
    if (!error && bytes + file->size > CHAT_FILES_BYTES) {
        *sentence = "size: the files of a chat may have 100 MiB together.";
        return TCCC_E_LIMIT;
    }
    return error ? error : store_put_chat_file(all->parts.store, file);
}

void chat_file_offer(chat_files *all, int64_t app_id, const char *session_id, seat *s, const wire_request *request, uint64_t ticket) {
    unsigned char bytes[FILE_ID_LEN / 2];
    char put_url[CHAT_FILE_URL], get_url[CHAT_FILE_URL];
    const char *sentence = NULL;
    store_chat_file file = { .app_id = app_id, .size = request->args.size, .created_ms = clock_unix_ms() };
    int error = RAND_bytes(bytes, sizeof bytes) == 1 ? 0 : TCCC_E_INTERNAL;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(file.file_id + 2 * i, 3, "%02x", bytes[i]);
    snprintf(file.session_id, sizeof file.session_id, "%s", session_id);
    snprintf(file.name, sizeof file.name, "%s", request->args.name);
    snprintf(file.mime, sizeof file.mime, "%s", request->args.mime);
    if (!error && seat_visitor(s))
        error = visitor_may_upload(seat_visitor(s), file.size, &sentence);
    if (!error)
        error = promise(all, &file, &sentence);
    if (!error)
        error = file_url_write(FILE_URL_PUT, file.file_id, clock_unix_ms() / 1000 + CHAT_FILE_PUT_S, all->secret, put_url, sizeof put_url);
    chat_file_url(all, file.file_id, get_url, sizeof get_url);
    wire_result result = { .url = put_url, .get_url = get_url };
    seat_answer(s, ticket, request->method, &result, error, sentence);
}

/* ---- brought ---- */

typedef struct {                      /* a file on its way to the disk */
    chat_files *all;
    edge_request id;
    store_chat_file file;
    char path[1200];
    char *bytes;
    int error;
} arrival;

static int write_all(int fd, const char *bytes, size_t length) {
    while (length) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return TCCC_E_IO;
        bytes += n;
        length -= (size_t)n;
    }
    return fsync(fd) ? TCCC_E_IO : 0;
}

/* Under its name only when it is whole. */
static void write_file(void *arg) {
    arrival *a = arg;
    char part[1210];
    snprintf(part, sizeof part, "%s.part", a->path);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    a->error = fd < 0 ? TCCC_E_IO : write_all(fd, a->bytes, (size_t)a->file.size);
    if (fd >= 0)
        close(fd);
    if (!a->error && rename(part, a->path))
        a->error = TCCC_E_IO;
    if (a->error)
        unlink(part);
}

static void written(void *arg, int started) {
    arrival *a = arg;
    int error = started ? a->error : TCCC_E_SHUTTING_DOWN;
    a->file.there = true;
    if (!error)
        error = store_put_chat_file(a->all->parts.store, &a->file);
    if (error) {
        LOG(a->all->parts.log, LOG_LEVEL_ERROR, "chat.file", log_text("session", a->file.session_id), log_error("error", error));
        reply_error(a->all, a->id, 500, error, "The file could not be written.");
    } else
        edge_reply(a->all->parts.edge, a->id, 200, "application/json", cors, "{}", 2);
    free(a->bytes);
    free(a);
}

static void take_file(chat_files *all, const edge_http_request *request, const store_chat_file *file) {
    arrival *a = calloc(1, sizeof *a);
    char *bytes = malloc(request->body_len + 1);
    const char *image = file_image_type((const uint8_t *)request->body, request->body_len);
    if (!a || !bytes) {
        free(a);
        free(bytes);
        reply_error(all, request->id, 503, TCCC_E_NO_MEMORY, "There is no memory for the file now.");
        return;
    }
    memcpy(bytes, request->body, request->body_len);
    *a = (arrival){ .all = all, .id = request->id, .file = *file, .bytes = bytes };
    path_of(all, file->file_id, a->path, sizeof a->path);
    if (image)
        snprintf(a->file.mime, sizeof a->file.mime, "%s", image);
    else if (!strncmp(a->file.mime, "image/", 6))
        snprintf(a->file.mime, sizeof a->file.mime, "application/octet-stream"); /* whatever it says that it is */
    if (!workers_do(all->parts.workers, write_file, written, a))
        return;
    free(bytes);
    free(a);
    reply_error(all, request->id, 503, TCCC_E_LIMIT, "Too many files are being written. Try again.");
}

static void put(chat_files *all, const edge_http_request *request, const store_chat_file *file) {
    if (file->there)
        reply_error(all, request->id, 409, TCCC_E_STATE, "The file is there already.");
    else if ((int64_t)request->body_len != file->size)
        reply_error(all, request->id, 400, TCCC_E_ARG_RANGE, "The body must have the size that chat.upload was told.");
    else
        take_file(all, request, file);
}

/* ---- fetched ---- */

/* RFC 6266, RFC 8187: the name in UTF-8, percent-encoded. */
static void encode_name(const char *name, char *out, size_t capacity) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    size_t at = 0;
    for (; *name && at + 4 < capacity; name++)
        at += (size_t)snprintf(out + at, capacity - at, strchr(plain, *name) ? "%c" : "%%%02X", (unsigned char)*name);
    out[at] = 0;
}

static void get(chat_files *all, const edge_http_request *request, const store_chat_file *file) {
    char path[1200], name[800], headers[2048];
    struct stat facts;
    path_of(all, file->file_id, path, sizeof path);
    int fd = file->there ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 || fstat(fd, &facts) || !S_ISREG(facts.st_mode)) {
        if (fd >= 0)
            close(fd);
        reply_error(all, request->id, 404, TCCC_E_NOT_FOUND, "There is no such file.");
        return;
    }
    bool image = !strncmp(file->mime, "image/", 6);
    encode_name(file->name, name, sizeof name);
    snprintf(headers, sizeof headers, "%scache-control: private, max-age=3600\ncontent-disposition: %s; filename*=UTF-8''%s\n", cors,
             image ? "inline" : "attachment", name);
    edge_reply_file(all->parts.edge, request->id, 200, image ? file->mime : "application/octet-stream", headers, fd, 0, (uint64_t)facts.st_size);
}

bool chat_files_http(chat_files *all, const edge_http_request *request) {
    char id[FILE_ID_LEN + 1];
    store_chat_file file;
    if (strncmp(request->path, FILE_URL_PATH, sizeof FILE_URL_PATH - 1))
        return false;
    bool is_put = !strcmp(request->method, "PUT");
    if (!strcmp(request->method, "OPTIONS")) {
        edge_reply(all->parts.edge, request->id, 204, NULL, cors, "", 0);
        return true;
    }
    if (!is_put && strcmp(request->method, "GET")) {
        reply_error(all, request->id, 405, TCCC_E_STATE, "Only GET and PUT are possible here.");
        return true;
    }
    if (!file_url_id(request->path, id)) {
        reply_error(all, request->id, 404, TCCC_E_NOT_FOUND, "There is no such file.");
        return true;
    }
    enum file_url_state state = file_url_check(is_put ? FILE_URL_PUT : FILE_URL_GET, id, request->query, all->secret, clock_unix_ms() / 1000);
    if (state != FILE_URL_GOOD)
        reply_error(all, request->id, 403, TCCC_E_FORBIDDEN, state == FILE_URL_EXPIRED ? "The address has expired." : "The address is not signed by this server.");
    else if (store_get_chat_file(all->parts.store, id, &file))
        reply_error(all, request->id, 404, TCCC_E_NOT_FOUND, "There is no such file.");
    else if (is_put)
        put(all, request, &file);
    else
        get(all, request, &file);
    return true;
}

/* ---- life ---- */

chat_files *chat_files_new(const chat_files_parts *parts) {
    char path[1100];
    chat_files *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->parts = *parts;
    snprintf(all->folder, sizeof all->folder, "%s/chat", parts->folder);
    snprintf(path, sizeof path, "%s/visitor.key", parts->folder);
    if ((!mkdir(all->folder, 0700) || errno == EEXIST) && !record_secret_load(path, all->secret))
        return all;
    LOG(parts->log, LOG_LEVEL_ERROR, "chat.files", log_text("folder", all->folder));
    free(all);
    return NULL;
}

void chat_files_free(chat_files *all) { free(all); }
