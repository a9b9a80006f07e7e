/* sdp_video.h: a browser's offer of sound and picture, and the answer to it. Layer: server. Sans-IO.
 * RFC 9429 (JSEP), RFC 8843 (BUNDLE), RFC 8834 and RFC 7742 (what WebRTC sends), RFC 4585 (feedback).
 *
 * Agreed on are Opus, one of VP8 and H.264 (constrained baseline, packetization mode 1), and the header extension abs-send-time,
 * by which the receiving browser measures the bandwidth of the whole way and tells the sender (REMB). No retransmission streams
 * are agreed on: what was lost comes again under its own number. */
#ifndef TCCC_SERVER_SDP_VIDEO_H
#define TCCC_SERVER_SDP_VIDEO_H

#include "sdp_line.h"
#include "video_codec.h"

enum {
    SDP_SECTIONS_MAX = 8,
    SDP_WORD_MAX = 40,               /* media, protocol and format of a section that is refused */
    SDP_FMTP_MAX = 160,
    SDP_VIDEO_KBITS = 960            /* of picture each way (WB-004) */
};

enum sdp_kind { SDP_AUDIO, SDP_VIDEO, SDP_KINDS };
enum sdp_way { SDP_SENDRECV, SDP_SENDONLY, SDP_RECVONLY, SDP_INACTIVE };

typedef struct {
    int payload_type;                /* -1: not offered */
    char fmtp[SDP_FMTP_MAX + 1];     /* of H.264; "" none */
} sdp_format;

typedef struct {
    char media[SDP_WORD_MAX + 1], protocol[SDP_WORD_MAX + 1], format[SDP_WORD_MAX + 1], mid[SDP_MID_MAX + 1];
    enum sdp_way way;                /* as the browser offers it */
} sdp_section;

typedef struct {
    sdp_transport transport;
    int n_sections;
    sdp_section sections[SDP_SECTIONS_MAX];
    int used[SDP_KINDS];             /* index of the section; -1 none */
    sdp_format opus, video[VIDEO_CODECS];
    int send_time;                   /* id of abs-send-time in the video section, 1..14; 0 none */
} sdp_video_offer;

/* 0; or TCCC_E_FORMAT with *why set to a sentence. */
int sdp_video_read(sdp_video_offer *offer, const char *sdp, size_t len, const char **why);
/* What a browser can send and read, a bit for each video_codec; VIDEO_NONE's is always set, so that 0 stands for nobody. */
unsigned sdp_video_codecs(const sdp_video_offer *offer);
/* Of such a set `has`, where it is there, so that who has it need not change; else VP8 before H.264. VIDEO_NONE: there is no picture. */
enum video_codec sdp_video_choose(unsigned codecs, enum video_codec has);

typedef struct {
    const char *ufrag, *pwd, *host;  /* ours; host numeric */
    int port;
    const uint8_t *fingerprint;      /* [SDP_FINGERPRINT_LEN] of our certificate */
    uint64_t session_id;
    uint32_t ssrc[SDP_KINDS];        /* of what we send */
    enum video_codec video;          /* as chosen */
} sdp_video_ours;

/* Length written, or TCCC_E_TOO_LARGE. */
int sdp_video_write(const sdp_video_ours *ours, const sdp_video_offer *offer, char *buf, size_t cap);

#endif
