import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Digest, SignedBundle } from '@block-pack/core';
import {
  type Images,
  openImages,
  openStore,
  type Place,
  type PublishReport,
  parsePlace,
} from '@block-pack/store';
import { type AppliedBundle, applyBundle } from '../bundle/apply-bundle.ts';
import { openBundle, withBundle } from '../bundle/bundle-file.ts';
import { HeldImages } from '../bundle/held-images.ts';
import { readVerifyKeys } from '../bundle/key-files.ts';
import { publishBundle } from '../bundle/publish-bundle.ts';
import { ScratchBlobs } from '../bundle/scratch-blobs.ts';
import { byteSize } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import { printable } from '../table.ts';

export interface ApplyCommandOptions {
  readonly to: string;
  readonly have?: readonly string[];
  readonly verifyKey?: readonly string[];
}

export async function apply(
  file: string,
  options: ApplyCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const path = resolve(context.directory, file);
  const place = parsePlace(options.to, context.directory);
  const haves = (options.have ?? []).map((one) => parsePlace(one, context.directory));
  const keys = await readVerifyKeys(options.verifyKey, context.directory);
  const bundleFile = await openBundle(path, printable(file), keys);
  const store = await openStore(context.storeDirectory, { create: true });
  const scratch = new ScratchBlobs(store.scratchDirectory);
  const opened: Images[] = [];
  try {
    const held = new HeldImages();
    if (place.kind === 'oci' && isThere(place)) await addAll(place, held, opened);
    for (const have of haves) await addAll(have, held, opened);
    return await withBundle(bundleFile, printable(file), async (bundle) => {
      const { signed } = bundleFile;
      const applied = await applyBundle(bundle, { name: printable(file), held, scratch, context });
      const reports = await publishBundle(applied, place, context);
      return outcomeOf({ applied, reports, place, digest: bundle.digest, ...(signed && { signed }) });
    });
  } finally {
    for (const images of opened) images.close();
    scratch.remove();
  }
}

/** An archive is replaced as a whole, so what it holds now is no part of what comes. */
function isThere({ path }: Place): boolean {
  return statSync(`${path}/oci-layout`, { throwIfNoEntry: false }) !== undefined;
}

async function addAll(place: Place, held: HeldImages, opened: Images[]): Promise<void> {
  const images = await openImages(place);
  opened.push(images);
  for (const { descriptor } of await images.list()) await held.add(descriptor, images);
}

interface ApplyResult {
  readonly applied: AppliedBundle;
  readonly reports: readonly PublishReport[];
  readonly place: Place;
  /** Of the bundle. */
  readonly digest: Digest;
  readonly signed?: SignedBundle;
}

function outcomeOf(result: ApplyResult): Outcome {
  const { applied, reports, place, digest, signed } = result;
  return {
    document: {
      bundle: digest,
      signedBy: signed?.key.fingerprint ?? null,
      place: place.text,
      madeBytes: applied.madeBytes,
      images: reports.map(({ name, digest: image, blobs, bytes, newBytes }) => ({
        name: name ?? null,
        digest: image,
        blobs,
        bytes,
        newBytes,
      })),
    },
    text: (console) => textOf(result, console),
    exitCode: 0,
  };
}

function textOf({ applied, reports, place, signed }: ApplyResult, console: Console): string {
  const newBytes = reports.reduce((sum, one) => sum + one.newBytes, 0);
  const headline = `${byteSize(newBytes)} new, ${byteSize(applied.madeBytes)} of them made of blocks; all digests are right`;
  const images = reports.map(
    ({ digest, name }) =>
      `image   ${digest}\nplace   ${printable(place.text)}${name === undefined ? '' : `, name ${printable(name)}`}\n`,
  );
  const signature = signed === undefined ? '' : `signed  ${signed.key.fingerprint}\n`;
  return `${console.bold(headline)}\n\n${signature}${images.join('')}`;
}
