import { describe, expect, it } from 'vitest';
import { bytesOf } from './bytes.ts';
import { verified } from './digest.ts';
import { joinImagePath, parseImagePath } from './image-path.ts';
import { encodeImportManifest } from './import-manifest.ts';
import { MemoryBlobStore } from './memory-blob-store.ts';
import { emptyMemory, type PackOptions, pack } from './pack.ts';
import type { Packer, Warning } from './packer.ts';
import { purlOf } from './purl.ts';
import { fakeFile, fakeInput, packerContract } from './testing/index.ts';
import type { FileEntry, InputDirectory, TreeEntry } from './tree.ts';

const prefix = parseImagePath('/opt');

/** The simplest packer there can be: every file a dependency of its own, links and empty directories one tree. */
function filesPacker(): Packer {
  return {
    ecosystem: 'files',
    async place(input) {
      const entries = await input.entries();
      const files = entries.filter((entry): entry is FileEntry => entry.kind === 'file');
      const rest = entries.filter((entry) => entry.kind !== 'file');
      return [
        ...files.map((file) => ({
          path: joinImagePath(prefix, file.path),
          content: { kind: 'file' as const, file },
        })),
        ...(rest.length === 0 ? [] : [{ path: prefix, content: { kind: 'tree' as const, entries: rest } }]),
      ];
    },
    async identify(placed) {
      return placed.map(({ placement }) => ({
        purl: purlOf({ type: 'generic', name: placement.path.slice(1) }),
        role: 'dependency',
        evidence: [{ source: 'path', confidence: 'weak', detail: placement.path }],
      }));
    },
  };
}

const content = {
  'a.jar': 'first',
  'b.jar': 'second',
  'same as a.jar': 'first',
  'link.jar': '-> a.jar',
  'empty/': '',
};

packerContract('the simplest packer', filesPacker, () => fakeInput(content, { executable: ['b.jar'] }));

function options(more: Partial<PackOptions> = {}): PackOptions {
  return { memory: emptyMemory(), warn: () => {}, ...more };
}

describe('packing', () => {
  it('does not care where a link leads that is left out, and refuses one that is kept', async () => {
    const input = fakeInput({ 'a.jar': 'a', python: '-> /usr/bin/python3' }, { name: '.venv' });
    const whole = filesPacker();
    const leaving: Packer = {
      ...whole,
      async place({ entries }, context) {
        context.leaveOut?.('python', 'belongs to the environment');
        const kept = (await entries()).filter(({ kind }) => kind === 'file');
        return await whole.place({ name: 'less', entries: async () => kept }, context);
      },
    };
    const { imports } = await pack(leaving, [input], new MemoryBlobStore(), options());
    expect(imports.map(({ line }) => line.path)).toEqual(['/opt/a.jar']);
    await expect(pack(whole, [input], new MemoryBlobStore(), options())).rejects.toMatchObject({
      code: 'LINK_ESCAPES',
      message: expect.stringContaining('in .venv'),
    });
  });

  it('says which blocks are new and which the store had', async () => {
    const store = new MemoryBlobStore();
    const first = await pack(filesPacker(), [fakeInput({ 'a.jar': '1', 'b.jar': '2' })], store, options());
    const second = await pack(
      filesPacker(),
      [fakeInput({ 'a.jar': '1', 'b.jar': 'changed' })],
      store,
      options(),
    );
    expect(first.imports.map(({ block }) => block.added)).toEqual([true, true]);
    expect(second.imports.map(({ line, block }) => [line.path, block.added])).toEqual([
      ['/opt/a.jar', false],
      ['/opt/b.jar', true],
    ]);
  });

  it('does not read again what has the stamp it had', async () => {
    const store = new MemoryBlobStore();
    const memory = emptyMemory();
    let reads = 0;
    const countedRead = (file: FileEntry) => {
      reads++;
      return file.read();
    };
    const stamped = (stamp: string): InputDirectory => {
      const file = fakeFile('a.jar', 'content');
      const counted: FileEntry = { ...file, stamp, read: () => countedRead(file) };
      const link: TreeEntry = { kind: 'symlink', path: 'link.jar', target: 'a.jar' };
      return { name: 'stamped', entries: async () => [counted, link] };
    };
    const once = await pack(filesPacker(), [stamped('monday')], store, options({ memory }));
    const again = await pack(filesPacker(), [stamped('monday')], store, options({ memory }));
    expect(reads).toBe(1);
    expect(encodeImportManifest(again.manifest)).toBe(encodeImportManifest(once.manifest));
    await pack(filesPacker(), [stamped('tuesday')], store, options({ memory }));
    expect(reads).toBe(2);
    await pack(filesPacker(), [stamped('tuesday')], new MemoryBlobStore(), options({ memory }));
    expect(reads).toBe(3);
  });

  it('refuses two inputs that fill the same path, before it reads them', async () => {
    const unread: FileEntry = {
      ...fakeFile('a.jar', 'x'),
      read: () => {
        throw new Error('read too early');
      },
    };
    const inputs = [
      fakeInput({ 'a.jar': 'y' }, { name: 'one' }),
      { name: 'other', entries: async () => [unread] },
    ];
    await expect(pack(filesPacker(), inputs, new MemoryBlobStore(), options())).rejects.toMatchObject({
      code: 'IMPORT_COLLISION',
      message: expect.stringContaining('"/opt/a.jar" stands twice (from one and other)'),
    });
  });

  it('warns of names that some file systems cannot tell apart', async () => {
    const warnings: Warning[] = [];
    const input = fakeInput({ 'Log.jar': '1', 'log.jar': '2', 'e\u0301.jar': '3', '\u00e9.jar': '4' });
    await pack(
      filesPacker(),
      [input],
      new MemoryBlobStore(),
      options({ warn: (warning) => void warnings.push(warning) }),
    );
    expect(warnings.map((warning) => warning.code)).toEqual(['NAMES_FALL_TOGETHER', 'NAMES_FALL_TOGETHER']);
  });

  it('tells how far it is, in blocks and bytes', async () => {
    const seen: string[] = [];
    await pack(
      filesPacker(),
      [fakeInput({ 'a.jar': '12345', 'b.jar': '123' })],
      new MemoryBlobStore(),
      options({
        onProgress: ({ blocks, totalBlocks, bytes, totalBytes }) =>
          void seen.push(`${blocks}/${totalBlocks} ${bytes}/${totalBytes}`),
      }),
    );
    expect(seen).toHaveLength(2);
    expect(seen.at(-1)).toBe('2/2 8/8');
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort();
    const packing = pack(filesPacker(), [fakeInput(content)], new MemoryBlobStore(), options({ signal }));
    await expect(packing).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
  });

  it('says that the store is damaged, where a block cannot be understood for that', async () => {
    const failing = {
      ...filesPacker(),
      look: async () => {
        throw new Error('this is no jar');
      },
    };
    const damaged = (bad: boolean) => {
      const store = new MemoryBlobStore();
      const read = store.read.bind(store);
      store.read = (digest, range) =>
        bad ? verified(bytesOf(new Uint8Array(1)), digest, 'the blob') : read(digest, range);
      return pack(failing, [fakeInput({ 'a.jar': '1' })], store, options());
    };
    await expect(damaged(true)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    await expect(damaged(false)).rejects.toThrow('this is no jar');
  });

  it('takes an input with more files than arguments fit on a stack', async () => {
    const files = Array.from({ length: 150_000 }, (_, at) => fakeFile(`${at}.jar`, ''));
    const packer: Packer = {
      ...filesPacker(),
      place: async () =>
        [...files].map((file) => ({
          path: joinImagePath(prefix, file.path),
          content: { kind: 'file', file },
        })),
    };
    const { imports } = await pack(packer, [fakeInput({})], new MemoryBlobStore(), options());
    expect(imports).toHaveLength(150_000);
  });

  it('passes on what goes wrong while a file is read', async () => {
    const shrunk: FileEntry = { ...fakeFile('a.jar', 'four'), size: 9 };
    const input: InputDirectory = { name: 'x', entries: async () => [shrunk] };
    await expect(pack(filesPacker(), [input], new MemoryBlobStore(), options())).rejects.toMatchObject({
      code: 'INPUT_CHANGED',
      message: expect.stringContaining('a.jar'),
    });
  });
});
