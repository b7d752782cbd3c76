import { type Digest, type ImportManifest, imageDocumentKind, importSize } from '@block-pack/core';
import { openStore, type Tag } from '@block-pack/store';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import { isImportsTag, readTaggedOrWarn } from '../read-manifest.ts';
import { printable, table } from '../table.ts';

interface ListedTag {
  readonly tag: string;
  readonly packer: string;
  readonly imports: number;
  readonly blocks: number;
  readonly bytes: number;
  /** Bytes of blocks that no other tag has: what would be freed without it. */
  readonly ownBytes: number;
}

export async function ls(context: CommandContext): Promise<Outcome> {
  const store = await openStore(context.storeDirectory);
  const manifests = new Map<string, ImportManifest>();
  const all = await store.tags();
  for (const tag of all.filter(isImportsTag)) {
    const manifest = await readTaggedOrWarn(tag, store, context);
    if (manifest !== undefined) manifests.set(tag.name, manifest);
  }
  const sizes = new Map<Digest, number>();
  const users = new Map<Digest, Set<string>>();
  for (const [tag, { imports }] of manifests) {
    for (const line of imports) {
      sizes.set(line.digest, importSize(line) ?? 0);
      users.set(line.digest, (users.get(line.digest) ?? new Set()).add(tag));
    }
  }
  const tags = [...manifests].map(([tag, manifest]) => listed(tag, manifest, sizes, users));
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const images = all.filter(isImageTag).map(({ name, digest }) => ({ tag: name, digest }));
  return {
    document: { store: store.directory, blocks: sizes.size, bytes, tags, images },
    text: (console) =>
      lsText({ tags, blocks: sizes.size, bytes, hasImages: images.length > 0 }, store.directory, console) +
      imagesText(images),
    exitCode: 0,
  };
}

/** What `image` and `convert` keep: the layers of the last image that went to a place. */
interface ListedImage {
  readonly tag: string;
  readonly digest: Digest;
}

function isImageTag({ mediaType, artifactType }: Tag): boolean {
  const kind = imageDocumentKind(mediaType);
  return artifactType === undefined && (kind === 'manifest' || kind === 'index');
}

function listed(
  tag: string,
  { packer, imports }: ImportManifest,
  sizes: ReadonlyMap<Digest, number>,
  users: ReadonlyMap<Digest, ReadonlySet<string>>,
): ListedTag {
  const blocks = [...new Set(imports.map((line) => line.digest))];
  const bytesOf = (digests: readonly Digest[]) =>
    digests.reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0);
  return {
    tag,
    packer,
    imports: imports.length,
    blocks: blocks.length,
    bytes: bytesOf(blocks),
    ownBytes: bytesOf(blocks.filter((digest) => users.get(digest)?.size === 1)),
  };
}

interface Listing {
  readonly tags: readonly ListedTag[];
  readonly blocks: number;
  readonly bytes: number;
  readonly hasImages: boolean;
}

function lsText({ tags, blocks, bytes, hasImages }: Listing, store: string, console: Console): string {
  const headline = `${console.bold(`${count(tags.length, 'tag')}, ${count(blocks, 'block')}, ${byteSize(bytes)}`)} in ${printable(store)}\n`;
  if (tags.length === 0)
    return hasImages
      ? headline
      : `${headline}Nothing has been packed into it yet: block-pack java target/lib\n`;
  const rows = tags.map((one) => [
    one.tag,
    one.packer,
    String(one.blocks),
    byteSize(one.bytes),
    byteSize(one.ownBytes),
  ]);
  const columns = [
    { title: 'TAG' },
    { title: 'PACKER' },
    { title: 'BLOCKS', align: 'right' },
    { title: 'SIZE', align: 'right' },
    { title: 'ITS OWN', align: 'right' },
  ] as const;
  return `${headline}\n${table(columns, rows)}`;
}

function imagesText(images: readonly ListedImage[]): string {
  if (images.length === 0) return '';
  const rows = images.map(({ tag, digest }) => [tag, digest]);
  return `\n${table([{ title: 'TAG' }, { title: 'IMAGE' }], rows)}`;
}
