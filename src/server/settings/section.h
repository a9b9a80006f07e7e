/* section.h: the table of settings: sections, their members with type, range and default; reading and writing by it. Layer: server.
 */
#ifndef TCCC_SERVER_SETTINGS_SECTION_H
#define TCCC_SERVER_SETTINGS_SECTION_H

#include "server/settings/settings.h"

enum { LIST_ITEMS_MAX = 200 };

typedef struct {                      /* all sections of one app; lists stay JSON */
    settings_phone phone;
    settings_online online;
    settings_omni omni;
    settings_recording recording;
    settings_push push;
    settings_asr asr;
} settings_of_app;

enum member_kind { MEMBER_BOOL, MEMBER_INT, MEMBER_ID, MEMBER_CHOICE, MEMBER_TEXT, MEMBER_URL, MEMBER_STREAM_URL /* ws and wss, too */, MEMBER_SECRET, MEMBER_LIST };

typedef struct {
    const char *name;
    enum member_kind kind;
    size_t offset;                    /* in settings_of_app */
    int64_t min, max;                 /* INT, ID; TEXT, URL, SECRET: max is the size of the array, LIST: most items */
    int64_t fallback;
    const char *const *choices;       /* CHOICE */
    const char *has;                  /* SECRET: name of the flag that tells whether there is one */
    void (*check_item)(json_reader *list, const char *name, const json_value *item);   /* LIST */
} settings_member;

typedef struct {
    const char *name;
    const settings_member *members;   /* ended by a name of NULL */
    /* What members must fulfil together; records a failure in `in`. */
    void (*check)(const settings_of_app *values, json_reader *in);
} settings_section;

extern const settings_section sections[]; /* ended by a name of NULL */

const settings_section *section_find(const char *name);
void section_set_defaults(const settings_section *s, settings_of_app *values);
/* Reads what `document` gives over *values. Failures are recorded in `in`, a reader of the document. */
void section_read(const settings_section *s, json_reader *in, settings_of_app *values);
/* Records a member that the section does not have. */
void section_check_names(const settings_section *s, json_reader *in);
/* Tells every mistake of a document as a file gives it: the value that is wrong, and a sentence that names the member. */
typedef void (section_told)(void *ctx, int error, const json_value *at, const char *sentence);
void section_check_all(const settings_section *s, const json_value *document, section_told *told, void *ctx);
/* The whole section as an object; lists come from `document` (may be NULL). Secrets are left out. */
void section_write(const settings_section *s, const settings_of_app *values, const json_value *document, json_writer *out);
/* The document to store: members of `change` over those of `old` (may be NULL). */
void section_merge(const settings_section *s, const json_value *old, const json_value *change, json_writer *out);

#endif
