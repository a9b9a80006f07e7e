/* sdp_line.h: lines and values of a browser's SDP. Layer: server. Sans-IO. RFC 8866, RFC 8839, RFC 8122. */
#ifndef TCCC_SERVER_SDP_LINE_H
#define TCCC_SERVER_SDP_LINE_H

#include <stddef.h>
#include <stdint.h>

enum {
    SDP_OFFER_MAX = 32 << 10,        /* bytes */
    SDP_ICE_MAX = 256,               /* characters of ufrag and pwd, RFC 8839 section 5.4 */
    SDP_MID_MAX = 32,
    SDP_FINGERPRINT_LEN = 32         /* SHA-256 */
};

typedef struct {
    const char *at;
    size_t len;
} sdp_line;

/* What both kinds of offers need of a transport. */
typedef struct {
    char ufrag[SDP_ICE_MAX + 1], pwd[SDP_ICE_MAX + 1], mid[SDP_MID_MAX + 1];
    uint8_t fingerprint[SDP_FINGERPRINT_LEN];
    int has_fingerprint;
} sdp_transport;

/* The next line without its end; 0 at the end of the text. */
int sdp_next_line(const char **at, const char *end, sdp_line *out);
/* Whether a line begins with `prefix`; *rest is what follows. */
int sdp_after(const sdp_line *line, const char *prefix, sdp_line *rest);
/* The next word of a value, which is cut off it; 0 when there is none. */
int sdp_next_word(sdp_line *value, sdp_line *word);
int sdp_equals(const sdp_line *value, const char *text);
/* Copies a value of [min,max] characters out of letters, digits and `also`. */
int sdp_copy_token(char *out, const sdp_line *value, size_t min, size_t max, const char *also);
/* A number of digits only, at most max; -1 when it is none. */
int sdp_number(const sdp_line *value, int max);
/* Takes a line that is about the transport. 1; 0: it is about something else; -1 with a sentence in *why. */
int sdp_transport_read(sdp_transport *transport, const sdp_line *line, const char **why);
/* What of it is missing, as a sentence; NULL: nothing. */
const char *sdp_transport_judge(const sdp_transport *transport);
/* "AB:CD:.." into text[3 * SDP_FINGERPRINT_LEN + 1]. */
void sdp_fingerprint_text(char *text, const uint8_t fingerprint[SDP_FINGERPRINT_LEN]);

#endif
