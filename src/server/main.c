/* main.c: the tcccd program: command line, log, signals, exit status. Layer: server. */
#include "server/admin/command.h"
#include "server/libre.h"
#include "server/provision.h"
#include "server/server.h"
#include "server/settings/settings.h"
#include "tccc/error.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { MAX_FDS = 65536, EXIT_USAGE = 2 };

static const char usage[] =
    "tcccd: a self-hosted contact centre server (libtccc)\n"
    "\n"
    "  tcccd [--config FILE] [--demo] [--port N] [--sip-port N] [--data FILE] [--log LEVEL] [--check-config]\n"
    "\n"
    "  --config FILE    JSON configuration; without it the defaults hold\n"
    "  --demo           a contact centre to try, with test numbers; signs anybody in who reaches the HTTP port\n"
    "  --host ADDRESS   listen for HTTP on this address only\n"
    "  --port N         HTTP port and the data channel's UDP port (default 8080; 0: any)\n"
    "  --sip-port N     SIP port for UDP and TCP, and N + 1 for TLS (default 5060; 0: any)\n"
    "  --data FILE      SQLite file or postgresql:// URL (default tcccd.sqlite; build/demo.sqlite in a demo)\n"
    "  --log LEVEL      debug, info, warning or error\n"
    "  --check-config   reads the configuration, tells what is wrong, and ends\n";

typedef struct {
    const char *file, *host, *data, *log;
    int port, sip_port;              /* below 0: not given */
    bool demo, check, help;
} options;

typedef struct {
    server *server;
} running;

static running now;

static void write_log(void *context, enum log_level level, const char *line, size_t length) {
    static const char *const names[] = { "debug", "info", "warning", "error" };
    struct timeval at;
    struct tm utc;
    char stamp[40];
    (void)context;
    gettimeofday(&at, NULL);
    gmtime_r(&at.tv_sec, &utc);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    fprintf(stderr, "%s.%03dZ %s %.*s\n", stamp, (int)(at.tv_usec / 1000), names[level], (int)length, line);
}

static int read_port(const char *text) {
    char *end;
    long port = strtol(text, &end, 10);
    return *text && !*end && port >= 0 && port <= 65535 ? (int)port : -2;
}

/* 0, or the argument that is wrong. */
static const char *read_options(int argc, char **argv, options *o) {
    *o = (options){ .port = -1, .sip_port = -1 };
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        struct { const char *name; const char **text; int *port; bool *flag; } known[] = {
            { "--config", &o->file, NULL, NULL }, { "--host", &o->host, NULL, NULL }, { "--data", &o->data, NULL, NULL }, { "--log", &o->log, NULL, NULL },
            { "--port", NULL, &o->port, NULL }, { "--sip-port", NULL, &o->sip_port, NULL }, { "--demo", NULL, NULL, &o->demo },
            { "--check-config", NULL, NULL, &o->check }, { "--help", NULL, NULL, &o->help },
        };
        size_t k = 0, n = sizeof known / sizeof *known;
        while (k < n && strcmp(known[k].name, name))
            k++;
        if (k == n || (!known[k].flag && !value))
            return name;
        if (known[k].flag) {
            *known[k].flag = true;
            continue;
        }
        i++;
        if (known[k].text)
            *known[k].text = value;
        else if ((*known[k].port = read_port(value)) < 0)
            return name;
    }
    return NULL;
}

static void set_demo_defaults(config *c) {
    c->demo = true;
    c->http.host = "127.0.0.1";
    c->http.web_dir = "web/demo";
    c->data = "build/demo.sqlite";
    c->speech = "build/gen/speech.wav";
}

static int level_of(const char *name) {
    static const char *const names[] = { "debug", "info", "warning", "error" };
    for (int i = 0; i < 4; i++)
        if (!strcmp(names[i], name))
            return i;
    return -1;
}

static bool configure(config *c, const options *o, mistakes *found, char *err, size_t err_cap) {
    config_init(c);
    if (o->demo)
        set_demo_defaults(c);
    if (o->file)
        config_read(c, o->file, found);
    if (found->n && !o->check) {
        mistakes_first(found, o->file, err, err_cap);
        return false;
    }
    c->demo = c->demo || o->demo;
    if (o->host)
        c->http.host = o->host;
    if (o->port >= 0)
        c->http.port = o->port;
    if (o->port >= 0 && c->data_channel.port > 0)
        c->data_channel.port = o->port;
    if (o->sip_port >= 0)
        c->sip.port = o->sip_port;
    if (o->sip_port >= 0 && c->sip.tls_port >= 0)
        c->sip.tls_port = o->sip_port ? o->sip_port + 1 : 0;
    if (o->data)
        c->data = o->data;
    if (o->log && level_of(o->log) < 0) {
        snprintf(err, err_cap, "--log must be debug, info, warning or error");
        return false;
    }
    if (o->log)
        c->log_level = (enum log_level)level_of(o->log);
    return true;
}

static void stopped(void *ctx) {
    (void)ctx;
    re_cancel();
}

/* libre's own signal handler forgets a second signal that comes while the first is being treated. */
static void on_signal(int flags, void *arg) {
    struct signalfd_siginfo which;
    (void)flags;
    if (read(*(int *)arg, &which, sizeof which) == sizeof which)
        server_ask_stop(now.server, stopped, NULL);
}

/* From here on SIGTERM and SIGINT come as data; threads started later inherit that. */
static int open_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return pthread_sigmask(SIG_BLOCK, &set, NULL) ? -1 : signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void raise_limits(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    limit.rlim_cur = limit.rlim_max < MAX_FDS ? limit.rlim_max : MAX_FDS;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    (void)fd_setsize(MAX_FDS); /* libre's own table; it refuses descriptors above */
}

static int serve(const config *c, const logger *log) {
    char err[400];
    int signals = open_signals();
    now.server = server_start(c, log, err, sizeof err);
    if (!now.server) {
        fprintf(stderr, "tcccd: %s\n", err);
        return EXIT_FAILURE;
    }
    int error = fd_listen(signals, FD_READ, on_signal, &signals);
    server_print_ready(now.server);
    if (!error)
        error = re_main(NULL);
    fd_close(signals);
    close(signals);
    server_free(now.server);
    return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

typedef struct {
    mistakes *found;
    int instance;
    const char *section;
} section_place;

static void add_mistake(void *ctx, int error, const json_value *at, const char *sentence) {
    const section_place *place = ctx;
    char text[300];
    snprintf(text, sizeof text, "instances[%d].settings.%.40s: %s", place->instance, place->section, sentence);
    mistakes_add(place->found, error, at, NULL, text);
}

static void check_settings(const config *c, mistakes *found) {
    section_place place = { .found = found };
    for (const json_value *e = json_first(c->provision); e; e = json_next(e), place.instance++) {
        char text[80];
        const json_value *given = json_member(e, "settings");
        if (given && !json_is_object(given)) {
            snprintf(text, sizeof text, "instances[%d].settings: must be an object.", place.instance);
            mistakes_add(found, TCCC_E_ARG_TYPE, given, NULL, text);
        }
        for (const json_value *section = json_first(given); section; section = json_next(section)) {
            place.section = json_name(section);
            settings_check(place.section, section, add_mistake, &place);
        }
    }
}

/* Tries the instances on a store in memory. */
static int check(const config *c, const char *file, mistakes *found) {
    char err[400] = "";
    logger silent = { .sink = NULL };
    int error = c->data ? store_check(c->data, err, sizeof err) : 0;
    const json_value *data = json_member(c->tree, "data");
    if (error)
        mistakes_add(found, error, json_text(data) == c->data ? data : NULL, NULL, err); /* --data has no line */
    store *db = store_open(":memory:", &silent, err, sizeof err);
    if (!db)
        mistakes_add(found, TCCC_E_NO_MEMORY, NULL, NULL, *err ? err : "there is no memory to check it");
    if (db && c->provision)
        provision_check(db, c->provision, c->sip.realm ? c->sip.realm : "tcccd", found);
    check_settings(c, found);
    store_close(db);
    if (c->tree)
        mistakes_order(found, c->text, c->text_length, c->tree);
    mistakes_print(found, file ? file : "tcccd", stderr);
    if (!found->n)
        printf("The configuration is fine.\n");
    return found->n ? EXIT_USAGE : EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    options o;
    config c;
    mistakes found = { 0 };
    char err[400] = "";
    if (argc > 1 && command_is(argv[1])) {
        logger log = { .sink = write_log, .threshold = LOG_LEVEL_WARNING };
        return command_run(argc, argv, &log);
    }
    const char *wrong = read_options(argc, argv, &o);
    if (wrong || o.help) {
        if (wrong)
            fprintf(stderr, "tcccd: %s is no option, or lacks its value\n\n", wrong);
        fputs(usage, wrong ? stderr : stdout);
        fputs(command_usage, wrong ? stderr : stdout);
        return wrong ? EXIT_USAGE : EXIT_SUCCESS;
    }
    if (!configure(&c, &o, &found, err, sizeof err)) {
        fprintf(stderr, "tcccd: %s\n", err);
        config_free(&c);
        return EXIT_USAGE;
    }
    if (o.check) {
        int result = check(&c, o.file, &found);
        config_free(&c);
        return result;
    }
    logger log = { .sink = write_log, .threshold = c.log_level };
    (void)signal(SIGPIPE, SIG_IGN);
    int result = EXIT_FAILURE;
    if (!libre_init()) {
        raise_limits();
        result = serve(&c, &log);
        libre_close();
    }
    config_free(&c);
    return result;
}
