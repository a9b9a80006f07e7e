/* sender.h: the thread that sends pushes with libcurl. Layer: server.
 *
 * Jobs go in and results come out on the control thread; everything else is the sender's thread's. Access tokens (OAuth 2.0 client
 * credentials, RFC 6749 section 4.4) are kept there until they end, one for each receiver's token URL and client.
 */
#ifndef TCCC_SERVER_PUSH_SENDER_H
#define TCCC_SERVER_PUSH_SENDER_H

#include "server/settings/settings.h"
#include "server/store/push.h"

typedef struct sender sender;

typedef struct push_job {
    struct push_job *next;           /* the sender's */
    bool again;                      /* the sender's: a 401 has cost it one access token already */
    store_push row;
    settings_push receiver;          /* as it is set now */
    char *body;                      /* malloc'ed, owned */
    bool ok;                         /* the result */
    char error[STORE_TEXT];
} push_job;

void push_job_free(push_job *job);

typedef struct {
    int timeout_s;                   /* for one request as a whole */
    const char *tls_ca;              /* PEM file; NULL: the system's */
} transfer_limits;

/* *limits is copied, tls_ca is not. done(ctx, job) gives every job back on the control thread. NULL: no memory, no thread. */
sender *sender_new(const transfer_limits *limits, void (*done)(void *ctx, push_job *job), void *ctx);
/* Breaks off what is under way; jobs that had no result are freed, not given back. */
void sender_free(sender *s);
void sender_post(sender *s, push_job *job);

#endif
