/* leg.h: one SIP call, ours or theirs: INVITE to BYE with everything between. Layer: server.
 * Sources: RFC 3261, 3262 (PRACK), 3264, 3311 (UPDATE), 4028 (session timers), 6026, 6086 (INFO).
 *
 * The owner orders (call, ring, answer, refuse, hang up) and hears through leg_handler what happens. After `ended`, or
 * after leg_hangup and leg_refuse, the owner's pointer is dead: the leg ends its dialog and frees itself.
 */
#ifndef TCCC_SERVER_SIP_LEG_H
#define TCCC_SERVER_SIP_LEG_H

#include "server/sip/leg_fsm.h"
#include "server/sip/sdp_audio.h"
#include "server/sip/stack.h"

enum leg_cause {
    LEG_HUNG_UP,               /* the peer sent BYE */
    LEG_CANCELLED,             /* the caller gave up before the answer */
    LEG_REFUSED,               /* the peer's final status, in `status` */
    LEG_NO_REPLY,              /* nothing came back, or the transport failed */
    LEG_LOST                   /* no ACK, no PRACK, session timer ran out, or the peer does not know the dialog */
};

typedef struct {
    enum leg_cause cause;
    int status;                /* LEG_REFUSED: 300..699; else 0 */
} leg_end;

typedef struct {
    void (*progress)(void *ctx, leg *l, int status);   /* 180..183; leg_agreement tells whether media came with it */
    void (*connected)(void *ctx, leg *l);              /* answered, and ACK seen; media is agreed */
    void (*media)(void *ctx, leg *l);                  /* the peer changed its side: hold, address, codec */
    void (*digit)(void *ctx, leg *l, char digit);      /* by INFO */
    void (*ended)(void *ctx, leg *l, const leg_end *end);
} leg_handler;

typedef struct {
    const char *uri;           /* sip:number@host, also To */
    const char *from;          /* "Name" <sip:number@host> */
    const char *next_hop;      /* where to send it instead of the URI's host, or NULL */
    const char *contact_user;
    const char *username, *password; /* for 401 and 407; may be NULL */
    const char *headers;       /* more header lines, or NULL */
    const sdp_audio *local;    /* what we offer */
    int no_reply_ms;           /* without any response for so long it is LEG_NO_REPLY */
    int session_expires_s;     /* RFC 4028; 0: 1800 */
} leg_call_options;

/* Starts a call. NULL when it cannot be sent at all. */
leg *leg_call(stack *s, const leg_call_options *options, const leg_handler *handler, void *ctx);

/* Takes an INVITE from outside: 100 goes out. NULL: it was refused with 400 or 488 already.
 * flow: requests in the dialog go back to where the INVITE came from (desk phones behind NAT). */
leg *leg_take(endpoint *at, const struct sip_msg *invite, bool flow, const leg_handler *handler, void *ctx);
/* What their INVITE offered; NULL when it had no SDP. */
const sdp_audio *leg_offer(const leg *l);
/* Sets our side of an incoming call before the first answer. 0, or CODEC: refuse with 488. */
int leg_set_local(leg *l, const sdp_audio *local);
/* A provisional response. With media: SDP goes along (183), reliably where the caller supports it. */
void leg_ring(leg *l, int status, bool with_media);
void leg_answer(leg *l);
void leg_refuse(leg *l, int status, const char *reason, const char *headers);

void leg_hangup(leg *l);
/* Another owner hears from now on what happens. */
void leg_give(leg *l, const leg_handler *handler, void *ctx);
/* Sends re-INVITE with our side as it is now (session refresh where UPDATE is not allowed; address change). */
void leg_renew(leg *l);
/* DTMF digits by INFO, one after the other. 0, or LIMIT when too many wait. */
int leg_send_digits(leg *l, const char *digits);

/* NULL as long as nothing is agreed. */
const sdp_audio_agreement *leg_agreement(const leg *l);
/* The peer's side of the agreement: its address and port. */
const sdp_audio *leg_remote(const leg *l);
/* How many offers and answers of the peer's were taken: leg_remote is of the last one. */
unsigned leg_remotes(const leg *l);
const sdp_audio *leg_local(const leg *l);
bool leg_is_up(const leg *l);
/* The user parts of From (or P-Asserted-Identity) and of the request URI of an incoming INVITE; "" when it is no printable
 * ASCII or does not fit. */
void leg_caller_number(const struct sip_msg *invite, bool trust_assertion, char *number, size_t capacity);
void leg_callee_number(const struct sip_msg *invite, char *number, size_t capacity);

/* For the stack: messages of this dialog. */
bool leg_matches(const leg *l, const struct sip_msg *message);
void leg_request(leg *l, const struct sip_msg *request);
void leg_stray_success(leg *l, const struct sip_msg *response);

#endif
