/* material.c: signals that the voice benchmark is made of. Layer: tests. */
#include "material.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/wav.h"

static const double pi = 3.14159265358979323846;

double random_uniform(random_source *random) {
    uint64_t z = random->state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

double random_normal(random_source *random) {
    double radius = sqrt(-2 * log(1 - random_uniform(random)));
    return radius * cos(2 * pi * random_uniform(random));
}

static _Noreturn void material_fail(const char *path, const char *why) {
    fprintf(stderr, "%s: %s\n", path, why);
    exit(1);
}

signal_f32 signal_new(int n) {
    signal_f32 signal = { calloc((size_t)n + 1, sizeof(float)), n };
    if (!signal.x) material_fail("memory", "there is not enough");
    return signal;
}

void signal_free(signal_f32 *signal) {
    free(signal->x);
    signal->x = NULL;
}

signal_f32 signal_read(const char *path) {
    wav sound;
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) material_fail(path, "cannot be read");
    long len = ftell(file);
    uint8_t *bytes = malloc((size_t)len + 1);
    rewind(file);
    if (!bytes || fread(bytes, 1, (size_t)len, file) != (size_t)len) material_fail(path, "cannot be read to its end");
    fclose(file);
    if (wav_parse(&sound, bytes, (size_t)len) || sound.rate_hz != RATE || sound.channels != 1) material_fail(path, "is not a WAV file of one channel at 16000 Hz");
    signal_f32 signal = signal_new((int)sound.n_frames);
    for (int i = 0; i < signal.n; i++) signal.x[i] = (float)wav_mono(&sound, (size_t)i) / 32768.0f;
    free(bytes);
    return signal;
}

void signal_write(const char *path, const float *x, int n) {
    uint32_t bytes = 2 * (uint32_t)n, rate = RATE, rate_bytes = 2 * RATE, numbers[] = { 36 + bytes, 16, 0x00010001, rate, rate_bytes, 0x00100002, bytes };
    uint8_t header[44] = "RIFF....WAVEfmt ....................data....";
    static const int places[] = { 4, 16, 20, 24, 28, 32, 40 };
    for (int i = 0; i < 7; i++)
        for (int k = 0; k < 4; k++) header[places[i] + k] = (uint8_t)(numbers[i] >> 8 * k);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(header, 44, 1, file) != 1) material_fail(path, "cannot be written");
    for (int i = 0; i < n; i++) {
        double value = rint(x[i] * 32768.0);
        int sample = value > 32767 ? 32767 : value < -32768 ? -32768 : (int)value;
        uint8_t pair[2] = { (uint8_t)sample, (uint8_t)((unsigned)sample >> 8) };
        fwrite(pair, 2, 1, file);
    }
    if (fclose(file) != 0) material_fail(path, "could not be written to its end");
}

double power_of(const float *x, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) sum += (double)x[i] * x[i];
    return sum / (n > 0 ? n : 1) + 1e-20;
}

double active_power(const float *x, int n) {
    enum { FRAME = RATE / 100 };
    double loudest = 0, sum = 0;
    int frames = 0;
    for (int i = 0; i + FRAME <= n; i += FRAME) loudest = fmax(loudest, power_of(x + i, FRAME));
    for (int i = 0; i + FRAME <= n; i += FRAME) {
        double power = power_of(x + i, FRAME);
        if (power <= loudest * pow(10, -2.5)) continue;
        sum += power;
        frames++;
    }
    return frames ? sum / frames : 1e-20;
}

void set_level(float *x, int n, double level_dbfs) {
    float gain = (float)(pow(10, level_dbfs / 20) / sqrt(active_power(x, n)));
    for (int i = 0; i < n; i++) x[i] *= gain;
}

/* One image: a pulse between samples, as 16 of them. */
static void room_add(signal_f32 *h, double at, double gain) {
    int first = (int)floor(at) - 7;
    for (int i = first < 0 ? 0 : first; i < first + 16 && i < h->n; i++) {
        double u = i - at, sinc = fabs(u) < 1e-6 ? 1 : sin(pi * u) / (pi * u);
        h->x[i] += (float)(gain * sinc * (0.5 + 0.5 * cos(pi * u / 8.5)));
    }
}

static void room_high_pass(signal_f32 *h, double corner_hz) {
    double pole = exp(-2 * pi * corner_hz / RATE), x = 0, y = 0, energy = 0;
    for (int i = 0; i < h->n; i++) {
        double in = h->x[i];
        y = in - x + pole * y;
        x = in;
        h->x[i] = (float)y;
        energy += y * y;
    }
    for (int i = 0; i < h->n; i++) h->x[i] /= (float)sqrt(energy);
}

signal_f32 room_response(double reverberation_s, const double size[3], const double source[3], const double microphone[3]) {
    const double sound_m_s = 343;
    double volume = size[0] * size[1] * size[2], surface = 2 * (size[0] * size[1] + size[0] * size[2] + size[1] * size[2]);
    double reflection = sqrt(exp(-0.161 * volume / (surface * reverberation_s)));
    signal_f32 h = signal_new((int)(reverberation_s * RATE));
    double farthest = h.n * sound_m_s / RATE;
    int reach[3];
    for (int i = 0; i < 3; i++) reach[i] = (int)(farthest / (2 * size[i])) + 1;
    for (int x = -reach[0]; x <= reach[0]; x++)
        for (int y = -reach[1]; y <= reach[1]; y++)
            for (int z = -reach[2]; z <= reach[2]; z++)
                for (int mirror = 0; mirror < 8; mirror++) {
                    int at[3] = { x, y, z }, walls = 0;
                    double square = 0;
                    for (int i = 0; i < 3; i++) {
                        int turned = mirror >> i & 1;
                        double way = (1 - 2 * turned) * source[i] + 2 * at[i] * size[i] - microphone[i];
                        square += way * way;
                        walls += abs(at[i] - turned) + abs(at[i]);
                    }
                    double way = sqrt(square);
                    if (way < farthest - 1) room_add(&h, way / sound_m_s * RATE, pow(reflection, walls) / (4 * pi * way));
                }
    room_high_pass(&h, 50);
    return h;
}
