import { describe, expect, it } from 'vitest';
import { parseImagePath } from './image-path.ts';
import { MemoryBlobStore } from './memory-blob-store.ts';
import { emptyMemory, type PackProgress, pack } from './pack.ts';
import type { Content, MadeTree, Packer } from './packer.ts';
import { purlOf } from './purl.ts';
import { fakeFile, fakeInput } from './testing/index.ts';
import type { TreeEntry } from './tree.ts';

const prefix = parseImagePath('/opt');

function packerOf(...contents: readonly Content[]): Packer {
  return {
    ecosystem: 'made',
    place: async () => contents.map((content) => ({ path: prefix, content })),
    identify: async (placed) =>
      placed.map(({ block }) => ({
        purl: purlOf({ type: 'generic', name: block.kind }),
        role: 'other',
        evidence: [{ source: 'path', confidence: 'weak', detail: prefix }],
      })),
  };
}

const entries = [fakeFile('a/b.txt', 'b'), fakeFile('a.txt', 'a', true)].sort((a, b) =>
  a.path < b.path ? -1 : 1,
);

function made(of: readonly TreeEntry[], more: Partial<MadeTree> = {}): MadeTree {
  async function* make() {
    yield* of;
  }
  return { kind: 'made', size: 0, paths: of.map(({ path }) => path), make, ...more };
}

function packOnce(
  contents: readonly Content[],
  { store = new MemoryBlobStore(), memory = emptyMemory() } = {},
) {
  return pack(packerOf(...contents), [fakeInput({})], store, { memory, warn: () => {} });
}

describe('a tree that is made of other content', () => {
  it('is the block that the same files give', async () => {
    const [one] = (await packOnce([made(entries)])).imports;
    const [other] = (await packOnce([{ kind: 'tree', entries }])).imports;
    expect(one?.line).toEqual(other?.line);
    expect(one?.line.attributes.get('files')).toBe('2');
  });

  it('is made again only when its stamp or the store has changed', async () => {
    const kept = { store: new MemoryBlobStore(), memory: emptyMemory() };
    let times = 0;
    const counted = (stamp: string) =>
      made(entries, {
        stamp,
        async *make() {
          times++;
          yield* entries;
        },
      });
    await packOnce([counted('monday')], kept);
    const again = await packOnce([counted('monday')], kept);
    expect(times).toBe(1);
    expect(again.imports[0]?.block).toMatchObject({ added: false, files: 2 });
    await packOnce([counted('tuesday')], kept);
    expect(times).toBe(2);
    await packOnce([counted('tuesday')], { ...kept, store: new MemoryBlobStore() });
    expect(times).toBe(3);
  });

  it('becomes no import when it turns out to be empty', async () => {
    const kept = { store: new MemoryBlobStore(), memory: emptyMemory() };
    const empty = made([], { paths: ['never.txt'], stamp: 'empty' });
    for (const _ of ['at first', 'from memory'])
      expect((await packOnce([empty, made(entries), { ...empty, paths: [] }], kept)).imports).toHaveLength(1);
  });

  it('counts in the progress by what is read to make it', async () => {
    const seen: PackProgress[] = [];
    const tree: Content = { kind: 'tree', entries: [fakeFile('source.txt', '12345')] };
    await pack(packerOf(tree, made(entries, { size: 5 })), [fakeInput({})], new MemoryBlobStore(), {
      memory: emptyMemory(),
      warn: () => {},
      onProgress: (progress) => void seen.push(progress),
    });
    expect(seen.map(({ bytes, totalBytes }) => [bytes, totalBytes])).toEqual([
      [5, 10],
      [10, 10],
    ]);
  });

  it('may not fill what another import fills, whether it is made or not', async () => {
    const taken = made([], { paths: ['a.txt'] });
    await expect(packOnce([{ kind: 'tree', entries }, taken])).rejects.toMatchObject({
      code: 'IMPORT_COLLISION',
    });
  });

  it('must keep to what it has announced, and to the order of a tar', async () => {
    await expect(packOnce([made(entries, { paths: ['a.txt'] })])).rejects.toThrow('not announced');
    await expect(packOnce([made([...entries].reverse())])).rejects.toMatchObject({
      code: 'IMPORT_COLLISION',
      message: expect.stringContaining('stands behind'),
    });
    await expect(
      packOnce([made([{ kind: 'symlink', path: 'link', target: '../../etc' }])]),
    ).rejects.toMatchObject({ code: 'LINK_ESCAPES' });
  });
});
