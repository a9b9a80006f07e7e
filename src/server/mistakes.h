/* mistakes.h: what is wrong in a configuration file: every mistake with its line. Layer: server. */
#ifndef TCCC_SERVER_MISTAKES_H
#define TCCC_SERVER_MISTAKES_H

#include "base/json.h"

#include <stdio.h>

#define MISTAKES_MAX 50             /* further ones are only counted */

typedef struct {
    const json_value *at;           /* the value that is wrong; NULL: no value of the file */
    int error, line;                /* TCCC_E_*; line 0: not known */
    char sentence[420];
} mistake;

typedef struct {
    int n, n_more;
    mistake list[MISTAKES_MAX];
} mistakes;

/* One place is told of once: a second mistake of the same value is left out, and so is the same sentence about the same object.
 * With at_member that is not NULL the value is that member of `at`, when it is there. */
void mistakes_add(mistakes *m, int error, const json_value *at, const char *at_member, const char *sentence);
/* Whether the value or one of its own members is among them. */
bool mistakes_concern(const mistakes *m, const json_value *value);
/* Finds the lines in the text that the tree was read from, and puts the mistakes in their order. */
void mistakes_order(mistakes *m, const char *text, size_t length, const json_value *tree);
/* One line each: "file:line: sentence". */
void mistakes_print(const mistakes *m, const char *name, FILE *to);
/* The first of them, with the number of the others. */
void mistakes_first(const mistakes *m, const char *name, char *text, size_t capacity);

#endif
