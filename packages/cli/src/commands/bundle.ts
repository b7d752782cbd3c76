import { join, resolve } from 'node:path';
import { BlockPackError, type Digest } from '@block-pack/core';
import { openImages, openStore, type Place, parsePlace } from '@block-pack/store';
import { applyBundle } from '../bundle/apply-bundle.ts';
import { dependencyCosts } from '../bundle/bundle-costs.ts';
import { type BundleBytes, BundleDraft, withBundle } from '../bundle/bundle-file.ts';
import { bundleOutcome, costOutcome } from '../bundle/bundle-summary.ts';
import { HeldImages } from '../bundle/held-images.ts';
import { readSigningKeys } from '../bundle/key-files.ts';
import { makeBundle, type Wanted } from '../bundle/make-bundle.ts';
import { publishBundle } from '../bundle/publish-bundle.ts';
import { ScratchBlobs } from '../bundle/scratch-blobs.ts';
import { signBundle } from '../bundle/sign-bundle.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { parseSplitSize } from '../split-size.ts';

export interface BundleCommandOptions {
  readonly since?: readonly string[];
  readonly output?: string;
  readonly dryRun?: boolean;
  readonly sign?: readonly string[];
  readonly split?: string;
}

export async function bundle(
  names: readonly string[],
  options: BundleCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const places = names.map((one) => parsePlace(one, context.directory));
  const { since = [] } = options;
  const sincePlaces = since.map((one) => parsePlace(one, context.directory));
  const dryRun = options.dryRun === true;
  const output = resolve(context.directory, outputOf(options));
  refuseSource(output, [...places, ...sincePlaces]);
  const split = options.split === undefined || dryRun ? undefined : parseSplitSize(options.split);
  const keys = await readSigningKeys(options.sign, context.directory);
  const named = dryRun ? undefined : new BundleDraft(output, split);
  const store = await openStore(context.storeDirectory, { create: true });
  const scratch = new ScratchBlobs(store.scratchDirectory);
  const closing: (() => void)[] = [];
  const draft = named ?? new BundleDraft(join(scratch.directory, 'bundle'));
  try {
    const wanted = await openWanted(places, closing);
    const pasts: HeldImages[] = [];
    const sinceDigests: Digest[] = [];
    for (const one of sincePlaces) {
      const { past, digest } = await openPast(one, closing);
      pasts.push(past);
      sinceDigests.push(digest);
    }
    const sources = { wanted, pasts, scratch, context };
    const made = signBundle(await makeBundle(sources), keys);
    const result = { made, wanted, since: sinceDigests };
    if (dryRun) {
      const bytes = await draft.write(made.index, made.blobs);
      return costOutcome({ ...result, bytes, costs: await dependencyCosts(made, sources) });
    }
    const bytes = await draft.write(made.index, made.blobs);
    await prove(await draft.open(), wanted, pasts, store.scratchDirectory, context);
    const files = await draft.name();
    const signedBy = [...new Set(keys.map(({ fingerprint }) => fingerprint))];
    return bundleOutcome({ ...result, bytes, output, files, signedBy });
  } finally {
    draft.discard();
    for (const close of closing) close();
    scratch.remove();
  }
}

/** @throws USAGE */
function outputOf({ output, dryRun }: BundleCommandOptions): string {
  if (output !== undefined && dryRun === true)
    throw new BlockPackError('USAGE', '-o is given with --dry-run, which writes nothing', {
      hint: 'Leave one of them out.',
    });
  if (output !== undefined) return output;
  if (dryRun === true) return '.';
  throw new BlockPackError('USAGE', 'It is not said where the bundle goes', {
    hint: 'Give -o FILE, or --dry-run to see what it would cost.',
  });
}

function refuseSource(output: string, places: readonly Place[]): void {
  const source = places.find(({ path }) => path === output);
  if (source === undefined) return;
  throw new BlockPackError('USAGE', `${source.text} would be replaced by the bundle that is made of it`, {
    hint: 'Give the bundle another name.',
    details: { path: output },
  });
}

/** @throws USAGE for two different images of one name */
async function openWanted(places: readonly Place[], closing: (() => void)[]): Promise<readonly Wanted[]> {
  const wanted = new Map<string, Wanted>();
  for (const place of places) {
    const images = await openImages(place);
    closing.push(() => images.close());
    const { descriptor: root } = await images.find();
    const name = place.reference;
    const known = wanted.get(name ?? root.digest);
    if (known !== undefined && known.root.digest !== root.digest)
      throw nameTwice(known.images.name, images.name);
    wanted.set(name ?? root.digest, { images, root, ...(name !== undefined && { name }) });
  }
  return [...wanted.values()];
}

function nameTwice(one: string, other: string): BlockPackError {
  return new BlockPackError('USAGE', `${one} and ${other} are two images of one name`, {
    hint: 'At the site only one of them could have it: give one of them another tag, or make two bundles.',
    details: { images: [one, other] },
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
  file: BundleBytes,
  wanted: readonly Wanted[],
  pasts: readonly HeldImages[],
  scratchDirectory: string,
  context: CommandContext,
): Promise<void> {
  await withBundle(file, 'the bundle', async (bundle) => {
    for (const held of pasts.length === 0 ? [new HeldImages()] : pasts) {
      const scratch = new ScratchBlobs(scratchDirectory);
      try {
        const applied = await applyBundle(bundle, { name: 'The bundle', held, scratch, context });
        const site: Place = { kind: 'oci', text: 'a scratch place', path: `${scratch.directory}/site` };
        const { images } = await publishBundle(applied, site, context);
        const made = images.map(({ root }) => root.digest);
        const lacking = wanted.find(({ root }) => !made.includes(root.digest));
        if (lacking !== undefined) throw new Error(`the bundle does not make ${lacking.root.digest}`);
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
    ['BUNDLE_INVALID', 'DELTA_INVALID', 'BLOB_MISSING', 'MANIFEST_INVALID'].includes(error.code)
  );
}
