import { BlockPackError, collect, type TreeEntry } from '@block-pack/core';

/** Real ones have less than 3 MB: a RECORD of 20,000 files. */
const textLimit = 64 << 20;

/**
 * A small file's text.
 * @param name what it is, for messages
 * @throws INPUT_UNSUPPORTED when it is not UTF-8, is a link or is larger than any real one
 */
export async function readText(entry: TreeEntry, name: string): Promise<string> {
  const bytes = await readBytes(entry, name);
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

/** The same of a file of which only the ASCII matters: old METADATA has descriptions in other encodings. */
export async function readLooseText(entry: TreeEntry, name: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(entry, name));
}

async function readBytes(entry: TreeEntry, name: string): Promise<Uint8Array> {
  if (entry.kind !== 'file') {
    throw new BlockPackError('INPUT_UNSUPPORTED', `${name} is a ${entry.kind}, expected a file`, {
      hint: 'Install the distribution again, with files that are copied (uv: --link-mode copy).',
      details: { path: name },
    });
  }
  return await collect(entry.read(), textLimit, name);
}
