/* push_fill.c: writes pushes into the outbox of a tcccd that does not run: push_fill DB APP KIND COUNT. Layer: tests. */
#include "server/push/push.h"

#include <stdio.h>
#include <stdlib.h>

static int fill(store *db, pushes *all, const char *const argv[]) {
    int64_t app_id = atoll(argv[2]);
    char session[40], body[80];
    for (int i = 0; i < atoi(argv[4]); i++) {
        store_push row;
        snprintf(session, sizeof session, "%s-%d", argv[3], i);
        snprintf(body, sizeof body, "{\"SessionId\":\"%s\"}", session);
        if (!push_prepare(all, app_id, argv[3], session, &row) || store_put_push(db, &row, body))
            return EXIT_FAILURE;
        printf("%s\n", row.uuid);
    }
    return EXIT_SUCCESS;
}

int main(int argc, char *argv[]) {
    char err[200] = "";
    const logger quiet = { 0 };
    if (argc != 5)
        return EXIT_FAILURE;
    store *db = store_open(argv[1], &quiet, err, sizeof err);
    settings *rules = db ? settings_new(db, &quiet) : NULL;
    deadlines *timers = deadlines_new();
    pushes *all = rules ? pushes_new(&(pushes_config){ .retry_s = { 1, 1, 1 }, .timeout_s = 1 }, db, rules, timers, &quiet) : NULL;
    int result = all ? fill(db, all, (const char *const *)argv) : EXIT_FAILURE;
    pushes_free(all);
    deadlines_free(timers);
    settings_free(rules);
    store_close(db);
    return result;
}
