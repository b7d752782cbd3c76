import { resolve } from 'node:path';
import { BlockPackError, type BundleDocument, type ContentDescriptor, type Digest } from '@block-pack/core';
import { openImages, openStore, type Place, parsePlace } from '@block-pack/store';
import { applyBundle } from '../bundle/apply-bundle.ts';
import { BundleDraft, withBundle } from '../bundle/bundle-file.ts';
import { HeldImages } from '../bundle/held-images.ts';
import { type MadeBundle, makeBundle } from '../bundle/make-bundle.ts';
import { publishBundle } from '../bundle/publish-bundle.ts';
import { ScratchBlobs } from '../bundle/scratch-blobs.ts';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import { printable } from '../table.ts';

export interface BundleCommandOptions {
  readonly since?: readonly string[];
  readonly output: string;
}

export async function bundle(
  name: string,
  options: BundleCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const place = parsePlace(name, context.directory);
  const { since = [] } = options;
  const sincePlaces = since.map((one) => parsePlace(one, context.directory));
  const output = resolve(context.directory, options.output);
  refuseSource(output, [place, ...sincePlaces]);
  const store = await openStore(context.storeDirectory, { create: true });
  const scratch = new ScratchBlobs(store.scratchDirectory);
  const closing: (() => void)[] = [];
  const draft = new BundleDraft(output);
  try {
    const images = await openImages(place);
    closing.push(() => images.close());
    const { descriptor: root } = await images.find();
    const pasts: HeldImages[] = [];
    const sinceDigests: Digest[] = [];
    for (const one of sincePlaces) {
      const { past, digest } = await openPast(one, closing);
      pasts.push(past);
      sinceDigests.push(digest);
    }
    const wanted = { images, root, ...(place.reference !== undefined && { name: place.reference }) };
    const made = await makeBundle({ wanted, pasts, scratch, context });
    const bytes = await draft.write(made.index, made.blobs);
    await prove(draft.path, root, pasts, store.scratchDirectory, context);
    draft.name();
    const result = { made, root, bytes, output, since: sinceDigests };
    return { document: documentOf(result), text: (console) => textOf(result, console), exitCode: 0 };
  } finally {
    draft.discard();
    for (const close of closing) close();
    scratch.remove();
  }
}

function refuseSource(output: string, places: readonly Place[]): void {
  const source = places.find(({ path }) => path === output);
  if (source === undefined) return;
  throw new BlockPackError('USAGE', `${source.text} would be replaced by the bundle that is made of it`, {
    hint: 'Give the bundle another name.',
    details: { path: output },
  });
}

async function openPast(
  place: Place,
  closing: (() => void)[],
): Promise<{ past: HeldImages; digest: Digest }> {
  const images = await openImages(place);
  closing.push(() => images.close());
  const { descriptor } = await images.find();
  const past = new HeldImages();
  await past.add(descriptor, images);
  return { past, digest: descriptor.digest };
}

/** Does what a site will do, once for each past, and throws the result away. */
async function prove(
  path: string,
  root: ContentDescriptor,
  pasts: readonly HeldImages[],
  scratchDirectory: string,
  context: CommandContext,
): Promise<void> {
  await withBundle(path, 'the bundle', async (bundle) => {
    for (const held of pasts.length === 0 ? [new HeldImages()] : pasts) {
      const scratch = new ScratchBlobs(scratchDirectory);
      try {
        const applied = await applyBundle(bundle, { name: 'The bundle', held, scratch, context });
        const site: Place = { kind: 'oci', text: 'a scratch place', path: `${scratch.directory}/site` };
        const [report] = await publishBundle(applied, site, context);
        if (report?.digest !== root.digest)
          throw new Error(`the bundle makes ${report?.digest}, not ${root.digest}`);
      } catch (error) {
        throw isOurs(error)
          ? new Error(`the bundle cannot be applied: ${error.message}`, { cause: error })
          : error;
      } finally {
        scratch.remove();
      }
    }
  });
}

/** A bundle that we made and cannot read is a fault of ours; a full disk and an interruption are not. */
function isOurs(error: unknown): error is BlockPackError {
  return (
    error instanceof BlockPackError &&
    ['DELTA_INVALID', 'BLOB_MISSING', 'MANIFEST_INVALID'].includes(error.code)
  );
}

interface BundleResult {
  readonly made: MadeBundle;
  readonly root: ContentDescriptor;
  /** Of the file. */
  readonly bytes: number;
  readonly output: string;
  readonly since: readonly Digest[];
}

function documentOf({ made, root, bytes, output, since }: BundleResult): Readonly<Record<string, unknown>> {
  const { layers, groups } = made.document;
  return {
    image: { mediaType: root.mediaType, digest: root.digest, size: root.size },
    since,
    output,
    digest: made.digest,
    bytes,
    imageBytes: made.imageBytes,
    layers: layers.map(({ digest, size, origin }) => ({ digest, size, origin })),
    groups: groups.map(({ holds, encoding, payload, objects }) => ({
      holds,
      encoding,
      bytes: payload.size,
      objects: objects.map(({ digest, size }) => ({ digest, size })),
    })),
  };
}

function textOf({ made, root, bytes, output }: BundleResult, console: Console): string {
  const { layers, groups } = made.document;
  const blocks = blocksOf(made.document);
  const objectBytes = blocks.reduce((sum, { size }) => sum + size, 0);
  const sent = groups.reduce((sum, { payload }) => sum + payload.size, 0);
  const present = layers.filter(({ origin }) => origin === 'present').length;
  return [
    `${console.bold(`${byteSize(bytes)} for an image of ${byteSize(made.imageBytes)}`)}\n\n`,
    `blocks  ${count(blocks.length, 'block')} of ${byteSize(objectBytes)}, sent as ${byteSize(sent)}\n`,
    `layers  ${present} of ${layers.length} must be at the site already\n`,
    `image   ${root.digest}\n`,
    `bundle  ${printable(output)}, applied once and found right\n`,
  ].join('');
}

function blocksOf({ groups }: BundleDocument) {
  return groups.flatMap(({ holds, objects }) => (holds === 'blocks' ? objects : []));
}
