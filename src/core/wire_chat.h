/* wire_chat.h: the chat's and the visitor's part of the protocol, for wire_parse.c and wire_print.c. Layer: core.
 * Source: docs/protocol.md. */
#ifndef TCCC_CORE_WIRE_CHAT_H
#define TCCC_CORE_WIRE_CHAT_H

#include "core/wire.h"

/* Readers take members of the object that `in` reads; failures are recorded there. */
void read_visitor(wire_visitor *visitor, json_reader *in);
void read_chat(wire_chat *message, json_reader *in);
/* Of the methods visit.* and chat.*. */
void read_chat_args(enum wire_method method, wire_args *args, json_reader *in);
/* Of these methods; nothing for others. */
void read_chat_result(enum wire_method method, wire_result *result, json_reader *in);

void put_visitor(json_writer *out, const wire_visitor *visitor);
void put_chat_args(json_writer *out, enum wire_method method, const wire_args *args);
void put_chat_result(json_writer *out, enum wire_method method, const wire_result *result);

#endif
