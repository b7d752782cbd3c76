import {
  BlockPackError,
  type BundleBase,
  type BundleDocument,
  type BundleGroup,
  type Digest,
  type LayerOrigin,
} from '@block-pack/core';
import type { StepOptions } from './apply-bundle.ts';
import type { Held } from './held.ts';
import { type MadeFor, otherSiteText } from './made-for.ts';

/** Where it is looked for. */
type Site = Pick<StepOptions, 'name' | 'held' | 'scratch' | 'manifests'>;

/**
 * Groups of texts that have to be unpacked: they say what else is needed.
 * @throws BLOB_MISSING
 */
export async function neededTexts(
  document: BundleDocument,
  wanted: readonly LayerOrigin[],
  site: Site,
): Promise<readonly BundleGroup[]> {
  const texts = [...document.documents, ...wanted.flatMap(importsOf)];
  const needed = await neededGroups(document, 'texts', texts, site);
  const missing = new Missing(document, site.held);
  for (const { digest } of needed.flatMap(basesOf))
    if (!site.held.texts.has(digest))
      await missing.lookFor(digest, `the document ${digest} of an older image`);
  if (missing.things.size > 0) throw prerequisitesMissing(missing.things, document, site);
  return needed;
}

/**
 * Everything that the bundle does not bring, before anything is made.
 * @returns groups of blocks and of layers that have to be unpacked
 * @throws BLOB_MISSING
 */
export async function checkPrerequisites(
  document: BundleDocument,
  wanted: readonly LayerOrigin[],
  site: Site,
): Promise<readonly BundleGroup[]> {
  const missing = new Missing(document, site.held);
  const objects: Record<'blocks' | 'layers', Digest[]> = { blocks: [], layers: [] };
  for (const digest of document.documents) await missing.lookFor(digest, `the document ${digest}`);
  for (const layer of wanted) {
    if (layer.origin === 'present') missing.add(layer.digest, `the layer ${layer.digest}`);
    for (const { holds, digest, what } of await partsOf(layer, site)) {
      objects[holds].push(digest);
      await missing.lookFor(digest, what);
    }
  }
  const needed = [
    ...(await neededGroups(document, 'blocks', objects.blocks, site)),
    ...(await neededGroups(document, 'layers', objects.layers, site)),
  ];
  for (const base of needed.flatMap(basesOf)) await missing.lookFor(base.digest, baseText(base));
  if (missing.things.size > 0) throw prerequisitesMissing(missing.things, document, site);
  return needed;
}

/** What neither the bundle brings nor the site has, in the order in which it was looked for. */
class Missing {
  readonly things = new Map<Digest, string>();
  readonly #brought: ReadonlySet<Digest>;
  readonly #held: Held;

  constructor(document: BundleDocument, held: Held) {
    this.#brought = broughtBy(document);
    this.#held = held;
  }

  async lookFor(digest: Digest, what: string): Promise<void> {
    if (!this.#brought.has(digest) && !(await this.#held.has(digest))) this.add(digest, what);
  }

  add(digest: Digest, what: string): void {
    this.things.set(digest, what);
  }
}

/** What a layer is made of, in groups of one kind. */
interface LayerPart {
  readonly holds: 'blocks' | 'layers';
  readonly digest: Digest;
  readonly what: string;
}

async function partsOf(layer: LayerOrigin, site: Site): Promise<readonly LayerPart[]> {
  if (layer.origin === 'tar')
    return [{ holds: 'layers', digest: layer.tar.digest, what: `the tar of the layer ${layer.digest}` }];
  if (layer.origin !== 'segments') return [];
  const { imports } = await site.manifests.get(layer.imports);
  return imports.map(({ digest, path }) => ({ holds: 'blocks', digest, what: `the block of ${path}` }));
}

/** A group is needed where it brings something that is, and is not there; then its bases are needed, too. */
async function neededGroups(
  document: BundleDocument,
  holds: BundleGroup['holds'],
  objects: readonly Digest[],
  site: Site,
): Promise<readonly BundleGroup[]> {
  const needed = new Set(objects);
  const groups: BundleGroup[] = [];
  for (const group of document.groups.filter((one) => one.holds === holds).reverse()) {
    let brings = false;
    for (const { digest } of group.objects) brings ||= needed.has(digest) && !(await isThere(digest, site));
    if (!brings) continue;
    groups.unshift(group);
    for (const { digest } of basesOf(group)) needed.add(digest);
  }
  return groups;
}

/** In what is held, or made of a group. */
async function isThere(digest: Digest, { held, scratch }: Site): Promise<boolean> {
  return (await held.has(digest)) || scratch.has(digest);
}

/** The import manifests that a layer is made of. */
function importsOf(layer: LayerOrigin): readonly Digest[] {
  if (layer.origin === 'segments') return [layer.imports];
  return layer.origin === 'imports' ? layer.files.map(({ imports }) => imports) : [];
}

/** Everything that groups make. */
export function broughtBy({ groups }: BundleDocument): ReadonlySet<Digest> {
  return new Set(groups.flatMap(({ objects }) => objects.map(({ digest }) => digest)));
}

/** What objects of a group are written against. */
export function basesOf(group: BundleGroup): readonly BundleBase[] {
  return group.encoding === 'raw' || group.encoding === 'brotli' ? [] : group.bases;
}

/** What a block or layer is written against, for messages. */
export function baseText({ digest, kind }: BundleBase): string {
  return kind === 'tar' ? `the layer whose tar is ${digest}` : `the block ${digest}`;
}

/** @param missing what each thing is, by its digest */
export function prerequisitesMissing(
  missing: ReadonlyMap<Digest, string>,
  madeFor: MadeFor,
  { name, held }: Pick<Site, 'name' | 'held'>,
): BlockPackError {
  const [[, first] = ['', '']] = missing;
  const more = missing.size === 1 ? '' : `, and ${missing.size - 1} more`;
  const { since = [], have = [] } = madeFor;
  return new BlockPackError('BLOB_MISSING', `${name} needs what is not there: ${first}${more}`, {
    hint: `${otherSiteText(madeFor, held)}. Apply the updates before it first, name the place of that image with --have, or have a bundle made for what is here, which block-pack inventory lists.`,
    details: { digests: [...missing.keys()].slice(0, 100), since, have, here: held.names.slice(0, 100) },
  });
}
