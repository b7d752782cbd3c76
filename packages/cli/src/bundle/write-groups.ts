import {
  type BundleGroup,
  blobMissing,
  bytesOf,
  checkSignal,
  type Digest,
  earlierVersions,
  type Import,
  importKind,
  randomAccessOf,
  readRange,
} from '@block-pack/core';
import { besideLikes, type GroupBlock, packContents, type WrittenGroup, writeGroup } from '@block-pack/delta';
import { byteSize } from '../byte-size.ts';
import type { Held } from './held.ts';
import type { BundleSources } from './make-bundle.ts';
import type { NewObjects } from './new-objects.ts';
import {
  blockSearch,
  oldestFirst,
  planInSteps,
  planTogether,
  planVersions,
  type StepSearch,
  type Steps,
} from './plan-steps.ts';
import { textSearch } from './text-search.ts';

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

/** What travels, and how. */
export interface WrittenGroups {
  readonly groups: readonly PackedGroup[];
  readonly blocks: readonly Sent[];
}

/**
 * The smallest of what can be made of the objects, by making it. Payloads are kept in the scratch directory. What several pasts have in common is
 * tried as bases, and as well steps from one past to the next.
 */
export async function writeGroups(objects: NewObjects, sources: BundleSources): Promise<WrittenGroups> {
  const pasts = await oldestFirst(sources.pasts, objects.blocks);
  const texts = await smallestSteps('texts', objects.texts, {
    count: pasts.length,
    search: await textSearch(pasts),
    // Together they are packed as well as one against another.
    earlier: () => [],
    open: async ({ text, digest }) => ({ kind: 'file', digest, content: randomAccessOf(text) }),
    sources,
  });
  const blocks = await smallestSteps('blocks', objects.blocks, {
    count: pasts.length,
    search: await blockSearch(pasts),
    earlier: earlierVersions,
    open: (line) => openBlock(line, pasts, sources),
    sources,
  });
  return { groups: [...texts.groups, ...blocks.groups], blocks: blocks.sent };
}

/** How objects of one kind are planned and read. */
interface Objects<T> {
  /** Of pasts. */
  readonly count: number;
  readonly search: StepSearch<T>;
  /** For each object the one before it that it may be written against. */
  earlier(objects: readonly T[]): readonly (T | undefined)[];
  open(object: T): Promise<Like>;
  readonly sources: BundleSources;
}

interface WrittenSteps {
  readonly groups: readonly PackedGroup[];
  readonly sent: readonly Sent[];
}

/** A step has four groups, and more only for 64 MiB each; versions add some: so they are hardly more than half of those that a reader takes whatever they bring. */
const mostSteps = 32;

async function smallestSteps<T>(
  holds: BundleGroup['holds'],
  wanted: readonly T[],
  objects: Objects<T>,
): Promise<WrittenSteps> {
  const together = await writeSteps(holds, planTogether(wanted, objects.search), objects);
  if (objects.count < 2 || objects.count > mostSteps) return together;
  const steps = await planInSteps(wanted, objects.count, objects.search);
  if (steps.slice(0, -1).every((step) => step.length === 0)) return together;
  const inSteps = await writeSteps(holds, steps, objects);
  return sizeOf(inSteps.groups) < sizeOf(together.groups) ? inSteps : together;
}

async function writeSteps<T>(
  holds: BundleGroup['holds'],
  steps: Steps<T>,
  { earlier, open, sources }: Objects<T>,
): Promise<WrittenSteps> {
  const groups: PackedGroup[] = [];
  const all: Sent[] = [];
  for (const step of planVersions(steps, earlier)) {
    const sent: Sent[] = [];
    for (const { object, base } of step)
      sent.push({ ...(await open(object)), likes: base === undefined ? [] : [await open(base)] });
    groups.push(...(await smallest(holds, sent, sources)));
    all.push(...sent);
  }
  return { groups, sent: all };
}

/** Out of the scratch directory, where it is brought if it is not there yet. */
async function openBlock(line: Import, pasts: readonly Held[], { scratch }: BundleSources): Promise<Like> {
  const { digest } = line;
  if (!(await scratch.has(digest))) {
    const past = await firstThatHas(pasts, digest);
    if (past === undefined) throw blobMissing(digest, 'the images of the site');
    await scratch.write(past.read(digest), digest);
  }
  return { kind: importKind(line), line, digest, content: scratch.access(digest) };
}

async function firstThatHas(pasts: readonly Held[], digest: Digest): Promise<Held | undefined> {
  for (const past of pasts) if (await past.has(digest)) return past;
  return undefined;
}

/** Bytes of blocks that resemble none up to which they are compared with everything; more take long, and find little. */
const comparedSize = 8 << 20;

/** All that have older ones in one group, and with them a few others; the rest in another. A group is kept where it is smaller than its parts alone. */
async function smallest(
  holds: BundleGroup['holds'],
  sent: readonly Sent[],
  sources: BundleSources,
): Promise<PackedGroup[]> {
  const others = sent.filter(({ likes }) => likes.length === 0);
  const isFew = others.reduce((sum, { content }) => sum + content.size, 0) <= comparedSize;
  const hasOlder = others.length < sent.length;
  const parts = hasOlder && isFew ? [sent] : [sent.filter(({ likes }) => likes.length > 0), others];
  const groups: PackedGroup[] = [];
  for (const part of parts) {
    if (part.length === 0) continue;
    const encoding = part.some(({ likes }) => likes.length > 0) ? 'delta' : 'typed';
    const ordered = encoding === 'typed' ? await besideLikes(part) : part;
    for (const run of inRuns(ordered)) groups.push(...(await smaller(holds, run, encoding, sources)));
  }
  return groups;
}

/** A group, or its objects one by one where these are smaller. */
async function smaller(
  holds: BundleGroup['holds'],
  sent: readonly Sent[],
  encoding: 'delta' | 'typed',
  sources: BundleSources,
): Promise<PackedGroup[]> {
  const together = await writeTogether(holds, sent, encoding, sources);
  const most = sizeOf([together]) * 1.25;
  const quick = await writeAlone(holds, sent, sources, { quality: quickQuality, most });
  if (sizeOf(quick) > most) return [together];
  // What does not shrink at all does not at any quality.
  const isPacked = quick.every(({ group }) => group.encoding === 'raw');
  const alone = isPacked ? quick : await writeAlone(holds, sent, sources);
  return sizeOf(alone) < sizeOf([together]) ? alone : [together];
}

/** Bytes of objects in one group. It bounds what a reader holds of archives; larger groups are hardly smaller, since brotli looks back 16 MB. */
const groupSize = 128 << 20;

/** The objects in their order, about as many bytes in each run. */
export function inRuns<T extends Pick<GroupBlock, 'content'>>(sent: readonly T[]): T[][] {
  const total = sent.reduce((sum, { content }) => sum + content.size, 0);
  const most = total / Math.ceil(total / groupSize);
  const runs: T[][] = [[]];
  let filled = 0;
  for (const one of sent) {
    if (filled >= most) {
      runs.push([]);
      filled = 0;
    }
    runs.at(-1)?.push(one);
    filled += one.content.size;
  }
  return runs;
}

/** Bytes of a bundle. */
export function sizeOf(groups: readonly PackedGroup[]): number {
  return groups.reduce((sum, { group }) => sum + group.payload, 0);
}

/** All objects in one group. */
export async function writeTogether(
  holds: BundleGroup['holds'],
  sent: readonly SentObject[],
  encoding: 'delta' | 'typed',
  { scratch, context, isSmallest }: Pick<BundleSources, 'scratch' | 'context' | 'isSmallest'>,
): Promise<PackedGroup> {
  const likes = sent.flatMap((one) => one.likes);
  const bases = [...new Map(likes.map((like) => [like.digest, like])).values()];
  const places = new Map(bases.map(({ digest }, at) => [digest, at]));
  const blocks = sent.map((one) => {
    return { ...one, bases: one.likes.flatMap(({ digest }) => places.get(digest) ?? []) };
  });
  const written = await writeGroup(blocks, bases, encoding, {
    signal: context.signal,
    keepInner: (inner) => scratch.keep(inner),
    mostMixed: isSmallest ? smallestMixing : undefined,
    quality: isSmallest ? bestQuality : undefined,
    onProgress: (bytes, total) =>
      context.progress.show(`comparing ${holds}, ${byteSize(bytes)} of ${byteSize(total)}`),
  });
  const { digest, size } = await scratch.write(written.payload);
  const encoded = written.usedEncoding();
  const group: BundleGroup = {
    holds,
    payload: size,
    ...(encoded === 'inflated' ? { encoding: encoded } : { encoding: encoded, ...mixedIn(written) }),
    skeleton: written.skeleton,
    bases: bases.map((base) => ({ digest: base.digest, size: base.content.size, kind: base.kind })),
    objects: sent.map((one, at) => {
      const { apart, bases } = written.blocks[at] ?? { apart: false, bases: [] };
      return { ...described(one), apart, bases: [...bases] };
    }),
  };
  return { group, payload: digest };
}

/** Bytes of streams of a group that are mixed where time to apply does not count: up to a minute of it. */
const smallestMixing = 2 ** 24;

/** Brotli's. Contents that resemble none are 2 to 3 % smaller with it, in twice the time. */
const bestQuality = 11;

function mixedIn(written: WrittenGroup): { readonly mixed?: number } {
  const mixed = written.mixed();
  return mixed === 0 ? {} : { mixed };
}

function described({ digest, content: { size }, kind }: SentObject) {
  return { digest, size, kind };
}

/** Above this many bytes the best quality takes minutes and saves little. */
const bestQualityBelow = 4 << 20;

/** Tells at a twentieth of the time whether the best quality could win: it is smaller by a fifth at most. */
const quickQuality = 5;

interface AloneOptions {
  /** Brotli's; the best that is worth its time unless said. */
  readonly quality?: number;
  /** Bytes above which it stops, without the rest of the objects. */
  readonly most?: number;
}

async function writeAlone(
  holds: BundleGroup['holds'],
  sent: readonly Sent[],
  { scratch, context }: BundleSources,
  { quality: fixedQuality, most = Number.POSITIVE_INFINITY }: AloneOptions = {},
): Promise<PackedGroup[]> {
  const groups: PackedGroup[] = [];
  let sum = 0;
  for (const one of sent) {
    if (sum > most) break;
    checkSignal(context.signal);
    const objects = [{ ...described(one), apart: false, bases: [] }];
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
