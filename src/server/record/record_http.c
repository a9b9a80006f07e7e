/* record_http.c: gives recordings out by signed addresses. Layer: server. RFC 9110 sections 14 (ranges) and 8.8.3 (ETag). */
#include "record_state.h"

#include "server/edge/static_files.h"
#include "tccc/error.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Pages of other origins may play it: who has the address may hear it. */
#define COMMON "cross-origin-resource-policy: cross-origin\nx-content-type-options: nosniff\nreferrer-policy: no-referrer\n"

static void refuse(records *all, const edge_http_request *request, int status, const char *headers, const char *sentence) {
    edge_reply(all->edge, request->id, status, "text/plain; charset=utf-8", headers, sentence, strlen(sentence));
}

/* The value of a header line, cut at its end, in value[capacity]; NULL when it is missing or longer. */
static const char *header_of(const edge_http_request *request, const char *name, char *value, size_t capacity) {
    size_t n = strlen(name);
    for (const char *line = request->headers; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (strncmp(line, name, n) || line[n] != ':')
            continue;
        line += n + 1;
        line += strspn(line, " ");
        size_t len = strcspn(line, "\r\n");
        if (len >= capacity)
            return NULL;
        memcpy(value, line, len);
        value[len] = 0;
        return value;
    }
    return NULL;
}

static void send_file(records *all, const edge_http_request *request, static_file *file, const char *record_id) {
    char headers[512], range[64] = "", value[128], condition[128];
    uint64_t first = 0, len = file->size;
    const char *same = header_of(request, "if-range", condition, sizeof condition);
    enum record_range wanted = record_range_read(header_of(request, "range", value, sizeof value), file->size, &first, &len);
    if (same && strcmp(same, file->etag))
        wanted = RANGE_NONE;
    if (wanted == RANGE_UNSATISFIABLE) {
        snprintf(range, sizeof range, "content-range: bytes */%llu\n", (unsigned long long)file->size);
        close(file->fd);
        refuse(all, request, 416, range, "The range lies behind the end.\n");
        return;
    }
    if (wanted == RANGE_NONE) {
        first = 0;
        len = file->size;
    } else
        snprintf(range, sizeof range, "content-range: bytes %llu-%llu/%llu\n", (unsigned long long)first, (unsigned long long)(first + len - 1),
                 (unsigned long long)file->size);
    snprintf(headers, sizeof headers, "%s" COMMON "accept-ranges: bytes\netag: %s\ncache-control: private, max-age=3600\ncontent-disposition: inline; filename=\"%s.ogg\"\n",
             range, file->etag, record_id);
    posix_fadvise(file->fd, (off_t)first, (off_t)len, POSIX_FADV_WILLNEED); /* so that the edge thread need not wait for the disk */
    edge_reply_file(all->edge, request->id, wanted == RANGE_PART ? 206 : 200, "audio/ogg", headers, file->fd, first, len);
}

static void answer(records *all, const edge_http_request *request, const char *record_id) {
    store_recording row;
    static_file file;
    char path[STORE_TEXT + 1];
    if (store_get_recording(all->db, record_id, &row) || row.bytes <= 0) {
        refuse(all, request, 404, COMMON, "There is no such recording, or it has not finished.\n");
        return;
    }
    snprintf(path, sizeof path, "/%s", row.file);
    if (!row.file[0])
        refuse(all, request, 410, COMMON, "The recording's time is over; it was deleted.\n");
    else if (static_file_open(&file, all->folder, path, ""))
        refuse(all, request, 404, COMMON, "The recording's file is missing.\n");
    else
        send_file(all, request, &file, record_id);
}

bool record_http(records *all, const edge_http_request *request) {
    char id[RECORD_ID_MAX + 1];
    if (strncmp(request->path, RECORD_URL_PATH, sizeof RECORD_URL_PATH - 1))
        return false;
    if (strcmp(request->method, "GET")) {
        refuse(all, request, 405, "allow: GET, HEAD\n", "Only GET and HEAD are possible here.\n");
        return true;
    }
    if (!record_url_id(request->path, id)) {
        refuse(all, request, 404, COMMON, "There is no such recording.\n");
        return true;
    }
    switch (record_url_check(id, request->query, all->secret, clock_unix_ms() / 1000)) {
    case RECORD_URL_GOOD: answer(all, request, id); break;
    case RECORD_URL_BAD: refuse(all, request, 403, COMMON, "The address is not signed by this server.\n"); break;
    case RECORD_URL_EXPIRED: refuse(all, request, 403, COMMON, "The address has expired. Ask for a new one.\n"); break;
    }
    return true;
}
