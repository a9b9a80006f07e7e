/* form.c: dotted names to nested objects and arrays. Layer: server. */
#include "server/cloudapi/form.h"

#include <cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 8, NAME_MAX_BYTES = 256, INDEX_MAX = 1000 };

static const char *const common[] = { "Action", "Version", "Region", "Timestamp", "Nonce", "SecretId", "Signature",
                                      "SignatureMethod", "Token", "Language", "RequestClient", NULL };

static bool is_common(const char *name) {
    for (int i = 0; common[i]; i++)
        if (strcmp(name, common[i]) == 0) return true;
    return false;
}

static bool is_index(const char *step) {
    return *step && strspn(step, "0123456789") == strlen(step) && strlen(step) < 5;
}

static cJSON *child(const cJSON *parent, const char *step) {
    if (cJSON_IsArray(parent)) return is_index(step) ? cJSON_GetArrayItem(parent, atoi(step)) : NULL;
    return cJSON_GetObjectItemCaseSensitive(parent, step);
}

/* Adds `value`, which it owns from here on. */
static bool add(cJSON *parent, const char *step, cJSON *value) {
    bool good = value != NULL;
    if (good && cJSON_IsArray(parent))
        good = is_index(step) && atoi(step) == cJSON_GetArraySize(parent) && atoi(step) < INDEX_MAX && cJSON_AddItemToArray(parent, value);
    else if (good)
        good = cJSON_IsObject(parent) && cJSON_AddItemToObject(parent, step, value);
    if (!good) cJSON_Delete(value);
    return good;
}

static bool place(cJSON *root, const char *name, const char *text) {
    char path[NAME_MAX_BYTES], *rest = path;
    cJSON *at = root;
    if (strlen(name) >= sizeof path) return false;
    strcpy(path, name);
    char *step = strsep(&rest, ".");
    for (int depth = 0; rest; depth++) {
        char *next = strsep(&rest, ".");
        cJSON *inner = child(at, step);
        if (depth == DEPTH_MAX) return false;
        if (!inner) {
            if (!add(at, step, is_index(next) ? cJSON_CreateArray() : cJSON_CreateObject())) return false;
            inner = child(at, step);
        }
        at = inner;
        step = next;
    }
    return !child(at, step) && add(at, step, cJSON_CreateString(text));
}

/* Sorting by bytes puts "a.10" before "a.2": indexes are placed in rounds, until nothing more fits. */
json_value *form_tree(const query *q) {
    bool done[QUERY_PAIRS_MAX] = { false }, progress = true;
    int left = q->n;
    cJSON *root = cJSON_CreateObject();
    while (root && left && progress) {
        progress = false;
        for (int i = 0; i < q->n; i++) {
            if (done[i] || !(is_common(q->pairs[i].name) || place(root, q->pairs[i].name, q->pairs[i].value))) continue;
            done[i] = progress = true;
            left--;
        }
    }
    if (left == 0) return root;
    cJSON_Delete(root);
    return NULL;
}
