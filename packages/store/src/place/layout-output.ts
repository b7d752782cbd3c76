import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type ContentDescriptor, Measure } from '@block-pack/core';
import { freshen, hasFile } from '../blob-files.ts';
import { cannotShare } from '../clone-errors.ts';
import { errnoOf } from '../disk-error.ts';
import { draftPrefix, fsyncLater, syncDirectory } from '../draft.ts';
import { type IndexEntry, readIndex, refName, tagOf } from '../index-file.ts';
import { updateIndex } from '../index-lock.ts';
import { StoreLayout } from '../layout.ts';
import { makeDirectory } from '../make-directory.ts';
import { hasMarker, makeIndex, writeMarker } from '../open-store.ts';
import { Store } from '../store.ts';
import { keepAlive, removeStaleDrafts } from '../target-draft.ts';
import { withoutOldKinds } from './cosign-kinds.ts';
import type { Publication } from './publish.ts';
import { isOfLayout, refuseOther } from './refuse-other.ts';

/** Bytes up to which a blob is checked by its digest rather than by its size. */
const cheap = 1 << 20;

/** Blobs that are written at once, so that they wait for the disk together. */
const together = 8;

/**
 * Writes the blobs of a publication into an image layout, new or not, and its names last. Besides what belongs to a layout it leaves nothing there. A directory that is a
 * store is written to under the rules of a store.
 * @returns bytes of the blobs that were not there
 * @throws OUTPUT_REFUSED and what a store throws
 */
export async function writeLayout({
  place,
  closure,
  entries,
  blobs,
  compare,
  progress,
}: Publication): Promise<number> {
  const output = await LayoutOutput.open(place.path);
  try {
    let newBytes = 0;
    const put = async (descriptor: ContentDescriptor) => {
      progress.add(0, 0);
      if (await output.put(descriptor, blobs, compare)) newBytes += descriptor.size;
      progress.add(1, descriptor.size);
    };
    await inTurns(closure.leaves, put);
    for (const document of closure.documents) await put(document);
    await output.publish(entries.map(entryOf));
    await output.close();
    return newBytes;
  } catch (error) {
    await output.close();
    output.removeIfNew();
    throw error;
  }
}

async function inTurns<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await action(item);
  };
  const ended = await Promise.allSettled(Array.from({ length: together }, work));
  const failure = ended.find((one) => one.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

function entryOf({ root, name }: Publication['entries'][number]): IndexEntry {
  const { mediaType, artifactType, digest, size, platform, annotations } = root;
  return {
    mediaType,
    ...(artifactType !== undefined && { artifactType }),
    digest,
    size,
    ...(platform !== undefined && { platform }),
    annotations: { ...annotations, ...(name !== undefined && { [refName]: name }) },
  };
}

class LayoutOutput {
  readonly #layout: StoreLayout;
  readonly #store: Store;
  readonly #release: () => Promise<void>;
  /** The first directory that was made for the layout, which may be above it; undefined where the layout was there. */
  readonly #made: string | undefined;

  private constructor(layout: StoreLayout, store: Store, release: () => Promise<void>, made?: string) {
    this.#layout = layout;
    this.#store = store;
    this.#release = release;
    this.#made = made;
  }

  static async open(directory: string): Promise<LayoutOutput> {
    const own = new StoreLayout(directory);
    if (existsSync(own.leases)) {
      const store = new Store(own);
      const lease = await store.lease();
      return new LayoutOutput(own, store, () => lease.release());
    }
    refuseOther(own);
    const made = makeDirectory(directory);
    removeStaleDrafts(directory);
    const workplace = join(directory, `${draftPrefix}${randomUUID()}`);
    const layout = new StoreLayout(directory, workplace);
    const timer = keepAlive(workplace);
    const release = async () => {
      clearInterval(timer);
      rmSync(workplace, { recursive: true, force: true });
      removeIfEmpty(layout.indexLock);
    };
    try {
      await makeLayout(layout);
    } catch (error) {
      await release();
      removeMade(layout, made);
      throw error;
    }
    return new LayoutOutput(layout, new Store(layout), release, made);
  }

  /** False when the blob was there already. */
  async put(descriptor: ContentDescriptor, from: Publication['blobs'], compare: boolean): Promise<boolean> {
    const { digest, size } = descriptor;
    const path = this.#layout.blob(digest);
    const source = from.blobPath?.(digest);
    if (await this.#has(descriptor, compare && source !== path)) return false;
    if (size > cheap && (await this.#adopt(source, path, size))) return true;
    // A damaged one would be kept where it has the right size.
    rmSync(path, { force: true });
    await this.#store.write(from.read(digest), digest);
    return true;
  }

  async #has({ digest, size }: ContentDescriptor, compare: boolean): Promise<boolean> {
    if (!(await this.#store.has(digest, size))) return false;
    if (size > cheap && !compare) return true;
    const measure = new Measure();
    for await (const chunk of this.#store.read(digest, { offset: 0, length: size })) measure.add(chunk);
    return measure.digest() === digest;
  }

  /** Clones the file of a blob, or else links it: blobs never change. False where neither can be. */
  async #adopt(from: string | undefined, path: string, size: number): Promise<boolean> {
    if (from === undefined || !hasFile(from, size)) return false;
    const draft = join(this.#layout.drafts, randomUUID());
    try {
      if (!clone(from, draft) && !link(from, draft)) return false;
      await settle(draft);
      renameSync(draft, path);
      freshen(path);
      return true;
    } finally {
      // Renaming does nothing where both names are links to one file.
      rmSync(draft, { force: true });
    }
  }

  async publish(entries: readonly IndexEntry[]): Promise<void> {
    syncDirectory(this.#layout.blobs);
    // What has no name is there once, whoever else has none.
    const key = (entry: IndexEntry) => tagOf(entry) ?? `@${entry.digest}`;
    const keys = new Set(entries.map(key));
    await updateIndex(this.#layout, (index) => {
      const others = index.manifests.filter((other) => !keys.has(key(other)));
      return { ...index, manifests: [...withoutOldKinds(others, entries), ...entries] };
    });
  }

  close(): Promise<void> {
    return this.#release();
  }

  /** To be called when nothing could be published. */
  removeIfNew(): void {
    removeMade(this.#layout, this.#made);
  }
}

/**
 * Takes a layout away that nobody else has published in or is writing to. It is moved first, so that whoever begins to write now fails, or makes the
 * layout anew, and never counts on a blob that is about to go.
 */
function removeMade(layout: StoreLayout, made: string | undefined): void {
  const { directory } = layout;
  if (made === undefined) return;
  try {
    if (readIndex(layout).manifests.length > 0 || !readdirSync(directory).every(isOfLayout)) return;
    const away = `${directory}.${randomUUID()}`;
    renameSync(directory, away);
    rmSync(away, { recursive: true, force: true });
    for (let parent = dirname(directory); parent.startsWith(made); parent = dirname(parent))
      rmdirSync(parent);
  } catch {
    // What stays is a layout without images, and the error that brought us here is the one to tell.
  }
}

async function makeLayout(layout: StoreLayout): Promise<void> {
  makeDirectory(layout.drafts);
  if (!hasMarker(layout)) await writeMarker(layout);
  makeDirectory(layout.blobs);
  if (!existsSync(layout.index)) await makeIndex(layout);
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Somebody else is writing the index.
  }
}

function clone(from: string, to: string): boolean {
  return tried(() => {
    copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    chmodSync(to, 0o444);
  });
}

function link(from: string, to: string): boolean {
  return tried(() => linkSync(from, to));
}

/** False for what the file system, or two of them, cannot do, and for a blob that is gone by now. */
function tried(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (notPossible.has(errnoOf(error) ?? '')) return false;
    throw error;
  }
}

const notPossible = new Set([...cannotShare, 'EACCES', 'ENOENT']);

async function settle(path: string): Promise<void> {
  // Windows brings only files to the disk that are open for writing.
  if (process.platform === 'win32') return;
  const file = openSync(path, 'r');
  try {
    await fsyncLater(file);
  } finally {
    closeSync(file);
  }
}
