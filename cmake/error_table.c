/* error_table.c: prints the error table of include/tccc/error.h as JSON or as docs/errors.md. Layer: build.
 * Usage: error_table json|markdown */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "tccc/error.h"

typedef struct {
    int value;
    const char *name, *sentence, *remedy;
} error_row;

static const error_row rows[] = {
#define ERROR_ROW(name, value, sentence, remedy) { (value), #name, (sentence), (remedy) },
    TCCC_ERRORS(ERROR_ROW)
#undef ERROR_ROW
};
#define N_ROWS (sizeof rows / sizeof rows[0])

static int print_json(void) {
    static char text[65536];
    json_writer out = json_write(text, sizeof text);
    json_open_array(&out, NULL);
    for (size_t i = 0; i < N_ROWS; i++) {
        json_open_object(&out, NULL);
        json_put_string(&out, "name", rows[i].name);
        json_put_integer(&out, "value", rows[i].value);
        json_put_string(&out, "sentence", rows[i].sentence);
        json_put_string(&out, "remedy", rows[i].remedy);
        json_close(&out);
    }
    json_close(&out);
    if (json_finish(&out) < 0) return 1;
    puts(text);
    return 0;
}

/* Table cells: a bar and an angle bracket would be read as markup. */
static void print_cell(const char *text) {
    putchar(' ');
    for (; *text; text++) {
        if (strchr("|<>", *text)) putchar('\\');
        putchar(*text);
    }
    fputs(" |", stdout);
}

static int print_markdown(void) {
    puts("# Errors\n\n"
         "Generated from include/tccc/error.h by `make docs`; do not edit.\n\n"
         "A rejected promise is an `Error` with `status` \"error\", `code` (the name), `errorMsg` and `remedy`. C functions\n"
         "return the value. On the wire an error is `{code, message, remedy}`.\n\n"
         "| name | value | what happened | what to do |\n| --- | --- | --- | --- |");
    for (size_t i = 0; i < N_ROWS; i++) {
        printf("| `%s` | %d |", rows[i].name, rows[i].value);
        print_cell(rows[i].sentence);
        print_cell(rows[i].remedy);
        putchar('\n');
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "json") == 0) return print_json();
    if (argc == 2 && strcmp(argv[1], "markdown") == 0) return print_markdown();
    fputs("usage: error_table json|markdown\n", stderr);
    return 2;
}
