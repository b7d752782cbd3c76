import type { RandomAccess } from '@block-pack/core';
import type { Piece } from './pieces.ts';

/** What contents are compared with. */
export interface DifferenceBase extends RandomAccess {
  /** Whether all of it has to be unpacked for any part of it. */
  readonly unpacked?: boolean;
  /** Where it lies deflated, if it does. */
  deflated?(): DeflatedPlace | Promise<DeflatedPlace>;
}

export interface DeflatedPlace {
  readonly source: RandomAccess;
  readonly offset: number;
  readonly packedSize: number;
  /** That its content is said to have. */
  readonly crc32: number;
}

/** What a section costs whatever it makes: its streams may have so many bytes, and a little more. */
const sectionCost = 1 << 18;

/** What it costs to read a piece beside its bytes. */
const pieceCost = 1 << 12;

/**
 * What all sections of a difference may cost together: else one of a few kilobytes could ask for the same 64 MiB of base a thousand times,
 * for one new byte each. Part of the format, since a writer must stay below it.
 * @param size bytes that the difference makes
 */
export function allowedCost(size: number): number {
  return 2 ** 27 + 16 * size;
}

/** Bytes of its streams that may be mixed: a million of them take more than a second, and pack to nearly nothing where they are all alike. */
export function allowedMixing(size: number): number {
  return 2 ** 18 + size;
}

export function costOf(
  pieces: readonly Piece[],
  bases: readonly Pick<DifferenceBase, 'size' | 'unpacked'>[],
): number {
  return pieces.reduce((sum, { index, length }) => {
    const base = bases[index];
    return sum + (base?.unpacked === true ? base.size : length) + pieceCost;
  }, sectionCost);
}

/** What a plan may spend on bases, when enough is kept for the sections of contents that have none. */
export class BaseAllowance {
  #left: number;

  /** @param sectionLength bytes of content that a section may have */
  constructor(size: number, sectionLength: number) {
    this.#left = allowedCost(size) - sectionCost * (2 + 4 * Math.ceil(size / sectionLength));
  }

  /** Whether a base of so many bytes may be read, in a section of its own if need be. */
  affords(size: number): boolean {
    return size + pieceCost + 2 * sectionCost <= this.#left;
  }

  spendBase(size: number): void {
    this.#left -= size + pieceCost;
  }

  /** A section that is only begun because of its base; the one before it may be short for the same reason. */
  spendSections(count: number): void {
    this.#left -= count * sectionCost;
  }
}
