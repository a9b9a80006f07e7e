/* stream_guard.h: answers requests over TCP and TLS that libre cannot read, before libre closes the connection without a word.
 * Layer: server. Source: RFC 3261 sections 7.5, 18.3 and 21.4.1; RFC 4475.
 *
 * It works by itself: libre tells nobody of the connections it accepts, so this file stands in for libre's tcp_accept (the
 * dynamic linker takes a program's function before a library's) and puts itself between TLS and libre on each.
 */
#ifndef TCCC_SERVER_SIP_STREAM_GUARD_H
#define TCCC_SERVER_SIP_STREAM_GUARD_H

/* Frees what it keeps; when the listeners are closed. */
void stream_guard_stop(void);

#endif
