/* command.h: what an operator does from a shell while tcccd runs or stands: first passwords, pushes. Layer: server. */
#ifndef TCCC_SERVER_ADMIN_COMMAND_H
#define TCCC_SERVER_ADMIN_COMMAND_H

#include "base/log.h"

#include <stdbool.h>

/* Whether the first word of the command line (argv[1]) is such a command. */
bool command_is(const char *word);
/* Runs it: 0, 1 (it could not be done: a sentence is on stderr) or 2 (wrong words: the usage is on stderr). */
int command_run(int argc, char *argv[], const logger *log);
extern const char command_usage[];

#endif
