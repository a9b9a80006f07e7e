/* wal.h: brings SQLite's write-ahead log to the disk, and into the database file, on a thread of its own. Layer: server.
 *
 * A commit with synchronous=NORMAL only writes its pages into the log, which survives the end of the process; a power cut it survives once the
 * log was synced. That is what this thread does, for all commits until then at once. It also checkpoints, which writes to the database
 * file and waits for the disk, with a connection of its own; readers and writers go on meanwhile (sqlite.org/wal.html, PASSIVE).
 */
#ifndef TCCC_SERVER_STORE_WAL_H
#define TCCC_SERVER_STORE_WAL_H

#include "base/log.h"

#include <stdbool.h>

typedef struct wal wal;

/* path: of the database. NULL: no memory, no thread, or the file cannot be opened once more. */
wal *wal_new(const char *path, const logger *log);
/* Syncs what has not been synced. NULL is allowed. */
void wal_free(wal *w);
/* After a commit, of which the log has so many pages now. synced: the commit itself has waited for the disk. */
void wal_wrote(wal *w, int pages, bool synced);
/* Everything that was written is on the disk. */
bool wal_is_settled(wal *w);
/* False for good once a sync has failed: then commits must wait for the disk themselves. */
bool wal_works(wal *w);

#endif
