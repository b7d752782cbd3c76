import { createHash } from 'node:crypto';
import {
  bytesOf,
  collect,
  type DirectoryOwner,
  decodeImportManifest,
  defaultOwner,
  type EncodingId,
  encodeImportManifest,
  type ImagePath,
  type ImportManifest,
  recipeOf,
} from '@block-pack/core';
import { openPackMemory, type SavedPackMemory, type Store } from '@block-pack/store';
import type { BuiltLayer } from './build-image.ts';

/** More than any import manifest of ours. */
const manifestLimit = 256 << 20;

/**
 * The layers of the image that went to the same place before. One whose imports did not change is taken as it lies in the store: neither its blocks nor the
 * layer are read. Forgetting it all changes nothing but the time.
 */
export class LayerMemory {
  readonly #memory: SavedPackMemory;
  readonly #store: Store;

  private constructor(memory: SavedPackMemory, store: Store) {
    this.#memory = memory;
    this.#store = store;
  }

  static async open(place: string, store: Store): Promise<LayerMemory> {
    return new LayerMemory(await openPackMemory(store, [`layers of ${place}`]), store);
  }

  async find(name: string, stamp: string): Promise<BuiltLayer | undefined> {
    const text = this.#memory.blockOf(stamp);
    if (text === undefined || !(await this.#store.has(text.digest, text.size))) return undefined;
    const bytes = await collect(this.#store.read(text.digest), manifestLimit, text.digest);
    const manifest = decodeImportManifest(new TextDecoder().decode(bytes), text.digest);
    const recipe = recipeOf({ name, manifest });
    const { layer, diffId } = recipe;
    if (!(await this.#store.has(layer.digest, layer.size))) return undefined;
    return { name, manifest, recipe, diffId, copied: manifest.imports.length, ...layer };
  }

  async keep(stamp: string, { manifest }: BuiltLayer): Promise<void> {
    const text = new TextEncoder().encode(encodeImportManifest(manifest));
    const { digest, size } = await this.#store.write(bytesOf(text));
    this.#memory.remember(stamp, { digest, size, kind: 'file', files: 1 });
  }

  /** Keeps what this image is made of, and forgets the rest. */
  async save(): Promise<void> {
    await this.#memory.save();
  }
}

/** Another text for whatever makes another layer. */
export function layerStamp(
  manifest: ImportManifest,
  encoding: EncodingId,
  directories: ReadonlyMap<ImagePath, DirectoryOwner>,
): string {
  const owners = [...directories]
    .map(([path, { mode, uid, gid }]) => [path, mode, uid, gid] as const)
    .filter(([, mode, uid, gid]) => mode !== defaultOwner.mode || uid !== 0 || gid !== 0);
  const facts = JSON.stringify([encodeImportManifest(manifest), encoding, owners]);
  return `layer ${createHash('sha256').update(facts).digest('hex')}`;
}
