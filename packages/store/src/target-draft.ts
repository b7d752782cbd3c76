import { lstatSync, renameSync, rmdirSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { names } from './blob-files.ts';
import { errnoOf } from './disk-error.ts';
import { draftBeside, isDraft, syncDirectory } from './draft.ts';
import { removeTree } from './remove-tree.ts';

/** Milliseconds between two signs of life. */
const heartbeat = 60_000;

/** Milliseconds without a sign of life after which whoever made the draft is taken for dead. */
const staleAfter = 3_600_000;

/** The directory, beside the target, that is filled before it gets the target's name. */
export class TargetDraft {
  readonly path: string;
  readonly #target: string;
  readonly #timer: NodeJS.Timeout;

  constructor(target: string) {
    this.#target = target;
    this.path = draftBeside(target);
    this.#timer = keepAlive(this.path);
  }

  /** @throws TARGET_NOT_EMPTY when somebody else has filled the target meanwhile */
  publish(): void {
    clearInterval(this.#timer);
    try {
      // Only Windows needs this: it does not rename a directory onto an empty one.
      if (process.platform === 'win32' && statSync(this.#target, { throwIfNoEntry: false }))
        rmdirSync(this.#target);
      renameSync(this.path, this.#target);
    } catch (error) {
      const filled = ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errnoOf(error) ?? '');
      throw filled ? targetNotEmpty(this.#target, error) : error;
    }
    syncDirectory(dirname(this.#target));
  }

  discard(): void {
    clearInterval(this.#timer);
    removeTree(this.path);
  }
}

/** Gives signs of life for a draft, so that nobody removes it as stale, until the timer is cleared. */
export function keepAlive(path: string): NodeJS.Timeout {
  return setInterval(() => touch(path), heartbeat).unref();
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Gone: who fills it will see.
  }
}

/** Removes what killed runs have left in a directory, as far as it is ours to remove. */
export function removeStaleDrafts(directory: string): void {
  const before = Date.now() - staleAfter;
  for (const name of names(directory)) {
    const path = join(directory, name);
    try {
      // Of the two times, the one that nobody can set: a finished draft has the mtime of an image.
      if (isDraft(name) && lstatSync(path).ctimeMs < before) removeTree(path);
    } catch {
      // Another user's, or another run was quicker.
    }
  }
}

export function targetNotEmpty(target: string, cause?: unknown): BlockPackError {
  return new BlockPackError('TARGET_NOT_EMPTY', `${target} is there already and is not an empty directory`, {
    hint: 'Give a new or an empty directory; nothing is ever written into one that is in use.',
    details: { path: target },
    cause,
  });
}
