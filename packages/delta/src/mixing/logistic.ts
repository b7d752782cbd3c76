/**
 * 2^16 / (1 + e^-x) for x from -8 to 8 in steps of a half. Data and not a formula: an engine may round exponentials as it likes, and
 * what is packed with one must be unpacked with any other.
 */
const anchors = [
  22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793, 47911,
  53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514,
] as const;

/** Logits are from -2048 to 2047, in 256ths. */
const logits = 4096;

/** No bit is ever certain: what was taken for that would have no code. */
const surest = 16;

/** The probability, in 2^16ths, of a logit and 2048. */
export const squashed = squashTable();

/** The logit of a probability in 2^12ths. */
export const stretched = stretchTable();

function squashTable(): Uint16Array {
  const table = new Uint16Array(logits);
  for (let at = 0; at < logits; at++) {
    const [low, high] = [anchors[at >> 7] as number, anchors[(at >> 7) + 1] as number];
    const between = (low * (128 - (at & 127)) + high * (at & 127)) >> 7;
    table[at] = Math.max(surest, Math.min(65536 - surest, between));
  }
  return table;
}

function stretchTable(): Int16Array {
  const table = new Int16Array(4096);
  let logit = 0;
  for (let at = 0; at < table.length; at++) {
    while (logit < logits - 1 && (squashed[logit] as number) < at * 16) logit++;
    table[at] = logit - 2048;
  }
  return table;
}
