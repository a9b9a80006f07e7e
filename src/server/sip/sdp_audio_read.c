/* sdp_audio_read.c: parses SDP from outside into one audio description. Layer: server. Sources: RFC 8866, 4568, 3551. */
#include "server/sip/sdp_audio.h"

#include "tccc/error.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

enum { FORMATS = 64, NAME = 24 };

typedef struct { const char *at; size_t length; } span;

typedef struct {                 /* one payload type of the audio line, before we know whether it is of use */
    int payload_type;
    char name[NAME];
    int rate_hz, channels;
} format;

typedef struct {
    sdp_audio *out;
    char session_address[SDP_AUDIO_ADDRESS];
    enum sdp_audio_direction session_direction;
    bool in_media, in_audio, has_version, has_origin;
    int n_formats;
    format formats[FORMATS];
} reading;

static bool span_is(span s, const char *word) {
    return s.length == strlen(word) && !strncasecmp(s.at, word, s.length);
}

static bool span_copy(span s, char *to, size_t capacity) {
    if (s.length >= capacity)
        return false;
    memcpy(to, s.at, s.length);
    to[s.length] = 0;
    return true;
}

/* Takes the text up to `stop` off the front of *rest; without one, all of it. */
static span span_cut(span *rest, char stop) {
    const char *end = rest->length ? memchr(rest->at, stop, rest->length) : NULL;
    span head = { rest->at, end ? (size_t)(end - rest->at) : rest->length };
    size_t used = head.length + (end ? 1 : 0);
    rest->at += used;
    rest->length -= used;
    return head;
}

/* Digits only, at most `max`; -1 otherwise. */
static long span_number(span s, long max) {
    if (!s.length || s.length > 10)
        return -1;
    long n = 0;
    for (size_t i = 0; i < s.length; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return -1;
        n = n * 10 + (s.at[i] - '0');
    }
    return n <= max ? n : -1;
}

static int read_connection(reading *r, span value) {
    span type = span_cut(&value, ' '), family = span_cut(&value, ' '), text = span_cut(&value, '/');
    unsigned char bytes[16];
    char address[SDP_AUDIO_ADDRESS];
    bool six = span_is(family, "IP6");
    if (!span_is(type, "IN") || (!six && !span_is(family, "IP4")) || !span_copy(text, address, sizeof address))
        return TCCC_E_FORMAT;
    if (inet_pton(six ? AF_INET6 : AF_INET, address, bytes) != 1)
        return TCCC_E_FORMAT;
    if (r->in_media && !r->in_audio)
        return 0;
    strcpy(r->in_audio ? r->out->address : r->session_address, address);
    return 0;
}

static int read_origin(reading *r, span value) {
    r->has_origin = true;
    for (int field = 0; field < 6; field++) {
        span word = span_cut(&value, ' ');
        if (!word.length)
            return TCCC_E_FORMAT;
        if (field == 1 || field == 2) {
            for (size_t i = 0; i < word.length; i++)
                if (word.at[i] < '0' || word.at[i] > '9')
                    return TCCC_E_FORMAT;
        }
        uint64_t n = 0;
        for (size_t i = 0; i < word.length && (field == 1 || field == 2); i++)
            n = n * 10 + (uint64_t)(word.at[i] - '0');
        if (field == 1)
            r->out->session_id = n;
        if (field == 2)
            r->out->version = n;
    }
    return 0;
}

static bool profile_known(span protocol, bool *secure) {
    *secure = span_is(protocol, "RTP/SAVP") || span_is(protocol, "RTP/SAVPF");
    return *secure || span_is(protocol, "RTP/AVP") || span_is(protocol, "RTP/AVPF");
}

static int read_formats(reading *r, span rest) {
    r->n_formats = 0;
    while (rest.length) {
        span word = span_cut(&rest, ' ');
        if (!word.length)
            continue;
        long payload_type = span_number(word, 127);
        if (payload_type < 0 || r->n_formats == FORMATS)
            return TCCC_E_FORMAT;
        r->formats[r->n_formats++] = (format){ .payload_type = (int)payload_type };
    }
    return r->n_formats ? 0 : TCCC_E_FORMAT;
}

static int read_media(reading *r, span value) {
    sdp_audio *out = r->out;
    span media = span_cut(&value, ' '), port_text = span_cut(&value, ' '), protocol = span_cut(&value, ' ');
    span first = value;
    first = span_cut(&first, ' ');
    span number_only = port_text;
    long port = span_number(span_cut(&number_only, '/'), 65535);
    if (!media.length || port < 0 || !protocol.length || !first.length)
        return TCCC_E_FORMAT;
    if (out->n_lines == SDP_AUDIO_LINES)
        return TCCC_E_TOO_LARGE;
    sdp_audio_line *line = &out->lines[out->n_lines++];
    if (!span_copy(media, line->media, sizeof line->media) || !span_copy(protocol, line->protocol, sizeof line->protocol) ||
        !span_copy(first, line->format, sizeof line->format))
        return TCCC_E_TOO_LARGE;
    r->in_media = true;
    bool secure;
    r->in_audio = out->line < 0 && span_is(media, "audio") && port > 0 && profile_known(protocol, &secure);
    if (!r->in_audio)
        return 0;
    out->line = out->n_lines - 1;
    out->port = (uint16_t)port;
    out->secure = secure;
    out->direction = r->session_direction;
    strcpy(out->address, r->session_address);
    return read_formats(r, value);
}

static int read_rtpmap(reading *r, span value) {
    long payload_type = span_number(span_cut(&value, ' '), 127);
    span name = span_cut(&value, '/');
    long rate_hz = span_number(span_cut(&value, '/'), 1000000);
    long channels = value.length ? span_number(value, 255) : 1;
    if (payload_type < 0 || !name.length || rate_hz < 0 || channels < 0)
        return TCCC_E_FORMAT;
    for (int i = 0; i < r->n_formats; i++) {
        format *f = &r->formats[i];
        if (f->payload_type != payload_type || !span_copy(name, f->name, sizeof f->name))
            continue;
        f->rate_hz = (int)rate_hz;
        f->channels = (int)channels;
    }
    return 0;
}

/* 40 base64 characters are 30 bytes (RFC 4568 section 6.1); a lifetime and an MKI may follow, and an MKI we refuse. */
static bool read_key(span parameters, uint8_t key[TCCC_SRTP_KEY_LEN]) {
    unsigned char bytes[33];
    span method = span_cut(&parameters, ':'), text = span_cut(&parameters, '|');
    if (!span_is(method, "inline") || text.length != 40)
        return false;
    if (memchr(parameters.at, ':', parameters.length) || EVP_DecodeBlock(bytes, (const unsigned char *)text.at, 40) != 30)
        return false;
    memcpy(key, bytes, TCCC_SRTP_KEY_LEN);
    return true;
}

static int read_crypto(sdp_audio *out, span value) {
    sdp_audio_crypto *crypto = &out->cryptos[out->n_cryptos];
    long tag = span_number(span_cut(&value, ' '), 999999999);
    span suite = span_cut(&value, ' '), key = span_cut(&value, ' ');
    if (tag < 0 || !suite.length || !key.length)
        return TCCC_E_FORMAT;
    crypto->tag = (int)tag;
    crypto->suite = span_is(suite, "AES_CM_128_HMAC_SHA1_80") ? TCCC_SRTP_AES128_SHA1_80
                  : span_is(suite, "AES_CM_128_HMAC_SHA1_32") ? TCCC_SRTP_AES128_SHA1_32 : TCCC_SRTP_NONE;
    /* session parameters (UNENCRYPTED_SRTP, ...) change what the key means: such a line is not ours */
    if (crypto->suite && !value.length && read_key(key, crypto->key) && out->n_cryptos < SDP_AUDIO_CRYPTOS - 1)
        out->n_cryptos++;
    return 0;
}

static int read_direction(reading *r, span name) {
    for (int d = SDP_AUDIO_INACTIVE; d <= SDP_AUDIO_SENDRECV; d++) {
        if (!span_is(name, sdp_audio_direction_name((enum sdp_audio_direction)d)))
            continue;
        if (r->in_audio)
            r->out->direction = (enum sdp_audio_direction)d;
        else if (!r->in_media)
            r->session_direction = (enum sdp_audio_direction)d;
    }
    return 0;
}

static int read_attribute(reading *r, span value) {
    span name = span_cut(&value, ':');
    if (!value.length && !span_is(name, "rtcp-mux"))
        return read_direction(r, name);
    if (!r->in_audio)
        return 0;
    if (span_is(name, "rtpmap"))
        return read_rtpmap(r, value);
    if (span_is(name, "crypto"))
        return read_crypto(r->out, value);
    if (span_is(name, "rtcp-mux"))
        r->out->rtcp_mux = true;
    if (span_is(name, "ptime")) {
        long ptime_ms = span_number(span_cut(&value, '.'), 1000);
        r->out->ptime_ms = ptime_ms > 0 ? (int)ptime_ms : 0;
    }
    if (span_is(name, "rtcp")) {
        long port = span_number(span_cut(&value, ' '), 65535);
        r->out->rtcp_port = port > 0 ? (uint16_t)port : 0;
    }
    return 0;
}

static int read_line(reading *r, char type, span value) {
    switch (type) {
    case 'v':
        r->has_version = true;
        return span_is(value, "0") ? 0 : TCCC_E_FORMAT;
    case 'o': return read_origin(r, value);
    case 'c': return read_connection(r, value);
    case 'm': return read_media(r, value);
    case 'a': return read_attribute(r, value);
    default: return type >= 'a' && type <= 'z' ? 0 : TCCC_E_FORMAT;
    }
}

static bool add_codec(sdp_audio *out, enum tccc_codec codec, int payload_type) {
    if (out->n_codecs < SDP_AUDIO_CODECS)
        out->codecs[out->n_codecs++] = (sdp_audio_codec){ codec, (uint8_t)payload_type };
    return true;
}

/* Static payload types need no rtpmap (RFC 3551 table 4). */
static bool take_format(sdp_audio *out, const format *f) {
    bool mapped = f->name[0] != 0;
    if (mapped ? !strcasecmp(f->name, "PCMU") && f->rate_hz == 8000 && f->channels == 1 : f->payload_type == 0)
        return add_codec(out, TCCC_CODEC_PCMU, f->payload_type);
    if (mapped ? !strcasecmp(f->name, "PCMA") && f->rate_hz == 8000 && f->channels == 1 : f->payload_type == 8)
        return add_codec(out, TCCC_CODEC_PCMA, f->payload_type);
    if (mapped && !strcasecmp(f->name, "opus") && f->rate_hz == 48000 && f->channels == 2)
        return add_codec(out, TCCC_CODEC_OPUS, f->payload_type);
    if (mapped && !strcasecmp(f->name, "telephone-event") && (f->rate_hz == 8000 || f->rate_hz == 48000) &&
        f->payload_type > 0 && out->n_events < SDP_AUDIO_EVENTS)
        out->events[out->n_events++] = (sdp_audio_event){ (uint8_t)f->payload_type, f->rate_hz };
    return false;
}

/* RFC 3264 section 8.4: address 0.0.0.0 is the old way to put a stream on hold. */
static void apply_zero_address(sdp_audio *out) {
    if (!strcmp(out->address, "0.0.0.0"))
        out->direction &= SDP_AUDIO_SENDONLY;
}

static int finish(reading *r) {
    sdp_audio *out = r->out;
    if (!r->has_version || !r->has_origin || !out->n_lines)
        return TCCC_E_FORMAT;
    if (out->line < 0)
        return TCCC_E_CODEC;
    if (!out->address[0])
        return TCCC_E_FORMAT;
    for (int i = 0; i < r->n_formats; i++)
        take_format(out, &r->formats[i]);
    apply_zero_address(out);
    if (!out->n_codecs || (out->secure && !out->n_cryptos))
        return TCCC_E_CODEC;
    return 0;
}

int sdp_audio_read(sdp_audio *out, const char *text, size_t len) {
    memset(out, 0, sizeof *out);
    out->line = -1;
    if (len > SDP_AUDIO_TEXT_MAX)
        return TCCC_E_TOO_LARGE;
    if (!len || memchr(text, 0, len))
        return TCCC_E_FORMAT;
    reading r = { .out = out, .session_direction = SDP_AUDIO_SENDRECV };
    span rest = { text, len };
    while (rest.length) {
        span line = span_cut(&rest, '\n');
        if (line.length && line.at[line.length - 1] == '\r')
            line.length--;
        if (!line.length)
            continue;
        if (line.length < 2 || line.at[1] != '=' || (!r.has_version && line.at[0] != 'v'))
            return TCCC_E_FORMAT;
        int error = read_line(&r, line.at[0], (span){ line.at + 2, line.length - 2 });
        if (error)
            return error;
    }
    return finish(&r);
}
