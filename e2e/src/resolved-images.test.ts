import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockPack } from './block-pack.ts';
import { run, succeed } from './workspace.ts';

const hasUmoci = run('sh', ['-c', 'command -v umoci']).exitCode === 0;
const isRoot = process.getuid?.() === 0;

const work = mkdtempSync(join(tmpdir(), 'block-pack-resolved-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const at = (...names: readonly string[]) => join(work, ...names);
const image = at('image');

const resolve = (...words: readonly string[]) => blockPack(['resolve', ...words, '--store', at('store')]);

/** A layer of what a shell script makes in an empty directory, in one of GNU tar's dialects. */
function addLayer(format: string, script: string): void {
  const content = mkdtempSync(at('layer-'));
  succeed('sh', ['-euc', script], { cwd: content });
  succeed('tar', ['--format', format, '--sort=name', '-cf', at('layer.tar'), '-C', content, '.']);
  succeed('umoci', ['raw', 'add-layer', '--image', `${image}:all`, at('layer.tar')]);
  rmSync(content, { recursive: true });
}

describe.skipIf(!hasUmoci)('an image as umoci unpacks it', () => {
  beforeAll(() => {
    succeed('umoci', ['init', '--layout', image]);
    succeed('umoci', ['new', '--image', `${image}:all`]);
    for (const [format, script] of layers) addLayer(format, script);
    repack();
  });

  test.each([
    ['as root, with all owners', [], isRoot ? [] : ['--rootless']],
    ['without root', ['--rootless'], ['--rootless']],
  ])('is resolved to the same files, %s', (_, ours, theirs) => {
    const [a, b] = [mkdtempSync(at('ours-')), mkdtempSync(at('theirs-'))];
    const { exitCode, stderr } = resolve(`oci:${image}:all`, join(a, 'rootfs'), ...ours);
    expect(exitCode, stderr).toBe(0);
    succeed('umoci', ['unpack', ...theirs, '--image', `${image}:all`, join(b, 'bundle')]);
    const expected = told(join(b, 'bundle/rootfs'), theirs.length > 0);
    expect(expected.length).toBeGreaterThan(1000);
    expect(told(join(a, 'rootfs'), theirs.length > 0)).toEqual(expected);
  });

  test('is resolved to the same files from a docker archive', () => {
    const archive = `docker-archive:${at('image.tar')}`;
    succeed('skopeo', ['copy', `oci:${image}:all`, `${archive}:shop:1.0`]);
    const [a, b] = [mkdtempSync(at('layout-')), mkdtempSync(at('archive-'))];
    for (const [place, target] of [
      [`oci:${image}:all`, a],
      [archive, b],
    ] as const)
      expect(resolve(place, join(target, 'rootfs')).exitCode).toBe(0);
    expect(told(join(b, 'rootfs'), false)).toEqual(told(join(a, 'rootfs'), false));
  });
});

/** Real files, and all that layers do to each other. */
const layers: readonly (readonly [format: string, script: string])[] = [
  [
    'gnu',
    `cp -a /etc /bin/../usr/share/zoneinfo . 2>/dev/null || true
     rm -rf etc/alternatives/*~
     mkdir -p usr/bin usr/lib a/deep/one ${'n'.repeat(90)}/${'m'.repeat(90)}/${'o'.repeat(90)}
     ln -s usr/lib lib
     cp -a /bin/ls usr/bin/ls; ln usr/bin/ls usr/bin/hard; ln -s hard usr/bin/soft
     echo deep > a/deep/one/file; echo long > ${'n'.repeat(90)}/${'m'.repeat(90)}/${'o'.repeat(90)}/${'p'.repeat(200)}
     echo secret > usr/bin/setuid; chmod 4755 usr/bin/setuid
     mkdir sticky closed; chmod 1777 sticky; echo x > closed/x; chmod 0500 closed
     touch -d '2001-02-03 04:05:06' a/deep/one/file a/deep
     ln -s /nowhere/at/all a/dangling; ln -s ../../../../.. a/up`,
  ],
  [
    'posix',
    `mkdir -p a/deep lib 'ümläut 名前' replaced
     rmdir lib; ln -s usr/lib lib
     echo new > a/deep/.wh.one; echo file > 'ümläut 名前/ﬁle'
     touch zoneinfo 2>/dev/null; rm zoneinfo; echo now-a-file > zoneinfo`,
  ],
  [
    'ustar',
    `mkdir -p a/deep; rm -rf a/deep; echo was-a-directory > a/deep; mkdir usr; mkdir usr/bin; echo changed > usr/bin/ls`,
  ],
  ['v7', `mkdir -p etc/default; touch etc/default/.wh..wh..opq; echo only > etc/default/only`],
];

/** A layer that umoci finds out by itself, from what was changed on the disk. */
function repack(): void {
  const bundle = at('bundle');
  succeed('umoci', ['unpack', ...(isRoot ? [] : ['--rootless']), '--image', `${image}:all`, bundle]);
  const rootfs = join(bundle, 'rootfs');
  rmSync(join(rootfs, 'etc/passwd'), { force: true });
  rmSync(join(rootfs, 'usr/lib'), { recursive: true });
  mkdirSync(join(rootfs, 'srv/new'), { recursive: true });
  writeFileSync(join(rootfs, 'srv/new/file'), 'new');
  chmodSync(join(rootfs, 'sticky'), 0o700);
  succeed('umoci', ['repack', '--image', `${image}:all`, bundle]);
}

/** Everything that can be told of a directory: kinds, modes, owners, sizes, times, targets, digests, and which names are one file. */
function told(directory: string, rootless: boolean): string[] {
  const first = new Map<number, string>();
  const lines: string[] = [];
  const visit = (path: string): void => {
    const place = join(directory, path);
    const stats = lstatSync(place);
    const owner = rootless ? '' : `${stats.uid}:${stats.gid}`;
    const facts = [path, (stats.mode & (rootless ? 0o171777 : 0o177777)).toString(8), owner];
    if (stats.isSymbolicLink()) facts.push(readlinkSync(place));
    if (stats.isFile()) {
      facts.push(String(stats.size), createHash('sha256').update(readFileSync(place)).digest('hex'));
      if (!first.has(stats.ino)) first.set(stats.ino, path);
      facts.push(`first ${first.get(stats.ino)}`, String(Math.floor(stats.mtimeMs / 1000)));
    }
    lines.push(facts.join(' '));
    if (stats.isDirectory()) for (const name of readdirSync(place).sort()) visit(join(path, name));
  };
  visit('.');
  return lines;
}
