/* test_speech.c: text to speech by espeak-ng as a process, by programs that misbehave, and by a real HTTP service. Row IVR-019. Layer: tests. */
#include "../cmocka_all.h"
#include "speech_peer.h"

#include "media/wav.h"
#include "server/deadline.h"
#include "server/ivr/speech.h"
#include "tccc/error.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/tccc-speech-XXXXXX";
static char sentence[SPEECH_SENTENCE_MAX];
static speech_peer service;

static int start(void **state) {
    (void)state;
    return mkdtemp(folder) ? speech_peer_start(&service) : -1;
}

static int stop(void **state) {
    char command[64];
    (void)state;
    speech_peer_stop(&service);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

/* A program that behaves as the shell lines say. */
static const char *program(const char *lines) {
    static char path[64];
    snprintf(path, sizeof path, "%s/program", folder);
    unlink(path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\n%s\n", lines);
    fchmod(fileno(f), 0700);
    fclose(f);
    return path;
}

static double seconds(const speech_bytes *bytes) {
    wav w;
    assert_int_equal(wav_parse(&w, bytes->data, bytes->n), 0);
    return (double)w.n_frames / w.rate_hz;
}

static void text_is_spoken_whatever_it_looks_like(void **state) {
    static const struct { const char *text, *voice; double least; } texts[] = {
        { "Please hold the line.", "en-us", 0.8 }, { "请稍等，马上为您接通。", "cmn", 1.0 }, { "--version", "en-us", 0.3 }, { "-w /tmp/x", "en-us", 0.3 },
        { "$(reboot); `reboot` | & \" ' \\", "en-us", 0.3 } };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        speech_bytes wav;
        assert_int_equal(speech_by_process("espeak-ng", texts[i].text, texts[i].voice, SPEECH_LIMIT_MS, &wav, sentence), 0);
        assert_true(seconds(&wav) > texts[i].least);
        free(wav.data);
    }
}

static void the_voice_follows_the_script(void **state) {
    static const struct { const char *text, *configured, *voice; } cases[] = {
        { "hello", "", "en-us" }, { "hello", "de", "de" }, { "Grüße, Ёлка", "de", "de" }, { "请按 1", "de", "cmn" }, { "press 按", "", "cmn" },
        { "\xf0\xa0\x80\x80", "", "cmn" }, /* U+20000 */ { "かな", "ja", "ja" }, { "\xff\xe8", "", "en-us" }, { "", "", "en-us" },
        { "hello", "-x", "en-us" }, { "hello", "en us", "en-us" }, { "hello", "en-us+f3", "en-us+f3" }, { "hello", "../../etc", "en-us" },
        { "hello", "a-voice-with-a-name-that-is-far-too-long", "en-us" } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(speech_voice(cases[i].text, cases[i].configured), cases[i].voice);
}

static void programs_that_fail_are_told_apart(void **state) {
    static const struct { const char *lines; int limit_ms, error; const char *complaint; } cases[] = {
        { "exit 1", 10000, TCCC_E_IO, "has failed" }, { "printf RIFF; exit 3", 10000, TCCC_E_IO, "has failed" }, { "exit 0", 10000, TCCC_E_IO, "has failed" },
        { "kill -SEGV $$", 10000, TCCC_E_IO, "has failed" }, { "exec sleep 60", 200, TCCC_E_TIMEOUT, "took longer than 200 ms" },
        { "printf RIFF; exec sleep 60", 200, TCCC_E_TIMEOUT, "took longer than 200 ms" },
        { "printf RIFF; exec 1>&-; exec sleep 60", 200, TCCC_E_IO, "has failed" }, { "exec cat /dev/zero", 20000, TCCC_E_TOO_LARGE, "more than 32 MiB" },
    };
    speech_bytes wav;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(speech_by_process(program(cases[i].lines), "x", "en-us", cases[i].limit_ms, &wav, sentence), cases[i].error);
        if (!strstr(sentence, cases[i].complaint)) fail_msg("%s: %s", cases[i].lines, sentence);
        assert_null(wav.data);
    }
    assert_int_equal(speech_by_process("/nowhere/espeak", "x", "en-us", 1000, &wav, sentence), TCCC_E_IO);
    assert_non_null(strstr(sentence, "could not be started"));
    assert_int_equal(waitpid(-1, NULL, WNOHANG), 0); /* no child but the service is left */
}

/* It gets the text, its voice, three descriptors, and nothing else of ours. */
static void a_program_sees_only_what_it_needs(void **state) {
    speech_bytes out;
    (void)state;
    int secret = open("/etc/passwd", 0); /* one that is not closed by exec */
    setenv("TCCC_SECRET", "x", 1);
    const char *lines = "cat; echo; echo \"$@\"; env | grep -c SECRET; exec ls /proc/self/fd"; /* its 3 is that folder */
    assert_int_equal(speech_by_process(program(lines), "the text", "de", 10000, &out, sentence), 0);
    static const char expected[] = "the text\n-v de --stdin --stdout\n0\n0\n1\n2\n3\n";
    char *text = strndup((char *)out.data, out.n);
    assert_string_equal(text, expected);
    free(text);
    free(out.data);
    close(secret);
}

static void the_service_speaks(void **state) {
    static const struct { const char *text, *voice; } texts[] = { { "Please hold the line.", "en-us" }, { "请稍等。", "cmn" },
        { "line\nbreak \"quoted\" \\ \x01", "en-us" } };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        speech_bytes wav;
        assert_int_equal(speech_by_http(service.url, texts[i].text, texts[i].voice, SPEECH_LIMIT_MS, &wav, sentence), 0);
        assert_true(seconds(&wav) > 0.3);
        free(wav.data);
    }
}

static void a_service_that_fails_is_told_apart(void **state) {
    static const struct { const char *text; int limit_ms, error; const char *complaint; } cases[] = {
        { "refuse", 10000, TCCC_E_IO, "answered HTTP 500 instead of 200" }, { "nothing", 10000, TCCC_E_IO, "answered nothing" },
        { "elsewhere", 10000, TCCC_E_IO, "answered HTTP 302 instead of 200" }, { "stall", 300, TCCC_E_TIMEOUT, "took longer than 300 ms" },
        { "drip", 300, TCCC_E_TIMEOUT, "took longer than 300 ms" }, { "close", 10000, TCCC_E_IO, "cannot be reached" },
        { "half", 10000, TCCC_E_IO, "cannot be reached" }, { "flood", 20000, TCCC_E_TOO_LARGE, "more than 32 MiB" },
    };
    speech_bytes wav;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(speech_by_http(service.url, cases[i].text, "en-us", cases[i].limit_ms, &wav, sentence), cases[i].error);
        if (!strstr(sentence, cases[i].complaint)) fail_msg("%s: %s", cases[i].text, sentence);
        assert_null(wav.data);
    }
    assert_int_equal(speech_by_http("http://127.0.0.1:1/", "x", "en-us", 1000, &wav, sentence), TCCC_E_IO);
    assert_non_null(strstr(sentence, "cannot be reached"));
    assert_int_equal(speech_by_http("file:///etc/passwd", "x", "en-us", 1000, &wav, sentence), TCCC_E_IO);
    assert_null(wav.data);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN); /* as main.c does */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_spoken_whatever_it_looks_like),
        cmocka_unit_test(the_voice_follows_the_script),
        cmocka_unit_test(programs_that_fail_are_told_apart),
        cmocka_unit_test(a_program_sees_only_what_it_needs),
        cmocka_unit_test(the_service_speaks),
        cmocka_unit_test(a_service_that_fails_is_told_apart),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
