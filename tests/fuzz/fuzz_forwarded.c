/* fuzz_forwarded.c: whatever stands before what our proxy added, the asker is the one whom the proxy named. Layer: tests. */
#include "server/edge/forwarded.h"

#include <stdlib.h>
#include <string.h>

static void require(int truth) {
    if (!truth)
        abort();
}

static int same(const ip_address *a, const ip_address *b) {
    return !memcmp(a, b, sizeof *a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char added[] = ",203.0.113.1";
    char header[512], text[IP_TEXT_MAX];
    proxies trusted = { 0 };
    ip_address proxy, right, again;
    size_t n = size < sizeof header - sizeof added ? size : sizeof header - sizeof added;
    memcpy(header, data, n);
    header[n] = 0;
    require(ip_read("10.0.0.1", &proxy) && ip_read("203.0.113.1", &right) && !proxies_add(&trusted, "10.0.0.0/8"));
    ip_address asker = forwarded_asker(&trusted, &proxy, header);
    ip_write(&asker, text);
    require(ip_read(text, &again) && same(&again, &asker)); /* what is logged is an address */
    ip_write_place(&asker, text);
    (void)proxies_add(&trusted, header);
    strcat(header, added);
    trusted.n = 1;
    asker = forwarded_asker(&trusted, &proxy, header);
    require(same(&asker, &right));
    return 0;
}
