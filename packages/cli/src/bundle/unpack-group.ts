import {
  type BundleBase,
  type BundleGroup,
  type Bytes,
  checkSignal,
  type Digest,
  mixedBytes,
  randomAccessOf,
} from '@block-pack/core';
import { type GroupBlock, readGroup, unpackContents } from '@block-pack/delta';
import type { ApplyOptions } from './apply-bundle.ts';
import type { MadeFor } from './made-for.ts';
import { ofSize } from './of-size.ts';
import { baseText, prerequisitesMissing } from './prerequisites.ts';

export interface UnpackOptions extends ApplyOptions {
  /** The bundle's list, for messages. */
  readonly madeFor: MadeFor;
  /** Called with bytes that are made, as they are. */
  onBytes(bytes: number): void;
  /** Called with an object that is there now. */
  onKept?(object: Digest): void;
}

/**
 * Makes the objects of a group in the scratch directory.
 * @param payload what the group has of the bundle's payload
 * @throws BLOB_MISSING for a base that is not there, BUNDLE_INVALID, DELTA_INVALID, DIGEST_MISMATCH
 */
export async function unpackGroup(group: BundleGroup, payload: Bytes, options: UnpackOptions): Promise<void> {
  const { objects } = group;
  const { scratch, context } = options;
  checkSignal(context.signal);
  const keep = async (at: number, content: Bytes): Promise<void> => {
    const object = objects[at];
    if (object === undefined) throw new RangeError(`no object ${at}`);
    await scratch.write(ofSize(content, object, options), object.digest);
    options.onKept?.(object.digest);
  };
  if (group.encoding === 'raw') return keep(0, payload);
  if (group.encoding === 'brotli') return keep(0, unpackContents(payload, objects[0]?.size ?? 0));
  await readGroup(payload, openBases(group.bases, options), {
    ...group,
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
