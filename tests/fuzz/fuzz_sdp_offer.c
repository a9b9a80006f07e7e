/* fuzz_sdp_offer.c: any text as a browser's offer; what is accepted is bounded and gets an answer of clean lines. Layer: tests. */
#include <stdlib.h>
#include <string.h>

#include "server/edge/sdp_answer.h"
#include "tccc/error.h"

static void require(int truth) {
    if (!truth)
        abort();
}

/* Nothing of the offer may add lines to the answer. */
static void check_answer(const sdp_offer *offer) {
    char answer[2048];
    uint8_t fingerprint[SDP_FINGERPRINT_LEN] = { 1 };
    sdp_ours ours = { "uuuuuuuu", "pppppppppppppppppppppppp", "192.0.2.2", 4711, fingerprint, 12, 5000, 1500 };
    int len = sdp_answer_write(&ours, offer, answer, sizeof answer), lines = 0;
    require(len > 0 && strlen(answer) == (size_t)len);
    for (const char *at = answer; *at; at = strchr(at, '\n') + 1, lines++)
        require(at[0] >= 'a' && at[0] <= 'z' && at[1] == '=' && strchr(at, '\n')[-1] == '\r');
    require(lines == (offer->bundled ? 17 : 16));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sdp_offer offer;
    const char *why;
    int result = sdp_offer_read(&offer, (const char *)data, size, &why);
    require(result == 0 || result == TCCC_E_FORMAT);
    require((result == 0) == (why == NULL));
    if (result)
        return 0;
    require(size <= SDP_OFFER_MAX && offer.transport.has_fingerprint && offer.sctp_port);
    require(strlen(offer.transport.ufrag) >= 4 && strlen(offer.transport.pwd) >= 22 && strlen(offer.transport.mid) >= 1);
    check_answer(&offer);
    return 0;
}
