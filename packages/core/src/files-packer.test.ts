import { describe, expect, it } from 'vitest';
import { createFilesPacker } from './files-packer.ts';
import { parseImagePath } from './image-path.ts';
import { encodeImportManifest } from './import-manifest.ts';
import { MemoryBlobStore } from './memory-blob-store.ts';
import { emptyMemory, pack } from './pack.ts';
import { fakeInput, packerContract } from './testing/index.ts';

const files = { 'dist/main.js': 'main', 'bin/start': '#!/bin/sh\n', latest: '-> dist/main.js', 'logs/': '' };

packerContract('the files packer', createFilesPacker, () => fakeInput(files, { executable: ['bin/start'] }));

describe('a directory of files', () => {
  const packed = (prefix?: string) => {
    const packer = createFilesPacker(prefix === undefined ? {} : { prefix: parseImagePath(prefix) });
    return pack(packer, [fakeInput(files)], new MemoryBlobStore(), { memory: emptyMemory(), warn: () => {} });
  };

  it('is one tree at its place, named after it', async () => {
    expect(encodeImportManifest((await packed('/srv/shop')).manifest)).toMatch(
      /^\/srv\/shop from sha256:\S+ type=tree size=\d+ files=4 purl=pkg:generic\/shop role=application evidence=path$/m,
    );
  });

  it('is the same block wherever it lands', async () => {
    const digests = await Promise.all([packed(), packed('/'), packed('/opt/x')]);
    expect(new Set(digests.map(({ imports }) => imports[0]?.block.digest)).size).toBe(1);
  });

  it('may leave things out, and says why', async () => {
    const left: string[] = [];
    const packer = createFilesPacker({
      leaveOut: async () => (path) => (path.startsWith('bin/') ? 'not for the image' : undefined),
    });
    const context = {
      memory: emptyMemory(),
      warn: () => {},
      leaveOut: (path: string, reason: string) => void left.push(`${path}: ${reason}`),
    };
    const [placement] = await packer.place(fakeInput(files), context);
    expect(placement?.content.kind === 'tree' && placement.content.entries.map(({ path }) => path)).toEqual([
      'dist/main.js',
      'latest',
      'logs',
    ]);
    expect(left).toEqual(['bin/start: not for the image']);
  });

  it('that is empty is refused', async () => {
    const context = { memory: emptyMemory(), warn: () => {} };
    await expect(createFilesPacker().place(fakeInput({}), context)).rejects.toMatchObject({
      code: 'INPUT_EMPTY',
      message: 'There is nothing to pack in the input: it is empty',
    });
  });
});
