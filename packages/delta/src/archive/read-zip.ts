import type { RandomAccess } from '@block-pack/core';
import { ReadWindow } from '../read-window.ts';
import { affordParts, type LayoutLimits } from './limits.ts';
import { type CentralEntry, readCentral } from './read-central.ts';
import { findEnds, type ZipEndPlace } from './read-end.ts';
import { LocalHeaders } from './read-local.ts';
import { asBuffer, type ZipGap, type ZipLayout, type ZipPart } from './zip-layout.ts';

/** Bytes of a central directory, which is held in memory. */
const directoryLimit = 64 << 20;

/**
 * The layout of a zip; undefined for bytes that are none, or one whose headers the layout could not write again to the byte. Nothing but headers
 * is read, so what it says of the contents may be untrue.
 * @param left is lowered by what was read
 */
export async function readZipLayout(
  source: RandomAccess,
  left: LayoutLimits,
): Promise<ZipLayout | undefined> {
  for await (const end of findEnds(source)) {
    const layout = await layoutOf(source, end, left);
    if (layout !== undefined) return layout;
  }
  return undefined;
}

/** What a zip's central directory lists; undefined for bytes that are none. Whether its entries are there is not asked. */
export async function listedEntries(
  source: RandomAccess,
  left: LayoutLimits,
): Promise<readonly CentralEntry[] | undefined> {
  for await (const end of findEnds(source)) {
    const directory = await directoryAt(source, end, left);
    if (directory !== undefined) return directory.listed;
  }
  return undefined;
}

interface Directory {
  readonly bytes: Buffer;
  readonly listed: readonly CentralEntry[];
}

async function directoryAt(
  source: RandomAccess,
  end: ZipEndPlace,
  left: LayoutLimits,
): Promise<Directory | undefined> {
  if (end.directorySize > directoryLimit || end.count > left.parts) return undefined;
  const bytes = asBuffer(await source.read(end.directoryOffset, end.directorySize));
  const listed = readCentral(bytes, end.shift, end.count);
  return listed && { bytes, listed };
}

async function layoutOf(
  source: RandomAccess,
  end: ZipEndPlace,
  left: LayoutLimits,
): Promise<ZipLayout | undefined> {
  const directory = await directoryAt(source, end, left);
  const run = directory && (await partsOf(source, directory, end.directoryOffset));
  if (directory === undefined || run === undefined) return undefined;
  const { parts, positions } = run;
  const directoryPlace = parts.length;
  if (end.end < source.size) parts.push(gap(end.end, source.size));
  let names = 0;
  for (const { name } of directory.listed) names += name.length;
  if (!affordParts(left, parts.length, names)) return undefined;
  return {
    kind: 'zip',
    parts,
    directoryAt: directoryPlace,
    directory: positions,
    shift: end.shift,
    end: end.records,
    nested: new Map(),
  };
}

/** All parts before the central directory, and the position of each listed entry among them. Entries must not overlap. */
async function partsOf(source: RandomAccess, { bytes, listed }: Directory, limit: number) {
  const near = new ReadWindow(source);
  try {
    const headers = new LocalHeaders(near, bytes, limit);
    const parts: ZipPart[] = [];
    const positions: number[] = Array(listed.length).fill(0);
    let at = 0;
    for (const entry of inFileOrder(listed)) {
      if (entry.headerOffset < at) return undefined;
      if (entry.headerOffset > at) parts.push(gap(at, entry.headerOffset));
      const read = headers.read(entry);
      const found = read instanceof Promise ? await read : read;
      if (found === undefined) return undefined;
      positions[entry.place] = parts.length;
      parts.push(found.part);
      at = found.end;
    }
    if (at < limit) parts.push(gap(at, limit));
    return { parts, positions };
  } finally {
    near.close();
  }
}

function inFileOrder(listed: readonly CentralEntry[]): readonly CentralEntry[] {
  let last = 0;
  for (const { headerOffset } of listed) {
    if (headerOffset < last) return [...listed].sort((one, other) => one.headerOffset - other.headerOffset);
    last = headerOffset;
  }
  return listed;
}

function gap(from: number, to: number): ZipGap {
  return { kind: 'gap', offset: from, size: to - from };
}
