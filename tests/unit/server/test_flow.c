/* test_flow.c: documents of flows: what is taken, what is refused and with which sentence. Rows IVR-015 to IVR-037. Layer: tests. */
#include "../cmocka_all.h"

#include "server/ivr/flow.h"
#include "server/store/flow.h"

#include <cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two modules around the one under test. */
#define AROUND(module) "{\"start\":\"m\",\"modules\":[" module ",{\"id\":\"bye\",\"type\":\"end\"}]}"
#define HI "{\"text\":\"hi\"}"
#define PLAY(id, next) "{\"id\":\"" id "\",\"type\":\"play\",\"sound\":" HI ",\"next\":\"" next "\"}"
#define BRANCH(id, more) "{\"id\":\"" id "\",\"type\":\"branch\",\"prompt\":" HI more "}"
#define TRANSFER(more) "{\"id\":\"m\",\"type\":\"transferToHuman\",\"noAgent\":\"bye\",\"queueOver\":\"bye\",\"next\":\"bye\"" more "}"
#define ONE ",\"branches\":[{\"key\":\"1\",\"name\":\"one\",\"next\":\"bye\"}]"
#define HOURS(more) "{\"id\":\"m\",\"type\":\"hours\",\"timeZone\":\"UTC\",\"weekly\":[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"18:00\"}],\"next\":\"bye\"" more "}"
#define END "{\"id\":\"bye\",\"type\":\"end\"}"

static flow *parse(const char *json, char sentence[FLOW_SENTENCE_MAX]) {
    size_t length = strlen(json);
    char *exact = malloc(length ? length : 1); /* without its NUL: the sanitizer sees a byte too many */
    memcpy(exact, json, length);
    flow *f = flow_parse(exact, length, sentence);
    free(exact);
    return f;
}

static void modules_are_taken(void **state) {
    static const char *const documents[] = {
        "{\"start\":\"bye\",\"modules\":[" END "]}",
        AROUND("{\"id\":\"m\",\"type\":\"start\",\"label\":\"Start\",\"x\":-10,\"y\":20,\"next\":\"bye\"}"),
        AROUND("{\"id\":\"m\",\"type\":\"play\",\"sound\":{\"soundId\":3},\"interruptible\":true,\"next\":\"bye\"}"),
        AROUND(BRANCH("m", ONE)),
        AROUND(HOURS(",\"closed\":\"bye\",\"exceptions\":[{\"date\":\"2026-10-01\"}]")),
        AROUND(BRANCH("m", ",\"timeoutSound\":" HI ",\"errorSound\":" HI ",\"maxErrors\":0,\"timeoutSeconds\":60,\"failed\":\"bye\"" ONE)),
        AROUND(TRANSFER(",\"group\":9007199254740991")),
        AROUND(TRANSFER(",\"group\":1,\"sound\":{\"text\":\"${WaitNo} \\u2014 ${StaffNo}\"},\"music\":{\"soundId\":2},\"connectedSound\":" HI
                        ",\"leaveKey\":\"*\",\"leave\":\"bye\"")),
        AROUND("{\"id\":\"m\",\"type\":\"voicemail\",\"prompt\":" HI ",\"maxSeconds\":600,\"silenceSeconds\":0,\"stopKey\":\"\",\"next\":\"bye\"}"),
        AROUND("{\"id\":\"m\",\"type\":\"rating\",\"prompt\":" HI ",\"keys\":[{\"key\":\"#\",\"label\":\"\\u6ee1\\u610f\"}],\"thanksSound\":" HI ",\"replySeconds\":86400,\"next\":\"bye\"}"),
        "{\"start\":\"bye\",\"modules\":[{\"id\":\"bye\",\"type\":\"end\",\"replySeconds\":1,\"timeoutSound\":" HI ",\"closingSound\":{\"soundId\":3}}]}",
        "{\"start\":\"a\",\"modules\":[" PLAY("a", "r") ",{\"id\":\"r\",\"type\":\"return\"}]}",
        /* back to the menu by a key: the caller's choice */
        "{\"start\":\"m\",\"modules\":[" BRANCH("m", ",\"branches\":[{\"key\":\"1\",\"name\":\"again\",\"next\":\"p\"},{\"key\":\"2\",\"name\":\"go\",\"next\":\"bye\"}]") ","
            PLAY("p", "m") "," END "]}",
    };
    char sentence[FLOW_SENTENCE_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        flow *f = parse(documents[i], sentence);
        assert_string_equal(sentence, "");
        assert_non_null(f);
        flow_drop(f);
    }
}

static const struct {
    const char *json, *sentence;
} refused[] = {
    { "", "The flow is not JSON (RFC 8259) in UTF-8. Check quotes, commas and brackets." },
    { "{\"start\":\"\xff\"}", "The flow is not JSON (RFC 8259) in UTF-8. Check quotes, commas and brackets." },
    { "[]", "The flow must be a JSON object with start and modules." },
    { "{\"start\":\"a\"}", "modules must be a list of 1 to 200 modules." },
    { "{\"start\":\"a\",\"modules\":[]}", "modules must be a list of 1 to 200 modules." },
    { "{\"modules\":[" END "]}", "start is missing. Set it." },
    { "{\"start\":\"bye\",\"modules\":[" END "],\"version\":1}", "version is not known here. Take it out, or see docs/ivr.md for its name." },
    { "{\"start\":\"bye\",\"start\":\"bye\",\"modules\":[" END "]}", "start is given twice. Leave one of them." },
    { "{\"start\":\"x\",\"modules\":[" END "]}", "start: there is no module of that id. Name the module that the call begins at." },
    { "{\"start\":\"bye\",\"modules\":[7]}", "modules[0]: each module must be an object." },
    { "{\"start\":\"bye\",\"modules\":[{\"type\":\"end\"}]}", "modules[0]: id is missing." },
    { "{\"start\":\"bye\",\"modules\":[{\"id\":\"a b\",\"type\":\"end\"}]}", "modules[0]: id may have letters, digits, '_', '-' and '.' only." },
    { "{\"start\":\"bye\",\"modules\":[{\"id\":\"bye\",\"type\":\"hangup\"}]}",
      "Module bye: type must be start, play, branch, transferToHuman, voicemail, rating, hours, return or end." },
    { "{\"start\":\"bye\",\"modules\":[" END "," END "]}", "Module bye: id is taken by another module. Give each its own." },
    { "{\"start\":\"bye\",\"modules\":[{\"id\":\"bye\",\"type\":\"end\",\"sound\":" HI "}]}",
      "Module bye: sound is not known here. Take it out, or see docs/ivr.md for its name." },
    { "{\"start\":\"bye\",\"modules\":[{\"id\":\"bye\",\"type\":\"end\",\"x\":0.5}]}", "Module bye: x must be a whole number from -1000000 to 1000000." },
    { "{\"start\":\"bye\",\"modules\":[{\"id\":\"bye\",\"type\":\"end\",\"\\n\":1}]}",
      "Module bye: a member with an odd name is not known here. Take it out, or see docs/ivr.md for its name." },
    { "{\"start\":\"a\",\"modules\":[" PLAY("a", "s") ",{\"id\":\"s\",\"type\":\"start\",\"next\":\"bye\"}," END "]}",
      "start: the document has another module of type start. Name it here, and keep only one." },
    { AROUND("{\"id\":\"m\",\"type\":\"play\",\"next\":\"bye\"}"), "Module m: sound is missing. Set it." },
    { AROUND("{\"id\":\"m\",\"type\":\"play\",\"sound\":\"hi\",\"next\":\"bye\"}"), "Module m: sound must be {\"text\": ...} or {\"soundId\": ...}." },
    { AROUND("{\"id\":\"m\",\"type\":\"play\",\"sound\":{},\"next\":\"bye\"}"), "Module m: sound must have either text or soundId. Keep one of them." },
    { AROUND("{\"id\":\"m\",\"type\":\"play\",\"sound\":{\"text\":\"a\",\"soundId\":1},\"next\":\"bye\"}"),
      "Module m: sound must have either text or soundId. Keep one of them." },
    { AROUND("{\"id\":\"m\",\"type\":\"play\",\"sound\":{\"text\":\" \\n\"},\"next\":\"bye\"}"),
      "Module m: sound has nothing to play. Write a text, or choose a sound." },
    { AROUND("{\"id\":\"m\",\"type\":\"play\",\"sound\":{\"soundId\":0},\"next\":\"bye\"}"),
      "Module m: sound.soundId must be a whole number from 1 to 9007199254740991." },
    { AROUND("{\"id\":\"m\",\"type\":\"play\",\"sound\":{\"file\":\"/etc/passwd\"},\"next\":\"bye\"}"),
      "Module m: sound.file is not known here. Take it out, or see docs/ivr.md for its name." },
    { AROUND("{\"id\":\"m\",\"type\":\"play\",\"sound\":{\"text\":\"${Name}\"},\"next\":\"bye\"}"),
      "Module m: sound.text has a ${...} that is not known. Use ${WaitNo}, ${StaffNo} or ${var.Name}." },
    { AROUND("{\"id\":\"m\",\"type\":\"play\",\"sound\":" HI ",\"interruptible\":1,\"next\":\"bye\"}"), "Module m: interruptible must be true or false." },
    { AROUND("{\"id\":\"m\",\"type\":\"play\",\"sound\":" HI "}"), "Module m: next is missing. Set it." },
    { AROUND("{\"id\":\"m\",\"type\":\"play\",\"sound\":" HI ",\"next\":\"nowhere\"}"),
      "Module m: next leads to nowhere, which does not exist. Connect it to a module of this flow." },
    { AROUND("{\"id\":\"m\",\"type\":\"play\",\"sound\":" HI ",\"next\":\"\\u0007\"}"),
      "Module m: next leads somewhere, which does not exist. Connect it to a module of this flow." },
    { AROUND(BRANCH("m", "")), "Module m: branches is missing. Set it." },
    { AROUND(BRANCH("m", ",\"branches\":[]")), "Module m: branches must be a list of 1 to 12 keys." },
    { AROUND(BRANCH("m", ",\"branches\":[1]")), "Module m: branches must hold objects only." },
    { AROUND(BRANCH("m", ",\"branches\":[{\"key\":\"1\",\"next\":\"bye\"}]")), "Module m: branches[0].name is missing. Set it." },
    { AROUND(BRANCH("m", ",\"branches\":[{\"key\":\"12\",\"name\":\"a\",\"next\":\"bye\"}]")),
      "Module m: branches[0].key must be one key: 0 to 9, *, # or A to D." },
    { AROUND(BRANCH("m", ",\"branches\":[{\"key\":\"1\",\"name\":\"a\",\"next\":\"bye\"},{\"key\":\"1\",\"name\":\"b\",\"next\":\"bye\"}]")),
      "Module m: branches[1].key is taken by another choice of this module. Give each its own key." },
    { AROUND(BRANCH("m", ",\"branches\":[{\"key\":\"1\",\"name\":\"a\",\"next\":\"x\"}]")),
      "Module m: branches[0].next leads to x, which does not exist. Connect it to a module of this flow." },
    { AROUND(BRANCH("m", ",\"maxErrors\":11" ONE)), "Module m: maxErrors must be a whole number from 0 to 10." },
    { AROUND(BRANCH("m", ",\"timeoutSeconds\":0" ONE)), "Module m: timeoutSeconds must be a whole number from 1 to 60." },
    { AROUND(BRANCH("m", ",\"timeoutSeconds\":\"5\"" ONE)), "Module m: timeoutSeconds must be a whole number from 1 to 60." },
    { AROUND(BRANCH("m", ",\"replySeconds\":0" ONE)), "Module m: replySeconds must be a whole number from 1 to 86400." },
    { "{\"start\":\"bye\",\"modules\":[{\"id\":\"bye\",\"type\":\"end\",\"replySeconds\":86401}]}", "Module bye: replySeconds must be a whole number from 1 to 86400." },
    { AROUND(TRANSFER(",\"group\":1,\"replySeconds\":60")), "Module m: replySeconds is not known here. Take it out, or see docs/ivr.md for its name." },
    { AROUND(HOURS("")), "Module m: closed is missing. Set it." },
    { AROUND(HOURS(",\"closed\":\"x\"")), "Module m: closed leads to x, which does not exist. Connect it to a module of this flow." },
    { AROUND(HOURS(",\"closed\":\"bye\",\"exceptions\":[{\"date\":\"tomorrow\"}]")),
      "Module m: exceptions[0] must have a date such as \"2026-10-01\", and from and to unless it is closed all day." },
    { AROUND(HOURS(",\"closed\":\"m\"")), "Module m: leads back to m without a key of the caller, so that the call might never end."
      " Put a branch between them, or connect it to an end." },
    { AROUND(TRANSFER("")), "Module m: group is missing. Set it." },
    { AROUND(TRANSFER(",\"group\":null")), "Module m: group is missing. Set it." },
    { AROUND(TRANSFER(",\"group\":-1")), "Module m: group must be a whole number from 1 to 9007199254740991." },
    { AROUND(TRANSFER(",\"group\":1,\"leaveKey\":\"*\"")), "Module m: leaveKey and leave belong together. Set both, or neither." },
    { AROUND(TRANSFER(",\"group\":1,\"leave\":\"bye\"")), "Module m: leaveKey and leave belong together. Set both, or neither." },
    { AROUND(TRANSFER(",\"group\":1,\"leaveKey\":\"x\",\"leave\":\"bye\"")), "Module m: leaveKey must be one key: 0 to 9, *, # or A to D." },
    { AROUND("{\"id\":\"m\",\"type\":\"transferToHuman\",\"group\":1,\"next\":\"bye\",\"queueOver\":\"bye\"}"), "Module m: noAgent is missing. Set it." },
    { AROUND("{\"id\":\"m\",\"type\":\"voicemail\",\"prompt\":" HI ",\"maxSeconds\":601,\"next\":\"bye\"}"),
      "Module m: maxSeconds must be a whole number from 5 to 600." },
    { AROUND("{\"id\":\"m\",\"type\":\"voicemail\",\"prompt\":" HI ",\"stopKey\":\"E\",\"next\":\"bye\"}"),
      "Module m: stopKey must be one key: 0 to 9, *, # or A to D." },
    { AROUND("{\"id\":\"m\",\"type\":\"rating\",\"prompt\":" HI ",\"keys\":[{\"key\":\"1\",\"label\":\"a\",\"next\":\"bye\"}],\"next\":\"bye\"}"),
      "Module m: keys[0].next is not known here. Take it out, or see docs/ivr.md for its name." },
    /* IVR-035 */
    { "{\"start\":\"bye\",\"modules\":[" END "," PLAY("lost", "bye") "]}",
      "Module lost: no way leads to it. Connect it to a module before it, or delete it." },
    { "{\"start\":\"a\",\"modules\":[" BRANCH("a", ",\"branches\":[{\"key\":\"1\",\"name\":\"x\",\"next\":\"a\"}]") "]}",
      "Module a: no way from it reaches an end. Connect it, or one behind it, to a module of type end." },
    { "{\"start\":\"a\",\"modules\":[" BRANCH("a", ",\"branches\":[{\"key\":\"1\",\"name\":\"x\",\"next\":\"b\"},{\"key\":\"2\",\"name\":\"y\",\"next\":\"bye\"}]") ","
          PLAY("b", "c") "," PLAY("c", "b") "," END "]}",
      "Module b: no way from it reaches an end. Connect it, or one behind it, to a module of type end." },
    /* a caller who never presses a key would go round for good */
    { "{\"start\":\"a\",\"modules\":[" PLAY("a", "m") "," BRANCH("m", ONE ",\"failed\":\"a\"") "," END "]}",
      "Module m: leads back to a without a key of the caller, so that the call might never end. Put a branch between them, or connect it to an end." },
    { "{\"start\":\"m\",\"modules\":[{\"id\":\"m\",\"type\":\"transferToHuman\",\"group\":1,\"noAgent\":\"m\",\"queueOver\":\"bye\",\"next\":\"bye\"}," END "]}",
      "Module m: leads back to m without a key of the caller, so that the call might never end. Put a branch between them, or connect it to an end." },
};

static void what_is_wrong_is_refused_with_a_sentence(void **state) {
    char sentence[FLOW_SENTENCE_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        flow *f = parse(refused[i].json, sentence);
        assert_string_equal(sentence, refused[i].sentence);
        assert_null(f);
    }
}

static char *repeat(const char *before, const char *each, int times, const char *after) {
    char *text = malloc(strlen(before) + (size_t)times * (strlen(each) + 8) + strlen(after) + 1), *at = text;
    assert_non_null(text);
    at += sprintf(at, "%s", before);
    for (int i = 0; i < times; i++) at += sprintf(at, each, i);
    strcpy(at, after);
    return text;
}

static void sizes_are_bounded(void **state) {
    char sentence[FLOW_SENTENCE_MAX];
    (void)state;
    char *ids = repeat("{\"start\":\"m0\",\"modules\":[" END, ",{\"id\":\"m%d\",\"type\":\"end\"}", 200, "]}");
    assert_null(parse(ids, sentence));
    assert_string_equal(sentence, "modules must be a list of 1 to 200 modules.");
    free(ids);
    char *branches = repeat("{\"start\":\"m\",\"modules\":[" END "," "{\"id\":\"m\",\"type\":\"branch\",\"prompt\":" HI ",\"branches\":[{\"key\":\"1\",\"name\":\"n\",\"next\":\"bye\"}",
                            ",{\"key\":\"%d\",\"name\":\"n\",\"next\":\"bye\"}", 12, "]}]}");
    assert_null(parse(branches, sentence));
    assert_string_equal(sentence, "Module m: branches must be a list of 1 to 12 keys.");
    free(branches);
    char *text = repeat("{\"start\":\"m\",\"modules\":[" END ",{\"id\":\"m\",\"type\":\"play\",\"next\":\"bye\",\"sound\":{\"text\":\"a", "%04d", 500, "\"}}]}");
    assert_null(parse(text, sentence));
    assert_string_equal(sentence, "Module m: sound.text must have 0 to 2000 bytes.");
    free(text);
    char *large = malloc(STORE_FLOW_TEXT_MAX + 2);
    memset(large, ' ', STORE_FLOW_TEXT_MAX + 1);
    large[STORE_FLOW_TEXT_MAX + 1] = 0;
    memcpy(large, "{}", 2);
    assert_null(parse(large, sentence));
    assert_string_equal(sentence, "The flow is too large. Keep it below 256 KiB: shorten its texts, or split it.");
    free(large);
}

/* The longest names that are allowed still leave a whole sentence. */
static void long_names_fit_into_the_sentence(void **state) {
    char json[1024], sentence[FLOW_SENTENCE_MAX], a[FLOW_ID_MAX + 1], b[FLOW_ID_MAX + 1];
    (void)state;
    memset(a, 'a', FLOW_ID_MAX);
    memset(b, 'b', FLOW_ID_MAX);
    a[FLOW_ID_MAX] = b[FLOW_ID_MAX] = 0;
    snprintf(json, sizeof json, "{\"start\":\"%s\",\"modules\":[{\"id\":\"%s\",\"type\":\"play\",\"sound\":" HI ",\"next\":\"%s\"},"
             "{\"id\":\"%s\",\"type\":\"branch\",\"prompt\":" HI ONE ",\"failed\":\"%s\"}," END "]}", a, a, b, b, a);
    assert_null(parse(json, sentence));
    assert_string_equal(sentence + strlen(sentence) - 21, "connect it to an end.");
}

static void a_draft_may_be_unfinished_but_not_anything(void **state) {
    static const struct { const char *json; bool draft; } cases[] = {
        { "{\"modules\":[{\"id\":\"m\",\"type\":\"branch\"}]}", true },
        { "{\"start\":\"x\",\"modules\":[" PLAY("a", "b") "]}", true },
        { "{\"modules\":[]}", false }, { "{}", false }, { "[]", false }, { "", false }, { "{\"modules\":[{\"id\":\"m\"}]}", false },
        { "{\"modules\":[{\"id\":\"m\",\"type\":\"x\"}]}", false }, { "{\"modules\":[{\"id\":\"\",\"type\":\"end\"}]}", false },
    };
    char sentence[FLOW_SENTENCE_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sentence[0] = 0;
        assert_int_equal(flow_is_draft(cases[i].json, strlen(cases[i].json), sentence), cases[i].draft);
        assert_int_equal(sentence[0] == 0, cases[i].draft);
    }
}

static void kinds_have_their_modules(void **state) {
    char sentence[FLOW_SENTENCE_MAX];
    (void)state;
    flow *plain = parse(AROUND(PLAY("m", "bye")), sentence), *human = parse(AROUND(TRANSFER(",\"group\":1")), sentence);
    flow *back = parse("{\"start\":\"a\",\"modules\":[" PLAY("a", "r") ",{\"id\":\"r\",\"type\":\"return\"}]}", sentence);
    flow *mixed = parse("{\"start\":\"a\",\"modules\":[" BRANCH("a", ONE ",\"failed\":\"r\"") ",{\"id\":\"bye\",\"type\":\"voicemail\",\"prompt\":" HI
                        ",\"next\":\"r\"},{\"id\":\"r\",\"type\":\"return\"}]}", sentence);
    assert_true(flow_fits(plain, "ivr", sentence));
    assert_true(flow_fits(human, "ivr", sentence));
    assert_true(flow_fits(back, "selfService", sentence));
    assert_false(flow_fits(plain, "selfService", sentence));
    assert_string_equal(sentence, "A self-service flow must lead back to the agent. Add a module of type return.");
    assert_false(flow_fits(back, "ivr", sentence));
    assert_string_equal(sentence, "Module r: return is for self-service flows. Use end.");
    assert_false(flow_fits(mixed, "selfService", sentence));
    assert_string_equal(sentence, "Module bye: a self-service flow may only play, branch, look at hours, return and end. Take it out.");
    flow_drop(plain);
    flow_drop(human);
    flow_drop(back);
    flow_drop(mixed);
}

typedef struct { char text[256]; int left; } listing;

static bool list_sound(void *ctx, const char *module, const flow_sound *sound) {
    listing *l = ctx;
    size_t n = strlen(l->text);
    if (sound->text) snprintf(l->text + n, sizeof l->text - n, "%s:%s ", module, sound->text);
    else snprintf(l->text + n, sizeof l->text - n, "%s:%d ", module, (int)sound->sound_id);
    return --l->left > 0;
}

static bool list_group(void *ctx, const char *module, int64_t group_id) {
    listing *l = ctx;
    size_t n = strlen(l->text);
    snprintf(l->text + n, sizeof l->text - n, "%s:%d ", module, (int)group_id);
    return true;
}

static void all_sounds_and_groups_are_told(void **state) {
    char sentence[FLOW_SENTENCE_MAX];
    listing sounds = { .left = 100 }, two = { .left = 2 }, groups = { .left = 1 };
    (void)state;
    flow *f = parse("{\"start\":\"q\",\"modules\":[{\"id\":\"q\",\"type\":\"branch\",\"prompt\":{\"text\":\"a\"},\"timeoutSound\":{\"text\":\"b\"},"
        "\"errorSound\":{\"soundId\":5},\"branches\":[{\"key\":\"1\",\"name\":\"x\",\"next\":\"m\"}],\"failed\":\"bye\"},"
        TRANSFER(",\"group\":42,\"sound\":{\"soundId\":6},\"music\":{\"soundId\":7},\"connectedSound\":{\"text\":\"c\"}") "," END "]}", sentence);
    assert_non_null(f);
    flow_each_sound(f, list_sound, &sounds);
    assert_string_equal(sounds.text, "q:a q:b q:5 m:6 m:7 m:c ");
    flow_each_sound(f, list_sound, &two);
    assert_string_equal(two.text, "q:a q:b ");
    flow_each_group(f, list_group, &groups);
    assert_string_equal(groups.text, "m:42 ");
    flow_drop(f);
}

/* The sentences that docs/ivr.md shows for documents are those above, with other names. */
static void the_documented_sentences_exist(void **state) {
    static const char *const texts[] = { " is not known here. Take it out, or see docs/ivr.md for its name.", " is missing. Set it.",
        " must be a whole number from 1 to 60.", ", which does not exist. Connect it to a module of this flow.",
        ": no way leads to it. Connect it to a module before it, or delete it.",
        ": no way from it reaches an end. Connect it, or one behind it, to a module of type end.",
        " without a key of the caller, so that the call might never end. Put a branch between them, or connect it to an end." };
    static char page[64 * 1024];
    (void)state;
    FILE *file = fopen(TCCC_SOURCE_DIR "/docs/ivr.md", "r");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = 0;
    fclose(file);
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        bool tested = false;
        for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) tested |= strstr(refused[i].sentence, texts[t]) != NULL;
        assert_true(tested);
        assert_non_null(strstr(page, texts[t]));
    }
}

/* --- out of memory --- */

static int left = -1;

static void *tree_malloc(size_t size) { return left >= 0 && left-- == 0 ? NULL : malloc(size); }

static void without_memory_a_document_is_refused_and_nothing_leaks(void **state) {
    static const char document[] = AROUND(TRANSFER(",\"group\":1,\"sound\":" HI));
    char sentence[FLOW_SENTENCE_MAX];
    int n = 0;
    (void)state;
    cJSON_InitHooks(&(cJSON_Hooks){ tree_malloc, free });
    for (flow *f = NULL; !f; n++) {
        left = n;
        f = flow_parse(document, sizeof document - 1, sentence);
        assert_int_equal(sentence[0] == 0, f != NULL);
        if (f) flow_drop(f);
        if (f) break;
    }
    cJSON_InitHooks(NULL);
    left = -1;
    assert_true(n > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modules_are_taken),
        cmocka_unit_test(what_is_wrong_is_refused_with_a_sentence),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(long_names_fit_into_the_sentence),
        cmocka_unit_test(a_draft_may_be_unfinished_but_not_anything),
        cmocka_unit_test(kinds_have_their_modules),
        cmocka_unit_test(all_sounds_and_groups_are_told),
        cmocka_unit_test(the_documented_sentences_exist),
        cmocka_unit_test(without_memory_a_document_is_refused_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
