/* test_prompt.c: sounds for callers: uploads with their review, texts spoken once, the service and its failures, what is kept.
 * Rows IVR-016, IVR-017, IVR-019, ADM-063 to ADM-066, AMB-29. Layer: tests. */
#include "../cmocka_all.h"
#include "speech_peer.h"

#include "server/bridge/sound.h"
#include "server/deadline.h"
#include "server/ivr/clip.h"
#include "server/ivr/flows.h"
#include "server/ivr/prompt.h"
#include "server/ivr/shelf.h"
#include "server/libre.h"
#include "tccc/error.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { APP = 1400000001, OTHER = 1400000002, DEADLINE_MS = 30000, LOOK_MS = 2 };

static struct {
    char folder[64];
    store *db;
    workers *pool;
    deadlines *timers;
    prompts *prompts;
    logger log;
    int n_warnings;
    char last_warning[1024];
} test;

static speech_peer service;

/* --- waiting for what comes back --- */

typedef struct {
    const int *count;
    int wanted;
    uint64_t end_ms;
    deadline look;
} waiting;

static void look(void *owner) {
    waiting *w = owner;
    if (*w->count >= w->wanted || clock_ms() > w->end_ms) re_cancel();
    else deadline_set(test.timers, &w->look, LOOK_MS, look, w);
}

static void wait_for(const int *count, int wanted) {
    waiting w = { .count = count, .wanted = wanted, .end_ms = clock_ms() + DEADLINE_MS };
    if (*count >= wanted) return;
    deadline_set(test.timers, &w.look, 0, look, &w);
    re_main(NULL);
    assert_true(*count >= wanted);
}

typedef struct {
    int n;
    char path[1024];                 /* of the last; "" none */
} answers;

static void on_ready(void *ctx, const char *path) {
    answers *a = ctx;
    a->n++;
    snprintf(a->path, sizeof a->path, "%s", path ? path : "");
}

static double seconds_of(const char *path) {
    int error;
    sound *s = sound_load(path, &error);
    assert_non_null(s);
    double seconds = sound_seconds(s);
    sound_drop(s);
    return seconds;
}

static void get(const char *text, const prompt_values *values, answers *a) {
    *a = (answers){ 0 };
    prompt_get(test.prompts, APP, &(flow_sound){ .text = text }, values, on_ready, a);
    wait_for(&a->n, 1);
}

/* --- the world --- */

static void on_log(void *context, enum log_level level, const char *line, size_t length) {
    (void)context;
    if (level < LOG_LEVEL_WARNING) return;
    test.n_warnings++;
    snprintf(test.last_warning, sizeof test.last_warning, "%.*s", (int)length, line);
}

static void open_prompts(const prompts_config *more) {
    prompts_config config = more ? *more : (prompts_config){ .voice = "en-us", .speech_url = "" };
    config.folder = test.folder;
    test.prompts = prompts_new(&config, test.db, test.pool, &test.log);
    assert_non_null(test.prompts);
}

static int start(void **state) {
    char err[256];
    (void)state;
    memset(&test, 0, sizeof test);
    strcpy(test.folder, "/tmp/tccc-prompt-XXXXXX");
    assert_non_null(mkdtemp(test.folder));
    strcat(test.folder, "/new/data"); /* made when missing */
    test.log = (logger){ .sink = on_log };
    test.db = store_open(":memory:", &test.log, err, sizeof err);
    assert_int_equal(store_put_app(test.db, APP, "test"), 0);
    assert_int_equal(store_put_app(test.db, OTHER, "other"), 0);
    test.pool = workers_new(2);
    test.timers = deadlines_new();
    open_prompts(NULL);
    return 0;
}

static int stop(void **state) {
    char command[128];
    (void)state;
    workers_free(test.pool);
    prompts_free(test.prompts);
    deadlines_free(test.timers);
    store_close(test.db);
    snprintf(command, sizeof command, "rm -r %.23s", test.folder);
    return system(command);
}

static void reopen(const prompts_config *config) {
    prompts_free(test.prompts);
    open_prompts(config);
}

static int files_in(const char *name) {
    char path[128];
    int n = 0;
    snprintf(path, sizeof path, "%s/%s", test.folder, name);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));) n += e->d_name[0] != '.';
    closedir(dir);
    return n;
}

/* --- speech --- */

static void a_text_is_spoken_once(void **state) {
    answers first, again;
    struct stat one, two;
    (void)state;
    get("Please hold the line.", NULL, &first);
    assert_true(seconds_of(first.path) > 0.8);
    assert_int_equal(stat(first.path, &one), 0);
    again = (answers){ 0 };
    assert_int_equal(prompt_get(test.prompts, APP, &(flow_sound){ .text = "Please hold the line." }, NULL, on_ready, &again), 0);
    assert_int_equal(again.n, 1); /* at once */
    assert_string_equal(again.path, first.path);
    assert_int_equal(stat(again.path, &two), 0);
    assert_int_equal(one.st_ino, two.st_ino);
    reopen(NULL); /* also after a restart */
    get("Please hold the line.", NULL, &again);
    assert_string_equal(again.path, first.path);
    reopen(&(prompts_config){ .voice = "en-gb", .speech_url = "" }); /* another voice is another sound */
    get("Please hold the line.", NULL, &again);
    assert_string_not_equal(again.path, first.path);
}

static void callers_who_want_the_same_text_share_the_work(void **state) {
    answers a = { 0 };
    (void)state;
    for (int i = 0; i < 20; i++)
        assert_int_not_equal(prompt_get(test.prompts, APP, &(flow_sound){ .text = "All agents are busy." }, NULL, on_ready, &a), 0);
    wait_for(&a.n, 20);
    assert_int_equal(files_in("speech"), 1);
}

static void who_has_left_is_not_told(void **state) {
    answers gone = { 0 }, here = { 0 };
    (void)state;
    uint64_t ticket = prompt_get(test.prompts, APP, &(flow_sound){ .text = "Goodbye then." }, NULL, on_ready, &gone);
    prompt_get(test.prompts, APP, &(flow_sound){ .text = "Goodbye then." }, NULL, on_ready, &here);
    prompt_forget(test.prompts, ticket);
    prompt_forget(test.prompts, 0);
    prompt_forget(test.prompts, 4711);
    wait_for(&here.n, 1);
    assert_int_equal(gone.n, 0);
}

typedef struct { answers own, other; uint64_t other_ticket; } pair;

static void forget_the_other(void *ctx, const char *path) {
    pair *p = ctx;
    prompt_forget(test.prompts, p->other_ticket);
    on_ready(&p->own, path);
}

/* Two legs of one call wait for one text; when the first is told, the call ends, and with it the other. */
static void one_who_is_told_may_forget_another(void **state) {
    pair p = { 0 };
    (void)state;
    p.other_ticket = prompt_get(test.prompts, APP, &(flow_sound){ .text = "One for two." }, NULL, on_ready, &p.other);
    prompt_get(test.prompts, APP, &(flow_sound){ .text = "One for two." }, NULL, forget_the_other, &p); /* told first: the last in the list */
    wait_for(&p.own.n, 1);
    answers later;
    get("Something else.", NULL, &later);
    assert_int_equal(p.own.n, 1);
    assert_int_equal(p.other.n, 0);
}

static void variables_are_filled_in(void **state) {
    answers a, b;
    (void)state;
    static const prompt_variable given[] = { { "Name", "Ms ${" }, { "n_2", "7" } };
    static const struct { const char *text; prompt_values values; const char *same; } cases[] = {
        { "There are ${WaitNo} before you.", { .wait_no = 3, .staff_no = NULL }, "There are 3 before you." },
        { "There are ${WaitNo} before you.", { .wait_no = -1, .staff_no = NULL }, "There are  before you." },
        { "Agent ${StaffNo}, agent ${StaffNo}.", { .wait_no = 0, .staff_no = "1001" }, "Agent 1 0 0 1, agent 1 0 0 1." },
        { "Agent ${StaffNo}.", { .wait_no = 0, .staff_no = "A-17x" }, "Agent A-1 7x." },
        { "Agent ${StaffNo}.", { .wait_no = 0, .staff_no = NULL }, "Agent ." },
        { "${WaitNo}${WaitNo}", { .wait_no = 2147483647, .staff_no = NULL }, "21474836472147483647" },
        { "Dear ${var.Name}, ${var.n_2}.", { .wait_no = -1, .variables = given, .n_variables = 2 }, "Dear Ms ${, 7." },
        { "Dear ${var.Nobody}${var.Name", { .wait_no = -1, .variables = given, .n_variables = 2 }, "Dear ${var.Name" },
        { "costs 5 $ {WaitNo} ${Wait", { .wait_no = 1, .staff_no = NULL }, "costs 5 $ {WaitNo} ${Wait" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        get(cases[i].text, &cases[i].values, &a);
        get(cases[i].same, NULL, &b);
        assert_true(a.path[0]);
        assert_string_equal(a.path, b.path);
    }
}

/* The longest text with the longest numbers stays within bounds (the sanitizer looks). */
static void long_texts_are_cut_not_overrun(void **state) {
    char text[2001] = "", staff[256];
    answers a;
    (void)state;
    while (strlen(text) + 10 < sizeof text) strcat(text, "${StaffNo}");
    memset(staff, '7', 255);
    staff[255] = 0;
    char *path = strdup(getenv("PATH"));
    setenv("PATH", "/nowhere", 1); /* quarter of an hour of digits need not be spoken */
    reopen(&(prompts_config){ .voice = "en-us", .speech_url = "http://127.0.0.1:1/" });
    get(text, &(prompt_values){ .wait_no = 1, .staff_no = staff }, &a);
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(a.n, 1);
    assert_string_equal(a.path, "");
}

static void a_flows_texts_are_made_ahead(void **state) {
    static const char document[] = "{\"start\":\"a\",\"modules\":[{\"id\":\"a\",\"type\":\"play\",\"sound\":{\"text\":\"one\"},\"next\":\"b\"},"
        "{\"id\":\"b\",\"type\":\"play\",\"sound\":{\"text\":\"two\"},\"next\":\"c\"},{\"id\":\"c\",\"type\":\"play\",\"sound\":{\"text\":\"at ${WaitNo}\"},\"next\":\"d\"},"
        "{\"id\":\"d\",\"type\":\"play\",\"sound\":{\"text\":\"one\"},\"next\":\"e\"},{\"id\":\"e\",\"type\":\"end\"}]}";
    char sentence[FLOW_SENTENCE_MAX];
    answers a = { 0 };
    (void)state;
    flow *f = flow_parse(document, sizeof document - 1, sentence);
    prompt_make_ahead(test.prompts, f);
    flow_drop(f);
    prompt_get(test.prompts, APP, &(flow_sound){ .text = "two" }, NULL, on_ready, &a); /* a caller comes while it is made */
    wait_for(&a.n, 1);
    get("one", NULL, &a);
    assert_int_equal(files_in("speech"), 2);
}

static void what_cannot_be_spoken_is_left_out_and_logged(void **state) {
    answers a;
    char *path = strdup(getenv("PATH"));
    (void)state;
    setenv("PATH", "/nowhere", 1);
    get("There is no voice here.", NULL, &a);
    setenv("PATH", path, 1);
    free(path);
    assert_string_equal(a.path, "");
    assert_non_null(strstr(test.last_warning, "speech.failed"));
    get("There is no voice here.", NULL, &a); /* once more, when it is there */
    assert_true(a.path[0]);
}

static void the_beep_is_a_sound(void **state) {
    answers a = { 0 };
    (void)state;
    assert_int_equal(prompt_get(test.prompts, APP, &(flow_sound){ .text = FLOW_BEEP }, NULL, on_ready, &a), 0);
    assert_true(seconds_of(a.path) > 0.39 && seconds_of(a.path) < 0.41);
}

/* --- the service --- */

static int times_asked(void) {
    char command[128];
    int n = -1;
    snprintf(command, sizeof command, "curl -s http://127.0.0.1:%d/", service.port);
    FILE *pipe = popen(command, "r");
    assert_int_equal(fscanf(pipe, "{\"asked\":%d}", &n), 1);
    pclose(pipe);
    return n;
}

static void the_service_speaks_instead_and_espeak_when_it_fails(void **state) {
    answers by_service, by_espeak, a;
    int before = times_asked();
    (void)state;
    get("refuse to speak this", NULL, &by_espeak);
    reopen(&(prompts_config){ .voice = "en-us", .speech_url = service.url });
    get("speak this", NULL, &by_service);
    assert_true(seconds_of(by_service.path) > 0.3);
    assert_int_equal(times_asked(), before + 1);
    get("refuse to speak this", NULL, &a);
    assert_string_equal(a.path, by_espeak.path); /* and it is not kept as the service's */
    assert_int_equal(times_asked(), before + 2);
    assert_non_null(strstr(test.last_warning, "speech.service_failed"));
    get("speak that", NULL, &a); /* the service rests: it is not asked */
    assert_true(a.path[0]);
    assert_int_equal(times_asked(), before + 2);
    get("speak this", NULL, &a); /* what it has spoken before is still played */
    assert_string_equal(a.path, by_service.path);
    reopen(&(prompts_config){ .voice = "en-us", .speech_url = service.url });
    get("speak that", NULL, &a);
    assert_int_equal(times_asked(), before + 3);
    reopen(&(prompts_config){ .voice = "en-us", .speech_url = service.url });
    get("garbage in", NULL, &a);
    assert_true(seconds_of(a.path) > 0.3);
    assert_non_null(strstr(test.last_warning, "neither WAV nor MP3"));
}

/* --- what is kept --- */

static void the_least_used_speech_goes_when_there_is_too_much(void **state) {
    answers first, last = { 0 };
    char path[128];
    (void)state;
    get("number one", NULL, &first);
    reopen(&(prompts_config){ .voice = "en-us", .speech_url = "", .speech_bytes_max = 400000 });
    for (int i = 0; i < 40; i++) {
        char text[64];
        snprintf(text, sizeof text, "number %d", i + 100);
        get(text, NULL, &last);
        assert_true(last.path[0]);
        answers again;
        get("number one", NULL, &again); /* used all the time */
        assert_string_equal(again.path, first.path);
    }
    snprintf(path, sizeof path, "%s/speech", test.folder);
    assert_int_equal(access(first.path, F_OK), 0);
    prompts_free(test.prompts);
    test.prompts = NULL;
    workers_free(test.pool); /* the last trimming has ended */
    test.pool = workers_new(2);
    assert_true(shelf_trim(path, INT64_MAX) <= 400000 + 100000);
    assert_in_range(files_in("speech"), 2, 20);
    open_prompts(NULL);
}

static void half_written_files_of_the_last_run_are_swept(void **state) {
    char path[128];
    (void)state;
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s/x.wav.tmp", test.folder, i ? "speech" : "sounds");
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fclose(f);
    }
    assert_int_equal(files_in("speech") + files_in("sounds"), 3); /* and the beep */
    reopen(NULL);
    assert_int_equal(files_in("speech") + files_in("sounds"), 1);
}

static bool exists(const char *name) {
    char path[128];
    snprintf(path, sizeof path, "%s/sounds/%s", test.folder, name);
    return access(path, F_OK) == 0;
}

static void make_old_file(const char *name, int age_s) {
    char path[128];
    struct timespec times[2] = { { .tv_sec = clock_unix_ms() / 1000 - age_s }, { .tv_sec = clock_unix_ms() / 1000 - age_s } };
    snprintf(path, sizeof path, "%s/sounds/%s", test.folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fclose(f);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void a_file_whose_row_a_crash_has_prevented_is_deleted_at_the_next_start(void **state) {
    static const char orphan[] = "00112233445566778899aabbccddeeff.wav", kept[] = "10112233445566778899aabbccddeeff.wav",
                      young[] = "20112233445566778899aabbccddeeff.wav", other[] = "greeting.wav";
    store_sound row = { .app_id = OTHER, .name = "kept", .state = SOUND_APPROVED };
    (void)state;
    strcpy(row.file, kept);
    assert_int_equal(store_put_sound(test.db, &row), 0);
    make_old_file(orphan, 3600);
    make_old_file(kept, 3600);
    make_old_file(young, 10);
    make_old_file(other, 3600);
    reopen(NULL);
    assert_false(exists(orphan));
    assert_true(exists(kept) && exists(young) && exists(other) && exists("beep.wav"));
}

static void a_folder_that_cannot_be_is_told(void **state) {
    (void)state;
    prompts_config config = { .folder = "/proc/none", .voice = "", .speech_url = "" };
    assert_null(prompts_new(&config, test.db, test.pool, &test.log));
    assert_non_null(strstr(test.last_warning, "sounds.folder"));
}

/* --- uploads --- */

typedef struct {
    int n, error;
    char sentence[256];
    store_sound sound;
} uploaded;

static void on_uploaded(void *ctx, int error, const char *sentence, const store_sound *sound) {
    uploaded *u = ctx;
    u->n++;
    u->error = error;
    snprintf(u->sentence, sizeof u->sentence, "%s", sentence);
    if (sound) u->sound = *sound;
    assert_int_equal(error == 0, sound != NULL);
}

/* A WAV of so many seconds at 8 kHz. */
static uint8_t *wav_of(double seconds, size_t *len) {
    char path[128];
    size_t n = (size_t)(seconds * CLIP_RATE_HZ);
    clip c = { malloc(n * 2), n };
    for (size_t i = 0; i < n; i++) c.pcm[i] = (int16_t)(i % 50 * 100);
    snprintf(path, sizeof path, "%s/given.wav", test.folder);
    assert_true(clip_write(&c, path) > 0);
    clip_free(&c);
    *len = 44 + 2 * n;
    uint8_t *bytes = malloc(*len);
    FILE *f = fopen(path, "rb");
    assert_int_equal(fread(bytes, 1, *len, f), *len);
    fclose(f);
    unlink(path);
    return bytes;
}

static void upload_as(const char *name, const void *data, size_t len, uploaded *u) {
    *u = (uploaded){ 0 };
    prompt_upload(test.prompts, APP, name, "greeting.wav", data, len, on_uploaded, u);
    wait_for(&u->n, 1);
}

static void an_uploaded_sound_is_played(void **state) {
    uploaded u;
    answers a = { 0 };
    size_t len;
    uint8_t *bytes = wav_of(1.5, &len);
    (void)state;
    upload_as("问候", bytes, len, &u);
    free(bytes);
    assert_int_equal(u.error, 0);
    assert_int_equal(u.sound.state, SOUND_APPROVED);
    assert_int_equal(u.sound.duration_ms, 1500);
    assert_string_equal(u.sound.name, "问候");
    assert_string_equal(u.sound.original, "greeting.wav");
    assert_int_equal(u.sound.bytes, 44 + 2 * 24000);
    prompt_get(test.prompts, APP, &(flow_sound){ .sound_id = u.sound.id }, NULL, on_ready, &a);
    assert_int_equal(a.n, 1);
    assert_true(seconds_of(a.path) == 1.5);
    prompt_get(test.prompts, OTHER, &(flow_sound){ .sound_id = u.sound.id }, NULL, on_ready, &a); /* not another app's */
    assert_string_equal(a.path, "");
    prompt_get(test.prompts, APP, &(flow_sound){ .sound_id = 4711 }, NULL, on_ready, &a);
    assert_string_equal(a.path, "");
    assert_non_null(strstr(test.last_warning, "sound.missing"));
}

/* ADM-065 */
static void a_new_sound_waits_for_its_review_where_that_is_asked_for(void **state) {
    uploaded u;
    answers a = { 0 };
    char path[1024];
    size_t len;
    uint8_t *bytes = wav_of(0.5, &len);
    (void)state;
    reopen(&(prompts_config){ .voice = "", .speech_url = "", .review = true });
    upload_as("hello", bytes, len, &u);
    free(bytes);
    flow_sound sound = { .sound_id = u.sound.id };
    assert_int_equal(u.sound.state, SOUND_NOT_REVIEWED);
    prompt_get(test.prompts, APP, &sound, NULL, on_ready, &a);
    assert_string_equal(a.path, "");
    assert_int_equal(prompt_path(test.prompts, APP, u.sound.id, path, sizeof path), 0); /* who reviews it must hear it */
    assert_int_equal(prompt_review(test.prompts, OTHER, u.sound.id, SOUND_APPROVED), TCCC_E_NOT_FOUND);
    assert_int_equal(prompt_review(test.prompts, APP, u.sound.id, (enum store_sound_state)7), TCCC_E_ARG_RANGE);
    assert_int_equal(prompt_review(test.prompts, APP, u.sound.id, SOUND_REJECTED), 0);
    prompt_get(test.prompts, APP, &sound, NULL, on_ready, &a);
    assert_string_equal(a.path, "");
    assert_int_equal(prompt_review(test.prompts, APP, u.sound.id, SOUND_APPROVED), 0);
    prompt_get(test.prompts, APP, &sound, NULL, on_ready, &a);
    assert_string_equal(a.path, path);
}

static void what_is_wrong_with_an_upload_is_told(void **state) {
    size_t len;
    uint8_t *bytes = wav_of(0.2, &len), *large = calloc(1, PROMPT_UPLOAD_MAX + 1);
    char name[200];
    uploaded u;
    (void)state;
    memset(name, 'n', sizeof name);
    name[128] = 0;
    const struct { const char *name; const void *data; size_t len; int error; const char *sentence; } cases[] = {
        { "a", bytes, 0, TCCC_E_FORMAT, "The file is empty. Upload a WAV or MP3 file." },
        { "a", large, PROMPT_UPLOAD_MAX + 1, TCCC_E_TOO_LARGE, "The file is larger than 5 MiB (5242880 bytes). Shorten it, or save it as MP3." },
        { "a", large, PROMPT_UPLOAD_MAX, TCCC_E_FORMAT, "The file is neither WAV nor MP3. Upload one of these." },
        { "", bytes, len, TCCC_E_ARG_RANGE, "name must have 1 to 127 bytes of text." },
        { name, bytes, len, TCCC_E_ARG_RANGE, "name must have 1 to 127 bytes of text." },
        { "a\nb", bytes, len, TCCC_E_ARG_RANGE, "name must have 1 to 127 bytes of text." },
        { "\xff", bytes, len, TCCC_E_ARG_RANGE, "name must have 1 to 127 bytes of text." },
        { "first", bytes, len, 0, "" },
        { "first", bytes, len, TCCC_E_ARG_RANGE, "name is taken by another sound. Choose another, or delete that one." },
        { "../../etc/passwd", bytes, len, 0, "" }, /* a name is no path */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        upload_as(cases[i].name, cases[i].data, cases[i].len, &u);
        assert_string_equal(u.sentence, cases[i].sentence);
        assert_int_equal(u.error, cases[i].error);
    }
    assert_int_equal(files_in("sounds"), 3); /* two and the beep: nothing of what was refused */
    free(bytes);
    free(large);
}

/* Two uploads of one name at once: one wins, and the other leaves nothing behind. */
static void one_name_is_taken_once_and_eight_uploads_run_at_a_time(void **state) {
    size_t len;
    uint8_t *bytes = wav_of(0.2, &len);
    uploaded two[2] = { 0 }, more[9] = { 0 };
    (void)state;
    for (int i = 0; i < 2; i++) prompt_upload(test.prompts, APP, "same", "a.wav", bytes, len, on_uploaded, &two[i]);
    for (int i = 0; i < 2; i++) wait_for(&two[i].n, 1);
    assert_int_equal((two[0].error == 0) + (two[1].error == 0), 1);
    assert_int_equal(two[0].error + two[1].error, TCCC_E_ARG_RANGE);
    assert_int_equal(files_in("sounds"), 2);
    for (int i = 0; i < 9; i++) {
        char name[8];
        snprintf(name, sizeof name, "n%d", i);
        prompt_upload(test.prompts, APP, name, NULL, bytes, len, on_uploaded, &more[i]);
    }
    assert_int_equal(more[8].error, TCCC_E_LIMIT);
    for (int i = 0; i < 8; i++) {
        wait_for(&more[i].n, 1);
        assert_int_equal(more[i].error, 0);
    }
    free(bytes);
}

/* ADM-066 */
static void a_sound_that_is_played_is_not_deleted(void **state) {
    size_t len;
    uint8_t *bytes = wav_of(0.2, &len);
    char document[256], sentence[FLOW_SENTENCE_MAX], why[PROMPT_SENTENCE_MAX], expected[PROMPT_SENTENCE_MAX];
    uploaded u;
    store_flow row = { .app_id = APP, .name = "menu", .kind = "ivr" };
    flows *all = flows_new(test.db, &test.log);
    (void)state;
    upload_as("hello", bytes, len, &u);
    free(bytes);
    snprintf(document, sizeof document, "{\"start\":\"p\",\"modules\":[{\"id\":\"p\",\"type\":\"play\",\"sound\":{\"soundId\":%lld},\"next\":\"e\"},"
             "{\"id\":\"e\",\"type\":\"end\"}]}", (long long)u.sound.id);
    assert_int_equal(flows_save(all, &row, document, true, sentence), 0);
    assert_int_equal(prompt_delete(test.prompts, OTHER, u.sound.id, why), TCCC_E_NOT_FOUND);
    assert_int_equal(prompt_delete(test.prompts, APP, u.sound.id, why), TCCC_E_STATE);
    snprintf(expected, sizeof expected, "Module p of the published flow %lld plays it. Withdraw the flow first.", (long long)row.id);
    assert_string_equal(why, expected);
    assert_int_equal(flows_withdraw(all, APP, row.id, sentence), 0);
    assert_int_equal(prompt_delete(test.prompts, APP, u.sound.id, why), 0);
    assert_string_equal(why, "");
    assert_int_equal(files_in("sounds"), 1);
    assert_int_equal(prompt_delete(test.prompts, APP, u.sound.id, why), TCCC_E_NOT_FOUND);
    assert_int_equal(flows_publish(all, APP, row.id, sentence), TCCC_E_ARG_RANGE);
    flows_free(all);
}

/* --- the end --- */

static void nobody_is_called_after_the_end(void **state) {
    size_t len;
    uint8_t *bytes = wav_of(5, &len);
    answers a = { 0 };
    uploaded u = { 0 };
    (void)state;
    for (int i = 0; i < 10; i++) {
        char text[32];
        snprintf(text, sizeof text, "text %d", i);
        prompt_get(test.prompts, APP, &(flow_sound){ .text = text }, NULL, on_ready, &a);
    }
    prompt_upload(test.prompts, APP, "late", "late.wav", bytes, len, on_uploaded, &u);
    free(bytes);
    prompts_free(test.prompts);
    test.prompts = NULL;
    workers_free(test.pool); /* and nothing leaks */
    test.pool = NULL;
    assert_int_equal(a.n + u.n, 0);
    assert_int_equal(files_in("sounds"), 1); /* what was converted for nobody is gone */
    test.pool = workers_new(1);
    open_prompts(NULL);
}

/* What was being made is told; what was not is left out, and nothing new is begun. */
static void when_the_workers_have_ended_nothing_new_is_made(void **state) {
    answers a = { 0 }, later = { 0 };
    char kept[1024];
    (void)state;
    get("made before", NULL, &a);
    strcpy(kept, a.path);
    a = (answers){ 0 };
    for (int i = 0; i < 10; i++) {
        char text[32];
        snprintf(text, sizeof text, "text %d", i);
        prompt_get(test.prompts, APP, &(flow_sound){ .text = text }, NULL, on_ready, &a);
    }
    workers_free(test.pool);
    test.pool = workers_new(1);
    assert_in_range(a.n, 2, 9); /* two were running */
    assert_int_equal(prompt_get(test.prompts, APP, &(flow_sound){ .text = "new" }, NULL, on_ready, &later), 0);
    assert_int_equal(later.n, 1);
    assert_string_equal(later.path, "");
    assert_int_equal(prompt_get(test.prompts, APP, &(flow_sound){ .text = "made before" }, NULL, on_ready, &later), 0);
    assert_string_equal(later.path, kept);
}

static int start_group(void **state) {
    (void)state;
    return libre_init() ? -1 : speech_peer_start(&service);
}

static int stop_group(void **state) {
    (void)state;
    speech_peer_stop(&service);
    libre_close();
    return 0;
}

int main(void) {
#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, start, stop)
    signal(SIGPIPE, SIG_IGN); /* as main.c does */
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(a_text_is_spoken_once),
        IN_A_FOLDER(callers_who_want_the_same_text_share_the_work),
        IN_A_FOLDER(who_has_left_is_not_told),
        IN_A_FOLDER(one_who_is_told_may_forget_another),
        IN_A_FOLDER(variables_are_filled_in),
        IN_A_FOLDER(long_texts_are_cut_not_overrun),
        IN_A_FOLDER(a_flows_texts_are_made_ahead),
        IN_A_FOLDER(what_cannot_be_spoken_is_left_out_and_logged),
        IN_A_FOLDER(the_beep_is_a_sound),
        IN_A_FOLDER(the_service_speaks_instead_and_espeak_when_it_fails),
        IN_A_FOLDER(the_least_used_speech_goes_when_there_is_too_much),
        IN_A_FOLDER(half_written_files_of_the_last_run_are_swept),
        IN_A_FOLDER(a_folder_that_cannot_be_is_told),
        IN_A_FOLDER(an_uploaded_sound_is_played),
        IN_A_FOLDER(a_new_sound_waits_for_its_review_where_that_is_asked_for),
        IN_A_FOLDER(what_is_wrong_with_an_upload_is_told),
        IN_A_FOLDER(one_name_is_taken_once_and_eight_uploads_run_at_a_time),
        IN_A_FOLDER(a_sound_that_is_played_is_not_deleted),
        IN_A_FOLDER(a_file_whose_row_a_crash_has_prevented_is_deleted_at_the_next_start),
        IN_A_FOLDER(nobody_is_called_after_the_end),
        IN_A_FOLDER(when_the_workers_have_ended_nothing_new_is_made),
    };
    return cmocka_run_group_tests(tests, start_group, stop_group);
}
