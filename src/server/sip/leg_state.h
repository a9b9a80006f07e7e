/* leg_state.h: the inside of a leg, shared by the leg_*.c files. Layer: server. */
#ifndef TCCC_SERVER_SIP_LEG_STATE_H
#define TCCC_SERVER_SIP_LEG_STATE_H

#include "server/sip/dialog.h"
#include "server/sip/leg.h"

enum { LEG_DIGITS_MAX = 64, LEG_MIN_SE_S = 90, LEG_SE_S = 1800 };
enum leg_offer { LEG_OFFER_NONE, LEG_OFFER_LOCAL, LEG_OFFER_REMOTE };

struct leg {
    struct le place;                 /* in the stack's table */
    stack *stack;
    leg_handler handler;
    void *ctx;
    enum leg_state state;
    dialog dialog;
    bool detached;                   /* the owner wants to hear nothing more */

    /* the INVITE we sent last */
    char *uri, *extra_headers;
    struct sip_request *invite, *bye, *info, *update;
    uint32_t invite_cseq;
    uint32_t last_rseq;              /* of the reliable 1xx that we PRACKed */
    deadline no_reply;

    /* the INVITE they sent last, and what we answered */
    struct sip_strans *transaction;
    struct sip_msg *request;
    struct mbuf *reliable, *success; /* sent again until PRACK, ACK */
    uint32_t rseq, ack_cseq;
    int resend_ms, resent_ms;        /* present interval, and since when */
    deadline resend;
    bool supports_100rel, requires_100rel;
    int ring_status;                 /* the provisional response to send now */
    bool ring_media;
    int refusal;                     /* the final response when their INVITE is refused */
    const char *refusal_reason;
    char refusal_headers[64];

    /* media */
    sdp_audio local, remote;
    sdp_audio_agreement agreed;
    bool has_local, has_remote, has_agreed, told_connected;
    unsigned n_remotes;              /* offers and answers of theirs that were taken */
    enum leg_offer offer;            /* whose offer waits for its answer */
    char *sdp;                       /* what we sent last */

    /* session timer */
    int session_s, min_se_s;
    bool we_refresh, peer_supports_timer, peer_allows_update;
    deadline refresh, expiry, glare;

    char digits[LEG_DIGITS_MAX + 1]; /* wait for INFO */
};

/* leg.c */
void leg_apply(leg *l, enum leg_event event, const struct sip_msg *message);
void leg_report_end(leg *l, enum leg_cause cause, int status);
leg *leg_new(stack *s, const leg_handler *handler, void *ctx);
void leg_finish(leg *l);
void leg_bye(leg *l);
void leg_reply(leg *l, const struct sip_msg *request, int status, const char *reason, const char *headers);

/* leg_out.c: our INVITEs */
int leg_send_invite(leg *l);
void leg_send_ack(leg *l);
void leg_note_provisional(leg *l, const struct sip_msg *response);
void leg_connect_out(leg *l, const struct sip_msg *response);

/* leg_in.c: their INVITEs */
void leg_send_provisional(leg *l, bool reliably);
void leg_send_answer(leg *l);
void leg_stop_resending(leg *l);
void leg_take_prack(leg *l, const struct sip_msg *request);
void leg_connect_in(leg *l, const struct sip_msg *ack);
bool leg_send_success(leg *l, const struct sip_msg *request, const char *sdp);

/* leg_change.c: inside the dialog */
void leg_take_invite(leg *l, const struct sip_msg *request);
void leg_answer_change(leg *l, const struct sip_msg *request);
void leg_change_acked(leg *l, const struct sip_msg *ack);
void leg_change_accepted(leg *l, const struct sip_msg *response);
void leg_take_update(leg *l, const struct sip_msg *request);
void leg_take_info(leg *l, const struct sip_msg *request);
void leg_wait_glare(leg *l);

/* leg_media.c: offers and answers */
bool leg_message_sdp(const struct sip_msg *message, struct pl *sdp);
int leg_read_offer(leg *l, const struct sip_msg *message);   /* 0, FORMAT, CODEC; nothing changes on failure */
int leg_read_answer(leg *l, const struct sip_msg *message);  /* 0, FORMAT, CODEC */
int leg_check_offer(leg *l, const struct sip_msg *message);
const char *leg_write_offer(leg *l);
const char *leg_write_answer(leg *l);
void leg_tell_media(leg *l, const sdp_audio *remote_before, const sdp_audio_agreement *agreed_before);

/* leg_timer.c: RFC 4028 */
void leg_timer_headers(const leg *l, char *text, size_t capacity);                /* of a request of ours */
void leg_timer_answer_headers(leg *l, const struct sip_msg *request, char *text, size_t capacity);
bool leg_timer_too_short(leg *l, const struct sip_msg *request);                  /* replied with 422 */
void leg_timer_take_answer(leg *l, const struct sip_msg *response);
void leg_timer_note_peer(leg *l, const struct sip_msg *message);
void leg_timer_start(leg *l);
bool leg_timer_retry(leg *l, const struct sip_msg *response);                     /* 422: send again with a longer time */

bool leg_header_lists(const struct sip_msg *message, enum sip_hdrid id, const char *value);

#endif
