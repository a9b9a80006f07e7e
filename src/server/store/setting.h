/* setting.h: settings that change without restart, one JSON document per section and app. Layer: server. Rules of all store
 * functions: store.h. Meaning and checks: server/settings/. */
#ifndef TCCC_SERVER_STORE_SETTING_H
#define TCCC_SERVER_STORE_SETTING_H

#include "server/store/store.h"

#define STORE_SETTING_MAX (64 * 1024)

int store_put_setting(store *s, int64_t app_id, const char *section, const char *json);
/* NOT_FOUND: never set. *json is malloc'ed. */
int store_get_setting(store *s, int64_t app_id, const char *section, char **json);

#endif
