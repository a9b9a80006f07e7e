/* row_json.c: rows to JSON and back. Layer: server. */
#include "server/store/row_json.h"

#include <string.h>

void row_write_json(json_writer *out, const row_shape *shape, const void *record) {
    for (int i = 0; i < shape->n_fields; i++) {
        const row_field *f = &shape->fields[i];
        if (f->kind == ROW_TEXT) json_put_string(out, f->name, (const char *)record + f->offset);
        else json_put_integer(out, f->name, row_number(f, record));
    }
}

bool row_read_json(const json_value *object, const row_shape *shape, void *record) {
    for (int i = 0; i < shape->n_fields; i++) {
        const row_field *f = &shape->fields[i];
        const json_value *member = json_member(object, f->name);
        int64_t number = 0;
        const char *text = f->kind == ROW_TEXT ? json_text(member) : NULL;
        if (f->kind == ROW_TEXT ? !text || strlen(text) >= f->size : !json_whole(member, &number)) return false;
        if (text) memcpy((char *)record + f->offset, text, strlen(text) + 1);
        else row_set_number(f, record, number);
    }
    return true;
}
