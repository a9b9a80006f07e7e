/* dialog.h: the identity of a SIP dialog and the requests inside it. Layer: server. Source: RFC 3261 section 12. */
#ifndef TCCC_SERVER_SIP_DIALOG_H
#define TCCC_SERVER_SIP_DIALOG_H

#include "server/libre.h"
#include "server/sip/digest.h"

struct endpoint;

typedef struct {
    struct endpoint *endpoint;
    char *call_id, *local_tag, *remote_tag; /* remote_tag NULL: not known yet */
    char *local, *remote;                   /* From and To as we send them, without tag: "Name" <sip:...> */
    char *target;                           /* the peer's contact, or the first request's URI */
    char *routes;                           /* "Route: ...\r\n" lines or "" */
    char *next_hop;                         /* URI of the first route, or a flow that stands for the target; or NULL */
    char *contact_user;
    bool caller;                            /* we made the Call-ID */
    bool secure_target;
    uint32_t local_cseq, remote_cseq;
    bool has_remote_cseq;
    /* credentials and the challenge that they answer, kept for the later requests of the dialog */
    char *username, *password;
    digest_header challenge;
    bool challenged, by_proxy;
    uint32_t nonce_count;
} dialog;

/* For a call of our own: request URI (also To), our address ("Name" <sip:..>), where to send it (NULL: to the URI).
 * 0 or NO_MEMORY. */
int dialog_open(dialog *d, struct endpoint *endpoint, const char *uri, const char *local, const char *next_hop);
/* For an INVITE from outside; flow: always send to where it came from (NAT, TCP). 0, FORMAT or NO_MEMORY. */
int dialog_accept(dialog *d, struct endpoint *endpoint, const struct sip_msg *invite, bool flow);
void dialog_close(dialog *d);

/* Takes tag, route set and target from a response (or a forked one) to our INVITE. 0, FORMAT or NO_MEMORY. */
int dialog_confirm(dialog *d, const struct sip_msg *response);
/* Takes a new target from a re-INVITE, UPDATE or its response. */
void dialog_refresh_target(dialog *d, const struct sip_msg *message);
/* Whether the request or response is in this dialog. A dialog without remote tag matches any. */
bool dialog_matches(const dialog *d, const struct sip_msg *message);
/* RFC 3261 section 12.2.2: false when the CSeq of a request is older than one before (ACK is not asked). */
bool dialog_take_cseq(dialog *d, const struct sip_msg *request);

typedef struct {
    const char *method;
    uint32_t cseq;             /* 0: the next one (ACK: give the INVITE's) */
    const char *headers;       /* more lines, each with CRLF; may be NULL */
    const char *content_type;  /* of body */
    const char *body;          /* may be NULL */
    bool unanswered;           /* ACK: no transaction */
} dialog_request;

/* Sends a request; *handle (may be NULL) is cleared by libre when it is over. 0 or an errno of libre. */
int dialog_send(dialog *d, const dialog_request *what, struct sip_request **handle, sip_resp_h *respond, void *ctx);

/* Takes a 401 or 407: true when the request is worth sending again with credentials. */
bool dialog_take_challenge(dialog *d, const struct sip_msg *response);

/* Replaces the text of a string owned by someone; false without memory. */
bool text_set(char **to, const char *from, size_t length);

#endif
