import type { Digest } from '@block-pack/core';
import type { OldArchive } from './old-parts.ts';
import { partName } from './old-parts.ts';
import type { Part } from './read-layout.ts';
import type { relations } from './skeleton-columns.ts';
import type { Archive, Content } from './take-apart.ts';

/** An older archive whose contents are known too. */
export interface OldContents extends OldArchive {
  readonly archive: Archive;
}

export interface Base {
  readonly relation: (typeof relations)[number];
  /** Which one of the older archives. */
  readonly from: number;
  readonly part: number;
}

/** Whole archives, as a skeleton is written against them. */
export function oldContents(olds: readonly Archive[]): OldContents[] {
  return olds.map((archive, old) => ({ old, above: [], layout: archive.layout, archive }));
}

/** Finds for a part the old part that it is most like. What is found decides sizes alone: any choice gives the right bytes. */
export class BaseSearch {
  readonly #olds: readonly OldContents[];
  readonly #byName = new Map<string, Base[]>();
  readonly #byDigest = new Map<string, Base[]>();
  readonly #byPattern = new Map<string, Base[]>();
  readonly #inside = new Map<Archive, BaseSearch>();

  constructor(olds: readonly OldContents[]) {
    this.#olds = olds;
    for (const [from, { archive }] of olds.entries())
      for (const [i, content] of archive.contents.entries()) {
        const part = archive.layout.parts[i];
        if (part === undefined) continue;
        const base: Base = { relation: 'base', from, part: i };
        const name = keyOf(part);
        add(this.#byName, name, base);
        add(this.#byPattern, patternOf(name), base);
        if (content.size === 0) continue;
        add(this.#byDigest, content.packedDigest, base);
        if (content.digest !== content.packedDigest) add(this.#byDigest, content.digest, base);
      }
  }

  /** @param near where the next old part is expected: of several that are as good, the first behind it is taken */
  find(part: Part, content: Content, near: Base): Base | undefined {
    const name = keyOf(part);
    const named = this.#byName.get(name) ?? [];
    const same = this.#byDigest.get(content.digest) ?? [];
    const packedSame = this.#byDigest.get(content.packedDigest) ?? [];
    const isSamePacked = (base: Base): boolean => this.#isSamePacked(base, part, content);
    const isSame = (base: Base): boolean => this.#isSame(base, part, content);
    const mayServe = (base: Base): boolean => this.#mayServe(base, part, content);
    return (
      relate('packed', closest(named.filter(isSamePacked), near)) ??
      relate('content', closest(named.filter(isSame), near)) ??
      relate('packed', closest(packedSame.filter(isSamePacked), near)) ??
      relate('content', closest(same.filter(isSame), near)) ??
      closest(named.filter(mayServe), near) ??
      closest((this.#byPattern.get(patternOf(name)) ?? []).filter(mayServe), near)
    );
  }

  /** Whether {@link find} finds an old part with these very bytes and the same name: nothing else has to be known of the part then. */
  hasCopy(part: Part, packedDigest: Digest): boolean {
    return (this.#byName.get(keyOf(part)) ?? []).some((base) =>
      this.#isSamePacked(base, part, { packedDigest }),
    );
  }

  /** The search in an archive inside of these, made once: many new ones may be like the same old one. */
  inside(old: OldContents | undefined): BaseSearch {
    if (old === undefined) return new BaseSearch([]);
    const search = this.#inside.get(old.archive) ?? new BaseSearch([old]);
    this.#inside.set(old.archive, search);
    return search;
  }

  /** What could not be unpacked is no base for content: it could not be read. */
  #mayServe(base: Base, part: Part, { packing }: Content): boolean {
    const { oldPart, oldContent } = this.#old(base);
    return oldPart?.kind === part.kind && (packing === 'raw' || oldContent?.packing !== 'raw');
  }

  #isSamePacked(base: Base, part: Part, { packedDigest }: Pick<Content, 'packedDigest'>): boolean {
    const { oldPart, oldContent } = this.#old(base);
    if (oldPart === undefined || oldContent?.packedDigest !== packedDigest || oldPart.kind !== part.kind)
      return false;
    if (oldPart.kind !== 'entry' || part.kind !== 'entry') return true;
    return oldPart.facts.crc32 === part.facts.crc32 && oldPart.facts.size === part.facts.size;
  }

  /** Content that was unpacked, on both sides: what is raw is the same only when it is packed the same. */
  #isSame(base: Base, part: Part, { digest, packing }: Content): boolean {
    const { oldPart, oldContent } = this.#old(base);
    return (
      oldContent?.digest === digest &&
      oldContent.packing !== 'raw' &&
      packing !== 'raw' &&
      oldPart?.kind === part.kind
    );
  }

  #old({ from, part }: Base) {
    const archive = this.#olds[from]?.archive;
    return { oldPart: archive?.layout.parts[part], oldContent: archive?.contents[part] };
  }
}

function relate(relation: Base['relation'], base: Base | undefined): Base | undefined {
  return base && { ...base, relation };
}

function closest(bases: readonly Base[], near: Base): Base | undefined {
  return bases.find(({ from, part }) => from === near.from && part >= near.part) ?? bases[0];
}

function add(map: Map<string, Base[]>, key: string, base: Base): void {
  const others = map.get(key);
  if (others === undefined) map.set(key, [base]);
  // A thousand parts of one content would else make a million comparisons.
  else if (others.length < alike) others.push(base);
}

const alike = 16;

function keyOf(part: Part): string {
  return `${part.kind} ${partName(part)}`;
}

/** Versions in names differ, and little else: `v2_18_3` and `v2_18_4` are one pattern. */
function patternOf(name: string): string {
  return name.replace(/\d+/g, '#');
}
