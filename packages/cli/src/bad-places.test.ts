import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { fakeJar, fakeZip } from '@block-pack/core/testing';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { expectRefused, runAsNobody } from './testing/refusal.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
});
afterEach(() => work.remove());

describe('an output that would destroy something', () => {
  beforeEach(() => work.writeJar('lib', 'a:a:1'));

  it.each([
    ['the input itself', ['lib/a-1.jar', '-o', 'lib/a-1.jar'], /is, or lies inside, the input/],
    ['a file inside the input', ['lib', '-o', 'lib/java.import'], /lies inside, the input/],
    ['the store', ['lib', '-o', 'store/index.json'], /inside the store/],
    ['a file that is no manifest', ['lib', '-o', 'notes.txt'], /notes\.txt exists and is no import manifest/],
    ['nothing', ['lib', '-o', ''], /no name/],
  ])('is %s: refused, and nothing is changed', (_, words, message) => {
    work.write('notes.txt', 'precious');
    work.run('java', 'lib', '-o', 'x.import');
    const before = [work.read('lib/a-1.jar'), work.read('store/index.json'), work.read('notes.txt')];
    expectRefused(work, work.run('java', ...words), 2, message);
    expect([work.read('lib/a-1.jar'), work.read('store/index.json'), work.read('notes.txt')]).toEqual(before);
  });

  it('replaces an earlier manifest, and writes to a device', () => {
    expect(work.run('java', 'lib', '-o', 'x.import').exitCode).toBe(0);
    expect(work.run('java', 'lib', '-o', 'x.import').exitCode).toBe(0);
    expect(work.run('java', 'lib', '-o', '/dev/null').exitCode).toBe(0);
  });

  it('cannot be written: that is told, not thrown', () => {
    work.run('java', 'lib', '-o', 'x.import');
    const full = spawnSync(
      'sh',
      [
        '-c',
        'exec "$@" > /dev/full',
        'sh',
        process.execPath,
        inject('cli'),
        'ls',
        '--store',
        work.path('store'),
      ],
      { encoding: 'utf8' },
    );
    expect([full.status, full.stderr]).toEqual([
      2,
      expect.stringMatching(/^error Cannot write the output: .*ENOSPC/),
    ]);
  });
});

describe('places that cannot be written or read', () => {
  it('a jar that this user may not read', () => {
    work.writeJar('lib', 'a:a:1');
    chmodSync(work.path('lib/a-1.jar'), 0o000);
    expectRefused(work, runAsNobody(work, 'java', 'lib'), 3, /a-1\.jar/, /permission denied/);
  });

  it('a store that is read-only', () => {
    work.writeJar('lib', 'a:a:1');
    work.run('java', 'lib', '-o', 'x.import');
    work.write('lib/new-1.0.jar', fakeJar());
    for (const name of ['', 'blobs', 'blobs/sha256', 'drafts', 'leases', 'cache']) {
      if (existsSync(work.path('store', name))) chmodSync(work.path('store', name), 0o555);
    }
    expectRefused(work, runAsNobody(work, 'java', 'lib'), 2, /store/, /permission denied/, /--store/);
  });

  it('but blocks can be resolved from a store that is read-only', () => {
    work.writeJar('lib', 'a:a:1');
    work.run('java', 'lib', '-o', 'x.import');
    chmodSync(work.path('store/leases'), 0o555);
    expect(runAsNobody(work, 'resolve', 'x.import', 'out')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(existsSync(work.path('out/app/lib/a-1.jar'))).toBe(true);
  });

  it('a directory that is no store', () => {
    work.writeJar('lib', 'a:a:1');
    work.write('store/precious.txt', 'not a store');
    expectRefused(work, work.run('java', 'lib'), 2, /store/);
    expect(work.read('store/precious.txt')).toBe('not a store');
  });

  it('a store that is there no more, or not yet', () => {
    expectRefused(work, work.run('ls'), 2, /store/);
  });

  it('an output below a file', () => {
    work.writeJar('lib', 'a:a:1');
    work.write('file', '');
    expectRefused(work, work.run('java', 'lib', '-o', 'file/x.import'), 2, /file\/x\.import|file/);
  });

  it('a disk without room: nothing is half there, and the next run is whole', () => {
    work.writeJar('lib', 'a:a:1');
    work.write('lib/big-1.0.jar', fakeJar({ 'big.bin': Buffer.alloc(1 << 20) }));
    work.write('lib/noise-1.0.jar', fakeZip([{ path: 'noise', content: noise(1 << 20), method: 'stored' }]));
    const limited = spawnSync(
      'sh',
      ['-c', 'ulimit -f 200; exec "$@"', 'sh', process.execPath, inject('cli'), 'java', 'lib'],
      {
        cwd: work.directory,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, BLOCK_PACK_STORE: 'store' },
      },
    );
    expectRefused(work, { ...limited, exitCode: limited.status }, 2, /Cannot write/, /Make room/);
    expect(work.run('verify').exitCode).toBe(0);
    expect(work.run('java', 'lib').exitCode).toBe(0);
  });
});

function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state >> 16;
  });
}
