import { createFilesPacker, emptyMemory, MemoryBlobStore, pack, parseImagePath } from '@block-pack/core';
import { fakeInput } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import { type ComparedPack, comparePacks } from './compare-packs.ts';

async function packed(
  files: Record<string, string>,
  executable: readonly string[] = [],
  prefix = '/app',
): Promise<ComparedPack> {
  const store = new MemoryBlobStore();
  const packer = createFilesPacker({ prefix: parseImagePath(prefix) });
  const options = { memory: emptyMemory(), warn: () => {} };
  const { manifest } = await pack(packer, [fakeInput(files, { executable })], store, options);
  return { manifest, store };
}

const app = { path: '/app', purl: 'pkg:generic/app' };

describe('two packs of one input', () => {
  it('have no differences when they are the same', async () => {
    expect(await comparePacks(await packed({ a: '1' }), await packed({ a: '1' }))).toEqual([]);
  });

  it('are compared file by file where a block is another one', async () => {
    const first = await packed({ same: '', gone: 'x', text: '1', run: '', link: '-> same', 'sub/': '' });
    const second = await packed({ same: '', new: 'x', text: '2', run: '', link: '-> text', 'sub/': '' }, [
      'run',
    ]);
    expect(await comparePacks(first, second)).toEqual([
      { ...app, file: 'gone', change: 'removed' },
      { ...app, file: 'link', change: 'changed' },
      { ...app, file: 'new', change: 'added' },
      { ...app, file: 'run', change: 'changed' },
      { ...app, file: 'text', change: 'changed' },
    ]);
  });

  it('are told apart by their imports where a block lies elsewhere, or the manifest says another thing of it', async () => {
    const first = await packed({ a: '1' });
    expect(await comparePacks(first, await packed({ a: '1' }, [], '/srv'))).toEqual([
      { ...app, change: 'removed' },
      { path: '/srv', purl: 'pkg:generic/srv', change: 'added' },
    ]);
    const [line] = first.manifest.imports;
    if (line === undefined) throw new Error('nothing was packed');
    const imports = [{ ...line, attributes: new Map([...line.attributes, ['evidence', 'another']]) }];
    expect(await comparePacks(first, { ...first, manifest: { ...first.manifest, imports } })).toEqual([
      { ...app, change: 'changed' },
    ]);
  });
});
