/* id_map.c: finds an object by a 64-bit number. Layer: server. Hash: the finalizer of MurmurHash3 (public domain). */
#include "id_map.h"

#include "tccc/error.h"

#include <stdlib.h>

static size_t slot_of(const id_map *map, uint64_t key) {
    key ^= key >> 33;
    key *= 0xff51afd7ed558ccdULL;
    key ^= key >> 33;
    key *= 0xc4ceb9fe1a85ec53ULL;
    key ^= key >> 33;
    return (size_t)key & (map->capacity - 1);
}

static id_map_cell *find(const id_map *map, uint64_t key) {
    if (!map->capacity)
        return NULL;
    size_t at = slot_of(map, key);
    while (map->cells[at].key && map->cells[at].key != key)
        at = (at + 1) & (map->capacity - 1);
    return &map->cells[at];
}

static int grow(id_map *map) {
    id_map bigger = { .capacity = map->capacity ? map->capacity * 2 : 16, .used = map->used };
    bigger.cells = calloc(bigger.capacity, sizeof *bigger.cells);
    if (!bigger.cells)
        return TCCC_E_NO_MEMORY;
    for (size_t i = 0; i < map->capacity; i++)
        if (map->cells[i].key)
            *find(&bigger, map->cells[i].key) = map->cells[i];
    free(map->cells);
    *map = bigger;
    return 0;
}

int id_map_put(id_map *map, uint64_t key, void *value) {
    if (map->used * 2 >= map->capacity && grow(map))
        return TCCC_E_NO_MEMORY;
    id_map_cell *cell = find(map, key);
    map->used += !cell->key;
    *cell = (id_map_cell){ key, value };
    return 0;
}

void *id_map_get(const id_map *map, uint64_t key) {
    const id_map_cell *cell = find(map, key);
    return cell && cell->key ? cell->value : NULL;
}

/* Moves later cells of the same run into the hole, so that no search ends too early. */
static void close_hole(id_map *map, size_t hole) {
    size_t mask = map->capacity - 1;
    for (size_t at = (hole + 1) & mask; map->cells[at].key; at = (at + 1) & mask) {
        size_t home = slot_of(map, map->cells[at].key);
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        map->cells[hole] = map->cells[at];
        hole = at;
    }
    map->cells[hole] = (id_map_cell){ 0, NULL };
}

void *id_map_take(id_map *map, uint64_t key) {
    id_map_cell *cell = find(map, key);
    if (!cell || !cell->key)
        return NULL;
    void *value = cell->value;
    close_hole(map, (size_t)(cell - map->cells));
    map->used--;
    return value;
}

void *id_map_next(const id_map *map, size_t *cursor) {
    while (*cursor < map->capacity) {
        const id_map_cell *cell = &map->cells[(*cursor)++];
        if (cell->key)
            return cell->value;
    }
    return NULL;
}

void id_map_free(id_map *map) {
    free(map->cells);
    *map = (id_map){ 0 };
}
