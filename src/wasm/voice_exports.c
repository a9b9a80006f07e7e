/* voice_exports.c: voice.wasm, the voice engine for the AudioWorklet. Layer: wasm. Source: include/tccc/media.h.
 *
 * A raw WebAssembly module without generated JavaScript. One engine per instance. JavaScript instantiates it, calls
 * `_initialize()` once, then voice_init. Numbers are i32 unless a type is given. "error" is a negative TCCC_E_* value
 * (include/tccc/error.h; voice_error gives its name). Pointers are byte offsets into `memory`; they stay the same for the
 * life of the instance, but a view made of memory.buffer must be made anew when memory.buffer has changed (voice_open may
 * grow the memory; capture, render and packets never do).
 *
 * | export                                                       | result                                                  |
 * | ------------------------------------------------------------ | ------------------------------------------------------- |
 * | memory                                                       | WebAssembly.Memory                                      |
 * | _initialize()                                                | call once, first                                        |
 * | voice_init(rate_hz, aec, ns, agc, tail_ms, seed_lo, seed_hi) | 0 or error ARG_RANGE, NO_MEMORY. aec, ns, agc: 1 = core, |
 * |                                                              | 0 = off or done by the browser. tail_ms 32..500. Called  |
 * |                                                              | again it starts a new engine with no streams.            |
 * | voice_mailbox()                                              | pointer of VOICE_MAILBOX (4096) bytes, 8-byte aligned    |
 * | voice_capture_buffer(), voice_render_buffer()                | pointers of TCCC_BLOCK_MAX (4096) f32 each              |
 * | voice_quantum(n_frames, now_us: f64)                         | takes capture[n_frames], fills render[n_frames]; the two |
 * |                                                              | may be the same size only. 0, ARG_RANGE, NOT_READY       |
 * | voice_open(channel, json_len)                                | mailbox: JSON below. 0 or ARG_MISSING, ARG_TYPE,         |
 * |                                                              | ARG_RANGE, FORMAT, TOO_LARGE, NO_MEMORY, NOT_READY; then |
 * |                                                              | the mailbox holds "ERROR_NAME field" and a zero byte     |
 * | voice_close(channel)                                         | -                                                       |
 * | voice_direct(channel, flags)                                 | flags: 1 send, 2 receive, 4 muted. 0 or NOT_FOUND, ..    |
 * | voice_digits(channel, len)                                   | mailbox: the digits, ASCII. Number queued, or ARG_RANGE, |
 * |                                                              | LIMIT, STATE (telephone-event was not negotiated), ..    |
 * | voice_configure(aec, ns, agc)                                | as voice_init, in a call, without a click. 0 or error    |
 * | voice_tone(kind)                                             | local tone: 0 none, 1 ringback, 2 ring, 3 busy           |
 * | voice_packet_in(channel, len, now_us: f64)                   | mailbox: the packet. 0, or why it was dropped: FORMAT,   |
 * |                                                              | AUTH, REPLAY, NOT_FOUND, TOO_LARGE, TIMEOUT (too late)   |
 * | voice_packet_out()                                           | 0 = nothing more; else channel << 16 | length, with the  |
 * |                                                              | packet in the mailbox. Call until 0 after each quantum   |
 * | voice_stats(channel)                                         | VOICE_STATS (20) with so many f64 in the mailbox, in the |
 * |                                                              | order below, or NOT_FOUND                                |
 * | voice_warm()                                                 | 0 or error: runs speech-like frames through every stage  |
 * |                                                              | and codec in a second engine, so that the browser has    |
 * |                                                              | compiled all of it; about 10 ms of work. Not in a call   |
 * | voice_error(code)                                            | length of the error's name, which is in the mailbox      |
 *
 * voice_open's JSON (UTF-8, one object, at most 4096 bytes; unknown members are refused with ARG_RANGE):
 *   codec            "opus" | "PCMA" | "PCMU"                      required
 *   payloadType      0..127; PCMU 0, PCMA 8, Opus 96..127 usual    required
 *   dtmfPayloadType  0 (none) or 96..127                           default 0
 *   dtmfRate         8000 | 16000 | 48000                          default: the codec's RTP clock
 *   ptimeMs          10, 20, .. 60                                 default 20
 *   bitrate          6000..64000                                   default 24000
 *   complexity       0..10                                         default 5
 *   expectedLoss     0..100 percent                                default 10
 *   dtx              boolean                                       default false
 *   ssrc             0..4294967295; 0: by the seed                 default 0
 *   srtp             absent, null, or {suite: "AES_CM_128_HMAC_SHA1_80" | "AES_CM_128_HMAC_SHA1_32",
 *                    sendKey, receiveKey: base64 of 30 bytes}
 *
 * voice_stats' f64 by index (fields of tccc_voice_stats): 0 packetsSent, 1 packetsReceived, 2 packetsLost, 3 packetsLate,
 * 4 packetsDuplicate, 5 bytesSent, 6 bytesReceived, 7 rttMs, 8 jitterMs, 9 bufferMs, 10 targetMs, 11 concealedRatio,
 * 12 stretchedRatio, 13 remoteLossRatio, 14 remoteJitterMs, 15 driftPpm, 16 inputDbfs, 17 outputDbfs, 18 mos, 19 erleDb.
 * Below 0 in 7, 13 and 14: not known yet. -127 in 16 and 17: silence.
 *
 * Imports: wasi_snapshot_preview1.proc_exit(code) (only on a failed assertion), env.emscripten_notify_memory_growth(index).
 */
