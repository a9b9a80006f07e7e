/* end_status.c: SIP's final statuses in the words of call records. Layer: server. Source: RFC 3261 section 21. */
#include "server/sip/end_status.h"

enum end_status end_status_of_sip(int status) {
    switch (status) {
    case 486: case 600: return END_BUSY;
    case 603: case 607: return END_USER_REJECT;
    case 408: case 480: case 487: return END_NOT_ANSWER;
    case 404: case 410: case 604: return END_NUMBER_NOT_EXIST;
    case 484: case 414: case 416: return END_NUMBER_INVALID;
    case 403: case 608: return END_CARRIER_BLOCKED;
    default: return END_OPERATOR_ERROR;
    }
}

const char *end_status_name(enum end_status status) {
    switch (status) {
#define END_STATUS_NAME(name, code, text) case END_##name: return text;
        END_STATUSES(END_STATUS_NAME)
#undef END_STATUS_NAME
    }
    return "";
}
