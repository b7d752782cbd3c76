import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { damageBlobOf } from './testing/files.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
  work.writeLibraries('target/lib');
});
afterEach(() => work.remove());

describe('looking after the store', () => {
  it('lists tags, with what each alone keeps', () => {
    expect(work.run('ls')).toMatchObject({ exitCode: expect.any(Number) });
    work.run('java', 'target/lib', '--tag', 'shop');
    work.writeJar('target/lib', 'com.example:greeting:1.0.1');
    work.run('java', 'target/lib', '--tag', 'shop-next');
    const { stdout } = work.run('ls');
    expect(stdout).toMatch(/^2 tags, 4 blocks, .* in .*store$/m);
    expect(stdout).toMatch(/shop +java +3 .* +0 B$/m);
    expect(stdout).toMatch(/shop-next +java +4 .* +\d+ B$/m);
  });

  it('lists the other tags when one is damaged', () => {
    work.run('java', 'target/lib', '--tag', 'good');
    work.writeJar('elsewhere', 'a:a:1');
    const { document } = work.json('java', 'elsewhere', '--tag', 'bad');
    const { digest } = document.manifest as { digest: string };
    rmSync(work.path('store/blobs/sha256', digest.slice('sha256:'.length)));
    const { exitCode, stdout, stderr } = work.run('ls');
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('The tag bad cannot be followed')]);
    expect(stdout).toMatch(/good +java/);
  });

  it('keeps apart the tags of one input and of that input among others', () => {
    work.writeJar('elsewhere', 'a:a:1');
    const one = work.json('java', 'target/lib').document.tag;
    const both = work.json('java', 'target/lib', 'elsewhere').document.tag;
    expect(one).not.toBe(both);
    expect(work.json('java', 'target/lib').document.tag).toBe(one);
  });

  it('blames the store, not the jar, for a blob that was damaged', () => {
    work.run('java', 'target/lib', '-o', 'java.import');
    const hex = damageBlobOf(work, 'asm-9.7.jar');
    rmSync(work.path('store/cache'), { recursive: true });
    writeFileSync(
      work.path('store/blobs/sha256', hex),
      readFileSync(work.path('store/blobs/sha256', hex)).fill(0, 0),
    );
    const { exitCode, stderr } = work.run('java', 'target/lib', '-o', 'java.import');
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('verify --remove')]);
  });

  it('shows a manifest, and which of its blocks are not there', () => {
    work.run('java', 'target/lib', '-o', 'java.import');
    const { stdout } = work.run('inspect', 'java.import');
    expect(stdout).toMatch(/^java\.import: 3 imports, 3 blocks, .* by the java packer$/m);
    expect(stdout).toMatch(
      /pkg:maven\/org\.ow2\.asm\/asm@9\.7 +pom\.properties +\/app\/lib\/asm-9\.7\.jar$/m,
    );
    work.writeJar('elsewhere', 'a:a:1');
    work.run('java', 'elsewhere', '--store', 'other');
    expect(work.run('inspect', 'java.import', '--store', 'other').stdout).toContain(
      '3 blocks not in the store',
    );
  });

  it('shows a block: where it is used, and the files of a tree', () => {
    const { document } = work.json('java', 'target/lib', '--tag', 'shop');
    const imports = document.imports as { type: string; digest: string }[];
    const tree = imports.find((one) => one.type === 'tree')?.digest ?? '';
    const { stdout } = work.run('inspect', tree);
    expect(stdout).toContain('at /app/lib in shop');
    expect(stdout).toMatch(/6 B +NOTICE\.txt/);
    expect(work.run('inspect', `sha256:${'0'.repeat(64)}`).exitCode).toBe(5);
    const { stderr } = work.run('inspect', 'nothing');
    expect(stderr).toContain('neither a file nor a tag');
    expect(stderr).toContain(
      'java.import, that of a bundle, a place of images such as oci:DIR:tag, or a tag (its',
    );
  });

  it('finds a damaged blob, names it and who needs it, takes it away, and gets it back by packing', () => {
    work.run('java', 'target/lib', '-o', 'java.import', '--tag', 'shop');
    expect(work.run('verify')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^all good: \d+ blobs/),
    });
    const hex = damageBlobOf(work, 'asm-9.7.jar');
    const found = work.run('verify');
    expect(found.exitCode).toBe(1);
    expect(found.stdout).toContain(`sha256:${hex} is damaged`);
    expect(found.stdout).toContain('needed by shop');
    expect(found.stdout).toContain(`block-pack verify --remove --store ${work.path('store')}`);
    expect(work.run('verify', '--remove').stdout).toContain('(taken away)');
    expect(work.run('verify').stdout).toContain(`sha256:${hex} is missing; needed by shop`);
    expect(work.run('java', 'target/lib', '-o', 'java.import', '--tag', 'shop').stdout).toContain('1 new');
    expect(work.run('verify').exitCode).toBe(0);
  });

  it('removes what nothing needs, after saying what that would be', () => {
    work.run('java', 'target/lib', '--tag', 'shop');
    expect(work.run('gc', '--keep', '0').stdout).toMatch(/^0 blobs removed, 0 B/);
    expect(work.run('gc', '--untag', 'nothing')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('The store has no tag nothing'),
    });
    expect(work.run('gc', '--untag', 'shop').stdout).toMatch(/^0 blobs removed/);
    letTimePass();
    expect(work.run('gc', '--keep', '400', '--dry-run').stdout).toMatch(/^0 blobs would be removed/);
    expect(work.run('gc', '--dry-run').stdout).toMatch(/^6 blobs would be removed, .*; 0 blobs kept/);
    expect(work.run('verify').stdout).toContain('6 blobs');
    expect(work.run('gc').stdout).toMatch(/^6 blobs removed/);
    expect(work.run('verify').stdout).toContain('0 blobs');
    expect(work.run('gc', '--keep', 'soon').exitCode).toBe(2);
    expect(work.run('gc', '--dry-run', '--untag', 'shop').exitCode).toBe(2);
  });
});

/** As if the store's blobs had last been used a year ago. */
function letTimePass(): void {
  const then = Date.now() / 1000 - 365 * 86_400;
  for (const name of readdirSync(work.path('store/blobs/sha256'))) {
    utimesSync(work.path('store/blobs/sha256', name), then, then);
  }
}
