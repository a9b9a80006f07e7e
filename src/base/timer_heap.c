/* timer_heap.c: many timers, the earliest first; a binary heap. Layer: base. */
#include "base/timer_heap.h"

#include <stdlib.h>

#include "tccc/error.h"

void timer_heap_init(timer_heap *heap) { *heap = (timer_heap){ 0 }; }

void timer_heap_close(timer_heap *heap) {
    for (size_t i = 0; i < heap->count; i++) heap->nodes[i]->place = 0;
    free(heap->nodes);
    timer_heap_init(heap);
}

int timer_heap_reserve(timer_heap *heap, size_t count) {
    if (count <= heap->capacity) return 0;
    if (count > SIZE_MAX / sizeof *heap->nodes) return TCCC_E_NO_MEMORY;
    timer_node **nodes = realloc(heap->nodes, count * sizeof *nodes);
    if (!nodes) return TCCC_E_NO_MEMORY;
    heap->nodes = nodes;
    heap->capacity = count;
    return 0;
}

static bool heap_earlier(const timer_node *a, const timer_node *b) {
    return a->due_us != b->due_us ? a->due_us < b->due_us : a->order < b->order;
}

static void heap_place(timer_heap *heap, timer_node *node, size_t index) {
    heap->nodes[index] = node;
    node->place = index + 1;
}

static void heap_rise(timer_heap *heap, size_t index) {
    timer_node *node = heap->nodes[index];
    while (index > 0 && heap_earlier(node, heap->nodes[(index - 1) / 2])) {
        heap_place(heap, heap->nodes[(index - 1) / 2], index);
        index = (index - 1) / 2;
    }
    heap_place(heap, node, index);
}

static void heap_sink(timer_heap *heap, size_t index) {
    timer_node *node = heap->nodes[index];
    for (size_t child; (child = 2 * index + 1) < heap->count; index = child) {
        if (child + 1 < heap->count && heap_earlier(heap->nodes[child + 1], heap->nodes[child])) child++;
        if (!heap_earlier(heap->nodes[child], node)) break;
        heap_place(heap, heap->nodes[child], index);
    }
    heap_place(heap, node, index);
}

void timer_heap_cancel(timer_heap *heap, timer_node *node) {
    if (!timer_heap_is_set(node)) return;
    size_t index = node->place - 1;
    timer_node *last = heap->nodes[--heap->count];
    node->place = 0;
    if (last == node) return;
    heap_place(heap, last, index);
    heap_rise(heap, index);
    heap_sink(heap, last->place - 1);
}

int timer_heap_set(timer_heap *heap, timer_node *node, uint64_t due_us) {
    timer_heap_cancel(heap, node);
    if (heap->count == heap->capacity) {
        int error = timer_heap_reserve(heap, heap->capacity ? 2 * heap->capacity : 16);
        if (error) return error;
    }
    node->due_us = due_us;
    node->order = heap->order++;
    heap_place(heap, node, heap->count++);
    heap_rise(heap, heap->count - 1);
    return 0;
}

bool timer_heap_is_set(const timer_node *node) { return node->place != 0; }

uint64_t timer_heap_next_us(const timer_heap *heap) {
    return heap->count ? heap->nodes[0]->due_us : TIMER_HEAP_NEVER;
}

timer_node *timer_heap_pop(timer_heap *heap, uint64_t now_us) {
    if (!heap->count || heap->nodes[0]->due_us > now_us) return NULL;
    timer_node *node = heap->nodes[0];
    timer_heap_cancel(heap, node);
    return node;
}
