import {
  type BundleGroup,
  blobMissing,
  type Digest,
  earlierVersions,
  type Import,
  importKind,
  importSize,
  randomAccessOf,
} from '@block-pack/core';
import { besideLikes, type GroupBlock, TypedLanes } from '@block-pack/delta';
import { Compared } from './compared.ts';
import type { Held } from './held.ts';
import type { BundleSources } from './make-bundle.ts';
import type { NewObjects } from './new-objects.ts';
import {
  contentSize,
  type GroupSources,
  type Like,
  openTogether,
  type PackedGroup,
  type Sent,
  sizeOf,
  writeAlone,
  writeTogether,
} from './pack-groups.ts';
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

/** What travels, and how. */
export interface WrittenGroups {
  readonly groups: readonly PackedGroup[];
  readonly blocks: readonly Sent[];
}

/**
 * The smallest of what can be made of the objects, by making it. Payloads are kept in the scratch directory. What several pasts have in common is
 * tried as bases, and as well steps from one past to the next.
 * @param what the blocks are, for the progress line
 */
export async function writeGroups(
  objects: NewObjects,
  sources: BundleSources,
  what = 'blocks',
): Promise<WrittenGroups> {
  const pasts = await oldestFirst(sources.pasts, objects.blocks);
  const texts = await smallestSteps('texts', objects.texts, {
    what: 'documents',
    size: ({ text }) => text.length,
    count: pasts.length,
    search: await textSearch(pasts),
    // Together they are packed as well as one against another.
    earlier: () => [],
    open: async ({ text, digest }) => ({ kind: 'file', digest, content: randomAccessOf(text) }),
    sources,
  });
  const blocks = await smallestSteps('blocks', objects.blocks, {
    what,
    size: (line) => importSize(line) ?? 0,
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
  /** For the progress line. */
  readonly what: string;
  /** Bytes of an object, as far as they are known without reading it. */
  size(object: T): number;
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
  const plans = await plansOf(wanted, objects);
  const total = plans.flat(2).reduce((sum, { object }) => sum + objects.size(object), 0);
  const { sources, what } = objects;
  const compared = new Compared(`comparing ${what}`, total, sources.context.progress);
  const written: WrittenSteps[] = [];
  for (const steps of plans) written.push(await writeSteps(holds, steps, objects, { ...sources, compared }));
  return written.reduce((best, one) => (sizeOf(one.groups) < sizeOf(best.groups) ? one : best));
}

async function plansOf<T>(
  wanted: readonly T[],
  { count, search }: Objects<T>,
): Promise<readonly [Steps<T>, ...Steps<T>[]]> {
  const together = planTogether(wanted, search);
  if (count < 2 || count > mostSteps) return [together];
  const steps = await planInSteps(wanted, count, search);
  return steps.slice(0, -1).every((step) => step.length === 0) ? [together] : [together, steps];
}

async function writeSteps<T>(
  holds: BundleGroup['holds'],
  steps: Steps<T>,
  { earlier, open }: Objects<T>,
  sources: GroupSources,
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
    await scratch.bring(past, digest);
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
  sources: GroupSources,
): Promise<PackedGroup[]> {
  const others = sent.filter(({ likes }) => likes.length === 0);
  const isFew = contentSize(others) <= comparedSize;
  const hasOlder = others.length < sent.length;
  const parts = hasOlder && isFew ? [sent] : [sent.filter(({ likes }) => likes.length > 0), others];
  const groups: PackedGroup[] = [];
  for (const part of parts) {
    if (part.length === 0) continue;
    const encoding = part.some(({ likes }) => likes.length > 0) ? 'delta' : 'typed';
    const ordered = encoding === 'typed' ? await besideLikes(part) : part;
    groups.push(...(await writeRuns(holds, inRuns(ordered, sources.groupSize), encoding, sources)));
  }
  return groups;
}

/** Each run as a group. While other threads pack the last sections of one, the next is opened. */
async function writeRuns(
  holds: BundleGroup['holds'],
  runs: readonly (readonly Sent[])[],
  encoding: 'delta' | 'typed',
  sources: GroupSources,
): Promise<PackedGroup[]> {
  const lanes = new TypedLanes();
  const written: Promise<PackedGroup[]>[] = [];
  let before: Promise<unknown> = Promise.resolve();
  try {
    for (const run of runs) {
      const { pack, allRead } = await openTogether(holds, run, encoding, { ...sources, lanes });
      // Those that are typed have common lanes.
      if (encoding === 'delta') await before;
      const packed = pack().then((together) => orTyped(together, holds, run, sources));
      before = packed;
      written.push(packed.then((together) => smaller(together, holds, run, sources)));
      await Promise.race([allRead, Promise.all(written)]);
    }
    return (await Promise.all(written)).flat();
  } finally {
    await Promise.allSettled(written);
  }
}

/**
 * What a group has for each byte of its objects, above which they were written anew rather than changed: of 18 jars of a new major version two had more, and were
 * smaller by a sixth when typed; all others had less, and were a third to eight times larger.
 */
const rewrittenShare = 0.3;

/** A group, or the same with what resembles nothing typed. */
export async function orTyped(
  together: PackedGroup,
  holds: BundleGroup['holds'],
  sent: readonly Sent[],
  sources: GroupSources,
): Promise<PackedGroup> {
  const size = contentSize(sent);
  const isRewritten = sizeOf([together]) > size * rewrittenShare;
  if (holds !== 'blocks' || together.group.encoding === 'typed' || !isRewritten) return together;
  const compared = new Compared('typing what was rewritten', size, sources.context.progress);
  const typed = await writeTogether(holds, sent, 'typed', { ...sources, compared });
  return sizeOf([typed]) < sizeOf([together]) ? typed : together;
}

/** Tells at a twentieth of the time whether the best quality could win: it is smaller by a fifth at most. */
const quickQuality = 5;

/** A group, or its objects one by one where these are smaller. */
async function smaller(
  together: PackedGroup,
  holds: BundleGroup['holds'],
  sent: readonly Sent[],
  sources: GroupSources,
): Promise<PackedGroup[]> {
  const most = sizeOf([together]) * 1.25;
  const quick = await writeAlone(holds, sent, sources, { quality: quickQuality, most });
  if (sizeOf(quick) > most) return [together];
  // What does not shrink at all does not at any quality.
  const isPacked = quick.every(({ group }) => group.encoding === 'raw');
  const alone = isPacked ? quick : await writeAlone(holds, sent, sources);
  return sizeOf(alone) < sizeOf([together]) ? alone : [together];
}

/** Bytes of objects in one group. It bounds what a reader holds of archives; larger groups are hardly smaller, since brotli looks back 16 MB. */
const usualGroupSize = 128 << 20;

/** The objects in their order, about as many bytes in each run. */
export function inRuns<T extends Pick<GroupBlock, 'content'>>(
  sent: readonly T[],
  groupSize = usualGroupSize,
): T[][] {
  const total = contentSize(sent);
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
