import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.ts';
import { type Bytes, bytesOf, collect } from './bytes.ts';
import { readCanonicalTar, writeCanonicalTar } from './canonical-tar.ts';
import { digestOf } from './digest.ts';
import { BlockPackError } from './error.ts';
import { decodeTarHeader, encodeTarHeader } from './tar-header.ts';
import { fakeInput } from './testing/index.ts';
import { sortTree, type TreeEntry } from './tree.ts';

/** Any that Unicode has. What fast-check has for it, `binary`, takes 0.8 s to begin. */
const character = fc.nat(0x10ffff).map((code) => String.fromCodePoint(code));

type Listed = readonly [kind: string, path: string, detail: string | boolean];

async function tarOf(entries: readonly TreeEntry[]): Promise<Uint8Array> {
  return collect(writeCanonicalTar(entries), 1 << 26, 'the tar');
}

async function listTar(tar: Bytes): Promise<Listed[]> {
  const listed: Listed[] = [];
  for await (const entry of readCanonicalTar(tar, 'the tar')) {
    if (entry.kind === 'symlink') listed.push([entry.kind, entry.path, entry.target]);
    else if (entry.kind === 'directory') listed.push([entry.kind, entry.path, '']);
    else {
      const content = Buffer.from(await collect(entry.read(), 1 << 26, entry.path)).toString('base64');
      listed.push([entry.executable ? 'executable' : 'file', entry.path, content]);
    }
  }
  return listed;
}

async function listTree(entries: readonly TreeEntry[]): Promise<Listed[]> {
  return Promise.all(
    sortTree(entries).map(async (entry): Promise<Listed> => {
      if (entry.kind === 'symlink') return [entry.kind, entry.path, entry.target];
      if (entry.kind === 'directory') return [entry.kind, entry.path, ''];
      const content = Buffer.from(await collect(entry.read(), 1 << 26, entry.path)).toString('base64');
      return [entry.executable ? 'executable' : 'file', entry.path, content];
    }),
  );
}

const longName = 'n'.repeat(255);
const awkward = () =>
  fakeInput(
    {
      'plain.txt': 'plain',
      'bin/start': '#!/bin/sh\n',
      'empty file': '',
      'an empty directory/': '',
      'link.txt': '-> plain.txt',
      'bin/up': '-> ../plain.txt',
      'ümläut/名前.txt': 'names beyond ASCII',
      'emoji \u{1f4e6}': 'beyond the Basic Multilingual Plane',
      '\uffee before the emoji in UTF-16, after it in bytes': '',
      [`${'d'.repeat(120)}/${'f'.repeat(90)}`]: 'fits into name and prefix',
      [`${'d'.repeat(160)}/${'f'.repeat(90)}`]: 'needs a pax header',
      [longName]: 'as long as a name can be',
      [`deep/${`${'x'.repeat(200)}/`.repeat(15)}leaf`]: 'a very long path',
      'a\nnewline and "quotes"\\': 'awkward',
      'long link': `-> ${'t'.repeat(150)}`,
      'a-b': 'sorts between a directory and its content',
      'a/b': 'bytewise',
    },
    { executable: ['bin/start'] },
  ).entries();

describe('the canonical tar', () => {
  it('reads back as what was written', async () => {
    const entries = await awkward();
    expect(await listTar(bytesOf(await tarOf(entries)))).toEqual(await listTree(entries));
  });

  it('is the same for any order of entries and any size of chunks', async () => {
    const entries = await awkward();
    const inPieces = entries.map(
      (entry): TreeEntry =>
        entry.kind === 'file' ? { ...entry, read: () => oneByOne(entry.read()) } : entry,
    );
    expect(digestOf(await tarOf(inPieces.reverse()))).toBe(digestOf(await tarOf(entries)));
  });

  it('is read alike from any size of chunks', async () => {
    const entries = await awkward();
    const tar = await tarOf(entries);
    expect(await listTar(oneByOne(bytesOf(tar), 7))).toEqual(await listTree(entries));
  });

  it('passes over files that nobody reads', async () => {
    const paths: string[] = [];
    for await (const entry of readCanonicalTar(writeCanonicalTar(await awkward()), 'the tar'))
      paths.push(entry.path);
    expect(paths).toHaveLength((await awkward()).length);
  });

  it('says a size beyond eight gigabytes in a pax header', async () => {
    const size = 8 * 1024 ** 3;
    const header = encodeTarHeader({ kind: 'file', path: 'huge', size, executable: false });
    expect(new TextDecoder().decode(header)).toContain(`19 size=${size}\n`);
    const reader = new ByteReader(bytesOf(header), () => new Error('ended'));
    const fields = await decodeTarHeader(await reader.take(512), (length) => reader.take(length));
    expect(fields).toEqual({ kind: 'file', path: 'huge', size, executable: false });
  });

  it('is the empty tar for a tree with nothing in it', async () => {
    expect(await tarOf([])).toEqual(new Uint8Array(1024));
    expect(await listTar(bytesOf(new Uint8Array(1024)))).toEqual([]);
  });
});

describe('what cannot stand in a canonical tar', () => {
  const refused: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['a path that climbs', { '../etc/passwd': '' }, 'PATH_INVALID'],
    ['an absolute path', { '/etc/passwd': '' }, 'PATH_INVALID'],
    ['a path with an empty name', { 'a//b': '' }, 'PATH_INVALID'],
    ['a path with a NUL', { 'a\0b': '' }, 'PATH_INVALID'],
    ['a name of 256 bytes', { ['n'.repeat(256)]: '' }, 'PATH_INVALID'],
    ['half a surrogate pair', { '\ud800': '' }, 'PATH_INVALID'],
    ['a file below a file', { a: '', 'a/b': '' }, 'IMPORT_COLLISION'],
    ['a file below a link', { a: '-> b', 'a/b': '' }, 'IMPORT_COLLISION'],
    ['a link out of the tree', { 'a/b': '-> ../../etc' }, 'LINK_ESCAPES'],
    ['a link to an absolute path', { a: '-> /etc/passwd' }, 'LINK_ESCAPES'],
    ['a link that climbs behind a name', { a: '-> b/../../etc' }, 'LINK_ESCAPES'],
  ];
  it.each(refused)('%s is refused before a byte is written', async (_, files, code) => {
    await expect(async () => tarOf(await fakeInput(files).entries())).rejects.toMatchObject({ code });
  });

  it('the same path twice', async () => {
    const twice = [...(await fakeInput({ a: '1' }).entries()), ...(await fakeInput({ a: '2' }).entries())];
    await expect(async () => tarOf(twice)).rejects.toMatchObject({ code: 'IMPORT_COLLISION' });
  });

  it.each([-1, 1])('a file that has %i bytes more than it said', async (more) => {
    const [entry] = await fakeInput({ a: 'twelve bytes' }).entries();
    if (entry?.kind !== 'file') throw new Error('a file is expected');
    const liar = { ...entry, size: entry.size - more };
    await expect(tarOf([liar])).rejects.toMatchObject({ code: 'INPUT_CHANGED' });
  });
});

describe('a tar that is not canonical', () => {
  const valid = async () => tarOf(await fakeInput({ a: 'content', 'b/c': '-> ../a' }).entries());
  const spoiled: readonly (readonly [string, (tar: Uint8Array) => Uint8Array])[] = [
    ['another time', (tar) => patched(tar, 136, '00000000000')],
    ['another owner', (tar) => patched(tar, 108, '0001750')],
    ['the name of an owner', (tar) => patched(tar, 265, 'root')],
    ['another mode', (tar) => patched(tar, 100, '0000600')],
    ['bytes in the unused end of the header', (tar) => patched(tar, 505, 'secret')],
    ['bytes behind a file in its last block', (tar) => replaced(tar, 512 + 100, 'secret')],
    ['bytes behind the end', (tar) => Buffer.concat([tar, new Uint8Array(512)])],
    ['a single zero block at the end', (tar) => tar.subarray(0, -512)],
    ['no end at all', (tar) => tar.subarray(0, -1024)],
    ['an end in the middle of a file', (tar) => tar.subarray(0, 514)],
    ['a device', (tar) => patched(tar, 156, '3')],
    ['a hard link', (tar) => patched(tar, 156, '1')],
    ['a global pax header', (tar) => patched(tar, 156, 'g')],
    ['a name that is not UTF-8', (tar) => patched(tar, 0, '\xff', 'latin1')],
    ['a wrong checksum', (tar) => replaced(tar, 148, '000000')],
    ['a size that is no number', (tar) => patched(tar, 124, 'elephantine')],
    ['a path that climbs', (tar) => patched(tar, 0, '..')],
    ['entries in another order', (tar) => patched(tar, 0, 'z')],
  ];
  it.each(spoiled)('with %s is refused', async (_, spoil) => {
    await expect(listTar(bytesOf(spoil(await valid())))).rejects.toThrow(BlockPackError);
  });
});

describe('hostile bytes', () => {
  const names = fc.oneof(
    fc.string({ unit: character, minLength: 1, maxLength: 12 }),
    fc.constantFrom('a', 'b', 'c', 'ä', '\u{1f4e6}', 'x'.repeat(101)),
  );
  const paths = fc.array(names, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const contents = fc.oneof(
    fc.string(),
    fc.uint8Array({ maxLength: 2000 }),
    names.map((name) => `-> ${name}`),
  );

  it('every tree that can be written is read back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(paths, contents, { maxKeys: 8 }), async (files) => {
        const entries = await fakeInput(files).entries();
        const tar = await tarOf(entries).catch((error) => {
          if (error instanceof BlockPackError) return undefined;
          throw error;
        });
        if (tar !== undefined) expect(await listTar(bytesOf(tar))).toEqual(await listTree(entries));
      }),
      { numRuns: 300 },
    );
  });

  it('a tar with changed bytes is refused or says the same', async () => {
    const tar = await tarOf(await awkward());
    const flips = fc.array(fc.tuple(fc.nat(tar.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const changed = tar.slice();
        for (const [offset, value] of changes) changed[offset] = value;
        try {
          await rewrite(changed).then((again) => expect(Buffer.compare(again, changed)).toBe(0));
        } catch (error) {
          if (!(error instanceof BlockPackError)) throw error;
        }
      }),
      { numRuns: 400 },
    );
  });

  it('any bytes at all end in a clear error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
        await expect(listTar(bytesOf(bytes))).rejects.toThrow(BlockPackError);
      }),
    );
  });
});

describe('other tools', () => {
  const folder = mkdtempSync(join(tmpdir(), 'block-pack-tar-'));
  const file = join(folder, 'tree.tar');
  beforeAll(async () => writeFileSync(file, await tarOf(await awkward())));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('GNU tar unpacks it', async () => {
    const out = mkdtempSync(join(folder, 'gnu-'));
    execFileSync('tar', ['-xf', file, '-C', out], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    await expectUnpacked(out);
  });

  it("Python's tarfile unpacks it", async () => {
    const out = mkdtempSync(join(folder, 'python-'));
    const script = 'import sys, tarfile; tarfile.open(sys.argv[1], "r:").extractall(sys.argv[2])';
    execFileSync('python3', ['-c', script, file, out], { env: { ...process.env, PYTHONUTF8: '1' } });
    await expectUnpacked(out);
  });

  it('node-tar unpacks it', async () => {
    const { extract } = await import('tar');
    const out = mkdtempSync(join(folder, 'node-'));
    await extract({ file, cwd: out, strict: true, preservePaths: false });
    await expectUnpacked(out);
  });

  async function expectUnpacked(out: string): Promise<void> {
    for (const entry of await awkward()) {
      if (entry.kind !== 'file') continue;
      const expected = await collect(entry.read(), 1 << 20, entry.path);
      expect(readFileSync(join(out, entry.path)).equals(expected), entry.path).toBe(true);
    }
  }
});

async function rewrite(tar: Uint8Array): Promise<Uint8Array> {
  const entries: TreeEntry[] = [];
  for await (const entry of readCanonicalTar(bytesOf(tar), 'the tar')) {
    if (entry.kind !== 'file') entries.push(entry);
    else {
      const content = await collect(entry.read(), 1 << 20, entry.path);
      entries.push({ ...entry, read: () => bytesOf(content) });
    }
  }
  return tarOf(entries);
}

async function* oneByOne(bytes: Bytes, length = 1): Bytes {
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += length) yield chunk.subarray(at, at + length);
  }
}

/** The tar with other bytes in its first header, whose checksum is made right again. */
function patched(
  tar: Uint8Array,
  offset: number,
  text: string,
  encoding: BufferEncoding = 'utf8',
): Uint8Array {
  const changed = replaced(tar, offset, text, encoding);
  changed.fill(0x20, 148, 156);
  const sum = changed.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  return replaced(changed, 148, `${sum.toString(8).padStart(6, '0')}\0 `);
}

function replaced(
  tar: Uint8Array,
  offset: number,
  text: string,
  encoding: BufferEncoding = 'utf8',
): Uint8Array {
  const changed = tar.slice();
  changed.set(Buffer.from(text, encoding), offset);
  return changed;
}
