/* form.h: parameters of a form ("Staffs.0.Name=Ann") as the JSON that they stand for. Layer: server. */
#ifndef TCCC_SERVER_CLOUDAPI_FORM_H
#define TCCC_SERVER_CLOUDAPI_FORM_H

#include "base/json.h"
#include "server/cloudapi/query.h"

/* An object whose leaves are strings; the common parameters (Action, Signature, ...) are left out. The caller frees it with
 * json_free. NULL: a name is deeper than 8, an index leaves a gap, a name is both leaf and branch, or no memory. */
json_value *form_tree(const query *q);

#endif
