/* ice_servers.c: the STUN and TURN servers as one page is told of them. Layer: server. */
#include "server/seat/ice_servers.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 32 << 10 };        /* eight servers with all that each may have */

static void put_credential(json_writer *out, const char *secret, int64_t now_s) {
    char username[32], credential[4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1];
    unsigned char mac[SHA_DIGEST_LENGTH];
    snprintf(username, sizeof username, "%lld:page", (long long)(now_s + ICE_CREDENTIAL_S));
    HMAC(EVP_sha1(), secret, (int)strlen(secret), (const unsigned char *)username, strlen(username), mac, NULL);
    EVP_EncodeBlock((unsigned char *)credential, mac, sizeof mac);
    json_put_string(out, "username", username);
    json_put_string(out, "credential", credential);
}

static void put_server(json_writer *out, const json_value *one, int64_t now_s) {
    const char *secret = json_text(json_member(one, "secret"));
    json_open_object(out, NULL);
    json_put_value(out, "urls", json_member(one, "urls"));
    if (secret)
        put_credential(out, secret, now_s);
    else if (json_member(one, "username")) {
        json_put_value(out, "username", json_member(one, "username"));
        json_put_value(out, "credential", json_member(one, "credential"));
    }
    json_close(out);
}

json_value *ice_servers_for_page(const json_value *configured, int64_t now_s) {
    json_value *tree = NULL;
    char *text = malloc(TEXT_MAX);
    if (!text)
        return NULL;
    json_writer out = json_write(text, TEXT_MAX);
    json_open_array(&out, NULL);
    for (const json_value *one = json_first(configured); one; one = json_next(one))
        put_server(&out, one, now_s);
    json_close(&out);
    int n = json_finish(&out);
    if (n > 0 && json_parse(text, (size_t)n, TEXT_MAX, &tree))
        tree = NULL;
    free(text);
    return tree;
}
