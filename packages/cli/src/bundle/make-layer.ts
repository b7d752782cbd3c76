import {
  BlockPackError,
  bundleInvalid,
  bytesOf,
  checkSignal,
  type Digest,
  encodeImportsLayer,
  type LayerOrigin,
  layerRecipe,
  rebuildLayer,
} from '@block-pack/core';
import { deflateParametersOf, type GzipForm, gzipAs } from '@block-pack/delta';
import { byteSize } from '../byte-size.ts';
import type { StepOptions } from './apply-bundle.ts';
import type { EarlyLayer } from './early-layers.ts';
import { joinedBlobs } from './joined-blobs.ts';
import { ofSize } from './of-size.ts';

/** A layer that lies in the scratch directory. */
export interface MadeLayer {
  readonly diffId: Digest;
  /** Bytes that were made of blocks or of a tar. */
  readonly madeBytes: number;
}

type Origin<Kind extends LayerOrigin['origin']> = LayerOrigin & { readonly origin: Kind };

/**
 * Makes a layer of what is held, and of what groups brought; undefined for one that is read as it stands.
 * @param early what there is of it already
 * @throws BLOB_MISSING, BUNDLE_INVALID, DIGEST_MISMATCH, MANIFEST_INVALID
 */
export async function makeLayer(
  layer: LayerOrigin,
  options: StepOptions,
  early?: EarlyLayer,
): Promise<MadeLayer | undefined> {
  switch (layer.origin) {
    case 'segments':
      return joinSegments(layer, options, early);
    case 'tar':
      return packTar(layer, options);
    case 'imports':
      return writeImportsLayer(layer, options);
    case 'carried':
    case 'present':
      return undefined;
  }
}

async function joinSegments(
  layer: Origin<'segments'>,
  options: StepOptions,
  early?: EarlyLayer,
): Promise<MadeLayer> {
  const { held, scratch, name, context } = options;
  const manifest = await options.manifests.get(layer.imports);
  const recipe = layerRecipe(manifest);
  if (recipe?.layer.digest !== layer.digest)
    throw bundleInvalid(
      name,
      `the import manifest ${layer.imports} is not that of the layer ${layer.digest}`,
    );
  show(`making a layer of ${byteSize(layer.size)}`, options);
  const write: typeof scratch.write = (content, expected, about) => scratch.write(content, expected, about);
  const blobs = joinedBlobs(scratch, held);
  const { diffId, size } = await rebuildLayer(manifest, {
    blocks: { ...blobs, write },
    segments: held.segments,
    copier: scratch.copier(blobs),
    ...early,
    signal: context.signal,
    write,
  });
  if (diffId !== recipe.diffId)
    throw bundleInvalid(
      name,
      `the diffID of the layer ${layer.digest} is ${diffId}, expected ${recipe.diffId}`,
    );
  return { diffId, madeBytes: size };
}

/** As its maker packed it. */
async function packTar(layer: Origin<'tar'>, options: StepOptions): Promise<MadeLayer> {
  const { held, scratch, name } = options;
  const form = packingOf(layer, name);
  show(`packing a layer of ${byteSize(layer.size)}`, options);
  const tar = joinedBlobs(scratch, held).read(layer.tar.digest);
  if (form !== undefined) await scratch.write(ofSize(gzipAs(tar, form), layer, options), layer.digest);
  else if (!(await scratch.has(layer.digest))) await scratch.write(ofSize(tar, layer, options), layer.digest);
  return { diffId: layer.tar.digest, madeBytes: layer.size };
}

/**
 * How a layer is packed; undefined where it is a tar as it stands.
 * @param name of the bundle, for messages
 * @throws INPUT_UNSUPPORTED for an encoder that is not known
 */
export function packingOf({ digest, gzip }: Origin<'tar'>, name: string): GzipForm | undefined {
  if (gzip === undefined) return undefined;
  const parameters = deflateParametersOf(gzip.encoder);
  if (parameters === undefined)
    throw new BlockPackError(
      'INPUT_UNSUPPORTED',
      `${name} packs the layer ${digest} with the encoder ${gzip.encoder}, which this version does not know`,
      { hint: 'Use a newer block-pack.', details: { digest } },
    );
  return { header: Buffer.from(gzip.header, 'hex'), parameters };
}

async function writeImportsLayer(layer: Origin<'imports'>, options: StepOptions): Promise<MadeLayer> {
  const files = [];
  for (const { name, imports } of layer.files)
    files.push({ name, manifest: await options.manifests.get(imports) });
  const { bytes, diffId } = await encodeImportsLayer(files);
  await options.scratch.write(bytesOf(bytes), layer.digest);
  return { diffId, madeBytes: 0 };
}

function show(text: string, { context }: Pick<StepOptions, 'context'>): void {
  checkSignal(context.signal);
  context.progress.show(text);
}
