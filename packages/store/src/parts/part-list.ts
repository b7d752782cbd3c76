import { type Descriptor, digestOf, isDigest } from '@block-pack/core';
import { mostParts } from './part-names.ts';

const head = '#block-pack parts v1';

const line = /^(sha256:[0-9a-f]{64}) (0|[1-9][0-9]{0,15})$/;

const end = /^#end (sha256:[0-9a-f]{64}) ([0-9]{8})\n$/;

/** Bytes of the last line of a list, which says where the list begins. */
export const listEndSize = 5 + 71 + 1 + 8 + 1;

/** Bytes. */
const listLimit = 100 + mostParts * 90;

/**
 * The list of all parts of a file, as it stands at the end of the last of them. Specified in docs/format/bundle-parts.md.
 * @param parts the last one without the list
 */
export function encodePartList(parts: readonly Descriptor[]): Uint8Array {
  const lines = [head, ...parts.map(({ digest, size }) => `${digest} ${size}`)];
  const text = lines.map((one) => `${one}\n`).join('');
  const length = String(text.length + listEndSize).padStart(8, '0');
  return encoder.encode(`${text}#end ${digestOf(encoder.encode(text))} ${length}\n`);
}

const encoder = new TextEncoder();

/** Bytes of the shortest list, which is that of one part. */
export const leastListSize = encodePartList([{ digest: digestOf(new Uint8Array()), size: 0 }]).length;

/** @returns bytes of the list whose last line this is; undefined where it is none */
export function listLength(lastLine: Uint8Array): number | undefined {
  const [, , digits] = end.exec(textOf(lastLine)) ?? [];
  const length = Number(digits);
  return length > listEndSize && length <= listLimit ? length : undefined;
}

/** Undefined for a list that is damaged. */
export function parsePartList(bytes: Uint8Array): readonly Descriptor[] | undefined {
  const parts: Descriptor[] = [];
  const [, ...lines] = textOf(bytes.subarray(0, -listEndSize)).split('\n');
  for (const one of lines.slice(0, -1)) {
    const [, digest = '', size] = line.exec(one) ?? [];
    if (isDigest(digest)) parts.push({ digest, size: Number(size) });
  }
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  // What is written again to the very same bytes is a list, and a whole one.
  const isList = Buffer.compare(encodePartList(parts), bytes) === 0;
  return isList && parts.length > 0 && parts.length <= mostParts && Number.isSafeInteger(total)
    ? parts
    : undefined;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
