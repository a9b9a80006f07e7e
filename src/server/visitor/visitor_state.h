/* visitor_state.h: the inside of visitors, shared by the folder's files. Layer: server. */
#ifndef TCCC_SERVER_VISITOR_STATE_H
#define TCCC_SERVER_VISITOR_STATE_H

#include "server/libre.h"
#include "server/record/record_url.h"
#include "server/visitor/visitor.h"

enum { VISITOR_TYPES = WIRE_VIDEO + 1, VISITOR_BUCKETS = 4096, VISITORS_MAX = 20000, VISITOR_SIGNATURE_LEN = 64, VISITOR_ADDRESSES = 4096 };

struct visitor {
    struct le le, hash, by_token;
    visitors *all;
    visitor_facts facts;
    seat *pages[VISITOR_PAGES_MAX];
    int n_pages;
    char token[WIRE_RESUME_LEN + 1]; /* "" : used */
    deadline token_end;
    char sessions[VISITOR_TYPES][WIRE_SESSION_ID_MAX + 1];
};

typedef struct {                     /* an address, or all that share its place */
    double allowance;                /* sign-ins */
    uint64_t at_ms;                  /* 0: none came yet */
} visitor_address;

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

#endif
