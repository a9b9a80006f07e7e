/* fuzz_sdp_video.c: any text as a browser's offer of sound and picture; what is accepted gets an answer of clean lines. Layer: tests. */
#include <stdlib.h>
#include <string.h>

#include "server/edge/sdp_video.h"
#include "tccc/error.h"

static void require(int truth) {
    if (!truth)
        abort();
}

/* One section for each of the offer's, and nothing of the offer may add lines. */
static void check_answer(const sdp_video_offer *offer, enum video_codec codec) {
    char answer[16384];
    uint8_t fingerprint[SDP_FINGERPRINT_LEN] = { 1 };
    sdp_video_ours ours = { "uuuuuuuu", "pppppppppppppppppppppppp", "192.0.2.2", 4711, fingerprint, 12, { 1, 2 }, codec };
    int len = sdp_video_write(&ours, offer, answer, sizeof answer), sections = 0;
    require(len > 0 && strlen(answer) == (size_t)len);
    for (const char *at = answer; *at; at = strchr(at, '\n') + 1) {
        require(at[0] >= 'a' && at[0] <= 'z' && at[1] == '=' && strchr(at, '\n')[-1] == '\r');
        sections += at[0] == 'm';
    }
    require(sections == offer->n_sections);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static sdp_video_offer offer;
    const char *why;
    int result = sdp_video_read(&offer, (const char *)data, size, &why);
    require(result == 0 || result == TCCC_E_FORMAT);
    require((result == 0) == (why == NULL));
    if (result)
        return 0;
    require(size <= SDP_OFFER_MAX && offer.transport.has_fingerprint && offer.n_sections <= SDP_SECTIONS_MAX);
    require(offer.used[SDP_AUDIO] < 0 || (offer.opus.payload_type >= 0 && offer.opus.payload_type < 128));
    for (int codec = VIDEO_NONE; codec < VIDEO_CODECS; codec++) {
        enum video_codec chosen = sdp_video_choose(sdp_video_codecs(&offer), (enum video_codec)codec);
        require(chosen == VIDEO_NONE || (offer.video[chosen].payload_type >= 0 && offer.video[chosen].payload_type < 128));
        check_answer(&offer, chosen);
    }
    return 0;
}
