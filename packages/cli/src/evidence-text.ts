import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import type { CommandContext } from './command.ts';

/** The largest resolver output, lock or bill of materials that is read: hundreds of times what 1,000 dependencies need. */
const evidenceLimit = 256 << 20;

/**
 * The text of a file that tells about the input.
 * @param hint how such a file is made
 * @throws INPUT_MISSING, EVIDENCE_INVALID
 */
export function readEvidenceText(name: string, hint: string, { directory }: CommandContext): string {
  const path = resolve(directory, name);
  let bytes: Uint8Array | undefined;
  try {
    if (statSync(path).size <= evidenceLimit) bytes = readFileSync(path);
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

/** UTF-8, or the UTF-16 that PowerShell writes when a build's output is redirected. */
function decodeText(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}
