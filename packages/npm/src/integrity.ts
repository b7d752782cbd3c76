import {
  BlockPackError,
  type FileChange,
  type Integrity,
  type PackContext,
  type Placed,
} from '@block-pack/core';
import * as v from 'valibot';
import { blockPrints, changesBetween, publishedPrints } from './compare-published.ts';
import { parentPath } from './folder.ts';
import type { LockKind } from './lock/lock-evidence.ts';
import type { NpmPlacement, PackagePart } from './placement.ts';
import { strongestHash } from './subresource-integrity.ts';
import { type PublishedFiles, readTarball } from './tarball.ts';
import type { TarballSource, WantedTarball } from './tarball-source.ts';

type PlacedPart = Placed<NpmPlacement>;

/** For each published package whether its block is what was published; nothing for all when there are no tarballs to compare with. */
export async function integritiesOf(
  placed: readonly PlacedPart[],
  tarballs: TarballSource | undefined,
  context: PackContext,
): Promise<ReadonlyMap<PlacedPart, Integrity>> {
  const found = new Map<PlacedPart, Integrity>();
  if (tarballs === undefined) return found;
  const check = new PublishedCheck(placed, tarballs, context);
  for (const one of placed) {
    const { part } = one.placement;
    if (part.kind === 'package' && !part.isFirstParty) found.set(one, await check.integrityOf(one, part));
  }
  return found;
}

/** The tarball that a package came in, and where in it. */
interface Origin {
  readonly tarball: WantedTarball;
  /** Empty for the package that the tarball is of. */
  readonly folder: string;
  /** Where its hash stands. */
  readonly lock: LockKind;
}

class PublishedCheck {
  readonly #parts = new Map<string, PackagePart>();
  readonly #tarballs: TarballSource;
  readonly #memory: PackContext['memory'];
  /** The last tarball that was read: packages bundled in one stand together. */
  #read: { readonly hex: string; readonly files: PublishedFiles | string } | undefined;

  constructor(placed: readonly PlacedPart[], tarballs: TarballSource, { memory }: PackContext) {
    this.#tarballs = tarballs;
    this.#memory = memory;
    for (const { placement } of placed) {
      if (placement.part.kind === 'package') this.#parts.set(placement.part.folder, placement.part);
    }
  }

  async integrityOf(placed: PlacedPart, part: PackagePart): Promise<Integrity> {
    const bundle = this.#bundleOf(part);
    const bundled = bundle === undefined ? undefined : await this.#compare(placed, bundle);
    if (bundled?.state === 'verified') return bundled;
    const own = ownTarball(part);
    const published =
      typeof own === 'string' ? unknown(own) : await this.#compare(placed, { ...own, folder: '' });
    // yarn may put the published package in the place of the bundled one; without its tarball nobody can tell.
    const isOwn =
      published.state === 'verified' || (published.state === 'unknown' && typeof own !== 'string');
    return isOwn || bundled?.state !== 'modified' ? published : bundled;
  }

  async #compare(placed: PlacedPart, { tarball, folder, lock }: Origin): Promise<Integrity> {
    const { hash, name, version } = tarball;
    const fact = `npm-published ${hash.hex} ${folder}`;
    const against = `the ${hash.algorithm} of ${name}@${version} in ${lock}`;
    const known = v.safeParse(changesSchema, this.#memory.fact(placed.block, fact));
    if (known.success) return judged(known.output, against);

    const files = await this.#filesOf(tarball);
    if (typeof files === 'string') return unknown(files);
    const published = publishedPrints(files, folder);
    if (published === undefined) return unknown(`the tarball of ${name}@${version} does not hold it`);
    const changes = changesBetween(published, await blockPrints(placed));
    this.#memory.learn(placed.block, fact, changes);
    return judged(changes, against);
  }

  /** The tarball of the outermost package around it that brings packages along, if there is one. */
  #bundleOf({ folder }: PackagePart): Origin | undefined {
    let found: Origin | undefined;
    for (let above = parentPath(folder); above !== ''; above = parentPath(above)) {
      const owner = this.#parts.get(above);
      if (owner === undefined || !owner.manifest.bundles) continue;
      const origin = ownTarball(owner);
      if (typeof origin !== 'string') found = { ...origin, folder: folder.slice(above.length + 1) };
    }
    return found;
  }

  async #filesOf(wanted: WantedTarball): Promise<PublishedFiles | string> {
    const { hex } = wanted.hash;
    if (this.#read?.hex !== hex) this.#read = { hex, files: await this.#readFiles(wanted) };
    return this.#read.files;
  }

  async #readFiles(wanted: WantedTarball): Promise<PublishedFiles | string> {
    const file = await this.#tarballs.find(wanted);
    if (file === undefined) return `its tarball is not in ${this.#tarballs.name}`;
    try {
      return (
        (await readTarball(file, wanted.hash)) ??
        `its tarball in ${this.#tarballs.name} is not the one that the lock names`
      );
    } catch (error) {
      if (!(error instanceof BlockPackError) || !error.code.startsWith('ARCHIVE_')) throw error;
      return `its tarball cannot be read: ${error.message}`;
    }
  }
}

/** The tarball that a package is published as, or why it is not known. */
function ownTarball({ locked, manifest }: PackagePart): Omit<Origin, 'folder'> | string {
  if (locked === undefined) return 'no lock lists it';
  if (locked.isBundled) return 'it came with another package, whose tarball is not known';
  const { lock, integrity } = locked;
  if (integrity === undefined) return `its entry in ${lock} has no hash of a tarball`;
  const hash = strongestHash(integrity);
  if (hash === undefined) return `its entry in ${lock} has a hash of an unknown kind`;
  const [name, version] = [manifest.name ?? locked.name, manifest.version ?? locked.version];
  if (name === undefined || version === undefined) return 'it has no name or no version';
  return { tarball: { name, version, hash }, lock };
}

const changesSchema = v.array(
  v.object({ path: v.string(), change: v.picklist(['added', 'removed', 'changed']) }),
);

function judged(changes: readonly FileChange[], against: string): Integrity {
  return changes.length === 0 ? { state: 'verified', against } : { state: 'modified', against, changes };
}

function unknown(reason: string): Integrity {
  return { state: 'unknown', reason };
}
