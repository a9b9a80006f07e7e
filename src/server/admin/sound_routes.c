/* sound_routes.c: uploaded sounds. Layer: server. Rows ADM-063 to ADM-066. */
#include "server/admin/route.h"
#include "tccc/error.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const states[] = { "", "notReviewed", "approved", "rejected" }; /* enum store_sound_state */

static void put_sound(json_writer *out, const store_sound *row) {
    json_put_integer(out, "soundId", row->id);
    json_put_string(out, "name", row->name);
    json_put_string(out, "file", row->original);
    json_put_string(out, "state", states[row->state]);
    json_put_integer(out, "bytes", row->bytes);
    json_put_integer(out, "durationMs", row->duration_ms);
    json_put_integer(out, "created", row->created_ms / 1000);
}

typedef struct {
    admin_call *call;
    int offset, limit, n;
} listing;

static bool each_sound(void *ctx, const store_sound *row) {
    listing *l = ctx;
    if (l->n >= l->offset && l->n < l->offset + l->limit) {
        json_open_object(l->call->out, NULL);
        put_sound(l->call->out, row);
        json_close(l->call->out);
    }
    l->n++;
    return true;
}

void route_list_sounds(admin_call *call) {
    listing l = { .call = call };
    admin_page(call, &l.offset, &l.limit);
    if (call->http)
        return;
    json_open_array(call->out, "sounds");
    admin_store_failed(call, store_list_sounds(call->all->parts.store, call->app_id, each_sound, &l), "", NULL);
    json_close(call->out);
    json_put_integer(call->out, "total", l.n);
}

/* ---- uploading ---- */

typedef struct {
    admin *all;
    edge_request request;
} upload;

static void on_uploaded(void *ctx, int error, const char *sentence, const store_sound *sound) {
    upload *u = ctx;
    char json[STORE_TEXT * 12 + 300];
    json_writer out = json_write(json, sizeof json);
    if (error)
        admin_reply_error(u->all, u->request, error, error == TCCC_E_ARG_RANGE ? "name" : "", sentence);
    else {
        json_open_object(&out, NULL);
        put_sound(&out, sound);
        json_close(&out);
        (void)json_finish(&out);
        admin_reply_json(u->all, u->request, 201, NULL, json);
    }
    free(u);
}

void route_post_sound(admin_call *call) {
    const char *name = query_get(&call->query, "name"), *file = query_get(&call->query, "file");
    upload *u = name ? malloc(sizeof *u) : NULL;
    if (!u) {
        admin_fail(call, name ? TCCC_E_NO_MEMORY : TCCC_E_ARG_MISSING, "name", name ? NULL : "name is missing in the query string.");
        return;
    }
    *u = (upload){ call->all, call->request->id };
    call->later = true;
    prompt_upload(call->all->parts.prompts, call->app_id, name, file ? file : name, call->request->body, call->request->body_len, on_uploaded, u);
}

/* ---- one sound ---- */

void route_get_sound_file(admin_call *call) {
    char path[4096];
    struct stat about;
    int64_t id = admin_param_id(call, 0);
    if (call->http || admin_store_failed(call, prompt_path(call->all->parts.prompts, call->app_id, id, path, sizeof path), "", "There is no such sound."))
        return;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about)) {
        if (fd >= 0)
            close(fd);
        admin_fail(call, TCCC_E_IO, "", "The sound's file cannot be read.");
        return;
    }
    call->later = true;
    edge_reply_file(call->all->parts.edge, call->request->id, 200, "audio/wav", "cache-control: no-store\nx-content-type-options: nosniff\n", fd, 0,
                    (uint64_t)about.st_size);
}

static void review(admin_call *call, enum store_sound_state state) {
    int64_t id = admin_param_id(call, 0);
    if (!call->http)
        admin_store_failed(call, prompt_review(call->all->parts.prompts, call->app_id, id, state), "", "There is no such sound.");
    call->status = 204;
}

void route_approve_sound(admin_call *call) { review(call, SOUND_APPROVED); }

void route_reject_sound(admin_call *call) { review(call, SOUND_REJECTED); }

void route_delete_sound(admin_call *call) {
    char sentence[PROMPT_SENTENCE_MAX] = "";
    int64_t id = admin_param_id(call, 0);
    int error = call->http ? 0 : prompt_delete(call->all->parts.prompts, call->app_id, id, sentence);
    if (error)
        admin_fail(call, error, "", *sentence ? sentence : "There is no such sound.");
    call->status = 204;
}
