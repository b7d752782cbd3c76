import type { Digest } from '@block-pack/core';
import type { Package } from '../contents/package.ts';

/** A dependency as images have it. */
export interface SeenPackage extends Pick<Package, 'ecosystem' | 'name'> {
  readonly variants: readonly SeenVariant[];
}

/** One version with one content. */
export interface SeenVariant {
  readonly version: string | undefined;
  readonly digest: Digest;
  /** Those that have it, in their order. */
  readonly images: readonly number[];
}

/** Gathers which versions of dependencies the images have. The application itself and what belongs to no package have none to align. */
export class SeenVersions {
  readonly #dependencies = new Map<string, Variants>();
  readonly #others = new Set<Digest>();

  /** @param image not less than that of the last call */
  add({ ecosystem, name, version, digest, role }: Package, image: number): void {
    if (role !== 'dependency') {
      this.#others.add(digest);
      return;
    }
    const key = `${ecosystem} ${name}`;
    const known = this.#dependencies.get(key) ?? { ecosystem, name, variants: new Map() };
    this.#dependencies.set(key, known);
    const variantKey = `${digest} ${version ?? ''}`;
    const variant = known.variants.get(variantKey);
    if (variant === undefined) known.variants.set(variantKey, { version, digest, images: [image] });
    else if (variant.images.at(-1) !== image) variant.images.push(image);
  }

  dependencies(): SeenPackage[] {
    return [...this.#dependencies.values()].map(({ ecosystem, name, variants }) => ({
      ecosystem,
      name,
      variants: [...variants.values()],
    }));
  }

  /** How many packages each block belongs to, those that are no dependencies counted as one. */
  uses(): Map<Digest, number> {
    const uses = new Map<Digest, number>([...this.#others].map((digest) => [digest, 1]));
    for (const { variants } of this.#dependencies.values()) {
      for (const digest of new Set([...variants.values()].map((one) => one.digest)))
        uses.set(digest, (uses.get(digest) ?? 0) + 1);
    }
    return uses;
  }
}

interface Variants extends Pick<Package, 'ecosystem' | 'name'> {
  readonly variants: Map<string, SeenVariant & { readonly images: number[] }>;
}
