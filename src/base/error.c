/* error.c: names, sentences and remedies of the errors. Layer: base. Source: include/tccc/error.h. */
#include "tccc/error.h"

typedef struct {
    int value;
    const char *name, *sentence, *remedy;
} error_text;

/* In pages the texts are in tccc.js (js/src/errors.js), from the same table: core.wasm is built with the names alone. */
static const error_text error_texts[] = {
#ifdef TCCC_ERROR_NAMES_ONLY
#define ERROR_TEXT(name, value, sentence, remedy) { (value), #name, "", "" },
#else
#define ERROR_TEXT(name, value, sentence, remedy) { (value), #name, (sentence), (remedy) },
#endif
    TCCC_ERRORS(ERROR_TEXT)
#undef ERROR_TEXT
};

static const error_text *error_find(int error) {
    static const error_text none = { 0, "UNKNOWN", "The error is not known.", "Report it with the log." };
    for (unsigned i = 0; i < sizeof error_texts / sizeof error_texts[0]; i++)
        if (error_texts[i].value == error) return &error_texts[i];
    return &none;
}

const char *tccc_error_name(int error) { return error_find(error)->name; }
const char *tccc_error_sentence(int error) { return error_find(error)->sentence; }
const char *tccc_error_remedy(int error) { return error_find(error)->remedy; }
