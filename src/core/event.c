/* event.c: prints events for the page. Layer: core. Source: checklist rows SDK-100 to SDK-166. */
#include "core/event.h"

static void put_text(json_writer *out, const char *name, const char *text) {
    json_open_object(out, "data");
    json_put_string(out, name, text);
    json_close(out);
}

static void put_reconnecting(json_writer *out, const event *event) {
    json_open_object(out, "data");
    json_put_integer(out, "attempt", event->reconnecting.attempt);
    json_put_integer(out, "delayMs", (int64_t)event->reconnecting.delay_ms);
    json_close(out);
}

static void put_reconnected(json_writer *out, const event *event) {
    json_open_object(out, "data");
    json_put_integer(out, "afterMs", (int64_t)event->reconnected.after_ms);
    json_put_bool(out, "replayed", event->reconnected.replayed);
    json_close(out);
}

static void put_error(json_writer *out, const wire_error *error) {
    json_open_object(out, "data");
    json_put_string(out, "code", error->code);
    json_put_string(out, "message", error->message);
    json_put_string(out, "remedy", error->remedy);
    json_close(out);
}

static const char *name_of(const event *event) {
    static const char *const names[] = {
        "", "ready", "tokenExpired", "sessionCompleted", "connectionLost", "reconnecting", "reconnected", "mediaPath", "error",
    };
    return event->kind == EVENT_WIRE ? wire_event_name(event->wire->name) : names[event->kind];
}

static void put_data(json_writer *out, const event *event) {
    switch (event->kind) {
    case EVENT_WIRE: wire_put_event_data(out, "data", event->wire); break;
    case EVENT_READY: put_text(out, "tabUUID", event->text); break;
    case EVENT_TOKEN_EXPIRED: put_text(out, "message", event->text); break;
    case EVENT_SESSION_COMPLETED: put_text(out, "sessionId", event->text); break;
    case EVENT_CONNECTION_LOST: put_text(out, "reason", event->text); break;
    case EVENT_RECONNECTING: put_reconnecting(out, event); break;
    case EVENT_RECONNECTED: put_reconnected(out, event); break;
    case EVENT_MEDIA_PATH: put_text(out, "path", event->text); break;
    case EVENT_ERROR: put_error(out, &event->error); break;
    }
}

int event_print(const event *event, char *text, size_t capacity) {
    json_writer out = json_write(text, capacity);
    json_open_object(&out, NULL);
    json_put_string(&out, "event", name_of(event));
    put_data(&out, event);
    json_close(&out);
    return json_finish(&out);
}
