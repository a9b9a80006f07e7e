/* visitor_state.h: the inside of visitors, shared by the folder's files. Layer: server. */
#ifndef TCCC_SERVER_VISITOR_STATE_H
#define TCCC_SERVER_VISITOR_STATE_H

#include "server/libre.h"
#include "server/record/record_url.h"
#include "server/visitor/visitor.h"

enum { VISITOR_TYPES = WIRE_VIDEO + 1, VISITOR_BUCKETS = 4096, VISITORS_MAX = 20000, VISITOR_SIGNATURE_LEN = 64, VISITOR_ADDRESSES = 4096, VISITOR_BEGINS = 10 /* a minute */ };

typedef struct {                     /* a token bucket */
    double left;
    uint64_t at_ms;                  /* 0: nobody came yet */
} visitor_bucket;

typedef struct {                     /* an address, or all that share its place */
    visitor_bucket sign_ins, bytes;
    int sessions;
} visitor_address;

struct visitor {
    struct le le, hash, by_token;
    visitors *all;
    visitor_facts facts;
    seat *pages[VISITOR_PAGES_MAX];
    int n_pages;
    char token[WIRE_RESUME_LEN + 1]; /* "" : used */
    deadline token_end;
    visitor_address *from;           /* that it signed in from; NULL: before a restart */
    visitor_bucket begins;
    char sessions[VISITOR_TYPES][WIRE_SESSION_ID_MAX + 1];
};

struct visitors {
    visitors_parts parts;
    char secret[RECORD_SECRET_MAX];
    struct list list;
    struct hash *by_id, *by_token;
    int n;
    struct { visit_server server; void *ctx; bool there; } servers[VISITOR_TYPES];
    visitor_address addresses[VISITOR_ADDRESSES];
};

/* visitor.c */
/* The visitor with this id, or a new one; NULL: there are too many, or no memory. */
visitor *visitor_need(visitors *all, int64_t app_id, const char *id);
int visitor_make_token(visitor *v);
/* Takes so many out of a bucket that holds `most` and fills up in `ms`; false: there are not so many. */
bool visitor_take(visitor_bucket *bucket, double n, double most, double ms);
visitor_address *visitor_address_of(visitors *all, const char *place);
void visitor_note_address(visitor *v, const char *place);

#endif
