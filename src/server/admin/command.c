/* command.c: the operator's commands. Layer: server.
 *
 * They open the store beside a tcccd that may run: a password holds at the next sign-in, a replayed push goes out when tcccd looks at
 * its outbox, which it does each second while something waits there, and each minute otherwise.
 */
#include "server/admin/command.h"

#include "server/admin/password.h"
#include "server/config.h"
#include "server/deadline.h"
#include "server/provision.h"
#include "server/store/push.h"
#include "server/store/staff.h"
#include "tccc/error.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FAILED = 1, WRONG_USE = 2, LIST_MAX = 1000 };

const char command_usage[] =
    "  tcccd password --config FILE [--app N] [--role admin|inspector|agent] USER\n"
    "                   sets a password, read from standard input; a USER who is not there is made, as admin unless told otherwise\n"
    "  tcccd pushes list [waiting|failed|done] --config FILE [--app N]\n"
    "  tcccd pushes replay UUID|all --config FILE [--app N]\n"
    "                   shows pushes (failed ones unless told otherwise), tries failed ones again\n";

typedef struct {
    const char *config, *data;
    int64_t app_id;                   /* 0: the only one there is */
    enum staff_role role;             /* 0: not told */
    const char *words[3];
    int n_words;
} arguments;

typedef struct {
    store *db;
    int64_t app_id;
    arguments args;
    config config;
} operation;

static int complain(const char *sentence) {
    fprintf(stderr, "tcccd: %s\n", sentence);
    return FAILED;
}

static bool read_role(const char *name, enum staff_role *role) {
    static const char *const roles[] = { "admin", "inspector", "agent" }; /* enum staff_role from 1 */
    for (int i = 0; i < 3; i++)
        if (!strcmp(roles[i], name))
            *role = (enum staff_role)(i + 1);
    return *role != 0;
}

static bool read_option(arguments *a, const char *name, const char *value) {
    if (!strcmp(name, "--config"))
        a->config = value;
    else if (!strcmp(name, "--data"))
        a->data = value;
    else if (!strcmp(name, "--role"))
        return read_role(value, &a->role);
    else
        return !strcmp(name, "--app") && (a->app_id = atoll(value)) > 0;
    return true;
}

static bool read_arguments(int argc, char *argv[], arguments *a) {
    *a = (arguments){ 0 };
    for (int i = 2; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        bool option = !strncmp(argv[i], "--", 2);
        if (!option && a->n_words < 3) {
            a->words[a->n_words++] = argv[i];
            continue;
        }
        if (!option || !value || !read_option(a, argv[i], value))
            return false;
        i++;
    }
    return true;
}

/* ---- opening ---- */

typedef struct {
    int64_t app_id;
    int n;
} app_count;

static bool count_app(void *ctx, int64_t app_id, const char *name) {
    app_count *c = ctx;
    (void)name;
    c->app_id = app_id;
    c->n++;
    return true;
}

static int choose_app(operation *o) {
    app_count c = { 0 };
    o->app_id = o->args.app_id;
    if (o->app_id)
        return store_has_app(o->db, o->app_id) ? 0 : complain("There is no app of this number.");
    if (store_list_apps(o->db, count_app, &c))
        return complain("The store cannot be read.");
    o->app_id = c.app_id;
    return c.n == 1 ? 0 : complain(c.n ? "There are several apps: say which one with --app." : "There is no app yet: name one under \"instances\" in the configuration file.");
}

/* A store that nobody has used yet gets the configuration's instances, as at the first start. */
static int provision_first(operation *o, char *err, size_t err_cap) {
    app_count c = { 0 };
    int error = store_list_apps(o->db, count_app, &c);
    return error || c.n || !o->config.provision ? error : provision(o->db, o->config.provision, o->config.sip.realm, err, err_cap);
}

static int open_store(operation *o, const logger *log) {
    char err[400] = "The store cannot be read.";
    config_init(&o->config);
    if (o->args.config && config_load(&o->config, o->args.config, err, sizeof err))
        return complain(err);
    o->db = store_open(o->args.data ? o->args.data : o->config.data, log, err, sizeof err);
    return o->db && !provision_first(o, err, sizeof err) ? choose_app(o) : complain(err);
}

/* ---- password ---- */

static bool read_password(char *password, size_t capacity) {
    if (!fgets(password, (int)capacity, stdin))
        return false;
    password[strcspn(password, "\r\n")] = 0;
    return true;
}

static int put_user(operation *o, const char *user_id) {
    store_agent row;
    int error = store_get_agent(o->db, o->app_id, user_id, &row);
    if (error && error != TCCC_E_NOT_FOUND)
        return error;
    if (error) {
        row = (store_agent){ .app_id = o->app_id, .role = STAFF_ADMIN };
        snprintf(row.user_id, sizeof row.user_id, "%s", user_id);
        snprintf(row.name, sizeof row.name, "%s", user_id);
    }
    if (o->args.role)
        row.role = o->args.role;
    return store_put_agent(o->db, &row);
}

static int run_password(operation *o) {
    char password[PASSWORD_MAX + 3], hash[PASSWORD_HASH];
    const char *user_id = o->args.words[0];
    if (o->args.n_words != 1 || strlen(user_id) > 127)
        return WRONG_USE;
    if (!read_password(password, sizeof password) || !password_is_good(password))
        return complain("Standard input must hold a password of 8 to 128 bytes, without control characters and not all the same.");
    int error = password_hash(password, hash);
    OPENSSL_cleanse(password, sizeof password);
    if (!error)
        error = put_user(o, user_id);
    if (!error)
        error = store_put_password(o->db, o->app_id, user_id, hash);
    if (error)
        return complain(tccc_error_sentence(error));
    printf("The password of %s is set.\n", user_id);
    return 0;
}

/* ---- pushes ---- */

static const char *const push_states[] = { "waiting", "done", "failed" }; /* enum push_state */

static bool print_push(void *ctx, const store_push *row) {
    char at[40];
    time_t created_s = (time_t)(row->created_ms / 1000);
    struct tm utc;
    (void)ctx;
    strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&created_s, &utc));
    printf("%s  %s  %-9s  tries=%d  session=%s  %s\n", row->uuid, at, row->kind, row->tries, row->session_id, row->last_error);
    return true;
}

static int list_pushes(operation *o) {
    const char *name = o->args.n_words > 1 ? o->args.words[1] : "failed";
    int state = 0, total = 0;
    while (state < 3 && strcmp(push_states[state], name))
        state++;
    if (state == 3)
        return WRONG_USE;
    if (store_list_pushes(o->db, o->app_id, (enum push_state)state, 0, LIST_MAX, &total, print_push, NULL))
        return complain("The store cannot be read.");
    printf("%d %s%s\n", total, name, total > LIST_MAX ? ", the newest 1000 of them above" : "");
    return 0;
}

typedef struct {
    char uuids[LIST_MAX][37];
    int n;
} uuid_list;

static bool take_uuid(void *ctx, const store_push *row) {
    uuid_list *list = ctx;
    memcpy(list->uuids[list->n++], row->uuid, sizeof row->uuid);
    return list->n < LIST_MAX;
}

/* As push_replay (push/push.h) does it inside tcccd. */
static int replay(operation *o, const char *uuid) {
    store_push row;
    int error = store_get_push(o->db, uuid, &row);
    if (error || row.app_id != o->app_id || row.state != PUSH_FAILED)
        return error ? error : TCCC_E_NOT_FOUND;
    row.state = PUSH_WAITING;
    row.tries = 0;
    row.next_ms = clock_unix_ms();
    return store_put_push(o->db, &row, NULL);
}

static int replay_pushes(operation *o) {
    static uuid_list list;
    int total = 0, n = 0, error = 0;
    if (o->args.n_words != 2)
        return WRONG_USE;
    list.n = 0;
    if (strcmp(o->args.words[1], "all"))
        snprintf(list.uuids[list.n++], sizeof list.uuids[0], "%s", o->args.words[1]);
    else if (store_list_pushes(o->db, o->app_id, PUSH_FAILED, 0, LIST_MAX, &total, take_uuid, &list))
        return complain("The store cannot be read.");
    for (; n < list.n && !error; n++)
        error = replay(o, list.uuids[n]);
    if (error)
        return complain(error == TCCC_E_NOT_FOUND ? "There is no failed push of this UUID." : tccc_error_sentence(error));
    printf("%d will be tried again.\n", n);
    return 0;
}

static int run_pushes(operation *o) {
    const char *verb = o->args.n_words ? o->args.words[0] : "";
    return !strcmp(verb, "list") ? list_pushes(o) : !strcmp(verb, "replay") ? replay_pushes(o) : WRONG_USE;
}

/* ---- which ---- */

static const struct {
    const char *word;
    int (*run)(operation *o);
} commands[] = { { "password", run_password }, { "pushes", run_pushes } };

enum { COMMANDS = sizeof commands / sizeof *commands };

static int index_of(const char *word) {
    int i = 0;
    while (i < COMMANDS && strcmp(commands[i].word, word))
        i++;
    return i;
}

bool command_is(const char *word) { return index_of(word) < COMMANDS; }

int command_run(int argc, char *argv[], const logger *log) {
    operation o = { .db = NULL };
    bool readable = read_arguments(argc, argv, &o.args);
    int result = readable ? open_store(&o, log) : WRONG_USE;
    if (!result)
        result = commands[index_of(argv[1])].run(&o);
    store_close(o.db);
    if (readable)
        config_free(&o.config);
    if (result == WRONG_USE)
        fprintf(stderr, "%s", command_usage);
    return result;
}
