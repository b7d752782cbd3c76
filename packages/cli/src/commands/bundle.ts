import { join, resolve } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { parseByteSize } from '@block-pack/report/text';
import { openImages, openStore, type Place, parsePlace, ScratchBlobs } from '@block-pack/store';
import { dependencyCosts } from '../bundle/bundle-costs.ts';
import { BundleDraft } from '../bundle/bundle-file.ts';
import { bundleOutcome, costOutcome } from '../bundle/bundle-summary.ts';
import { HeldImages } from '../bundle/held-images.ts';
import type { OpenedImages } from '../bundle/holdings.ts';
import { readSigningKeys } from '../bundle/key-files.ts';
import { warnOfLackingBases } from '../bundle/lacking-bases.ts';
import { makeBundle, type Wanted } from '../bundle/make-bundle.ts';
import { type Known, openPasts, parseHoldings } from '../bundle/pasts.ts';
import { proveBundle } from '../bundle/prove-bundle.ts';
import { signBundle } from '../bundle/sign-bundle.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { refuseSource } from '../refuse-source.ts';

export interface BundleCommandOptions {
  readonly since?: readonly string[];
  readonly have?: readonly string[];
  readonly from?: readonly string[];
  readonly output?: string;
  readonly selfContained?: boolean;
  readonly smallest?: boolean;
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
  const holdings = {
    since: parseHoldings(options.since, context),
    have: parseHoldings(options.have, context),
    from: parseHoldings(options.from, context),
  };
  const dryRun = options.dryRun === true;
  const output = resolve(context.directory, outputOf(options));
  const keyFiles = (options.sign ?? []).map((text) => ({ text, path: resolve(context.directory, text) }));
  const sources = [...places, ...holdings.since, ...holdings.have, ...holdings.from, ...keyFiles];
  if (!dryRun) refuseSource(output, sources);
  const split = options.split === undefined ? undefined : parseByteSize(options.split, '--split');
  const keys = await readSigningKeys(options.sign, context.directory);
  const named = dryRun ? undefined : new BundleDraft(output, split);
  const store = await openStore(context.storeDirectory, { create: true });
  const scratch = new ScratchBlobs(store.scratchDirectory);
  const opened: OpenedImages = [];
  const draft = named ?? new BundleDraft(join(scratch.directory, 'bundle'));
  try {
    const wanted = await openWanted(places, opened);
    const wantedPlaces = parseHoldings(names, context);
    const { pasts, known } = await openPasts(holdings, wantedPlaces, context, opened);
    const selfContained = options.selfContained === true;
    const isSmallest = options.smallest === true;
    const since = holdings.since.flatMap((one) => known.get(one) ?? []);
    const have = holdings.have.flatMap((one) => known.get(one) ?? []);
    const plan = { wanted, pasts, selfContained, isSmallest, scratch, context };
    const madeFor = { since: namesOf(since), have: namesOf(have) };
    const made = signBundle(await makeBundle({ ...plan, ...madeFor }), keys);
    if (!selfContained) warnOfLackingBases(made, pasts, context);
    const result = { made, wanted, since, have };
    context.progress.show('writing the bundle');
    const bytes = await draft.write(made.index, made.blobs);
    if (dryRun) return costOutcome({ ...result, bytes, costs: await dependencyCosts(made, plan) });
    const sites = selfContained || pasts.length === 0 ? [...pasts, new HeldImages()] : pasts;
    await proveBundle(await draft.open(), wanted, sites, store.scratchDirectory, context);
    const files = await draft.name();
    const signedBy = [...new Set(keys.map(({ fingerprint }) => fingerprint))];
    return bundleOutcome({ ...result, bytes, output, files, signedBy });
  } finally {
    draft.discard();
    for (const images of opened) images.close();
    scratch.remove();
  }
}

function namesOf(known: readonly Known[]): readonly string[] {
  return [...new Set(known.flatMap(({ image }) => image?.name ?? []))];
}

/** @throws USAGE */
function outputOf({ output, dryRun }: BundleCommandOptions): string {
  if (output !== undefined && dryRun === true)
    throw new BlockPackError('USAGE', '-o is given with --dry-run, which writes nothing', {
      hint: 'Leave one of them out.',
    });
  if (output === '-')
    throw new BlockPackError('USAGE', 'A bundle does not go to stdout', {
      hint: 'It is applied once before it gets its name: give -o FILE.',
    });
  if (output !== undefined) return output;
  if (dryRun === true) return '.';
  throw new BlockPackError('USAGE', 'It is not said where the bundle goes', {
    hint: 'Give -o FILE, or --dry-run to see what it would cost.',
  });
}

/** @throws USAGE for two different images of one name */
async function openWanted(places: readonly Place[], opened: OpenedImages): Promise<readonly Wanted[]> {
  const wanted = new Map<string, Wanted>();
  for (const place of places) {
    const images = await openImages(place);
    opened.push(images);
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
