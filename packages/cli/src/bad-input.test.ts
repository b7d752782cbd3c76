import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { fakeJar, fakeZip } from '@block-pack/core/testing';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { expectRefused, runAsNobody } from './testing/refusal.ts';
import { type Ran, Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
});
afterEach(() => work.remove());

describe('an input that is not there or not Java', () => {
  it('is a directory that does not exist', () => {
    work.writeJar('lib', 'a:a:1');
    expectRefused(work, work.run('java', 'libs'), 3, /libs/, /exist|no such/i);
  });

  it('is an empty directory', () => {
    mkdirSync(work.path('lib'));
    expectRefused(work, work.run('java', 'lib'), 3, /lib/, /empty|no jar/i);
  });

  it('is the project instead of its libraries: the right directory is named', () => {
    work.write('shop/pom.xml', '<project/>');
    work.writeJar('shop/target/lib', 'a:a:1');
    const ran = work.run('java', 'shop');
    expectRefused(work, ran, 3, /not a directory of libraries/, /Did you mean shop\/target\/lib/);
  });

  it('holds the store, so that it would pack what it writes', () => {
    work.writeJar('lib', 'a:a:1');
    expectRefused(work, work.run('java', 'lib', '--store', 'lib/store'), 2, /store/, /--store/);
    expect(readdirSync(work.path('lib'))).toEqual(['a-1.jar']);
  });

  it('is a file of another kind', () => {
    work.write('README.md', 'read me');
    expectRefused(work, work.run('java', 'README.md'), 3, /README\.md/, /\.jar/);
  });
});

describe('a library that is not what its name says', () => {
  it.each([
    ['text', 'not a jar at all'],
    ['a web page instead of the download', '<!DOCTYPE html><html>404</html>'],
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'],
    ['nothing', ''],
  ])('is %s', (_, content) => {
    work.writeJar('lib', 'a:a:1');
    work.write('lib/broken-1.0.jar', content);
    expectRefused(work, work.run('java', 'lib'), 3, /broken-1\.0\.jar/);
  });

  it('is truncated', () => {
    const jar = fakeJar({ 'a.class': 'x'.repeat(5000) });
    work.write('lib/cut-1.0.jar', jar.subarray(0, jar.length - 30));
    expectRefused(work, work.run('java', 'lib'), 3, /cut-1\.0\.jar/, /truncated|cut off|end/i);
  });

  it('is odd but whole: it is packed as it is', () => {
    const odd = fakeZip([
      { path: 'META-INF/LICENSE', content: 'one' },
      { path: 'META-INF/LICENSE', content: 'two' },
      { path: '../climbs', content: 'harmless, since nobody unpacks it' },
    ]);
    work.write('lib/odd-1.0.jar', odd);
    expect(work.run('java', 'lib').exitCode).toBe(0);
  });
});

describe('an archive that is taken apart', () => {
  const inner = fakeJar({ 'a.class': 'A' });
  const classes = { path: 'BOOT-INF/classes/App.class', content: 'app' };
  const nested = { path: 'BOOT-INF/lib/inner-1.0.jar', content: inner, method: 'stored' } as const;
  const boot = { path: 'META-INF/MANIFEST.MF', content: 'Spring-Boot-Version: 3.3.0\r\n\r\n' };

  const refused: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['climbs out by ..', fakeZip([boot, classes, nested, { path: '../../etc/cron', content: '' }]), /\.\./],
    [
      'has an absolute path',
      fakeZip([boot, classes, nested, { path: '/etc/cron', content: '' }]),
      /etc\/cron/,
    ],
    ['has an entry twice', fakeZip([boot, classes, classes, nested]), /twice|duplicate/i],
    ['has entries that overlap', overlapping(), /overlap/i],
    ['is encrypted', fakeZip([boot, { ...classes, encrypted: true }, nested]), /encrypted/i],
    [
      'says another name inside',
      fakeZip([boot, { ...classes, local: { name: 'BOOT-INF/classes/Other.class' } }, nested]),
      /Other\.class|disagree|name/i,
    ],
    [
      'says another size',
      fakeZip([boot, { ...classes, central: { size: 2 } }, nested]),
      /size|bytes|App\.class/,
    ],
    ['has a device', fakeZip([boot, classes, nested, { path: 'dev', content: '', mode: 0o020644 }]), /dev/],
    [
      'has a link that leads out',
      fakeZip([boot, classes, nested, { path: 'out', content: '../../etc/passwd', symlink: true }]),
      /leads out/,
    ],
    ['is cut off', fakeZip([boot, classes, nested]).subarray(0, 200), /truncated|cut off|end/i],
    [
      'has a library with a wrong checksum',
      fakeZip([boot, classes, { ...nested, central: { crc32: 1 }, local: { crc32: 1 } }]),
      /inner-1\.0\.jar/,
    ],
  ];
  it.each(refused)('and %s', (_, archive, words) => {
    work.write('app.jar', archive);
    expectRefused(work, work.run('java', 'app.jar'), 3, /app\.jar/, words);
  });

  it('and would be ten gigabytes', () => {
    const bomb = fakeZip([boot, nested, { ...classes, content: 'x', central: { size: 10_000_000_000 } }], {
      zip64: true,
    });
    work.write('app.jar', bomb);
    expectRefused(work, work.run('java', 'app.jar'), 3, /app\.jar/, /bytes/);
  });

  function overlapping(): Uint8Array {
    const first = { path: 'BOOT-INF/classes/A.class', content: 'x'.repeat(100), method: 'stored' } as const;
    return fakeZip([
      first,
      { ...first, path: 'BOOT-INF/classes/B.class', central: { headerOffset: 0 } },
      nested,
    ]);
  }

  it.each(['dist.tar', 'dist.tar.gz', 'dist.tgz', 'dist.zip'])(
    'and is no archive though it is called %s',
    (name) => {
      work.write(name, 'this is no archive');
      expectRefused(work, work.run('java', name), 3, new RegExp(name));
    },
  );
});

describe('names on disk', () => {
  it('may hold spaces, quotes, line feeds and backslashes, and 255 bytes', () => {
    const names = [
      'with space-1.0.jar',
      '"quoted"-1.0.jar',
      'line\nfeed-1.0.jar',
      'back\\slash-1.0.jar',
      `${'n'.repeat(247)}-1.0.jar`,
      'größe-1.0.jar',
    ];
    for (const name of names) work.write(`lib/${name}`, fakeJar({ name }));
    expect(work.run('java', 'lib', '-o', 'x.import').exitCode).toBe(0);
    expect(work.run('resolve', 'x.import', 'out', '--strip', '/app/lib').exitCode).toBe(0);
    expect(readdirSync(work.path('out')).sort()).toEqual([...names].sort());
    const { stdout } = work.run('inspect', 'x.import');
    expect(stdout.split('\n').filter((line) => line.includes('feed'))).toHaveLength(1);
  });

  it('must be UTF-8', () => {
    work.writeJar('lib', 'a:a:1');
    writeFileSync(
      Buffer.concat([Buffer.from(`${work.path('lib')}/caf`), Buffer.from([0xe9]), Buffer.from('.jar')]),
      fakeJar(),
    );
    expectRefused(work, work.run('java', 'lib'), 3, /caf\\xe9\.jar/, /UTF-8/);
  });
});

describe('links', () => {
  it('that lead out are refused, and the way out is named', () => {
    work.writeJar('elsewhere', 'a:a:1');
    work.writeJar('lib', 'b:b:1');
    symlinkSync('../elsewhere/a-1.jar', work.path('lib/a-1.jar'));
    expectRefused(work, work.run('java', 'lib'), 3, /a-1\.jar/, /leads out/, /cp -L/);
  });

  it('that stay inside are kept as links, loops included', () => {
    work.writeJar('lib', 'b:b:1');
    symlinkSync('b-1.jar', work.path('lib/b.jar'));
    symlinkSync('loop', work.path('lib/loop'));
    expect(work.run('java', 'lib', '-o', 'x.import').exitCode).toBe(0);
    expect(work.run('resolve', 'x.import', 'out', '--strip', '/app/lib').exitCode).toBe(0);
    expect(readdirSync(work.path('out')).sort()).toEqual(['b-1.jar', 'b.jar', 'loop']);
  });

  it('given as the input are followed', () => {
    work.writeJar('lib', 'b:b:1');
    symlinkSync('lib', work.path('current'));
    expect(work.run('java', 'current').exitCode).toBe(0);
  });
});

describe('inputs that do not fit', () => {
  it('are two jars with one name', () => {
    work.writeJar('one', 'a:a:1');
    work.writeJar('two', 'a:a:1', { more: '' });
    expectRefused(
      work,
      work.run('java', 'one', 'two'),
      3,
      /\/app\/lib\/a-1\.jar/,
      /twice \(from one and two\)/,
      /--prefix/,
    );
  });

  it('is one directory given twice', () => {
    work.writeJar('one', 'a:a:1');
    expectRefused(work, work.run('java', 'one', './one/'), 2, /\.\/one\/ is given twice/);
  });

  it('is a manifest that cannot be read or cannot be one', () => {
    work.writeJar('lib', 'a:a:1');
    work.run('java', 'lib', '-o', 'x.import');
    expect(work.run('resolve', 'x.import/y', 'out').exitCode).toBe(3);
    expect(work.run('inspect', 'n'.repeat(300)).exitCode).toBe(3);
    expect(work.run('java', 'lib', '-o', 'lib', '--frozen').exitCode).toBe(3);
    chmodSync(work.path('x.import'), 0o000);
    expectRefused(work, runAsNobody(work, 'inspect', 'x.import'), 3, /Cannot read .*x\.import: permission/);
    truncateSync(work.path('x.import'), 3_000_000_000);
    expect(work.run('inspect', 'x.import')).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('no import manifest'),
    });
  });

  it('is a jar that changes while it is read', async () => {
    work.writeJar('lib', 'a:a:1');
    work.write('lib/growing-1.0.jar', fakeJar({ 'big.bin': Buffer.alloc(1 << 20) }));
    const growing = setInterval(
      () => appendFileSync(work.path('lib/growing-1.0.jar'), Buffer.alloc(1 << 16)),
      1,
    );
    try {
      expectRefused(
        work,
        await runSlowly('java', 'lib'),
        3,
        /growing-1\.0\.jar/,
        /changed while it was read/,
        /pack again/,
      );
    } finally {
      clearInterval(growing);
    }
  });

  it('is evidence that is none', () => {
    work.writeJar('lib', 'a:a:1');
    work.write('notes.txt', 'remember the milk');
    expectRefused(
      work,
      work.run('java', 'lib', '--evidence', 'notes.txt'),
      3,
      /notes\.txt/,
      /dependency:list/,
    );
    expectRefused(work, work.run('java', 'lib', '--evidence', 'none.txt'), 3, /none\.txt/);
    expectRefused(work, work.run('java', 'lib', '--evidence', '/dev/zero'), 3, /\/dev\/zero has more than/);
  });

  it('is a manifest that is damaged', () => {
    work.writeJar('lib', 'a:a:1');
    work.run('java', 'lib', '-o', 'x.import');
    work.write('x.import', `${work.read('x.import')}/app/lib/b from nowhere\n`);
    expect(work.run('resolve', 'x.import', 'out')).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('x.import:4'),
    });
    work.write('y.import', Buffer.from([0xff, 0xfe, 0x00]));
    expect(work.run('inspect', 'y.import').exitCode).toBe(4);
  });
});

/** Runs beside the test's own timers. */
function runSlowly(...words: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [inject('cli'), ...words], {
    cwd: work.directory,
    env: { PATH: process.env.PATH, HOME: work.path('home'), BLOCK_PACK_STORE: 'store' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr })));
}
