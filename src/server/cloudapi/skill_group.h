/* skill_group.h: rules for skill groups that several actions share. Layer: server. */
#ifndef TCCC_SERVER_CLOUDAPI_SKILL_GROUP_H
#define TCCC_SERVER_CLOUDAPI_SKILL_GROUP_H

#include "server/cloudapi/parameter.h"

/* The group that a parameter names, of this app; false: the call has failed. */
bool skill_group_find(const parameters *in, const char *name, int64_t app_id, int64_t id, store_group *group);
/* "TEL" or "IM", the documented old names of types; NULL: "TEL". */
const char *skill_group_kind(const store_group *group);

#endif
