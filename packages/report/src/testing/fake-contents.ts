import { digestOf, type Import, parseImagePath } from '@block-pack/core';
import { type Contents, contentsOf, type Knowledge } from '../contents/contents.ts';

/** An import line: what is at the path, the content that its block has, and the purl without its `pkg:`. */
export type FakeLine = readonly [
  path: string,
  content: string,
  purl?: string,
  more?: Readonly<Record<string, string>>,
];

export function fakeLine([path, content, purl, more = {}]: FakeLine): Import {
  const attributes = new Map([['size', String(content.length)], ...Object.entries(more)]);
  if (purl !== undefined) attributes.set('purl', `pkg:${purl}`);
  return { path: parseImagePath(path), digest: digestOf(new TextEncoder().encode(content)), attributes };
}

/** The contents that one import manifest says; a block's size is the length of its content. */
export function fakeContents(
  lines: readonly FakeLine[],
  packer = 'java',
  knowledge: Knowledge = {},
  name = 'shop',
): Contents {
  const manifest = { packer, directives: [], imports: lines.map(fakeLine) };
  return contentsOf({ name, source: { kind: 'manifest' }, manifests: [manifest], knowledge });
}
