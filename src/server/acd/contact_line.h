/* contact_line.h: contacts that wait in one line, the oldest first. Layer: server. Sans-IO. */
#ifndef TCCC_SERVER_ACD_CONTACT_LINE_H
#define TCCC_SERVER_ACD_CONTACT_LINE_H

#include "server/acd/dispatch.h"

typedef struct {                     /* zeroed: empty */
    const dispatch_contact **items;  /* [head, head + n) are in use: whoever leaves at the front moves nobody */
    int head, n, capacity;
} contact_line;

void contact_line_free(contact_line *line);
/* At its place by age; most come last. The contact must stay where it is in memory. 0 or NO_MEMORY. */
int contact_line_put(contact_line *line, const dispatch_contact *contact);
void contact_line_take(contact_line *line, const dispatch_contact *contact);
/* The place of a contact that is in the line: 0 first. */
int contact_line_rank(const contact_line *line, const dispatch_contact *contact);
/* place: 0 to n - 1. */
const dispatch_contact *contact_line_at(const contact_line *line, int place);

#endif
