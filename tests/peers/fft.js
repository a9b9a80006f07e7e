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

/** value(lag) = sum over i of x[i] * y[i + lag], for all lags in -(x.length-1) .. y.length-1. */
function correlate(x, y) {
  let n = 1;
  while (n < x.length + y.length) n <<= 1;
  const xr = new Float64Array(n);
  const xi = new Float64Array(n);
  const yr = new Float64Array(n);
  const yi = new Float64Array(n);
  xr.set(x);
  yr.set(y);
  fft(xr, xi);
  fft(yr, yi);
  for (let k = 0; k < n; k++) {
    const re = xr[k] * yr[k] + xi[k] * yi[k];
    const im = xr[k] * yi[k] - xi[k] * yr[k];
    xr[k] = re;
    xi[k] = im;
  }
  fft(xr, xi, true);
  return { n, at: (lag) => xr[(lag + n) % n] / n };
}

export { correlate, fft };
