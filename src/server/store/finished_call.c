/* finished_call.c: a call record with its push, as JSON and into the store. Layer: server. */
#include "server/store/finished_call.h"

#include "server/store/cdr_row.h"
#include "server/store/push_row.h"
#include "server/store/row_json.h"
#include "tccc/error.h"

#include <stdlib.h>

int finished_call_put(store *s, const store_cdr *cdr, const store_push *push, const char *body) {
    int error = store_begin(s);
    if (error) return error;
    error = store_put_cdr(s, cdr);
    if (!error && push) error = store_add_push(s, push, body);
    int ended = store_end(s);
    return error ? error : ended;
}

static void write_cdr(json_writer *out, const store_cdr *cdr) {
    json_open_object(out, "cdr");
    row_write_json(out, &cdr_shape, cdr);
    for (int i = 0; i < CDR_LISTS; i++) {
        int n = *(const int *)((const char *)cdr + cdr_lists[i].count);
        json_open_array(out, cdr_lists[i].name);
        for (int k = 0; k < n; k++) {
            json_open_object(out, NULL);
            row_write_json(out, cdr_lists[i].shape, (const char *)cdr + cdr_lists[i].items + (size_t)k * cdr_lists[i].size);
            json_close(out);
        }
        json_close(out);
    }
    json_close(out);
}

static int write_all(char *text, size_t capacity, const store_cdr *cdr, const store_push *push, const char *body) {
    json_writer out = json_write(text, capacity);
    json_open_object(&out, NULL);
    write_cdr(&out, cdr);
    if (push) {
        json_open_object(&out, "push");
        row_write_json(&out, &push_shape, push);
        json_close(&out);
        json_put_string(&out, "body", body);
    }
    json_close(&out);
    return json_finish(&out);
}

char *finished_call_write(const store_cdr *cdr, const store_push *push, const char *body, size_t *length) {
    for (size_t capacity = 8192; capacity <= FINISHED_CALL_MAX; capacity *= 2) {
        char *text = malloc(capacity);
        int n = text ? write_all(text, capacity - 1, cdr, push, body) : TCCC_E_NO_MEMORY;
        if (n > 0) {
            text[n] = '\n';
            *length = (size_t)n + 1;
            return text;
        }
        free(text);
        if (n != TCCC_E_TOO_LARGE) break;
    }
    return NULL;
}

static bool read_list(const json_value *array, const cdr_list *list, store_cdr *cdr) {
    int n = 0;
    if (!json_is_array(array) || json_size(array) > list->max) return false;
    for (const json_value *e = json_first(array); e; e = json_next(e), n++)
        if (!row_read_json(e, list->shape, (char *)cdr + list->items + (size_t)n * list->size)) return false;
    *(int *)((char *)cdr + list->count) = n;
    return true;
}

static bool read_cdr(const json_value *object, store_cdr *cdr) {
    bool good = row_read_json(object, &cdr_shape, cdr);
    for (int i = 0; i < CDR_LISTS && good; i++) good = read_list(json_member(object, cdr_lists[i].name), &cdr_lists[i], cdr);
    return good;
}

int finished_call_put_line(store *s, const char *line, size_t length, bool *has_push) {
    json_value *tree = NULL;
    store_push push;
    store_cdr *cdr = calloc(1, sizeof *cdr);
    int error = cdr ? json_parse(line, length, FINISHED_CALL_MAX, &tree) : TCCC_E_NO_MEMORY;
    const json_value *pushed = json_member(tree, "push");
    const char *body = json_text(json_member(tree, "body"));
    *has_push = pushed != NULL;
    if (!error && (!read_cdr(json_member(tree, "cdr"), cdr) || (pushed && (!body || !row_read_json(pushed, &push_shape, &push)))))
        error = TCCC_E_FORMAT;
    if (!error) error = finished_call_put(s, cdr, pushed ? &push : NULL, body);
    json_free(tree);
    free(cdr);
    return error;
}
