import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { diskError } from './disk-error.ts';
import { Draft, draftPrefix, syncDirectory } from './draft.ts';
import { makeDirectory } from './make-directory.ts';
import { targetFile } from './target-file.ts';

/**
 * Writes a file so that a reader sees the old one or the new one, whatever happens meanwhile. Its directory is made where it lacks.
 * A link is followed; a pipe or a device, such as /dev/stdout, is written to as it is.
 * @throws OUTPUT_REFUSED, DISK_FULL
 */
export async function writeFileAtomic(path: string, text: string): Promise<void> {
  try {
    const file = targetFile(path);
    if (file === undefined) writeFileSync(path, text);
    else await replace(file, text);
  } catch (error) {
    throw diskError(error, 'OUTPUT_REFUSED', 'write', path);
  }
}

async function replace(path: string, text: string): Promise<void> {
  makeDirectory(dirname(path));
  const draft = new Draft(dirname(path), draftPrefix);
  try {
    draft.write(new TextEncoder().encode(text));
    await draft.settle(0o666 & ~process.umask());
    draft.rename(path);
    syncDirectory(dirname(path));
  } finally {
    draft.discard();
  }
}
