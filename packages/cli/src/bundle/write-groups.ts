import {
  type BundleGroup,
  bytesOf,
  checkSignal,
  chooseBase,
  type Digest,
  type Import,
  importKind,
  randomAccessOf,
  readRange,
} from '@block-pack/core';
import { type GroupBlock, packContents, writeGroup } from '@block-pack/delta';
import { byteSize } from '../byte-size.ts';
import type { HeldImages } from './held-images.ts';
import type { BundleSources, FoundFile, NewObjects } from './make-bundle.ts';

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

/** What travels, and how. */
export interface WrittenGroups {
  readonly groups: readonly BundleGroup[];
  readonly blocks: readonly Sent[];
}

/** The smallest of what can be made of the objects, by making it. Payloads are kept in the scratch directory. */
export async function writeGroups(objects: NewObjects, sources: BundleSources): Promise<WrittenGroups> {
  const texts = objects.texts.map((file) => sentText(file, sources.pasts));
  const blocks: Sent[] = [];
  const olds = await sharedImports(sources.pasts);
  for (const line of objects.blocks) blocks.push(await sentBlock(line, olds, sources));
  const groups = [
    ...(await smallest('imports', texts, sources)),
    ...(await smallest('blocks', blocks, sources)),
  ];
  return { groups, blocks };
}

function sentText({ name, text, digest }: FoundFile, pasts: readonly HeldImages[]): Sent {
  const content = randomAccessOf(text);
  const candidates = [...(pasts[0]?.texts ?? [])].filter(
    ([old, held]) => held.name === name && pasts.every((past) => past.texts.has(old)),
  );
  const found = candidates.at(-1);
  const like =
    found && ({ kind: 'file', digest: found[0], content: randomAccessOf(found[1].bytes) } as const);
  return { kind: 'file', digest, content, likes: like === undefined ? [] : [like] };
}

async function sentBlock(
  line: Import,
  olds: readonly Import[],
  { pasts, scratch }: BundleSources,
): Promise<Sent> {
  const kind = importKind(line);
  const sent = { kind, line, digest: line.digest, content: scratch.access(line.digest) };
  const old = chooseBase(line, olds);
  if (old === undefined || pasts[0] === undefined) return { ...sent, likes: [] };
  if (!(await scratch.has(old.digest))) await scratch.write(pasts[0].read(old.digest), old.digest);
  const like = { kind, line: old, digest: old.digest, content: scratch.access(old.digest) };
  return { ...sent, likes: [like] };
}

/** What every past has, as the first imports it. */
async function sharedImports(pasts: readonly HeldImages[]): Promise<readonly Import[]> {
  const shared: Import[] = [];
  for (const line of pasts[0]?.imports ?? []) {
    const known = await Promise.all(pasts.map((past) => past.has(line.digest)));
    if (known.every(Boolean)) shared.push(line);
  }
  return shared;
}

/** Bytes of blocks that resemble none up to which they are compared with everything; more take long, and find little. */
const comparedSize = 8 << 20;

/** All that have older ones in one group, and with them a few others; the rest in another. A group is kept where it is smaller than its parts alone. */
async function smallest(
  holds: BundleGroup['holds'],
  sent: readonly Sent[],
  sources: BundleSources,
): Promise<BundleGroup[]> {
  const others = sent.filter(({ likes }) => likes.length === 0);
  const isFew = others.reduce((sum, { content }) => sum + content.size, 0) <= comparedSize;
  const hasOlder = others.length < sent.length;
  const parts = hasOlder && isFew ? [sent] : [sent.filter(({ likes }) => likes.length > 0), others];
  const groups: BundleGroup[] = [];
  for (const part of parts) {
    if (part.length === 0) continue;
    const encoding = part.some(({ likes }) => likes.length > 0) ? 'delta' : 'inflated';
    const together = await writeTogether(holds, part, encoding, sources);
    const worthTrying =
      sizeOf(await writeAlone(holds, part, sources, quickQuality)) <= sizeOf([together]) * 1.25;
    const alone = worthTrying ? await writeAlone(holds, part, sources) : [];
    groups.push(...(worthTrying && sizeOf(alone) < sizeOf([together]) ? alone : [together]));
  }
  return groups;
}

function sizeOf(groups: readonly BundleGroup[]): number {
  return groups.reduce((sum, { payload }) => sum + payload.size, 0);
}

/** All objects in one group. */
export async function writeTogether(
  holds: BundleGroup['holds'],
  sent: readonly SentObject[],
  encoding: 'delta' | 'inflated',
  { scratch, context }: Pick<BundleSources, 'scratch' | 'context'>,
): Promise<BundleGroup> {
  const likes = sent.flatMap((one) => one.likes);
  const bases = [...new Map(likes.map((like) => [like.digest, like])).values()];
  const places = new Map(bases.map(({ digest }, at) => [digest, at]));
  const blocks = sent.map((one) => {
    return { ...one, bases: one.likes.flatMap(({ digest }) => places.get(digest) ?? []) };
  });
  const written = await writeGroup(blocks, bases, encoding, {
    signal: context.signal,
    keepInner: (inner) => scratch.keep(inner),
    onProgress: (bytes, total) =>
      context.progress.show(`comparing ${holds}, ${byteSize(bytes)} of ${byteSize(total)}`),
  });
  const { digest, size } = await scratch.write(written.payload);
  return {
    holds,
    payload: { digest, size },
    encoding,
    skeleton: written.skeleton,
    bases: bases.map((base) => ({ digest: base.digest, size: base.content.size, kind: base.kind })),
    objects: sent.map((one, at) => {
      const { apart, bases } = written.blocks[at] ?? { apart: false, bases: [] };
      return { ...described(one), apart, bases: [...bases] };
    }),
  };
}

function described({ digest, content: { size }, kind }: SentObject) {
  return { digest, size, kind };
}

/** Above this many bytes the best quality takes minutes and saves little. */
const bestQualityBelow = 4 << 20;

/** Tells at a twentieth of the time whether the best quality could win: it is smaller by a fifth at most. */
const quickQuality = 5;

async function writeAlone(
  holds: BundleGroup['holds'],
  sent: readonly Sent[],
  { scratch, context }: BundleSources,
  fixedQuality?: number,
): Promise<BundleGroup[]> {
  const groups: BundleGroup[] = [];
  for (const one of sent) {
    checkSignal(context.signal);
    const objects = [{ ...described(one), apart: false, bases: [] }];
    const quality = fixedQuality ?? (one.content.size <= bestQualityBelow ? 11 : 9);
    const { digest, size } = await scratch.write(packContents(readRange(one.content), { quality }));
    if (size < one.content.size)
      groups.push({ holds, payload: { digest, size }, encoding: 'brotli', objects });
    else
      groups.push({
        holds,
        payload: { digest: one.digest, size: one.content.size },
        encoding: 'raw',
        objects,
      });
    if (holds === 'imports')
      await scratch.write(bytesOf(await one.content.read(0, one.content.size)), one.digest);
  }
  return groups;
}
