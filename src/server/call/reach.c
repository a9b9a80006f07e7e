/* reach.c: by which way an agent is reached. Layer: server. */
#include "server/call/reach.h"

static bool may_forward(const reach_facts *f) { return f->forwarded < REACH_FORWARDS_MAX; }

enum reach_way reach_choose(const reach_facts *f) {
    if (f->forward == STAFF_FORWARD_ALWAYS && may_forward(f))
        return REACH_FORWARD;
    if (f->mobile && f->mobile_accept == STAFF_MOBILE_ALWAYS)
        return REACH_MOBILE;
    if (f->page)
        return REACH_PAGE;
    if (f->extension)
        return REACH_EXTENSION;
    return f->mobile && f->mobile_accept == STAFF_MOBILE_WHEN_OFFLINE ? REACH_MOBILE : REACH_NOWHERE;
}

bool reach_forwards(const reach_facts *f, enum reach_failure failure) {
    if (!may_forward(f) || f->forward == STAFF_FORWARD_OFF)
        return false;
    return f->forward == STAFF_FORWARD_ALWAYS || failure == REACH_BUSY || failure == REACH_LATE;
}

const char *reach_way_name(enum reach_way way) {
    static const char *const names[] = { "forward", "mobile", "page", "extension", "nowhere" };
    return names[way];
}
