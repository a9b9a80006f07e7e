/* sdp_line.c: lines and values of a browser's SDP. Layer: server. Sans-IO. */
#include "sdp_line.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

int sdp_next_line(const char **at, const char *end, sdp_line *out) {
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

int sdp_after(const sdp_line *line, const char *prefix, sdp_line *rest) {
    size_t n = strlen(prefix);
    if (line->len < n || memcmp(line->at, prefix, n))
        return 0;
    *rest = (sdp_line){ line->at + n, line->len - n };
    return 1;
}

int sdp_next_word(sdp_line *value, sdp_line *word) {
    while (value->len && *value->at == ' ')
        value->at++, value->len--;
    const char *space = memchr(value->at, ' ', value->len);
    *word = (sdp_line){ value->at, space ? (size_t)(space - value->at) : value->len };
    value->at += word->len;
    value->len -= word->len;
    return word->len > 0;
}

int sdp_equals(const sdp_line *value, const char *text) {
    return value->len == strlen(text) && !memcmp(value->at, text, value->len);
}

static int is_token(char c, const char *also) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr(also, c));
}

int sdp_copy_token(char *out, const sdp_line *value, size_t min, size_t max, const char *also) {
    if (value->len < min || value->len > max)
        return 0;
    for (size_t i = 0; i < value->len; i++)
        if (!is_token(value->at[i], also))
            return 0;
    memcpy(out, value->at, value->len);
    out[value->len] = 0;
    return 1;
}

int sdp_number(const sdp_line *value, int max) {
    int n = 0;
    if (!value->len || value->len > 9)
        return -1;
    for (size_t i = 0; i < value->len; i++) {
        if (value->at[i] < '0' || value->at[i] > '9')
            return -1;
        n = n * 10 + (value->at[i] - '0');
    }
    return n <= max ? n : -1;
}

static int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int read_fingerprint(sdp_transport *t, const sdp_line *value) {
    sdp_line digits;
    if (value->len < 8 || strncasecmp(value->at, "sha-256 ", 8))
        return 1; /* another hash: browsers give SHA-256 too, or the offer is refused in the end */
    digits = (sdp_line){ value->at + 8, value->len - 8 };
    if (digits.len != 3 * SDP_FINGERPRINT_LEN - 1)
        return 0;
    for (int i = 0; i < SDP_FINGERPRINT_LEN; i++) {
        int high = hex(digits.at[3 * i]), low = hex(digits.at[3 * i + 1]);
        if (high < 0 || low < 0 || (i + 1 < SDP_FINGERPRINT_LEN && digits.at[3 * i + 2] != ':'))
            return 0;
        t->fingerprint[i] = (uint8_t)(high << 4 | low);
    }
    t->has_fingerprint = 1;
    return 1;
}

static int right(int is_right, const char *sentence, const char **why) {
    if (!is_right)
        *why = sentence;
    return is_right ? 1 : -1;
}

int sdp_transport_read(sdp_transport *t, const sdp_line *line, const char **why) {
    sdp_line value;
    if (sdp_after(line, "a=ice-ufrag:", &value))
        return right(sdp_copy_token(t->ufrag, &value, 4, SDP_ICE_MAX, "+/"), "a=ice-ufrag is not one.", why);
    if (sdp_after(line, "a=ice-pwd:", &value))
        return right(sdp_copy_token(t->pwd, &value, 22, SDP_ICE_MAX, "+/"), "a=ice-pwd is not one.", why);
    if (sdp_after(line, "a=mid:", &value))
        return right(sdp_copy_token(t->mid, &value, 1, SDP_MID_MAX, "-._!%'*+`{}~"), "a=mid is not one.", why);
    if (sdp_after(line, "a=fingerprint:", &value))
        return right(read_fingerprint(t, &value), "a=fingerprint is not one.", why);
    if (sdp_after(line, "a=setup:", &value))
        return right(!sdp_equals(&value, "passive"), "a=setup must let the browser be the DTLS client.", why);
    return 0;
}

const char *sdp_transport_judge(const sdp_transport *t) {
    if (!t->ufrag[0] || !t->pwd[0])
        return "a=ice-ufrag or a=ice-pwd is missing.";
    if (!t->has_fingerprint)
        return "a=fingerprint with sha-256 is missing.";
    return t->mid[0] ? NULL : "a=mid is missing.";
}

void sdp_fingerprint_text(char *text, const uint8_t fingerprint[SDP_FINGERPRINT_LEN]) {
    for (int i = 0; i < SDP_FINGERPRINT_LEN; i++)
        snprintf(text + 3 * i, 4, "%02X%c", fingerprint[i], i + 1 < SDP_FINGERPRINT_LEN ? ':' : 0);
}
