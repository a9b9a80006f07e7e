/* mailbox.h: messages to a thread, run there in the order they were posted. Layer: server.
 *
 * Any thread posts, one thread runs. Lock-free: posting is one exchange loop on a list head, and a write to the eventfd
 * only when the box was empty. Grows with what is posted: who posts on behalf of a peer bounds it (see edge_loop.h).
 */
#ifndef TCCC_SERVER_MAILBOX_H
#define TCCC_SERVER_MAILBOX_H

#include <stdatomic.h>
#include <stddef.h>

/* First member of every message. `run` is called once, on the receiving thread, and frees the message and what it
 * owns; with a NULL context it only frees, because the receiver is gone. */
typedef struct mail {
    struct mail *next;
    void (*run)(void *context, struct mail *self);
} mail;

typedef struct {
    _Atomic(mail *) newest;
    int fd;                          /* eventfd, readable while there is mail */
} mailbox;

/* 0, or TCCC_E_IO when the process has no file descriptors left. */
int mailbox_open(mailbox *box);
/* Frees what was never run. No thread may post any more. */
void mailbox_close(mailbox *box);
/* Takes ownership. */
void mailbox_post(mailbox *box, mail *message);
/* Runs all messages that are there now. Number run. */
int mailbox_run(mailbox *box, void *context);

#endif
