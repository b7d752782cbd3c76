import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
  work.writeLibraries('target/lib');
});
afterEach(() => work.remove());

describe('block-pack java', () => {
  it('tells how much is new, and says where the manifest went', () => {
    const { exitCode, stdout, stderr } = work.run('java', 'target/lib');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^3 blocks, \d.*B: 0 known, 3 new \(.*B\)$/m);
    expect(stdout).toMatch(/new {2}pkg:maven\/org\.ow2\.asm\/asm@9\.7 +\/app\/lib\/asm-9\.7\.jar/);
    expect(stdout).toContain('/app/lib/ (1 file)');
    expect(stdout).toContain('import manifest  target/block-pack/java.import');
    expect(work.read('target/block-pack/java.import')).toMatch(
      /^#block-pack import manifest v1\n#packer java\n\/app\/lib from sha256:.* type=tree/,
    );
  });

  it('shows what is new first, and the largest first of that', () => {
    work.run('java', 'target/lib');
    work.writeJar('target/lib', 'org.example:small:1.0');
    work.writeJar('target/lib', 'org.example:large:1.0', { big: 'x'.repeat(10_000) });
    const { stdout } = work.run('java', 'target/lib');
    const order = [...stdout.matchAll(/ (?:new {2}| {4})pkg:\S+?([a-z]+)@/g)].map(([, name]) => name);
    expect(order.slice(0, 3)).toEqual(['large', 'small', 'asm']);
  });

  it('knows everything the second time, and writes the same manifest', () => {
    work.run('java', 'target/lib');
    const first = work.read('target/block-pack/java.import');
    expect(work.run('java', 'target/lib').stdout).toMatch(/^3 blocks, .*: 3 known, 0 new$/m);
    expect(work.read('target/block-pack/java.import')).toBe(first);
  });

  it('gives the same manifest in another directory, under another umask, time zone, locale and user name', () => {
    work.run('java', 'target/lib');
    const elsewhere = new Workplace();
    try {
      for (const name of readdirSync(work.path('target/lib')).reverse()) {
        elsewhere.write(`deep/er/${name}`, readFileSync(work.path('target/lib', name)), 0o600);
      }
      const env = {
        TZ: 'Pacific/Kiritimati',
        LC_ALL: 'tr_TR.UTF-8',
        USER: 'someone',
        SOURCE_DATE_EPOCH: '0',
      };
      elsewhere.runWith(env, 'java', 'deep/er', '-o', 'x.import');
      expect(elsewhere.read('x.import')).toBe(work.read('target/block-pack/java.import'));
    } finally {
      elsewhere.remove();
    }
  });

  it('puts imports where --prefix says, and the manifest where -o says', () => {
    expect(
      work.run('java', 'target/lib', '--prefix', '/srv/jars/', '--output', 'out/shop.import').exitCode,
    ).toBe(0);
    expect(work.read('out/shop.import')).toContain('\n/srv/jars/asm-9.7.jar from ');
  });

  it('writes the manifest to stdout for -o -, and the summary beside it', () => {
    const { stdout, stderr } = work.run('java', 'target/lib', '-o', '-');
    expect(stdout).toMatch(/^#block-pack import manifest v1\n/);
    expect(stdout.trimEnd().split('\n')).toHaveLength(5);
    expect(stderr).toContain('import manifest  on stdout');
    expect(existsSync(work.path('target/block-pack'))).toBe(false);
  });

  it('packs several inputs into one manifest', () => {
    work.writeJar('more', 'org.example:more:2.0');
    work.run('java', 'target/lib', 'more', '-o', 'all.import');
    expect(work.read('all.import').match(/\.jar from /g)).toHaveLength(3);
  });

  it('works from another directory with -C, and keeps blocks where --store says', () => {
    const { exitCode } = work.run('java', 'lib', '-C', 'target', '--store', 'my-store');
    expect(exitCode).toBe(0);
    expect(existsSync(work.path('target/my-store/oci-layout'))).toBe(true);
    expect(existsSync(work.path('target/block-pack/java.import'))).toBe(true);
  });

  it('keeps blocks below $XDG_CACHE_HOME, else in ~/.cache', () => {
    work.runWith({ BLOCK_PACK_STORE: '', XDG_CACHE_HOME: work.path('cache') }, 'java', 'target/lib');
    expect(existsSync(work.path('cache/block-pack/oci-layout'))).toBe(true);
    work.runWith({ BLOCK_PACK_STORE: '', XDG_CACHE_HOME: 'relative/is/ignored' }, 'java', 'target/lib');
    expect(existsSync(work.path('home/.cache/block-pack/oci-layout'))).toBe(true);
  });

  it('takes exact groups from what the build resolved', () => {
    work.write('target/lib/plain-1.2.jar', readFileSync(work.path('target/lib/greeting-1.0.0.jar')));
    work.write('deps.txt', 'The following files have been resolved:\n   org.real:plain:jar:1.2:compile\n');
    work.run('java', 'target/lib', '--evidence', 'deps.txt');
    expect(work.read('target/block-pack/java.import')).toContain('purl=pkg:maven/org.real/plain@1.2');
  });

  it('reads evidence that PowerShell wrote in UTF-16', () => {
    const text =
      '\ufeffThe following files have been resolved:\r\n   org.real:greeting:jar:1.0.0:compile\r\n';
    work.write('deps.txt', Buffer.from(text, 'utf16le'));
    work.run('java', 'target/lib', '--evidence', 'deps.txt');
    expect(work.read('target/block-pack/java.import')).toContain('purl=pkg:maven/org.real/greeting@1.0.0');
  });

  it('names an unknown jar by an equal one in a local Maven repository or in the cache of Gradle', () => {
    const jar = readFileSync(work.path('target/lib/asm-9.7.jar'));
    work.write('lib/nameless-3.0.jar', jar);
    work.write('lib/anonymous-4.0.jar', readFileSync(work.path('target/lib/greeting-1.0.0.jar')));
    work.write('m2/org/known/nameless/3.0/nameless-3.0.jar', jar);
    const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';
    work.write(
      `gradle/org.cached/anonymous/4.0/${sha1}/anonymous-4.0.jar`,
      readFileSync(work.path('target/lib/greeting-1.0.0.jar')),
    );
    work.run('java', 'lib', '-o', 'x.import', '--maven-repository', 'm2', '--gradle-cache', 'gradle');
    expect(work.read('x.import')).toContain('purl=pkg:maven/org.known/nameless@3.0');
    expect(work.read('x.import')).toContain('purl=pkg:maven/org.cached/anonymous@4.0');
  });

  it('finds the local repositories where Maven and Gradle keep them', () => {
    const jar = readFileSync(work.path('target/lib/asm-9.7.jar'));
    work.write('lib/nameless-3.0.jar', jar);
    work.write('home/.m2/repository/org/known/nameless/3.0/nameless-3.0.jar', jar);
    work.run('java', 'lib', '-o', 'x.import', '--maven-repository', '--gradle-cache');
    expect(work.read('x.import')).toContain('purl=pkg:maven/org.known/nameless@3.0');
  });

  it('refuses a local repository that is named and not there, and bears that the usual one lacks', () => {
    const { exitCode, stderr } = work.run('java', 'target/lib', '--maven-repository', 'm3');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--maven-repository m3 is no directory')]);
    expect(work.run('java', 'target/lib', '--maven-repository', '--gradle-cache').exitCode).toBe(0);
  });

  it("marks the application's own jars", () => {
    work.run('java', 'target/lib', '--application', 'greeting-*.jar');
    expect(work.read('target/block-pack/java.import')).toMatch(/greeting@1\.0\.0 role=application/);
    expect(work.run('java', 'target/lib', '--application', 'greeting-*.jar').stdout).toContain(
      '(application)',
    );
  });

  it('shows fifteen rows, and all of them with --all', () => {
    for (let i = 10; i < 30; i++) work.writeJar('target/lib', `org.example:part${i}:1.0`);
    expect(work.run('java', 'target/lib').stdout).toContain('... and 8 more (--all shows them)');
    expect(work.run('java', 'target/lib', '--all').stdout).toContain('part29-1.0.jar');
  });

  it('says openly whose group it does not know, unless it is to be quiet', () => {
    work.write('target/lib/mystery-1.0.jar', readFileSync(work.path('target/lib/asm-9.7.jar')));
    expect(work.run('java', 'target/lib').stderr).toMatch(/^warning .*mystery-1\.0\.jar/);
    expect(work.run('java', 'target/lib', '--quiet').stderr).toBe('');
    expect(work.read('target/block-pack/java.import')).toContain('purl=pkg:generic/mystery@1.0');
  });
});

describe('block-pack java --frozen', () => {
  it('is content with a manifest that is up to date, in whatever line ends', () => {
    work.run('java', 'target/lib', '-o', 'java.import');
    work.write('java.import', work.read('java.import').replaceAll('\n', '\r\n'));
    const { exitCode, stdout } = work.run('java', 'target/lib', '-o', 'java.import', '--frozen');
    expect([exitCode, stdout]).toEqual([0, 'java.import is up to date: 3 imports\n']);
  });

  it('shows what is different, exits 1 and changes nothing', () => {
    work.run('java', 'target/lib', '-o', 'java.import');
    const before = work.read('java.import');
    work.writeJar('target/lib', 'com.example:greeting:1.0.0', { 'New.class': 'new' });
    work.writeJar('target/lib', 'com.example:added:1.0');
    const { exitCode, stdout } = work.run('java', 'target/lib', '-o', 'java.import', '--frozen');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('java.import is not up to date: 1 changed, 1 new, 0 removed');
    expect(stdout).toMatch(/^ {2}- \/app\/lib\/greeting.*\n {2}\+ \/app\/lib\/greeting/m);
    expect(stdout).toMatch(/^ {2}\+ \/app\/lib\/added-1\.0\.jar/m);
    expect(work.read('java.import')).toBe(before);
  });

  it('sees a change in one of two trees that share a path, and lines that nobody can have packed', () => {
    work.writeJar('more', 'org.example:more:2.0');
    work.write('more/README.txt', 'one');
    work.run('java', 'target/lib', 'more', '-o', 'java.import');
    for (const [file, content] of [
      ['target/lib/NOTICE.txt', 'other'],
      ['more/README.txt', 'other'],
    ] as const) {
      const before = work.read(file);
      work.write(file, content);
      expect(work.run('java', 'target/lib', 'more', '-o', 'java.import', '--frozen').exitCode, file).toBe(1);
      work.write(file, before);
    }
    expect(work.run('java', 'target/lib', 'more', '-o', 'java.import', '--frozen').exitCode).toBe(0);
    work.write(
      'java.import',
      work.read('java.import').replace('#packer java\n', '#packer java\n#dir /opt 1777\n'),
    );
    const ran = work.run('java', 'target/lib', 'more', '-o', 'java.import', '--frozen');
    expect(ran).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('  - #dir /opt 1777\n') });
  });

  it('says what to do when there is nothing to compare with', () => {
    const { exitCode, stderr } = work.run('java', 'target/lib', '-o', 'none.import', '--frozen');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('--frozen compares with none.import, and there is no such file');
    expect(work.run('java', 'target/lib', '-o', '-', '--frozen').exitCode).toBe(2);
  });
});
