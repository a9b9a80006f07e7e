/* sign_in.h: what a page says of its visitor at POST /v1/visitor, checked. Layer: server. */
#ifndef TCCC_SERVER_VISITOR_SIGN_IN_H
#define TCCC_SERVER_VISITOR_SIGN_IN_H

#include <stddef.h>

enum { SIGN_IN_BODY_MAX = 8192, SIGN_IN_KEY_LEN = 64 };

typedef struct {
    char channel[65];
    char visitor_id[33], visitor_key[SIGN_IN_KEY_LEN + 1];   /* both or none */
    char nickname[257], avatar[1025], client_data[1025];
    char language[36];               /* RFC 5646, at most 35 characters; "" none */
} sign_in;

/* Reads the body. 0, or FORMAT, TOO_LARGE, ARG_* with a sentence that names the member in err. */
int sign_in_read(const char *body, size_t length, sign_in *out, char *err, size_t err_cap);
/* Whether a page's origin is in a list of origins separated by blanks; an empty list holds every origin. */
int sign_in_origin_fits(const char *origins, const char *origin);

#endif
