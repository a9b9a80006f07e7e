/* setting_routes.c: sections of settings. Layer: server. Rows ADM-053 to ADM-085. */
#include "server/admin/route.h"
#include "tccc/error.h"

#include <stdlib.h>
#include <string.h>

/* The section's members become the answer's. */
static void put_section(admin_call *call, const char *section) {
    char *text = settings_get(call->all->parts.settings, call->app_id, section);
    json_value *tree = NULL;
    if (!text)
        admin_fail(call, TCCC_E_NOT_FOUND, "", "There is no such section of settings.");
    else if (json_parse(text, strlen(text), strlen(text), &tree))
        admin_fail(call, TCCC_E_INTERNAL, "", NULL);
    for (const json_value *e = json_first(tree); e; e = json_next(e))
        json_put_value(call->out, json_name(e), e);
    json_free(tree);
    free(text);
}

void route_get_setting(admin_call *call) { put_section(call, call->params[0]); }

void route_get_rest_reasons(admin_call *call) { put_section(call, "restReasons"); }

void route_get_popups(admin_call *call) { put_section(call, "popups"); }

void route_get_quick_replies(admin_call *call) { put_section(call, "quickReplies"); }

void route_patch_setting(admin_call *call) {
    char sentence[240], field[64] = "";
    int error = settings_put(call->all->parts.settings, call->app_id, call->params[0], call->body, sentence, sizeof sentence);
    if (!error) {
        put_section(call, call->params[0]);
        return;
    }
    if (error != TCCC_E_NOT_FOUND)
        memcpy(field, sentence, strcspn(sentence, " ") < sizeof field ? strcspn(sentence, " ") : sizeof field - 1);
    admin_fail(call, error, field, sentence);
}
