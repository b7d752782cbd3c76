import { resolve } from 'node:path';
import type { BlockPackError, BundleGroup, ContentDescriptor, Digest, SignedBundle } from '@block-pack/core';
import { checkTarget, openStore, type Place, parsePlace, ScratchBlobs, statsAt } from '@block-pack/store';
import { type AppliedBundle, type AppliedImage, applyBundle } from '../bundle/apply-bundle.ts';
import { openBundle, withBundle } from '../bundle/bundle-file.ts';
import { HeldImages } from '../bundle/held-images.ts';
import { addAll, addOne, type Holding, type OpenedImages } from '../bundle/holdings.ts';
import { readVerifyKeys } from '../bundle/key-files.ts';
import { checkPartial, layersToLeaveOut } from '../bundle/partial-archive.ts';
import { parseHoldings } from '../bundle/pasts.ts';
import { checkRoom, type PublishedBundle, publishBundle } from '../bundle/publish-bundle.ts';
import { warnOfRoom } from '../bundle/warn-of-room.ts';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import { refuseSource } from '../refuse-source.ts';
import { printable } from '../table.ts';

export interface ApplyCommandOptions {
  readonly to: string;
  readonly have?: readonly string[];
  readonly partial?: boolean;
  readonly verifyKey?: readonly string[];
}

export async function apply(
  file: string,
  options: ApplyCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const path = resolve(context.directory, file);
  const place = parsePlace(options.to, context.directory);
  if (options.partial) checkPartial(place, options.have);
  const haves = parseHoldings(options.have, context);
  refuseSource(place.path, [{ text: file, path }]);
  checkTarget(place);
  const keys = await readVerifyKeys(options.verifyKey, context.directory);
  const bundleFile = await openBundle(path, printable(file), keys);
  const store = await openStore(context.storeDirectory, { create: true });
  const scratch = new ScratchBlobs(store.scratchDirectory);
  const opened: OpenedImages = [];
  try {
    const held = new HeldImages();
    const { text, path: directory } = place;
    if (place.kind === 'oci' && isThere(place))
      await addAll(held, { kind: 'images', text, path: directory, place }, opened);
    for (const have of haves) await addAll(held, have, opened);
    return await withBundle(bundleFile, printable(file), context, async (bundle) => {
      const { signed } = bundleFile;
      checkRoom(bundle.document.images, place);
      const room = { held, place, isWhole: !options.partial, scratchDirectory: store.scratchDirectory };
      const onNeeded = (groups: readonly BundleGroup[]) =>
        warnOfRoom(bundle.document, { ...room, groups }, context);
      const applied = await applyBundle(bundle, { name: printable(file), held, scratch, context, onNeeded });
      const { signal, progress } = context;
      const leftOut = options.partial
        ? await layersToLeaveOut(applied, await loadedImages(haves, opened), signal)
        : [];
      const digests = new Set(leftOut.map(({ digest }) => digest));
      const published = await publishBundle(applied, place, { signal, progress, leftOut: digests });
      if (published.companions.length < applied.companions.length) warnOfCompanions(applied, place, context);
      if (applied.damage !== undefined) warnOfDamage(applied.damage, context);
      return outcomeOf({
        applied,
        published,
        leftOut,
        place,
        digest: bundle.digest,
        ...(signed && { signed }),
      });
    });
  } finally {
    for (const images of opened) images.close();
    scratch.remove();
  }
}

function warnOfCompanions({ companions }: AppliedBundle, { text }: Place, { warn }: CommandContext): void {
  const message = `${count(companions.length, 'companion')} of the image, such as signatures, did not go into ${text}: docker load knows none`;
  warn({ code: 'COMPANIONS_LEFT_OUT', message });
}

/** The new image is whole, but what it was to be built upon belongs to others as well. */
function warnOfDamage({ message }: BlockPackError, { warn }: CommandContext): void {
  warn({
    code: 'SITE_DAMAGED',
    message: `Something that was there is damaged, and was done without: ${message}. What the new image has of it is written anew; what only older images have is not, as block-pack verify says`,
  });
}

/** The images that Docker or podman has: of a place that is written with a name, that one alone. */
async function loadedImages(haves: readonly Holding[], opened: OpenedImages): Promise<HeldImages> {
  const loaded = new HeldImages();
  for (const have of haves) {
    const isOne = have.kind === 'images' && (have.place.reference ?? have.place.digest) !== undefined;
    await (isOne ? addOne : addAll)(loaded, have, opened);
  }
  return loaded;
}

/** An archive is replaced as a whole, so what it holds now is no part of what comes. */
function isThere({ path }: Place): boolean {
  return statsAt(`${path}/oci-layout`, 'read') !== undefined;
}

interface ApplyResult {
  readonly applied: AppliedBundle;
  readonly published: PublishedBundle;
  readonly leftOut: readonly ContentDescriptor[];
  readonly place: Place;
  /** Of the bundle. */
  readonly digest: Digest;
  readonly signed?: SignedBundle;
}

function outcomeOf(result: ApplyResult): Outcome {
  const { applied, published, place, digest, signed } = result;
  const { blobs, bytes, newBytes } = published;
  return {
    document: {
      bundle: digest,
      signedBy: signed?.key.fingerprint ?? null,
      place: place.text,
      madeBytes: applied.madeBytes,
      images: published.images.map(describe),
      companions: published.companions.map(describe),
      blobs,
      bytes,
      newBytes,
      leftOut: result.leftOut.map(({ digest, size }) => ({ digest, size })),
    },
    text: (console) => textOf(result, console),
    exitCode: 0,
  };
}

function describe({ root, name }: AppliedImage): { readonly name: string | null; readonly digest: Digest } {
  return { name: name ?? null, digest: root.digest };
}

function textOf({ applied, published, leftOut, place, signed }: ApplyResult, console: Console): string {
  const headline = `${byteSize(published.newBytes)} new, ${byteSize(applied.madeBytes)} of them made here; all digests are right`;
  const lines = (what: string, images: readonly AppliedImage[]) =>
    images.map(
      ({ root, name }) =>
        `${what}${root.digest}\nplace   ${printable(place.text)}${name === undefined ? '' : `, name ${printable(name)}`}\n`,
    );
  const images = [...lines('image   ', published.images), ...lines('beside  ', published.companions)];
  const signature = signed === undefined ? '' : `signed  ${signed.key.fingerprint}\n`;
  const leftBytes = leftOut.reduce((sum, { size }) => sum + size, 0);
  const partial =
    leftOut.length === 0
      ? ''
      : `partial ${count(leftOut.length, 'layer')} of ${byteSize(leftBytes)} left out: only a Docker or podman that has them can load it\n`;
  return `${console.bold(headline)}\n\n${signature}${images.join('')}${partial}`;
}
