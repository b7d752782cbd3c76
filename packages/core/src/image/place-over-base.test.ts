import { beforeEach, describe, expect, it } from 'vitest';
import { bytesOf } from '../bytes.ts';
import { writeCanonicalTar } from '../canonical-tar.ts';
import type { Digest } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { type ImagePath, parseImagePath } from '../image-path.ts';
import { MemoryBlobStore } from '../memory-blob-store.ts';
import type { Warning } from '../packer.ts';
import type { ImportsFile } from './imports-layer.ts';
import { type BaseView, placeOverBase } from './place-over-base.ts';

let store: MemoryBlobStore;
let reads: Digest[];
beforeEach(() => {
  reads = [];
  store = new MemoryBlobStore();
  const read = store.read.bind(store);
  store.read = (digest, range) => {
    reads.push(digest);
    return read(digest, range);
  };
});

/** A manifest of files, and of trees where a list of names says what is inside. */
async function manifest(
  name: string,
  imports: Readonly<Record<string, readonly string[] | 'file'>>,
): Promise<ImportsFile> {
  const lines = await Promise.all(
    Object.entries(imports).map(async ([path, inside]) => ({
      path: parseImagePath(path),
      digest: (await store.write(inside === 'file' ? bytesOf(Buffer.from(path)) : tree(inside))).digest,
      attributes: new Map(inside === 'file' ? [] : [['type', 'tree']]),
    })),
  );
  return { name, manifest: { packer: name, directives: [], imports: lines } };
}

function tree(paths: readonly string[]) {
  return writeCanonicalTar(
    paths.map((path) => ({
      kind: 'file',
      path,
      size: 1,
      executable: false,
      read: () => bytesOf(Buffer.from('x')),
    })),
  );
}

/** A base of directories, files, and links by what they lead to. */
function base(entries: Readonly<Record<string, 'directory' | 'file' | `-> ${string}`>> = {}): BaseView {
  const links = Object.entries(entries).filter(([, kind]) => kind.startsWith('-> '));
  return {
    entry: (path) => {
      const kind = entries[path];
      return kind && { kind: kind.startsWith('-> ') ? 'symlink' : kind };
    },
    resolve(path) {
      const link = links.find(([from]) => path === from || path.startsWith(`${from}/`));
      return link === undefined ? path : parseImagePath(link[1].slice(3) + path.slice(link[0].length));
    },
  };
}

async function place(files: readonly ImportsFile[], over: BaseView = base(), replace = false) {
  const warnings: Warning[] = [];
  const placed = await placeOverBase(files, store, over, {
    replace,
    warn: (warning) => void warnings.push(warning),
  });
  const paths: ImagePath[] = placed.flatMap((file) => file.manifest.imports.map(({ path }) => path));
  return { paths, warnings };
}

describe('imports over a base', () => {
  it('stay where they are, and trees that nothing else reaches into are not read', async () => {
    const npm = await manifest('npm', { '/app/node_modules/a': ['i.js'], '/app/node_modules/b': ['i.js'] });
    const files = await manifest('files', { '/app': ['main.js'] });
    const { paths, warnings } = await place([files, npm], base({ '/usr': 'directory' }));
    expect([paths, warnings]).toEqual([['/app', '/app/node_modules/a', '/app/node_modules/b'], []]);
    expect(reads).toEqual([files.manifest.imports[0]?.digest]);
  });

  it('go to where a link of the base leads, which is told', async () => {
    const over = base({ '/lib': '-> /usr/lib', '/usr': 'directory', '/usr/lib': 'directory' });
    const { paths, warnings } = await place(
      [await manifest('files', { '/lib': ['a'], '/lib/b': 'file' })],
      over,
    );
    expect(paths).toEqual(['/usr/lib', '/usr/lib/b']);
    const message = 'Imports of files go to /usr/lib in place of /lib: a link of the base leads there';
    expect(warnings).toEqual([{ code: 'PATH_THROUGH_LINK', message }]);
  });

  it('do not replace a file of the base unless that is allowed', async () => {
    const over = base({ '/etc': 'directory', '/etc/passwd': 'file' });
    for (const imports of [
      { '/etc/passwd': 'file' },
      { '/etc': ['passwd'] },
      { '/': ['etc/passwd'] },
    ] as const) {
      const file = await manifest('files', imports);
      await expect(place([file], over)).rejects.toMatchObject({
        code: 'IMPORT_COLLISION',
        message: expect.stringContaining('/etc/passwd'),
        hint: expect.stringContaining('--replace-base-files'),
      });
      expect((await place([file], over, true)).warnings).toEqual([]);
    }
  });

  it.each([
    ['a file over a directory', { '/usr': 'file' }],
    ['a directory over a file', { '/etc/passwd/x': 'file' }],
    ['a tree over a file', { '/etc/passwd': ['x'] }],
    ['a directory of a tree over a file', { '/etc': ['passwd/x'] }],
    ['a directory of a tree over a link', { '/': ['lib/x'] }],
  ] as const)('refuse %s, even where replacing is allowed', async (_, imports) => {
    const over = base({
      '/usr': 'directory',
      '/etc': 'directory',
      '/etc/passwd': 'file',
      '/lib': '-> /usr/lib',
    });
    const file = await manifest('files', imports);
    await expect(place([file], over, true)).rejects.toMatchObject({ code: 'IMPORT_COLLISION' });
  });

  it.each([
    ['the same file', { '/app/a': 'file' }, { '/app/a': 'file' }],
    ['a file in the other tree', { '/app': ['lib/a'] }, { '/app/lib/a': 'file' }],
    ['trees with the same file', { '/app': ['a', 'b'] }, { '/app': ['b'] }],
    ['a tree inside the other', { '/app': ['lib/a'] }, { '/app/lib': ['a'] }],
    ['a file where the other has a directory', { '/app/a': 'file' }, { '/app/a/b': 'file' }],
    ['a tree where the other has a file', { '/app/a': ['b'] }, { '/app': ['a'] }],
    ['a file in a tree where the other has a tree', { '/': ['app/a'] }, { '/app/a': ['b'] }],
  ] as const)('refuse two manifests with %s, in either order', async (_, one, other) => {
    const [a, b] = [await manifest('one', one), await manifest('other', other)];
    for (const files of [
      [a, b],
      [b, a],
    ]) {
      await expect(place(files)).rejects.toMatchObject({
        code: 'IMPORT_COLLISION',
        message: expect.stringMatching(/one.*other|other.*one/),
      });
    }
  });

  it('are held apart where a tree of one reaches into a tree that its own manifest has in another tree', async () => {
    const one = await manifest('one', { '/app': ['lib/a/x'], '/app/lib/a': ['z'] });
    const other = await manifest('other', { '/app': ['lib/a/z'] });
    await expect(place([one, other])).rejects.toMatchObject({ code: 'IMPORT_COLLISION' });
  });

  it('may share directories', async () => {
    const one = await manifest('one', { '/app': ['lib/a', 'x'] });
    const other = await manifest('other', { '/app/lib': ['b'], '/app/lib/c': 'file' });
    expect((await place([one, other])).paths).toEqual(['/app', '/app/lib', '/app/lib/c']);
  });

  it('are named where links of the base lead in a circle', async () => {
    const looping = {
      ...base(),
      resolve: () => {
        throw new BlockPackError('ARCHIVE_INVALID', 'too many links');
      },
    };
    await expect(place([await manifest('files', { '/loop/x': 'file' })], looping)).rejects.toMatchObject({
      code: 'IMPORT_COLLISION',
      message: expect.stringMatching(/at \/loop\/x \(files\) cannot be placed: .* at \/loop$/),
      hint: expect.stringContaining('--files DIR:/path'),
    });
  });

  it('leave the place of import manifests alone, and names that the base has', async () => {
    await expect(place([await manifest('files', { '/': ['.import.java'] })])).rejects.toMatchObject({
      code: 'IMPORT_COLLISION',
    });
    await expect(
      place([await manifest('java', {})], base({ '/.import.java': 'file' })),
    ).rejects.toMatchObject({
      code: 'USAGE',
      hint: expect.stringContaining('app-java=FILE'),
    });
  });
});
