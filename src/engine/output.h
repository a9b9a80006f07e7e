/* output.h: the queue of an engine's outputs, one growing buffer that is used again when it has run empty. Layer: engine. */
#ifndef TCCC_ENGINE_OUTPUT_H
#define TCCC_ENGINE_OUTPUT_H

#include "tccc/engine.h"

#include <stdbool.h>

#define OUTPUT_MAX (8u << 20)       /* bytes that may wait to be polled */

typedef struct {
    uint8_t *bytes;
    size_t read, write, capacity;
    bool starved;                   /* something was lost for want of memory; the owner clears it */
} output_queue;

int output_init(output_queue *queue, size_t capacity); /* 0 or NO_MEMORY */
void output_close(output_queue *queue);
/* Room for `size` more bytes of data, so that the next puts cannot fail. 0 or NO_MEMORY. */
int output_reserve(output_queue *queue, size_t size);
/* Room of `size` bytes for one output's data, to be filled and committed with the length that was used before anything
 * else is put. NULL: no memory, and the queue is starved. */
uint8_t *output_begin(output_queue *queue, size_t size);
void output_commit(output_queue *queue, enum tccc_out kind, int index, size_t length);
void output_put(output_queue *queue, enum tccc_out kind, int index, const void *data, size_t length);
/* The oldest output: 1, or 0 when there is none. Its data is valid until the next begin, put or poll. */
int output_poll(output_queue *queue, tccc_output *out);

#endif
