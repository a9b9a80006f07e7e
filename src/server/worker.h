/* worker.h: work that would hold the control thread up (processes, files, encoders), on a few threads. Layer: server. */
#ifndef TCCC_SERVER_WORKER_H
#define TCCC_SERVER_WORKER_H

typedef struct workers workers;

/* On the control thread, whose libre loop carries the results. NULL: no memory, no thread. */
workers *workers_new(int n_threads);
/* Waits for running work; what has not begun is given back by done() with started 0. */
void workers_free(workers *pool);
/* run(arg) on a worker's thread, then done(arg, 1) on the control thread, in the order the work was finished. run must not
 * touch anything of the control thread. 0, LIMIT (10,000 wait) or NO_MEMORY (nothing will be called). */
int workers_do(workers *pool, void (*run)(void *arg), void (*done)(void *arg, int started), void *arg);

#endif
