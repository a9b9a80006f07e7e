/* end_status.h: how a call ended, in the words of call records, from what SIP said. Layer: server. Sans-IO.
 * Source: the EndStatus list of the public cloud API; RFC 3261 section 21.
 */
#ifndef TCCC_SERVER_SIP_END_STATUS_H
#define TCCC_SERVER_SIP_END_STATUS_H

/* X(NAME, code, "string") */
#define END_STATUSES(X) \
    X(OK, 1, "ok") X(SEAT_GIVE_UP, 17, "seatGiveUp") X(IVR_GIVE_UP, 102, "ivrGiveUp") X(WAITING_GIVE_UP, 103, "waitingGiveUp") X(RINGING_GIVE_UP, 104, "ringingGiveUp") \
    X(NO_SEAT_ONLINE, 105, "noSeatOnline") X(IVR_END, 107, "ivrEnd") X(NOT_ANSWER, 202, "notAnswer") X(USER_REJECT, 203, "userReject") \
    X(NUMBER_NOT_EXIST, 205, "numberNotExist") X(BUSY, 206, "busy") X(OPERATOR_ERROR, 208, "operatorError") \
    X(CLIENT_ERROR, 211, "clientError") X(CARRIER_BLOCKED, 212, "carrierBlocked") X(NUMBER_INVALID, 215, "numberInvalid") \
    X(CALLER_CANCEL_WHILE_RING, 220, "callerCancelWhileRing") X(CALLER_CANCEL_WITHOUT_RING, 221, "callerCancelWithoutRing") \
    X(VOIP_CLIENT_ERROR, 503, "voipClientError")

enum end_status {
#define END_STATUS_ENUM(name, code, text) END_##name = (code),
    END_STATUSES(END_STATUS_ENUM)
#undef END_STATUS_ENUM
};

/* What a final SIP status (300..699) to our INVITE means; 0: no answer came, or the transport failed. */
enum end_status end_status_of_sip(int status);
const char *end_status_name(enum end_status status);

#endif
