import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectSameFiles } from './testing/files.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
});
afterEach(() => work.remove());

describe('block-pack files', () => {
  it('packs a directory as it is, and resolve makes it again', () => {
    work.write('dist/main.js', 'main');
    work.write('dist/run.sh', '#!/bin/sh\n', 0o755);
    const { exitCode, stdout } = work.run('files', 'dist', '--prefix', '/srv/shop/');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('pkg:generic/shop (application)  /srv/shop/ (2 files)');
    expect(work.read('block-pack/files.import')).toContain('\n/srv/shop from sha256:');
    work.run('resolve', 'block-pack/files.import', 'out', '--strip', '/srv/shop');
    expectSameFiles(work, 'dist', 'out');
  });

  it('refuses an empty directory', () => {
    mkdirSync(work.path('dist'));
    expect(work.run('files', 'dist')).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('dist is empty'),
    });
  });
});
