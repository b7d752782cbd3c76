import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  bytesOf,
  canonicalTime,
  cutBlock,
  type Import,
  type ImportManifest,
  parseImagePath,
  type TreeEntry,
} from '@block-pack/core';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { walkDirectory } from './disk-walk.ts';
import { openStore } from './open-store.ts';
import { type ResolveOptions, type ResolveReport, resolveImports } from './resolve.ts';
import type { Store } from './store.ts';
import { errnoError, intercept } from './testing/fault.ts';
import { temporaryFolder } from './testing/processes.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let store: Store;
let place: string;
let target: string;
let count = 0;
beforeEach(async () => {
  store = await openStore(join(folder, `store-${count}`), { create: true });
  place = join(folder, `place-${count++}`);
  mkdirSync(place);
  target = join(place, 'target');
});

describe('resolving imports', () => {
  it('makes the files, links and directories again, with their modes and one time', async () => {
    const umask = process.umask(0o077);
    try {
      const tree = [
        fileEntry('bin/run', 'run', true),
        linkEntry('lib/current', 'v1'),
        fileEntry('lib/v1/a', 'a'),
        emptyDirectory('tmp'),
      ];
      const report = await resolve([
        await treeImport('/app', tree),
        await fileImport('/app/lib/b.jar', 'jar'),
        await fileImport('/app/start', 'go', true),
      ]);
      expect(report).toEqual({
        target,
        imports: 3,
        files: 4,
        links: 1,
        directories: 5,
        bytes: 9,
        method: 'copy',
      });
    } finally {
      process.umask(umask);
    }
    const app = join(target, 'app');
    expect((await walkDirectory(app)).map((entry) => `${entry.kind} ${entry.path}`)).toEqual([
      'file bin/run',
      'file lib/b.jar',
      'symlink lib/current',
      'file lib/v1/a',
      'file start',
      'directory tmp',
    ]);
    expect(readlinkSync(join(app, 'lib/current'))).toBe('v1');
    expect(readFileSync(join(app, 'lib/current/a'), 'utf8')).toBe('a');
    const modes = ['bin/run', 'start', 'lib/b.jar', 'lib', 'tmp', '.'].map(
      (path) => statSync(join(app, path)).mode & 0o777,
    );
    expect(modes).toEqual([0o755, 0o755, 0o644, 0o755, 0o755, 0o755]);
    for (const path of ['', 'bin', 'bin/run', 'lib/current', 'lib/b.jar']) {
      expect(lstatSync(join(app, path)).mtimeMs).toBe(canonicalTime * 1000);
    }
    expect(statSync(target).mode & 0o777).toBe(0o755);
  });

  it('puts the content of one image directory into the target', async () => {
    await resolve(
      [await fileImport('/app/lib/a.jar', 'a'), await treeImport('/app/lib', [fileEntry('b', 'b')])],
      { strip: '/app/lib' },
    );
    expect(readdirSync(target).sort()).toEqual(['a.jar', 'b']);
  });

  it('refuses an import outside that directory', async () => {
    for (const path of ['/app/library/a.jar', '/app/lib', '/other']) {
      await expect(resolve([await fileImport(path, 'a')], { strip: '/app/lib' })).rejects.toMatchObject({
        code: 'USAGE',
      });
    }
  });

  it('fills an empty directory, also by a link, and makes the ones above', async () => {
    mkdirSync(target);
    await resolve([await fileImport('/a', 'a')]);
    expect(readdirSync(target)).toEqual(['a']);
    const deep = join(place, 'x/y/z');
    await resolve([await fileImport('/a', 'a')], {}, deep);
    mkdirSync(join(place, 'empty'));
    symlinkSync('empty', join(place, 'link'));
    await resolve([await fileImport('/a', 'a')], {}, join(place, 'link'));
    expect(readdirSync(deep)).toEqual(readdirSync(join(place, 'empty')));
  });

  it('never writes into a directory that is in use, nor over a file', async () => {
    mkdirSync(target);
    writeFileSync(join(target, 'mine'), '');
    await expect(resolve([await fileImport('/a', 'a')])).rejects.toMatchObject({ code: 'TARGET_NOT_EMPTY' });
    expect(readdirSync(target)).toEqual(['mine']);
    await expect(resolve([await fileImport('/a', 'a')], {}, join(target, 'mine'))).rejects.toMatchObject({
      code: 'TARGET_NOT_EMPTY',
    });
    expect(readdirSync(place)).toEqual(['target']);
  });

  it('names missing blocks before it writes anything', async () => {
    const lines = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => fileImport(`/${name}`, name)));
    for (const line of lines.slice(1)) rmSync(store.blobPath(line.digest));
    await expect(resolve(lines, {}, join(place, 'x/y'))).rejects.toMatchObject({
      code: 'BLOB_MISSING',
      message: expect.stringMatching(/^4 of 5 blocks are missing: \/b .*, \/c .*, \/d .* and 1 more$/),
    });
    expect(readdirSync(place)).toEqual([]);
  });

  it.each(['copy', 'hardlink'] as const)(
    'leaves nothing behind when a block is damaged (%s)',
    async (method) => {
      const good = await fileImport('/a', 'a');
      const bad = await fileImport('/b', 'b');
      damage(bad);
      await expect(resolve([good, bad], { method }, join(place, 'x/y'))).rejects.toMatchObject({
        code: 'DIGEST_MISMATCH',
      });
      expect(readdirSync(place)).toEqual([]);
    },
  );

  it('leaves nothing behind when a tree is damaged', async () => {
    const tree = await treeImport('/t', [fileEntry('a', 'content')]);
    damage(tree, 512);
    await expect(resolve([tree])).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(readdirSync(place)).toEqual([]);
  });

  it('leaves nothing behind when it is stopped or the disk is full', async () => {
    const lines = [await fileImport('/a', 'a'), await fileImport('/b', 'b')];
    const stop = new AbortController();
    const stopped = resolve(lines, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(readdirSync(place)).toEqual([]);
    const restore = intercept('writeSync', () => {
      throw errnoError('ENOSPC', 'write');
    });
    try {
      await expect(resolve(lines)).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringContaining(target),
      });
    } finally {
      restore();
    }
    expect(readdirSync(place)).toEqual([]);
  });

  it.each([
    [
      'two trees hold the same file',
      [
        ['/t', 'a'],
        ['/t', 'a'],
      ],
    ],
    [
      'a file stands where a directory is',
      [
        ['/t', 'a/b'],
        ['/t', 'a'],
      ],
    ],
    [
      'a file would lie below a file',
      [
        ['/t', 'a'],
        ['/t', 'a/b'],
      ],
    ],
    [
      'a tree fills the place of another one’s file',
      [
        ['/', 't/a'],
        ['/t/a', 'b'],
      ],
    ],
  ])('refuses imports of which %s', async (_, trees) => {
    const lines = await Promise.all(
      trees.map(([path = '', name = ''], at) => treeImport(path, [fileEntry(name, `${at}`)])),
    );
    await expect(resolve(lines)).rejects.toMatchObject({ code: 'IMPORT_COLLISION' });
    expect(readdirSync(place)).toEqual([]);
  });

  it('never writes through a link', async () => {
    const linked = await treeImport('/t', [linkEntry('a', 'b'), fileEntry('b/c', 'c')]);
    const through = await treeImport('/t', [fileEntry('a/evil', 'evil')]);
    await expect(resolve([linked, through])).rejects.toMatchObject({
      code: 'IMPORT_COLLISION',
      message: expect.stringContaining('a link'),
    });
    await expect(resolve([linked, await fileImport('/t/a', 'evil')])).rejects.toMatchObject({
      code: 'IMPORT_COLLISION',
    });
    expect(existsSync(target)).toBe(false);
  });

  it('shares hard links with the store only when asked, and never an executable', async () => {
    const lines = [await fileImport('/a', 'a'), await fileImport('/run', 'run', true)];
    const report = await resolve(lines, { method: 'hardlink' });
    expect(report).toMatchObject({ method: 'hardlink', files: 2, bytes: 4 });
    expect(statSync(join(target, 'a')).nlink).toBe(2);
    expect(statSync(join(target, 'run')).nlink).toBe(1);
    const copied = await resolve(lines, { method: 'auto' }, join(place, 'copied'));
    expect(copied.method).not.toBe('hardlink');
    expect(statSync(join(place, 'copied', 'a')).nlink).toBe(1);
  });

  it('clones where the file system can, and checks the clone', async () => {
    const line = await fileImport('/a', 'a');
    const clone = async (bytes: string, to: string) => {
      const restore = intercept('copyFileSync', ([, path]) =>
        writeFileSync(String(path), bytes, { flag: 'wx' }),
      );
      try {
        return await resolve([line], { method: 'reflink' }, join(place, to));
      } finally {
        restore();
      }
    };
    expect(await clone('a', 'good')).toMatchObject({ method: 'reflink', files: 1, bytes: 1 });
    expect(statSync(join(place, 'good', 'a')).mode & 0o777).toBe(0o644);
    await expect(clone('b', 'bad')).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(readdirSync(place)).toEqual(['good']);
  });

  it('says that clones are not to be had where they were asked for', async () => {
    const line = await fileImport('/a', 'a');
    const restore = intercept('copyFileSync', () => {
      throw errnoError('ENOTSUP', 'copyfile');
    });
    try {
      await expect(resolve([line], { method: 'reflink' })).rejects.toMatchObject({
        code: 'OUTPUT_REFUSED',
        hint: expect.stringContaining('auto'),
      });
      expect(await resolve([line], { method: 'auto' })).toMatchObject({ method: 'copy' });
    } finally {
      restore();
    }
  });

  it('says that nothing was cloned or linked when it was all copied', async () => {
    const tree = await treeImport('/t', [fileEntry('a', 'a')]);
    for (const method of ['auto', 'reflink', 'hardlink'] as const) {
      expect(await resolve([tree], { method }, join(place, method))).toMatchObject({ method: 'copy' });
    }
  });

  it.each([
    ['has a damaged header', (line: Import) => damage(line, 3)],
    ['has a name that leads out', (line: Import) => replaceBlob(line, (tar) => tar.write('../a', 0))],
    ['is something else', (line: Import) => replaceBlob(line, () => 'a jar'.repeat(200))],
  ])('names the block and the import of a tree that %s', async (_, harm) => {
    const tree = await treeImport('/app/t', [fileEntry('some', 'content')]);
    harm(tree);
    await expect(resolve([tree])).rejects.toMatchObject({
      family: 'format',
      message: expect.stringContaining(`The block ${tree.digest}, imported at /app/t, is damaged or no tree`),
      hint: expect.stringContaining('verify'),
    });
    expect(readdirSync(place)).toEqual([]);
  });

  it('names the import that would make a file of the root', async () => {
    const line = await fileImport('/', 'a');
    await expect(resolve([line])).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: `The import of ${line.digest} puts a file at /`,
    });
  });

  it('says where it may not write', async () => {
    writeFileSync(join(place, 'file'), '');
    await expect(
      resolve([await fileImport('/a', 'a')], {}, join(place, 'file', 'below')),
    ).rejects.toMatchObject({ code: 'OUTPUT_REFUSED' });
  });
});

type Options = Partial<Omit<ResolveOptions, 'strip'>> & { readonly strip?: string };

function resolve(
  imports: readonly Import[],
  { strip = '/', method = 'copy', ...rest }: Options = {},
  to = target,
): Promise<ResolveReport> {
  const manifest: ImportManifest = { packer: 'files', directives: [], imports };
  return resolveImports(manifest, store, to, { method, strip: parseImagePath(strip), ...rest });
}

async function fileImport(path: string, content: string, executable = false): Promise<Import> {
  const { digest } = await store.write(bytesOf(new TextEncoder().encode(content)));
  return { path: parseImagePath(path), digest, attributes: new Map(executable ? [['mode', '755']] : []) };
}

async function treeImport(path: string, entries: readonly TreeEntry[]): Promise<Import> {
  const { digest } = await cutBlock({ kind: 'tree', entries }, store);
  return { path: parseImagePath(path), digest, attributes: new Map([['type', 'tree']]) };
}

function fileEntry(path: string, content: string, executable = false): TreeEntry {
  const bytes = new TextEncoder().encode(content);
  return { kind: 'file', path, size: bytes.length, executable, read: () => bytesOf(bytes) };
}

function linkEntry(path: string, link: string): TreeEntry {
  return { kind: 'symlink', path, target: link };
}

function emptyDirectory(path: string): TreeEntry {
  return { kind: 'directory', path };
}

function replaceBlob({ digest }: Import, change: (tar: Buffer) => unknown): void {
  const path = store.blobPath(digest);
  const tar = readFileSync(path);
  const changed = change(tar);
  chmodSync(path, 0o644);
  writeFileSync(path, changed instanceof Uint8Array || typeof changed === 'string' ? changed : tar);
}

function damage({ digest }: Import, at = 0): void {
  const path = store.blobPath(digest);
  const content = readFileSync(path);
  content[at] = (content[at] ?? 0) ^ 1;
  chmodSync(path, 0o644);
  writeFileSync(path, content);
}
