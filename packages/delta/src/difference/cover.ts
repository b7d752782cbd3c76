/**
 * What the new bytes share with older ones. Positions count through base and new bytes as one array, the base first; so a source may lie
 * in the base or in new bytes further ahead of the target.
 */
export interface Window {
  /** The base, and behind it the new bytes. */
  readonly bytes: Uint8Array;
  readonly baseLength: number;
}

/** "The `length` bytes at `target` are those at `source`, but for differences." The source begins before the target, and may reach into it. */
export interface Cover {
  readonly target: number;
  readonly source: number;
  readonly length: number;
}

/** Whether all that is copied lies in the base. */
export function isOfBase({ source, length }: Cover, baseLength: number): boolean {
  return source + length <= baseLength;
}

/**
 * Lets each cover grow over the bytes beside it, as long as at least half of them agree; where two neighbours claim the same bytes, each
 * gets the part that it covers better. This is what code needs: between two equal runs often only an address differs.
 * @param exact sorted by target, without overlaps; their lengths are found anew
 */
export function growCovers({ bytes, baseLength }: Window, exact: readonly Cover[]): Cover[] {
  const grown: Cover[] = [];
  let start = baseLength;
  for (const [i, { target, source }] of exact.entries()) {
    if (i === 0) start = target - growthBefore(bytes, target, source, baseLength);
    const next = exact[i + 1];
    let end = target + growthBehind(bytes, target, source, next?.target ?? bytes.length);
    let nextStart = bytes.length;
    if (next !== undefined) {
      nextStart = next.target - growthBefore(bytes, next.target, next.source, target);
      if (end > nextStart) {
        end = bestCut(bytes, nextStart, end, source - target, next.source - next.target);
        nextStart = end;
      }
    }
    if (end > start) grown.push({ target: start, source: source - (target - start), length: end - start });
    start = nextStart;
  }
  return grown;
}

/** How many bytes from `target` on the cover should hold: where agreements exceed disagreements by most. */
function growthBehind(bytes: Uint8Array, target: number, source: number, limit: number): number {
  let balance = 0;
  let best = 0;
  let length = 0;
  for (let i = 0; target + i < limit; i++) {
    balance += bytes[target + i] === bytes[source + i] ? 1 : -1;
    if (balance <= best) continue;
    best = balance;
    length = i + 1;
  }
  return length;
}

/** How many bytes before `target` the cover should take in. */
function growthBefore(bytes: Uint8Array, target: number, source: number, limit: number): number {
  const most = Math.min(target - limit, source);
  let balance = 0;
  let best = 0;
  let length = 0;
  for (let i = 1; i <= most; i++) {
    balance += bytes[target - i] === bytes[source - i] ? 1 : -1;
    if (balance <= best) continue;
    best = balance;
    length = i;
  }
  return length;
}

/** Where in an overlap the one cover should end and the next begin. */
function bestCut(bytes: Uint8Array, start: number, end: number, shift: number, nextShift: number): number {
  let balance = 0;
  let best = 0;
  let cut = start;
  for (let at = start; at < end; at++) {
    if (bytes[at] === bytes[at + shift]) balance++;
    if (bytes[at] === bytes[at + nextShift]) balance--;
    if (balance <= best) continue;
    best = balance;
    cut = at + 1;
  }
  return cut;
}
