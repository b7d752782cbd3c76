import { rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { BlockPackError, type Bytes, type Descriptor, Measure } from '@block-pack/core';
import { diskError } from '../disk-error.ts';
import { Draft, draftPrefix, syncDirectory } from '../draft.ts';
import { makeDirectory } from '../make-directory.ts';
import { statsAt } from '../target-file.ts';
import { giveTurn } from '../turn.ts';
import { type OpenParts, openPartFiles, openParts } from './open-parts.ts';
import { encodePartList, leastListSize } from './part-list.ts';
import { mostParts, partPath } from './part-names.ts';

/** A file in parts, none of which has a name yet: they get them when all are there, or go away. */
export class PartsDraft {
  readonly #target: string;
  readonly #partSize: number;
  readonly #drafts: Draft[] = [];
  readonly #whole: Descriptor[] = [];
  #measure = new Measure();
  #named = 0;

  /**
   * @param target what the names of all parts begin with; its directory is made where it lacks
   * @param partSize bytes that no part may be larger than
   * @throws OUTPUT_REFUSED where something has that very name: readers would take it instead; USAGE for a size that holds no list
   */
  constructor(target: string, partSize: number) {
    this.#target = target;
    this.#partSize = partSize;
    if (partSize < leastListSize) throw this.#tooSmall();
    if (statsAt(target, 'write') !== undefined) throw isTaken(target);
  }

  /**
   * To be called once.
   * @returns bytes of all parts
   * @throws USAGE for parts that are too small for so many bytes, OUTPUT_REFUSED, DISK_FULL
   */
  async write(content: Bytes): Promise<number> {
    try {
      makeDirectory(dirname(this.#target));
      this.#begin();
      for await (const chunk of content) await this.#add(chunk);
      const list = await this.#end();
      return this.#whole.reduce((sum, { size }) => sum + size, list.length);
    } catch (error) {
      throw diskError(error, 'OUTPUT_REFUSED', 'write', this.#target);
    }
  }

  async #add(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#measure.size === this.#partSize) await this.#next();
      const piece = chunk.subarray(at, at + this.#partSize - this.#measure.size);
      this.#measure.add(piece);
      await this.#drafts.at(-1)?.writeLater(piece);
      at += piece.length;
    }
    await giveTurn();
  }

  async #end(): Promise<Uint8Array> {
    const last = this.#measured();
    const list = encodePartList([...this.#whole, last]);
    if (last.size + list.length <= this.#partSize) {
      this.#whole.push(last);
      this.#drafts.at(-1)?.write(list);
      await this.#settle();
      return list;
    }
    if (last.size === 0) throw this.#tooSmall();
    await this.#settle();
    this.#whole.push(last);
    this.#begin();
    return this.#end();
  }

  async #next(): Promise<void> {
    this.#whole.push(this.#measured());
    await this.#settle();
    this.#begin();
  }

  #measured(): Descriptor {
    const { size } = this.#measure;
    return { size, digest: this.#measure.digest() };
  }

  #begin(): void {
    if (this.#drafts.length === mostParts) throw this.#tooSmall();
    this.#drafts.push(new Draft(dirname(this.#target), draftPrefix));
    this.#measure = new Measure();
  }

  async #settle(): Promise<void> {
    await this.#drafts.at(-1)?.settle(0o666 & ~process.umask());
  }

  /** What was written, before it has its names. */
  open(): Promise<OpenParts> {
    return openPartFiles(this.#target, new Map(this.#drafts.map(({ path }, at) => [at + 1, path])));
  }

  /** Whatever had the names before is replaced; parts of an older file that had more of them go. The last one, which has the list, comes last. */
  async name(): Promise<readonly string[]> {
    const older = await countOlder(this.#target);
    try {
      for (const draft of this.#drafts) {
        draft.rename(partPath(this.#target, this.#named + 1));
        this.#named++;
      }
      for (let number = this.#named + 1; number <= older; number++)
        rmSync(partPath(this.#target, number), { force: true });
      syncDirectory(dirname(this.#target));
      return this.#drafts.map((_, at) => partPath(this.#target, at + 1));
    } catch (error) {
      throw diskError(error, 'OUTPUT_REFUSED', 'write', this.#target);
    }
  }

  /** Removes what has no name, and what has one while others have none. Afterwards, or once all are named, it does nothing. */
  discard(): void {
    if (this.#named === this.#drafts.length) return;
    for (const draft of this.#drafts) draft.discard();
    for (let number = this.#named; number > 0; number--)
      rmSync(partPath(this.#target, number), { force: true });
    this.#drafts.length = 0;
    this.#named = 0;
  }

  #tooSmall(): BlockPackError {
    return new BlockPackError(
      'USAGE',
      `Parts of ${this.#partSize} bytes are too small for ${basename(this.#target)}`,
      {
        hint: `There can be ${mostParts} parts, and the last one lists them all, each in up to 90 bytes: choose larger ones.`,
        details: { partSize: this.#partSize },
      },
    );
  }
}

/** How many parts a file has that has these names by now; none where they are no whole file. */
async function countOlder(target: string): Promise<number> {
  try {
    const older = await openParts(target);
    older.close();
    return older.count;
  } catch (error) {
    if (error instanceof BlockPackError) return 0;
    throw error;
  }
}

function isTaken(path: string): BlockPackError {
  return new BlockPackError(
    'OUTPUT_REFUSED',
    `${path} is there already, and would be taken for what is in the parts`,
    {
      hint: `Remove it, or choose another name: the parts are called ${basename(partPath(path, 1))} and so on.`,
      details: { path },
    },
  );
}
