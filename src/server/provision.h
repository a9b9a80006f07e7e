/* provision.h: writes the configuration's "instances" into the store at start. Layer: server. */
#ifndef TCCC_SERVER_PROVISION_H
#define TCCC_SERVER_PROVISION_H

#include "base/json.h"
#include "server/mistakes.h"
#include "server/store/store.h"

/* 0, or with a sentence that names the member in err: ARG_*, NOT_FOUND, IO. After a failure close the store: nothing of it
 * has been written. */
int provision(store *db, const json_value *instances, const char *realm, char *err, size_t err_cap);
/* Tries all of it on an empty store that is thrown away afterwards, and adds every mistake. */
void provision_check(store *db, const json_value *instances, const char *realm, mistakes *found);

#endif
