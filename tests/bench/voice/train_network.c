/* train_network.c: forward, loss and gradient. Layer: tests. Sources: Cho et al. 2014, Werbos 1990. */
#include "train_network.h"

#include <string.h>

typedef float lanes __attribute__((vector_size(64)));
enum { ROWS = 8, WIDE = 2, CHUNK = 10 };

/* y[m][SOUNDS] += w[m][k] x[k][SOUNDS]; m a multiple of 8. */
static void multiply(int m, int n, const float *w, const float *x, float *y) {
    for (int i = 0; i < m; i += ROWS) {
        lanes sum[ROWS][WIDE], *out = (lanes *)(y + i * SOUNDS);
        memcpy(sum, out, sizeof sum);
        for (int k = 0; k < n; k++) {
            const lanes *p = (const lanes *)(x + k * SOUNDS);
#pragma GCC unroll 8
            for (int row = 0; row < ROWS; row++) {
                lanes c = w[(i + row) * n + k] - (lanes){ 0 };
                sum[row][0] += c * p[0];
                sum[row][1] += c * p[1];
            }
        }
        memcpy(out, sum, sizeof sum);
    }
}

/* dw[m][n] += sum over frames and sounds of dy[frame][m][sound] turned[frame][sound][n]; n a multiple of 32. */
static void gather(int m, int n, const float *dy, const float *turned, float *dw) {
    for (int begin = 0; begin < FRAMES; begin += CHUNK)
        for (int i = 0; i < m; i += ROWS)
            for (int j = 0; j < n; j += 32) {
                lanes sum[ROWS][WIDE];
                for (int row = 0; row < ROWS; row++) memcpy(sum[row], dw + (i + row) * n + j, sizeof sum[row]);
                for (int at = begin * SOUNDS; at < (begin + CHUNK) * SOUNDS; at++) {
                    const lanes *p = (const lanes *)(turned + at * n + j);
                    const float *q = dy + (at / SOUNDS * m + i) * SOUNDS + at % SOUNDS;
#pragma GCC unroll 8
                    for (int row = 0; row < ROWS; row++) {
                        lanes c = q[row * SOUNDS] - (lanes){ 0 };
                        sum[row][0] += c * p[0];
                        sum[row][1] += c * p[1];
                    }
                }
                for (int row = 0; row < ROWS; row++) memcpy(dw + (i + row) * n + j, sum[row], sizeof sum[row]);
            }
}

static void gather_bias(int m, int step, const float *dy, float *d) {
    for (int t = 0; t < FRAMES; t++)
        for (int i = 0; i < m; i++)
            for (int s = 0; s < SOUNDS; s++) d[i] += dy[(t * step + i) * SOUNDS + s];
}

static void turn(int n, const float *x, float *turned) {
    for (int k = 0; k < n; k++)
        for (int s = 0; s < SOUNDS; s++) turned[s * n + k] = x[k * SOUNDS + s];
}

static void spread(int m, const float *bias, float *y) {
    for (int i = 0; i < m; i++)
        for (int s = 0; s < SOUNDS; s++) y[i * SOUNDS + s] = bias[i];
}

static inline float sigmoid(float x) { return 1 / (1 + elementary_exp2(-1.442695f * x)); }
static inline float hyperbolic(float x) { return 2 / (1 + elementary_exp2(-2.88539f * x)) - 1; }

/* ---- forward ---- */

/* x[FRAMES][UNITS][SOUNDS]: what the layer reads. */
static void recur(network_run *run, const network_weights *weights, int layer, const float *x) {
    enum { N = UNITS * SOUNDS };
    memcpy(run->unit[layer][0], run->memory[layer], sizeof run->memory[layer]);
    for (int t = 0; t < FRAMES; t++) {
        float *gate = (float *)run->gate[layer][t], *fresh = (float *)run->fresh[layer][t], *h = (float *)run->unit[layer][t], *next = h + N;
        spread(GATES, weights->recurrent[layer].x_bias, gate);
        spread(UNITS, weights->recurrent[layer].h_bias, fresh);
        multiply(GATES, UNITS, weights->recurrent[layer].x[0], x + t * N, gate);
        multiply(2 * UNITS, UNITS, weights->recurrent[layer].h[0], h, gate);
        multiply(UNITS, UNITS, weights->recurrent[layer].h[2 * UNITS], h, fresh);
        for (int i = 0; i < N; i++) {
            float keep = sigmoid(gate[i]), reset = sigmoid(gate[N + i]), now = hyperbolic(gate[2 * N + i] + reset * fresh[i]);
            gate[i] = keep;
            gate[N + i] = reset;
            gate[2 * N + i] = now;
            next[i] = now + keep * (h[i] - now);
        }
    }
    memcpy(run->memory[layer], run->unit[layer][FRAMES], sizeof run->memory[layer]);
}

static void join(const network_run *run, int t, float *both) {
    memcpy(both, run->unit[0][t + 1], UNITS * SOUNDS * sizeof *both);
    memcpy(both + UNITS * SOUNDS, run->unit[1][t + 1], UNITS * SOUNDS * sizeof *both);
}

/* The loss of one frame; d_out becomes its gradient before the sigmoid. */
static void judge(network_run *run, int t, const float weight[LEARNED_BANDS]) {
    for (int b = 0; b < LEARNED_BANDS; b++) {
        float square[SOUNDS], sum = 0;
        for (int s = 0; s < SOUNDS; s++) {
            float gain = sigmoid(run->d_out[t][b][s]), power = elementary_exp2(LOSS_POWER * elementary_log2(gain + 1e-4f));
            float heard = run->heard[t][b][s], speech = run->speech[t][b][s], miss = power * heard - (speech < heard ? speech : heard);
            square[s] = miss * miss;
            run->d_out[t][b][s] = 2 * weight[b] * miss * LOSS_POWER * power * heard * (1 - gain);
        }
        for (int s = 0; s < SOUNDS; s++) sum += square[s];
        run->loss += weight[b] * sum;
    }
    memset(run->d_out[t][LEARNED_BANDS], 0, (OUTPUTS - LEARNED_BANDS) * sizeof run->d_out[t][0]);
}

static void forward(network_run *run, const network_weights *weights, const float weight[LEARNED_BANDS]) {
    static float both[BOTH * SOUNDS] __attribute__((aligned(64)));
    for (int t = 0; t < FRAMES; t++) {
        float *first = (float *)run->first[t];
        spread(UNITS, weights->in_bias, first);
        multiply(UNITS, INPUTS, weights->in[0], run->input[t][0], first);
        for (int i = 0; i < UNITS * SOUNDS; i++) first[i] = hyperbolic(first[i]);
    }
    recur(run, weights, 0, (const float *)run->first);
    recur(run, weights, 1, (const float *)run->unit[0][1]);
    run->loss = 0;
    for (int t = 0; t < FRAMES; t++) {
        join(run, t, both);
        spread(OUTPUTS, weights->out_bias, run->d_out[t][0]);
        multiply(OUTPUTS, BOTH, weights->out[0], both, run->d_out[t][0]);
        judge(run, t, weight);
    }
}

/* ---- backward ---- */

/* d_read[FRAMES][UNITS][SOUNDS] += the gradient of what the layer read, x. */
static void recur_back(network_run *run, const network_weights *turned, int layer, const float *x, float *d_read) {
    enum { N = UNITS * SOUNDS };
    static float carry[N] __attribute__((aligned(64)));
    memset(carry, 0, sizeof carry);
    for (int t = FRAMES - 1; t >= 0; t--) {
        const float *gate = (float *)run->gate[layer][t], *fresh = (float *)run->fresh[layer][t], *h = (float *)run->unit[layer][t], *d = (float *)run->d_unit[layer][t];
        float *d_x = (float *)run->d_x[t], *d_h = (float *)run->d_h[t];
        for (int i = 0; i < N; i++) {
            float dh = d[i] + carry[i], keep = gate[i], reset = gate[N + i], now = gate[2 * N + i], d_now = dh * (1 - keep) * (1 - now * now);
            d_x[i] = d_h[i] = dh * (h[i] - now) * keep * (1 - keep);
            d_x[N + i] = d_h[N + i] = d_now * fresh[i] * reset * (1 - reset);
            d_x[2 * N + i] = d_now;
            d_h[2 * N + i] = d_now * reset;
            carry[i] = dh * keep;
        }
        multiply(UNITS, GATES, turned->recurrent[layer].h[0], d_h, carry);
        multiply(UNITS, GATES, turned->recurrent[layer].x[0], d_x, d_read + t * N);
    }
    float *place = (float *)run->turned;
    for (int t = 0; t < FRAMES; t++) turn(UNITS, x + t * N, place + t * N);
    gather(GATES, UNITS, run->d_x[0][0], place, run->gradient.recurrent[layer].x[0]);
    for (int t = 0; t < FRAMES; t++) turn(UNITS, run->unit[layer][t][0], place + t * N);
    gather(GATES, UNITS, run->d_h[0][0], place, run->gradient.recurrent[layer].h[0]);
    gather_bias(GATES, GATES, run->d_x[0][0], run->gradient.recurrent[layer].x_bias);
    gather_bias(UNITS, GATES, run->d_h[0][2 * UNITS], run->gradient.recurrent[layer].h_bias);
}

static void out_back(network_run *run, const network_weights *turned) {
    static float both[BOTH * SOUNDS] __attribute__((aligned(64))), d_both[BOTH * SOUNDS] __attribute__((aligned(64)));
    for (int t = 0; t < FRAMES; t++) {
        join(run, t, both);
        turn(BOTH, both, run->turned[t][0]);
        memset(d_both, 0, sizeof d_both);
        multiply(BOTH, OUTPUTS, turned->out[0], run->d_out[t][0], d_both);
        memcpy(run->d_unit[0][t], d_both, sizeof d_both / 2);
        memcpy(run->d_unit[1][t], d_both + UNITS * SOUNDS, sizeof d_both / 2);
    }
    gather(OUTPUTS, BOTH, run->d_out[0][0], run->turned[0][0], run->gradient.out[0]);
    gather_bias(OUTPUTS, OUTPUTS, run->d_out[0][0], run->gradient.out_bias);
}

static void in_back(network_run *run) {
    float *first = (float *)run->first, *d = (float *)run->d_first, *place = (float *)run->turned;
    for (int i = 0; i < FRAMES * UNITS * SOUNDS; i++) d[i] *= 1 - first[i] * first[i];
    for (int t = 0; t < FRAMES; t++) turn(INPUTS, run->input[t][0], place + t * INPUTS * SOUNDS);
    gather(UNITS, INPUTS, d, place, run->gradient.in[0]);
    gather_bias(UNITS, UNITS, d, run->gradient.in_bias);
}

void network_learn(network_run *run, const network_weights *weights, const network_weights *turned, const float weight[LEARNED_BANDS]) {
    forward(run, weights, weight);
    memset(&run->gradient, 0, sizeof run->gradient);
    memset(run->d_first, 0, sizeof run->d_first);
    out_back(run, turned);
    recur_back(run, turned, 1, (const float *)run->unit[0][1], (float *)run->d_unit[0]);
    recur_back(run, turned, 0, (const float *)run->first, (float *)run->d_first);
    in_back(run);
}

static void turn_matrix(int m, int n, const float *from, float *to) {
    for (int i = 0; i < m; i++)
        for (int k = 0; k < n; k++) to[k * m + i] = from[i * n + k];
}

void network_turn(const network_weights *weights, network_weights *turned) {
    for (int layer = 0; layer < 2; layer++) {
        turn_matrix(GATES, UNITS, weights->recurrent[layer].x[0], turned->recurrent[layer].x[0]);
        turn_matrix(GATES, UNITS, weights->recurrent[layer].h[0], turned->recurrent[layer].h[0]);
    }
    turn_matrix(OUTPUTS, BOTH, weights->out[0], turned->out[0]);
}
