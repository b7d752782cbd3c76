import { createHash } from 'node:crypto';
import { readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestHex, type ImagePath, isDigest } from '@block-pack/core';
import * as v from 'valibot';
import { Draft } from '../draft.ts';
import { giveTurn } from '../turn.ts';
import type { LayerEntry } from './layer-entry.ts';
import type { LayerListing } from './read-layer.ts';

/** A listing of more entries takes as long to read from here as from the layer. */
const mostEntries = 300_000;

const day = 86_400_000;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const digest = v.custom<Digest>((text) => typeof text === 'string' && isDigest(text));
const path = v.custom<ImagePath>((text) => typeof text === 'string' && text.startsWith('/'));
const attributes = {
  path,
  mode: count,
  uid: count,
  gid: count,
  mtime: v.number(),
  xattrs: v.array(v.string()),
};
const layerEntry: v.GenericSchema<unknown, LayerEntry> = v.variant('kind', [
  v.object({ kind: v.literal('file'), ...attributes, size: count }),
  v.object({ kind: v.literal('directory'), ...attributes }),
  v.object({ kind: v.literal('symlink'), ...attributes, target: v.string() }),
  v.object({ kind: v.picklist(['device', 'fifo']), ...attributes }),
  v.object({ kind: v.literal('hardlink'), path, target: path }),
  v.object({ kind: v.picklist(['whiteout', 'opaque']), path }),
]);
/** Its entries are looked at one by one, since there may be many. */
const document = v.object({
  digest,
  size: count,
  diffId: digest,
  unpackedSize: count,
  entries: v.array(v.unknown()),
});

/** What was learnt of a layer before; undefined where there is nothing, or nothing that can be relied on. */
export async function keptListing(directory: string, layer: Digest): Promise<LayerListing | undefined> {
  const place = placeOf(directory, layer);
  try {
    const [header = '', body = ''] = readFileSync(place, 'utf8').split('\n');
    if (header !== seal(body)) return undefined;
    const { entries, ...measures } = v.parse(document, JSON.parse(body));
    const parsed: LayerEntry[] = [];
    for (const entry of entries) {
      await giveTurn();
      parsed.push(v.parse(layerEntry, entry));
    }
    freshen(place);
    return { ...measures, entries: parsed };
  } catch {
    return undefined;
  }
}

/** Keeps a listing for the next time. Where that cannot be done, nothing is lost but time. */
export function keepListing(directory: string, listing: LayerListing): void {
  if (listing.entries.length > mostEntries) return;
  try {
    const body = JSON.stringify(listing);
    const draft = new Draft(directory);
    try {
      draft.write(Buffer.from(`${seal(body)}\n${body}\n`));
      draft.finish(0o644);
      draft.rename(placeOf(directory, listing.digest));
    } finally {
      draft.discard();
    }
  } catch {
    // A store on read-only media, or a full disk: the work itself tells what it needs.
  }
}

function placeOf(directory: string, layer: Digest): string {
  return join(directory, `layer-${digestHex(layer)}.json`);
}

/** The first line seals the second, since a flipped bit in a path would make another root file system. */
function seal(body: string): string {
  return `#block-pack layer listing v1 ${createHash('sha256').update(body).digest('hex')}`;
}

/** The time of the last use, by which gc judges; once a day is enough. */
function freshen(place: string): void {
  if (Date.now() - statSync(place).mtimeMs > day) utimesSync(place, new Date(), new Date());
}
