/* web.h: HTTP requests to addresses that somebody else chose, with limits, on threads of their own. Layer: server.
 *
 * An API key must not turn tcccd into a way into its own network (server-side request forgery): http and https only, and every
 * address that is really connected to, after redirects and whatever names resolve to, must be a public one unless private ones
 * are allowed. Proxies of the environment are not used.
 */
#ifndef TCCC_SERVER_CLOUDAPI_WEB_H
#define TCCC_SERVER_CLOUDAPI_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum { WEB_REDIRECTS_MAX = 3, WEB_SENTENCE_MAX = 160 };

typedef struct web web;

/* private_allowed: the configuration's cloudApi.privateUrls. NULL: no memory, no thread. */
web *web_new(int n_threads, bool private_allowed);
/* Breaks off what runs; then as workers_free. NULL is allowed. */
void web_free(web *w);
/* As workers_do: run(arg) may wait for a web_fetch. */
int web_do(web *w, void (*run)(void *arg), void (*done)(void *arg, int started), void *arg);

typedef struct {
    const char *url;
    const char *json;                 /* NULL: GET; else POST of this text as application/json, without following redirects */
    size_t max_bytes;
    int timeout_ms;                   /* in all */
} web_request;

typedef struct {
    char *body;                       /* malloc'ed, ends with a NUL that `length` does not count */
    size_t length;
    char sentence[WEB_SENTENCE_MAX];  /* why there is none */
} web_answer;

/* Only in a run() of web_do. 0 for an answer with a status from 200 to 299; free answer->body then. Else with a sentence, and nothing
 * to free: ARG_RANGE (address refused), TOO_LARGE, TIMEOUT, SHUTTING_DOWN, NO_MEMORY or IO. */
int web_fetch(const web *w, const web_request *request, web_answer *answer);

/* Whether an address is one of the public Internet (IANA special-purpose registries, RFC 6890). */
bool web_address_is_public(const struct sockaddr *address);

#endif
