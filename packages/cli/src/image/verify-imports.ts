import {
  blockDescriptors,
  type Digest,
  type ImportsFile,
  type LayerRecipe,
  layerRecipe,
  type OpenedImage,
} from '@block-pack/core';
import type { VerificationRecord } from './verification.ts';

/** The layer that each import manifest explains. */
export type ExplainedLayers = ReadonlyMap<ImportsFile, Pick<LayerRecipe, 'layer' | 'diffId'>>;

/** Read once, and no more of it kept: the recipes of a hostile image are large. @throws MANIFEST_INVALID, INPUT_UNSUPPORTED */
export function explainedLayers({ imports }: OpenedImage): ExplainedLayers {
  const explained = new Map<ImportsFile, Pick<LayerRecipe, 'layer' | 'diffId'>>();
  for (const file of imports.flatMap(({ files }) => files)) {
    const recipe = layerRecipe(file.manifest);
    if (recipe !== undefined) explained.set(file, { layer: recipe.layer, diffId: recipe.diffId });
  }
  return explained;
}

/** Of one name, the upper manifest hides the lower one from whoever looks into the image's files. */
export function verifyNames({ imports, manifest }: OpenedImage, record: VerificationRecord): void {
  const seen = new Set<string>();
  for (const { layer, files } of imports) {
    const digest = manifest.layers[layer]?.digest;
    for (const { name } of files) {
      if (digest !== undefined && seen.has(name))
        record.find({ digest, imports: name, message: 'stands in more than one layer of imports' });
      seen.add(name);
    }
  }
}

/** A native image names its blocks beside its layers, and they are no other than the imports'. */
export function verifyBlockNames(
  digest: Digest,
  { manifest, imports }: OpenedImage,
  record: VerificationRecord,
): void {
  const named = new Set(manifest.blocks?.map((one) => one.digest));
  const lacking = blockDescriptors(imports.flatMap(({ files }) => files)).filter(
    (one) => !named.has(one.digest),
  );
  for (const one of lacking)
    record.find({ digest, message: `does not name the block ${one.digest}, which its imports need` });
}

/**
 * Every manifest of a standard image explains a layer, to the byte. One that another tool has packed anew, as `docker save` does, holds the same by its diffID, which was checked: no
 * fault, but no proof of each import either.
 */
export function verifyDescribed(
  digest: Digest,
  { manifest: { layers }, config, imports }: OpenedImage,
  explained: ExplainedLayers,
  record: VerificationRecord,
): void {
  for (const file of imports.flatMap(({ files }) => files)) {
    const recipe = explained.get(file);
    if (layers.some((layer) => layer.digest === recipe?.layer.digest)) continue;
    const said = recipe?.layer.digest ?? 'no layer';
    const repacked = recipe && layers[config.rootfs.diff_ids.indexOf(recipe.diffId)];
    if (repacked === undefined) {
      record.find({ digest, imports: file.name, message: `describes ${said}, which is not in the image` });
    } else {
      const message = `describes ${said}, which another tool has packed anew as ${repacked.digest}: by its diffID it holds the same`;
      record.note({ kind: 'repacked', digest, imports: file.name, message });
    }
  }
}
