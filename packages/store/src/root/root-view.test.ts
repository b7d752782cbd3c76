import { bytesOf, parseImagePath } from '@block-pack/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  directory,
  type FakeEntry,
  fakeLayer,
  file,
  gnuLong,
  hardLink,
  symlink,
} from '../testing/fake-layer.ts';
import { readLayer } from './read-layer.ts';
import { type LaidLayer, type RootView, rootView } from './root-view.ts';

const gzip = 'application/vnd.oci.image.layer.v1.tar+gzip';
const path = (text: string) => parseImagePath(text);

async function rootOf(...layers: readonly (readonly FakeEntry[])[]): Promise<RootView> {
  const laid: LaidLayer[] = [];
  for (const entries of layers) {
    const listing = await readLayer(bytesOf(fakeLayer(...entries)), gzip, 'layer');
    laid.push({ name: listing.digest, entries: listing.entries });
  }
  return rootView(laid);
}

/** Every path with the layer that it comes from. */
const told = (root: RootView) =>
  [...root.entries()].map(
    ({ path: at, kind, layer, index }) => `${at} ${index < 0 ? 'implied' : `${kind} ${layer}`}`,
  );

describe('the root file system of several layers', () => {
  it('has what the uppermost layer says of each path', async () => {
    const root = await rootOf(
      [directory('etc', { mode: 0o700 }), file('etc/a', 'old'), file('etc/b')],
      [file('etc/a', 'newer', { mode: 0o600 })],
    );
    expect(told(root)).toEqual(['/ implied', '/etc directory 0', '/etc/a file 1', '/etc/b file 0']);
    expect(root.entry(path('/etc/a'))).toMatchObject({ size: 5, mode: 0o600, layer: 1, index: 0 });
    expect(root.entry(path('/etc'))).toMatchObject({ mode: 0o700 });
    expect(root.entry(path('/etc/c'))).toBeUndefined();
    expect(root.entry(path('/etc/a/c'))).toBeUndefined();
  });

  it('keeps what is in a directory when an upper layer only says the directory anew', async () => {
    const root = await rootOf(
      [directory('d'), file('d/a')],
      [directory('./', { mode: 0o711 }), directory('d', { uid: 5 })],
    );
    expect(told(root)).toEqual(['/ directory 1', '/d directory 1', '/d/a file 0']);
    expect(root.entry(path('/d'))).toMatchObject({ uid: 5 });
    expect(root.entry(path('/'))).toMatchObject({ mode: 0o711 });
  });

  it('has directories that no layer names, as everybody makes them', async () => {
    const root = await rootOf([file('a/b/c')]);
    expect([...root.directories()]).toMatchObject([
      { path: '/' },
      { path: '/a', mode: 0o755, uid: 0, gid: 0, index: -1 },
      { path: '/a/b' },
    ]);
  });

  it('loses what a whiteout hides, a whole directory as well', async () => {
    const root = await rootOf(
      [file('a'), file('d/x'), file('keep')],
      [file('.wh.a'), file('.wh.d'), file('.wh.nothing')],
    );
    expect(told(root)).toEqual(['/ implied', '/keep file 0']);
  });

  it('keeps what a layer has itself, wherever its whiteouts stand', async () => {
    const lower = [directory('d', { mode: 0o700 }), file('d/old'), file('gone')];
    const upper = [file('d/new'), file('d/.wh..wh..opq'), file('gone'), file('.wh.gone')];
    for (const entries of [upper, [...upper].reverse()])
      expect(told(await rootOf(lower, entries))).toEqual([
        '/ implied',
        '/d directory 0',
        '/d/new file 1',
        '/gone file 1',
      ]);
  });

  it('loses all of the lower layers to an opaque root', async () => {
    expect(told(await rootOf([file('a'), file('b/c')], [file('.wh..wh..opq'), file('d')]))).toEqual([
      '/ implied',
      '/d file 1',
    ]);
  });

  it('has a file in the place of a directory, and a directory in the place of a file', async () => {
    const root = await rootOf([file('d/x/y'), file('f')], [file('d'), directory('f'), file('f/z')]);
    expect(told(root)).toEqual(['/ implied', '/d file 1', '/f directory 1', '/f/z file 1']);
  });

  it('has the last of two entries that one layer has for a path', async () => {
    const root = await rootOf([file('a', 'first'), file('a', 'second!'), file('d/x'), file('d', 'z')]);
    expect(told(root)).toEqual(['/ implied', '/a file 0', '/d file 0']);
    expect(root.entry(path('/a'))).toMatchObject({ size: 7 });
  });

  it('has one file under all its names, also when one of them is replaced', async () => {
    const root = await rootOf(
      [file('bin/tool', 'xyz', { mode: 0o755 }), hardLink('bin/alias', 'bin/tool')],
      [hardLink('bin/third', '/bin/alias'), file('bin/tool', 'new')],
    );
    expect(told(root).slice(2)).toEqual(['/bin/alias file 0', '/bin/third file 0', '/bin/tool file 1']);
    expect(root.entry(path('/bin/third'))).toMatchObject({
      path: '/bin/third',
      mode: 0o755,
      size: 3,
      index: 0,
    });
  });

  it('follows links on the way to an entry, inside the root', async () => {
    const root = await rootOf(
      [
        directory('usr/lib'),
        symlink('lib', 'usr/lib'),
        symlink('up', '../../../usr'),
        symlink('far', '/opt/x'),
      ],
      [file('lib/a.so'), file('up/b'), file('far/c'), hardLink('d', 'lib/a.so')],
      [file('lib/.wh.a.so'), file('up/lib/.wh..wh..opq'), file('up/lib/e')],
    );
    expect(told(root).slice(1)).toEqual([
      '/d file 1',
      '/far symlink 0',
      '/lib symlink 0',
      '/opt implied',
      '/opt/x implied',
      '/opt/x/c file 1',
      '/up symlink 0',
      '/usr implied',
      '/usr/b file 1',
      '/usr/lib directory 0',
      '/usr/lib/e file 2',
    ]);
    expect(root.entry(path('/usr/b'))).toMatchObject({ path: '/usr/b' });
    expect(root.entry(path('/lib/e'))).toBeUndefined();
  });

  it('has a directory in the place of a link, and leaves alone what the link led to', async () => {
    const lower = [file('usr/lib/a'), symlink('lib', 'usr/lib')];
    const upper = [directory('lib'), file('lib/.wh..wh..opq'), file('lib/.wh.a'), file('lib/b')];
    expect(told(await rootOf(lower, upper))).toEqual([
      '/ implied',
      '/lib directory 1',
      '/lib/b file 1',
      '/usr implied',
      '/usr/lib implied',
      '/usr/lib/a file 0',
    ]);
  });

  it('tells where a path leads, existing or not', async () => {
    const root = await rootOf([
      symlink('lib', 'usr/lib'),
      symlink('usr/lib/current', '../v/2'),
      directory('usr/v/2'),
      symlink('bin/sh', '/bin/dash'),
      symlink('out', '../../..'),
      symlink('dangling', 'no/where'),
    ]);
    const cases = {
      '/': '/',
      '/lib': '/usr/lib',
      '/lib/current/x/y': '/usr/v/2/x/y',
      '/bin/sh': '/bin/dash',
      '/out/lib/z': '/usr/lib/z',
      '/dangling/a': '/no/where/a',
      '/nothing/at/all': '/nothing/at/all',
    };
    for (const [from, to] of Object.entries(cases)) expect(root.resolve(path(from)), from).toBe(to);
  });

  it.each<[string, readonly (readonly FakeEntry[])[]]>([
    ['an entry below a file', [[file('a')], [file('a/b')]]],
    ['an entry below a file of its own', [[file('a'), file('a/b')]]],
    ['a link that leads to itself', [[symlink('a', 'b'), symlink('b', 'a')], [file('a/c')]]],
    ['a hard link to nothing', [[hardLink('a', 'b')]]],
    ['a hard link to a directory', [[directory('b'), hardLink('a', 'b')]]],
    ['a hard link to what it hides', [[file('b')], [file('.wh.b'), hardLink('a', 'b')]]],
    ['a hard link through a loop', [[symlink('a', 'a'), hardLink('c', 'a/b')]]],
    [
      'a link to where a path is too long',
      [[gnuLong('nn/'.repeat(1350), 'K'), symlink('a', ''), file(`a/${'m/'.repeat(40)}x`)]],
    ],
  ])('cannot be made of %s', async (_, layers) => {
    const error = await rootOf(...layers).then(
      () => undefined,
      (refusal: unknown) => refusal,
    );
    expect(error).toMatchObject({
      code: 'ARCHIVE_INVALID',
      details: { layer: expect.stringMatching(/^sha256:/) },
    });
  });

  it('cannot be made of a few entries that need directories beyond measure', async () => {
    const deep = Array.from({ length: 100 }, (_, at) => [
      gnuLong(`${at}/${'d/'.repeat(1900)}x`),
      file('stand-in'),
    ]);
    await expect(rootOf(deep.flat())).rejects.toMatchObject({ code: 'ARCHIVE_BOMB' });
  });

  it('is not followed through links for ever', async () => {
    const root = await rootOf([symlink('a', 'b'), symlink('b', 'a')]);
    expect(() => root.resolve(path('/a/x'))).toThrow(expect.objectContaining({ code: 'ARCHIVE_INVALID' }));
  });
});

/** What a path holds, by the book: a map of paths, changed entry by entry. */
class PlainRoot {
  readonly paths = new Map<string, { what: string }>();

  lay(layer: number, entries: readonly FakeEntry[]): void {
    for (const { path: name } of entries) this.#hide(`/${name}`);
    for (const [index, entry] of entries.entries()) this.#put(entry, `${layer}.${index}`);
  }

  #hide(path: string): void {
    const [, parent = '', name = ''] = /^(.*)\/([^/]*)$/.exec(path) ?? [];
    if (name === '.wh..wh..opq') this.#removeBelow(parent);
    else if (name.startsWith('.wh.')) this.#remove(`${parent}/${name.slice(4)}`);
  }

  #put({ path: name, type, link }: FakeEntry, id: string): void {
    const at = `/${name}`;
    if (at.includes('/.wh.')) return;
    for (let end = at.indexOf('/', 1); end > 0; end = at.indexOf('/', end + 1)) {
      const above = at.slice(0, end);
      if ((this.paths.get(above)?.what ?? 'directory').startsWith('file')) throw new Error('below a file');
      if (!this.paths.has(above)) this.paths.set(above, { what: 'directory implied' });
    }
    const what = this.#what(type, link, id);
    const keeps = what.what.startsWith('directory') && this.paths.get(at)?.what.startsWith('directory');
    if (!keeps) this.#remove(at);
    this.paths.set(at, what);
  }

  #what(type: string | undefined, link: string | undefined, id: string): { what: string } {
    if (type === '5') return { what: `directory ${id}` };
    if (type !== '1') return { what: `file ${id}` };
    const target = this.paths.get(`/${link}`);
    if (target === undefined || target.what.startsWith('directory')) throw new Error('no file');
    return target;
  }

  #remove(path: string): void {
    this.paths.delete(path);
    this.#removeBelow(path);
  }

  #removeBelow(path: string): void {
    for (const one of [...this.paths.keys()]) if (one.startsWith(`${path}/`)) this.paths.delete(one);
  }
}

const anyPath = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
  .map((names) => names.join('/'));
const anyEntry = fc.oneof(
  anyPath.map((at) => file(at)),
  anyPath.map((at) => directory(at)),
  fc.tuple(anyPath, anyPath).map(([at, to]) => hardLink(at, to)),
  anyPath.map((at) => file(at.replace(/[^/]*$/, (name) => `.wh.${name}`))),
  anyPath.map((at) => file(`${at}/.wh..wh..opq`)),
);

describe('layers of any kind', () => {
  it('make the root that applying them one after the other makes', async () => {
    let made = 0;
    const layers = fc.array(fc.array(anyEntry, { maxLength: 8 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(layers, async (all) => {
        const plain = new PlainRoot();
        const expected = attempt(() => {
          for (const [layer, entries] of all.entries()) plain.lay(layer, entries);
        });
        const root = await rootOf(...all).catch(() => undefined);
        expect(root === undefined).toBe(!expected);
        if (root === undefined) return;
        made++;
        const seen = [...root.entries()].slice(1).map((entry) => [entry.path, spelled(entry)]);
        expect(Object.fromEntries(seen)).toEqual(
          Object.fromEntries([...plain.paths].map(([at, { what }]) => [at, what])),
        );
      }),
      { numRuns: 700 },
    );
    expect(made).toBeGreaterThan(100);
  });

  it('never lead out of the root, and never without end', async () => {
    const target = fc
      .array(fc.constantFrom('a', 'b', '..', '.', ''), { maxLength: 6 })
      .map((names) => names.join('/') || '/');
    const links = fc.array(fc.tuple(anyPath, target), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(links, anyPath, async (all, wanted) => {
        const root = await rootOf(all.map(([at, to]) => symlink(at, to))).catch(() => undefined);
        if (root === undefined) return;
        const resolved = attemptValue(() => root.resolve(path(`/${wanted}`)));
        if (resolved === undefined) return;
        expect(path(resolved)).toBe(resolved);
        expect(attemptValue(() => root.resolve(resolved))).toBe(resolved);
      }),
      { numRuns: 500 },
    );
  });
});

function spelled({ kind, layer, index }: { kind: string; layer: number; index: number }): string {
  return `${kind} ${index < 0 ? 'implied' : `${layer}.${index}`}`;
}

function attempt(deed: () => void): boolean {
  return attemptValue(() => [deed()]) !== undefined;
}

function attemptValue<T>(deed: () => T): T | undefined {
  try {
    return deed();
  } catch {
    return undefined;
  }
}
