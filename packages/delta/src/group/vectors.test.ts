import { readFileSync } from 'node:fs';
import { type Bytes, bytesOf, collect, type Digest, digestOf, randomAccessOf } from '@block-pack/core';
import { expect, it } from 'vitest';
import { deflateParametersOf } from '../deflate/deflate-parameters.ts';
import { gzipAs } from '../deflate/gzip-form.ts';
import type { GroupBlock } from './old-block.ts';
import { type ReadGroupOptions, readGroup } from './read-group.ts';

interface Vector {
  readonly name: string;
  readonly encoding: ReadGroupOptions['encoding'];
  readonly skeleton: ReadGroupOptions['skeleton'];
  /** Bytes in base64. */
  readonly bases: readonly { readonly kind: GroupBlock['kind']; readonly bytes: string }[];
  readonly objects: readonly (ReadGroupOptions['blocks'][number] & { readonly digest: Digest })[];
  /** Base64. */
  readonly payload: string;
  /** Layers of the first object. */
  readonly layers: readonly {
    readonly gzip: { readonly header: string; readonly encoder: number };
    readonly digest: Digest;
    readonly size: number;
  }[];
}

const file = new URL('../../../../docs/format/vectors/groups.json', import.meta.url);
const vectors: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8'));
const limit = 1 << 20;
const keepInner = async (bytes: Uint8Array) => randomAccessOf(bytes);
const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

/** What was written once is read for ever; what is written may change. */
it.each(vectors)('$name is read as it was written', async (vector) => {
  const { encoding, skeleton, objects, payload, layers } = vector;
  const made: Uint8Array[] = [];
  const keep = async (_: number, content: Bytes) => {
    made.push(await collect(content, limit, 'what it makes'));
  };
  const olds = vector.bases.map(({ kind, bytes }) => ({ kind, content: randomAccessOf(fromBase64(bytes)) }));
  const options = { encoding, skeleton, blocks: objects, keep, keepInner };
  await readGroup(bytesOf(fromBase64(payload)), olds, options);
  expect(made.map(digestOf)).toEqual(objects.map(({ digest }) => digest));
  for (const { gzip, digest, size } of layers) {
    const parameters = deflateParametersOf(gzip.encoder);
    if (parameters === undefined) throw new Error(`no encoder ${gzip.encoder}`);
    const packed = gzipAs(bytesOf(...made.slice(0, 1)), {
      header: Buffer.from(gzip.header, 'hex'),
      parameters,
    });
    const layer = await collect(packed, limit, 'the layer');
    expect({ digest: digestOf(layer), size: layer.length }).toEqual({ digest, size });
  }
});
