/* echo_cases.c: writes what a microphone hears of loudspeaker and talker in simulated rooms. Layer: tests.
 *
 * usage: voice_echo_cases SPEECH_DIR OUT_DIR [quick]
 * SPEECH_DIR holds WAV files of speech at 16 kHz: allison.wav, carlo.wav, june.wav, russian.wav. For each room r the loudspeaker's signal
 * rR_far.wav and the talker as the microphone hears him rR_near.wav; for each case rR_lL_dD_pP.wav, the microphone: echo at L dB against
 * the talker's level, delayed by D ms, the loudspeaker's clock P ppm slower. Delays of 250 and 450 ms and 200 ppm at -12 dB only.
 * quick: of the levels one for each room, delay and drift, in turn, so that all come as often as the others.
 * rR_change.wav: at 25 s the loudspeaker moves; rR_jump.wav: at 25 s the delay grows from 60 to 120 ms. rR_mute.wav: the loudspeaker is muted
 * from 15 to 27 s, while both speak.
 *
 * 45 s: 0 to 15 loudspeaker alone, 15 to 27 both, 27 to 37 loudspeaker alone, 37 to 45 talker alone (in `change` and `jump` no talker).
 * Loudspeaker: nothing under 180 Hz, soft saturation and a square law (distortion about 34 dB below). Microphone: pink noise at -66 dBFS.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "material.h"
#include "transform.h"

enum { SECONDS = 45, N = SECONDS * RATE, ROOMS = 3, CHANGE_AT = 25 * RATE, DELAYS = 5, DRIFTS = 3 };

static const double pi = 3.14159265358979323846;
static const double talk_dbfs = -26, noise_amplitude = 0.000334;
static const double levels_db[] = { -6, -12, -20 };
static const int delays_ms[] = { 0, 40, 120, 250, 450 }, drifts_ppm[] = { 0, 100, 200 };

static const struct {
    double reverberation_s, size[3];
    const char *far, *near;
} rooms[ROOMS] = {
    { 0.2, { 3.2, 2.8, 2.5 }, "allison", "carlo" },
    { 0.4, { 4.5, 3.6, 2.6 }, "carlo", "russian" },
    { 0.7, { 6.2, 4.8, 2.9 }, "june", "allison" },
};

static signal_f32 read_speech(const char *folder, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.wav", folder, name);
    return signal_read(path);
}

/* Speech without its pauses over 0.4 s, from the second `from_s` of the file. */
static void take_speech(const signal_f32 *speech, int from_s, float *out, int n) {
    enum { FRAME = RATE / 100, PAUSE_FRAMES = 40 };
    const double quiet = pow(10, -56 / 10.0);
    int made = 0, pause = 0;
    for (int i = from_s * RATE; i + FRAME <= speech->n && made + FRAME <= n; i += FRAME) {
        pause = power_of(speech->x + i, FRAME) < quiet ? pause + 1 : 0;
        if (pause > PAUSE_FRAMES) continue;
        memcpy(out + made, speech->x + i, FRAME * sizeof *out);
        made += FRAME;
    }
    if (made + FRAME <= n) {
        fprintf(stderr, "the speech is too short: %d of %d s\n", made / RATE, n / RATE);
        exit(1);
    }
}

static void loudspeaker(const float *in, float *out) {
    double w = 2 * pi * 180 / RATE, alpha = sin(w) / 1.414, b = (1 + cos(w)) / 2, a = 1 + alpha, x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    for (int i = 0; i < N; i++) {
        double x = in[i], y = (b * (x - 2 * x1 + x2) + 2 * cos(w) * y1 - (1 - alpha) * y2) / a;
        x2 = x1;
        x1 = x;
        y2 = y1;
        y1 = y;
        out[i] = (float)(0.35 * y * y + tanh(1.2 * y) / 1.2);
    }
}

/* echo at time i * (1 + ppm) - delay, between samples by a windowed sinc. */
static void delay_signal(const float *echo, double delay, double ppm, float *out) {
    for (int i = 0; i < N; i++) {
        double at = i - delay - i * ppm * 1e-6, sum = 0;
        int whole = (int)floor(at);
        if (at == whole) {
            out[i] = whole >= 0 ? echo[whole] : 0;
            continue;
        }
        for (int k = whole - 15; k <= whole + 16; k++) {
            double u = k - at;
            if (k >= 0 && k < N) sum += sin(pi * u) / (pi * u) * (0.5 + 0.5 * cos(pi * u / 16.5)) * echo[k];
        }
        out[i] = (float)sum;
    }
}

/* Pink noise by Kellet's filter. */
static void add_room_noise(float *x, random_source *random) {
    static const double poles[] = { 0.99886, 0.99332, 0.96900, 0.86650, 0.55000, -0.7616 };
    static const double gains[] = { 0.0555179, 0.0750759, 0.1538520, 0.3104856, 0.5329522, -0.0168980 };
    double state[6] = { 0 }, last = 0;
    for (int i = 0; i < N; i++) {
        double white = random_normal(random), sum = last + white * 0.5362;
        for (int k = 0; k < 6; k++) sum += state[k] = poles[k] * state[k] + gains[k] * white;
        last = white * 0.115926;
        x[i] += (float)(sum * noise_amplitude);
    }
}

static void write_case(const char *folder, const char *name, const float *x) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.wav", folder, name);
    signal_write(path, x, N);
}

typedef struct {
    float far[N], near[N], played[N], echo[N], moved[N], image[N], mic[N];
} room_signals;

static void make_room(room_signals *s, const char *folder, int room) {
    const double *size = rooms[room].size;
    double mic[3] = { size[0] * 0.45, size[1] * 0.52, 0.9 }, speaker[3] = { mic[0] + 0.28, mic[1] + 0.21, 0.95 };
    double elsewhere[3] = { mic[0] - 0.3, mic[1] + 0.5, 0.95 }, talker[3] = { mic[0] - 0.35, mic[1] + 0.42, 1.2 };
    signal_f32 far = read_speech(folder, rooms[room].far), near = read_speech(folder, rooms[room].near);
    memset(s, 0, sizeof *s);
    take_speech(&far, 20, s->far, 37 * RATE);
    take_speech(&near, 90, s->near + 15 * RATE, 12 * RATE);
    take_speech(&near, 150, s->near + 37 * RATE, 8 * RATE);
    set_level(s->far, 37 * RATE, talk_dbfs);
    loudspeaker(s->far, s->played);
    signal_f32 path = room_response(rooms[room].reverberation_s, size, speaker, mic);
    signal_f32 other = room_response(rooms[room].reverberation_s, size, elsewhere, mic);
    signal_f32 voice = room_response(rooms[room].reverberation_s, size, talker, mic);
    convolve(s->played, N, path.x, path.n, s->echo);
    convolve(s->played, N, other.x, other.n, s->moved);
    convolve(s->near, N, voice.x, voice.n, s->image);
    float image_gain = (float)(pow(10, talk_dbfs / 20) / sqrt(active_power(s->image + 15 * RATE, 12 * RATE)));
    for (int i = 0; i < N; i++) s->image[i] *= image_gain;
    set_level(s->echo, N, talk_dbfs);
    set_level(s->moved, N, talk_dbfs);
    signal_free(&path);
    signal_free(&other);
    signal_free(&voice);
    signal_free(&far);
    signal_free(&near);
}

static void write_grid(room_signals *s, const char *folder, int room, int quick) {
    static float late[N];
    char name[64];
    for (int d = 0; d < DELAYS; d++)
        for (int p = 0; p < DRIFTS; p++) {
            int is_far = delays_ms[d] > 120 || drifts_ppm[p] > 100;
            if (d == 0 && p > 0) continue; /* after ten seconds the echo would come before its cause */
            if (is_far && d != 1 && p > 0) continue;
            delay_signal(s->echo, d ? delays_ms[d] * RATE / 1000.0 + 3.3 : 0, drifts_ppm[p], late);
            for (int l = 0; l < 3; l++) {
                random_source random = { (uint64_t)(777 + room * 100 + l * 10 + d) };
                if (is_far ? l != 1 : quick && l != (room + d + p) % 3) continue;
                for (int i = 0; i < N; i++) s->mic[i] = (float)pow(10, levels_db[l] / 20) * late[i] + s->image[i];
                add_room_noise(s->mic, &random);
                snprintf(name, sizeof name, "r%d_l%g_d%d_p%d", room, -levels_db[l], delays_ms[d], drifts_ppm[p]);
                write_case(folder, name, s->mic);
            }
        }
}

/* From CHANGE_AT on the echo is `later`, `delay_ms` late; before, 60 ms late. */
static void write_change(room_signals *s, const char *folder, int room, const char *kind, const float *later, int delay_ms) {
    random_source random = { (uint64_t)(9000 + room) };
    char name[64];
    int delays[2] = { 60 * RATE / 1000, delay_ms * RATE / 1000 };
    for (int i = 0; i < N; i++) {
        int changed = i >= CHANGE_AT, at = i - delays[changed];
        s->mic[i] = at >= 0 ? 0.316f * (changed ? later : s->echo)[at] : 0;
    }
    add_room_noise(s->mic, &random);
    snprintf(name, sizeof name, "r%d_%s", room, kind);
    write_case(folder, name, s->mic);
}

static void write_mute(room_signals *s, const char *folder, int room) {
    random_source random = { (uint64_t)(9100 + room) };
    char name[64];
    for (int i = 0; i < N; i++) {
        int muted = i >= 15 * RATE && i < 27 * RATE, at = i - 60 * RATE / 1000;
        s->mic[i] = (at >= 0 && !muted ? 0.316f * s->echo[at] : 0) + s->image[i];
    }
    add_room_noise(s->mic, &random);
    snprintf(name, sizeof name, "r%d_mute", room);
    write_case(folder, name, s->mic);
}

int main(int argc, char **argv) {
    static room_signals s;
    char name[64];
    if (argc < 3) {
        fprintf(stderr, "usage: voice_echo_cases SPEECH_DIR OUT_DIR [quick]\n");
        return 2;
    }
    for (int room = 0; room < ROOMS; room++) {
        make_room(&s, argv[1], room);
        snprintf(name, sizeof name, "r%d_far", room);
        write_case(argv[2], name, s.far);
        snprintf(name, sizeof name, "r%d_near", room);
        write_case(argv[2], name, s.image);
        write_grid(&s, argv[2], room, argc > 3);
        write_change(&s, argv[2], room, "jump", s.echo, 120);
        write_mute(&s, argv[2], room);
        write_change(&s, argv[2], room, "change", s.moved, 60);
        fprintf(stderr, "room %d of %d\n", room + 1, ROOMS);
    }
    return 0;
}
