/** g722.js: G.722 decoder at 64 kbit/s, for Debian's recorded speech. Layer: tests. Source: ITU-T G.722 (tables 3 to 19). */
const QM2 = [-7408, -1616, 7408, 1616];
const QM4 = [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0];
const QM6 = [
  -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
  -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
  24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
  4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
];
const WL = [-60, -30, 58, 172, 334, 538, 1198, 3042];
const RL42 = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0];
const WH = [0, -214, 798];
const RH2 = [2, 1, 2, 1];
const ILB = [
  2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
  2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];
const QMF = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const saturate = (value) => clamp(value, -32768, 32767);

/** One sub-band's adaptive predictor: two poles, six zeros (G.722 section 3.6). */
class Predictor {
  constructor(detector) {
    this.detector = detector;
    this.log = 0;
    this.signal = 0;
    this.r = [0, 0, 0];
    this.p = [0, 0, 0];
    this.a = [0, 0, 0];
    this.b = new Array(7).fill(0);
    this.d = new Array(7).fill(0);
    this.poles = 0;
    this.zeros = 0;
  }

  scale(step, ceiling, shift) {
    this.log = clamp(((this.log * 127) >> 7) + step, 0, ceiling);
    const exponent = shift - (this.log >> 11);
    const mantissa = ILB[(this.log >> 6) & 31];
    this.detector = (exponent < 0 ? mantissa << -exponent : mantissa >> exponent) << 2;
  }

  adaptPoles() {
    const [s0, s1, s2] = this.p.map((value) => value >> 15);
    const a1 = clamp(this.a[1] << 2, -32768, 32767);
    let turn = s0 === s1 ? -a1 : a1;
    turn = Math.min(turn, 32767);
    const second = clamp((s0 === s2 ? 128 : -128) + (turn >> 7) + ((this.a[2] * 32512) >> 15), -12288, 12288);
    const limit = 15360 - second;
    const first = clamp((s0 === s1 ? 192 : -192) + ((this.a[1] * 32640) >> 15), -limit, limit);
    this.a = [0, first, second];
  }

  adaptZeros() {
    const gain = this.d[0] === 0 ? 0 : 128;
    const sign = this.d[0] >> 15;
    for (let i = 6; i >= 1; i--) {
      const step = (this.d[i] >> 15) === sign ? gain : -gain;
      this.b[i] = saturate(step + ((this.b[i] * 32640) >> 15));
      this.d[i] = this.d[i - 1];
    }
  }

  update(difference) {
    this.d[0] = difference;
    this.r[0] = saturate(this.signal + difference);
    this.p[0] = saturate(this.zeros + difference);
    this.adaptPoles();
    this.adaptZeros();
    this.r = [this.r[0], this.r[0], this.r[1]];
    this.p = [this.p[0], this.p[0], this.p[1]];
    const pole = (i) => (this.a[i] * saturate(this.r[i] + this.r[i])) >> 15;
    this.poles = saturate(pole(1) + pole(2));
    let sum = 0;
    for (let i = 6; i >= 1; i--) sum += (this.b[i] * saturate(this.d[i] + this.d[i])) >> 15;
    this.zeros = saturate(sum);
    this.signal = saturate(this.poles + this.zeros);
  }
}

/** Bytes of G.722 to samples at 16 kHz, -1..1. */
function decode(bytes) {
  const low = new Predictor(32);
  const high = new Predictor(8);
  const x = new Int32Array(24);
  const out = new Float32Array(bytes.length * 2);
  bytes.forEach((code, n) => {
    const four = (code & 63) >> 2;
    const lowOut = clamp(low.signal + ((low.detector * QM6[code & 63]) >> 15), -16384, 16383);
    const lowStep = (low.detector * QM4[four]) >> 15;
    low.scale(WL[RL42[four]], 18432, 8);
    low.update(lowStep);
    const two = code >> 6;
    const highStep = (high.detector * QM2[two]) >> 15;
    const highOut = clamp(highStep + high.signal, -16384, 16383);
    high.scale(WH[RH2[two]], 22528, 10);
    high.update(highStep);
    x.copyWithin(0, 2);
    x[22] = lowOut + highOut;
    x[23] = lowOut - highOut;
    let even = 0;
    let odd = 0;
    for (let i = 0; i < 12; i++) {
      odd += x[2 * i] * QMF[i];
      even += x[2 * i + 1] * QMF[11 - i];
    }
    out[2 * n] = saturate(even >> 11) / 32768;
    out[2 * n + 1] = saturate(odd >> 11) / 32768;
  });
  return out;
}

export { decode };
