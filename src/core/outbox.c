/* outbox.c: a seat's numbered events and the answers to its last requests. Layer: core. Source: docs/protocol.md, "Resume". */
#include "core/outbox.h"

#include "tccc/error.h"

#include <stdlib.h>
#include <string.h>

typedef struct { char *text; size_t length; } kept;

typedef struct {
    uint32_t id;                    /* 0: empty */
    kept answer;                    /* text NULL: being carried out */
} request;

struct outbox {
    uint64_t acked, last;
    uint64_t gone;                  /* events gone+1 .. last are here */
    uint32_t generation;            /* of request numbers: rises when the page starts anew */
    uint32_t highest_id;
    unsigned next;                  /* place of the next request */
    kept events[OUTBOX_EVENTS_MAX]; /* event seq is at seq % OUTBOX_EVENTS_MAX */
    request requests[OUTBOX_ANSWERS_MAX];
    char print[WIRE_TEXT_MAX + 1];
};

outbox *outbox_new(void) { return calloc(1, sizeof(outbox)); }

static void drop(kept *item) {
    free(item->text);
    *item = (kept){ 0 };
}

void outbox_free(outbox *box) {
    if (!box) return;
    for (int i = 0; i < OUTBOX_EVENTS_MAX; i++) drop(&box->events[i]);
    outbox_forget_requests(box);
    free(box);
}

/* Prints into the box and copies to memory of its own. */
static int keep(outbox *box, const wire_message *message, kept *item) {
    int length = wire_print(message, box->print, sizeof box->print);
    if (length < 0) return length;
    item->text = malloc((size_t)length + 1);
    if (!item->text) return TCCC_E_NO_MEMORY;
    memcpy(item->text, box->print, (size_t)length + 1);
    item->length = (size_t)length;
    return 0;
}

/* An event that its client cannot read would come again with every resume: it must not get a number. */
static int check(kept *item) {
    wire_message read;
    int error = wire_parse(&read, WIRE_FROM_SERVER, item->text, item->length, NULL);
    if (error < 0) drop(item);
    else wire_free(&read);
    return error;
}

static kept *place_of(outbox *box, uint64_t seq) { return &box->events[seq % OUTBOX_EVENTS_MAX]; }

int outbox_event(outbox *box, const wire_event *event, const char **text, size_t *length) {
    wire_message message = { .kind = WIRE_EV, .event = *event };
    message.event.seq = box->last + 1;
    kept item = { 0 };
    int error = keep(box, &message, &item);
    if (error == 0) error = check(&item);
    if (error < 0) return error;
    box->last++;
    drop(place_of(box, box->last)); /* the event 1024 before, if it is still here */
    *place_of(box, box->last) = item;
    if (box->last - box->gone > OUTBOX_EVENTS_MAX) box->gone = box->last - OUTBOX_EVENTS_MAX;
    *text = item.text;
    *length = item.length;
    return 0;
}

int outbox_ack(outbox *box, uint64_t seq) {
    if (seq > box->last) return TCCC_E_PROTOCOL;
    if (box->acked < seq) box->acked = seq;
    while (box->gone + OUTBOX_ACKED_KEPT < box->acked) drop(place_of(box, ++box->gone));
    return 0;
}

uint64_t outbox_last_seq(const outbox *box) { return box->last; }

bool outbox_replays(const outbox *box, uint64_t last_seq) { return last_seq >= box->gone && last_seq <= box->last; }

const char *outbox_text(const outbox *box, uint64_t seq, size_t *length) {
    if (seq <= box->gone || seq > box->last) return NULL;
    const kept *item = &box->events[seq % OUTBOX_EVENTS_MAX];
    *length = item->length;
    return item->text;
}

static request *find(outbox *box, uint32_t id) {
    for (int i = 0; i < OUTBOX_ANSWERS_MAX; i++)
        if (box->requests[i].id == id) return &box->requests[i];
    return NULL;
}

enum outbox_request outbox_request(outbox *box, uint32_t id, uint64_t *ticket, const char **text, size_t *length) {
    request *known = find(box, id);
    if (known) {
        *text = known->answer.text;
        *length = known->answer.length;
        return known->answer.text ? OUTBOX_ANSWERED : OUTBOX_PENDING;
    }
    /* One of the last 64 numbers that is not here was never seen: after a restart of the server a client's newest request may come before
     * those that it sends again. */
    if (id <= box->highest_id && box->highest_id - id >= OUTBOX_ANSWERS_MAX) return OUTBOX_FORGOTTEN;
    request *place = &box->requests[box->next++ % OUTBOX_ANSWERS_MAX];
    drop(&place->answer);
    place->id = id;
    if (id > box->highest_id) box->highest_id = id;
    *ticket = (uint64_t)box->generation << 32 | id;
    return OUTBOX_NEW;
}

int outbox_answer(outbox *box, uint64_t ticket, const wire_answer *answer, const char **text, size_t *length) {
    uint32_t id = (uint32_t)ticket;
    request *place = ticket >> 32 == box->generation ? find(box, id) : NULL;
    if (!place || place->answer.text) return TCCC_E_NOT_FOUND;
    wire_message message = { .kind = WIRE_RES, .answer = *answer };
    message.answer.id = id;
    int error = keep(box, &message, &place->answer);
    if (error < 0) return error;
    *text = place->answer.text;
    *length = place->answer.length;
    return 0;
}

void outbox_forget_requests(outbox *box) {
    for (int i = 0; i < OUTBOX_ANSWERS_MAX; i++) {
        drop(&box->requests[i].answer);
        box->requests[i].id = 0;
    }
    box->highest_id = 0;
    box->generation++;
}
