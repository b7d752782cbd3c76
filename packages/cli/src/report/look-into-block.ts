import {
  type BlobSource,
  BlockPackError,
  blobAccess,
  collect,
  compareBytewise,
  type Digest,
  type FileEntry,
  Measure,
  type RandomAccess,
  randomAccessOf,
  readCanonicalTar,
  readZipBelow,
  type TreeEntry,
} from '@block-pack/core';
import { jarLicenses } from '@block-pack/java';
import { declaredFacts } from '@block-pack/npm';
import { metadataLicenses } from '@block-pack/python';
import { type BlockFacts, declaredLicense, type InnerEntry, type Package } from '@block-pack/report';

const archiveName = /\.(jar|war|ear|zip|whl|aar)$/i;
/** By name, since an archive's entries are not unpacked; as the linkers of all systems and Node call them. */
const nativeName = /\.(so(\.[0-9.]+)?|dll|dylib|jnilib|node|exe|a)$/i;
/** ELF, and Mach-O in both orders and for several processors. Java's class files begin like the last; they are told by their name. */
const nativeMagic = /^(7f454c46|feedfac[ef]|c[ef]faedfe|cafebabe)/;

/** Bytes of a package.json or METADATA; hundreds of times what real ones have. */
const metadataLimit = 4 << 20;

/** Bytes of a block that is read whole where reading parts of it would unpack it each time. */
const wholeLimit = 256 << 20;

/** Files inside a block that are listed. More than any package has; a list of them would take the memory of everything else. */
const entryLimit = 200_000;

/**
 * What a look into a block finds.
 * @param isPacked it is read out of a compressed layer
 * @returns undefined where there is no making sense of it
 * @throws what reading blobs throws
 */
export async function lookIntoBlock(
  { kind, paths, digest, size = 0 }: Package,
  blobs: BlobSource,
  isPacked: boolean,
): Promise<BlockFacts | undefined> {
  if (kind === 'tree') return treeFacts(digest, blobs);
  const [path = ''] = paths;
  if (!archiveName.test(path)) return fileFacts(path, digest, blobs);
  if (isPacked && size > wholeLimit) return undefined;
  const bytes = isPacked
    ? randomAccessOf(await collect(blobs.read(digest), wholeLimit, path))
    : blobAccess(blobs, { digest, size });
  return archiveFacts(bytes, path);
}

async function fileFacts(path: string, digest: Digest, blobs: BlobSource): Promise<BlockFacts> {
  const start = await collect(blobs.read(digest, { offset: 0, length: 4 }), 4, path);
  return { licenses: [], nativeCode: isNative(path, start) ? [path.slice(path.lastIndexOf('/') + 1)] : [] };
}

async function archiveFacts(bytes: RandomAccess, path: string): Promise<BlockFacts | undefined> {
  try {
    const archive = await readZipBelow(bytes, path, '');
    const files = archive.entries.filter(({ isDirectory }) => !isDirectory);
    const licenses = (await jarLicenses(bytes, archive)).map(declaredLicense);
    const nativeCode = files.map((entry) => entry.path).filter((name) => nativeName.test(name));
    if (files.length > entryLimit) return { licenses, nativeCode };
    const entries = files.map((entry) => ({ path: entry.path, size: entry.size, mark: String(entry.crc32) }));
    return { licenses, nativeCode, entries: sorted(entries) };
  } catch (error) {
    // A jar that nobody can read is kept as it is, and nothing is known of it.
    if (error instanceof BlockPackError && error.code.startsWith('ARCHIVE_')) return undefined;
    throw error;
  }
}

async function treeFacts(digest: Digest, blobs: BlobSource): Promise<BlockFacts> {
  const entries: InnerEntry[] = [];
  const nativeCode: string[] = [];
  let manifest: string | undefined;
  let metadata: string | undefined;
  for await (const entry of readCanonicalTar(blobs.read(digest), digest)) {
    const { inner, start, text } = await lookAt(entry);
    if (entries.length < entryLimit) entries.push(inner);
    if (isNative(entry.path, start)) nativeCode.push(entry.path);
    if (entry.path === 'package.json') manifest = text;
    else if (text !== undefined) metadata ??= text;
  }
  const declared = manifest === undefined ? undefined : declaredFacts(manifest, entries.some(isGypFile));
  const licenses = declared?.licenses ?? (metadata === undefined ? [] : metadataLicenses(metadata));
  return {
    licenses: licenses.map(declaredLicense),
    nativeCode,
    ...(declared === undefined ? {} : { hasInstallScript: declared.hasInstallScript }),
    ...(entries.length < entryLimit ? { entries: sorted(entries) } : {}),
  };
}

function isGypFile({ path }: InnerEntry): boolean {
  return path === 'binding.gyp';
}

interface Look {
  readonly inner: InnerEntry;
  /** Its first bytes, or all of them where there is a text. */
  readonly start: Uint8Array;
  /** Of the files that say what the package is. */
  readonly text: string | undefined;
}

async function lookAt(entry: TreeEntry): Promise<Look> {
  const { path } = entry;
  if (entry.kind !== 'file') {
    const mark = entry.kind === 'symlink' ? `-> ${entry.target}` : entry.kind;
    return { inner: { path, size: 0, mark }, start: new Uint8Array(), text: undefined };
  }
  const keeps = /^package\.json$|^[^/]+\.dist-info\/METADATA$/.test(path) && entry.size <= metadataLimit;
  const { mark, start } = await read(entry, keeps ? entry.size : 4);
  const text = keeps ? new TextDecoder().decode(start) : undefined;
  return { inner: { path, size: entry.size, mark }, start, text };
}

/** @param wanted bytes of its start that are kept */
async function read(entry: FileEntry, wanted: number): Promise<{ mark: string; start: Uint8Array }> {
  const measure = new Measure();
  const start = new Uint8Array(Math.min(wanted, entry.size));
  for await (const chunk of entry.read()) {
    if (measure.size < start.length) start.set(chunk.subarray(0, start.length - measure.size), measure.size);
    measure.add(chunk);
  }
  return { mark: `${measure.digest()}${entry.executable ? ' executable' : ''}`, start };
}

function isNative(path: string, start: Uint8Array): boolean {
  if (path.endsWith('.class')) return false;
  return nativeName.test(path) || nativeMagic.test(Buffer.from(start.subarray(0, 4)).toString('hex'));
}

function sorted(entries: readonly InnerEntry[]): readonly InnerEntry[] {
  return [...entries].sort((a, b) => compareBytewise(a.path, b.path));
}
