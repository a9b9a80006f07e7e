/* test_sound.c: WAV files and what programs read of them. Layer: tests. */
#include "server/bridge/sound.h"
#include "media/wav.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../cmocka_all.h"
#include "tccc/error.h"

/* A WAV file of one data chunk behind an odd-sized chunk that is skipped. Its length. */
static size_t make_wav(uint8_t *out, int tag, int channels, int rate_hz, int bits, const void *data, size_t data_len) {
    uint8_t head[] = {
        'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'A', 'V', 'E', 'n', 'o', 't', 'e', 3, 0, 0, 0, 'a', 'b', 'c', 0,
        'f', 'm', 't', ' ', 16, 0, 0, 0, (uint8_t)tag, (uint8_t)(tag >> 8), (uint8_t)channels, 0,
        (uint8_t)rate_hz, (uint8_t)(rate_hz >> 8), (uint8_t)(rate_hz >> 16), 0, 0, 0, 0, 0, 0, 0, (uint8_t)bits, 0,
        'd', 'a', 't', 'a', (uint8_t)data_len, (uint8_t)(data_len >> 8), (uint8_t)(data_len >> 16), 0,
    };
    memcpy(out, head, sizeof head);
    memcpy(out + sizeof head, data, data_len);
    return sizeof head + data_len;
}

static int16_t first_sample(int tag, int channels, int bits, const void *data, size_t data_len) {
    uint8_t bytes[256];
    wav w;
    assert_int_equal(wav_parse(&w, bytes, make_wav(bytes, tag, channels, 8000, bits, data, data_len)), 0);
    return wav_mono(&w, 0);
}

static void all_codings_are_read(void **state) {
    (void)state;
    float half = 0.5f;
    assert_int_equal(first_sample(WAV_PCM, 1, 16, (uint8_t[]){ 0x34, 0x12 }, 2), 0x1234);
    assert_int_equal(first_sample(WAV_PCM, 1, 8, (uint8_t[]){ 0xc0 }, 1), 0x4000);       /* 64 above the middle of 128 */
    assert_int_equal(first_sample(WAV_PCM, 1, 24, (uint8_t[]){ 0xff, 0x34, 0x92 }, 3), (int16_t)0x9234);
    assert_int_equal(first_sample(WAV_PCM, 1, 32, (uint8_t[]){ 0, 0, 0x34, 0x12 }, 4), 0x1234);
    assert_int_equal(first_sample(WAV_FLOAT, 1, 32, &half, 4), 16384);                    /* 0.5 * 32767, rounded */
    assert_int_equal(first_sample(WAV_MULAW, 1, 8, (uint8_t[]){ 0x80 }, 1), 32124);       /* G.711 table 2a */
    assert_int_equal(first_sample(WAV_ALAW, 1, 8, (uint8_t[]){ 0xaa }, 1), 32256);        /* G.711 table 1a */
    assert_int_equal(first_sample(WAV_PCM, 2, 16, (uint8_t[]){ 0xe8, 0x03, 0xd0, 0x07 }, 4), 1500); /* of 1000 and 2000 */
}

static void a_data_chunk_longer_than_the_file_ends_with_the_file(void **state) {
    (void)state;
    uint8_t bytes[256], samples[40] = { 0 };
    wav w;
    size_t len = make_wav(bytes, WAV_PCM, 1, 8000, 16, samples, sizeof samples);
    assert_int_equal(wav_parse(&w, bytes, len - 7), 0);
    assert_int_equal(w.n_frames, 16); /* 33 bytes are 16 whole samples */
}

static void what_is_no_wav_is_refused(void **state) {
    (void)state;
    uint8_t bytes[256], sample[8] = { 0 };
    wav w;
    size_t len = make_wav(bytes, WAV_PCM, 1, 8000, 16, sample, 2);
    for (size_t cut = 0; cut < len - 2; cut++)
        assert_int_equal(wav_parse(&w, bytes, cut), TCCC_E_FORMAT);
    assert_int_equal(wav_parse(&w, bytes, make_wav(bytes, 2, 1, 8000, 4, sample, 8)), TCCC_E_FORMAT);  /* ADPCM */
    assert_int_equal(wav_parse(&w, bytes, make_wav(bytes, 1, 0, 8000, 16, sample, 8)), TCCC_E_FORMAT); /* no channel */
    assert_int_equal(wav_parse(&w, bytes, make_wav(bytes, 1, 1, 100, 16, sample, 8)), TCCC_E_FORMAT);  /* 100 Hz */
}

/* RMS and zero crossings of n samples. */
static float rms(const float *pcm, int n, int *crossings) {
    double sum = 0;
    *crossings = 0;
    for (int i = 0; i < n; i++) {
        sum += (double)pcm[i] * pcm[i];
        *crossings += i && (pcm[i - 1] < 0) != (pcm[i] < 0);
    }
    return (float)sqrt(sum / n);
}

static void a_tone_keeps_pitch_level_and_length_at_any_rate(void **state) {
    (void)state;
    static const int rates[] = { 8000, 16000, 22050, 44100, 48000 };
    static int16_t tone[48000];
    static float pcm[20000];
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        for (int i = 0; i < rates[r]; i++)
            tone[i] = (int16_t)lrint(16384 * sin(6.283185307 * 500 * i / rates[r]));
        sound *s = sound_new(tone, (size_t)rates[r], rates[r]);
        sound_reader *reader = sound_reader_open(s, 0);
        int total = 0, got, crossings;
        while ((got = sound_read(reader, pcm + total, 160)) > 0)
            total += got;
        assert_in_range(total, 15900, 16100);
        assert_in_range((int)(1000 * rms(pcm + 1600, 12800, &crossings)), 345, 362); /* 0.5 / sqrt(2) = 0.3536 */
        assert_in_range(crossings, 798, 802);                                        /* 0.8 s of 500 Hz */
        sound_reader_close(reader);
        sound_drop(s);
    }
}

static void a_loop_never_ends_and_a_sound_does(void **state) {
    (void)state;
    int16_t samples[100];
    float pcm[160];
    for (int i = 0; i < 100; i++)
        samples[i] = (int16_t)(i + 1);
    sound *s = sound_new(samples, 100, SOUND_RATE_HZ);
    sound_reader *once = sound_reader_open(s, 0), *loop = sound_reader_open(s, 1);
    sound_drop(s); /* the readers hold it */
    assert_int_equal(sound_read(once, pcm, 160), 100);
    assert_true(pcm[100] == 0);
    assert_int_equal(sound_read(once, pcm, 160), 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(sound_read(loop, pcm, 160), 160);
    assert_true(pcm[0] == 41.0f / 32768); /* 9 * 160 = 1440 samples are 14 rounds and 40 */
    sound_reader_close(once);
    sound_reader_close(loop);
}

static void without_files_there_is_a_tune_that_can_be_heard(void **state) {
    (void)state;
    static float pcm[16000 * 4];
    int crossings;
    sound *s = sound_load_music("/nonexistent");
    sound_reader *reader = sound_reader_open(s, 1);
    assert_int_equal((int)sound_seconds(s), 16);
    assert_int_equal(sound_read(reader, pcm, 16000 * 4), 16000 * 4);
    assert_true(rms(pcm, 16000 * 4, &crossings) > 0.02f); /* -34 dBFS */
    sound_reader_close(reader);
    sound_drop(s);
}

static void a_missing_or_broken_file_says_why(void **state) {
    (void)state;
    char path[] = "/tmp/tccc_sound_XXXXXX";
    int error, fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, "no sound", 8) == 8);
    close(fd);
    assert_null(sound_load(path, &error));
    assert_int_equal(error, TCCC_E_FORMAT);
    unlink(path);
    assert_null(sound_load(path, &error));
    assert_int_equal(error, TCCC_E_NOT_FOUND);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_codings_are_read),
        cmocka_unit_test(a_data_chunk_longer_than_the_file_ends_with_the_file),
        cmocka_unit_test(what_is_no_wav_is_refused),
        cmocka_unit_test(a_tone_keeps_pitch_level_and_length_at_any_rate),
        cmocka_unit_test(a_loop_never_ends_and_a_sound_does),
        cmocka_unit_test(without_files_there_is_a_tune_that_can_be_heard),
        cmocka_unit_test(a_missing_or_broken_file_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
