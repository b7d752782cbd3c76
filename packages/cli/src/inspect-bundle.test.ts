import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './testing/workplace.ts';

/** Made once, since every call is a process. */
const work = new Workplace();
beforeAll(() => {
  work.write('app/words.txt', 'the first release, of many words\n'.repeat(100));
  release('1.0');
  work.write('app/words.txt', 'the second release, of many words\n'.repeat(100));
  release('1.1');
  done('bundle', 'oci:out:1.1', '--since', 'oci:out:1.0', '-o', 'update.tar');
  done('bundle', 'oci:out:1.1', '-o', 'first.tar', '--split', '1k');
});
afterAll(() => work.remove());

function release(version: string): void {
  done('files', 'app', '--prefix', '/app', '-o', 'app.import');
  done('image', 'app=app.import', '-o', `oci:out:${version}`);
}

function done(...words: readonly string[]): string {
  const ran = work.run(...words);
  expect(ran.exitCode, ran.stderr).toBe(0);
  return ran.stdout;
}

function digestsOf(document: unknown, field: string): unknown[] {
  const all = Object(document)[field] as { digest: string }[];
  return all.map(({ digest }) => digest);
}

describe('block-pack inspect of a bundle', () => {
  it('shows the images that it brings, how their parts travel, and what the site must have', () => {
    const shown = done('inspect', 'update.tar');
    expect(shown).toMatch(/^update\.tar: a bundle of 1 image, [\d.]+ k?B, whole: all digests are right\n/);
    expect(shown).toMatch(/ 1 block, from 1 older\n/);
    expect(shown).toMatch(/\nimage {3}sha256:[0-9a-f]{64}, name 1\.1\n/);
    expect(shown).toMatch(/\nsince {3}1\.0\nneeds {3}1 block, \d documents that the site must have\n/);
    expect(shown).toContain('\nsigned  not asked for (--verify-key)\n');
  });

  it('says all of it to scripts: what it needs is what a site with nothing lacks', () => {
    const { document } = work.json('inspect', 'update.tar');
    const [block] = Object(document.needs).blocks;
    const old = work.json('inspect', 'oci:out:1.0').document;
    const [image] = old.images as { imports: { imports: { digest: string }[] }[] }[];
    expect(image?.imports.flatMap(({ imports }) => digestsOf({ imports }, 'imports'))).toContain(block);
    expect(document).toMatchObject({ since: ['1.0'], have: [] });
    expect(digestsOf(document, 'images')).toEqual([work.json('inspect', 'oci:out:1.1').document.digest]);
    const refused = work.json('apply', 'update.tar', '--to', 'oci:nothing');
    expect(refused.exitCode).toBe(5);
    const { texts } = Object(document.needs);
    expect(texts).toEqual(expect.arrayContaining(Object(refused.document.error).details.digests));
  });

  it.each(['first.tar', 'first.tar.001'])(
    'needs nothing for a first install, and reads parts: %s',
    (path) => {
      expect(done('inspect', path)).toContain('\nneeds   nothing that is not in it\n');
    },
  );

  it('finds a byte that changed, with exit code 4', () => {
    const bytes = readFileSync(work.path('update.tar'));
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(work.path('damaged.tar'), bytes);
    const { exitCode, stderr } = work.run('inspect', 'damaged.tar');
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/^error damaged\.tar is not as a bundle has it/);
  });

  it('refuses one that nobody signed where a key is named, and a key where there is no bundle', () => {
    work.write(
      'key.pub',
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6i9sPVO9W3nVbVJgVBWC8aT3LgVWDJv0KDZQWEVX9b me\n',
    );
    expect(work.run('inspect', 'update.tar', '--verify-key', 'key.pub')).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('it is not signed'),
    });
    expect(work.run('inspect', 'app.import', '--verify-key', 'key.pub')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('app.import is none'),
    });
  });

  it('says how to look at an image in a tar, which is no bundle', () => {
    done('image', 'app=app.import', '-o', 'docker-archive:image.tar:1.0');
    const { exitCode, stderr } = work.run('inspect', 'image.tar');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('name its place, such as oci-archive:FILE');
  });
});
