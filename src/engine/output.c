/* output.c: the queue of an engine's outputs. Layer: engine. */
#include "engine/output.h"

#include "tccc/error.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    uint32_t length;
    int32_t index;
    uint32_t kind;
    uint32_t unused;                /* records start at multiples of 8 */
} record;

static size_t padded(size_t length) { return (length + 7) & ~(size_t)7; }

int output_init(output_queue *queue, size_t capacity) {
    *queue = (output_queue){ 0 };
    return output_reserve(queue, capacity - sizeof(record) - 8);
}

void output_close(output_queue *queue) {
    free(queue->bytes);
    *queue = (output_queue){ 0 };
}

int output_reserve(output_queue *queue, size_t size) {
    size_t need = queue->write + sizeof(record) + padded(size);
    if (need <= queue->capacity) return 0;
    if (need > OUTPUT_MAX) return TCCC_E_NO_MEMORY;
    size_t capacity = queue->capacity * 2 > need ? queue->capacity * 2 : need;
    if (capacity > OUTPUT_MAX) capacity = OUTPUT_MAX;
    uint8_t *bytes = realloc(queue->bytes, capacity);
    if (!bytes) return TCCC_E_NO_MEMORY;
    queue->bytes = bytes;
    queue->capacity = capacity;
    return 0;
}

uint8_t *output_begin(output_queue *queue, size_t size) {
    if (output_reserve(queue, size) == 0) return queue->bytes + queue->write + sizeof(record);
    queue->starved = true;
    return NULL;
}

void output_commit(output_queue *queue, enum tccc_out kind, int index, size_t length) {
    record head = { .length = (uint32_t)length, .index = index, .kind = (uint32_t)kind };
    memcpy(queue->bytes + queue->write, &head, sizeof head);
    queue->write += sizeof head + padded(length);
}

void output_put(output_queue *queue, enum tccc_out kind, int index, const void *data, size_t length) {
    uint8_t *room = output_begin(queue, length);
    if (!room) return;
    if (length > 0) memcpy(room, data, length);
    output_commit(queue, kind, index, length);
}

int output_poll(output_queue *queue, tccc_output *out) {
    if (queue->read == queue->write) {
        queue->read = queue->write = 0;
        return 0;
    }
    record head;
    memcpy(&head, queue->bytes + queue->read, sizeof head);
    *out = (tccc_output){ (enum tccc_out)head.kind, head.index, queue->bytes + queue->read + sizeof head, head.length };
    queue->read += sizeof head + padded(head.length);
    return 1;
}
