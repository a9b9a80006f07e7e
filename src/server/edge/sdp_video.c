/* sdp_video.c: a browser's offer of sound and picture, and the answer to it. Layer: server. Sans-IO. */
#include "sdp_video.h"

#include "tccc/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SEND_TIME "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

enum { PAYLOAD_TYPES = 128 };

/* --- reading --- */

typedef struct {
    sdp_video_offer *offer;
    sdp_transport session, now;      /* of the session, and of the section at hand */
    sdp_section *section;            /* NULL: before the first */
    sdp_line bundle;                 /* mids of the group */
    int kind;                        /* of the section at hand when it can be used, else -1 */
    int port, bundle_only, mux;
    uint8_t offered[PAYLOAD_TYPES];  /* in the section at hand, like the next two; Firefox gives fmtp before rtpmap */
    sdp_line rtpmap[PAYLOAD_TYPES], fmtp[PAYLOAD_TYPES];
    uint8_t order[PAYLOAD_TYPES];    /* payload types as the browser prefers them */
    int n_offered;
    int send_time;
    const char *why;
} reading;

static int in_bundle(const reading *r, const char *mid) {
    sdp_line rest = r->bundle, word;
    while (sdp_next_word(&rest, &word))
        if (sdp_equals(&word, mid))
            return 1;
    return 0;
}

/* RFC 6184 section 8.1: 42e0, and 4200, which browsers mean the same by. */
static int is_baseline(const char *fmtp) {
    const char *profile = strstr(fmtp, "profile-level-id=42");
    return strstr(fmtp, "packetization-mode=1") && profile && (!strncmp(profile + 19, "e0", 2) || !strncmp(profile + 19, "00", 2));
}

/* The first payload type of that name; H.264 must be one that all browsers read. */
static sdp_format find_format(const reading *r, const char *name) {
    int is_h264 = !strncmp(name, "H264", 4);
    for (int i = 0; i < r->n_offered; i++) {
        sdp_format format = { .payload_type = r->order[i] };
        if (!sdp_equals(&r->rtpmap[format.payload_type], name))
            continue;
        if (!is_h264 || (sdp_copy_token(format.fmtp, &r->fmtp[format.payload_type], 1, SDP_FMTP_MAX, "-=;/. ") && is_baseline(format.fmtp)))
            return format;
    }
    return (sdp_format){ .payload_type = -1 };
}

/* The section at hand has ended: it is used when it is the first of its kind that can be. */
static void end_section(reading *r) {
    sdp_video_offer *o = r->offer;
    if (!r->section)
        return;
    snprintf(r->section->mid, sizeof r->section->mid, "%s", r->now.mid);
    if (r->kind < 0 || o->used[r->kind] >= 0 || !r->mux || !in_bundle(r, r->now.mid) || (!r->port && !r->bundle_only))
        return;
    sdp_format opus = find_format(r, "opus/48000/2");
    if (r->kind == SDP_AUDIO && opus.payload_type < 0)
        return;
    if (o->used[SDP_AUDIO] < 0 && o->used[SDP_VIDEO] < 0)
        o->transport = r->now; /* the group's transport is its first section's */
    o->used[r->kind] = (int)(r->section - o->sections);
    if (r->kind == SDP_AUDIO)
        o->opus = opus;
    else {
        o->video[VIDEO_VP8] = find_format(r, "VP8/90000");
        o->video[VIDEO_H264] = find_format(r, "H264/90000");
        o->send_time = r->send_time;
    }
}

static int read_formats(reading *r, sdp_line value) {
    sdp_line word;
    if (!sdp_next_word(&value, &word) || !sdp_copy_token(r->section->format, &word, 1, SDP_WORD_MAX, "-_*"))
        return 0;
    do {
        int payload_type = sdp_number(&word, PAYLOAD_TYPES - 1);
        if (payload_type >= 0 && !r->offered[payload_type]) {
            r->offered[payload_type] = 1;
            r->order[r->n_offered++] = (uint8_t)payload_type;
        }
    } while (sdp_next_word(&value, &word));
    return 1;
}

static void begin_section(reading *r, sdp_line value) {
    sdp_video_offer *o = r->offer;
    sdp_line word;
    end_section(r);
    if (o->n_sections == SDP_SECTIONS_MAX) {
        r->why = "The offer has more than 8 m= sections.";
        return;
    }
    r->section = &o->sections[o->n_sections++];
    r->now = r->session;
    r->port = r->bundle_only = r->mux = r->send_time = r->n_offered = 0;
    memset(r->offered, 0, sizeof r->offered);
    memset(r->rtpmap, 0, sizeof r->rtpmap);
    memset(r->fmtp, 0, sizeof r->fmtp);
    int good = sdp_next_word(&value, &word) && sdp_copy_token(r->section->media, &word, 1, SDP_WORD_MAX, "");
    good = good && sdp_next_word(&value, &word) && (r->port = sdp_number(&word, 65535)) >= 0;
    good = good && sdp_next_word(&value, &word) && sdp_copy_token(r->section->protocol, &word, 1, SDP_WORD_MAX, "/");
    if (!good || !read_formats(r, value)) {
        r->why = "m= must have media, port, protocol and formats.";
        return;
    }
    r->kind = !strcmp(r->section->media, "audio") ? SDP_AUDIO : !strcmp(r->section->media, "video") ? SDP_VIDEO : -1;
    if (strcmp(r->section->protocol, "UDP/TLS/RTP/SAVPF"))
        r->kind = -1;
}

/* "96 rest": the rest becomes what the table has of that payload type, when the section offers it. */
static void read_of_payload(const reading *r, sdp_line *table, sdp_line value) {
    sdp_line word;
    int payload_type = sdp_next_word(&value, &word) ? sdp_number(&word, PAYLOAD_TYPES - 1) : -1;
    while (value.len && *value.at == ' ')
        value.at++, value.len--;
    if (payload_type >= 0 && r->offered[payload_type])
        table[payload_type] = value;
}

/* a=extmap:3 http://... or a=extmap:3/sendrecv http://... */
static void read_extension(reading *r, sdp_line value) {
    sdp_line word;
    if (!sdp_next_word(&value, &word))
        return;
    const char *slash = memchr(word.at, '/', word.len);
    if (slash)
        word.len = (size_t)(slash - word.at);
    int id = sdp_number(&word, 14); /* RFC 8285 section 4.2: what one-byte elements can name */
    if (id > 0 && sdp_next_word(&value, &word) && sdp_equals(&word, SEND_TIME))
        r->send_time = id;
}

static void read_section_line(reading *r, const sdp_line *l) {
    static const char *const ways[] = { "a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive" };
    sdp_line value;
    for (int way = SDP_SENDRECV; way <= SDP_INACTIVE; way++)
        if (sdp_equals(l, ways[way]))
            r->section->way = (enum sdp_way)way;
    if (sdp_equals(l, "a=rtcp-mux"))
        r->mux = 1;
    else if (sdp_equals(l, "a=bundle-only"))
        r->bundle_only = 1;
    else if (sdp_after(l, "a=rtpmap:", &value))
        read_of_payload(r, r->rtpmap, value);
    else if (sdp_after(l, "a=fmtp:", &value))
        read_of_payload(r, r->fmtp, value);
    else if (sdp_after(l, "a=extmap:", &value))
        read_extension(r, value);
}

static void read_line(reading *r, const sdp_line *l) {
    sdp_line value;
    if (sdp_after(l, "m=", &value)) {
        begin_section(r, value);
        return;
    }
    if (sdp_transport_read(r->section ? &r->now : &r->session, l, &r->why))
        return;
    if (r->section)
        read_section_line(r, l);
    else if (!r->bundle.len)
        sdp_after(l, "a=group:BUNDLE ", &r->bundle);
}

int sdp_video_read(sdp_video_offer *offer, const char *sdp, size_t len, const char **why) {
    reading r = { .offer = offer, .kind = -1, .bundle = { "", 0 } };
    const char *at = sdp;
    sdp_line l;
    memset(offer, 0, sizeof *offer);
    offer->used[SDP_AUDIO] = offer->used[SDP_VIDEO] = offer->opus.payload_type = -1;
    for (int i = 0; i < VIDEO_CODECS; i++)
        offer->video[i].payload_type = -1;
    if (len > SDP_OFFER_MAX)
        r.why = "The offer is too long.";
    while (!r.why && sdp_next_line(&at, sdp + len, &l))
        read_line(&r, &l);
    if (!r.why)
        end_section(&r);
    if (!r.why && offer->used[SDP_AUDIO] < 0 && offer->used[SDP_VIDEO] < 0)
        r.why = "The offer has no bundled m=audio section with opus and no m=video section, with rtcp-mux.";
    if (!r.why)
        r.why = sdp_transport_judge(&offer->transport);
    *why = r.why;
    return r.why ? TCCC_E_FORMAT : 0;
}

unsigned sdp_video_codecs(const sdp_video_offer *offer) {
    unsigned codecs = 1U << VIDEO_NONE;
    for (int codec = VIDEO_VP8; codec < VIDEO_CODECS; codec++)
        if (offer->used[SDP_VIDEO] >= 0 && offer->video[codec].payload_type >= 0)
            codecs |= 1U << codec;
    return codecs;
}

enum video_codec sdp_video_choose(unsigned codecs, enum video_codec has) {
    if (has != VIDEO_NONE && codecs >> has & 1)
        return has;
    for (int codec = VIDEO_VP8; codec < VIDEO_CODECS; codec++)
        if (codecs >> codec & 1)
            return (enum video_codec)codec;
    return VIDEO_NONE;
}

/* --- writing --- */

typedef struct {
    char *at;
    size_t left;                     /* 0: it did not fit */
} text;

static void put(text *t, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int n = vsnprintf(t->at, t->left, format, values);
    va_end(values);
    if (n < 0 || (size_t)n >= t->left) {
        t->left = 0;
        return;
    }
    t->at += n;
    t->left -= (size_t)n;
}

static void put_transport(text *t, const sdp_video_ours *ours, const char *mid) {
    char fingerprint[3 * SDP_FINGERPRINT_LEN + 1];
    sdp_fingerprint_text(fingerprint, ours->fingerprint);
    put(t, "a=candidate:1 1 udp 2130706431 %s %d typ host\r\n" /* RFC 8445 5.1.2.2: 126 << 24 | 65535 << 8 | 255 */
           "a=end-of-candidates\r\n"
           "a=ice-ufrag:%s\r\n"
           "a=ice-pwd:%s\r\n"
           "a=fingerprint:sha-256 %s\r\n"
           "a=setup:passive\r\n"
           "a=mid:%s\r\n"
           "a=rtcp-mux\r\n",
        ours->host, ours->port, ours->ufrag, ours->pwd, fingerprint, mid);
}

static void put_video(text *t, const sdp_video_ours *ours, const sdp_video_offer *offer) {
    static const char *const feedback[] = { "nack", "nack pli", "ccm fir", "goog-remb" };
    const sdp_format *format = &offer->video[ours->video];
    put(t, "a=rtpmap:%d %s\r\n", format->payload_type, ours->video == VIDEO_VP8 ? "VP8/90000" : "H264/90000");
    if (format->fmtp[0])
        put(t, "a=fmtp:%d %s\r\n", format->payload_type, format->fmtp);
    for (int i = 0; i < 4; i++)
        put(t, "a=rtcp-fb:%d %s\r\n", format->payload_type, feedback[i]);
    if (offer->send_time)
        put(t, "a=extmap:%d " SEND_TIME "\r\n", offer->send_time);
}

/* The answering side of a way (RFC 3264 section 6.1). */
static const char *way_back(enum sdp_way way) {
    static const char *const back[] = { "sendrecv", "recvonly", "sendonly", "inactive" };
    return back[way];
}

static void put_section(text *t, const sdp_video_ours *ours, const sdp_video_offer *offer, int index, const char *family) {
    const sdp_section *s = &offer->sections[index];
    int is_audio = offer->used[SDP_AUDIO] == index, is_video = offer->used[SDP_VIDEO] == index && ours->video != VIDEO_NONE;
    if (!is_audio && !is_video) {
        put(t, "m=%s 0 %s %s\r\nc=IN %s %s\r\n", s->media, s->protocol, s->format, family, ours->host);
        if (s->mid[0])
            put(t, "a=mid:%s\r\n", s->mid);
        put(t, "a=inactive\r\n");
        return;
    }
    put(t, "m=%s %d UDP/TLS/RTP/SAVPF %d\r\n", s->media, ours->port,
        is_audio ? offer->opus.payload_type : offer->video[ours->video].payload_type);
    put(t, "c=IN %s %s\r\n", family, ours->host);
    if (is_video)
        put(t, "b=AS:%d\r\n", SDP_VIDEO_KBITS);
    put_transport(t, ours, s->mid);
    put(t, "a=%s\r\n", way_back(s->way));
    if (is_audio)
        put(t, "a=rtpmap:%d opus/48000/2\r\na=fmtp:%d minptime=10;useinbandfec=1\r\n", offer->opus.payload_type, offer->opus.payload_type);
    else
        put_video(t, ours, offer);
    if (s->way == SDP_SENDRECV || s->way == SDP_RECVONLY)
        put(t, "a=msid:tccc %s\r\na=ssrc:%u cname:tccc\r\n", s->media, ours->ssrc[is_audio ? SDP_AUDIO : SDP_VIDEO]);
}

int sdp_video_write(const sdp_video_ours *ours, const sdp_video_offer *offer, char *buf, size_t cap) {
    const char *family = strchr(ours->host, ':') ? "IP6" : "IP4";
    text t = { buf, cap };
    put(&t, "v=0\r\no=- %llu 1 IN %s %s\r\ns=-\r\nt=0 0\r\na=group:BUNDLE", (unsigned long long)(ours->session_id >> 2), family, ours->host);
    for (int i = 0; i < offer->n_sections; i++)
        if (i == offer->used[SDP_AUDIO] || (i == offer->used[SDP_VIDEO] && ours->video != VIDEO_NONE))
            put(&t, " %s", offer->sections[i].mid);
    put(&t, "\r\na=ice-lite\r\na=msid-semantic: WMS *\r\n");
    for (int i = 0; i < offer->n_sections; i++)
        put_section(&t, ours, offer, i, family);
    return t.left ? (int)(t.at - buf) : TCCC_E_TOO_LARGE;
}
