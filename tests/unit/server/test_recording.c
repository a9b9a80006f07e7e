/* test_recording.c: what was said is in the file, at its time: with loss, jitter, other clocks, gaps, full disks, cut files. Layer: tests. */
#include "server/record/ogg_repair.h"
#include "server/record/recording.h"

#include "media/codec.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../cmocka_all.h"
#include "../speech_signal.h"
#include "ogg_read.h"
#include "tccc/error.h"

enum { RATE = SPEECH_RATE_HZ, PACKETS_MAX = 20000, FRAME_MS = 20, MS = RATE / 1000 };

static const uint64_t began_us = 5000000000;
static char folder[64], part[96], meta[96];

/* --- a participant over a network --- */

typedef struct {
    enum tccc_codec codec;
    double ppm;                      /* its clock is faster by so much */
    int delay_ms, jitter_ms, loss_percent;
    int from_ms;                     /* of the recording: when it begins to speak */
    int stall_ms;                    /* what it says in this time arrives at its end, all at once */
    int mute_from_ms, mute_to_ms;    /* nothing is sent */
    float *said;
    int n;                           /* samples at 16 kHz */
} speaker;

typedef struct {
    uint64_t arrival_us;
    int voice;
    enum tccc_codec codec;
    rtp_packet rtp;
    uint8_t payload[CODEC_PAYLOAD_MAX];
} sent;

static sent *sent_packets;
static int n_sent;

static uint32_t chance;

static int percent(int p) {
    return (int)(speech_random(&chance) % 100) < p;
}

static void speak(const speaker *s, int voice) {
    int error, frame = 320;
    tccc_stream_config config = { .codec = s->codec, .ptime_ms = 20, .bitrate_bps = 24000, .complexity = 3,
                                  .payload_type = s->codec == TCCC_CODEC_OPUS ? 111 : s->codec == TCCC_CODEC_PCMA ? 8 : 0 };
    codec_encoder *encoder = codec_encoder_new(&config, &error);
    assert_non_null(encoder);
    uint32_t timestamp = 0xffff0000u;
    uint16_t seq = 65000;
    for (int at = 0; at + frame <= s->n; at += frame, timestamp += codec_ticks(s->codec, frame)) {
        sent *p = &sent_packets[n_sent];
        int len = codec_encoder_encode(encoder, s->said + at, p->payload, sizeof p->payload), at_ms = at / MS;
        assert_true(len > 0);
        double spoken_us = (at + frame) * (1e6 / RATE) / (1 + s->ppm * 1e-6);
        if (at_ms >= s->mute_from_ms && at_ms < s->mute_to_ms)
            continue;
        p->rtp = (rtp_packet){ .seq = seq++, .timestamp = timestamp, .ssrc = 77, .payload = p->payload, .payload_len = (size_t)len };
        p->arrival_us = began_us + (uint64_t)((s->from_ms + s->delay_ms) * 1000 + spoken_us + 1000.0 * s->jitter_ms * speech_uniform(&chance));
        uint64_t stalled_us = began_us + (uint64_t)(s->from_ms + s->delay_ms + s->stall_ms) * 1000;
        p->arrival_us = s->stall_ms && p->arrival_us < stalled_us ? stalled_us : p->arrival_us;
        p->voice = voice;
        p->codec = s->codec;
        n_sent += !percent(s->loss_percent);
        assert_true(n_sent < PACKETS_MAX);
    }
    codec_encoder_free(encoder);
}

static int by_arrival(const void *a, const void *b) {
    uint64_t x = ((const sent *)a)->arrival_us, y = ((const sent *)b)->arrival_us;
    return x < y ? -1 : x > y;
}

static recording *begin(int n_voices, int silence_ms) {
    int error;
    bool full;
    recording_config config = { .n_voices = n_voices, .part_path = part, .meta_path = meta, .record_id = "1_test", .meta = "{}", .start_us = began_us,
                                .silence_ms = silence_ms };
    unlink(part);
    recording *r = recording_open(&config, &error, &full);
    assert_non_null(r);
    return r;
}

/* All packets at their time, and 100 ms of the thread in between. Ends early when writing fails or nobody speaks. */
static uint64_t run(recording *r, uint64_t end_us, int *failed, bool *full) {
    uint64_t now = began_us;
    qsort(sent_packets, (size_t)n_sent, sizeof *sent_packets, by_arrival);
    *failed = 0;
    for (int i = 0; now < end_us && !*failed && !recording_is_silent(r); now += 100000) {
        for (; i < n_sent && sent_packets[i].arrival_us < now + 100000; i++) {
            sent_packets[i].rtp.payload = sent_packets[i].payload; /* sorting has moved it */
            recording_packet(r, sent_packets[i].voice, sent_packets[i].codec, &sent_packets[i].rtp, sent_packets[i].arrival_us);
        }
        *failed = recording_advance(r, now + 100000, full);
    }
    return now;
}

static track_counters record(const speaker *speakers, int n, int total_ms) {
    int failed;
    bool full;
    int64_t ticks;
    track_counters counters;
    recording *r = begin(n, 0);
    n_sent = 0;
    for (int i = 0; i < n; i++)
        speak(&speakers[i], i);
    run(r, began_us + (uint64_t)total_ms * 1000, &failed, &full);
    assert_int_equal(failed, 0);
    assert_int_equal(recording_close(r, began_us + (uint64_t)total_ms * 1000, &counters, &ticks), 0);
    return counters;
}

static speaker someone(enum tccc_codec codec, int seconds, uint32_t seed) {
    speaker s = { .codec = codec, .n = seconds * RATE, .said = calloc((size_t)(seconds * RATE), sizeof(float)) };
    assert_non_null(s.said);
    speech_make(s.said, s.n, seed);
    return s;
}

/* --- comparing --- */

/* Likeness of said[at..at+n) and heard at the best lag within [low, high]; *lag is where. */
static double likeness(const float *said, int at, int n, const float *heard, int n_heard, int low, int high, int *lag) {
    double best = -1, own = 1e-9, other = 1e-9;
    low = low < -at ? -at : low;
    high = high > n_heard - n - at ? n_heard - n - at : high;
    for (int i = 0; i < n; i++)
        own += (double)said[at + i] * said[at + i];
    for (int i = 0; i < n && low <= high; i++)
        other += (double)heard[at + low + i] * heard[at + low + i];
    for (int l = low; l <= high; l++) {
        const float *a = said + at, *b = heard + at + l;
        double both = 0;
        for (int i = 0; i < n; i++)
            both += (double)a[i] * b[i];
        if (both / sqrt(own * other) > best) {
            best = both / sqrt(own * other);
            *lag = l;
        }
        if (l < high) /* the window moves on by a sample */
            other = fmax(other + (double)b[n] * b[n] - (double)b[0] * b[0], 1e-9);
    }
    return best;
}

static double level(const float *pcm, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++)
        sum += (double)pcm[i] * pcm[i];
    return 10 * log10(sum / (to - from) + 1e-12);
}

typedef struct {
    double worst, mean;
    int first_lag, last_lag;         /* samples */
} likenesses;

/* Seconds of speech, each within slack_ms of where it should be: from_ms, the delay and the packet's own length behind its place in `said`. */
static likenesses compare(const speaker *s, const ogg_read *file, int slack_ms) {
    likenesses out = { .worst = 1, .first_lag = INT32_MIN };
    int n = 0, expected = (s->from_ms + s->delay_ms + FRAME_MS) * MS;
    for (int at = RATE / 2; at + RATE <= s->n; at += s->n > 30 * RATE ? 10 * RATE : RATE) {
        int lag = 0;
        if (level(s->said, at, at + RATE) < -45 || (at / MS + 1000 > s->mute_from_ms && at / MS < s->mute_to_ms))
            continue;
        double one = likeness(s->said, at, RATE, file->pcm, file->n, expected - slack_ms * MS, expected + slack_ms * MS, &lag);
        out.worst = one < out.worst ? one : out.worst;
        out.mean += one;
        out.first_lag = out.first_lag == INT32_MIN ? lag - expected : out.first_lag;
        out.last_lag = lag - expected;
        n++;
    }
    assert_true(n > 3);
    out.mean /= n;
    print_message("worst %.3f mean %.3f over %d seconds, lag %.1f to %.1f ms\n", out.worst, out.mean, n, (double)out.first_lag / MS, (double)out.last_lag / MS);
    return out;
}

/* --- tests --- */

static int start(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/test_recording.XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(part, sizeof part, "%s/a.part", folder);
    snprintf(meta, sizeof meta, "%s/a.json", folder);
    sent_packets = calloc(PACKETS_MAX, sizeof *sent_packets);
    return sent_packets ? 0 : -1;
}

static int stop(void **state) {
    (void)state;
    free(sent_packets);
    unlink(part);
    unlink(meta);
    rmdir(folder);
    return 0;
}

static int same_chances(void **state) {
    (void)state;
    chance = 1;
    return 0;
}

static void what_a_telephone_says_is_in_the_file_at_its_time(void **state) {
    (void)state;
    speaker s = someone(TCCC_CODEC_PCMA, 12, 3);
    s.from_ms = 1000;
    s.delay_ms = 30;
    s.jitter_ms = 30;
    record(&s, 1, 14000);
    ogg_read file = ogg_read_file(part);
    assert_true(file.ok);
    assert_true(abs(file.n - 14 * RATE) <= 40 * MS);
    likenesses l = compare(&s, &file, 60);
    assert_true(l.worst > 0.8 && l.mean > 0.85);
    assert_true(abs(l.first_lag) <= 40 * MS && abs(l.last_lag - l.first_lag) <= 20 * MS);
    assert_true(level(file.pcm, 0, 900 * MS) < -80);
    ogg_read_free(&file);
    free(s.said);
}

static void opus_is_copied_as_it_came(void **state) {
    (void)state;
    speaker s = someone(TCCC_CODEC_OPUS, 10, 5);
    s.delay_ms = 20;
    record(&s, 1, 11000);
    ogg_read file = ogg_read_file(part);
    assert_true(file.ok);
    int first = -1;
    for (int i = 0; i < 4 && first < 0; i++) /* silence up to the first packet */
        if ((size_t)file.lens[i] == sent_packets[0].rtp.payload_len && !memcmp(file.packets[i], sent_packets[0].payload, (size_t)file.lens[i]))
            first = i;
    assert_true(first >= 0);
    assert_int_equal((size_t)file.lens[first + 1], sent_packets[1].rtp.payload_len);
    assert_memory_equal(file.packets[first + 1], sent_packets[1].payload, (size_t)file.lens[first + 1]);
    likenesses l = compare(&s, &file, 60);
    assert_true(l.worst > 0.85);
    ogg_read_free(&file);
    free(s.said);
}

static void losses_are_concealed_and_shift_nothing(void **state) {
    (void)state;
    enum tccc_codec codecs[] = { TCCC_CODEC_PCMU, TCCC_CODEC_OPUS };
    for (int i = 0; i < 2; i++) {
        speaker s = someone(codecs[i], 20, 7);
        s.jitter_ms = 40;
        s.loss_percent = 5;
        track_counters counters = record(&s, 1, 20500);
        ogg_read file = ogg_read_file(part);
        assert_true(file.ok);
        assert_true(counters.lost > 20 && counters.lost < 90);
        assert_true(abs(file.n - 20500 * MS) <= 40 * MS);
        likenesses l = compare(&s, &file, 60);
        assert_true(l.mean > 0.8 && abs(l.last_lag - l.first_lag) <= 20 * MS);
        ogg_read_free(&file);
        free(s.said);
    }
}

static void a_clock_that_is_off_is_followed(void **state) {
    (void)state;
    double ppm[] = { 500, -500 };
    for (int i = 0; i < 2; i++) {
        speaker s = someone(i ? TCCC_CODEC_OPUS : TCCC_CODEC_PCMA, 150, 9); /* 75 ms in all */
        s.ppm = ppm[i];
        track_counters counters = record(&s, 1, 150000);
        ogg_read file = ogg_read_file(part);
        assert_true(file.ok);
        assert_int_equal(counters.steps < 0, ppm[i] > 0);
        assert_true(llabs(counters.steps) >= 2 && llabs(counters.steps) <= 5);
        int lag = 0, at = 147 * RATE, place = (int)(at / (1 + ppm[i] * 1e-6));
        while (level(s.said, at, at + RATE) < -40)
            at -= RATE;
        place = (int)(at / (1 + ppm[i] * 1e-6)) - at;
        likeness(s.said, at, RATE, file.pcm, file.n, place - 100 * MS, place + 100 * MS, &lag);
        print_message("%g ppm: %lld steps, off by %.1f ms after %d s\n", ppm[i], (long long)counters.steps, (double)(lag - place) / MS, at / RATE);
        assert_true(abs(lag - place) <= 45 * MS);
        ogg_read_free(&file);
        free(s.said);
    }
}

/* Before, the first packet alone told where a stream begins, and eight seconds later words were left out to make up for it. */
static void a_standstill_at_the_start_moves_nothing(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        speaker s = someone(i ? TCCC_CODEC_OPUS : TCCC_CODEC_PCMA, 12, 23);
        s.from_ms = 1000;
        s.stall_ms = 160;
        track_counters counters = record(&s, 1, 13500);
        ogg_read file = ogg_read_file(part);
        assert_true(file.ok);
        assert_int_equal(counters.steps, 0);
        assert_int_equal(counters.lost + counters.late + counters.dropped, 0);
        likenesses l = compare(&s, &file, 60);
        assert_true(l.worst > 0.8 && abs(l.first_lag) <= 25 * MS && abs(l.last_lag - l.first_lag) <= MS);
        ogg_read_free(&file);
        free(s.said);
    }
}

static void a_pause_without_packets_is_silence_and_what_follows_is_at_its_time(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        speaker s = someone(i ? TCCC_CODEC_OPUS : TCCC_CODEC_PCMA, 14, 11);
        s.mute_from_ms = 4000;
        s.mute_to_ms = 9000;
        track_counters counters = record(&s, 1, 14000);
        ogg_read file = ogg_read_file(part);
        assert_true(file.ok);
        assert_int_equal(counters.lost, 0);
        assert_true(level(file.pcm, 5500 * MS, 8900 * MS) < -80);
        likenesses l = compare(&s, &file, 60);
        assert_true(l.worst > 0.8 && abs(l.last_lag - l.first_lag) <= 20 * MS);
        ogg_read_free(&file);
        free(s.said);
    }
}

static void two_are_mixed_side_by_side(void **state) {
    (void)state;
    speaker two[2] = { someone(TCCC_CODEC_OPUS, 12, 13), someone(TCCC_CODEC_PCMA, 12, 17) };
    for (int i = 0; i < two[0].n; i++) /* in turn, two seconds each */
        two[i / (2 * RATE) % 2].said[i] = 0;
    two[1].from_ms = 0;
    two[1].delay_ms = 50;
    two[1].jitter_ms = 20;
    record(two, 2, 13000);
    ogg_read file = ogg_read_file(part);
    assert_true(file.ok);
    assert_true(abs(file.n - 13 * RATE) <= 40 * MS);
    for (int i = 0; i < 2; i++) {
        likenesses l = { .worst = 1 };
        for (int at = (i ? 0 : 2) * RATE + RATE / 4; at + RATE < 11 * RATE; at += 4 * RATE) {
            int lag, expected = (two[i].delay_ms + FRAME_MS) * MS;
            double one = likeness(two[i].said, at, RATE, file.pcm, file.n, expected - 60 * MS, expected + 60 * MS, &lag);
            l.worst = one < l.worst ? one : l.worst;
        }
        print_message("voice %d: worst %.3f\n", i, l.worst);
        assert_true(l.worst > 0.65); /* coded twice */
    }
    ogg_read_free(&file);
    free(two[0].said);
    free(two[1].said);
}

/* A third party takes part from the sixth second on: what it says stands where it was said, and the others go on. */
static void a_third_joins_the_mix(void **state) {
    (void)state;
    speaker all[3] = { someone(TCCC_CODEC_PCMA, 12, 23), someone(TCCC_CODEC_PCMA, 12, 29), someone(TCCC_CODEC_OPUS, 4, 31) };
    all[2].from_ms = 6000;
    for (int i = 0; i < all[0].n; i++) {
        all[0].said[i] *= i < 5 * RATE || i >= 11 * RATE; /* alone in the mix: first this one, then the third */
        all[1].said[i] = 0;
    }
    int failed;
    bool full;
    int64_t ticks;
    track_counters counters;
    recording *r = begin(2, 0);
    n_sent = 0;
    for (int i = 0; i < 3; i++)
        speak(&all[i], i);
    run(r, began_us + 13000000, &failed, &full);
    assert_int_equal(failed, 0);
    assert_int_equal(recording_close(r, began_us + 13000000, &counters, &ticks), 0);
    ogg_read file = ogg_read_file(part);
    assert_true(file.ok);
    assert_true(abs(file.n - 13 * RATE) <= 40 * MS);
    for (int i = 0; i < 3; i += 2) {
        int lag, expected = (all[i].from_ms + FRAME_MS) * MS;
        double one = likeness(all[i].said, RATE, 2 * RATE, file.pcm, file.n, expected - 60 * MS, expected + 60 * MS, &lag);
        print_message("voice %d: %.3f\n", i, one);
        assert_true(one > 0.65);
    }
    ogg_read_free(&file);
    for (int i = 0; i < 3; i++)
        free(all[i].said);
}

static void nobody_speaks_and_the_voicemail_ends(void **state) {
    (void)state;
    speaker s = someone(TCCC_CODEC_PCMA, 15, 19);
    int failed;
    bool full;
    int64_t ticks;
    track_counters counters;
    recording *r = begin(1, 3000);
    for (int i = 5 * RATE; i < s.n; i++)
        s.said[i] = 0.0006f * (speech_uniform(&chance) - 0.5f); /* the line is open */
    n_sent = 0;
    speak(&s, 0);
    uint64_t ended = run(r, began_us + 15000000, &failed, &full);
    assert_int_equal(failed, 0);
    assert_true(recording_is_silent(r));
    int64_t after_ms = (int64_t)(ended - began_us) / 1000 - 5000;
    print_message("ended %lld ms after the last word\n", (long long)after_ms);
    assert_true(after_ms >= 2000 && after_ms <= 5000);
    assert_int_equal(recording_close(r, ended, &counters, &ticks), 0);
    free(s.said);
}

static void an_empty_recording_is_a_file_of_silence(void **state) {
    (void)state;
    int64_t ticks;
    track_counters counters;
    recording *r = begin(1, 0);
    assert_int_equal(recording_close(r, began_us, &counters, &ticks), 0);
    ogg_read file = ogg_read_file(part);
    assert_true(file.ok);
    ogg_read_free(&file);
}

static void a_full_disk_ends_it_and_what_is_there_can_be_heard(void **state) {
    (void)state;
    struct rlimit old, small;
    speaker s = someone(TCCC_CODEC_PCMA, 12, 23);
    int failed;
    bool full = false;
    int64_t bytes, granule, ticks;
    track_counters counters;
    recording *r = begin(1, 0);
    n_sent = 0;
    speak(&s, 0);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){ .rlim_cur = 20000, .rlim_max = old.rlim_max };
    setrlimit(RLIMIT_FSIZE, &small);
    uint64_t ended = run(r, began_us + 20000000, &failed, &full);
    int closed = recording_close(r, ended, &counters, &ticks);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(failed, TCCC_E_IO);
    assert_int_equal(closed, TCCC_E_IO);
    assert_true(full);
    int fd = open(part, O_RDWR);
    assert_int_equal(ogg_repair(fd, &bytes, &granule), 0);
    close(fd);
    assert_true(bytes <= 20000 && granule > 3 * 48000);
    ogg_read file = ogg_read_file(part);
    assert_true(file.ok);
    assert_int_equal(file.granule, granule);
    ogg_read_free(&file);
    free(s.said);
}

static void copy_cut(const uint8_t *bytes, size_t len) {
    int fd = open(part, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
}

static void a_file_cut_anywhere_becomes_whole(void **state) {
    (void)state;
    speaker s = someone(TCCC_CODEC_OPUS, 6, 29);
    uint8_t *bytes = malloc(1 << 20);
    int64_t len, granule, longest = 0;
    int heard = 0;
    record(&s, 1, 6000);
    int fd = open(part, O_RDONLY);
    ssize_t n = read(fd, bytes, 1 << 20);
    close(fd);
    assert_true(n > 5000);
    for (ssize_t cut = 0; cut <= n; cut += cut < 100 ? 1 : 151) {
        copy_cut(bytes, (size_t)cut);
        fd = open(part, O_RDWR);
        int error = ogg_repair(fd, &len, &granule);
        close(fd);
        assert_true(error == 0 || error == TCCC_E_FORMAT);
        if (error)
            continue;
        ogg_read file = ogg_read_file(part);
        assert_true(file.ok && file.granule == granule && len <= cut && granule >= longest);
        longest = granule;
        heard++;
        ogg_read_free(&file);
    }
    assert_true(heard > 50 && longest >= 5 * 48000);
    free(bytes);
    free(s.said);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_a_telephone_says_is_in_the_file_at_its_time, same_chances),
        cmocka_unit_test_setup(opus_is_copied_as_it_came, same_chances),
        cmocka_unit_test_setup(losses_are_concealed_and_shift_nothing, same_chances),
        cmocka_unit_test_setup(a_clock_that_is_off_is_followed, same_chances),
        cmocka_unit_test_setup(a_standstill_at_the_start_moves_nothing, same_chances),
        cmocka_unit_test_setup(a_pause_without_packets_is_silence_and_what_follows_is_at_its_time, same_chances),
        cmocka_unit_test_setup(two_are_mixed_side_by_side, same_chances),
        cmocka_unit_test_setup(a_third_joins_the_mix, same_chances),
        cmocka_unit_test_setup(nobody_speaks_and_the_voicemail_ends, same_chances),
        cmocka_unit_test_setup(an_empty_recording_is_a_file_of_silence, same_chances),
        cmocka_unit_test_setup(a_full_disk_ends_it_and_what_is_there_can_be_heard, same_chances),
        cmocka_unit_test_setup(a_file_cut_anywhere_becomes_whole, same_chances),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
