/* fuzz_visitor_sign_in.c: a sign-in that is taken has every text within its bounds; a wrong one has a sentence. Layer: tests. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "server/visitor/sign_in.h"

static void require(int truth) {
    if (!truth) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sign_in who;
    char err[200], text[600];
    int error = sign_in_read((const char *)data, size, &who, err, sizeof err);
    require(error <= 0 && (error == 0 || err[0]));
    if (!error) {
        require(who.channel[0] && strlen(who.channel) < sizeof who.channel && strlen(who.nickname) <= 255);
        require(!who.visitor_id[0] == !who.visitor_key[0]);
        require(!who.visitor_id[0] || strlen(who.visitor_key) == SIGN_IN_KEY_LEN);
        for (const char *at = who.avatar; *at; at++) require((unsigned char)*at > ' ' && *at != '"' && *at != '<');
    }
    size_t n = size < sizeof text - 1 ? size : sizeof text - 1;
    memcpy(text, data, n);
    text[n] = 0;
    char *blank = strchr(text, '\n');
    if (!blank) return 0;
    *blank = 0;
    if (blank[1] && !strchr(blank + 1, ' ') && text[strspn(text, " ")] && sign_in_origin_fits(text, blank + 1)) {
        size_t m = strlen(blank + 1);
        int found = 0;
        for (const char *at = text; *at; at++) found |= strncasecmp(at, blank + 1, m) == 0;
        require(found);
    }
    return 0;
}
