import {
  type BundleBase,
  type BundleGroup,
  type Bytes,
  checkSignal,
  type Digest,
  mixedBytes,
  randomAccessOf,
} from '@block-pack/core';
import {
  type GroupBlock,
  GroupThreads,
  type ReadGroupOptions,
  readGroup,
  unpackContents,
} from '@block-pack/delta';
import type { ApplyOptions } from './apply-bundle.ts';
import type { MadeFor } from './made-for.ts';
import { ofSize } from './of-size.ts';
import { basesOf, baseText, prerequisitesMissing } from './prerequisites.ts';

export interface UnpackOptions extends ApplyOptions {
  /** The bundle's list, for messages. */
  readonly madeFor: MadeFor;
  /** Called with bytes that are made, as they are. */
  onBytes(bytes: number): void;
  /** Called with an object that is there now. */
  onKept?(object: Digest): void;
}

/** Where a group stands among others. */
type GroupTurn = Required<Pick<ReadGroupOptions, 'threads' | 'turn' | 'onRead'>>;

/**
 * Makes the objects of groups in the scratch directory, one group after the other. While the last blocks of one are deflated the next one is begun, if all that it
 * is written against has been made; what is wrong with it is said at its turn.
 * @param payloadOf what a group has of the bundle's payload
 * @throws BLOB_MISSING for a base that is not there, BUNDLE_INVALID, DELTA_INVALID, DIGEST_MISMATCH
 */
export async function unpackGroups(
  groups: readonly BundleGroup[],
  payloadOf: (group: BundleGroup) => Bytes,
  options: UnpackOptions,
): Promise<void> {
  const threads = new GroupThreads();
  const begun: Promise<void>[] = [];
  let turn: Promise<void> = Promise.resolve();
  try {
    for (const group of groups) {
      if (!(await areThere(basesOf(group), options))) await turn;
      let onRead = (): void => {};
      const isRead = new Promise<void>((resolve) => {
        onRead = resolve;
      });
      const made = unpackGroup(group, payloadOf(group), options, { threads, turn, onRead });
      begun.push(made);
      await Promise.race([isRead, made]);
      turn = made;
    }
    await turn;
  } finally {
    await Promise.allSettled(begun);
    await threads.close();
  }
}

async function areThere(bases: readonly BundleBase[], { scratch }: UnpackOptions): Promise<boolean> {
  for (const { digest } of bases) if (!(await scratch.has(digest))) return false;
  return true;
}

async function unpackGroup(
  group: BundleGroup,
  payload: Bytes,
  options: UnpackOptions,
  turn: GroupTurn,
): Promise<void> {
  const { objects } = group;
  const { scratch, context } = options;
  checkSignal(context.signal);
  const keep = async (at: number, content: Bytes): Promise<void> => {
    const object = objects[at];
    if (object === undefined) throw new RangeError(`no object ${at}`);
    await scratch.write(ofSize(content, object, options), object.digest);
    options.onKept?.(object.digest);
  };
  if (group.encoding === 'raw' || group.encoding === 'brotli') await turn.turn;
  if (group.encoding === 'raw') return keep(0, payload);
  if (group.encoding === 'brotli') return keep(0, unpackContents(payload, objects[0]?.size ?? 0));
  await readGroup(payload, openBases(group.bases, options), {
    ...group,
    ...turn,
    mixed: mixedBytes(group),
    blocks: objects,
    keep,
    keepInner: (inner) => scratch.keep(inner),
  });
}

async function* openBases(bases: readonly BundleBase[], options: UnpackOptions): AsyncGenerator<GroupBlock> {
  for (const base of bases) yield { kind: base.kind, content: await openBase(base, options) };
}

/** A base is read in pieces: out of memory where it is a text, else out of a file. */
async function openBase(
  base: BundleBase,
  { held, scratch, name, madeFor }: UnpackOptions,
): Promise<GroupBlock['content']> {
  const { digest } = base;
  const text = held.texts.get(digest);
  if (text !== undefined) return randomAccessOf(text.bytes);
  if (!(await scratch.has(digest))) {
    if (!(await held.has(digest)))
      throw prerequisitesMissing(new Map([[digest, baseText(base)]]), madeFor, { name, held });
    await scratch.bring(held, digest);
  }
  return scratch.access(digest);
}
