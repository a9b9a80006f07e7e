/* protected_number.c: what agents see of customers' numbers, and whom they call when they dial it. Layer: server. */
#include "server/store/sql.h"

#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 3 }; /* another tcccd may take the place at the same moment */

/* The first number of a mask shows the mask, the n-th the mask and -n. */
static void write_shown(const char *mask, int64_t n, char shown[STORE_NUMBER]) {
    if (n > 1) snprintf(shown, STORE_NUMBER, "%s-%lld", mask, (long long)n);
    else snprintf(shown, STORE_NUMBER, "%s", mask);
}

static int find_place(store *s, int64_t app_id, const char *number, char mask[STORE_NUMBER], int64_t *n) {
    int error = 0;
    query *q = sql_query(s, "SELECT mask, n FROM protected_number WHERE app_id=?1 AND number=?2", "it", app_id, number);
    if (!sql_row(q, &error)) return error ? error : TCCC_E_NOT_FOUND;
    sql_text(q, 0, mask, STORE_NUMBER);
    *n = sql_integer(q, 1);
    sql_end(q);
    return 0;
}

static int take_place(store *s, int64_t app_id, const char *number, const char *mask) {
    int64_t last = 0;
    int error = sql_only_integer(sql_query(s, "SELECT COALESCE(MAX(n), 0) FROM protected_number WHERE app_id=?1 AND mask=?2", "it", app_id, mask), &last);
    if (error) return error;
    return sql_run(sql_query(s, "INSERT INTO protected_number (app_id, number, mask, n) VALUES (?1,?2,?3,?4) ON CONFLICT DO NOTHING", "itti", app_id,
                             number, mask, last + 1));
}

int store_protect_number(store *s, int64_t app_id, const char *number, const char *mask, char shown[STORE_NUMBER]) {
    char known[STORE_NUMBER];
    int64_t n;
    if (strlen(number) >= STORE_NUMBER || strlen(mask) + sizeof "-999999999" > STORE_NUMBER) return TCCC_E_TOO_LARGE;
    int error = find_place(s, app_id, number, known, &n);
    for (int i = 0; i < TRIES && error == TCCC_E_NOT_FOUND; i++) {
        error = take_place(s, app_id, number, mask);
        if (!error) error = find_place(s, app_id, number, known, &n);
    }
    if (!error) write_shown(known, n, shown);
    return error;
}

int store_find_protected(store *s, int64_t app_id, const char *shown, char number[STORE_NUMBER]) {
    char mask[STORE_NUMBER], *dash;
    int64_t n = 1;
    if (strlen(shown) >= sizeof mask) return TCCC_E_NOT_FOUND;
    strcpy(mask, shown);
    dash = strrchr(mask, '-');
    if (dash && dash[1] && strspn(dash + 1, "0123456789") == strlen(dash + 1)) {
        n = atoll(dash + 1);
        *dash = 0;
    }
    return sql_only_text(sql_query(s, "SELECT number FROM protected_number WHERE app_id=?1 AND mask=?2 AND n=?3", "iti", app_id, mask, n), number, STORE_NUMBER);
}
