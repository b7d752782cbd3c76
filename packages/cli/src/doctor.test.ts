import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { fakeZip } from '@block-pack/core/testing';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Finding, findingCodes } from './doctor/finding.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
});
afterEach(() => work.remove());

/** The findings that reach a block, by code and path. */
function reaching(...words: readonly string[]): {
  exitCode: number | null;
  found: string[];
  findings: readonly Finding[];
} {
  const { exitCode, document } = work.json('doctor', ...words);
  const findings = document.findings as readonly Finding[];
  const found = findings
    .filter(({ severity }) => severity !== 'scrubbed')
    .map(({ code, path }) => `${code} ${path}`);
  return { exitCode, found, findings };
}

function writeProject(): void {
  work.write('shop/package.json', '{"name":"shop","version":"1.0.0"}');
  work.write('shop/package-lock.json', '{"lockfileVersion":3,"packages":{}}');
  work.write('shop/node_modules/ms/package.json', '{"name":"ms","version":"2.1.3"}');
}

/** What npm leaves of a package that node-gyp has compiled. */
function writeCompiled(): void {
  const folder = 'shop/node_modules/greeting';
  work.write(`${folder}/package.json`, '{"name":"greeting","version":"1.0.0"}');
  work.write(`${folder}/binding.gyp`, '{}');
  work.write(`${folder}/build/Makefile`, `srcdir := ${work.path(folder)}`);
  work.write(`${folder}/build/config.gypi`, '{}');
  const debug = Buffer.concat([
    Buffer.from('\x7fELF'),
    Buffer.alloc(70_000),
    Buffer.from(`\0${work.path(folder)}\0`),
  ]);
  work.write(`${folder}/build/Release/greeting.node`, debug);
}

describe('block-pack doctor', () => {
  it('finds nothing where all that is packed was published, and says what is left out', () => {
    writeProject();
    work.write('shop/node_modules/.package-lock.json', '{"lockfileVersion":3,"packages":{}}');
    const { exitCode, stdout } = work.run('doctor', 'shop');
    expect(stdout).toContain('nothing that is packed would differ on another machine');
    expect(stdout).toContain('what npm installed, for npm');
    expect(exitCode).toBe(0);
  });

  it('tells what node-gyp has compiled, and that it names this machine', () => {
    writeProject();
    writeCompiled();
    const native = 'node_modules/greeting/build/Release/greeting.node';
    const { exitCode, found, findings } = reaching('shop');
    expect(found).toEqual([`PATH_LEAKED ${native}`, `NATIVE_BUILD ${native}`]);
    expect(findings[0]?.what).toContain(work.path('shop/node_modules/greeting'));
    expect(findings.filter(({ code }) => code === 'LEFT_OUT').map(({ path }) => path)).toContain(
      'node_modules/greeting/build/Makefile',
    );
    expect(exitCode).toBe(1);
    const { stdout } = work.run('doctor', 'shop');
    expect(stdout).toMatch(/differs +PATH_LEAKED +node_modules\/greeting/);
    expect(stdout).toContain('-ffile-prefix-map');
  });

  it('warns of install scripts that may have written anything, but not of those that only build', () => {
    writeProject();
    const write = (name: string, scripts: object) =>
      work.write(
        `shop/node_modules/${name}/package.json`,
        JSON.stringify({ name, version: '1.0.0', scripts }),
      );
    write('fetches', { postinstall: 'node fetch.js' });
    write('builds', { install: 'node-gyp-build || node-gyp rebuild' });
    write('more', { install: 'node-gyp-build && node fetch.js' });
    expect(reaching('shop').found).toEqual([
      'CONTENT_UNKNOWN node_modules/fetches',
      'CONTENT_UNKNOWN node_modules/more',
    ]);
  });

  it('misses a lock, and looks for it up to the root of the checkout', () => {
    work.write('mono/.git/HEAD', '');
    work.write('mono/shop/package.json', '{"name":"shop","version":"1.0.0"}');
    work.write('mono/shop/node_modules/ms/package.json', '{"name":"ms","version":"2.1.3"}');
    expect(reaching('mono/shop').found).toEqual(['LOCK_MISSING .']);
    work.write('mono/pnpm-lock.yaml', "lockfileVersion: '9.0'\n");
    expect(reaching('mono/shop').found).toEqual([]);
  });

  it('tells all links that lead out, and goes on with the rest', () => {
    work.write('dist/app.js', `require('${work.path('dist')}/lib.js')`);
    symlinkSync('/etc/hostname', work.path('dist/host'));
    symlinkSync('../outside', work.path('dist/outside'));
    symlinkSync('app.js', work.path('dist/inside'));
    const { exitCode, found } = reaching('dist', '--check');
    expect(found).toEqual(['LINK_LEAVES host', 'LINK_LEAVES outside', 'PATH_LEAKED app.js']);
    expect(exitCode).toBe(1);
  });

  it('tells names that fall together, and files that are all executable', () => {
    for (const name of ['a', 'A', ...'bcdefghij']) work.write(`dist/${name}.txt`, '', 0o755);
    expect(reaching('dist').found).toEqual(['ALL_EXECUTABLE .', 'NAMES_FALL_TOGETHER .']);
  });

  it('says that modes and absolute links make no difference', () => {
    work.write('dist/app.js', '', 0o600);
    symlinkSync(work.path('dist/app.js'), work.path('dist/link'));
    const { exitCode, findings } = reaching('dist');
    expect(findings.map(({ code, path, what }) => [code, path, what])).toEqual([
      ['LINK_ABSOLUTE', 'link', `leads to ${work.path('dist/app.js')}`],
      ['MODES_SET', '.', '1 file with mode 600'],
    ]);
    expect(exitCode).toBe(0);
  });
});

const site = '.venv/lib/python3.11/site-packages';

function writeDistribution(name: string, tag: string, files: Readonly<Record<string, string>>): void {
  const info = `${name}-1.0.dist-info`;
  const all = {
    ...files,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`,
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: ${tag}\n`,
  };
  const lines = Object.entries(all).map(([path, content]) => {
    work.write(`${site}/${path}`, content);
    return `${path},sha256=${createHash('sha256').update(content).digest('base64url')},${content.length}`;
  });
  work.write(`${site}/${info}/RECORD`, [...lines, `${info}/RECORD,,`, ''].join('\n'));
  work.write('.venv/pyvenv.cfg', 'home = /usr/bin\n');
}

describe('block-pack doctor of a virtual environment', () => {
  it('tells compiled modules that no published wheel has, and .pth files that lead away', () => {
    writeDistribution('till', 'cp311-cp311-linux_x86_64', {
      '_till.cpython-311.so': `\0${work.path('home')}/lib/python\0`,
    });
    writeDistribution('published', 'cp311-cp311-manylinux_2_17_x86_64', {
      'fast.so': `\0${work.path('home')}/x\0`,
    });
    work.write(`${site}/shop.pth`, '/srv/checkouts/shop/src\n');
    expect(reaching('.venv').found).toEqual([
      `PATH_LEAKED lib/python3.11/site-packages/_till.cpython-311.so`,
      `PATH_LEAKED lib/python3.11/site-packages/shop.pth`,
      `NATIVE_BUILD lib/python3.11/site-packages/_till.cpython-311.so`,
    ]);
  });

  it('tells what was changed since it was installed', () => {
    writeDistribution('six', 'py3-none-any', { 'six.py': 'one = 1\n' });
    expect(reaching('.venv').found).toEqual([]);
    work.write(`${site}/six.py`, 'one = 2\n');
    expect(reaching('.venv').found).toEqual([`CONTENT_MODIFIED lib/python3.11/site-packages/six.py`]);
  });
});

describe('block-pack doctor of jars', () => {
  const [morning, noon] = [0x5a_61_40_00, 0x5a_61_60_00];

  function writeJar(artifact: string, version: string, times: readonly number[], content = ''): void {
    const properties = `groupId=com.example\nartifactId=${artifact}\nversion=${version}\n`;
    const entries = times.map((dosTime, at) => ({ path: `${at}.txt`, content, dosTime }));
    const first = { path: `META-INF/maven/com.example/${artifact}/pom.properties`, content: properties };
    const [dosTime = 0] = times;
    work.write(`shop/target/lib/${artifact}-${version}.jar`, fakeZip([{ ...first, dosTime }, ...entries]));
  }

  it('tells snapshots that hold the times of their build or paths of the project, and no published jar', () => {
    work.write('shop/pom.xml', '<project/>');
    writeJar('core', '1.0-SNAPSHOT', [morning, noon]);
    writeJar('fixed', '1.0-SNAPSHOT', [noon, noon]);
    writeJar('leaky', '1.0-SNAPSHOT', [noon], work.path('shop/target/classes'));
    writeJar('published', '1.0', [morning, noon], work.path('shop/target/classes'));
    const { found, findings } = reaching('shop/target/lib');
    expect(found).toEqual(['PATH_LEAKED leaky-1.0-SNAPSHOT.jar!/0.txt', 'JAR_TIMES core-1.0-SNAPSHOT.jar']);
    expect(findings[1]?.what).toContain('from 2025-03-01 08:00:00 to 2025-03-01 12:00:00');
  });

  it("tells the application's own jar only where it was built, since a release of it is the same for everybody", () => {
    writeJar('app', '1.0', [morning, noon]);
    expect(reaching('shop/target/lib', '--application', 'app-*').found).toEqual([]);
    expect(reaching('shop/target/lib/app-1.0.jar').found).toEqual([]);
    work.write('shop/build.gradle.kts', '');
    expect(reaching('shop/target/lib', '--application', 'app-*').found).toEqual(['JAR_TIMES app-1.0.jar']);
    expect(reaching('shop/target/lib/app-1.0.jar').found).toEqual(['JAR_TIMES app-1.0.jar']);
  });

  it('looks through what can be read of a damaged jar', () => {
    writeJar('torn', '1.0-SNAPSHOT', [noon], work.path('shop'));
    const path = 'shop/target/lib/torn-1.0-SNAPSHOT.jar';
    const bytes = readFileSync(work.path(path));
    bytes.write('X', bytes.indexOf(work.path('shop')) + 1);
    work.write(path, bytes);
    expect(reaching('shop/target/lib')).toMatchObject({ exitCode: 0, found: [] });
  });
});

describe('block-pack doctor --check', () => {
  it('packs two copies elsewhere with the same outcome, and leaves nothing behind', () => {
    writeProject();
    writeCompiled();
    work.write('shop/node_modules/ms/run.sh', '#!/bin/sh\n', 0o744);
    mkdirSync(work.path('scratch'));
    const { stdout } = work.runWith({ TMPDIR: work.path('scratch') }, 'doctor', 'shop', '--check');
    expect(stdout).toContain('both copies are packed the same: 2 imports');
    expect(readdirSync(work.path('scratch'))).toEqual([]);
    writeDistribution('six', 'py3-none-any', { 'six.py': 'one = 1\n' });
    work.writeLibraries('lib');
    for (const input of ['.venv', 'lib/asm-9.7.jar']) {
      const { exitCode, document } = work.json('doctor', input, '--check');
      expect([exitCode, document.check]).toMatchObject([0, { same: true, differences: [] }]);
    }
  });

  it('packs the copies with the options that were given', () => {
    work.write('dist/app.js', '');
    work.write('dist/test/a.js', work.path('dist'));
    const { exitCode, document } = work.json('doctor', 'dist', '--exclude', 'test', '--check');
    expect([exitCode, document.check]).toMatchObject([0, { same: true, imports: 1 }]);
  });

  it('removes its copies when it is interrupted', async () => {
    writeProject();
    mkdirSync(work.path('scratch'));
    const child = spawn(process.execPath, [inject('cli'), 'doctor', 'shop', '--check'], {
      cwd: work.directory,
      env: {
        PATH: process.env.PATH,
        HOME: work.path('home'),
        BLOCK_PACK_STORE: 'store',
        TMPDIR: work.path('scratch'),
      },
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    while (readdirSync(work.path('scratch')).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(readdirSync(work.path('scratch'))).toEqual([]);
  });
});

describe('the call of block-pack doctor', () => {
  it('names the packer that an option is for', () => {
    work.write('dist/app.js', '');
    const { exitCode, stderr } = work.run('doctor', 'dist', '--omit', 'dev');
    expect([exitCode, stderr]).toMatchObject([
      2,
      expect.stringContaining('--omit is for npm, and this is diagnosed as files'),
    ]);
  });

  it('takes the packer that is named, whatever it would recognise', () => {
    work.writeLibraries('lib');
    expect(work.json('doctor', 'lib').document.packer).toBe('java');
    expect(work.json('doctor', 'lib', '--packer', 'files').document.packer).toBe('files');
    expect(work.json('doctor', 'lib', '--packer', 'npm')).toMatchObject({ exitCode: 3 });
  });
});

it('has a row in the guide for every code', () => {
  const page = readFileSync(new URL('../../../docs/guide/doctor.md', import.meta.url), 'utf8');
  expect([...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code).sort()).toEqual(
    [...findingCodes].sort(),
  );
});
