import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { diskError, errnoOf } from './disk-error.ts';
import { Draft } from './draft.ts';
import { updateIndex } from './index-lock.ts';
import { StoreLayout } from './layout.ts';
import { makeDirectory } from './make-directory.ts';
import { Store } from './store.ts';

const layoutVersion = '1.0.0';

/** How a store is opened. */
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
    else if (options.create && !existsSync(layout.index)) await makeIndex(layout);
  } catch (error) {
    throw diskError(error, 'STORE_UNUSABLE', 'use the store', layout.directory);
  }
  return new Store(layout);
}

/** @throws STORE_INVALID for a layout of another version */
export function hasMarker(layout: StoreLayout): boolean {
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
  if (!allowed) throw inside?.length ? noStore(layout, 'it has no oci-layout') : nothingYet(layout);
  // Another process may have made the store since we looked for it.
  if (!hasMarker(layout)) {
    // One that was killed here may have left its drafts, and nothing else yet.
    if (inside?.some((name) => name !== basename(layout.drafts)))
      throw noStore(layout, 'it holds something else');
    makeDirectory(layout.drafts);
    await writeMarker(layout);
  }
  makeDirectory(layout.blobs);
  await makeIndex(layout);
}

/** An image layout has an index, though it may name nothing. A process killed before may have left the store without. */
export async function makeIndex(layout: StoreLayout): Promise<void> {
  makeDirectory(layout.drafts);
  await updateIndex(layout, (index) => (existsSync(layout.index) ? index : { ...index }));
}

function namesIn(directory: string): string[] | undefined {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export async function writeMarker(layout: StoreLayout): Promise<void> {
  const draft = new Draft(layout.drafts);
  try {
    draft.write(new TextEncoder().encode(`${JSON.stringify({ imageLayoutVersion: layoutVersion })}\n`));
    await draft.settle(0o644);
    draft.rename(layout.marker);
  } finally {
    draft.discard();
  }
}

function nothingYet({ directory }: StoreLayout): BlockPackError {
  return new BlockPackError(
    'STORE_UNUSABLE',
    `Nothing has been packed into ${directory} yet: there is no store`,
    {
      hint: 'Pack first, for example: block-pack java target/lib. Or name the store that was packed into (--store DIR).',
      details: { path: directory },
    },
  );
}

function noStore(layout: StoreLayout, reason: string): BlockPackError {
  return new BlockPackError('STORE_UNUSABLE', `${layout.directory} is no store: ${reason}`, {
    hint: 'Choose an empty or new directory, or one that block-pack or another OCI tool made (--store DIR).',
    details: { path: layout.directory },
  });
}
