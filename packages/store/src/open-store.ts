import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { diskError, errnoOf } from './disk-error.ts';
import { Draft } from './draft.ts';
import { readIndex } from './index-file.ts';
import { updateIndex } from './index-lock.ts';
import { StoreLayout } from './layout.ts';
import { Store } from './store.ts';

const layoutVersion = '1.0.0';

export interface OpenStoreOptions {
  /** Makes the store where there is none. */
  readonly create?: boolean;
}

/**
 * Any OCI image layout on disk can be opened; nothing is written there before something is to be kept.
 * @throws STORE_UNUSABLE where there is no store and none can or may be made; STORE_INVALID for one of another version
 */
export async function openStore(directory: string, options: OpenStoreOptions = {}): Promise<Store> {
  const layout = new StoreLayout(resolve(directory));
  try {
    if (!hasMarker(layout)) await create(layout, options.create ?? false);
  } catch (error) {
    throw diskError(error, 'STORE_UNUSABLE', 'use the store', layout.directory);
  }
  return new Store(layout);
}

function hasMarker(layout: StoreLayout): boolean {
  let text: string;
  try {
    text = readFileSync(layout.marker, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
  checkVersion(layout, text);
  return true;
}

function checkVersion(layout: StoreLayout, text: string): void {
  const version = versionIn(text);
  if (version === layoutVersion) return;
  throw new BlockPackError(
    'STORE_INVALID',
    version === undefined
      ? `${layout.marker} does not say that this is an image layout`
      : `${layout.directory} is an image layout of version ${JSON.stringify(version)}, expected ${layoutVersion}`,
    { hint: 'Use another store (--store DIR).', details: { path: layout.marker } },
  );
}

function versionIn(text: string): string | undefined {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null || !('imageLayoutVersion' in json)) return undefined;
    return typeof json.imageLayoutVersion === 'string' ? json.imageLayoutVersion : undefined;
  } catch {
    return undefined;
  }
}

async function create(layout: StoreLayout, allowed: boolean): Promise<void> {
  const inside = namesIn(layout.directory);
  if (!allowed)
    throw noStore(layout, inside === undefined ? 'there is no such directory' : 'it has no oci-layout');
  // A process that was killed here before may have left its drafts.
  if (inside?.some((name) => name !== basename(layout.drafts))) {
    throw noStore(layout, 'it holds something else');
  }
  mkdirSync(layout.drafts, { recursive: true });
  mkdirSync(layout.blobs, { recursive: true });
  if (inside === undefined || !hasMarker(layout)) await writeMarker(layout);
  // A change that changes nothing but gives an index to a store that has none yet.
  await updateIndex(layout, () => ({ ...readIndex(layout) }));
}

function namesIn(directory: string): string[] | undefined {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeMarker(layout: StoreLayout): Promise<void> {
  const draft = new Draft(layout.drafts);
  try {
    draft.write(new TextEncoder().encode(`${JSON.stringify({ imageLayoutVersion: layoutVersion })}\n`));
    await draft.settle(0o644);
    draft.rename(layout.marker);
  } finally {
    draft.discard();
  }
}

function noStore(layout: StoreLayout, reason: string): BlockPackError {
  return new BlockPackError('STORE_UNUSABLE', `${layout.directory} is no store: ${reason}`, {
    hint: 'Choose an empty or new directory, or one that block-pack or another OCI tool made (--store DIR).',
    details: { path: layout.directory },
  });
}
