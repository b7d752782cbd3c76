import {
  type BlockPackError,
  type Bytes,
  checkSignal,
  type Descriptor,
  type Digest,
  Measure,
} from '@block-pack/core';
import { giveTurn } from '../turn.ts';
import { type LayerEntry, layerEntryOf, layerInvalid } from './layer-entry.ts';
import { readLayerTar } from './layer-tar.ts';
import { unpackedLayer } from './unpacked-layer.ts';

/** A layer of an image: how its manifest and config describe it. */
export interface RootLayer extends Descriptor {
  readonly mediaType: string;
  /** The digest of its tar, as the config says it. */
  readonly diffId: Digest;
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
}

/** An entry as it passes. */
export interface PassingEntry {
  readonly entry: LayerEntry;
  /** Its place in the layer's listing. */
  readonly index: number;
  /** Can be read until the next entry is asked for; what is left unread is passed over. */
  readonly content: Bytes;
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
  const bytes = measured(unpackedLayer(measured(content, blob), mediaType, layer), tar);
  const entries: LayerEntry[] = [];
  for await (const { entry } of layerEntries(bytes, layer, options)) entries.push(entry);
  return {
    digest: blob.digest(),
    size: blob.size,
    diffId: tar.digest(),
    unpackedSize: tar.size,
    entries,
  };
}

async function* measured(content: Bytes, measure: Measure): Bytes {
  for await (const chunk of content) {
    measure.add(chunk);
    yield chunk;
  }
}

const usualEntryLimit = 1_000_000;

/** Characters of all names and targets together: a million entries could else hold gigabytes of them. */
const textLimit = 1 << 26;

/** The entries of a layer's tar, which is read to its end. @throws as {@link readLayer} */
export async function* layerEntries(
  tar: Bytes,
  layer: string,
  { signal, entryLimit = usualEntryLimit }: ReadLayerOptions,
): AsyncIterable<PassingEntry> {
  let index = 0;
  let text = 0;
  for await (const { content, ...raw } of readLayerTar(tar, layer)) {
    checkSignal(signal);
    await giveTurn();
    const entry = layerEntryOf(raw, layer);
    if (entry === undefined) continue;
    text += raw.name.length + raw.link.length + raw.xattrs.join().length;
    if (index === entryLimit) throw tooMuch(layer, `more than ${entryLimit} entries`);
    if (text > textLimit) throw tooMuch(layer, `names of more than ${textLimit} characters`);
    yield { entry, index: index++, content };
  }
}

function tooMuch(layer: string, what: string): BlockPackError {
  return layerInvalid(layer, `it has ${what}`, undefined, 'ARCHIVE_BOMB');
}
