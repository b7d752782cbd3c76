import type { TarFault } from './tar-fields.ts';

/**
 * The records of an extended header, by key: `<length> <key>=<value>\n`, the length counting all of it. The last record of a key counts.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03
 * @throws what `fault` makes
 */
export function paxRecords(content: Uint8Array, fault: TarFault): ReadonlyMap<string, Uint8Array> {
  const records = new Map<string, Uint8Array>();
  for (let start = 0; start < content.length; ) {
    const length = recordLength(content, start);
    const end = start + length;
    const equals = content.indexOf(equalsSign, start);
    const space = content.indexOf(spaceSign, start);
    const fits = end <= content.length && content[end - 1] === lineFeed && equals > space + 1 && equals < end;
    if (!fits) throw fault('a pax header in it is broken');
    const key = text(content.subarray(space + 1, equals));
    const value = content.subarray(equals + 1, end - 1);
    if (key.includes('\0') || (named.has(key) && value.includes(0)))
      throw fault('a pax header in it holds a NUL');
    records.set(key, value);
    start = end;
  }
  return records;
}

const equalsSign = 0x3d;
const spaceSign = 0x20;
const lineFeed = 0x0a;

/** What may hold anything are extended attributes and what nobody knows. */
const named = new Set(['path', 'linkpath', 'uname', 'gname']);

/** NaN where there is none, which fits nothing. */
function recordLength(content: Uint8Array, start: number): number {
  const space = content.indexOf(spaceSign, start);
  const digits = space === -1 || space - start > 7 ? '' : text(content.subarray(start, space));
  return /^[1-9][0-9]*$/.test(digits) ? Number(digits) : Number.NaN;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
