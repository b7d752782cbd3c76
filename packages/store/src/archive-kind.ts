import type { RandomAccess } from '@block-pack/core';

export type ArchiveKind = 'zip' | 'tar';

/** Where a tar header says `ustar`, as GNU and POSIX have it alike. */
const magicAt = 257;

/** What a file seems to be by how it begins; what is gzipped is taken for a tar. @throws INPUT_UNREADABLE */
export async function kindByBytes(bytes: RandomAccess): Promise<ArchiveKind | undefined> {
  const start = await bytes.read(0, Math.min(bytes.size, magicAt + 5));
  const text = Buffer.from(start).toString('latin1');
  if (text.startsWith('PK\x03\x04')) return 'zip';
  return text.startsWith('\x1f\x8b') || text.startsWith('ustar', magicAt) ? 'tar' : undefined;
}
