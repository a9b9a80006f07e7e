/** g711.js: A-law of samples. Layer: tests. ITU-T G.711. */

/** The code of a sample from -1 to 1. */
export function alaw(x) {
  const size = Math.min(32767, Math.round(Math.abs(x) * 32768)) >> 3;
  const exponent = size < 32 ? 0 : Math.floor(Math.log2(size)) - 4;
  const code = exponent ? ((exponent) << 4) | ((size >> exponent) & 15) : size >> 1;
  return (code | (x >= 0 ? 0x80 : 0)) ^ 0x55;
}
