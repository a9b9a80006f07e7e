/* row_json.h: a table's row as a JSON object, by the list of members that writes it to the table. Layer: server. */
#ifndef TCCC_SERVER_STORE_ROW_JSON_H
#define TCCC_SERVER_STORE_ROW_JSON_H

#include "base/json.h"
#include "server/store/row.h"

/* Members into an open object. */
void row_write_json(json_writer *out, const row_shape *shape, const void *record);
/* Fills the record in. False: a member is missing, of the wrong type or too long. */
bool row_read_json(const json_value *object, const row_shape *shape, void *record);

#endif
