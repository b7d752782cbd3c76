import {
  BlockPackError,
  encodeTarHeader,
  type RandomAccess,
  randomAccessOf,
  readCanonicalTar,
  readRange,
} from '@block-pack/core';
import { inflateAtOnce } from '../deflate/inflate.ts';
import { affordParts, type LayoutLimits, layoutLimits } from './limits.ts';
import { slice } from './read-ahead.ts';
import { readTarParts } from './read-tar.ts';
import { readZipLayout } from './read-zip.ts';
import type { TarLayout } from './tar-layout.ts';
import type { TreeLayout, TreePart } from './tree-layout.ts';
import type { ZipEntryPart, ZipLayout, ZipPart } from './zip-layout.ts';

export type Layout = ZipLayout | TreeLayout | TarLayout;

/** What an archive is taken apart into. */
export type Part = Layout['parts'][number];

/** A file block's bytes, a tree block's canonical tar, or a tar that others wrote. */
export type BlockKind = 'file' | 'tree' | 'tar';

/**
 * How a block is laid out, archives inside of it included. Undefined for a file that is no zip, and for one that its layout could not write
 * again to the byte. The same bytes have the same layout everywhere, so that two sides can speak of its parts by their positions.
 * @param left is lowered by what was read
 */
export async function readLayout(
  source: RandomAccess,
  kind: BlockKind,
  left: LayoutLimits = layoutLimits(source.size),
): Promise<Layout | undefined> {
  switch (kind) {
    case 'file':
      return await readNestingZip(source, 0, left);
    case 'tree':
      return await readTree(source, left);
    case 'tar':
      return await readTar(source, left);
  }
}

/** Archives within archives that are looked into: both sides must do alike, so it belongs to the format. */
const deepest = 3;
/** Bytes of a deflated archive inside of another one, which is held in memory: the same. */
const nestedSizeLimit = 64 << 20;

async function readNestingZip(
  source: RandomAccess,
  depth: number,
  left: LayoutLimits,
): Promise<ZipLayout | undefined> {
  const layout = await readZipLayout(source, left);
  if (layout === undefined || depth === deepest) return layout;
  const nested = new Map<number, ZipLayout>();
  for (let i = 0; i < layout.parts.length; i++) {
    const part = layout.parts[i] as ZipPart;
    if (part.kind === 'gap' || !archiveName.test(part.head.name)) continue;
    const unpacked = mayBeUnpacked(part) ? part.facts.size : 0;
    if (unpacked > left.unpacked) continue;
    left.unpacked -= unpacked;
    const inner = await innerAccess(source, part);
    const found = inner && (await readNestingZip(inner, depth + 1, left));
    if (found !== undefined) nested.set(i, found);
  }
  return { ...layout, nested };
}

/** What is looked into: the name decides, since looking into every entry would cost as much as taking it apart. */
const archiveName =
  /\.(?:jar|war|ear|rar|aar|sar|par|kar|hpi|jpi|nbm|zip|whl|egg|apk|xpi|vsix|nupkg|docx|xlsx|pptx|odt)$/i;

/** Keeps bytes where they can be read anywhere. */
export type KeepBytes = (bytes: Uint8Array) => Promise<RandomAccess>;

/** A nested archive's bytes; undefined where they cannot be had. */
export async function innerAccess(
  source: RandomAccess,
  part: Part,
  keep: KeepBytes = async (bytes) => randomAccessOf(bytes),
): Promise<RandomAccess | undefined> {
  if (part.kind === 'file' || part.kind === 'content') return slice(source, part.offset, part.size);
  if (part.kind !== 'entry' || (part.head.form.flags & 1) === 1) return undefined;
  const { offset, facts, head } = part;
  if (head.form.method === 0) return slice(source, offset, facts.packedSize);
  if (!mayBeUnpacked(part)) return undefined;
  const content = inflateAtOnce(await source.read(offset, facts.packedSize), facts.size);
  return content && (await keep(content));
}

function mayBeUnpacked({ head, facts }: ZipEntryPart): boolean {
  const { method, flags } = head.form;
  return method === 8 && (flags & 1) === 0 && Math.max(facts.size, facts.packedSize) <= nestedSizeLimit;
}

async function readTree(source: RandomAccess, left: LayoutLimits): Promise<TreeLayout | undefined> {
  const parts = await treeParts(source, left.parts);
  const names = parts?.reduce((sum, { path }) => sum + Buffer.byteLength(path), 0) ?? 0;
  if (parts === undefined || !affordParts(left, parts.length, names)) return undefined;
  const nested = new Map<number, ZipLayout>();
  for (const [i, part] of parts.entries()) {
    if (part.kind !== 'file' || !archiveName.test(part.path)) continue;
    const found = await readNestingZip(slice(source, part.offset, part.size), 1, left);
    if (found !== undefined) nested.set(i, found);
  }
  return { kind: 'tree', parts, nested };
}

async function readTar(source: RandomAccess, left: LayoutLimits): Promise<TarLayout | undefined> {
  const parts = await readTarParts(source, left);
  if (parts === undefined) return undefined;
  const nested = new Map<number, ZipLayout>();
  for (const [i, { kind, name, offset, size }] of parts.entries()) {
    if (kind !== 'content' || !archiveName.test(name)) continue;
    const found = await readNestingZip(slice(source, offset, size), 1, left);
    if (found !== undefined) nested.set(i, found);
  }
  return { kind: 'tar', parts, nested };
}

/** Undefined for what is no canonical tar, and for one of more than `most` entries. */
async function treeParts(source: RandomAccess, most: number): Promise<TreePart[] | undefined> {
  const parts: TreePart[] = [];
  let at = 0;
  try {
    for await (const entry of readCanonicalTar(readRange(source), 'the block')) {
      if (parts.length === most) return undefined;
      at += encodeTarHeader(entry).length;
      const { path } = entry;
      if (entry.kind === 'symlink') parts.push({ kind: 'symlink', path, target: entry.target });
      else if (entry.kind === 'directory') parts.push({ kind: 'directory', path });
      else {
        parts.push({ kind: 'file', path, executable: entry.executable, size: entry.size, offset: at });
        at += Math.ceil(entry.size / tarStep) * tarStep;
      }
    }
  } catch (error) {
    if (error instanceof BlockPackError && error.family === 'format') return undefined;
    throw error;
  }
  return parts;
}

const tarStep = 512;
