/* sdp_audio.c: agreeing on and writing SDP for one audio stream. Layer: server. Sources: RFC 8866, 3264, 4568. */
#include "server/sip/sdp_audio.h"

#include "tccc/error.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const direction_names[] = { "inactive", "recvonly", "sendonly", "sendrecv" };
static const char *const suite_names[] = { "", "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32" };
static const char *const codec_names[] = { "PCMU", "PCMA", "opus" };

enum sdp_audio_direction sdp_audio_mirror(enum sdp_audio_direction direction) {
    switch (direction) {
    case SDP_AUDIO_RECVONLY: return SDP_AUDIO_SENDONLY;
    case SDP_AUDIO_SENDONLY: return SDP_AUDIO_RECVONLY;
    case SDP_AUDIO_INACTIVE:
    case SDP_AUDIO_SENDRECV: break;
    }
    return direction;
}

const char *sdp_audio_direction_name(enum sdp_audio_direction direction) { return direction_names[direction]; }
const char *sdp_audio_suite_name(enum tccc_srtp_suite suite) { return suite_names[suite]; }
const char *sdp_audio_codec_name(enum tccc_codec codec) { return codec_names[codec]; }

static bool has_codec(const sdp_audio *side, enum tccc_codec codec) {
    for (int i = 0; i < side->n_codecs; i++)
        if (side->codecs[i].codec == codec)
            return true;
    return false;
}

static int agree_codec(const sdp_audio *local, const sdp_audio *remote, sdp_audio_agreement *out) {
    for (int i = 0; i < remote->n_codecs; i++) {
        if (!has_codec(local, remote->codecs[i].codec))
            continue;
        out->codec = remote->codecs[i].codec;
        out->payload_type = remote->codecs[i].payload_type;
        return 0;
    }
    return TCCC_E_CODEC;
}

/* RFC 4733 section 2.1 wants the event's clock to be the codec's; peers that offer only the other one exist. */
static void agree_events(const sdp_audio *remote, sdp_audio_agreement *out) {
    int wanted_hz = out->codec == TCCC_CODEC_OPUS ? 48000 : 8000;
    for (int i = 0; i < remote->n_events; i++) {
        if (out->dtmf_payload_type && remote->events[i].rate_hz != wanted_hz)
            continue;
        out->dtmf_payload_type = remote->events[i].payload_type;
        out->dtmf_rate_hz = remote->events[i].rate_hz;
        if (out->dtmf_rate_hz == wanted_hz)
            return;
    }
}

static int agree_keys(const sdp_audio *local, const sdp_audio *remote, sdp_audio_agreement *out) {
    if (local->secure != remote->secure)
        return TCCC_E_CODEC;
    if (!remote->secure)
        return 0;
    for (int i = 0; i < remote->n_cryptos; i++) {
        for (int k = 0; k < local->n_cryptos; k++) {
            if (local->cryptos[k].suite != remote->cryptos[i].suite)
                continue;
            out->srtp = remote->cryptos[i].suite;
            out->crypto_tag = remote->cryptos[i].tag;
            memcpy(out->srtp_receive_key, remote->cryptos[i].key, TCCC_SRTP_KEY_LEN);
            memcpy(out->srtp_send_key, local->cryptos[k].key, TCCC_SRTP_KEY_LEN);
            return 0;
        }
    }
    return TCCC_E_CODEC;
}

static int agree_ptime(const sdp_audio *remote) {
    return remote->ptime_ms >= 10 && remote->ptime_ms <= 60 && remote->ptime_ms % 10 == 0 ? remote->ptime_ms : 20;
}

int sdp_audio_agree(const sdp_audio *local, const sdp_audio *remote, sdp_audio_agreement *out) {
    memset(out, 0, sizeof *out);
    int error = agree_codec(local, remote, out);
    if (!error)
        error = agree_keys(local, remote, out);
    if (error)
        return error;
    agree_events(remote, out);
    out->ptime_ms = agree_ptime(remote);
    out->direction = (enum sdp_audio_direction)(sdp_audio_mirror(remote->direction) & local->direction);
    return 0;
}

typedef struct {
    char *text;
    size_t length, capacity;
} printer;

__attribute__((format(printf, 2, 3))) static void put(printer *out, const char *format, ...) {
    va_list args;
    va_start(args, format);
    size_t room = out->length < out->capacity ? out->capacity - out->length : 0;
    int n = vsnprintf(out->text + (room ? out->length : 0), room, format, args);
    va_end(args);
    out->length += n > 0 ? (size_t)n : 0;
}

static void put_codec(printer *out, enum tccc_codec codec, int payload_type) {
    if (codec == TCCC_CODEC_OPUS)
        put(out, "a=rtpmap:%d opus/48000/2\r\na=fmtp:%d useinbandfec=1\r\n", payload_type, payload_type);
    else
        put(out, "a=rtpmap:%d %s/8000\r\n", payload_type, codec_names[codec]);
}

static void put_event(printer *out, int payload_type, int rate_hz) {
    put(out, "a=rtpmap:%d telephone-event/%d\r\na=fmtp:%d 0-16\r\n", payload_type, rate_hz, payload_type);
}

static void put_crypto(printer *out, int tag, enum tccc_srtp_suite suite, const uint8_t *key) {
    unsigned char text[64];
    EVP_EncodeBlock(text, key, TCCC_SRTP_KEY_LEN);
    put(out, "a=crypto:%d %s inline:%s\r\n", tag, suite_names[suite], (const char *)text);
}

static void put_common(printer *out, const sdp_audio *local, int ptime_ms, enum sdp_audio_direction direction, bool mux) {
    put(out, "a=ptime:%d\r\na=rtcp:%d\r\n%sa=%s\r\n", ptime_ms, mux ? local->port : local->port + 1,
        mux ? "a=rtcp-mux\r\n" : "", direction_names[direction]);
}

static void put_offered_line(printer *out, const sdp_audio *local) {
    put(out, "m=audio %d %s", local->port, local->secure ? "RTP/SAVP" : "RTP/AVP");
    for (int i = 0; i < local->n_codecs; i++)
        put(out, " %d", local->codecs[i].payload_type);
    for (int i = 0; i < local->n_events; i++)
        put(out, " %d", local->events[i].payload_type);
    put(out, "\r\n");
    for (int i = 0; i < local->n_codecs; i++)
        put_codec(out, local->codecs[i].codec, local->codecs[i].payload_type);
    for (int i = 0; i < local->n_events; i++)
        put_event(out, local->events[i].payload_type, local->events[i].rate_hz);
    for (int i = 0; local->secure && i < local->n_cryptos; i++)
        put_crypto(out, i + 1, local->cryptos[i].suite, local->cryptos[i].key);
    put_common(out, local, local->ptime_ms ? local->ptime_ms : 20, local->direction, local->rtcp_mux);
}

static void put_agreed_line(printer *out, const sdp_audio *local, const sdp_audio *offer, const sdp_audio_agreement *agreed) {
    put(out, "m=audio %d %s %d", local->port, offer->lines[offer->line].protocol, agreed->payload_type);
    if (agreed->dtmf_payload_type)
        put(out, " %d", agreed->dtmf_payload_type);
    put(out, "\r\n");
    put_codec(out, agreed->codec, agreed->payload_type);
    if (agreed->dtmf_payload_type)
        put_event(out, agreed->dtmf_payload_type, agreed->dtmf_rate_hz);
    if (agreed->srtp)
        put_crypto(out, agreed->crypto_tag, agreed->srtp, agreed->srtp_send_key);
    put_common(out, local, agreed->ptime_ms, agreed->direction, local->rtcp_mux && offer->rtcp_mux);
}

static void put_answer_lines(printer *out, const sdp_audio *local, const sdp_audio *offer, const sdp_audio_agreement *agreed) {
    for (int i = 0; i < offer->n_lines; i++) {
        const sdp_audio_line *line = &offer->lines[i];
        if (i == offer->line)
            put_agreed_line(out, local, offer, agreed);
        else
            put(out, "m=%s 0 %s %s\r\n", line->media, line->protocol, line->format);
    }
}

int sdp_audio_write(const sdp_audio *local, const sdp_audio *offer, const sdp_audio_agreement *agreed, char *text, size_t capacity) {
    printer out = { .text = text, .capacity = capacity };
    const char *family = strchr(local->address, ':') ? "IP6" : "IP4";
    put(&out, "v=0\r\no=- %llu %llu IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n", (unsigned long long)local->session_id,
        (unsigned long long)local->version, family, local->address, family, local->address);
    if (offer && agreed)
        put_answer_lines(&out, local, offer, agreed);
    else
        put_offered_line(&out, local);
    return out.length < capacity ? (int)out.length : TCCC_E_TOO_LARGE;
}
