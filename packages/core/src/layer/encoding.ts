import { BlockPackError } from '../error.ts';

/**
 * Names a function from bytes to one gzip member, the same bytes on every machine for ever: `gzip-1` and `gzip-6` are what pako 3 writes at that level,
 * `gzip-0` stores without compressing, `gzip-auto` stores what deflate has little to gain of, and takes level 6 for the rest. Specified in docs/format/layer.md.
 */
export type EncodingId = 'gzip-0' | 'gzip-1' | 'gzip-6' | 'gzip-auto';

export const encodingIds: readonly EncodingId[] = ['gzip-0', 'gzip-1', 'gzip-6', 'gzip-auto'];

/** @throws INPUT_UNSUPPORTED for an encoding that this version does not know */
export function parseEncoding(text: string): EncodingId {
  const known = encodingIds.find((id) => id === text);
  if (known !== undefined) return known;
  throw new BlockPackError('INPUT_UNSUPPORTED', `The encoding ${JSON.stringify(text)} is not known`, {
    hint: `Expected one of ${encodingIds.join(', ')}; a newer block-pack may know more.`,
    details: { encoding: text },
  });
}

/**
 * The encoding of a packer's layers where nobody chooses another. Jars are deflated already: on 116 of them, level 6 saves 0.3 % over level 1 and takes 10 % longer;
 * for npm and Python packages level 1 would be 27 % and 12 % larger.
 */
export function defaultEncoding(packer: string): EncodingId {
  return packer === 'java' ? 'gzip-auto' : 'gzip-6';
}
