import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { collect, type FileEntry, type TreeEntry } from '@block-pack/core';
import { fakeZip } from '@block-pack/core/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openInput } from './disk-input.ts';
import { openStore } from './open-store.ts';
import { checkStoreApart } from './real-place.ts';
import { bundleProgram, run, temporaryFolder } from './testing/processes.ts';

const folder = temporaryFolder();
const scratch = { scratchDirectory: folder };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let input: string;
let count = 0;
beforeEach(() => {
  input = join(folder, `input-${count++}`);
  mkdirSync(input);
});

describe('a directory as input', () => {
  it('gives files, links and empty directories, sorted bytewise', async () => {
    for (const path of ['a', 'a/empty', 'b']) mkdirSync(join(input, path));
    for (const path of ['a/z', 'a-b', 'b/\u{1f600}', 'b/\uff61', 'b/ "quoted"\n\t'])
      writeFileSync(join(input, path), path);
    symlinkSync('../a/z', join(input, 'b/link'));
    expect((await entries()).map((entry) => `${entry.kind} ${entry.path}`)).toEqual([
      'file a-b',
      'directory a/empty',
      'file a/z',
      'file b/ "quoted"\n\t',
      'symlink b/link',
      'file b/\uff61',
      'file b/\u{1f600}',
    ]);
  });

  it('has no drafts, which may be gone when they are looked at', async () => {
    mkdirSync(join(input, 'a/.block-pack-draft-1'), { recursive: true });
    for (const path of [
      '.block-pack-draft-2',
      'a/.block-pack-draft-1/b',
      'a/.block-pack-draft',
      'a/block-pack-draft-3',
    ])
      writeFileSync(join(input, path), path);
    expect((await entries()).map(({ path }) => path)).toEqual([
      'a/.block-pack-draft',
      'a/block-pack-draft-3',
    ]);
  });

  it('tells an absolute link that stays inside as the relative one, by whatever name the directory goes', async () => {
    for (const path of ['a/deep', 'b', 'b/circle']) mkdirSync(join(input, path), { recursive: true });
    const otherName = `${input}-other`;
    symlinkSync(input, otherName);
    symlinkSync(input, join(input, 'b/circle/top'));
    const targets = {
      'a/deep/down': join(input, 'b/file'),
      'a/deep/gone': join(input, 'nowhere'),
      'a/here': `${input}//a/./deep/`,
      'a/named': join(otherName, 'b'),
      'b/root': input,
      'b/round': join(otherName, 'b/circle/top/a'),
      outside: dirname(input),
      'outside-alike': `${input}-x/file`,
      'outside-by-dots': `${input}/../elsewhere`,
      'outside-gone': '/no/such/directory',
    };
    for (const [path, target] of Object.entries(targets)) symlinkSync(target, join(input, path));
    const found = (await entries()).map((entry) =>
      entry.kind === 'symlink' ? [entry.path, entry.target] : [],
    );
    expect(Object.fromEntries(found.filter(({ length }) => length > 0))).toEqual({
      ...targets,
      'a/deep/down': '../../b/file',
      'a/deep/gone': '../../nowhere',
      'a/here': 'deep',
      'a/named': '../b',
      'b/circle/top': '../..',
      'b/root': '..',
      'b/round': 'circle/top/a',
    });
  });

  it('says which files are executable', async () => {
    for (const [name, mode] of [
      ['all', 0o755],
      ['owner', 0o744],
      ['group', 0o654],
      ['none', 0o666],
    ] as const) {
      writeFileSync(join(input, name), '');
      chmodSync(join(input, name), mode);
    }
    const found = (await entries()).filter((entry) => entry.kind === 'file' && entry.executable);
    expect(found.map((entry) => entry.path)).toEqual(['all', 'group', 'owner']);
  });

  it('takes names of 255 bytes, and nothing for something else than it is', async () => {
    const long = 'ü'.repeat(127).concat('x');
    for (const name of [long, '\ufffd', '__proto__', 'back\\slash', '-rf', '*'])
      writeFileSync(join(input, name), name);
    const paths = (await entries()).map((entry) => entry.path);
    expect(paths).toEqual(['*', '-rf', '__proto__', 'back\\slash', long, '\ufffd']);
    expect(await text(await file(long))).toBe(long);
  });

  it('names the bytes of a name that is not UTF-8', async () => {
    mkdirSync(join(input, 'sub'));
    writeFileSync(Buffer.concat([Buffer.from(`${input}/sub/caf`), Buffer.from([0xe9])]), '');
    await expect(entries()).rejects.toMatchObject({
      code: 'NAME_UNSUPPORTED',
      message: `A name in ${join(input, 'sub')} is not UTF-8: "caf\\xe9"`,
    });
  });

  it('names the link whose target is not UTF-8', async () => {
    symlinkSync(Buffer.from([0x66, 0xff]), join(input, 'link'));
    await expect(entries()).rejects.toMatchObject({
      code: 'NAME_UNSUPPORTED',
      message: expect.stringContaining('"f\\xff"'),
    });
  });

  it('does not follow links, whether they lead out, nowhere or round in circles', async () => {
    symlinkSync('/etc/passwd', join(input, 'out'));
    symlinkSync('nowhere', join(input, 'nowhere'));
    symlinkSync('.', join(input, 'circle'));
    symlinkSync('self', join(input, 'self'));
    expect(await entries()).toEqual([
      { kind: 'symlink', path: 'circle', target: '.' },
      { kind: 'symlink', path: 'nowhere', target: 'nowhere' },
      { kind: 'symlink', path: 'out', target: '/etc/passwd' },
      { kind: 'symlink', path: 'self', target: 'self' },
    ]);
  });

  it('follows a link that is the input itself', async () => {
    writeFileSync(join(input, 'a'), '');
    const link = join(folder, 'link-to-input');
    symlinkSync(input, link);
    const opened = await openInput(link, { scratch });
    expect(opened.realPath).toBe(input);
    expect(opened.directory.name).toBe(link);
    expect(await opened.directory.entries()).toHaveLength(1);
  });

  it('refuses pipes and sockets', async () => {
    const server = createServer().listen(join(input, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(entries()).rejects.toMatchObject({
      code: 'INPUT_UNSUPPORTED',
      message: expect.stringContaining('a socket'),
    });
    await new Promise((resolve) => server.close(resolve));
    execFileSync('mkfifo', [join(input, 'pipe')]);
    await expect(entries()).rejects.toMatchObject({
      code: 'INPUT_UNSUPPORTED',
      message: expect.stringContaining('a named pipe'),
    });
  });
});

describe('a file of the input', () => {
  it.each([
    ['grows', (path: string) => appendFileSync(path, 'more')],
    ['shrinks', (path: string) => writeFileSync(path, 'x')],
    ['changes in place', (path: string) => writeFileSync(path, 'CONTENT')],
    ['is replaced', replace],
    ['becomes a pipe', (path: string) => execFileSync('sh', ['-c', 'rm "$1" && mkfifo "$1"', 'sh', path])],
  ])('is refused when it %s before it is read', async (_, change) => {
    writeFileSync(join(input, 'a'), 'content');
    const entry = await file('a');
    change(join(input, 'a'));
    await expect(text(entry)).rejects.toMatchObject({
      code: 'INPUT_CHANGED',
      details: { path: join(input, 'a') },
    });
  });

  it('is refused when it changes while it is read', async () => {
    writeFileSync(join(input, 'a'), Buffer.alloc(3 << 20));
    const reading = (await file('a')).read()[Symbol.asyncIterator]();
    await reading.next();
    appendFileSync(join(input, 'a'), 'x');
    const rest = async () => {
      while (!(await reading.next()).done);
    };
    await expect(rest()).rejects.toMatchObject({
      code: 'INPUT_CHANGED',
      hint: expect.stringContaining('pack again'),
    });
  });

  it('is named when it is gone', async () => {
    writeFileSync(join(input, 'a'), '');
    const entry = await file('a');
    rmSync(join(input, 'a'));
    await expect(text(entry)).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
      details: { errno: 'ENOENT' },
    });
  });

  it('has a stamp once it has been left alone for two seconds, and another one after a change', async () => {
    const path = join(input, 'a');
    writeFileSync(path, 'content');
    expect((await file('a')).stamp).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const { stamp } = await file('a');
    expect(stamp).toBeDefined();
    expect((await file('a')).stamp).toBe(stamp);
    utimesSync(path, 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect((await file('a')).stamp).not.toBe(stamp);
  });

  it('stays readable when it is given another path', async () => {
    writeFileSync(join(input, 'a'), 'content');
    expect(await text({ ...(await file('a')), path: 'elsewhere' })).toBe('content');
  });
});

describe('what is given as input', () => {
  let program: string;
  beforeAll(async () => {
    program = await bundleProgram(folder);
    // Whoever the child runs as must reach it.
    chmodSync(folder, 0o755);
  });

  it('is missing', async () => {
    await expect(openInput(join(input, 'none'), { scratch, name: 'target/lib' })).rejects.toMatchObject({
      code: 'INPUT_MISSING',
      message: 'There is no target/lib',
    });
  });

  it('is neither a directory nor an archive', async () => {
    writeFileSync(join(input, 'notes.txt'), '');
    await expect(openInput(join(input, 'notes.txt'), { scratch })).rejects.toMatchObject({
      code: 'INPUT_UNSUPPORTED',
    });
  });

  it.each(['directory', 'file'])('holds a %s that this user may not read', async (kind) => {
    const path = join(input, 'secret');
    if (kind === 'directory') mkdirSync(path);
    else writeFileSync(path, '');
    chmodSync(path, 0);
    // Root may read all, so the child is somebody else then.
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    const answer = await run(program, ['walk', input], uid);
    chmodSync(path, 0o700);
    expect(answer).toEqual({
      error: 'INPUT_UNREADABLE',
      message: `Cannot read ${path}: permission denied (EACCES)`,
    });
  });

  it('is a zip archive', async () => {
    writeFileSync(join(input, 'app.war'), fakeZip({ 'WEB-INF/lib/a.jar': 'jar' }));
    const opened = await openInput(join(input, 'app.war'), { scratch });
    expect(opened.directory.archive?.path).toBe('app.war');
    const [entry] = await opened.directory.entries();
    expect(entry?.kind === 'file' && (await text(entry))).toBe('jar');
    await opened.close();
  });

  it.each([
    ['its own name', 'app.jar', 'blob', 'app.jar'],
    ['what it leads to', 'current', 'asm.jar', 'current'],
    ['its first bytes', 'current', 'blob', 'current'],
  ])('is an archive by %s when it is a link', async (_, name, target, path) => {
    writeFileSync(join(input, target), fakeZip({ a: 'jar' }));
    symlinkSync(target, join(input, name));
    const { directory, realPath, close } = await openInput(join(input, name), { scratch });
    expect(directory.archive?.path).toBe(path);
    expect(realPath).toBe(join(input, target));
    await close();
  });

  it.each(['-cf', '-czf'])('is a tar archive by its first bytes (%s)', async (flags) => {
    writeFileSync(join(input, 'a'), 'a');
    execFileSync('tar', [flags, join(folder, 'dist'), '-C', input, 'a']);
    const { directory, close } = await openInput(join(folder, 'dist'), { scratch });
    expect((await directory.entries()).map((entry) => entry.path)).toEqual(['a']);
    await close();
  });

  it('lies in the store, or the store in it', async () => {
    const lib = join(input, 'lib');
    mkdirSync(lib);
    const store = await openStore(join(lib, 'store'), { create: true });
    const link = join(folder, `link-${count}`);
    symlinkSync(input, link);
    for (const path of [lib, input, link]) {
      await expect(openInput(path, { scratch: store, name: 'lib' })).rejects.toMatchObject({
        code: 'USAGE',
        message: `The store ${store.directory} lies inside the input lib`,
        hint: expect.stringContaining('--store'),
      });
    }
    await expect(openInput(join(store.directory, 'blobs'), { scratch: store })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('lies inside the store'),
    });
    mkdirSync(join(input, 'lib2'));
    await (await openInput(join(input, 'lib2'), { scratch: store })).close();
  });

  it('would hold a store that is yet to be made', () => {
    expect(() => checkStoreApart(join(input, 'new', 'store'), input)).toThrow(/lies inside the input/);
    expect(() => checkStoreApart(join(input, 'new', 'store'), join(input, 'other'))).not.toThrow();
    expect(() => checkStoreApart(join(input, '..store'), input)).toThrow(/lies inside the input/);
  });

  it('is no zip archive, though its name says so', async () => {
    writeFileSync(join(input, 'app.jar'), '<html>');
    await expect(openInput(join(input, 'app.jar'), { scratch })).rejects.toMatchObject({
      code: 'ARCHIVE_INVALID',
    });
  });
});

async function entries(): Promise<readonly TreeEntry[]> {
  return (await openInput(input, { scratch })).directory.entries();
}

async function file(path: string): Promise<FileEntry> {
  const found = (await entries()).find((entry) => entry.path === path);
  if (found?.kind !== 'file') throw new Error(`no file ${path}`);
  return found;
}

async function text(entry: FileEntry): Promise<string> {
  return new TextDecoder().decode(await collect(entry.read(), 1 << 24, entry.path));
}

function replace(path: string): void {
  writeFileSync(`${path}.new`, 'content');
  renameSync(`${path}.new`, path);
}
