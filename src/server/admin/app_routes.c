/* app_routes.c: an app itself. Layer: server. Row ADM-005. */
#include "server/admin/route.h"

enum { NAME_MAX_BYTES = 127 };        /* as provision.c has it */

void route_get_app(admin_call *call) {
    store_app app;
    if (admin_store_failed(call, store_get_app(call->all->parts.store, call->app_id, &app), "", "There is no such app."))
        return;
    json_put_integer(call->out, "sdkAppId", app.app_id);
    json_put_string(call->out, "name", app.name);
    json_put_integer(call->out, "created", app.created_ms / 1000);
    json_put_integer(call->out, "modified", app.modified_ms / 1000);
}

void route_patch_app(admin_call *call) {
    const char *name = json_string(&call->in, "name", 1, NAME_MAX_BYTES);
    if (!admin_failed(call) && !admin_store_failed(call, store_put_app(call->all->parts.store, call->app_id, name), "", NULL))
        route_get_app(call);
}
