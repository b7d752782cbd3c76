import {
  type BlobSource,
  BlockPackError,
  type BundleGroup,
  type ContentDescriptor,
  checkSignal,
  type Descriptor,
  type Digest,
  imageDocumentKind,
  type LayerOrigin,
} from '@block-pack/core';
import { DeflateSearch, deflateCode, gzipFormOf } from '@block-pack/delta';
import { type Closure, unpackedLayer } from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import { Compared } from './compared.ts';
import type { Held, HeldTar } from './held.ts';
import type { BundleSources } from './make-bundle.ts';
import { type Like, type PackedGroup, writeTogether } from './pack-groups.ts';
import { tarPacking } from './tar-packing.ts';

/** How a layer travels that is not made of blocks, and why so. */
export interface SentLayer {
  readonly digest: Digest;
  readonly size: number;
  /** Bytes of the bundle. */
  readonly bytes: number;
  readonly encoding: BundleGroup['encoding'] | 'carried' | 'packed again';
  /** The layer whose tar it is written against. */
  readonly from: Digest | undefined;
  readonly why: string;
}

/** Layers of others as tars wherever that is smaller, and the site can pack them to the same bytes. */
export interface WrittenLayers {
  readonly origins: readonly LayerOrigin[];
  readonly groups: readonly PackedGroup[];
  readonly sent: readonly SentLayer[];
}

/** Each is a group of its own, and a reader takes 256 whatever they bring: as many are left for blocks and import manifests. */
const mostTars = 128;

/** @param origins of which those that are carried may become tars */
export async function writeLayers(
  origins: readonly LayerOrigin[],
  closure: Closure,
  blobs: BlobSource,
  { pasts, scratch, context }: BundleSources,
): Promise<WrittenLayers> {
  const sources = { blobs, pasts, scratch, context };
  const places = layerPlaces(closure);
  const search = new DeflateSearch();
  const written: { origin: LayerOrigin; group?: PackedGroup; sent?: SentLayer }[] = [];
  for (const origin of origins) {
    checkSignal(context.signal);
    const layer = origin.origin === 'carried' ? places.get(origin.digest) : undefined;
    const groups = written.filter(({ group }) => group !== undefined).length;
    if (layer === undefined) written.push({ origin });
    else if (groups >= mostTars) written.push(asItIs(layer, origin, 'one of too many layers'));
    else written.push(await writeLayer(layer, origin, search, sources));
  }
  return {
    origins: written.map(({ origin }) => origin),
    groups: written.flatMap(({ group }) => group ?? []),
    sent: written.flatMap(({ sent }) => sent ?? []),
  };
}

/** What layers are read from, and what they are compared with. */
type LayerSources = Pick<BundleSources, 'pasts' | 'scratch' | 'context'> & { readonly blobs: BlobSource };

interface PlacedLayer {
  readonly layer: ContentDescriptor;
  /** Its place among the layers of its image. */
  readonly at: number;
}

/** Artifacts may have anything as layers. */
function layerPlaces({ manifests }: Closure): ReadonlyMap<Digest, PlacedLayer> {
  const images = [...manifests.values()].filter(
    ({ config }) => imageDocumentKind(config.mediaType) === 'config',
  );
  return new Map(
    images.flatMap(({ layers }) => layers.map((layer, at) => [layer.digest, { layer, at }] as const)),
  );
}

function asItIs({ layer: { digest, size } }: PlacedLayer, origin: LayerOrigin, why: string) {
  const sent = { digest, size, bytes: size, encoding: 'carried', from: undefined, why } as const;
  return { origin, sent };
}

async function writeLayer(
  placed: PlacedLayer,
  carried: LayerOrigin,
  search: DeflateSearch,
  sources: LayerSources,
): Promise<{ origin: LayerOrigin; group?: PackedGroup; sent: SentLayer }> {
  const { layer, at } = placed;
  const { digest, size } = layer;
  const whole = (why: string) => asItIs(placed, carried, why);
  sources.context.progress.show(`unpacking a layer of ${byteSize(size)}`);
  const unpacked = await unpack(layer, sources);
  if (unpacked === undefined) return whole('cannot be unpacked here');
  const form = await formOf(layer, unpacked, search, sources);
  if (form === undefined) return whole('cannot be packed again');
  const tar = { digest: unpacked.digest, size: unpacked.size };
  const origin: LayerOrigin = { digest, size, origin: 'tar', tar, ...form };
  const shared = await sharedTars(sources.pasts);
  if (shared.some((one) => one.digest === tar.digest)) {
    const why = 'the same tar is there';
    return { origin, sent: { digest, size, bytes: 0, encoding: 'packed again', from: undefined, why } };
  }
  const likes: Like[] = [];
  for (const one of likeliest(shared, layer, at)) likes.push(await likeOf(one, sources));
  const object = { kind: 'tar', digest: tar.digest, content: sources.scratch.access(tar.digest) } as const;
  const encoding = likes.length > 0 ? 'delta' : 'typed';
  const compared = new Compared('comparing a layer', tar.size, sources.context.progress);
  const group = await writeTogether('layers', [{ ...object, likes }], encoding, { ...sources, compared });
  const bytes = group.group.payload;
  if (bytes >= size) return whole('smaller as it is');
  const from = likeliest(shared, layer, at)[0]?.layer.digest;
  return {
    origin,
    group,
    sent: { digest, size, bytes, encoding: group.group.encoding, from, why: from ? 'other version' : 'new' },
  };
}

/** Undefined for what is no tar, or is packed in a way that not every Node can unpack; what is damaged is found when the bundle is proved. */
async function unpack(layer: ContentDescriptor, { blobs, scratch }: LayerSources) {
  if (tarPacking(layer) === undefined) return undefined;
  try {
    const content = blobs.read(layer.digest);
    return await scratch.write(unpackedLayer(content, layer.mediaType, layer.digest));
  } catch (error) {
    if (error instanceof BlockPackError && ['ARCHIVE_INVALID', 'ARCHIVE_BOMB'].includes(error.code))
      return undefined;
    throw error;
  }
}

/** How the layer is packed, as the list says it; undefined where that cannot be done again. */
async function formOf(
  layer: ContentDescriptor,
  tar: Descriptor,
  search: DeflateSearch,
  { blobs, scratch }: LayerSources,
): Promise<Pick<LayerOrigin & { readonly origin: 'tar' }, 'gzip'> | undefined> {
  if (tarPacking(layer) === 'none') return {};
  const { digest, size } = layer;
  const file = {
    size,
    read: (range: { offset: number; length: number }) => blobs.read(digest, range),
  };
  const form = await gzipFormOf(file, { size: tar.size, read: () => scratch.read(tar.digest) }, search);
  if (form === undefined) return undefined;
  const header = Buffer.from(form.header).toString('hex');
  return { gzip: { header, encoder: deflateCode(form.parameters) } };
}

/** Those that every past has. */
async function sharedTars([first, ...others]: readonly Held[]): Promise<readonly HeldTar[]> {
  const shared: HeldTar[] = [];
  for (const tar of first?.tars ?? []) {
    const known = await Promise.all(others.map((past) => past.has(tar.digest)));
    if (known.every(Boolean)) shared.push(tar);
  }
  return shared;
}

/** Older layers that one layer is written against; each is read, unpacked and compared. */
const mostLikes = 3;

/** The one at the same place first, then those nearest in size: files move between layers when a base is built anew. */
function likeliest(tars: readonly HeldTar[], { size }: ContentDescriptor, at: number): readonly HeldTar[] {
  const distance = (tar: HeldTar) => (tar.at === at ? -1 : Math.abs(tar.layer.size - size));
  return [...tars].sort((a, b) => distance(a) - distance(b)).slice(0, mostLikes);
}

async function likeOf({ digest }: HeldTar, { pasts, scratch }: LayerSources): Promise<Like> {
  if (pasts[0] !== undefined && !(await scratch.has(digest)))
    await scratch.write(pasts[0].read(digest), digest);
  return { kind: 'tar', digest, content: scratch.access(digest) };
}
