/* journal.h: a file of lines that are needed until they have been dealt with. Layer: server.
 *
 * The file exists while there are lines in it. A line counts when it ends with a line end, which is written and brought to the disk
 * with it; what follows the last line end is the rest of a write that a crash cut off. */
#ifndef TCCC_SERVER_STORE_JOURNAL_H
#define TCCC_SERVER_STORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct {
    char path[512];                   /* "": there is no journal */
    int fd;                           /* below 0: no file */
    off_t end;
} journal;

/* Opens the file if it is there and tells each line's place. 0, or IO (errno), TOO_LARGE (path), NO_MEMORY. */
int journal_open(journal *j, const char *path, bool (*each)(void *ctx, off_t at, size_t length), void *ctx);
void journal_close(journal *j);       /* the file stays */
/* Writes a line that ends with a line end; when it returns 0 the line survives a crash. Else IO and nothing is written. */
int journal_append(journal *j, const char *line, size_t length, off_t *place);
/* The line, malloc'ed; NULL: it cannot be read. */
char *journal_read(const journal *j, off_t at, size_t length);
/* Every line has been dealt with: removes the file. */
void journal_clear(journal *j);
/* Writes a line that cannot be dealt with into a file beside it, "<path>.refused". 0 or IO. */
int journal_set_aside(const journal *j, const char *line, size_t length);

#endif
