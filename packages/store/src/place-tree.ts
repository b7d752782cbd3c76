import {
  type BlobSource,
  BlockPackError,
  type ErrorCode,
  type Import,
  readCanonicalTar,
} from '@block-pack/core';
import type { Placing } from './placing.ts';

/**
 * Places what a tree block holds.
 * @param path inside the target; empty for the target itself
 * @throws TAR_INVALID, PATH_INVALID or LINK_ESCAPES, naming block and import, for a block that is no tree; and what placing throws
 */
export async function placeTree(
  placing: Placing,
  source: BlobSource,
  line: Import,
  path: string,
): Promise<void> {
  try {
    placing.directory(path);
    for await (const entry of readCanonicalTar(source.read(line.digest), 'the tar')) {
      await placing.pause();
      const inside = path === '' ? entry.path : `${path}/${entry.path}`;
      if (entry.kind === 'file') await placing.file(inside, entry.read(), entry.executable);
      else if (entry.kind === 'symlink') placing.link(inside, entry.target);
      else placing.directory(inside);
    }
  } catch (error) {
    throw isTreeError(error) ? noTree(line, error) : error;
  }
}

const treeErrors: readonly ErrorCode[] = ['TAR_INVALID', 'PATH_INVALID', 'LINK_ESCAPES'];

function isTreeError(error: unknown): error is BlockPackError {
  return error instanceof BlockPackError && treeErrors.includes(error.code);
}

function noTree({ path, digest }: Import, cause: BlockPackError): BlockPackError {
  return new BlockPackError(
    cause.code,
    `The block ${digest}, imported at ${path}, is damaged or no tree: ${cause.message}`,
    {
      hint: '"block-pack verify" tells whether it is damaged, and "verify --remove" takes it away; then pack again.',
      details: { path, digest },
      cause,
    },
  );
}
