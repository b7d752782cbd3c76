import { BaseAllowance, type DifferenceBase } from './allowance.ts';
import { type Piece, pieceLimit } from './pieces.ts';

/** What one section makes, and of what. */
export interface SectionPlan {
  readonly contents: readonly Piece[];
  readonly bases: readonly Piece[];
}

export interface ContentSize {
  readonly size: number;
  /** Index of the base that it is compared with. */
  readonly base?: number;
}

export type BaseSize = Pick<DifferenceBase, 'size' | 'unpacked'>;

/** Where a base of many bytes is cut for each part of a content of many: the offsets of windows of `windowLength`; undefined where nothing is shared. */
export type Align = (
  content: number,
  base: number,
  partLength: number,
  windowLength: number,
) => Promise<readonly (number | undefined)[]>;

/**
 * Contents in their order, as many to a section as fit. Beside a content's base go the bases behind it that no content names: what
 * disappeared near it. What has more than `length` bytes, content or base, is cut into sections of its own. Bases that are too many or too
 * large for what is made of them are left out, so that {@link costOf} all sections stays within what is allowed.
 * @param length bytes of content, and bytes of base, that a section may have
 */
export async function planSections(
  contents: readonly ContentSize[],
  bases: readonly BaseSize[],
  length: number,
  align: Align,
): Promise<SectionPlan[]> {
  const material = materialOf(contents, bases.length);
  const plans: SectionPlan[] = [];
  const total = contents.reduce((sum, { size }) => sum + size, 0);
  const allowance = new BaseAllowance(total, length);
  let open = new OpenSection();
  const close = () => {
    if (open.contents.length > 0) plans.push(open);
    open = new OpenSection();
  };
  for (const [index, { size, base: named }] of contents.entries()) {
    if (size === 0) continue;
    const older = bases[named ?? -1] ?? { size: 0 };
    const base = older.size > 0 && allowance.affords(windowCost(older, length)) ? named : undefined;
    let baseSize = base === undefined ? 0 : older.size;
    if (size > length || baseSize > length) {
      const parts = await cut(index, size, base, older, length, align, allowance);
      // Of what is short, and shares nothing with its base, there may be more than there may be sections.
      if (size > length || parts.some((part) => part.bases.length > 0)) {
        close();
        plans.push(...parts);
        continue;
      }
      baseSize = 0;
    }
    const isLong = open.contentLength + size > length;
    const hasNoRoom = open.baseLength + baseSize > length || open.isFull;
    if (hasNoRoom && !isLong) allowance.spendSections(1);
    if (hasNoRoom || isLong) close();
    open.addContent({ index, offset: 0, length: size });
    for (const near of material.get(index) ?? [])
      open.addBase(near, bases[near]?.size ?? 0, length, allowance);
  }
  close();
  return plans;
}

/** What a base costs, or the part of it that a section has. */
function windowCost({ size, unpacked = false }: BaseSize, length: number): number {
  return unpacked ? size : Math.min(length, size);
}

/** For each content its base, and with the first content that names it those behind it that no content names. */
function materialOf(contents: readonly ContentSize[], baseCount: number): Map<number, readonly number[]> {
  const named = new Set(contents.map(({ base }) => base));
  const unnamedFrom = (first: number): number[] => {
    const near: number[] = [];
    for (let next = first; next < baseCount && !named.has(next); next++) near.push(next);
    return near;
  };
  const material = new Map<number, readonly number[]>();
  const placed = new Set<number>();
  for (const [index, { size, base }] of contents.entries()) {
    if (size === 0) continue;
    const before = material.size === 0 ? unnamedFrom(0) : [];
    const behind = base === undefined || placed.has(base) ? [] : unnamedFrom(base + 1);
    if (base !== undefined) placed.add(base);
    material.set(index, [...(base === undefined ? [] : [base]), ...behind, ...before]);
  }
  return material;
}

class OpenSection implements SectionPlan {
  readonly contents: Piece[] = [];
  readonly bases: Piece[] = [];
  contentLength = 0;
  baseLength = 0;
  readonly #known = new Set<number>();

  get isFull(): boolean {
    return this.bases.length >= pieceLimit / 2;
  }

  addContent(piece: Piece): void {
    this.contents.push(piece);
    this.contentLength += piece.length;
  }

  /** Once each, and only what fits. */
  addBase(index: number, size: number, limit: number, allowance: BaseAllowance): void {
    if (size === 0 || this.#known.has(index) || this.baseLength + size > limit) return;
    if (this.bases.length === pieceLimit || !allowance.affords(size)) return;
    allowance.spendBase(size);
    this.#known.add(index);
    this.bases.push({ index, offset: 0, length: size });
    this.baseLength += size;
  }
}

/**
 * Sections of one content: parts half as long as their windows of the base, so that what moved by a quarter is still found. They leave
 * no room for bases that no content names.
 */
async function cut(
  index: number,
  size: number,
  base: number | undefined,
  older: BaseSize,
  length: number,
  align: Align,
  allowance: BaseAllowance,
): Promise<SectionPlan[]> {
  const partLength = base === undefined ? length : Math.ceil(length / 2);
  const windowLength = Math.min(length, older.size);
  const cost = windowCost(older, length);
  const starts = base === undefined ? [] : await align(index, base, partLength, windowLength);
  const plans: SectionPlan[] = [];
  for (let offset = 0; offset < size; offset += partLength) {
    const start = starts[plans.length];
    const contents = [{ index, offset, length: Math.min(partLength, size - offset) }];
    if (base === undefined || start === undefined || !allowance.affords(cost)) {
      plans.push({ contents, bases: [] });
      continue;
    }
    allowance.spendBase(cost);
    allowance.spendSections(2);
    plans.push({ contents, bases: [{ index: base, offset: start, length: windowLength }] });
  }
  return plans;
}
