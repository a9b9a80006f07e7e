/* trace.h: when the packets of a stream were sent and when they arrived, from a file. Layer: cli.
 *
 * A line is `sequence,send_ms,arrival_ms`; an empty arrival: the packet was lost. Lines that begin with # are comments, and the
 * first may say just that. Sequence numbers rise from line to line, beyond 65535 too; send_ms rises with them by ptime_ms each.
 */
#ifndef TCCC_CLI_TRACE_H
#define TCCC_CLI_TRACE_H

typedef struct {
    long sequence;
    double send_ms, arrival_ms; /* below 0: lost */
} trace_packet;

typedef struct {
    trace_packet *packets;      /* owned */
    int n;
} trace;

/* Or audio_fail with the file, the line and what is wrong with it. */
trace trace_read(const char *path, int ptime_ms);

#endif
