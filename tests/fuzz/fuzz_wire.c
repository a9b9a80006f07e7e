/* fuzz_wire.c: what parses prints, and the print parses to the same; nothing above 64 KiB gets in. Layer: tests. */
#include <stdlib.h>
#include <string.h>

#include "core/wire.h"
#include "tccc/error.h"

static void require(int truth) {
    if (!truth) abort();
}

static void read_results(const wire_message *message) {
    wire_result result;
    wire_failure why;
    if (message->kind != WIRE_RES || !message->answer.ok) return;
    for (int method = 0; method < WIRE_N_METHODS; method++) wire_read_result((enum wire_method)method, message->answer.raw, &result, &why);
}

/* A printed message may outgrow 64 KiB (escapes): then it is refused, in both directions. */
static void round_trip(enum wire_side from, const wire_message *message) {
    static char first[WIRE_TEXT_MAX + 1], second[WIRE_TEXT_MAX + 1];
    wire_message again;
    int length = wire_print(message, first, sizeof first);
    require(length > 0 || length == TCCC_E_TOO_LARGE);
    if (length < 0) return;
    require(wire_parse(&again, from, first, (size_t)length, NULL) == 0);
    require(again.kind == message->kind);
    require(wire_print(&again, second, sizeof second) == length && memcmp(first, second, (size_t)length) == 0);
    wire_free(&again);
}

static void judge(enum wire_side from, const char *text, size_t length) {
    wire_message message;
    wire_failure why = { 0 };
    int error = wire_parse(&message, from, text, length, &why);
    require(error <= 0 && (length <= WIRE_TEXT_MAX || error == TCCC_E_TOO_LARGE));
    if (error < 0) {
        require(why.error == error && why.message[0] && strlen(why.message) < sizeof why.message && why.answer_id <= WIRE_ID_MAX);
        require(why.answer_id == 0 || from == WIRE_FROM_CLIENT);
        return;
    }
    require(message.kind != WIRE_WELCOME || message.welcome.n_sessions <= WIRE_SESSIONS_MAX);
    read_results(&message);
    round_trip(from, &message);
    wire_free(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    judge(WIRE_FROM_CLIENT, (const char *)data, size);
    judge(WIRE_FROM_SERVER, (const char *)data, size);
    return 0;
}
