/**
 * 2^16 / (1 + e^-x) for x from -8 to 8 in steps of a half. Data and not a formula: an engine may round exponentials as it likes, and
 * what is packed with one must be unpacked with any other.
 */
const anchors = memory.data<u16>([
  22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793, 47911,
  53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514,
]);

/** Logits are from -2048 to 2047, in 256ths. */
const logits: i32 = 4096;

/** No bit is ever certain: what was taken for that would have no code. */
const surest: i32 = 16;

/** The likelihood, in 2^16ths, of a logit and 2048. */
const squashes = memory.data(8192, 16);

/** The logit of a likelihood in 2^12ths. */
const stretches = memory.data(8192, 16);

export function beginLogistic(): void {
  for (let at = 0; at < logits; at++) {
    const low = anchor(at >> 7);
    const high = anchor((at >> 7) + 1);
    const between = (low * (128 - (at & 127)) + high * (at & 127)) >> 7;
    store<u16>(squashes + 2 * at, <u16>sure(between));
  }
  let logit = 0;
  for (let at = 0; at < 4096; at++) {
    while (logit < logits - 1 && squashed(logit - 2048) < at * 16) logit++;
    store<i16>(stretches + 2 * at, <i16>(logit - 2048));
  }
}

function anchor(at: i32): i32 {
  return load<u16>(anchors + 2 * at);
}

/** A likelihood that a bit may be coded with. */
export function sure(likelihood: i32): i32 {
  return max(surest, min(65536 - surest, likelihood));
}

/** How likely a 1 is, in 2^16ths. */
export function squashed(logit: i32): i32 {
  return load<u16>(squashes + 2 * (logit + 2048));
}

/** @param likelihood in 2^16ths */
export function stretched(likelihood: i32): i32 {
  return load<i16>(stretches + ((likelihood >> 3) & ~1));
}

/** What is mixed goes no further, either way. */
export const mostLogit: i32 = 2047;

export function limited(logit: i32): i32 {
  return max(-mostLogit, min(mostLogit, logit));
}
