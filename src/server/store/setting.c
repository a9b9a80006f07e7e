/* setting.c: one JSON document for each section of an app's settings. Layer: server. */
#include "server/store/setting.h"
#include "server/store/sql.h"

#include "tccc/error.h"

#include <string.h>

int store_put_setting(store *s, int64_t app_id, const char *section, const char *json) {
    if (strlen(json) > STORE_SETTING_MAX) return sql_refuse(s, TCCC_E_TOO_LARGE);
    return sql_run(sql_query(s, "INSERT INTO setting (app_id, section, document) VALUES (?1,?2,?3)"
                                " ON CONFLICT (app_id, section) DO UPDATE SET document=excluded.document", "itt", app_id, section, json));
}

int store_get_setting(store *s, int64_t app_id, const char *section, char **json) {
    return sql_only_copy(sql_query(s, "SELECT document FROM setting WHERE app_id=?1 AND section=?2", "it", app_id, section), json);
}
