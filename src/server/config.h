/* config.h: what tcccd is told at start: a JSON file and the command line, with defaults that need neither. Layer: server. */
#ifndef TCCC_SERVER_CONFIG_H
#define TCCC_SERVER_CONFIG_H

#include "base/json.h"
#include "base/log.h"
#include "server/edge/forwarded.h"
#include "server/mistakes.h"

#include <stdbool.h>
#include <stddef.h>

#define CONFIG_FILE_MAX (1 << 20)

typedef struct {
    struct {
        const char *host;             /* "" : all */
        int port;                     /* 0: any */
        const char *tls_cert, *tls_key;
        const char *public_url;       /* what clients see, when it is not the Host they ask; "" */
        const char *sdk_dir, *web_dir;
        proxies proxies;              /* whose X-Forwarded-For is believed */
    } http;
    struct {
        const char *host;             /* "": the address that leads outward */
        int port;                     /* 0: any, below 0: off */
        const json_value *ice_servers; /* RTCIceServer for pages that reach the port by TURN only; NULL: none */
    } data_channel;
    struct {
        const char *host, *advertise, *realm, *tls_cert, *tls_ca;
        int port, tls_port;           /* tls_port below 0: off */
        bool digest_sha256;
        int session_expires_s;
    } sip;
    struct { int min, max; } rtp;
    struct {
        int ring_s;                   /* an agent is offered a call for so long */
        int queue_s;                  /* a caller waits for so long */
        int resume_s;                 /* a lost seat is kept for so long */
        int stop_limit_s;             /* running calls may go on for so long after SIGTERM */
        int no_reply_s;               /* a trunk that says nothing at all is down */
        int outbound_ring_s;          /* a callee rings for so long at most */
        int wrap_up_s;                /* after-call work; 0: none */
        const char *music;            /* WAV for hold and queue; "": the bridge's own */
    } calls;
    struct {
        int retry_s[3];               /* waits before the three retries (PUSH-007) */
        int timeout_s;                /* for one try as a whole */
        const char *tls_ca;           /* PEM of those who may sign receivers' certificates; "": the system's */
    } push;
    struct {
        bool private_urls;            /* addresses that API keys give may be of private networks */
    } cloud_api;
    struct {
        const char *voice;            /* of espeak-ng */
        const char *speech_url;       /* a service that speaks instead; "": none */
        bool review;                  /* uploaded sounds wait to be approved */
        int speech_mib;               /* kept speech, MiB */
    } prompts;
    struct {
        int sign_ins_per_minute;      /* of visitors, from one address */
        int sessions;                 /* at a time, likewise */
        int upload_mib;               /* an hour, likewise */
    } visitors;
    int heartbeat_ms;
    const char *data;                 /* path of the SQLite file, or a postgresql:// URL */
    enum log_level log_level;
    bool demo;
    const char *speech;               /* WAV that the demo's telephone plays; "": a tone */
    const json_value *provision;      /* "instances": written into the store at start; NULL: nothing */
    json_value *tree;                 /* owned */
    char *text;                       /* what tree was read from, owned; for lines */
    size_t text_length;
} config;

/* The defaults. */
void config_init(config *c);
/* Reads a file over them and adds every mistake. After one the other members hold; those with a mistake are 0, false, -1 or NULL.
 * "instances" is not judged here: see provision.h. */
void config_read(config *c, const char *path, mistakes *found);
/* The same; 0, or with a sentence in err that names file, line and member of the first mistake: IO, FORMAT, ARG_*. */
int config_load(config *c, const char *path, char *err, size_t err_cap);
/* The same from memory; `name` stands for the file in sentences. */
int config_parse(config *c, const char *name, const char *text, size_t len, char *err, size_t err_cap);
void config_free(config *c);

#endif
