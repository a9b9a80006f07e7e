/* fuzz_sip_message.c: SIP messages as tcccd uses them: libre's parser, our checks, what is answered to the
 * unreadable, digest headers, the dialog that an INVITE makes. Layer: tests. */
#include "server/sip/dialog.h"
#include "server/sip/digest.h"
#include "server/sip/leg.h"
#include "server/sip/malformed.h"
#include "server/sip/request_check.h"

#include <string.h>

#define MUST(condition) do { if (!(condition)) abort(); } while (0)

static bool read_digest(const struct sip_hdr *header, const struct sip_msg *m, void *ctx) {
    digest_header d;
    (void)m;
    (void)ctx;
    if (!digest_read(&d, header->val.p, header->val.l)) {
        char out[1400];
        MUST(d.realm[0] && d.nonce[0]);
        int n = digest_answer(&d, "user", "password", "INVITE", "sip:a@b", 1, "c", out, sizeof out);
        digest_header back;
        if (n > 0)
            MUST(!digest_read(&back, out, (size_t)n) && !strcmp(back.username, "user") && !strcmp(back.realm, d.realm));
    }
    return false;
}

static void check_dialog(const struct sip_msg *m) {
    dialog d;
    if (dialog_accept(&d, NULL, m, false))
        return;
    MUST(d.call_id && d.local_tag && d.remote_tag && d.local && d.remote && d.target && d.routes);
    MUST(strlen(d.call_id) <= m->callid.l);
    dialog_close(&d);
}

static void check_request(const struct sip_msg *m) {
    char number[33];
    request_fault fault = request_check(m);
    MUST(fault.status == 0 || (fault.status >= 400 && fault.status < 600));
    MUST(strlen(fault.headers) < sizeof fault.headers);
    if (fault.status)
        return;
    MUST(m->callid.l && m->from.tag.l && m->to.auri.l && !pl_cmp(&m->cseq.met, &m->met));
    leg_caller_number(m, true, number, sizeof number);
    leg_callee_number(m, number, sizeof number);
    MUST(strlen(number) < sizeof number);
    check_dialog(m);
}

/* An answer is one message that ends where it should, whatever it repeats. */
static void check_answer(const uint8_t *data, size_t size, bool unreadable) {
    struct mbuf *answer = mbuf_alloc(64);
    MUST(answer);
    malformed_verdict verdict = malformed_answer((const char *)data, size, unreadable, answer);
    MUST(verdict.status == 0 || verdict.status == 505 || (verdict.status == 400 && unreadable));
    MUST(verdict.port >= 0 && verdict.port < 65536);
    if (verdict.status) {
        const char *text = (const char *)answer->buf, *last = text + answer->end - 4;
        MUST(answer->end <= 2 * size + 100 && !memcmp(text, "SIP/2.0 ", 8));
        MUST(memmem(text, answer->end, "\r\n\r\n", 4) == last);
    }
    mem_deref(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sip_msg *m = NULL;
    struct mbuf *mb = mbuf_alloc(size + 1);
    MUST(mb);
    (void)mbuf_write_mem(mb, data, size);
    mb->pos = 0;
    int error = sip_msg_decode(&m, mb);
    check_answer(data, size, error != 0);
    if (!error) {
        if (m->req)
            check_request(m);
        sip_msg_hdr_apply(m, true, SIP_HDR_AUTHORIZATION, read_digest, NULL);
        sip_msg_hdr_apply(m, true, SIP_HDR_WWW_AUTHENTICATE, read_digest, NULL);
        mem_deref(m);
    }
    mem_deref(mb);
    return 0;
}
