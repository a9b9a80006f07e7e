/* event.h: events for the page: {"event":name,"data":{..}}. Layer: core. Source: checklist rows SDK-100 to SDK-166. */
#ifndef TCCC_CORE_EVENT_H
#define TCCC_CORE_EVENT_H

#include "core/wire.h"

enum event_kind {
    EVENT_WIRE,                     /* the server's, as it is */
    EVENT_READY,                    /* {tabUUID} */
    EVENT_TOKEN_EXPIRED,            /* {message} */
    EVENT_SESSION_COMPLETED,        /* {sessionId} */
    EVENT_CONNECTION_LOST,          /* {reason} */
    EVENT_RECONNECTING,             /* {attempt, delayMs} */
    EVENT_RECONNECTED,              /* {afterMs, replayed} */
    EVENT_MEDIA_PATH,               /* {path} */
    EVENT_ERROR                     /* {code, message, remedy} */
};

typedef struct {
    enum event_kind kind;
    union {
        const wire_event *wire;
        const char *text;           /* tabUUID, message, sessionId, reason or path */
        struct { int attempt; uint64_t delay_ms; } reconnecting;
        struct { uint64_t after_ms; bool replayed; } reconnected;
        wire_error error;
    };
} event;

/* The length without the closing NUL, or TOO_LARGE. */
int event_print(const event *event, char *text, size_t capacity);

#endif
