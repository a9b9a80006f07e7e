/* video_codec.h: what pictures of video sessions are coded in. Layer: server. RFC 7742. */
#ifndef TCCC_SERVER_VIDEO_CODEC_H
#define TCCC_SERVER_VIDEO_CODEC_H

enum video_codec { VIDEO_NONE, VIDEO_VP8, VIDEO_H264, VIDEO_CODECS };

#endif
