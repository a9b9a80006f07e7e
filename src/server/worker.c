/* worker.c: a queue, its threads, and the way back through libre's message queue. Layer: server. */
#include "server/worker.h"

#include "server/libre.h"
#include "tccc/error.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

enum { WAITING_MAX = 10000, THREADS_MAX = 16 };

typedef struct job {
    struct job *next;
    void (*run)(void *arg);
    void (*done)(void *arg, int started);
    void *arg;
} job;

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    job *first, **last;
    job *finished, **last_finished;
    int n_waiting, n_threads;
    bool stopping;
    struct mqueue *bell;             /* rings the control thread */
    pthread_t threads[THREADS_MAX];
};

static job *take(workers *pool) {
    pthread_mutex_lock(&pool->lock);
    while (!pool->first && !pool->stopping)
        pthread_cond_wait(&pool->wake, &pool->lock);
    job *j = pool->stopping ? NULL : pool->first;
    if (j) {
        pool->first = j->next;
        if (!pool->first)
            pool->last = &pool->first;
        pool->n_waiting--;
    }
    pthread_mutex_unlock(&pool->lock);
    return j;
}

static void give_back(workers *pool, job *j) {
    j->next = NULL;
    pthread_mutex_lock(&pool->lock);
    bool ring = !pool->finished; /* else it has been rung already */
    *pool->last_finished = j;
    pool->last_finished = &j->next;
    pthread_mutex_unlock(&pool->lock);
    if (ring)
        (void)mqueue_push(pool->bell, 0, NULL);
}

static void *work(void *arg) {
    workers *pool = arg;
    for (job *j; (j = take(pool));) {
        j->run(j->arg);
        give_back(pool, j);
    }
    return NULL;
}

static void finish(job *first, int started) {
    while (first) {
        job *j = first;
        first = j->next;
        j->done(j->arg, started);
        free(j);
    }
}

static void collect(workers *pool) {
    pthread_mutex_lock(&pool->lock);
    job *first = pool->finished;
    pool->finished = NULL;
    pool->last_finished = &pool->finished;
    pthread_mutex_unlock(&pool->lock);
    finish(first, 1);
}

static void on_bell(int id, void *data, void *arg) {
    (void)id;
    (void)data;
    collect(arg);
}

workers *workers_new(int n_threads) {
    workers *pool = calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    pool->last = &pool->first;
    pool->last_finished = &pool->finished;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    if (mqueue_alloc(&pool->bell, on_bell, pool)) {
        workers_free(pool);
        return NULL;
    }
    while (pool->n_threads < n_threads && pool->n_threads < THREADS_MAX) {
        if (pthread_create(&pool->threads[pool->n_threads], NULL, work, pool)) {
            workers_free(pool);
            return NULL;
        }
        pool->n_threads++;
    }
    return pool;
}

void workers_free(workers *pool) {
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->n_threads; i++)
        pthread_join(pool->threads[i], NULL);
    mem_deref(pool->bell);
    collect(pool);
    finish(pool->first, 0);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

int workers_do(workers *pool, void (*run)(void *arg), void (*done)(void *arg, int started), void *arg) {
    job *j = malloc(sizeof *j);
    if (!j)
        return TCCC_E_NO_MEMORY;
    *j = (job){ NULL, run, done, arg };
    pthread_mutex_lock(&pool->lock);
    bool full = pool->n_waiting == WAITING_MAX;
    if (!full) {
        *pool->last = j;
        pool->last = &j->next;
        pool->n_waiting++;
        pthread_cond_signal(&pool->wake);
    }
    pthread_mutex_unlock(&pool->lock);
    if (!full)
        return 0;
    free(j);
    return TCCC_E_LIMIT;
}
