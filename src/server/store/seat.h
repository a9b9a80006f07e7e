/* seat.h: seats that outlive the server: whose they are, and what their pages come back with. Layer: server. Rules of all store
 * functions: store.h. */
#ifndef TCCC_SERVER_STORE_SEAT_H
#define TCCC_SERVER_STORE_SEAT_H

#include "server/store/store.h"

enum { SEAT_ID_LEN = 32, SEAT_HASH_LEN = 64, SEAT_TAB_LEN = 36 };

typedef struct {                  /* key: id */
    char id[SEAT_ID_LEN + 1];     /* hexadecimal */
    int64_t app_id;
    bool is_visitor;
    char name[STORE_TEXT];        /* userId, or the visitor's id */
    char resume[SEAT_HASH_LEN + 1]; /* SHA-256 of the token that was given last, hexadecimal; tokens themselves are not kept */
    char earlier[SEAT_HASH_LEN + 1]; /* of the one that the last hello came with, until its welcome is known to have arrived; or "" */
    char tab[SEAT_TAB_LEN + 1];
    char status[16];              /* an agent's, as it is to be after a restart */
    char reason[STORE_TEXT];
    int microphone;               /* enum agent_microphone */
} store_seat;

int store_put_seat(store *s, const store_seat *seat);   /* new or changed */
int store_delete_seat(store *s, const char *id);        /* also when there is none */
int store_list_seats(store *s, bool (*each)(void *ctx, const store_seat *seat), void *ctx);

#endif
