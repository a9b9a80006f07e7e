/* id_map.h: finds an object by a 64-bit number: connections, requests, seats, tickets, bridges. Layer: server.
 *
 * Open addressing with linear probing and backward-shift deletion; at most half full. Keys are any number but 0.
 */
#ifndef TCCC_SERVER_ID_MAP_H
#define TCCC_SERVER_ID_MAP_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t key;
    void *value;
} id_map_cell;

typedef struct {
    id_map_cell *cells;
    size_t capacity, used;           /* capacity: a power of two, or 0 */
} id_map;

/* A zeroed id_map is empty. */
void id_map_free(id_map *map);
/* Sets the value of key (not 0), replacing. 0 or TCCC_E_NO_MEMORY. */
int id_map_put(id_map *map, uint64_t key, void *value);
/* NULL when there is none. */
void *id_map_get(const id_map *map, uint64_t key);
/* Removes and returns the value, NULL when there was none. */
void *id_map_take(id_map *map, uint64_t key);
/* Walks: start with *cursor 0; NULL at the end. The map must not change between two steps. */
void *id_map_next(const id_map *map, size_t *cursor);

#endif
