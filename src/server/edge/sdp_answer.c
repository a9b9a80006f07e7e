/* sdp_answer.c: a browser's offer of one data channel, and the answer to it. Layer: server. Sans-IO. */
#include "sdp_answer.h"

#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct {
    const char *at;
    size_t len;
} line;

/* The next line without its end; 0 at the end of the text. */
static int next_line(const char **at, const char *end, line *out)
{
    if (*at >= end)
        return 0;
    const char *newline = memchr(*at, '\n', (size_t)(end - *at)), *stop = newline ? newline : end;
    out->at = *at;
    out->len = (size_t)(stop - *at);
    if (out->len && out->at[out->len - 1] == '\r')
        out->len--;
    *at = newline ? newline + 1 : end;
    return 1;
}

/* What follows `prefix` in a line. */
static int after(const line *l, const char *prefix, line *rest)
{
    size_t n = strlen(prefix);
    if (l->len < n || memcmp(l->at, prefix, n))
        return 0;
    *rest = (line){ l->at + n, l->len - n };
    return 1;
}

static int is_token(char c, const char *also)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr(also, c));
}

/* Copies a value of [min,max] characters out of letters, digits and `also`. */
static int copy_token(char *out, const line *value, size_t min, size_t max, const char *also)
{
    if (value->len < min || value->len > max)
        return 0;
    for (size_t i = 0; i < value->len; i++)
        if (!is_token(value->at[i], also))
            return 0;
    memcpy(out, value->at, value->len);
    out[value->len] = 0;
    return 1;
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int read_fingerprint(sdp_offer *offer, const line *value)
{
    line digits;
    if (value->len < 8 || strncasecmp(value->at, "sha-256 ", 8))
        return 1; /* another hash: browsers give SHA-256 too, or the offer is refused in the end */
    digits = (line){ value->at + 8, value->len - 8 };
    if (digits.len != 3 * SDP_FINGERPRINT_LEN - 1)
        return 0;
    for (int i = 0; i < SDP_FINGERPRINT_LEN; i++) {
        int high = hex(digits.at[3 * i]), low = hex(digits.at[3 * i + 1]);
        if (high < 0 || low < 0 || (i + 1 < SDP_FINGERPRINT_LEN && digits.at[3 * i + 2] != ':'))
            return 0;
        offer->fingerprint[i] = (uint8_t)(high << 4 | low);
    }
    offer->has_fingerprint = 1;
    return 1;
}

static int read_port(uint16_t *port, const line *value)
{
    unsigned n = 0;
    for (size_t i = 0; i < value->len; i++) {
        if (value->at[i] < '0' || value->at[i] > '9' || n > 65535)
            return 0;
        n = n * 10 + (unsigned)(value->at[i] - '0');
    }
    *port = (uint16_t)n;
    return n > 0 && n <= 65535;
}

static const char *read_line(sdp_offer *offer, const line *l)
{
    line value;
    if (after(l, "a=ice-ufrag:", &value))
        return copy_token(offer->ufrag, &value, 4, SDP_ICE_MAX, "+/") ? NULL : "a=ice-ufrag is not one.";
    if (after(l, "a=ice-pwd:", &value))
        return copy_token(offer->pwd, &value, 22, SDP_ICE_MAX, "+/") ? NULL : "a=ice-pwd is not one.";
    if (after(l, "a=mid:", &value))
        return copy_token(offer->mid, &value, 1, SDP_MID_MAX, "-._!%'*+`{}~") ? NULL : "a=mid is not one.";
    if (after(l, "a=fingerprint:", &value))
        return read_fingerprint(offer, &value) ? NULL : "a=fingerprint is not one.";
    if (after(l, "a=sctp-port:", &value))
        return read_port(&offer->sctp_port, &value) ? NULL : "a=sctp-port is not a port.";
    if (after(l, "a=setup:", &value))
        return value.len == 7 && !memcmp(value.at, "passive", 7) ? "a=setup must let the browser be the DTLS client." : NULL;
    if (after(l, "a=group:BUNDLE", &value))
        offer->bundled = 1;
    return NULL;
}

/* m=application <port> UDP/DTLS/SCTP webrtc-datachannel */
static int is_data_channel(const line *media)
{
    static const char tail[] = " UDP/DTLS/SCTP webrtc-datachannel";
    line rest;
    size_t n = sizeof tail - 1;
    return after(media, "m=application ", &rest) && rest.len > n && !memcmp(rest.at + rest.len - n, tail, n);
}

static const char *judge(const sdp_offer *offer, int n_media)
{
    if (n_media != 1)
        return "The offer must have one m=application section and no other.";
    if (!offer->ufrag[0] || !offer->pwd[0])
        return "a=ice-ufrag or a=ice-pwd is missing.";
    if (!offer->has_fingerprint)
        return "a=fingerprint with sha-256 is missing.";
    return offer->mid[0] ? NULL : "a=mid is missing.";
}

int sdp_offer_read(sdp_offer *offer, const char *sdp, size_t len, const char **why)
{
    const char *at = sdp;
    line l, unused;
    int n_media = 0;
    memset(offer, 0, sizeof *offer);
    offer->sctp_port = 5000; /* RFC 8841 section 5.2 */
    *why = len > SDP_OFFER_MAX ? "The offer is too long." : NULL;
    while (!*why && next_line(&at, sdp + len, &l)) {
        if (after(&l, "m=", &unused)) {
            n_media++;
            *why = is_data_channel(&l) ? NULL : "The offer must have one m=application section and no other.";
        } else
            *why = read_line(offer, &l);
    }
    if (!*why)
        *why = judge(offer, n_media);
    return *why ? TCCC_E_FORMAT : 0;
}

int sdp_answer_write(const sdp_ours *ours, const sdp_offer *offer, char *buf, size_t cap)
{
    char fingerprint[3 * SDP_FINGERPRINT_LEN + 1];
    for (int i = 0; i < SDP_FINGERPRINT_LEN; i++)
        snprintf(fingerprint + 3 * i, 4, "%02X%c", ours->fingerprint[i], i + 1 < SDP_FINGERPRINT_LEN ? ':' : 0);
    const char *family = strchr(ours->host, ':') ? "IP6" : "IP4", *group = offer->bundled ? "a=group:BUNDLE " : "";
    int n = snprintf(buf, cap,
                     "v=0\r\n"
                     "o=- %llu 1 IN %s %s\r\n"
                     "s=-\r\n"
                     "t=0 0\r\n"
                     "%s%s%s"
                     "a=ice-lite\r\n"
                     "m=application %d UDP/DTLS/SCTP webrtc-datachannel\r\n"
                     "c=IN %s %s\r\n"
                     "a=candidate:1 1 udp 2130706431 %s %d typ host\r\n" /* RFC 8445 5.1.2.2: 126 << 24 | 65535 << 8 | 255 */
                     "a=end-of-candidates\r\n"
                     "a=ice-ufrag:%s\r\n"
                     "a=ice-pwd:%s\r\n"
                     "a=fingerprint:sha-256 %s\r\n"
                     "a=setup:passive\r\n"
                     "a=mid:%s\r\n"
                     "a=sctp-port:%u\r\n"
                     "a=max-message-size:%d\r\n",
                     (unsigned long long)(ours->session_id >> 2), family, ours->host, group, offer->bundled ? offer->mid : "",
                     offer->bundled ? "\r\n" : "", ours->port, family, ours->host, ours->host, ours->port, ours->ufrag,
                     ours->pwd, fingerprint, offer->mid, ours->sctp_port, ours->max_message);
    return n > 0 && (size_t)n < cap ? n : TCCC_E_TOO_LARGE;
}
