import { randomUUID } from 'node:crypto';
import { closeSync, openSync, statSync, unlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { names } from './blob-files.ts';
import { errnoOf } from './disk-error.ts';
import type { StoreLayout } from './layout.ts';

/** Milliseconds between two signs of life. */
const heartbeat = 10_000;

/** Milliseconds without a sign of life after which the owner is taken for dead. */
const lapsesAfter = 600_000;

/**
 * Says that somebody works with the store: what was used since the lease began is not collected while it lasts.
 * It is a file whose name holds the time of its beginning and whose mtime is the last sign of life.
 */
export class Lease {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();

  constructor(layout: StoreLayout) {
    this.#path = join(layout.leases, `${Date.now()}-${randomUUID()}`);
    closeSync(openSync(this.#path, 'wx', 0o644));
    this.#timer = setInterval(() => this.#beat(), heartbeat);
    // A process that has nothing else to do ends.
    this.#timer.unref();
  }

  /** Gives a sign of life where one is due; for work that lets no timer through. */
  keepAlive(): void {
    if (performance.now() - this.#last > heartbeat) this.#beat();
  }

  #beat(): void {
    this.#last = performance.now();
    const now = new Date();
    try {
      utimesSync(this.#path, now, now);
    } catch {
      // It has lapsed: `check` tells whoever depends on it.
    }
  }

  /**
   * To be called after what the lease protected has become reachable by a tag. A computer that slept longer than a lease lasts may find its
   * lease, and blobs it counted on, collected.
   * @throws STORE_UNUSABLE
   */
  check(): void {
    if (statSync(this.#path, { throwIfNoEntry: false }) !== undefined) return;
    throw new BlockPackError(
      'STORE_UNUSABLE',
      `The lease ${this.#path} has lapsed, so the store may have collected what it protected`,
      { hint: 'This happens when the computer sleeps in the middle of a run. Run again.' },
    );
  }

  /** Ends the lease; the second time it does nothing. */
  release(): void {
    clearInterval(this.#timer);
    removeLease(this.#path);
  }
}

/**
 * Milliseconds since 1970 when the oldest living lease began.
 * @param end removes the lapsed ones, so that their owners, should they wake up, see that they have lapsed
 */
export function oldestLease(layout: StoreLayout, now: number, end: boolean): number {
  let oldest = Number.POSITIVE_INFINITY;
  for (const name of names(layout.leases)) {
    const path = join(layout.leases, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    const lapsed = stats.mtimeMs < now - lapsesAfter;
    if (lapsed && end) removeLease(path);
    if (!lapsed) oldest = Math.min(oldest, Number.parseInt(name, 10) || stats.birthtimeMs);
  }
  return oldest;
}

function removeLease(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
