import { BlockPackError, checkTreePath, type RandomAccess } from '@block-pack/core';
import { giveTurn } from '../turn.ts';
import { TarHeaderReader, type TarMember } from './tar-members.ts';

/** Bytes of an archive from `offset` on. */
export interface TarSlice {
  readonly offset: number;
  readonly size: number;
}

/** More entries than an archive of images can need. */
const entryLimit = 100_000;

/** Links that lead to links. */
const linkLimit = 8;

/** What a tar archive holds and where; links are followed inside of it and nowhere else. */
export class TarListing {
  readonly #members: ReadonlyMap<string, TarMember>;

  constructor(members: ReadonlyMap<string, TarMember>) {
    this.#members = members;
  }

  paths(): Iterable<string> {
    return this.#members.keys();
  }

  /** The bytes of a file, or of the file that a link leads to; undefined where there is none. */
  file(path: string): TarSlice | undefined {
    let member = this.#members.get(path);
    for (let links = 0; member?.kind === 'link' && links < linkLimit; links++)
      member = this.#members.get(member.target);
    return member?.kind === 'file' ? { offset: member.offset, size: member.size } : undefined;
  }
}

/**
 * One walk over the headers of an archive; no content is read.
 * @param name the archive, for messages
 * @throws ARCHIVE_INVALID; INPUT_UNSUPPORTED for a compressed archive
 */
export async function listTar(bytes: RandomAccess, name: string): Promise<TarListing> {
  await refuseCompressed(bytes, name);
  const members = new Map<string, TarMember>();
  const reader = new TarHeaderReader(bytes, (flaw) => archiveInvalid(name, flaw));
  for (let member = await reader.next(); member !== undefined; member = await reader.next()) {
    await giveTurn();
    const path = cleaned(member.path, name);
    if (path === '' || member.kind === 'directory') continue;
    // Two readers may take two different ones of them.
    if (members.has(path)) throw archiveInvalid(name, `${JSON.stringify(path)} stands twice`);
    if (members.size >= entryLimit) throw archiveInvalid(name, `it has more than ${entryLimit} entries`);
    members.set(path, member);
  }
  return new TarListing(members);
}

/** @throws ARCHIVE_INVALID */
function cleaned(raw: string, name: string): string {
  const path = raw.replace(/^(\.\/+)+/, '').replace(/\/+$/, '');
  if (path === '' || path === '.') return '';
  try {
    checkTreePath(path);
    return path;
  } catch (cause) {
    throw archiveInvalid(name, `${JSON.stringify(raw)} is no path inside an archive`, cause);
  }
}

const compressions: readonly (readonly [string, readonly number[]])[] = [
  ['gunzip', [0x1f, 0x8b]],
  ['unzstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['unxz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['bunzip2', [0x42, 0x5a, 0x68]],
];

/** Parts of a compressed archive cannot be read in place. */
async function refuseCompressed(bytes: RandomAccess, name: string): Promise<void> {
  const start = await bytes.read(0, Math.min(8, bytes.size));
  const program = compressions.find(([, magic]) => magic.every((byte, at) => start[at] === byte))?.[0];
  if (program === undefined) return;
  throw new BlockPackError('INPUT_UNSUPPORTED', `${name} is compressed`, {
    hint: `Unpack it first with ${program}; the tar inside is read as it is. If it is a bundle, block-pack inspect FILE shows what it brings.`,
    details: { place: name },
  });
}

function archiveInvalid(name: string, flaw: string, cause?: unknown): BlockPackError {
  return new BlockPackError('ARCHIVE_INVALID', `${name} is no tar archive of images: ${flaw}`, {
    hint: 'Save or fetch the archive again; "tar -tvf" lists what is in it.',
    details: { place: name },
    cause,
  });
}
