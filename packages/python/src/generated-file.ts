import { createHash } from 'node:crypto';
import { bytesOf, type FileEntry, type TreeEntry } from '@block-pack/core';

/** A file that the packer writes itself. */
export function generatedFile(path: string, text: string, executable = false): FileEntry {
  const content = new TextEncoder().encode(text);
  const digest = createHash('sha256').update(content).digest('hex');
  return {
    kind: 'file',
    path,
    size: content.length,
    executable,
    read: () => bytesOf(content),
    stamp: `generated ${digest}`,
  };
}

/** The same entry at another path. */
export function moved<E extends TreeEntry>(entry: E, path: string, executable?: boolean): TreeEntry {
  if (entry.kind !== 'file') return { ...entry, path };
  const { size, stamp } = entry;
  const copy = {
    kind: 'file',
    path,
    size,
    executable: executable ?? entry.executable,
    read: () => entry.read(),
  } as const;
  return stamp === undefined ? copy : { ...copy, stamp };
}
