import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bytesOf, collect } from '../bytes.ts';
import { digestOf } from '../digest.ts';
import { parseImagePath } from '../image-path.ts';
import { decodeImportManifest, encodeImportManifest } from '../import-manifest.ts';
import { MemoryBlobStore } from '../memory-blob-store.ts';
import { type FakeImport, fakeManifest } from '../testing/index.ts';
import { assembleLayer } from './assemble-layer.ts';
import { checkLayer } from './check-layer.ts';
import { selfTestSample } from './deflate-self-test.ts';
import { parseEncoding } from './encoding.ts';
import { gzipMember } from './gzip-member.ts';
import { rebuildLayer } from './layer-ranges.ts';
import type { DirectoryOwner } from './layer-recipe.ts';

/** A text, or one that is repeated. */
type VectorContent = string | { readonly repeat: string; readonly times: number };

interface EncoderVector {
  readonly content: VectorContent | 'the sample';
  readonly encoding: string;
  readonly size: number;
  readonly digest: string;
}

interface LayerVector {
  readonly name: string;
  readonly packer: string;
  readonly imports: readonly {
    readonly path: string;
    readonly file?: VectorContent;
    readonly tree?: Readonly<Record<string, VectorContent>>;
  }[];
  readonly directories?: Readonly<Record<string, DirectoryOwner>>;
  readonly encoding: string;
  readonly manifest: readonly string[];
}

const { encoders, layers }: { encoders: readonly EncoderVector[]; layers: readonly LayerVector[] } =
  JSON.parse(readFileSync(new URL('../../../../docs/format/vectors/layer.json', import.meta.url), 'utf8'));

function textOf(content: VectorContent): string {
  return typeof content === 'string' ? content : content.repeat.repeat(content.times);
}

function importOf({ path, file, tree = {} }: LayerVector['imports'][number]): FakeImport {
  if (file !== undefined) return [path, textOf(file)];
  return [path, Object.fromEntries(Object.entries(tree).map(([name, content]) => [name, textOf(content)]))];
}

/** Golden vectors are the law: one that has to change means a new version of its format. */
describe('the golden vectors of encoders', () => {
  it.each(encoders)('$encoding of $content', async ({ content, encoding, size, digest }) => {
    const bytes = content === 'the sample' ? selfTestSample() : new TextEncoder().encode(textOf(content));
    const member = await collect(gzipMember(bytesOf(bytes), parseEncoding(encoding)), 1 << 24, 'the member');
    expect({ size: member.length, digest: digestOf(member) }).toEqual({ size, digest });
  });
});

describe('the golden vectors of layers', () => {
  it.each(layers)('$name', async ({ packer, imports, directories = {}, encoding, manifest }) => {
    const store = new MemoryBlobStore();
    const owners = Object.entries(directories).map(([path, owner]) => [parseImagePath(path), owner] as const);
    const given = await fakeManifest(store, imports.map(importOf), packer);
    const layer = await assembleLayer(given, {
      blocks: store,
      encoding: parseEncoding(encoding),
      directories: new Map(owners),
      write: (content, expected) => store.write(content, expected),
    });
    const text = `${manifest.join('\n')}\n`;
    expect(encodeImportManifest(layer.manifest)).toBe(text);
    const read = decodeImportManifest(text, 'the vector');
    expect(await checkLayer(read, store.read(layer.digest))).toEqual([]);
    const again = await rebuildLayer(read, { blocks: store, write: store.write.bind(store) });
    expect(again.digest).toBe(layer.digest);
  });
});
