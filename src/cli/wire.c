/* wire.c: tccc-wire, judges tccc.v1 messages as both sides do. Layer: cli. Source: docs/protocol.md.
 *
 * Reads lines "client <message>" or "server <message>" (who is said to have sent it) and answers each with one line:
 * "ok <the message as the core prints it>" or "<ERROR NAME> <sentence>".
 */
#include "core/wire.h"

#include "tccc/error.h"

#include <stdio.h>
#include <string.h>

static void judge(enum wire_side from, const char *text) {
    static char print[WIRE_TEXT_MAX + 1];
    wire_message message;
    wire_failure why = { 0 };
    int error = wire_parse(&message, from, text, strlen(text), &why);
    if (error < 0) {
        printf("%s %s\n", tccc_error_name(error), why.message);
        return;
    }
    int length = wire_print(&message, print, sizeof print);
    printf("%s %s\n", length < 0 ? tccc_error_name(length) : "ok", length < 0 ? "" : print);
    wire_free(&message);
}

int main(void) {
    static char line[2 * WIRE_TEXT_MAX];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        bool client = strncmp(line, "client ", 7) == 0;
        if (client || strncmp(line, "server ", 7) == 0) judge(client ? WIRE_FROM_CLIENT : WIRE_FROM_SERVER, line + 7);
        else printf("ARG_RANGE the line must begin with client or server\n");
        fflush(stdout);
    }
    return 0;
}
