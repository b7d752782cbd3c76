import { existsSync, readdirSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { damageBlobOf, expectSameFiles } from './testing/files.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
  work.writeLibraries('target/lib');
});
afterEach(() => work.remove());

describe('block-pack resolve', () => {
  it('makes the directory again, byte for byte', () => {
    work.write('target/lib/run.sh', '#!/bin/sh\n', 0o755);
    work.run('java', 'target/lib', '-o', 'java.import');
    const { exitCode, stdout } = work.run('resolve', 'java.import', 'again', '--strip', '/app/lib');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^4 files, .* placed in again as (copies|clones of the blocks)\n$/);
    expectSameFiles(work, 'target/lib', 'again');
  });

  it('places files where they belong in the image, from the tag as well as from the file', () => {
    const { document } = work.json('java', 'target/lib');
    expect(work.run('resolve', String(document.tag), 'rootfs').exitCode).toBe(0);
    expectSameFiles(work, 'target/lib', 'rootfs/app/lib');
  });

  it.each(['auto', 'copy', 'hardlink'])('can place them by %s', (method) => {
    work.run('java', 'target/lib', '-o', 'java.import');
    expect(
      work.run('resolve', 'java.import', 'out', '--method', method, '--strip', '/app/lib').exitCode,
    ).toBe(0);
    expectSameFiles(work, 'target/lib', 'out');
    const links = statSync(work.path('out/asm-9.7.jar')).nlink;
    expect(links).toBe(method === 'hardlink' ? 2 : 1);
  });

  it('clones by reflink, or says that the file system cannot', () => {
    work.run('java', 'target/lib', '-o', 'java.import');
    const { exitCode, stdout, stderr } = work.run('resolve', 'java.import', 'out', '--method', 'reflink');
    if (exitCode === 0) expect(stdout).toContain('clones');
    else expect(stderr).toMatch(/clones .* --method auto/is);
    expect([0, 2]).toContain(exitCode);
  });

  it('refuses a method it does not know, and a directory that holds something', () => {
    work.run('java', 'target/lib', '-o', 'java.import');
    expect(work.run('resolve', 'java.import', 'out', '--method', 'teleport')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Choose one of auto, reflink, hardlink, copy.'),
    });
    const { exitCode, stderr } = work.run('resolve', 'java.import', 'target');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('target')]);
  });

  it('names the blocks that the store lacks, with exit code 5', () => {
    work.run('java', 'target/lib', '-o', 'java.import');
    const { exitCode, stderr } = work.run('resolve', 'java.import', 'out', '--store', 'other', '--quiet');
    expect(exitCode).not.toBe(0);
    work.writeJar('elsewhere', 'a:a:1');
    work.run('java', 'elsewhere', '--store', 'other');
    const missing = work.run('resolve', 'java.import', 'out', '--store', 'other');
    expect(missing).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('sha256:') });
    expect(existsSync(work.path('out'))).toBe(false);
    expect(stderr).not.toBe('');
  });

  it('refuses a damaged block, with exit code 4, and leaves nothing behind', () => {
    work.run('java', 'target/lib', '-o', 'java.import');
    damageBlobOf(work, 'asm-9.7.jar');
    const { exitCode, stderr } = work.run('resolve', 'java.import', 'out');
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('damaged')]);
    expect(readdirSync(work.directory).sort()).toEqual(['java.import', 'store', 'target']);
  });
});
