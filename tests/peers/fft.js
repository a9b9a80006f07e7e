/** fft.js: Fast Fourier transform and cross-correlation by it. Layer: tests. Source: Cooley and Tukey 1965. */
const tables = new Map();

/** cos and sin of 2 pi k / len for k below len / 2, made once for each len. */
function table(len) {
  let one = tables.get(len);
  if (!one) {
    const half = len >> 1;
    one = { cos: new Float64Array(half), sin: new Float64Array(half) };
    for (let k = 0; k < half; k++) {
      one.cos[k] = Math.cos((2 * Math.PI * k) / len);
      one.sin[k] = Math.sin((2 * Math.PI * k) / len);
    }
    tables.set(len, one);
  }
  return one;
}

/** In place, n a power of two. inverse: true leaves out the division by n. */
function fft(re, im, inverse = false) {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  for (let len = 2; len <= n; len <<= 1) {
    const half = len >> 1;
    const { cos, sin } = table(len);
    const turn = inverse ? 1 : -1;
    for (let at = 0; at < n; at += len) {
      for (let k = 0; k < half; k++) {
        const a = at + k;
        const b = a + half;
        const w = turn * sin[k];
        const tr = re[b] * cos[k] - im[b] * w;
        const ti = re[b] * w + im[b] * cos[k];
        re[b] = re[a] - tr;
        im[b] = im[a] - ti;
        re[a] += tr;
        im[a] += ti;
      }
    }
  }
}

/** Of x and y the circular cross-correlation of n, a power of two: sum over i of x[i] * y[(i + lag) % n], times n. Both real: one transform does for both. */
function circular(x, y, n) {
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  re.set(x);
  im.set(y);
  fft(re, im);
  for (let k = 0; k <= n >> 1; k++) {
    const other = (n - k) & (n - 1);
    const xr = (re[k] + re[other]) / 2;
    const xi = (im[k] - im[other]) / 2;
    const yr = (im[k] + im[other]) / 2;
    const yi = (re[other] - re[k]) / 2;
    re[k] = xr * yr + xi * yi;
    im[k] = xr * yi - xi * yr;
    re[other] = re[k];
    im[other] = other === k ? im[k] : -im[k];
  }
  fft(re, im, true);
  return re;
}

function powerOfTwo(least) {
  let n = 1;
  while (n < least) n <<= 1;
  return n;
}

/** value(lag) = sum over i of x[i] * y[i + lag], for all lags in -(x.length-1) .. y.length-1. */
function correlate(x, y) {
  const n = powerOfTwo(x.length + y.length);
  const values = circular(x, y, n);
  return { at: (lag) => values[(lag + n) % n] / n };
}

/** The same for the lags at which x lies wholly in y: 0 .. y.length - x.length. */
function correlateInside(x, y) {
  const n = powerOfTwo(y.length);
  const values = circular(x, y, n);
  return { at: (lag) => values[lag] / n };
}

export { correlate, correlateInside, fft };
