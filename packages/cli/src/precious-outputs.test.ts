import { mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectRefused } from './testing/refusal.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeAll(() => {
  work = new Workplace();
  work.write('app/main.js', 'main');
  done('files', 'app', '-o', 'app.import');
  done('image', 'app=app.import', '-o', 'oci:out:1');
  done('image', 'app=app.import', '-o', 'oci-archive:out.tar:1');
  done('bundle', 'oci:out:1', '-o', 'first.tar');
  work.write('release.key', 'precious');
  symlinkSync('out.tar', work.path('link.tar'));
});
afterAll(() => work.remove());

function done(...words: readonly string[]): void {
  const ran = work.run(...words);
  expect(ran.exitCode, ran.stderr).toBe(0);
}

it.each([
  ['an index', 'out/index.json', ['bundle', 'oci:out:1', '-o', 'out/index.json']],
  ['a blob', 'out/oci-layout', ['bundle', 'oci:out:1', '-o', 'out/blobs/sha256/x']],
  ['the marker of a layout', 'out/oci-layout', ['inventory', 'oci:out', '-o', 'out/oci-layout']],
  ['an archive, by a link', 'out.tar', ['bundle', 'oci-archive:out.tar:1', '-o', 'link.tar']],
  ['a key', 'release.key', ['bundle', 'oci:out:1', '-o', 'release.key', '--sign', 'release.key']],
  ['the bundle', 'first.tar', ['apply', 'first.tar', '--to', 'oci-archive:first.tar']],
  [
    'the base of an image',
    'out.tar',
    ['image', 'x=app.import', '--base', 'oci-archive:out.tar', '-o', 'oci-archive:out.tar'],
  ],
  ['an import manifest', 'app.import', ['image', 'x=app.import', '-o', 'oci-archive:app.import']],
])('nothing that is read is replaced: %s', (_, path, words) => {
  const before = readFileSync(work.path(path));
  expectRefused(work, work.run(...words), 2, /would be replaced by what is made of it/, /another name/);
  expect(readFileSync(work.path(path))).toEqual(before);
});

it('a dry run replaces nothing, so it may be called where the images are', () => {
  done('bundle', 'oci:.:1', '-C', 'out', '--dry-run', '--store', '../store');
});

it('a device stays a device, and a bundle does not go to stdout', () => {
  expectRefused(work, work.run('bundle', 'oci:out:1', '-o', '/dev/null'), 2, /a pipe or a device/);
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  expectRefused(work, work.run('bundle', 'oci:out:1', '-o', '-'), 2, /does not go to stdout/);
});

it('a link to a file stays a link, and the file behind it is the bundle', () => {
  mkdirSync(work.path('stick'));
  work.write('stick/update.tar', 'old');
  symlinkSync('stick/update.tar', work.path('update.tar'));
  done('bundle', 'oci:out:1', '-o', 'update.tar');
  expect(readFileSync(work.path('stick/update.tar'))).toEqual(readFileSync(work.path('first.tar')));
});

it('an inventory goes to stdout where that is asked', () => {
  const { stdout, stderr, exitCode } = work.run('inventory', 'oci:out', '-o', '-');
  expect([exitCode, stdout.split('\n')[0]]).toEqual([0, '#block-pack inventory v1']);
  expect(stderr).toMatch(/that list/);
});

it('a path that cannot be followed is said to be one, wherever it stands', () => {
  symlinkSync('loop', work.path('loop'));
  for (const path of ['app.import/x', 'loop']) {
    expectRefused(work, work.run('apply', 'first.tar', '--to', `oci:${path}`), 2, /Check the path/);
    expectRefused(work, work.run('apply', path, '--to', 'oci:site'), 3, /Check the path/);
    expectRefused(work, work.run('bundle', 'oci:out:1', '-o', `${path}/x.tar`), 2, /Check the path/);
    expectRefused(work, work.run('files', path), 3, /Check the path/);
    expectRefused(work, work.run('ls', '-C', path), 2, /is no directory/);
  }
});

it('a bundle is told from an image and from an import manifest', () => {
  const said = /block-pack inspect FILE shows what it brings/;
  work.write('bare.tar', gunzipSync(readFileSync(work.path('first.tar'))));
  expectRefused(work, work.run('report', 'first.tar'), 4, /first\.tar is no import manifest/, said);
  for (const file of ['first.tar', 'bare.tar'])
    expectRefused(work, work.run('verify', `oci-archive:${file}`), 3, said);
});

it.each(['', '0', 'x', '5'])(
  'what is no bundle is said to be none, without what stands in it, %j',
  (type) => {
    const text = 'of another kind, '.repeat(100);
    // Where a tar has the type of an entry.
    work.write('letter.txt', text.slice(0, 156) + type + text.slice(156));
    const ran = work.run('apply', 'letter.txt', '--to', 'oci:site');
    expectRefused(work, ran, 4, /letter\.txt is not as a bundle has it: .*it has no header of a tar/);
    expect(ran.stderr).not.toContain('another kind');
  },
);

it('a store with images alone is not said to be empty', () => {
  done('image', '--files', 'app:/app', '-o', 'oci:other', '--store', 'images-alone');
  const { stdout } = work.run('ls', '--store', 'images-alone');
  expect(stdout).toMatch(/^0 tags, .*image\/other/s);
  expect(stdout).not.toMatch(/Nothing has been packed/);
});

it('what an image cannot go to is refused before the work', () => {
  work.write('notes/precious.txt', 'precious');
  for (const words of [
    ['apply', 'nothing-there.tar', '--to'],
    ['image', 'nothing-there.import', '-o'],
  ])
    expectRefused(work, work.run(...words, 'oci:notes'), 2, /holds something else/);
});
