/* request_check.h: is a parsed SIP request well formed, and does it want only what we have? Layer: server. Sans-IO.
 * Source: RFC 3261 sections 8.2, 16.3, 20, 21; RFC 4475.
 */
#ifndef TCCC_SERVER_SIP_REQUEST_CHECK_H
#define TCCC_SERVER_SIP_REQUEST_CHECK_H

#include "server/libre.h"

typedef struct {
    int status;              /* 0: fine */
    const char *reason;
    char headers[256];       /* lines for the response, or "" */
} request_fault;

#define SIP_ALLOW "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REGISTER"
#define SIP_SUPPORTED "100rel, timer"

request_fault request_check(const struct sip_msg *request);

#endif
