import { createHash } from 'node:crypto';
import { bytesOf, type FileEntry } from '@block-pack/core';

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
