import { layoutLimits } from '../archive/limits.ts';
import { partName, partSize } from '../archive/old-parts.ts';
import { readLayout } from '../archive/read-layout.ts';
import { listedEntries } from '../archive/read-zip.ts';
import { typedSectionLength } from '../typed/write-typed.ts';
import type { GroupBlock } from './old-block.ts';

/**
 * Blocks in their order, but that one of which a larger one has half of the files, such as a library that others hold under names of their own,
 * stands behind that one: what is alike packs smaller in one section. Names and sizes of files tell; nothing is unpacked.
 */
export async function besideLikes<T extends GroupBlock>(blocks: readonly T[]): Promise<T[]> {
  const files: NamedSize[][] = [];
  for (const block of blocks) files.push(await filesOf(block));
  const sizes = files.map((all) => all.reduce((sum, { size }) => sum + size, 0));
  const likes = new LikeSearch(files, sizes);
  const behind = blocks.map((): number[] => []);
  const alone: number[] = [];
  for (const at of blocks.keys()) (behind[likes.find(at) ?? -1] ?? alone).push(at);
  const inOrder = (at: number): number[] => [at, ...(behind[at] ?? []).flatMap(inOrder)];
  return alone.flatMap(inOrder).flatMap((at) => blocks[at] ?? []);
}

interface NamedSize {
  /** Without the folders that a copy has another one for. */
  readonly name: string;
  readonly size: number;
}

async function filesOf(block: GroupBlock): Promise<NamedSize[]> {
  return (await listed(block)).flatMap(({ path, size }) => {
    const name = /[^/]+\/[^/]+\/[^/]+$/.exec(path)?.[0];
    return name === undefined || size === 0 ? [] : [{ name, size }];
  });
}

interface ListedFile {
  readonly path: string;
  readonly size: number;
}

/** Of a zip, what its central directory says: its entries are read when it is opened. */
async function listed({ content, kind }: GroupBlock): Promise<readonly ListedFile[]> {
  if (kind === 'file') {
    const entries = await listedEntries(content, layoutLimits(content.size));
    return (entries ?? []).map(({ name, facts }) => ({ path: name, size: facts.size }));
  }
  const layout = await readLayout(content, kind);
  return (layout?.parts ?? []).map((part) => ({ path: partName(part), size: partSize(part, false) }));
}

/** Blocks with a file of one name, of which no more are looked at: what all have says nothing. */
const mostWithName = 16;

class LikeSearch {
  readonly #files: readonly (readonly NamedSize[])[];
  readonly #sizes: readonly number[];
  readonly #byName = new Map<string, { readonly block: number; readonly size: number }[]>();

  constructor(files: readonly (readonly NamedSize[])[], sizes: readonly number[]) {
    this.#files = files;
    this.#sizes = sizes;
    for (const [block, all] of files.entries())
      for (const { name, size } of all) {
        const others = this.#byName.get(name);
        if (others === undefined) this.#byName.set(name, [{ block, size }]);
        else if (others.length < mostWithName) others.push({ block, size });
      }
  }

  /** The larger block that has most of this one, if that is half of it, and both fit into a section. */
  find(block: number): number | undefined {
    const own = this.#sizeOf(block);
    const shared = new Map<number, number>();
    for (const { name, size } of this.#files[block] ?? [])
      for (const other of this.#othersWith(name, size))
        if (this.#isLarger(other, block)) shared.set(other, (shared.get(other) ?? 0) + size);
    let best: number | undefined;
    let most = own / 2;
    for (const [other, size] of shared)
      if (size >= most && own + this.#sizeOf(other) <= typedSectionLength) {
        best = other;
        most = size;
      }
    return best;
  }

  /** Blocks with a file of that name and about that size. */
  #othersWith(name: string, size: number): ReadonlySet<number> {
    const alike = (this.#byName.get(name) ?? []).filter((other) => Math.abs(other.size - size) < size / 4);
    return new Set(alike.map((other) => other.block));
  }

  /** Of two that are as large, the earlier one. */
  #isLarger(one: number, other: number): boolean {
    return one !== other && this.#sizeOf(one) - this.#sizeOf(other) > (one < other ? -1 : 0);
  }

  #sizeOf(block: number): number {
    return this.#sizes[block] ?? 0;
  }
}
