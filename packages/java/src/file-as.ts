import type { FileEntry } from '@block-pack/core';

/** The same file under another path, or with another mode. An entry may be an object of any class, which spreading would take apart. */
export function fileAs(
  file: FileEntry,
  {
    path = file.path,
    executable = file.executable,
  }: { readonly path?: string; readonly executable?: boolean },
): FileEntry {
  const { size, stamp } = file;
  const plain = { kind: 'file', path, size, executable, read: () => file.read() } as const;
  return stamp === undefined ? plain : { ...plain, stamp };
}
