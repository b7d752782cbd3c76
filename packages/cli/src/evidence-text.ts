import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { BlockPackError, concat } from '@block-pack/core';
import type { CommandContext } from './command.ts';

/** The largest resolver output, lock or bill of materials that is read: hundreds of times what 1,000 dependencies need. */
const evidenceLimit = 64 << 20;

/**
 * The text of a file that tells about the input.
 * @param hint how such a file is made
 * @throws INPUT_MISSING, EVIDENCE_INVALID
 */
export function readEvidenceText(name: string, hint: string, { directory }: CommandContext): string {
  let bytes: Uint8Array | undefined;
  try {
    bytes = readUpTo(evidenceLimit, resolve(directory, name));
  } catch (cause) {
    throw new BlockPackError('INPUT_MISSING', `The evidence ${name} cannot be read`, {
      hint,
      details: { path: name },
      cause,
    });
  }
  if (bytes !== undefined) return decodeText(bytes);
  throw new BlockPackError('EVIDENCE_INVALID', `${name} has more than ${evidenceLimit} bytes`, {
    hint: 'No list of dependencies is that large; give another file.',
  });
}

/** All bytes of a file or pipe, or undefined when there are more: a device may have no end. */
function readUpTo(limit: number, path: string): Uint8Array | undefined {
  const file = openSync(path, 'r');
  try {
    const chunks: Uint8Array[] = [];
    for (let size = 0; size <= limit; ) {
      const chunk = Buffer.allocUnsafe(1 << 20);
      const count = readSync(file, chunk);
      if (count === 0) return concat(chunks);
      chunks.push(chunk.subarray(0, count));
      size += count;
    }
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** UTF-8, or the UTF-16 that PowerShell writes when a build's output is redirected. */
function decodeText(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}
