import { bytesOf, collect, randomAccessOf, writeCanonicalTar } from '@block-pack/core';
import { fakeFile, fakeZip } from '@block-pack/core/testing';
import { expect, test } from 'vitest';
import { fakeProgram } from '../native/elf-fixture.ts';
import { readGroup } from './read-group.ts';
import { writeGroup } from './write-group.ts';

const limit = 1 << 20;
const keepInner = async (bytes: Uint8Array) => randomAccessOf(bytes);

const before = fakeProgram({ table: 'addresses' });
const after = fakeProgram({ table: 'addresses', longer: 4 });

async function tree(program: Uint8Array): Promise<Uint8Array> {
  const files = [
    { ...fakeFile('bin/tool', program), kind: 'file' as const },
    { ...fakeFile('package.json', '{}'), kind: 'file' as const },
  ];
  return collect(writeCanonicalTar(files), limit, 'the tree');
}

function wheel(program: Uint8Array): Uint8Array {
  return fakeZip([{ path: 'a/_native.so', content: program, method: 'deflated' }]);
}

test.each([
  ['a package', 'tree', tree],
  ['a wheel', 'file', wheel],
  ['a file', 'file', (program: Uint8Array) => program],
] as const)(
  'native code in %s says so in its encoding, and a reader of plain changes refuses it',
  async (_, kind, made) => {
    const [old, next] = [await made(before), await made(after)];
    const olds = [{ kind, content: randomAccessOf(old) }];
    const block = { kind, content: randomAccessOf(next), bases: [0] };
    const writing = await writeGroup([block], olds, 'delta', { keepInner });
    const payload = await collect(writing.payload, limit, 'the payload');
    const written = writing.written();
    expect(written.encoding).toBe('native');
    expect(payload.length).toBeLessThan(400);
    const receive = async (encoding: 'class' | 'native') => {
      let received: Uint8Array | undefined;
      await readGroup(bytesOf(payload), olds, {
        encoding,
        skeleton: written.skeleton,
        blocks: written.blocks.map((one) => ({ ...one, size: next.length })),
        keepInner,
        keep: async (_, bytes) => {
          received = new Uint8Array(await collect(bytes, limit, 'the block'));
        },
      });
      return received;
    };
    expect(await receive('native')).toEqual(next);
    await expect(receive('class')).rejects.toMatchObject({ code: 'DELTA_INVALID' });
  },
);
