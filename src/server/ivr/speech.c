/* speech.c: text to WAV bytes by a process or an HTTP service. Layer: server. */
#include "server/ivr/speech.h"

#include "base/json.h"
#include "base/utf8.h"
#include "server/deadline.h"
#include "tccc/error.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ_BLOCK = 64 * 1024, JSON_BODY_MAX = 32 * 1024, CONNECT_MS = 3000 };

static int fail(char sentence[SPEECH_SENTENCE_MAX], int error, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int fail(char sentence[SPEECH_SENTENCE_MAX], int error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, SPEECH_SENTENCE_MAX, format, arguments);
    va_end(arguments);
    return error;
}

/* --- voices --- */

static uint32_t code_point(const char *at, size_t n) {
    const uint8_t *b = (const uint8_t *)at;
    switch (n) {
    case 2: return (b[0] & 0x1fu) << 6 | (b[1] & 0x3fu);
    case 3: return (b[0] & 0x0fu) << 12 | (b[1] & 0x3fu) << 6 | (b[2] & 0x3fu);
    case 4: return (b[0] & 0x07u) << 18 | (b[1] & 0x3fu) << 12 | (b[2] & 0x3fu) << 6 | (b[3] & 0x3fu);
    default: return b[0];
    }
}

/* CJK unified ideographs with extensions A to H, and compatibility ideographs (Unicode 15, block names). */
static bool is_chinese(uint32_t c) {
    return (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x323af);
}

static bool is_voice(const char *name) {
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-_");
    return n > 0 && n < SPEECH_VOICE_MAX && !name[n] && name[0] != '-';
}

const char *speech_voice(const char *text, const char *configured) {
    for (size_t left = strlen(text), n; left; text += n, left -= n) {
        n = utf8_character(text, left);
        if (n && is_chinese(code_point(text, n)))
            return "cmn";
        if (!n)
            n = 1;
    }
    return is_voice(configured) ? configured : "en-us";
}

/* --- what comes back --- */

static int take(speech_bytes *wav, size_t *room, const void *data, size_t n) {
    if (wav->n + n > SPEECH_BYTES_MAX)
        return TCCC_E_TOO_LARGE;
    if (wav->n + n > *room) {
        size_t more = 2 * (wav->n + n);
        uint8_t *bigger = realloc(wav->data, more);
        if (!bigger)
            return TCCC_E_NO_MEMORY;
        wav->data = bigger;
        *room = more;
    }
    memcpy(wav->data + wav->n, data, n);
    wav->n += n;
    return 0;
}

static void drop(speech_bytes *wav) {
    free(wav->data);
    *wav = (speech_bytes){ 0 };
}

/* --- a process --- */

/* The text as a file without a name: no pipe that a process could leave full. */
static int file_of(const char *text) {
    size_t n = strlen(text);
    int fd = memfd_create("speech", MFD_CLOEXEC);
    if (fd >= 0 && (write(fd, text, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* 0 or errno. The process has its input, its output and nothing else of ours: no other descriptor, no environment, no blocked signals. */
static int spawn(pid_t *pid, const char *program, const char *voice, int in, int out) {
    char *const arguments[] = { (char *)program, "-v", (char *)voice, "--stdin", "--stdout", NULL };
    char *const environment[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", NULL };
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    int error = posix_spawn_file_actions_adddup2(&files, in, 0);
    if (!error) error = posix_spawn_file_actions_adddup2(&files, out, 1);
    if (!error) error = posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(&files, 3);
    if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
    if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
    if (!error) error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!error) error = posix_spawnp(pid, program, &files, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

/* All that the process writes, until it closes its output. */
static int read_all(int fd, uint64_t end_ms, speech_bytes *wav) {
    size_t room = 0;
    uint8_t *block = malloc(READ_BLOCK);
    int error = block ? 0 : TCCC_E_NO_MEMORY;
    while (!error) {
        uint64_t now_ms = clock_ms();
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        int n_ready = now_ms < end_ms ? poll(&ready, 1, (int)(end_ms - now_ms)) : 0;
        if (n_ready < 0 && errno == EINTR)
            continue;
        if (n_ready <= 0) {
            error = n_ready ? TCCC_E_IO : TCCC_E_TIMEOUT;
            break;
        }
        ssize_t n = read(fd, block, READ_BLOCK);
        if (n == 0)
            break;
        error = n > 0 ? take(wav, &room, block, (size_t)n) : TCCC_E_IO;
    }
    free(block);
    return error;
}

/* Whether it went well; a process that closed its output but stays is killed as well. */
static bool reap(pid_t pid, bool kill_it, uint64_t end_ms) {
    int status = 0;
    pid_t done = 0;
    while (!kill_it && !(done = waitpid(pid, &status, WNOHANG)) && clock_ms() < end_ms)
        poll(NULL, 0, 5);
    if (!done) {
        kill(pid, SIGKILL);
        done = waitpid(pid, &status, 0);
    }
    return done == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int run(const char *program, const char *voice, int in, int limit_ms, speech_bytes *wav, char sentence[SPEECH_SENTENCE_MAX]) {
    int ends[2];
    pid_t pid;
    uint64_t end_ms = clock_ms() + (uint64_t)limit_ms;
    if (pipe2(ends, O_CLOEXEC))
        return fail(sentence, TCCC_E_IO, "No pipe could be made: %s.", strerror(errno));
    int error = spawn(&pid, program, voice, in, ends[1]);
    close(ends[1]);
    if (error) {
        close(ends[0]);
        return fail(sentence, TCCC_E_IO, "%s could not be started: %s. Install it, or set a speech service.", program, strerror(error));
    }
    error = read_all(ends[0], end_ms, wav);
    close(ends[0]);
    bool good = reap(pid, error != 0, end_ms);
    if (error == TCCC_E_TIMEOUT)
        return fail(sentence, error, "%s took longer than %d ms.", program, limit_ms);
    if (error == TCCC_E_TOO_LARGE)
        return fail(sentence, error, "%s wrote more than 32 MiB.", program);
    if (error || !good || !wav->n)
        return fail(sentence, error ? error : TCCC_E_IO, "%s has failed with voice %s.", program, voice);
    return 0;
}

int speech_by_process(const char *program, const char *text, const char *voice, int limit_ms, speech_bytes *wav, char sentence[SPEECH_SENTENCE_MAX]) {
    *wav = (speech_bytes){ 0 };
    int in = file_of(text);
    if (in < 0)
        return fail(sentence, TCCC_E_IO, "The text could not be handed over: %s.", strerror(errno));
    int error = run(program, voice, in, limit_ms, wav, sentence);
    close(in);
    if (error)
        drop(wav);
    return error;
}

/* --- a service --- */

typedef struct {
    speech_bytes *wav;
    size_t room;
    int error;
} answer;

static size_t on_answer(char *data, size_t size, size_t n, void *ctx) {
    answer *a = ctx;
    a->error = take(a->wav, &a->room, data, size * n);
    return a->error ? 0 : size * n;
}

static bool prepare(CURL *curl, const char *url, const char *body, const struct curl_slist *headers, int limit_ms, answer *a) {
    return !curl_easy_setopt(curl, CURLOPT_URL, url) && !curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") &&
           !curl_easy_setopt(curl, CURLOPT_PROXY, "") && !curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) &&
           !curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body) && !curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) &&
           !curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)limit_ms) && !curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) &&
           !curl_easy_setopt(curl, CURLOPT_USERAGENT, "tcccd") && !curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer) &&
           !curl_easy_setopt(curl, CURLOPT_WRITEDATA, a);
}

static int ask(CURL *curl, int limit_ms, answer *a, char sentence[SPEECH_SENTENCE_MAX]) {
    long status = 0;
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (a->error == TCCC_E_TOO_LARGE)
        return fail(sentence, a->error, "The speech service answered more than 32 MiB.");
    if (a->error)
        return fail(sentence, a->error, "Memory is exhausted.");
    if (code == CURLE_OPERATION_TIMEDOUT)
        return fail(sentence, TCCC_E_TIMEOUT, "The speech service took longer than %d ms.", limit_ms);
    if (code)
        return fail(sentence, TCCC_E_IO, "The speech service cannot be reached: %s.", curl_easy_strerror(code));
    if (status != 200)
        return fail(sentence, TCCC_E_IO, "The speech service answered HTTP %ld instead of 200.", status);
    return a->wav->n ? 0 : fail(sentence, TCCC_E_IO, "The speech service answered nothing.");
}

static char *body_of(const char *text, const char *voice) {
    char *body = malloc(JSON_BODY_MAX);
    if (!body)
        return NULL;
    json_writer out = json_write(body, JSON_BODY_MAX);
    json_open_object(&out, NULL);
    json_put_string(&out, "text", text);
    json_put_string(&out, "voice", voice);
    json_close(&out);
    if (json_finish(&out) >= 0)
        return body;
    free(body);
    return NULL;
}

int speech_by_http(const char *url, const char *text, const char *voice, int limit_ms, speech_bytes *wav, char sentence[SPEECH_SENTENCE_MAX]) {
    answer a = { .wav = wav };
    *wav = (speech_bytes){ 0 };
    char *body = body_of(text, voice);
    CURL *curl = curl_easy_init();
    struct curl_slist *type = curl_slist_append(NULL, "Content-Type: application/json");
    struct curl_slist *headers = type ? curl_slist_append(type, "Accept: audio/wav") : NULL;
    int error = !body || !curl || !headers || !prepare(curl, url, body, headers, limit_ms, &a)
              ? fail(sentence, TCCC_E_IO, "The speech service's URL cannot be used. Set an http or https URL.") : ask(curl, limit_ms, &a, sentence);
    curl_easy_cleanup(curl);
    curl_slist_free_all(type);
    free(body);
    if (error)
        drop(wav);
    return error;
}
