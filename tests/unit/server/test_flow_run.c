/* test_flow_run.c: a caller's way through every module by every event. Rows IVR-018 to IVR-041, ACD-023, ACD-035. Layer: tests. */
#include "../cmocka_all.h"

#include "server/ivr/flow_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every module and every way out of it. */
static const char whole[] =
    "{\"start\":\"s\",\"modules\":["
    "{\"id\":\"s\",\"type\":\"start\",\"next\":\"hello\"},"
    "{\"id\":\"hello\",\"type\":\"play\",\"label\":\"Greeting\",\"sound\":{\"text\":\"hello\"},\"interruptible\":true,\"next\":\"menu\"},"
    "{\"id\":\"menu\",\"type\":\"branch\",\"label\":\"Menu\",\"prompt\":{\"text\":\"prompt\"},\"timeoutSound\":{\"text\":\"late\"},"
    " \"errorSound\":{\"soundId\":9},\"maxErrors\":2,\"timeoutSeconds\":7,\"failed\":\"news\",\"branches\":["
    "  {\"key\":\"1\",\"name\":\"Agents\",\"next\":\"queue\"},{\"key\":\"2\",\"name\":\"Message\",\"next\":\"mail\"},"
    "  {\"key\":\"#\",\"name\":\"Again\",\"next\":\"hello\"},{\"key\":\"4\",\"name\":\"Ask\",\"next\":\"short\"},"
    "  {\"key\":\"5\",\"name\":\"Back\",\"next\":\"back\"},{\"key\":\"6\",\"name\":\"News\",\"next\":\"news\"}]},"
    "{\"id\":\"short\",\"type\":\"branch\",\"prompt\":{\"text\":\"short\"},\"maxErrors\":0,\"branches\":[{\"key\":\"1\",\"name\":\"End\",\"next\":\"end\"}]},"
    "{\"id\":\"queue\",\"type\":\"transferToHuman\",\"label\":\"Sales\",\"group\":42,\"sound\":{\"text\":\"wait\"},\"music\":{\"soundId\":3},"
    " \"connectedSound\":{\"text\":\"agent\"},\"leaveKey\":\"*\",\"leave\":\"menu\",\"noAgent\":\"mail\",\"queueOver\":\"news\",\"next\":\"rate\"},"
    "{\"id\":\"mail\",\"type\":\"voicemail\",\"prompt\":{\"text\":\"speak\"},\"maxSeconds\":30,\"silenceSeconds\":4,\"stopKey\":\"0\",\"next\":\"end\"},"
    "{\"id\":\"rate\",\"type\":\"rating\",\"label\":\"Rating\",\"prompt\":{\"text\":\"rate\"},\"keys\":[{\"key\":\"1\",\"label\":\"good\"},"
    " {\"key\":\"2\",\"label\":\"bad\"}],\"thanksSound\":{\"text\":\"thanks\"},\"next\":\"end\"},"
    "{\"id\":\"news\",\"type\":\"play\",\"sound\":{\"text\":\"news\"},\"next\":\"end\"},"
    "{\"id\":\"end\",\"type\":\"end\"},{\"id\":\"back\",\"type\":\"return\"}]}";

typedef struct {
    flow_run *run;
    flow_order order;
} walk;

static flow_run *run_of(const char *document) {
    char sentence[FLOW_SENTENCE_MAX];
    flow *f = flow_parse(document, strlen(document), sentence);
    assert_string_equal(sentence, "");
    flow_run *run = flow_run_new(f);
    flow_drop(f); /* the run holds it */
    assert_non_null(run);
    return run;
}

enum { NOW_S = 1774854000 /* Monday 2026-03-30, 7:00 UTC */ };

static void step(walk *w, enum flow_event event, char digit) { flow_run_step(w->run, event, digit, NOW_S, &w->order); }

/* One character for each event: p played, t timed out, c connected, n no agent, o queue over, l agent left, r recorded, s started;
 * others are keys. */
static void steps(walk *w, const char *events) {
    static const char letters[] = "sp?tcnolr";
    for (; *events; events++) {
        const char *letter = strchr(letters, *events);
        if (letter) step(w, (enum flow_event)(letter - letters), 0);
        else step(w, FLOW_DIGIT, *events);
    }
}

static walk walked(const char *events) {
    walk w = { .run = run_of(whole) };
    steps(&w, "s");
    steps(&w, events);
    return w;
}

/* The order as text: kind module [sounds]. */
static const char *shown(const flow_order *o) {
    static const char *const kinds[] = { "nothing", "play", "ask", "queue", "record", "return", "hangup" };
    static char text[256];
    if (o->kind == FLOW_DO_NOTHING) return "nothing";
    int n = snprintf(text, sizeof text, "%s %s", kinds[o->kind], o->module);
    for (int i = 0; i < o->n_sounds; i++) {
        const flow_sound *s = &o->sounds[i];
        n += s->text ? snprintf(text + n, sizeof text - (size_t)n, " %s", s->text)
                     : snprintf(text + n, sizeof text - (size_t)n, " #%d", (int)s->sound_id);
    }
    return text;
}

static void assert_way(const char *events, const char *expected) {
    walk w = walked(events);
    assert_string_equal(shown(&w.order), expected);
    flow_run_free(w.run);
}

static void every_way_out_of_every_module_is_gone(void **state) {
    (void)state;
    assert_way("", "play hello hello");                    /* start: nothing of its own */
    assert_way("p", "ask menu prompt");
    assert_way("p1", "queue queue wait");
    assert_way("p1n", "record mail speak ${Beep}");                /* ACD-023 */
    assert_way("p1o", "play news news");
    assert_way("p1*", "ask menu prompt");                  /* ACD-035 */
    assert_way("p1cl", "ask rate rate");
    assert_way("p1cl2", "play rate thanks");
    assert_way("p1cl2p", "hangup end");
    assert_way("p2", "record mail speak ${Beep}");
    assert_way("p2r", "hangup end");
    assert_way("p6p", "hangup end");
    assert_way("p5", "return back");                       /* IVR-041 */
    assert_way("p#", "play hello hello");
}

/* FLOW-031 to FLOW-033 */
static void an_end_has_last_words_and_says_how_long_the_agents_visitor_may_be_silent(void **state) {
    (void)state;
    static const char document[] = "{\"start\":\"q\",\"modules\":[{\"id\":\"q\",\"type\":\"transferToHuman\",\"group\":1,\"noAgent\":\"end\",\"queueOver\":\"end\",\"next\":\"news\"},"
        "{\"id\":\"news\",\"type\":\"play\",\"sound\":{\"text\":\"news\"},\"next\":\"end\"},"
        "{\"id\":\"end\",\"type\":\"end\",\"replySeconds\":90,\"timeoutSound\":{\"text\":\"silent\"},\"closingSound\":{\"text\":\"bye\"}}]}";
    walk w = { .run = run_of(document) };
    steps(&w, "s");
    assert_string_equal(shown(&w.order), "queue q");
    assert_int_equal(w.order.reply_s, 90);
    assert_string_equal(w.order.unanswered.text, "silent");
    steps(&w, "clp");
    assert_string_equal(shown(&w.order), "play end bye");
    steps(&w, "p");
    assert_string_equal(shown(&w.order), "hangup end");
    flow_run_free(w.run);
    w.run = run_of(document);
    steps(&w, "sn");
    assert_string_equal(shown(&w.order), "play end bye");
    flow_run_free(w.run);
    w.run = run_of(whole); /* a rating comes between, and leads on to an end that says nothing of it */
    steps(&w, "sp1");
    assert_int_equal(w.order.reply_s, 0);
    flow_run_free(w.run);
}

static void mistakes_are_counted_and_their_sounds_played(void **state) {
    (void)state;
    assert_way("pt", "ask menu late prompt");
    assert_way("p9", "ask menu #9 prompt");
    assert_way("pt9", "ask menu #9 prompt");
    assert_way("pt9t", "play menu late");                  /* one more than maxErrors */
    assert_way("pt9tp", "play news news");
    assert_way("p9t9", "play menu #9");
    assert_way("p9t#p9t", "ask menu late prompt");         /* a new visit counts anew */
    assert_way("p4t", "return short");                     /* no `failed`: this document has a way back to the agent */
    walk w = { .run = run_of("{\"start\":\"m\",\"modules\":[{\"id\":\"m\",\"type\":\"branch\",\"prompt\":{\"text\":\"x\"},\"maxErrors\":0,"
                             "\"branches\":[{\"key\":\"1\",\"name\":\"a\",\"next\":\"e\"}]},{\"id\":\"e\",\"type\":\"end\"}]}") };
    steps(&w, "s7");
    assert_string_equal(shown(&w.order), "hangup m");      /* IVR-025 */
    flow_run_free(w.run);
}

static void a_key_in_the_greeting_answers_the_menu(void **state) {
    (void)state;
    assert_way("1", "queue queue wait");
    assert_way("9", "ask menu prompt");                    /* no key of the menu: only the greeting ends */
    assert_way("p66", "nothing");                          /* this sound is not interruptible */
    assert_way("p66p", "hangup end");
}

static void orders_carry_what_the_document_says(void **state) {
    (void)state;
    walk w = walked("");
    assert_true(w.order.interruptible);
    assert_string_equal(w.order.label, "Greeting");
    steps(&w, "p");
    assert_true(w.order.interruptible);
    assert_int_equal(w.order.timeout_ms, 7000);
    steps(&w, "1");
    assert_int_equal(w.order.group_id, 42);
    assert_int_equal(w.order.loop.sound_id, 3);
    assert_string_equal(w.order.connected.text, "agent");
    steps(&w, "n");
    assert_int_equal(w.order.timeout_ms, 30000);
    assert_int_equal(w.order.silence_ms, 4000);
    assert_int_equal(w.order.stop_key, '0');
    assert_string_equal(w.order.label, "mail");            /* no label: the id */
    flow_run_free(w.run);
}

/* In every state every event that has no meaning there changes nothing: what is due comes as if it had not been. */
static void events_that_mean_nothing_change_nothing(void **state) {
    static const struct { const char *way, *meant, *next, *after; } states[] = {
        { "", "p0123456789*#ABCDx", "p", "ask menu prompt" },
        { "p", "t0123456789*#ABCDx", "1", "queue queue wait" },
        { "p9t9", "p", "p", "play news news" },
        { "p1", "*cno", "o", "play news news" },
        { "p1c", "l", "l", "ask rate rate" },
        { "p2", "r", "r", "hangup end" },
        { "p2r", "", "", "nothing" },
        { "p5", "", "", "nothing" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        walk w = walked(states[i].way);
        for (const char *event = "sptcnolr0123456789*#ABCDx"; *event; event++) {
            if (strchr(states[i].meant, *event)) continue;
            steps(&w, (char[]){ *event, 0 });
            assert_string_equal(shown(&w.order), "nothing");
        }
        steps(&w, states[i].next);
        assert_string_equal(shown(&w.order), states[i].after);
        flow_run_free(w.run);
    }
}

static void assert_keys(const char *events, const char *expected) {
    walk w = walked(events);
    const flow_key *keys;
    char text[256] = "";
    int n = flow_run_keys(w.run, &keys);
    for (int i = 0, at = 0; i < n; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, "%s=%s@%s%s ", keys[i].key, keys[i].label, keys[i].node, keys[i].post ? "!" : "");
    assert_string_equal(text, expected);
    flow_run_free(w.run);
}

static void keys_are_recorded_with_their_labels(void **state) {
    (void)state;
    assert_keys("pt9", "");                                          /* mistakes are not */
    assert_keys("p#1*6", "#=Again@Menu 1=Agents@Menu 6=News@Menu ");  /* IVR-038, IVR-039; the key that leaves a queue is no answer */
    assert_keys("1cl2p", "1=Agents@Menu 2=bad@Rating! ");            /* IVR-037 */
    assert_keys("1cltt", "1=Agents@Menu noInput=noInput@Rating! ");
    assert_keys("1clt1", "1=Agents@Menu 1=good@Rating! ");
}

static void no_more_keys_are_recorded_than_fit(void **state) {
    (void)state;
    walk w = walked("p");
    const flow_key *keys;
    for (int i = 0; i < 2 * FLOW_KEYS_MAX; i++) steps(&w, "#p");
    assert_string_equal(shown(&w.order), "ask menu prompt");
    assert_int_equal(flow_run_keys(w.run, &keys), FLOW_KEYS_MAX);
    flow_run_free(w.run);
}

static bool is_over(const flow_order *o) { return o->kind == FLOW_DO_HANG_UP || o->kind == FLOW_DO_RETURN; }

/* The event that a real call cannot keep back for ever. */
static char due(enum flow_order_kind kind) {
    switch (kind) {
    case FLOW_DO_PLAY: return 'p';
    case FLOW_DO_WAIT_KEY: return 't';
    case FLOW_DO_QUEUE: return 'n';
    case FLOW_DO_VOICEMAIL: return 'r';
    case FLOW_DO_NOTHING:
    case FLOW_DO_RETURN:
    case FLOW_DO_HANG_UP: break;
    }
    return 0;
}

/* Whatever came before: when nobody presses a key any more, the call ends within twelve steps for each module. */
static void no_sequence_of_events_gets_stuck(void **state) {
    static const char events[] = "sptcnolr0123456789*#ABCDx";
    (void)state;
    for (unsigned seed = 1; seed <= 3000; seed++) {
        unsigned random = seed;
        walk w = { .run = run_of(whole) };
        flow_order last = { 0 };
        steps(&w, "s");
        last = w.order;
        for (int i = 0; i < 60; i++) {
            random = random * 1664525u + 1013904223u;
            steps(&w, (char[]){ events[(random >> 16) % (sizeof events - 1)], 0 });
            if (w.order.kind != FLOW_DO_NOTHING) last = w.order;
        }
        int n = 0;
        for (; !is_over(&last) && n < 12 * 10; n++, last = w.order) {
            steps(&w, (char[]){ due(last.kind), 0 });
            if (w.order.kind == FLOW_DO_NOTHING) steps(&w, "l"); /* it had been connected */
        }
        if (!is_over(&last)) print_error("seed %u\n", seed);
        assert_true(is_over(&last));
        flow_run_free(w.run);
    }
}

static void a_run_keeps_the_flow_it_began_with(void **state) {
    char sentence[FLOW_SENTENCE_MAX];
    (void)state;
    flow *f = flow_parse(whole, sizeof whole - 1, sentence);
    walk one = { .run = flow_run_new(f) }, two = { .run = flow_run_new(f) };
    flow_drop(f);
    steps(&one, "s");
    flow_run_free(two.run);
    steps(&one, "p1");
    assert_string_equal(shown(&one.order), "queue queue wait"); /* AMB-20: the texts are still there */
    flow_run_free(one.run);
    flow_run_free(NULL);
}

/* Keys that bring a run to each state that waits, and a key that goes on from there. */
static void a_run_goes_on_where_it_was_kept(void **state) {
    static const struct { const char *way, *on; enum flow_order_kind kind; const char *module; } cases[] = {
        { "sp", "2", FLOW_DO_VOICEMAIL, "mail" },        /* at the branch */
        { "spx", "x", FLOW_DO_WAIT_KEY, "menu" },        /* ... with a mistake: one more is allowed */
        { "spxx", "x", FLOW_DO_PLAY, "menu" },           /* ... with two: the last */
        { "sp1", "*", FLOW_DO_WAIT_KEY, "menu" },        /* in the queue */
        { "sp1c", "l", FLOW_DO_WAIT_KEY, "rate" },       /* with the agent */
        { "sp2", "r", FLOW_DO_HANG_UP, "end" },          /* at the voicemail */
    };
    char sentence[FLOW_SENTENCE_MAX], text[FLOW_STATE_MAX];
    flow *f = flow_parse(whole, strlen(whole), sentence);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        walk before = { flow_run_new(f), { 0 } }, after = { NULL, { 0 } };
        steps(&before, cases[i].way);
        flow_run_save(before.run, text);
        after.run = flow_run_restore(f, text, &after.order);
        assert_non_null(after.run);
        steps(&after, cases[i].on);
        assert_int_equal(after.order.kind, cases[i].kind);
        assert_string_equal(after.order.module, cases[i].module);
        flow_run_free(before.run);
        flow_run_free(after.run);
    }
    static const char *const wrong[] = { "", "2", "2 0 ", "2 0 nowhere", "2 0 mail", "4 0 menu", "1 0 hello", "8 0 end", "99 0 menu", "-1 0 menu" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_null(flow_run_restore(f, wrong[i], &(flow_order){ 0 }));
    flow_drop(f);
}

/* Where a module of hours leads at a given time, also behind an agent; there its end's time to answer is not known before. */
static void hours_lead_one_way_or_the_other_by_the_time_of_the_step(void **state) {
    static const char document[] =
        "{\"start\":\"h\",\"modules\":[{\"id\":\"h\",\"type\":\"hours\",\"timeZone\":\"Europe/Berlin\",\"weekly\":[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"18:00\"}],"
        " \"next\":\"queue\",\"closed\":\"sorry\"},{\"id\":\"queue\",\"type\":\"transferToHuman\",\"group\":1,\"noAgent\":\"end\",\"queueOver\":\"end\",\"next\":\"again\"},"
        "{\"id\":\"again\",\"type\":\"hours\",\"timeZone\":\"UTC\",\"weekly\":[{\"days\":[\"mon\"],\"from\":\"00:00\",\"to\":\"12:00\"}],\"next\":\"end\",\"closed\":\"sorry\"},"
        "{\"id\":\"sorry\",\"type\":\"play\",\"sound\":{\"text\":\"closed\"},\"next\":\"end\"},{\"id\":\"end\",\"type\":\"end\",\"replySeconds\":60}]}";
    walk w = { run_of(document), { 0 } };
    (void)state;
    flow_run_step(w.run, FLOW_STARTED, 0, NOW_S - 1, &w.order);
    assert_string_equal(w.order.module, "sorry");
    flow_run_free(w.run);
    w.run = run_of(document);
    flow_run_step(w.run, FLOW_STARTED, 0, NOW_S, &w.order);
    assert_string_equal(w.order.module, "queue");
    assert_int_equal(w.order.reply_s, 0);
    flow_run_step(w.run, FLOW_CONNECTED, 0, NOW_S, &w.order);
    flow_run_step(w.run, FLOW_AGENT_LEFT, 0, NOW_S + 5 * 3600, &w.order);
    assert_string_equal(w.order.module, "sorry");
    flow_run_free(w.run);
}

static void orders_tell_what_can_be_chosen(void **state) {
    walk w = walked("sp");
    (void)state;
    assert_int_equal(w.order.n_choices, 6);
    assert_string_equal(w.order.choices[1].key, "2");
    assert_string_equal(w.order.choices[1].label, "Message");
    steps(&w, "1");
    assert_int_equal(w.order.n_choices, 1);
    assert_string_equal(w.order.choices[0].key, "*");
    assert_string_equal(w.order.choices[0].label, "Menu");
    flow_run_free(w.run);
}

static void a_text_is_found_by_language(void **state) {
    static const char document[] = "{\"start\":\"p\",\"modules\":[{\"id\":\"p\",\"type\":\"play\",\"sound\":{\"text\":\"one\",\"texts\":{\"zh\":\"yi\",\"zh-TW\":\"yat\","
        "\"pt-BR\":\"um\"}},\"next\":\"e\"},{\"id\":\"e\",\"type\":\"end\"}]}";
    static const char *const right[][2] = { { "zh", "yi" }, { "ZH-cn", "yi" }, { "zh-tw", "yat" }, { "pt-BR", "um" }, { "pt", "one" }, { "", "one" }, { "z", "one" },
                                            { "-", "one" }, { "zh_CN", "yi" } };
    walk w = { run_of(document), { 0 } };
    (void)state;
    steps(&w, "s");
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        assert_string_equal(flow_text_in(right[i][0], w.order.sounds[0].text, w.order.sounds[0].texts), right[i][1]);
    assert_string_equal(flow_text_in("fr", NULL, w.order.sounds[0].texts), "yi");
    assert_null(flow_text_in("fr", NULL, NULL));
    flow_run_free(w.run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_out_of_every_module_is_gone),
        cmocka_unit_test(an_end_has_last_words_and_says_how_long_the_agents_visitor_may_be_silent),
        cmocka_unit_test(mistakes_are_counted_and_their_sounds_played),
        cmocka_unit_test(a_key_in_the_greeting_answers_the_menu),
        cmocka_unit_test(orders_carry_what_the_document_says),
        cmocka_unit_test(events_that_mean_nothing_change_nothing),
        cmocka_unit_test(keys_are_recorded_with_their_labels),
        cmocka_unit_test(no_more_keys_are_recorded_than_fit),
        cmocka_unit_test(no_sequence_of_events_gets_stuck),
        cmocka_unit_test(a_run_keeps_the_flow_it_began_with),
        cmocka_unit_test(a_run_goes_on_where_it_was_kept),
        cmocka_unit_test(hours_lead_one_way_or_the_other_by_the_time_of_the_step),
        cmocka_unit_test(orders_tell_what_can_be_chosen),
        cmocka_unit_test(a_text_is_found_by_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
