/* visitor.h: visitors: customers on web pages, who they are, and where their visits go. Layer: server. docs/chat.md.
 *
 * A page signs in by POST /v1/visitor with a channel, gets a token and says hello with it on /v1/seat, as a visitor's seat (seat/).
 * visit.start and visit.end come here and go to whoever serves that type of session. A visitor is in memory from its sign-in until it
 * has neither a token, a seat nor a session; what it did is in the store's chats.
 */
#ifndef TCCC_SERVER_VISITOR_H
#define TCCC_SERVER_VISITOR_H

#include "server/deadline.h"
#include "server/edge/edge.h"
#include "server/seat/seat.h"
#include "server/store/channel.h"

typedef struct visitor visitor;
typedef struct visitors visitors;

enum { VISITOR_ID_LEN = 32, VISITOR_TOKEN_S = 300, VISITOR_CLIENT_DATA = 1025, VISITOR_AVATAR = 1025, VISITOR_LANGUAGE = 36,
       VISITOR_PAGES_MAX = 8 /* of one visitor at once */ };

typedef struct {
    int64_t app_id;
    char id[VISITOR_ID_LEN + 1];     /* hexadecimal; the server's choice */
    char nickname[STORE_TEXT], avatar[VISITOR_AVATAR], client_data[VISITOR_CLIENT_DATA];
    char language[VISITOR_LANGUAGE]; /* "" not known */
    char channel[CHANNEL_ID_MAX + 1], channel_name[STORE_TEXT];
} visitor_facts;

typedef struct {
    edge *edge;
    store *store;
    deadlines *timers;
    const logger *log;
    const char *folder;              /* keeps the key that visitors are known again by */
    int sign_ins_per_minute;         /* of one address, as the next two */
    int sessions;                    /* at a time */
    int upload_mib;                  /* an hour */
} visitors_parts;

visitors *visitors_new(const visitors_parts *parts);   /* NULL: no memory, or the folder cannot be written */
void visitors_free(visitors *all);                     /* after the seats */
/* Whether the request is for /v1/visitor; then it is answered. */
bool visitors_http(visitors *all, const edge_http_request *request);

/* The visitor of a token, which is good once; NULL: there is none such. The visitor stays for as long as a seat has it. */
visitor *visitors_use_token(visitors *all, const char *token);

/* A visitor whose session goes on after a restart; NULL: no memory. */
visitor *visitors_restore(visitors *all, const visitor_facts *facts);
visitor *visitors_find(const visitors *all, int64_t app_id, const char *id);   /* who is here, or NULL */
/* Hexadecimal characters that nobody can guess: text[length + 1], at most 128. */
void visitor_random_hex(char *text, size_t length);

const visitor_facts *visitor_of(const visitor *v);
/* Its pages, connected or in their resume window, in the order of coming: 0 to n - 1. */
int visitor_pages(const visitor *v);
seat *visitor_page(const visitor *v, int n);
void visitor_add_page(visitor *v, seat *s);            /* below VISITOR_PAGES_MAX */
void visitor_drop_page(visitor *v, seat *s);           /* gone for good. NULL: none came */
/* Its channel as it is now. 0 or NOT_FOUND (deleted, or no longer of this app), IO. */
int visitor_channel(const visitor *v, store_channel *channel);
/* Whether its address may bring so many bytes more. 0 or LIMIT with a sentence. */
int visitor_may_upload(visitor *v, int64_t bytes, const char **sentence);
/* A session of this type began or ended: a visitor has one of each type at most. */
void visitor_began(visitor *v, enum wire_session_type type, const char *session_id);
void visitor_ended(visitor *v, enum wire_session_type type);
/* The running session of this type, or "". */
const char *visitor_session(const visitor *v, enum wire_session_type type);

typedef struct {                     /* who serves a type of session; all are called with an answer owed: seat_answer */
    void (*start)(void *ctx, seat *s, const store_channel *channel, const wire_request *request, uint64_t ticket);
    void (*end)(void *ctx, seat *s, const wire_request *request, uint64_t ticket);   /* of the session that runs */
} visit_server;

void visitors_serve(visitors *all, enum wire_session_type type, const visit_server *server, void *ctx);
/* visit.start and visit.end of a visitor's seat. */
void visitors_request(visitors *all, seat *s, const wire_request *request, uint64_t ticket);

#endif
