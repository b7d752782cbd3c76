import { existsSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { init } from './commands/init.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
});
afterEach(() => work.remove());

const application = () => Object.values(JSON.parse(work.read('block-pack.config.json')).applications)[0];

/** A project of Node.js as npm leaves it. */
function writeShop(): void {
  work.write(
    'package.json',
    '{\n  "name": "shop",\n  "scripts": {\n    "build": "true"\n  },\n  "dependencies": {\n    "ms": "2"\n  }\n}\n',
  );
  work.write('node_modules/ms/package.json', '{"name":"ms","version":"2.1.3"}');
  work.write('main.js', 'require("ms")');
}

/** Somebody at a terminal, who answers in turn. */
function asking(...answers: string[]): Parameters<typeof init>[1] {
  const nobody = () => {
    throw new Error('not expected');
  };
  return {
    directory: work.directory,
    storeDirectory: work.path('store'),
    progress: { show: nobody, end: nobody },
    signal: new AbortController().signal,
    warn: nobody,
    showRound: nobody,
    ask: async () => answers.shift() ?? nobody(),
  };
}

describe('init', () => {
  it('writes a configuration that pack takes, a script, and lines to ignore', () => {
    writeShop();
    const { exitCode, stdout } = work.run('init', '--base', 'scratch');
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(
        /written {2}block-pack\.config\.json.*written {2}package\.json.*written {2}\.gitignore/s,
      ),
    ]);
    expect(application()).toEqual({
      npm: { omit: 'dev' },
      files: { input: '.' },
      image: { base: 'scratch', output: 'oci:block-pack/image:latest' },
    });
    expect(JSON.parse(work.read('package.json')).scripts).toEqual({
      build: 'true',
      postbuild: 'block-pack pack',
    });
    expect(work.read('.gitignore')).toBe('/block-pack/image\n');
    const store = { BLOCK_PACK_STORE: `${work.directory}-store` };
    expect(work.runWith(store, 'pack').exitCode).toBe(0);
    expect(work.runWith(store, 'pack', '--frozen').exitCode).toBe(0);
    rmSync(store.BLOCK_PACK_STORE, { recursive: true });
  });

  it('changes nothing the second time', () => {
    writeShop();
    work.write('.gitignore', 'node_modules');
    work.run('init', '--base', 'scratch');
    const files = ['block-pack.config.json', 'package.json', '.gitignore'];
    const before = files.map((file) => work.read(file));
    expect(before[2]).toBe('node_modules\n/block-pack/image\n');
    expect(work.run('init', '--base', 'oci:other').stdout).not.toContain('written');
    expect(files.map((file) => work.read(file))).toEqual(before);
  });

  it('keeps a configuration that stands elsewhere', () => {
    writeShop();
    work.write('package.json', '{"block-pack":{"applications":{"a":{"npm":{}}}}}');
    expect(work.run('init').stdout).toContain('kept  package.json: there is a configuration already');
    expect(existsSync(work.path('block-pack.config.json'))).toBe(false);
  });

  it('asks for the image on a terminal, and makes none where nobody can be asked', async () => {
    writeShop();
    expect(work.run('init').exitCode).toBe(0);
    expect(application()).not.toHaveProperty('image');
    rmSync(work.path('block-pack.config.json'));
    await init({}, asking('oci:base:21', 'node /app/main.js'));
    expect(application()).toMatchObject({ image: { base: 'oci:base:21', cmd: 'node /app/main.js' } });
    rmSync(work.path('block-pack.config.json'));
    await init({ yes: true }, asking());
    expect(application()).not.toHaveProperty('image');
  });

  const boot = '<project><artifactId>spring-boot-maven-plugin</artifactId></project>';
  it.each<[string, Record<string, string>, object, string]>([
    [
      'Maven',
      { 'pom.xml': '<project/>' },
      {
        java: { input: 'target/lib', mavenRepository: true },
        files: { input: 'target/classes', prefix: '/app/classes' },
      },
      'dependency:copy-dependencies',
    ],
    [
      'Spring Boot',
      { 'pom.xml': boot, 'target/a-1.jar': '', 'target/a-1.jar.original': '', 'target/a-1-sources.jar': '' },
      { java: { input: 'target/a-1.jar' } },
      'block-pack pack',
    ],
    [
      'Gradle',
      { 'build.gradle.kts': '', 'gradle.lockfile': '', 'build/install/shop/lib/a.jar': '' },
      { java: { input: 'build/install/shop', evidence: 'gradle.lockfile' } },
      'block-pack pack',
    ],
    [
      'Quarkus',
      { 'build.gradle': '', 'build/quarkus-app/app/a.jar': '' },
      { java: { input: 'build/quarkus-app' } },
      'block-pack pack',
    ],
    [
      'uv',
      { 'pyproject.toml': '[project]\n', 'uv.lock': '' },
      { python: { input: '.venv', lock: 'uv.lock' }, files: { input: '.' } },
      'uv sync',
    ],
    [
      'Nx',
      { 'nx.json': '{}', 'package.json': '{"dependencies":{}}' },
      { npm: { omit: 'dev' }, files: { input: '.' } },
      '"plugins": ["@block-pack/nx"]',
    ],
  ])('knows a project of %s', (_, files, expected, next) => {
    for (const [path, content] of Object.entries(files)) work.write(path, content);
    const { exitCode, stdout } = work.run('init');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(next)]);
    expect(application()).toEqual(expected);
  });

  it('knows an application that is only unpacked, and packs it the same again', () => {
    work.writeLibraries('shop/lib');
    work.write('shop/bin/shop', 'java', 0o755);
    const run = (...words: string[]) =>
      work.runWith({ BLOCK_PACK_STORE: work.path('store') }, '-C', 'shop', ...words);
    expect(run('init', '--base', 'scratch').stdout).toContain('since there are jars in lib');
    expect(run('pack').exitCode).toBe(0);
    const manifest = work.read('shop/block-pack/java.import');
    expect(manifest).toMatch(/^\/app from .* files=3 .*^\/app\/lib\/asm-9\.7\.jar from /ms);
    expect(run('pack', '--frozen').exitCode).toBe(0);
    const { document } = work.json('java', 'shop', '-o', 'again.import');
    expect(document.leftOut).toContainEqual({
      path: 'block-pack.config.json',
      reason: 'written by block-pack',
    });
    expect(work.read('again.import')).toBe(manifest);
  });

  it('says what it looked for where nothing is known', () => {
    work.write('README.md', '');
    expect(work.run('init')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('pyproject.toml'),
    });
  });
});
