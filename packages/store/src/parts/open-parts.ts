import { basename } from 'node:path';
import {
  BlockPackError,
  concat,
  type Descriptor,
  type Digest,
  Measure,
  type RandomAccess,
  readRange,
} from '@block-pack/core';
import { type OpenFile, openFile } from '../open-file.ts';
import { giveTurn } from '../turn.ts';
import { listEndSize, listLength, parsePartList } from './part-list.ts';
import { partNumbers, partPath } from './part-names.ts';

/** A file in parts, read as if it were whole, until it is closed. */
export interface OpenParts {
  /** Without the list at the end. Nothing is checked here. */
  readonly bytes: RandomAccess;
  /** How many parts there are. */
  readonly count: number;
  /**
   * Reads every part once, to name the one that is damaged where what they make together is found to be.
   * @throws BUNDLE_INVALID
   */
  check(): Promise<void>;
  close(): void;
}

/**
 * Opens all parts of a file. Their sizes are checked, their contents are not.
 * @param target the path that they share, without numbers
 * @throws INPUT_MISSING naming the parts that are not there, BUNDLE_INVALID, INPUT_UNREADABLE
 */
export async function openParts(target: string): Promise<OpenParts> {
  const numbers = partNumbers(target);
  return openPartFiles(target, new Map(numbers.map((number) => [number, partPath(target, number)])));
}

/** @param paths where the parts lie, by their numbers; those behind the one that ends with a list belong to something else */
export async function openPartFiles(target: string, paths: ReadonlyMap<number, string>): Promise<OpenParts> {
  const files = new Map<number, OpenFile>();
  const close = () => {
    for (const file of files.values()) file.close();
  };
  try {
    let list: readonly Descriptor[] | undefined;
    for (const [number, path] of paths) {
      const file = openFile(path);
      files.set(number, file);
      list = await listIn(file, path);
      if (list !== undefined) break;
    }
    const parts = partsOf(target, list, files);
    return { bytes: new JoinedBytes(parts), count: parts.length, check: () => checkParts(parts), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** One part without the list. */
interface OpenPart extends Descriptor {
  readonly path: string;
  readonly source: RandomAccess;
}

async function listIn({ bytes }: OpenFile, path: string): Promise<readonly Descriptor[] | undefined> {
  if (bytes.size < listEndSize) return undefined;
  const length = listLength(await bytes.read(bytes.size - listEndSize, listEndSize));
  if (length === undefined || length > bytes.size) return undefined;
  const list = parsePartList(await bytes.read(bytes.size - length, length));
  if (list === undefined) throw partInvalid(path, 'the list of parts at its end is damaged');
  const last = list.at(-1)?.size ?? 0;
  if (last + length !== bytes.size)
    throw partInvalid(path, `it has ${bytes.size} bytes, expected ${last + length}`);
  return list;
}

function partsOf(
  target: string,
  list: readonly Descriptor[] | undefined,
  files: ReadonlyMap<number, OpenFile>,
): readonly OpenPart[] {
  const numbers = [...files.keys()];
  const last = numbers.at(-1) ?? 0;
  if (list === undefined) throw endMissing(target, numbers, last);
  if (list.length !== last)
    throw partInvalid(partPath(target, last), `its list says that it is number ${list.length}`);
  const missing = list.map((_, at) => at + 1).filter((number) => !files.has(number));
  if (missing.length > 0) throw partsMissing(target, missing, `it has ${list.length} parts`);
  return list.map(({ digest, size }, at) => {
    const path = partPath(target, at + 1);
    const source = files.get(at + 1)?.bytes ?? empty;
    if (at + 1 < last && source.size !== size)
      throw partInvalid(path, `it has ${source.size} bytes, expected ${size}`);
    return { path, source, digest, size };
  });
}

const empty: RandomAccess = { size: 0, read: async () => new Uint8Array() };

class JoinedBytes implements RandomAccess {
  readonly size: number;
  readonly #parts: readonly OpenPart[];

  constructor(parts: readonly OpenPart[]) {
    this.#parts = parts;
    this.size = parts.reduce((sum, { size }) => sum + size, 0);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (offset < 0 || length < 0 || offset + length > this.size)
      throw new RangeError(`read past the end: ${offset}+${length} of ${this.size}`);
    const pieces: Uint8Array[] = [];
    let start = 0;
    for (const { source, size } of this.#parts) {
      const from = Math.max(offset - start, 0);
      const to = Math.min(offset + length - start, size);
      if (from < to) pieces.push(await source.read(from, to - from));
      start += size;
    }
    return concat(pieces, length);
  }
}

async function checkParts(parts: readonly OpenPart[]): Promise<void> {
  for (const { path, source, digest, size } of parts) {
    const seen = await digestOfStart(source, size);
    if (seen !== digest)
      throw partInvalid(path, `its digest is ${seen}, and the list in the last part says ${digest}`);
  }
}

async function digestOfStart(source: RandomAccess, size: number): Promise<Digest> {
  const measure = new Measure();
  for await (const chunk of readRange(source, 0, size)) {
    measure.add(chunk);
    await giveTurn();
  }
  return measure.digest();
}

function endMissing(target: string, numbers: readonly number[], last: number): BlockPackError {
  const missing = Array.from({ length: last + 1 }, (_, at) => at + 1).filter(
    (number) => !numbers.includes(number),
  );
  const why =
    last === 0 ? 'there is none' : `${basename(partPath(target, last))} is not the last one, or is cut short`;
  return partsMissing(target, missing, why);
}

function partsMissing(target: string, missing: readonly number[], why: string): BlockPackError {
  const names = missing.map((number) => basename(partPath(target, number)));
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
  return new BlockPackError('INPUT_MISSING', `Of ${basename(target)}, parts are missing: ${shown}; ${why}`, {
    hint: 'Copy all parts into one directory, under the names that they were given.',
    details: { path: target, missing: names },
  });
}

function partInvalid(path: string, flaw: string): BlockPackError {
  return new BlockPackError(
    'BUNDLE_INVALID',
    `${basename(path)} is not the part that belongs there: ${flaw}`,
    {
      hint: 'Copy this part again, and see that all parts are of the same file.',
      details: { path },
    },
  );
}
