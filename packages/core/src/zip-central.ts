import type { BlockPackError } from './error.ts';
import { fetchAgain, quoted, type ZipEntry, type ZipFlaws, zipError } from './zip-archive.ts';
import type { ZipEnd } from './zip-end.ts';
import { zip64Sizes } from './zip-extra.ts';
import { decodeZipName } from './zip-name.ts';

const headerSignature = 0x02014b50;
const headerLength = 46;

/** As many as block-pack is willing to hold in memory; the largest real jars have some 50,000. */
export const entryLimit = 1_000_000;

/** Bit 0: encrypted; bit 6: strongly; bit 13: the directory itself. */
export const encryptedFlags = 1 | (1 << 6) | (1 << 13);

const unixSystems = [3, 19];
const fileTypes = { mask: 0xf000, none: 0, regular: 0x8000, directory: 0x4000, symlink: 0xa000 };

/**
 * The entries in their order. Offsets are those of the file.
 * @param below the bytes that an entry's name begins with; other entries are counted and passed over, which takes a tenth of the time
 * @throws ARCHIVE_INVALID where the directory is not a run of whole headers, as many as the end record says
 */
export function parseCentralDirectory(
  directory: Buffer,
  end: ZipEnd,
  name: string,
  flaws: ZipFlaws,
  below?: Uint8Array,
): readonly ZipEntry[] {
  const entries: ZipEntry[] = [];
  let seen = 0;
  let at = 0;
  while (at < directory.length) {
    const next = headerEnd(directory, at);
    if (next === undefined) throw damaged(name, end.directoryOffset + at, entries.at(-1));
    if (seen++ === entryLimit) throw tooMany(name);
    if (below === undefined || nameBegins(directory, at, below)) {
      entries.push(parseHeader(directory, at, end, name, flaws));
    }
    at = next;
  }
  const count = end.countIsExact ? seen : seen & 0xffff;
  if (count !== end.count) throw countWrong(name, seen, end.count);
  return entries;
}

function headerEnd(directory: Buffer, at: number): number | undefined {
  if (at + headerLength > directory.length) return undefined;
  if (directory.readUInt32LE(at) !== headerSignature) return undefined;
  const end =
    at +
    headerLength +
    directory.readUInt16LE(at + 28) +
    directory.readUInt16LE(at + 30) +
    directory.readUInt16LE(at + 32);
  return end <= directory.length ? end : undefined;
}

function nameBegins(directory: Buffer, at: number, beginning: Uint8Array): boolean {
  if (directory.readUInt16LE(at + 28) < beginning.length) return false;
  for (let i = 0; i < beginning.length; i++) {
    if (directory[at + headerLength + i] !== beginning[i]) return false;
  }
  return true;
}

function parseHeader(directory: Buffer, at: number, end: ZipEnd, name: string, flaws: ZipFlaws): ZipEntry {
  const flags = directory.readUInt16LE(at + 8);
  const nameEnd = at + headerLength + directory.readUInt16LE(at + 28);
  const extra = directory.subarray(nameEnd, nameEnd + directory.readUInt16LE(at + 30));
  const { text, guessed, other } = decodeZipName(
    directory.subarray(at + headerLength, nameEnd),
    flags,
    extra,
  );
  const isDirectory = text.endsWith('/');
  const path = isDirectory ? text.slice(0, -1) : text;
  if (guessed) flaws.add('name-guessed', path, 'does not say in which character set its name is written');
  if (other !== undefined) flaws.add('name-unsafe', path, `is called ${quoted(other)} in an extra field`);
  const sizes = zip64Sizes(
    {
      compressedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      headerOffset: directory.readUInt32LE(at + 42),
    },
    extra,
  );
  const disk = directory.readUInt16LE(at + 34);
  if (sizes === undefined || (disk !== 0 && disk !== 0xffff))
    throw damaged(name, end.directoryOffset + at, undefined, path);
  const mode = unixMode(directory, at);
  checkType(mode & fileTypes.mask, path, isDirectory, flaws);
  return {
    path,
    isDirectory,
    method: methodOf(directory.readUInt16LE(at + 10)),
    size: sizes.size,
    compressedSize: sizes.compressedSize,
    crc32: directory.readUInt32LE(at + 16),
    dosTime: directory.readUInt32LE(at + 12),
    executable: !isDirectory && (mode & 0o111) !== 0,
    symlink: (mode & fileTypes.mask) === fileTypes.symlink,
    encrypted: (flags & encryptedFlags) !== 0,
    headerOffset: sizes.headerOffset + end.shift,
  };
}

/** 0 where the archive has none: made on another system, or all ones, as an old Maven archiver wrote. */
function unixMode(directory: Buffer, at: number): number {
  const mode = directory.readUInt16LE(at + 40);
  return unixSystems.includes(directory.readUInt8(at + 5)) && mode !== 0xffff ? mode : 0;
}

function checkType(type: number, path: string, isDirectory: boolean, flaws: ZipFlaws): void {
  const { none, regular, directory, symlink } = fileTypes;
  const agrees = isDirectory
    ? type === directory || type === none
    : type === regular || type === symlink || type === none;
  if (!agrees)
    flaws.add(
      'type-unclear',
      path,
      `has the mode of ${modeNames.get(type) ?? `type ${type.toString(8)}`} and the name of a ${isDirectory ? 'directory' : 'file'}`,
    );
}

const modeNames: ReadonlyMap<number, string> = new Map([
  [0x1000, 'a fifo'],
  [0x2000, 'a character device'],
  [0x4000, 'a directory'],
  [0x6000, 'a block device'],
  [0x8000, 'a file'],
  [0xa000, 'a symbolic link'],
  [0xc000, 'a socket'],
]);

export function methodOf(method: number): ZipEntry['method'] {
  if (method === 0) return 'stored';
  return method === 8 ? 'deflated' : method;
}

function damaged(archive: string, at: number, last?: ZipEntry, entry?: string): BlockPackError {
  const after = last === undefined ? '' : `, after entry ${quoted(last.path)}`;
  const where = entry === undefined ? after : `, of entry ${quoted(entry)}`;
  return zipError(
    'ARCHIVE_INVALID',
    archive,
    `has a damaged central directory header at byte ${at}${where}`,
    {
      hint: fetchAgain,
    },
  );
}

function tooMany(archive: string): BlockPackError {
  return zipError('ARCHIVE_BOMB', archive, `has more than ${entryLimit} entries`, {
    hint: 'Unpack it, and pack the directory instead, if it is what it should be.',
  });
}

function countWrong(archive: string, seen: number, said: number): BlockPackError {
  return zipError('ARCHIVE_INVALID', archive, `has ${seen} entries where its end record says ${said}`, {
    hint: fetchAgain,
  });
}
