import { BlockPackError, collect, type TreeEntry } from '@block-pack/core';

/** Real ones have less than 3 MB: a RECORD of 20,000 files. */
const textLimit = 64 << 20;

/**
 * A small file's text.
 * @param name what it is, for messages
 * @throws INPUT_UNSUPPORTED when it is not UTF-8, is a link or is larger than any real one
 */
export async function readText(entry: TreeEntry, name: string): Promise<string> {
  if (entry.kind !== 'file') {
    throw new BlockPackError('INPUT_UNSUPPORTED', `${name} is a ${entry.kind}, expected a file`, {
      hint: 'Install the distribution again, with files that are copied (uv: --link-mode copy).',
      details: { path: name },
    });
  }
  const bytes = await collect(entry.read(), textLimit, name);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new BlockPackError('INPUT_UNSUPPORTED', `${name} is not UTF-8`, {
      hint: 'Install the distribution again; if it was published so, tell its authors.',
      details: { path: name },
      cause,
    });
  }
}
