/* contact_line.c: a sorted array that grows at the end and empties at the front. Layer: server. Sans-IO. */
#include "server/acd/contact_line.h"

#include "tccc/error.h"

#include <stdlib.h>
#include <string.h>

void contact_line_free(contact_line *line) {
    free(line->items);
    *line = (contact_line){ .items = NULL };
}

const dispatch_contact *contact_line_at(const contact_line *line, int place) { return line->items[line->head + place]; }

/* How many are older. */
int contact_line_rank(const contact_line *line, const dispatch_contact *contact) {
    int low = 0, high = line->n;
    while (low < high) {
        int middle = (low + high) / 2;
        if (dispatch_is_older(contact_line_at(line, middle), contact))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Room at the end: by moving to the front when half of the memory lies idle there, else by more memory. */
static int make_room(contact_line *line) {
    if (line->head + line->n < line->capacity)
        return 0;
    if (line->head > line->capacity / 2) {
        memmove(line->items, line->items + line->head, (size_t)line->n * sizeof *line->items);
        line->head = 0;
        return 0;
    }
    int capacity = line->capacity ? 2 * line->capacity : 16;
    const dispatch_contact **grown = realloc(line->items, (size_t)capacity * sizeof *grown);
    if (!grown)
        return TCCC_E_NO_MEMORY;
    line->items = grown;
    line->capacity = capacity;
    return 0;
}

int contact_line_put(contact_line *line, const dispatch_contact *contact) {
    int error = make_room(line);
    if (error)
        return error;
    int place = contact_line_rank(line, contact);
    const dispatch_contact **first = line->items + line->head;
    if (place < line->n / 2 && line->head) { /* the shorter side makes way */
        memmove(first - 1, first, (size_t)place * sizeof *first);
        line->head--;
        first--;
    } else {
        memmove(first + place + 1, first + place, (size_t)(line->n - place) * sizeof *first);
    }
    first[place] = contact;
    line->n++;
    return 0;
}

void contact_line_take(contact_line *line, const dispatch_contact *contact) {
    int place = contact_line_rank(line, contact);
    const dispatch_contact **first = line->items + line->head;
    if (place < line->n / 2) {
        memmove(first + 1, first, (size_t)place * sizeof *first);
        line->head++;
    } else {
        memmove(first + place, first + place + 1, (size_t)(line->n - place - 1) * sizeof *first);
    }
    line->n--;
    if (line->n == 0)
        line->head = 0;
}
