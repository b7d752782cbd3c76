import {
  type ContentDescriptor,
  checkLayer,
  type Digest,
  type ImportsFile,
  type OpenedImage,
} from '@block-pack/core';
import { canUnpack, readLayer, streamDigest } from '@block-pack/store';
import { reasonOf } from './verification.ts';
import type { BlobCheck } from './verify-blobs.ts';
import type { ExplainedLayers } from './verify-imports.ts';

/** Every layer against its descriptor and diffID, and a derived one against its import manifest. */
export async function verifyLayers(
  { manifest, config }: OpenedImage,
  explained: ExplainedLayers,
  check: BlobCheck,
): Promise<void> {
  const { record } = check;
  for (const [index, layer] of manifest.layers.entries()) {
    const diffId = config.rootfs.diff_ids[index];
    const [file, said] = [...explained].find(([, one]) => one.layer.digest === layer.digest) ?? [];
    if (diffId === undefined || !record.isNew(`${layer.digest} ${diffId} ${file?.name}`)) continue;
    await record.guarded(layer.digest, async () => {
      if (!(await check.isThere(layer))) return;
      if (file !== undefined)
        await verifyDerived(layer, { expected: diffId, said: said?.diffId }, file, check);
      else if (canUnpack(layer.mediaType, layer.digest)) await verifyPlain(layer, diffId, check);
      else await verifyPacked(layer, check);
    });
  }
}

async function verifyDerived(
  layer: ContentDescriptor,
  diffId: { readonly expected: Digest; readonly said: Digest | undefined },
  { name, manifest }: ImportsFile,
  check: BlobCheck,
): Promise<void> {
  const { digest, size } = layer;
  const { record, options } = check;
  record.derivedLayers++;
  const before = record.bytes;
  const findings = await checkLayer(manifest, check.read(layer), {
    openDigest: streamDigest,
    signal: options.signal,
    onProgress: (bytes) => options.onProgress(before + bytes),
  });
  record.read(digest, size);
  for (const { part, path, message } of findings) {
    const where = part === 'layer' || path !== undefined ? '' : `${part}: `;
    const of = path === undefined ? {} : { path };
    record.find({ digest, imports: name, ...of, message: `${where}${message}` });
  }
  if (diffId.said === diffId.expected) return;
  const message = `its diffID is ${diffId.said} in the imports, and ${diffId.expected} in the config`;
  record.find({ digest, imports: name, message });
}

/** A layer of the base, or the imports layer. */
async function verifyPlain(layer: ContentDescriptor, diffId: Digest, check: BlobCheck): Promise<void> {
  const { digest, mediaType } = layer;
  const { record } = check;
  const before = record.faults;
  try {
    const seen = await readLayer(check.read(layer), mediaType, digest, check.options);
    check.measured(layer, seen);
    if (seen.diffId !== diffId)
      record.find({ digest, message: `its diffID is ${seen.diffId}, expected ${diffId}` });
  } catch (error) {
    const reason = reasonOf(error);
    // Damage explains most of what can be wrong inside.
    await check.blob(layer);
    if (record.faults === before) record.find({ digest, message: reason });
  }
}

/** What this Node cannot unpack is no fault of the image. */
async function verifyPacked(layer: ContentDescriptor, check: BlobCheck): Promise<void> {
  await check.blob(layer);
  const message = `is compressed with zstd, which this Node cannot read: its diffID and what it holds are not checked. Use Node 22.15 or later`;
  check.record.note({ kind: 'unchecked', digest: layer.digest, message });
}
