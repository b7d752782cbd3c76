import {
  type BundleGroup,
  componentOf,
  type Digest,
  type ImagePath,
  type Import,
  mixedBytes,
} from '@block-pack/core';
import { Compared } from './compared.ts';
import type { BundleSources, MadeBundle } from './make-bundle.ts';
import { contentSize, type GroupSources, type Sent, writeTogether } from './pack-groups.ts';

/** What one dependency costs in a bundle. */
export interface DependencyCost {
  readonly path: ImagePath;
  readonly digest: Digest;
  /** The component; the path's last name where none is known. */
  readonly to: string;
  /** The older one that it is written against. */
  readonly from: string | undefined;
  /** Bytes of the block. */
  readonly size: number;
  /** Bytes of the bundle: its share, where it travels together with others. */
  readonly bytes: number;
  readonly encoding: BundleGroup['encoding'];
  /** Whether streams of what it travels in are mixed. */
  readonly mixed: boolean;
  readonly why: string;
}

/** Every block that travels, the dearest first. A group is shared out by what each of its blocks would cost alone. */
export async function dependencyCosts(
  {
    document,
    sent,
  }: { readonly document: { readonly groups: readonly BundleGroup[] }; readonly sent: readonly Sent[] },
  sources: BundleSources,
): Promise<readonly DependencyCost[]> {
  const blocks = new Map(sent.map((one) => [one.digest, one]));
  const groups = document.groups
    .filter(({ holds }) => holds === 'blocks')
    .map((group) => ({ group, members: group.objects.flatMap(({ digest }) => blocks.get(digest) ?? []) }));
  const shared = groups.filter((one) => isShared(one)).flatMap(({ members }) => members);
  const compared = new Compared('weighing blocks', contentSize(shared), sources.context.progress);
  const costs: DependencyCost[] = [];
  for (const { group, members } of groups) {
    const shares = await sharesOf({ group, members }, { ...sources, compared });
    for (const [at, one] of members.entries())
      if (one.line !== undefined) costs.push(costOf(one, one.line, group, shares[at] ?? 0, sources));
  }
  return costs.sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
}

interface Members {
  readonly group: BundleGroup;
  readonly members: readonly Sent[];
}

/** Whether what it costs has to be shared out. */
function isShared({ group: { encoding }, members }: Members): boolean {
  return members.length > 1 && encoding !== 'raw' && encoding !== 'brotli';
}

/** They add up to the payload. */
async function sharesOf({ group, members }: Members, sources: GroupSources): Promise<readonly number[]> {
  const { encoding, payload } = group;
  if (!isShared({ group, members })) return members.map(() => payload);
  const alone: number[] = [];
  for (const one of members)
    alone.push(
      (await writeTogether('blocks', [one], encoding === 'typed' ? encoding : 'delta', sources)).group
        .payload,
    );
  const total = alone.reduce((sum, size) => sum + size, 0);
  let before = 0;
  let shared = 0;
  return alone.map((size) => {
    before += size;
    const share = Math.round((payload * before) / total) - shared;
    shared += share;
    return share;
  });
}

function costOf(
  { content, likes: [like] }: Sent,
  line: Import,
  group: BundleGroup,
  bytes: number,
  { selfContained }: Pick<BundleSources, 'selfContained'>,
): DependencyCost {
  const old = like?.line;
  return {
    path: line.path,
    digest: line.digest,
    to: nameOf(line),
    from: old && nameOf(old),
    size: content.size,
    bytes,
    encoding: group.encoding,
    mixed: mixedBytes(group) > 0,
    why:
      old === undefined
        ? selfContained
          ? 'whole'
          : 'new'
        : componentOf(line) !== undefined && componentOf(line) === componentOf(old)
          ? 'other version'
          : 'same path',
  };
}

function nameOf({ path, attributes }: Import): string {
  return attributes.get('purl') ?? path.slice(path.lastIndexOf('/') + 1);
}

/** What the same update costs otherwise. */
export function otherCosts({ document }: MadeBundle): { readonly layers: number; readonly blocks: number } {
  const { layers, groups } = document;
  const sizes = new Map<Digest, number>(
    groups.flatMap(({ holds, objects }) =>
      holds === 'blocks' ? objects.map(({ digest, size }) => [digest, size] as const) : [],
    ),
  );
  return {
    layers: layers.reduce((sum, { origin, size }) => sum + (origin === 'present' ? 0 : size), 0),
    blocks: [...sizes.values()].reduce((sum, size) => sum + size, 0),
  };
}
