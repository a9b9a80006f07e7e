/* fuzz_stun.c: any bytes as a STUN message; whatever is read can be answered, and the answer read. Layer: tests. */
#include <stdlib.h>
#include <string.h>

#include "server/edge/stun.h"

static void require(int truth) {
    if (!truth)
        abort();
}

static int inside(const void *pointer, size_t len, const uint8_t *bytes, size_t total) {
    const uint8_t *at = pointer;
    return !pointer || (at >= bytes && len <= total && (size_t)(at - bytes) <= total - len);
}

static void check_answer(const stun_message *request, size_t len, const uint8_t *answer, uint16_t type) {
    stun_message m;
    require(len >= STUN_HEADER_LEN && len <= STUN_ANSWER_MAX);
    require(stun_read(&m, answer, len) == 0);
    require(m.type == type && m.has_fingerprint && stun_authentic(&m, answer, "a password of 22 chars"));
    require(!memcmp(m.transaction, request->transaction, STUN_TRANSACTION_LEN));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    stun_message m;
    uint8_t answer[STUN_ANSWER_MAX];
    if (stun_read(&m, data, size))
        return 0;
    require(stun_is_message(data, size) && size % 4 == 0);
    require(inside(m.transaction, STUN_TRANSACTION_LEN, data, size));
    require(inside(m.username, m.username_len, data, size));
    require(inside(m.integrity, 20, data, size));
    require(m.n_unknown >= 0 && m.n_unknown <= STUN_UNKNOWN_MAX);
    stun_authentic(&m, data, "a password of 22 chars");
    address mapped = { 0 };
    mapped.sa.sa_family = AF_INET6;
    check_answer(&m, stun_write_success(answer, m.transaction, m.has_mapped ? &m.mapped : &mapped, "a password of 22 chars"), answer, STUN_BINDING_SUCCESS);
    check_answer(&m, stun_write_error(answer, &m, 420, "a password of 22 chars"), answer, STUN_BINDING_ERROR);
    check_answer(&m, stun_write_error(answer, &m, 487, "a password of 22 chars"), answer, STUN_BINDING_ERROR);
    return 0;
}
