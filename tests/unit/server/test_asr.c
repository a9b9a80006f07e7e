/* test_asr.c: sentences are cut, wait in order and are recognised; what is too much is dropped and counted. Layer: tests. docs/asr.md. */
#include "server/asr/hearing.h"
#include "server/asr/remote_answer.h"
#include "server/asr/sphinx.h"
#include "server/asr/splitter.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../cmocka_all.h"
#include "../speech_signal.h"
#include "dsp/g711.h"
#include "media/srtp.h"
#include "tccc/error.h"

/* RECOGNISED_MS: its threads have the least share of the processor, which on a busy machine is next to nothing for a while. */
enum { DEADLINE_MS = 30000, RECOGNISED_MS = 150000, SECOND = ASR_RATE_HZ };

static uint64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* What espeak-ng says, 16 kHz. Samples; free *pcm. */
static int spoken(const char *text, int16_t **pcm) {
    char command[256];
    snprintf(command, sizeof command, "espeak-ng -v en-us -s 140 --stdout '%s' | sox -t wav - -r 16000 -t raw -e signed -b 16 -", text);
    FILE *from = popen(command, "r");
    int n = 0;
    *pcm = malloc(20 * SECOND * sizeof **pcm);
    assert_non_null(from);
    for (size_t got; n < 20 * SECOND && (got = fread(*pcm + n, sizeof **pcm, (size_t)(20 * SECOND - n), from)) > 0;)
        n += (int)got;
    assert_int_equal(pclose(from), 0);
    assert_true(n > SECOND);
    return n;
}

/* --- the splitter --- */

typedef struct {
    int begins, ends, inside, longest;
} cuts;

static cuts cut(const float *pcm, int n) {
    splitter s;
    int16_t out[FRAME_LEN], before[SPLITTER_BEFORE];
    cuts c = { 0 };
    int length = 0;
    splitter_start(&s);
    for (int at = 0; at + FRAME_LEN <= n; at += FRAME_LEN) {
        enum splitter_move move = splitter_put(&s, pcm + at, out);
        if (move == SPLITTER_BEGIN) {
            length = splitter_before(&s, before);
            assert_memory_equal(before + length - FRAME_LEN, out, sizeof out); /* it ends with this frame */
        } else if (move != SPLITTER_SILENCE)
            length += FRAME_LEN;
        c.begins += move == SPLITTER_BEGIN;
        c.ends += move == SPLITTER_END;
        c.inside += move != SPLITTER_SILENCE;
        c.longest = length > c.longest ? length : c.longest;
    }
    return c;
}

static float *to_float(const int16_t *pcm, int n) {
    float *out = malloc((size_t)n * sizeof *out);
    for (int i = 0; i < n; i++)
        out[i] = pcm[i] / 32768.0f;
    return out;
}

static void a_pause_ends_a_sentence(void **state) {
    (void)state;
    int16_t *speech;
    int n = spoken("please leave a message", &speech), gap = 2 * SECOND, all = gap + n + gap + n + gap;
    int16_t *both = calloc((size_t)all, sizeof *both);
    memcpy(both + gap, speech, (size_t)n * sizeof *both);
    memcpy(both + 2 * gap + n, speech, (size_t)n * sizeof *both);
    float *pcm = to_float(both, all);
    cuts c = cut(pcm, all);
    assert_int_equal(c.begins, 2);
    assert_int_equal(c.ends, 2);
    assert_in_range(c.longest, n / 2, n + SECOND); /* with what came before it, and the pause */
    free(pcm);
    free(both);
    free(speech);
}

static void who_never_pauses_is_cut_all_the_same(void **state) {
    (void)state;
    int n = 40 * SECOND;
    float *pcm = malloc((size_t)n * sizeof *pcm);
    uint32_t seed = 1;
    for (int i = 0; i < n; i++) /* a hum that rises and falls, so that it is no noise floor */
        pcm[i] = 0.2f * sinf(0.06f * (float)i) * (0.6f + 0.4f * sinf(0.0015f * (float)i)) + 0.0001f * speech_uniform(&seed);
    cuts c = cut(pcm, n);
    assert_true(c.begins >= 1);
    assert_true(c.longest <= SPLITTER_MAX_MS * ASR_SAMPLES_PER_MS + FRAME_LEN);
    free(pcm);
}

static void silence_is_no_sentence(void **state) {
    (void)state;
    float *pcm = calloc(10 * SECOND, sizeof *pcm);
    assert_int_equal(cut(pcm, 10 * SECOND).begins, 0);
    free(pcm);
}

/* --- what is told --- */

typedef struct {
    int n, n_final, last_side;
    asr_said said;
} told;

static void on_told(void *context, uint32_t handle, int side, int start_ms, const asr_said *said) {
    told *t = context;
    (void)handle;
    (void)start_ms;
    t->n++;
    t->n_final += said->final;
    t->last_side = side;
    t->said = *said;
}

static void wait_final(mailbox *box, told *t, int n) {
    for (uint64_t end = now_ms() + RECOGNISED_MS; t->n_final < n && now_ms() < end;) {
        struct pollfd bell = { .fd = box->fd, .events = POLLIN };
        poll(&bell, 1, 100);
        mailbox_run(box, t);
    }
    assert_int_equal(t->n_final, n);
}

static void sentences_of_a_side_are_recognised_one_after_the_other(void **state) {
    (void)state;
    mailbox box;
    sentence_line line;
    told t = { 0 };
    mailbox_open(&box);
    asr_job *job = asr_job_new(1, &box, "", "", on_told), *other = asr_job_new(2, &box, "", "", on_told);
    sentence *in1 = sentence_new(job, 1, 0), *in2 = sentence_new(job, 1, 900), *out = sentence_new(job, 0, 100), *far = sentence_new(other, 1, 0);
    sentence_line_init(&line);
    sentence *all[] = { in1, in2, out, far };
    for (int i = 0; i < 4; i++)
        sentence_line_put(&line, all[i]);
    assert_ptr_equal(sentence_line_next(&line), in1);
    assert_ptr_equal(sentence_line_next(&line), out);
    assert_ptr_equal(sentence_line_next(&line), far);
    assert_null(sentence_line_next(&line));
    sentence_line_done(&line, out);
    assert_null(sentence_line_next(&line));
    sentence_line_done(&line, in1);
    assert_ptr_equal(sentence_line_next(&line), in2);
    assert_int_equal(line.n_waiting, 0);
    assert_int_equal(line.n_running, 2);
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    sentence_line_tell(&line, &lock, in2, &(asr_said){ .text = "so far" });
    sentence_line_tell(&line, &lock, in2, &(asr_said){ .final = true, .failed = true });
    sentence_line_tell(&line, &lock, far, &(asr_said){ .final = true });
    recogniser_counters c = sentence_line_counters(&line); /* before anybody was told */
    assert_int_equal(t.n, 0);
    assert_int_equal(c.sentences, 2);
    assert_int_equal(c.failed, 1);
    mailbox_run(&box, &t);
    assert_int_equal(t.n_final, 2);
    t = (told){ 0 };
    sentence_line_done(&line, in2);
    sentence_line_done(&line, far);
    sentence_line_put(&line, sentence_new(job, 1, 2000));
    sentence_line_put(&line, sentence_new(job, 1, 3000));
    sentence_line_clear(&line);
    sentence_line_put(&line, sentence_new(other, 0, 0));
    assert_int_equal(line.n_waiting, 1);
    asr_job_cancel(other);
    sentence_line_clear(&line);
    mailbox_run(&box, &t);
    assert_int_equal(t.n_final, 2); /* whoever waits is told the end, and nobody of what is not wanted any more */
    asr_job_drop(job);
    asr_job_drop(other);
    mailbox_close(&box);
}

static void a_sentence_is_bounded(void **state) {
    (void)state;
    static int16_t pcm[SECOND];
    mailbox box;
    mailbox_open(&box);
    asr_job *job = asr_job_new(1, &box, "", "", on_told);
    sentence *s = sentence_new(job, 0, 0);
    for (int i = 0; i < ASR_SENTENCE_MS / 1000 + 1; i++)
        assert_int_equal(sentence_put(s, pcm, SECOND), 0);
    assert_int_equal(sentence_put(s, pcm, 1), TCCC_E_LIMIT);
    assert_false(sentence_is_over(s));
    while (sentence_take(s, pcm, SECOND))
        ;
    assert_false(sentence_is_over(s));
    sentence_end(s);
    assert_true(sentence_is_over(s));
    assert_int_equal(sentence_wait(s, pcm, SECOND), 0);
    sentence_again(s);
    assert_int_equal(sentence_wait(s, pcm, SECOND), SECOND);
    asr_job_cancel(job);
    assert_int_equal(sentence_wait(s, pcm, SECOND), 0);
    sentence_drop(s);
    asr_job_drop(job);
    mailbox_close(&box);
}

/* --- the hearing thread --- */

typedef struct {                     /* a recogniser that keeps what it gets */
    recogniser base;
    bool refuses;
    _Atomic int begun;
    sentence *kept;
} keeper;

static int keeper_begin(recogniser *self, sentence *s) {
    keeper *k = (keeper *)self;
    k->begun++;
    if (k->refuses)
        return TCCC_E_LIMIT;
    sentence_drop(k->kept);
    k->kept = sentence_hold(s);
    return 0;
}

typedef struct {
    hearing *h;
    mailbox box;
    asr_job *job;
    keeper keeper;
} fixture;

static fixture *start(bool refuses) {
    fixture *f = calloc(1, sizeof *f);
    mailbox_open(&f->box);
    f->keeper = (keeper){ .base = { .begin = keeper_begin }, .refuses = refuses };
    f->job = asr_job_new(7, &f->box, "", "", on_told);
    f->h = hearing_new();
    assert_int_equal(hearing_start(f->h, 7, f->job, &f->keeper.base), 0);
    assert_int_equal(hearing_listen(f->h, 7, 1, 5), 0);
    return f;
}

static void end(fixture *f) {
    hearing_free(f->h);
    sentence_drop(f->keeper.kept);
    asr_job_drop(f->job);
    mailbox_close(&f->box);
    free(f);
}

/* Puts speech as PCMA packets of 20 ms that came one after the other, with `sender` closed behind its key. */
static void say(fixture *f, srtp_sender *sender, const uint8_t *key, int flags) {
    static const uint8_t rtp[12] = { 0x80, 8, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4 };
    int16_t *speech;
    int n = spoken("please leave a message", &speech);
    uint64_t begun = now_ms() * 1000;
    if (key) {
        tap_keys keys = { .ssrc = 0x01020304 };
        memcpy(keys.key, key, sizeof keys.key);
        tap_ring_put(hearing_ring(f->h), &(tap_head){ .tap = 5, .kind = TAP_KEYS, .srtp = TCCC_SRTP_AES128_SHA1_80, .len = sizeof keys }, (const uint8_t *)&keys);
    }
    for (int p = 0; p < n / 320 + 60; p++) { /* 60: the pause */
        uint8_t packet[12 + 160 + SRTP_RTP_OVERHEAD_MAX];
        memcpy(packet, rtp, sizeof rtp);
        packet[2] = (uint8_t)(p >> 8);
        packet[3] = (uint8_t)p;
        packet[6] = (uint8_t)(p * 160 >> 8);
        packet[7] = (uint8_t)(p * 160);
        packet[5] = (uint8_t)(p * 160 >> 16);
        for (int i = 0; i < 160; i++)
            packet[12 + i] = g711_alaw_encode(p * 320 + 2 * i < n ? speech[p * 320 + 2 * i] : 0);
        int len = sender ? srtp_sender_rtp(sender, packet, 172, sizeof packet) : 172;
        tap_head head = { .tap = 5, .kind = TAP_PACKET, .codec = TCCC_CODEC_PCMA, .flags = (uint8_t)flags, .srtp = sender ? TCCC_SRTP_AES128_SHA1_80 : 0,
                          .len = (uint16_t)len, .arrival_us = begun + (uint64_t)p * 20000 };
        assert_int_equal(tap_ring_put(hearing_ring(f->h), &head, packet), 0);
    }
    free(speech);
}

static hearing_counters heard_at_least(fixture *f, uint64_t ms) {
    hearing_counters c;
    for (uint64_t until = now_ms() + DEADLINE_MS; now_ms() < until; poll(NULL, 0, 5)) {
        hearing_count(f->h, &c);
        if (c.heard_ms + c.dropped_ms + 20 * c.packets_unopened >= ms)
            return c;
    }
    fail_msg("nothing is heard");
    return c;
}

static void speech_comes_out_as_one_sentence_also_over_srtp(void **state) {
    (void)state;
    uint8_t key[TCCC_SRTP_KEY_LEN];
    for (int secure = 0; secure < 2; secure++) {
        int error;
        memset(key, 9, sizeof key);
        srtp_sender *sender = secure ? srtp_sender_open(SRTP_SCHEME_AES128_SHA1_80, key, sizeof key, &error) : NULL;
        fixture *f = start(false);
        say(f, sender, secure ? key : NULL, TAP_SPEECH);
        hearing_counters c = heard_at_least(f, 1000);
        assert_int_equal(hearing_stop(f->h, 7), 0);
        assert_int_equal(c.packets_unopened, 0);
        assert_int_equal(c.dropped_ms, 0);
        assert_int_equal(f->keeper.begun, 1);
        static int16_t pcm[20 * SECOND];
        int n = 0;
        for (int got; (got = sentence_wait(f->keeper.kept, pcm + n, 20 * SECOND - n)) > 0;)
            n += got;
        assert_in_range(n, SECOND, 4 * SECOND);
        int loud = 0;
        for (int i = 0; i < n; i++)
            loud = abs(pcm[i]) > loud ? abs(pcm[i]) : loud;
        assert_true(loud > 5000);
        if (secure)
            srtp_sender_close(sender);
        end(f);
    }
}

static void what_no_key_opens_and_what_is_withheld_is_not_heard(void **state) {
    (void)state;
    uint8_t key[TCCC_SRTP_KEY_LEN];
    int error;
    memset(key, 9, sizeof key);
    srtp_sender *sender = srtp_sender_open(SRTP_SCHEME_AES128_SHA1_80, key, sizeof key, &error);
    fixture *f = start(false);
    say(f, sender, NULL, TAP_SPEECH);
    heard_at_least(f, 2000);
    say(f, NULL, NULL, TAP_SPEECH | TAP_WITHHELD);
    hearing_counters c = heard_at_least(f, 2000);
    assert_int_equal(f->keeper.begun, 0);
    assert_int_equal(c.heard_ms, 0);
    srtp_sender_close(sender);
    end(f);
}

static void what_a_recogniser_has_no_room_for_is_dropped_and_counted(void **state) {
    (void)state;
    fixture *f = start(true);
    say(f, NULL, NULL, TAP_SPEECH);
    hearing_counters c = heard_at_least(f, 1000);
    assert_int_equal(f->keeper.begun, 1);
    assert_int_equal(c.heard_ms, 0);
    end(f);
}

/* --- the built-in recogniser --- */

static void recognise(recogniser *by, asr_job *job, int start_ms, const int16_t *pcm, int n) {
    sentence *s = sentence_new(job, 1, start_ms);
    assert_int_equal(by->begin(by, s), 0);
    for (int at = 0; at < n; at += SECOND / 10)
        sentence_put(s, pcm + at, n - at < SECOND / 10 ? n - at : SECOND / 10);
    sentence_end(s);
    sentence_drop(s);
}

static void the_built_in_recogniser_understands_numbers(void **state) {
    (void)state;
    mailbox box;
    told t = { 0 };
    int16_t *pcm;
    int n = spoken("one two three four five", &pcm);
    mailbox_open(&box);
    asr_job *job = asr_job_new(1, &box, "", "", on_told);
    recogniser *by = sphinx_new(SPHINX_MODEL, 1, 4);
    assert_non_null(by);
    recognise(by, job, 0, pcm, n);
    wait_final(&box, &t, 1);
    print_message("understood: %s\n", t.said.text);
    assert_non_null(strstr(t.said.text, "one two three"));
    assert_true(t.n > 1);            /* it was told before it was over */
    assert_true(t.said.n_words >= 3 && t.said.words[0].stable && t.said.words[2].end_ms <= n / ASR_SAMPLES_PER_MS + 100);
    for (int i = 1; i < t.said.n_words; i++)
        assert_true(t.said.words[i].start_ms >= t.said.words[i - 1].end_ms - 20);
    recogniser_counters c;
    for (by->count(by, &c); c.running; by->count(by, &c))
        poll(NULL, 0, 1);
    assert_int_equal(c.sentences, 1);
    assert_int_equal(c.failed, 0);
    by->free(by);
    asr_job_drop(job);
    mailbox_close(&box);
    free(pcm);
}

static void no_more_than_its_line_holds_waits(void **state) {
    (void)state;
    mailbox box;
    int taken = 0;
    mailbox_open(&box);
    asr_job *job = asr_job_new(1, &box, "", "", on_told);
    recogniser *by = sphinx_new(SPHINX_MODEL, 1, 3);
    for (int i = 0; i < 6; i++) { /* all of one side: one runs, three wait */
        sentence *s = sentence_new(job, 1, i * 1000);
        taken += !by->begin(by, s);
        sentence_end(s);
        sentence_drop(s);
    }
    assert_in_range(taken, 3, 6); /* the empty ones may be done already */
    by->free(by);
    asr_job_drop(job);
    mailbox_close(&box);
}

static void without_a_model_there_is_no_recogniser(void **state) {
    (void)state;
    assert_null(sphinx_new("/nowhere", 1, 1));
}

/* --- an external recogniser's answers --- */

static void take_said(void *ctx, asr_said *said) {
    told *t = ctx;
    t->n++;
    t->n_final += said->final;
    t->said = *said;
}

static int answer(const char *text, told *t) {
    remote_answer a = { 0 };
    *t = (told){ 0 };
    for (const char *at = text; *at; at++) /* in the smallest parts */
        remote_answer_take(&a, at, 1, take_said, t);
    int error = remote_answer_end(&a, take_said, t);
    remote_answer_free(&a);
    return error;
}

static void answers_are_lines_each_of_which_replaces_the_one_before(void **state) {
    (void)state;
    told t;
    assert_int_equal(answer("{\"text\":\"one\"}\r\n\n{\"text\":\"one moment\",\"words\":[{\"word\":\"one\",\"startMs\":5,\"endMs\":300}],\"final\":true}\n{\"text\":\"late\"}\n", &t), 0);
    assert_int_equal(t.n, 2);
    assert_int_equal(t.n_final, 1);
    assert_string_equal(t.said.text, "one moment");
    assert_true(t.said.n_words == 1 && t.said.words[0].stable && t.said.words[0].end_ms == 300);
    assert_int_equal(answer("{\"text\":\"no line end\"}", &t), 0);
    assert_string_equal(t.said.text, "no line end");
    assert_int_equal(answer("", &t), 0);
    assert_int_equal(t.n, 0);
}

static void wrong_answers_are_refused(void **state) {
    (void)state;
    told t;
    assert_int_equal(answer("<html>\n", &t), TCCC_E_FORMAT);
    assert_int_equal(answer("{\"txt\":\"one\"}\n", &t), TCCC_E_ARG_MISSING);
    assert_int_equal(answer("{\"text\":1}\n", &t), TCCC_E_ARG_TYPE);
    assert_int_equal(answer("{\"text\":\"x\",\"words\":[{\"word\":\"x\",\"startMs\":9,\"endMs\":8}]}\n", &t), TCCC_E_ARG_RANGE);
    assert_int_equal(answer("{\"text\":\"x\",\"words\":[{\"word\":\"x\",\"startMs\":-1,\"endMs\":8}]}\n", &t), TCCC_E_ARG_RANGE);
    assert_int_equal(t.n, 0);
    char *line = malloc(REMOTE_LINE_MAX + 2);
    memset(line, ' ', REMOTE_LINE_MAX + 1);
    line[REMOTE_LINE_MAX + 1] = 0;
    assert_int_equal(answer(line, &t), TCCC_E_TOO_LARGE);
    free(line);
}

#define SAYS(test, name) { name, test, NULL, NULL, NULL }

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pause_ends_a_sentence),
        cmocka_unit_test(who_never_pauses_is_cut_all_the_same),
        cmocka_unit_test(silence_is_no_sentence),
        cmocka_unit_test(sentences_of_a_side_are_recognised_one_after_the_other),
        cmocka_unit_test(a_sentence_is_bounded),
        cmocka_unit_test(speech_comes_out_as_one_sentence_also_over_srtp),
        cmocka_unit_test(what_no_key_opens_and_what_is_withheld_is_not_heard),
        cmocka_unit_test(what_a_recogniser_has_no_room_for_is_dropped_and_counted),
        SAYS(the_built_in_recogniser_understands_numbers, "SDK-169: the built-in recogniser understands numbers"),
        cmocka_unit_test(no_more_than_its_line_holds_waits),
        cmocka_unit_test(without_a_model_there_is_no_recogniser),
        cmocka_unit_test(answers_are_lines_each_of_which_replaces_the_one_before),
        cmocka_unit_test(wrong_answers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
