import type { RandomAccess } from '@block-pack/core';
import { affordParts, type LayoutLimits } from './limits.ts';
import { readAhead } from './read-ahead.ts';
import { type CentralEntry, readCentral } from './read-central.ts';
import { findEnds, type ZipEndPlace } from './read-end.ts';
import { readLocalHeader } from './read-local.ts';
import { FormPool } from './zip-form.ts';
import type { ZipGap, ZipLayout, ZipPart } from './zip-layout.ts';

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
  for (const end of await findEnds(source)) {
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
  for (const end of await findEnds(source)) {
    const listed = await listedAt(source, end, left);
    if (listed !== undefined) return listed;
  }
  return undefined;
}

async function listedAt(
  source: RandomAccess,
  end: ZipEndPlace,
  left: LayoutLimits,
): Promise<readonly CentralEntry[] | undefined> {
  if (end.directorySize > directoryLimit || end.count > left.parts) return undefined;
  // A copy: a layout keeps views of it, and the source's own bytes may change.
  const directory = Buffer.from(await source.read(end.directoryOffset, end.directorySize));
  return readCentral(directory, end.shift, end.count);
}

async function layoutOf(
  source: RandomAccess,
  end: ZipEndPlace,
  left: LayoutLimits,
): Promise<ZipLayout | undefined> {
  const listed = await listedAt(source, end, left);
  if (listed === undefined) return undefined;
  const run = await partsOf(source, listed, end.directoryOffset);
  if (run === undefined) return undefined;
  const { parts, positions } = run;
  const directoryAt = parts.length;
  if (end.end < source.size) parts.push(gap(end.end, source.size));
  const names = listed.reduce((sum, { head }) => sum + head.name.length, 0);
  if (!affordParts(left, parts.length, names)) return undefined;
  return {
    kind: 'zip',
    parts,
    directoryAt,
    directory: positions,
    shift: end.shift,
    end: end.records,
    nested: new Map(),
  };
}

/** All parts before the central directory, and the position of each listed entry among them. Entries must not overlap. */
async function partsOf(source: RandomAccess, listed: readonly CentralEntry[], limit: number) {
  const near = readAhead(source);
  const forms = new FormPool();
  const parts: ZipPart[] = [];
  const positions: number[] = Array(listed.length).fill(0);
  let at = 0;
  for (const { entry, listedAt } of inFileOrder(listed)) {
    if (entry.headerOffset < at) return undefined;
    if (entry.headerOffset > at) parts.push(gap(at, entry.headerOffset));
    const read = await readLocalHeader(near, entry, limit, forms);
    if (read === undefined) return undefined;
    positions[listedAt] = parts.length;
    parts.push(read.part);
    at = read.end;
  }
  if (at < limit) parts.push(gap(at, limit));
  return { parts, positions };
}

function inFileOrder(listed: readonly CentralEntry[]) {
  return listed
    .map((entry, listedAt) => ({ entry, listedAt }))
    .sort((one, other) => one.entry.headerOffset - other.entry.headerOffset);
}

function gap(from: number, to: number): ZipGap {
  return { kind: 'gap', offset: from, size: to - from };
}
