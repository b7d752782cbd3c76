import { BlockPackError, compareBytewise, type Descriptor, isDigest } from '@block-pack/core';
import { digestOfEntry, type IndexEntry, readIndex, refName, tagOf } from './index-file.ts';
import { updateIndex } from './index-lock.ts';
import type { StoreLayout } from './layout.ts';

/** What a tag leads to. */
export interface TagTarget extends Descriptor {
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A name in the store, and what it leads to. */
export interface Tag extends TagTarget {
  readonly name: string;
}

/** The names that the image specification allows, which every registry and tool can write. */
const grammar = /^[A-Za-z0-9]+(?:[-._:@+/]+[A-Za-z0-9]+)*$/;
const longest = 255;

export function readTags(layout: StoreLayout): Tag[] {
  return readIndex(layout)
    .manifests.flatMap((entry) => tagFrom(entry) ?? [])
    .sort((a, b) => compareBytewise(a.name, b.name));
}

function tagFrom(entry: IndexEntry): Tag | undefined {
  const name = tagOf(entry);
  const digest = digestOfEntry(entry);
  if (name === undefined || digest === undefined) return undefined;
  const { mediaType, size, artifactType, annotations = {} } = entry;
  return { name, mediaType, digest, size, annotations, ...(artifactType !== undefined && { artifactType }) };
}

/** @throws USAGE when the name cannot be a tag */
export async function setTag(layout: StoreLayout, name: string, target: TagTarget): Promise<void> {
  checkName(name);
  const { mediaType, digest, size, artifactType, annotations } = target;
  const entry: IndexEntry = {
    mediaType,
    ...(artifactType !== undefined && { artifactType }),
    digest,
    size,
    annotations: { ...annotations, [refName]: name },
  };
  await updateIndex(layout, (index) => ({
    ...index,
    manifests: [...index.manifests.filter((other) => tagOf(other) !== name), entry],
  }));
}

export async function unsetTag(layout: StoreLayout, name: string): Promise<boolean> {
  let found = false;
  await updateIndex(layout, (index) => {
    const manifests = index.manifests.filter((entry) => tagOf(entry) !== name);
    found = manifests.length < index.manifests.length;
    return found ? { ...index, manifests } : index;
  });
  return found;
}

export function isTagName(name: string): boolean {
  return name.length <= longest && grammar.test(name) && !isDigest(name);
}

function checkName(name: string): void {
  if (isTagName(name)) return;
  throw new BlockPackError('USAGE', `${JSON.stringify(name)} cannot be a tag`, {
    hint: `Use letters and digits, with one of - . _ : @ + / between them, ${longest} characters at most.`,
    details: { name },
  });
}
