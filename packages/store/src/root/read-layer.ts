import {
  type BlockPackError,
  type Bytes,
  checkSignal,
  type Descriptor,
  type Digest,
  Measure,
} from '@block-pack/core';
import { giveTurn } from '../turn.ts';
import { type LayerEntry, type LayerFile, layerEntryOf, layerInvalid } from './layer-entry.ts';
import { readLayerTar, type TarEntry } from './layer-tar.ts';
import { unpackedLayer } from './unpacked-layer.ts';

/** A layer of an image: how its manifest and config describe it. */
export interface RootLayer extends Descriptor {
  readonly mediaType: string;
  /** The digest of its tar; undefined where it is not known yet. */
  readonly diffId: Digest | undefined;
}

/** What a layer holds, and what it measured while it was read. */
export interface LayerListing extends Descriptor {
  readonly diffId: Digest;
  /** Bytes of the tar. */
  readonly unpackedSize: number;
  /** In the tar's order. */
  readonly entries: readonly LayerEntry[];
}

/** How a layer is read. */
export interface ReadLayerOptions {
  readonly signal?: AbortSignal;
  /** Most entries; a million where it is not given. */
  readonly entryLimit?: number;
  /** Is given every file as it passes, with its place in the listing. What it leaves unread is passed over. */
  onFile?(file: LayerFile, index: number, content: Bytes): Promise<void>;
}

/**
 * Reads a layer once, from front to back: what it holds, and its digest, size and diffID. Whatever it holds, nothing of it is followed.
 * @param layer names the layer in messages
 * @throws ARCHIVE_INVALID, ARCHIVE_BOMB, INPUT_UNSUPPORTED, NAME_UNSUPPORTED, INTERRUPTED
 */
export async function readLayer(
  content: Bytes,
  mediaType: string,
  layer: string,
  options: ReadLayerOptions = {},
): Promise<LayerListing> {
  const blob = new Measure();
  const tar = new Measure();
  const reading = new Reading(layer, options);
  const bytes = measured(unpackedLayer(measured(content, blob), mediaType, layer), tar);
  for await (const entry of readLayerTar(bytes, layer)) {
    checkSignal(options.signal);
    await giveTurn();
    await reading.take(entry);
  }
  return {
    digest: blob.digest(),
    size: blob.size,
    diffId: tar.digest(),
    unpackedSize: tar.size,
    entries: reading.entries,
  };
}

async function* measured(content: Bytes, measure: Measure): Bytes {
  for await (const chunk of content) {
    measure.add(chunk);
    yield chunk;
  }
}

const usualEntryLimit = 1_000_000;

/** Characters of all paths and targets together: a million entries could else hold gigabytes of names. */
const textLimit = 1 << 28;

class Reading {
  readonly entries: LayerEntry[] = [];
  readonly #layer: string;
  readonly #options: ReadLayerOptions;
  #text = 0;

  constructor(layer: string, options: ReadLayerOptions) {
    this.#layer = layer;
    this.#options = options;
  }

  async take(tarEntry: TarEntry): Promise<void> {
    const entry = layerEntryOf(tarEntry, this.#layer);
    if (entry === undefined) return;
    this.#count(tarEntry);
    const index = this.entries.push(entry) - 1;
    if (entry.kind === 'file') await this.#options.onFile?.(entry, index, tarEntry.content);
  }

  #count({ name, link, xattrs }: TarEntry): void {
    const limit = this.#options.entryLimit ?? usualEntryLimit;
    if (this.entries.length === limit) throw tooMuch(this.#layer, `more than ${limit} entries`);
    this.#text += name.length + link.length + xattrs.join().length;
    if (this.#text > textLimit) throw tooMuch(this.#layer, `names of more than ${textLimit} characters`);
  }
}

function tooMuch(layer: string, what: string): BlockPackError {
  return layerInvalid(layer, `it has ${what}`, undefined, 'ARCHIVE_BOMB');
}
