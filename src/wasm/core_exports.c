/* core_exports.c: core.wasm, the signalling core for the worker. Layer: wasm. Source: include/tccc/engine.h.
 *
 * A raw WebAssembly module without generated JavaScript. One engine per instance. JavaScript instantiates it, calls
 * `_initialize()` once, then core_init. Numbers are i32 unless a type is given. `now` is f64: milliseconds of any
 * monotonic clock (performance.now() will do), 0 or more. "error" is a negative TCCC_E_* value (include/tccc/error.h;
 * core_error gives its name). Data goes in through the mailbox: write len bytes at core_mailbox(), then call. What comes
 * out lies at core_out_ptr() until the next call of anything but core_out_*. A view made of memory.buffer must be made
 * anew when memory.buffer has changed: any call may grow the memory; the mailbox does not move.
 *
 * After WIRE_CLOSE or PATH_CLOSE the host reports nothing more of that socket; a WIRE_CONNECT or PATH_OPEN may follow at once.
 * After every input call until it returns 0: core_poll(). Then wait for input or until core_next_ms(), then core_tick(now).
 *
 * | export                             | result                                                                      |
 * | ---------------------------------- | --------------------------------------------------------------------------- |
 * | memory                             | WebAssembly.Memory                                                          |
 * | _initialize()                      | call once, first                                                            |
 * | core_mailbox()                     | address of the mailbox, 8-byte aligned                                      |
 * | core_mailbox_size()                | its bytes: TCCC_COMMAND_MAX (65536)                                         |
 * | core_init(len, now)                | mailbox: JSON below. 0 or FORMAT, ARG_MISSING, ARG_TYPE, ARG_RANGE,         |
 * |                                    | NO_MEMORY; then the mailbox holds a sentence or the error's name, and a     |
 * |                                    | zero byte. Called again                                                     |
 * |                                    | it throws the old engine away and starts a new one                          |
 * | core_command(len, now)             | mailbox: {"id":..,"cmd":"Call.accept","args":{..}} (see engine.h). 0, or    |
 * |                                    | FORMAT, TOO_LARGE when there is no id to answer to                          |
 * | core_wire_open(now)                | the signalling WebSocket is open. 0                                         |
 * | core_wire_text(len, now)           | mailbox: a text message from it. 0 (a bad message closes the connection)    |
 * | core_wire_closed(code, now)        | it is closed or could not be opened. 0                                      |
 * | core_path_open(path, now)          | media path 0..2 is open. 0 or ARG_RANGE                                     |
 * | core_path_frame(path, len, now)    | mailbox: a binary message from it. 0 (bad frames are dropped), ARG_RANGE    |
 * | core_path_closed(path, now)        | it is closed or could not be opened. 0 or ARG_RANGE                         |
 * | core_packet(channel, len, now)     | mailbox: an RTP or RTCP packet of the voice engine. 0, or CONNECTION_LOST   |
 * |                                    | (no path; dropped), ARG_RANGE, TOO_LARGE                                    |
 * | core_network(now)                  | the network has changed or came back. 0                                     |
 * | core_mirror()                      | what another page goes on from is in the mailbox: its length, 0 none         |
 * | core_tick(now)                     | 0                                                                           |
 * | core_next_ms()                     | f64: when core_tick is due next; -1 never                                   |
 * | core_poll()                        | the next output's kind (below), 0 when there is none                        |
 * | core_out_index()                   | its index: path, channel or close code                                      |
 * | core_out_ptr(), core_out_len()     | its bytes                                                                   |
 * | core_error(code)                   | length of the error's name, which is in the mailbox                         |
 *
 * All but core_mailbox*, core_init, core_error, core_next_ms (-1) and core_poll (0) give NOT_READY before core_init.
 *
 * core_init's JSON: {"token": string or null, "resumeToken": string or null, "tabUUID": 36 characters, "sdkVersion": string,
 * "seed": 0..2^53-1 (random), "autoOnline": boolean, default true, "visitor": boolean, default false,
 * "mirror": text of core_mirror or null}. One of token and resumeToken is required; with both,
 * resumeToken is tried first and token after the server no longer knows it.
 *
 * An error object's message and remedy are "" where they are the table's of include/tccc/error.h: the page has it.
 *
 * Kinds of output, as enum tccc_out: 1 WIRE_CONNECT, 2 WIRE_TEXT (data: UTF-8), 3 WIRE_CLOSE (index: code), 4 PATH_OPEN
 * (index: path; data: {"ticket":".."}), 5 PATH_CLOSE (index), 6 PATH_FRAME (index: path; data: binary), 7 PACKET (index:
 * channel; data: packet for the voice engine), 8 RESULT (data: JSON), 9 EVENT (data: JSON;
 * index: number of the server's event, 0 none), 10 MEDIA (data: JSON order),
 * 11 STORE (data: resume token; empty: forget it).
 *
 * Imports: wasi_snapshot_preview1.proc_exit(code) (only on a failed assertion), env.emscripten_notify_memory_growth(index).
 */
#include "base/json.h"
#include "tccc/engine.h"
#include "tccc/error.h"

#include <emscripten.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT EMSCRIPTEN_KEEPALIVE

/* Stands in for the C library's, which with its 128-bit arithmetic would be a seventh of the module. Its input is a JSON
 * number that json_parse has checked. Correctly rounded up to 2^53 and ten to the power of +-22 (Clinger 1990, fast
 * path), which is every number of the protocol; beyond that within a few units in the last place. */
double strtod(const char *restrict text, char **restrict end) {
    double value = 0, sign = *text == '-' ? -1 : 1;
    int scale = 0, exponent = 0;
    if (*text == '-') text++;
    for (; *text >= '0' && *text <= '9'; text++) value = value * 10 + (*text - '0');
    if (*text == '.')
        for (text++; *text >= '0' && *text <= '9'; text++, scale--) value = value * 10 + (*text - '0');
    if (*text == 'e' || *text == 'E') {
        int direction = *++text == '-' ? -1 : 1;
        if (*text == '-' || *text == '+') text++;
        for (; *text >= '0' && *text <= '9'; text++)
            if (exponent < 1000) exponent = exponent * 10 + (*text - '0');
        exponent *= direction;
    }
    double power = 1;
    for (int n = abs(exponent + scale); n > 0 && power < 1e308; n--) power *= 10;
    if (end) *end = (char *)text;
    return sign * (exponent + scale < 0 ? value / power : value * power);
}

/* ---- printing */

typedef struct { char *text; size_t capacity, used; } print;

static void put(print *out, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++, out->used++)
        if (out->used + 1 < out->capacity) out->text[out->used] = text[i];
}

/* At least `least` digits. */
static void put_whole(print *out, unsigned long long number, unsigned base, int least) {
    char digits[24];
    int at = sizeof digits;
    for (; number || least > 0; number /= base, least--) digits[--at] = "0123456789abcdef"[number % base];
    put(out, digits + at, sizeof digits - (size_t)at);
}

/* As 9614e-3: 15 significant digits, which reads back as the same number within the bounds of strtod above. */
static void put_real(print *out, double number) {
    int exponent = 0;
    double scale = 1;
    if (number < 0) put(out, "-", 1);
    if (number < 0) number = -number;
    for (; number >= 1e15; exponent++) number /= 10;
    while (number != 0 && number * scale < 1e14 && exponent > -22) scale *= 10, exponent--;
    unsigned long long whole = (unsigned long long)(number * scale + 0.5);
    for (; whole && whole % 10 == 0; exponent++) whole /= 10;
    put_whole(out, whole, 10, 1);
    if (whole == 0 || exponent == 0) return;
    put(out, exponent < 0 ? "e-" : "e", exponent < 0 ? 2 : 1);
    put_whole(out, (unsigned)(exponent < 0 ? -exponent : exponent), 10, 1);
}

static const char *read_digits(const char *format, int *number) {
    for (*number = 0; *format >= '0' && *format <= '9'; format++) *number = *number * 10 + (*format - '0');
    return format;
}

/* Stands in for the C library's, of which floating point alone would be a twentieth of the module. What the core prints with:
 * %s %c %d %u %x %g and %%, width with zeros, precision of %s, l, ll and z. */
static int print_list(char *text, size_t capacity, const char *format, va_list list) {
    print out = { text, capacity, 0 };
    while (*format) {
        size_t plain = strcspn(format, "%");
        put(&out, format, plain);
        format += plain;
        if (!*format) break;
        int width, precision = INT32_MAX, size = 0;
        format = read_digits(format + 1, &width);
        if (*format == '.') format = read_digits(format + 1, &precision);
        for (; *format == 'l' || *format == 'z'; format++) size += *format == 'l';
        char kind = *format++;
        if (kind == 's') {
            const char *from = va_arg(list, const char *);
            put(&out, from, strnlen(from, (size_t)precision));
        } else if (kind == 'g') {
            put_real(&out, va_arg(list, double));
        } else if (kind == 'c') {
            char one = (char)va_arg(list, int);
            put(&out, &one, 1);
        } else if (kind == 'd') {
            long long number = size == 2 ? va_arg(list, long long) : va_arg(list, int);
            if (number < 0) put(&out, "-", 1);
            put_whole(&out, number < 0 ? 0ull - (unsigned long long)number : (unsigned long long)number, 10, width ? width : 1);
        } else if (kind == 'u' || kind == 'x') {
            unsigned long long number = size == 2 ? va_arg(list, unsigned long long) : va_arg(list, unsigned);
            put_whole(&out, number, kind == 'x' ? 16 : 10, width ? width : 1);
        } else {
            put(&out, &kind, 1);
        }
    }
    if (capacity) text[out.used < capacity ? out.used : capacity - 1] = 0;
    return (int)out.used;
}

int snprintf(char *restrict text, size_t capacity, const char *restrict format, ...) {
    va_list list;
    va_start(list, format);
    int length = print_list(text, capacity, format, list);
    va_end(list);
    return length;
}

static _Alignas(8) char mailbox[TCCC_COMMAND_MAX + 1];
static tccc_engine *engine;
static tccc_output output;

EXPORT char *core_mailbox(void) { return mailbox; }
EXPORT int core_mailbox_size(void) { return TCCC_COMMAND_MAX; }

static bool fits(int len) { return len >= 0 && len <= TCCC_COMMAND_MAX; }

/* A time before 0, or none, is 0. */
static uint64_t ms(double now) { return now > 0 ? (uint64_t)now : 0; }

static int refuse(int error, const char *sentence) {
    strncpy(mailbox, sentence, TCCC_COMMAND_MAX);
    return error;
}

static int start(json_reader *in, double now) {
    tccc_engine_config config = {
        .token = json_string_or(in, "token", NULL, 256),
        .resume_token = json_string_or(in, "resumeToken", NULL, 64),
        .tab_uuid = json_string(in, "tabUUID", 36, 36),
        .sdk_version = json_string_or(in, "sdkVersion", "", 64),
        .seed = (uint64_t)json_integer(in, "seed", 0, JSON_INTEGER_MAX),
        .auto_online = json_bool_or(in, "autoOnline", true),
        .mirror = json_string_or(in, "mirror", NULL, TCCC_COMMAND_MAX),
        .visitor = json_bool_or(in, "visitor", false),
    };
    if (in->error) return refuse(in->error, in->message);
    int error;
    engine = tccc_engine_new(&config, ms(now), &error);
    return engine ? 0 : refuse(error, tccc_error_name(error));
}

EXPORT int core_init(int len, double now) {
    json_value *tree;
    tccc_engine_free(engine);
    engine = NULL;
    int error = json_parse(mailbox, fits(len) ? (size_t)len : 0, TCCC_COMMAND_MAX, &tree);
    if (error < 0) return refuse(error, tccc_error_name(error));
    json_reader in = json_read(tree);
    error = start(&in, now);
    json_free(tree);
    return error;
}

EXPORT int core_command(int len, double now) {
    if (!engine) return TCCC_E_NOT_READY;
    return fits(len) ? tccc_engine_command(engine, mailbox, (size_t)len, ms(now)) : TCCC_E_TOO_LARGE;
}

EXPORT int core_wire_open(double now) { return engine ? tccc_engine_wire_open(engine, ms(now)) : TCCC_E_NOT_READY; }

EXPORT int core_wire_text(int len, double now) {
    if (!engine) return TCCC_E_NOT_READY;
    return fits(len) ? tccc_engine_wire_text(engine, mailbox, (size_t)len, ms(now)) : TCCC_E_TOO_LARGE;
}

EXPORT int core_wire_closed(int code, double now) {
    return engine ? tccc_engine_wire_closed(engine, code, ms(now)) : TCCC_E_NOT_READY;
}

EXPORT int core_path_open(int path, double now) { return engine ? tccc_engine_path_open(engine, path, ms(now)) : TCCC_E_NOT_READY; }

EXPORT int core_path_frame(int path, int len, double now) {
    if (!engine) return TCCC_E_NOT_READY;
    return fits(len) ? tccc_engine_path_frame(engine, path, (const uint8_t *)mailbox, (size_t)len, ms(now)) : TCCC_E_TOO_LARGE;
}

EXPORT int core_path_closed(int path, double now) {
    return engine ? tccc_engine_path_closed(engine, path, ms(now)) : TCCC_E_NOT_READY;
}

EXPORT int core_packet(int channel, int len, double now) {
    if (!engine) return TCCC_E_NOT_READY;
    return fits(len) ? tccc_engine_packet(engine, channel, (const uint8_t *)mailbox, (size_t)len, ms(now)) : TCCC_E_TOO_LARGE;
}

EXPORT int core_network(double now) { return engine ? tccc_engine_network(engine, ms(now)) : TCCC_E_NOT_READY; }

EXPORT int core_mirror(void) {
    int length = engine ? tccc_engine_mirror(engine, mailbox, sizeof mailbox) : 0;
    return length > 0 ? length : 0;
}

EXPORT int core_tick(double now) { return engine ? tccc_engine_tick(engine, ms(now)) : TCCC_E_NOT_READY; }

EXPORT double core_next_ms(void) {
    uint64_t next = engine ? tccc_engine_next_ms(engine) : TCCC_NEVER;
    return next == TCCC_NEVER ? -1 : (double)next;
}

EXPORT int core_poll(void) { return engine && tccc_engine_poll(engine, &output) ? (int)output.kind : 0; }
EXPORT int core_out_index(void) { return output.index; }
EXPORT const uint8_t *core_out_ptr(void) { return output.data; }
EXPORT int core_out_len(void) { return (int)output.len; }

EXPORT int core_error(int code) {
    const char *name = tccc_error_name(code);
    refuse(code, name);
    return (int)strlen(name);
}
