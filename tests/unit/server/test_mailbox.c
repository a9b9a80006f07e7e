/* test_mailbox.c: messages from several threads to one. Layer: tests. */
#include "server/edge/mailbox.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "../cmocka_all.h"

enum { THREADS = 4, LETTERS = 20000 };

typedef struct {
    mail mail;
    int thread, number;
} letter;

typedef struct {
    int next[THREADS], total;
} reader;

static int n_freed;

static void run(void *context, mail *self) {
    letter *l = (letter *)self;
    reader *r = context;
    if (r) {
        assert_int_equal(l->number, r->next[l->thread]);
        r->next[l->thread]++;
        r->total++;
    } else
        n_freed++;
    free(l);
}

static void post(mailbox *box, int thread, int number) {
    letter *l = malloc(sizeof *l);
    assert_non_null(l);
    *l = (letter){ { NULL, run }, thread, number };
    mailbox_post(box, &l->mail);
}

static mailbox box;

static void *post_many(void *thread) {
    for (int i = 0; i < LETTERS; i++)
        post(&box, (int)(intptr_t)thread, i);
    return NULL;
}

static void letters_of_each_thread_arrive_in_order_and_wake_the_reader(void **state) {
    (void)state;
    pthread_t threads[THREADS];
    reader r = { { 0 }, 0 };
    assert_int_equal(mailbox_open(&box), 0);
    for (intptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, post_many, (void *)i), 0);
    struct pollfd fd = { .fd = box.fd, .events = POLLIN };
    while (r.total < THREADS * LETTERS) {
        assert_int_equal(poll(&fd, 1, 10000), 1);
        mailbox_run(&box, &r);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(poll(&fd, 1, 0), 0);
    mailbox_close(&box);
}

static void what_was_never_run_is_freed(void **state) {
    (void)state;
    assert_int_equal(mailbox_open(&box), 0);
    for (int i = 0; i < 3; i++)
        post(&box, 0, i);
    n_freed = 0;
    mailbox_close(&box);
    assert_int_equal(n_freed, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_of_each_thread_arrive_in_order_and_wake_the_reader),
        cmocka_unit_test(what_was_never_run_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
