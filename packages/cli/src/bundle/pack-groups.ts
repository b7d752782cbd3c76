import {
  type BundleGroup,
  bytesOf,
  checkSignal,
  type Digest,
  type Import,
  readRange,
} from '@block-pack/core';
import {
  type GroupBlock,
  packContents,
  type TypedLanes,
  type WrittenGroup,
  writeGroup,
} from '@block-pack/delta';
import type { Compared } from './compared.ts';
import type { BundleSources } from './make-bundle.ts';

/** Something to be sent: a block, an import manifest or the tar of a layer, and older ones that it is written against. */
export interface SentObject extends GroupBlock {
  readonly digest: Digest;
  readonly likes: readonly Like[];
}

/** A block or an import manifest. */
export interface Sent extends SentObject {
  /** Undefined for an import manifest. */
  readonly line?: Import;
}

export interface Like extends GroupBlock {
  readonly digest: Digest;
  readonly line?: Import;
}

/** A group as the list has it, and its bytes, which lie in the scratch directory. */
export interface PackedGroup {
  readonly group: BundleGroup;
  readonly payload: Digest;
}

/** Bytes of a bundle. */
export function sizeOf(groups: readonly PackedGroup[]): number {
  return groups.reduce((sum, { group }) => sum + group.payload, 0);
}

/** What groups are written with. */
export interface GroupSources
  extends Pick<BundleSources, 'scratch' | 'context' | 'isSmallest' | 'groupSize'> {
  readonly compared: Compared;
  /** Where typed groups are packed that follow one another. */
  readonly lanes?: TypedLanes;
}

/** All objects in one group. */
export async function writeTogether(...group: Parameters<typeof openTogether>): Promise<PackedGroup> {
  const { pack } = await openTogether(...group);
  return pack();
}

/** A group whose objects were looked through. */
export interface OpenedGroup {
  /** To be called once. */
  pack(): Promise<PackedGroup>;
  /** When all is read, and other threads pack the last of it. */
  readonly allRead: Promise<void>;
}

/** Looks through the objects of a group that has older ones, which this thread does; those of any other are looked through while other threads pack. */
export async function openTogether(
  holds: BundleGroup['holds'],
  sent: readonly SentObject[],
  encoding: 'delta' | 'typed',
  { scratch, context, isSmallest, compared, lanes }: GroupSources,
): Promise<OpenedGroup> {
  const likes = sent.flatMap((one) => one.likes);
  const bases = [...new Map(likes.map((like) => [like.digest, like])).values()];
  const places = new Map(bases.map(({ digest }, at) => [digest, at]));
  const blocks = sent.map((one) => {
    return { ...one, bases: one.likes.flatMap(({ digest }) => places.get(digest) ?? []) };
  });
  const size = contentSize(sent);
  let atEnd = () => {};
  const allRead = new Promise<void>((resolve) => {
    atEnd = resolve;
  });
  const count = compared.ofGroup(size);
  const writing = await writeGroup(blocks, bases, encoding, {
    signal: context.signal,
    keepInner: (inner) => scratch.keep(inner),
    mostMixed: isSmallest ? smallestMixing : undefined,
    quality: isSmallest ? bestQuality : undefined,
    mixesValues: isSmallest,
    lanes,
    onProgress: (bytes, total) => {
      count((size * bytes) / Math.max(total, 1));
      if (bytes === total) atEnd();
    },
    onStage: ({ deed, bytes }) => compared.tell(deed, bytes),
  });
  const pack = async (): Promise<PackedGroup> => {
    const { digest, size: payload } = await scratch.write(writing.payload);
    count(size);
    const written = writing.written();
    const { encoding: encoded } = written;
    const group: BundleGroup = {
      holds,
      payload,
      ...(encoded === 'inflated' ? { encoding: encoded } : { encoding: encoded, ...mixedIn(written) }),
      skeleton: written.skeleton,
      bases: bases.map((base) => ({ digest: base.digest, size: base.content.size, kind: base.kind })),
      objects: sent.map((one, at) => {
        const { apart, bases } = written.blocks[at] ?? { apart: false, bases: [] };
        return { ...described(one), apart, bases: [...bases] };
      }),
    };
    return { group, payload: digest };
  };
  return { pack, allRead };
}

/** Bytes of objects. */
export function contentSize(objects: readonly Pick<GroupBlock, 'content'>[]): number {
  return objects.reduce((sum, { content }) => sum + content.size, 0);
}

/** Bytes of streams of a group that are mixed where time to apply does not count: up to a minute of it. */
const smallestMixing = 2 ** 24;

/** Brotli's. Contents that resemble none are 2 to 3 % smaller with it, in twice the time. */
const bestQuality = 11;

function mixedIn({ mixed }: WrittenGroup): { readonly mixed?: number } {
  return mixed === 0 ? {} : { mixed };
}

function described({ digest, content: { size }, kind }: SentObject) {
  return { digest, size, kind };
}

/** Above this many bytes the best quality takes minutes and saves little. */
const bestQualityBelow = 4 << 20;

/** Fewer bytes are packed at once, as far as people see. */
const leastTold = 4 << 20;

interface AloneOptions {
  /** Brotli's; the best that is worth its time unless said. */
  readonly quality?: number;
  /** Bytes above which it stops, without the rest of the objects. */
  readonly most?: number;
}

/** Each object in a group of its own, packed or as it is. */
export async function writeAlone(
  holds: BundleGroup['holds'],
  sent: readonly Sent[],
  { scratch, context, compared }: GroupSources,
  { quality: fixedQuality, most = Number.POSITIVE_INFINITY }: AloneOptions = {},
): Promise<PackedGroup[]> {
  const groups: PackedGroup[] = [];
  let sum = 0;
  for (const one of sent) {
    if (sum > most) break;
    checkSignal(context.signal);
    const objects = [{ ...described(one), apart: false, bases: [] }];
    if (one.content.size >= leastTold) compared.tell('packing alone', one.content.size);
    const quality = fixedQuality ?? (one.content.size <= bestQualityBelow ? bestQuality : 9);
    const { digest, size } = await scratch.write(packContents(readRange(one.content), { quality }));
    const isSmaller = size < one.content.size;
    const encoding = isSmaller ? 'brotli' : 'raw';
    const payload = isSmaller ? size : one.content.size;
    sum += payload;
    groups.push({
      group: { holds, payload, encoding, objects },
      payload: isSmaller ? digest : one.digest,
    });
    if (holds === 'texts')
      await scratch.write(bytesOf(await one.content.read(0, one.content.size)), one.digest);
  }
  return groups;
}
