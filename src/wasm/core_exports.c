/* core_exports.c: core.wasm, the signalling core for the worker. Layer: wasm. Source: include/tccc/engine.h.
 *
 * A raw WebAssembly module without generated JavaScript. One engine per instance. JavaScript instantiates it, calls
 * `_initialize()` once, then core_init. Numbers are i32 unless a type is given. `now` is f64: milliseconds of any
 * monotonic clock (performance.now() will do), 0 or more. "error" is a negative TCCC_E_* value (include/tccc/error.h;
 * core_error gives its name). Data goes in through the mailbox: write len bytes at core_mailbox(), then call. What comes
 * out lies at core_out_ptr() until the next call of anything but core_out_*. A view made of memory.buffer must be made
 * anew when memory.buffer has changed: any call may grow the memory; the mailbox does not move.
 *
 * After every input call until it returns 0: core_poll(). Then wait for input or until core_next_ms(), then core_tick(now).
 *
 * | export                             | result                                                                      |
 * | ---------------------------------- | --------------------------------------------------------------------------- |
 * | memory                             | WebAssembly.Memory                                                          |
 * | _initialize()                      | call once, first                                                            |
 * | core_mailbox()                     | address of the mailbox, 8-byte aligned                                      |
 * | core_mailbox_size()                | its bytes: TCCC_COMMAND_MAX (65536)                                         |
 * | core_init(len, now)                | mailbox: JSON below. 0 or FORMAT, ARG_MISSING, ARG_TYPE, ARG_RANGE,         |
 * |                                    | NO_MEMORY; then the mailbox holds a sentence and a zero byte. Called again  |
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
 * "seed": 0..2^53-1 (random), "autoOnline": boolean, default true}. One of token and resumeToken is required; with both,
 * resumeToken is tried first and token after the server no longer knows it.
 *
 * Kinds of output, as enum tccc_out: 1 WIRE_CONNECT, 2 WIRE_TEXT (data: UTF-8), 3 WIRE_CLOSE (index: code), 4 PATH_OPEN
 * (index: path; data: {"ticket":".."}), 5 PATH_CLOSE (index), 6 PATH_FRAME (index: path; data: binary), 7 PACKET (index:
 * channel; data: packet for the voice engine), 8 RESULT (data: JSON), 9 EVENT (data: JSON), 10 MEDIA (data: JSON order),
 * 11 STORE (data: resume token; empty: forget it).
 *
 * Imports: wasi_snapshot_preview1.proc_exit(code) (only on a failed assertion), env.emscripten_notify_memory_growth(index).
 */
#include "tccc/engine.h"
