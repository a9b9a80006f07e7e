/* mailbox.c: messages to a thread, run there in the order they were posted. Layer: server. */
#include "mailbox.h"

#include "tccc/error.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int mailbox_open(mailbox *box) {
    atomic_init(&box->newest, NULL);
    box->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return box->fd < 0 ? TCCC_E_IO : 0;
}

static mail *oldest_first(mail *newest) {
    mail *oldest = NULL;
    while (newest) {
        mail *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

void mailbox_post(mailbox *box, mail *message) {
    mail *head = atomic_load_explicit(&box->newest, memory_order_relaxed);
    do
        message->next = head;
    while (!atomic_compare_exchange_weak_explicit(&box->newest, &head, message, memory_order_release,
                                                  memory_order_relaxed));
    if (!head) {
        uint64_t one = 1;
        ssize_t written = write(box->fd, &one, sizeof one); /* fails only when the counter is full: then it is readable */
        (void)written;
    }
}

int mailbox_run(mailbox *box, void *context) {
    uint64_t count;
    ssize_t got = read(box->fd, &count, sizeof count); /* before the exchange, so that no wake-up is lost */
    (void)got;
    int n = 0;
    mail *message = oldest_first(atomic_exchange_explicit(&box->newest, NULL, memory_order_acquire));
    while (message) {
        mail *next = message->next;
        message->run(context, message);
        message = next;
        n++;
    }
    return n;
}

void mailbox_close(mailbox *box) {
    mailbox_run(box, NULL);
    close(box->fd);
}
