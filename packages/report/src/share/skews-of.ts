import { compareBytewise, type Digest } from '@block-pack/core';
import { compareVersions } from '../versions/compare-versions.ts';
import { changeKind } from '../versions/version-step.ts';
import type { SeenPackage, SeenVariant, SeenVersions } from './seen-versions.ts';
import type { SharedBlob } from './share-contents.ts';
import type { SkewedVersion, VersionSkew } from './sharing.ts';

/** Each package's skew, less what aligning it saves beside the others. */
type Skew = Omit<VersionSkew, 'saves'>;

type Blobs = ReadonlyMap<Digest, SharedBlob>;

/** Packages that images have in different versions, in the order in which to align them. */
export function skewsOf(versions: SeenVersions, blobs: Blobs): VersionSkew[] {
  const uses = versions.uses();
  const candidates = versions
    .dependencies()
    .filter(isSkewed)
    .map((one) => {
      const skew = skewOf(one, blobs);
      return { skew, alone: bytesLetGo(skew, uses, blobs) };
    });
  candidates.sort((a, b) => b.alone - a.alone || compareSkews(a.skew, b.skew));
  return candidates.map(({ skew }) => ({ ...skew, saves: align(skew, uses, blobs) }));
}

/** Several versions in one image are no skew where every image with the package has the very same ones. */
function isSkewed({ variants: [first, ...rest] }: SeenPackage): boolean {
  return (
    first !== undefined &&
    rest.some(({ digest, images }) => digest !== first.digest && !isSame(images, first.images))
  );
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((image, at) => image === b[at]);
}

function skewOf({ ecosystem, name, variants }: SeenPackage, blobs: Blobs): Skew {
  const versions = [...byVersion(variants).values()]
    .map((same) => skewedVersion(same, blobs))
    .sort(
      (a, b) =>
        compareVersions(ecosystem, a.version ?? '', b.version ?? '') ||
        compareBytewise(a.version ?? '', b.version ?? ''),
    );
  const common = versions.reduce(
    (best, { bytes }, at) => (bytes >= (versions[best]?.bytes ?? 0) ? at : best),
    0,
  );
  const [kept] = versions[common]?.digests ?? [];
  const others = variants.filter(({ digest }) => digest !== kept);
  return {
    ecosystem,
    name,
    versions,
    step: changeKind(ecosystem, versions[0]?.version, versions.at(-1)?.version),
    common,
    moving: new Set(others.flatMap(({ images }) => images)).size,
  };
}

function byVersion(variants: readonly SeenVariant[]): Map<string | undefined, SeenVariant[]> {
  const groups = new Map<string | undefined, SeenVariant[]>();
  for (const one of variants) {
    const group = groups.get(one.version);
    if (group === undefined) groups.set(one.version, [one]);
    else group.push(one);
  }
  return groups;
}

function skewedVersion(same: readonly SeenVariant[], blobs: Blobs): SkewedVersion {
  const mostFirst = [...same].sort(
    (a, b) => b.images.length - a.images.length || compareBytewise(a.digest, b.digest),
  );
  const version = same[0]?.version;
  return {
    ...(version === undefined ? {} : { version }),
    images: [...new Set(same.flatMap(({ images }) => images))].sort((a, b) => a - b),
    bytes: same.reduce((sum, { digest, images }) => sum + (blobs.get(digest)?.size ?? 0) * images.length, 0),
    digests: mostFirst.map(({ digest }) => digest),
  };
}

/** What would go if this package were aligned now: a block goes only when the last package lets it go. */
function bytesLetGo(skew: Skew, uses: ReadonlyMap<Digest, number>, blobs: Blobs): number {
  return letGo(skew).reduce(
    (sum, digest) => sum + (uses.get(digest) === 1 ? (blobs.get(digest)?.size ?? 0) : 0),
    0,
  );
}

/** @returns bytes that go with it, after what was aligned before */
function align(skew: Skew, uses: Map<Digest, number>, blobs: Blobs): number {
  const saved = bytesLetGo(skew, uses, blobs);
  for (const digest of letGo(skew)) uses.set(digest, (uses.get(digest) ?? 1) - 1);
  return saved;
}

/** All blocks but the common one. */
function letGo({ versions, common }: Skew): Digest[] {
  const kept = versions[common]?.digests[0];
  return [...new Set(versions.flatMap(({ digests }) => digests))].filter((digest) => digest !== kept);
}

function compareSkews(a: Skew, b: Skew): number {
  return compareBytewise(a.name, b.name) || compareBytewise(a.ecosystem, b.ecosystem);
}
