/* shelf.h: a folder of files that can be made again, kept below a size. Layer: server. Any thread. */
#ifndef TCCC_SERVER_IVR_SHELF_H
#define TCCC_SERVER_IVR_SHELF_H

#include <stdint.h>

/* Makes the folder and those above it. 0 or IO (errno is set). */
int shelf_make(const char *folder);
/* Deletes *.tmp: what was being written when the server stopped. */
void shelf_sweep(const char *folder);
/* Deletes the files that were not used for the longest time, until all together have at most `max` bytes. What is left, in bytes. */
int64_t shelf_trim(const char *folder, int64_t max);

#endif
