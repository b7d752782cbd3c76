import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { configurationSchema } from '@block-pack/config';
import Ajv2020 from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
});
afterEach(() => work.remove());

const schemaOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`../schema/${name}`, import.meta.url), 'utf8'));

/** A Java service and a Node.js one, each in a directory of its own. */
const twoApplications = {
  applications: {
    shop: {
      directory: 'shop',
      java: { input: 'target/lib' },
      files: [
        { input: 'target/classes', prefix: '/app/classes' },
        { input: 'config', prefix: '/etc/shop', name: 'config' },
      ],
      image: {
        output: ['oci:target/image:1.0', 'oci-archive:target/shop.tar:1.0'],
        entrypoint: ['java', '-cp', '/app/lib/*', 'Main'],
        env: { GREETING: 'two words' },
        label: { team: 'a' },
        user: '1000',
      },
    },
    site: { directory: 'site', npm: { omit: 'dev' }, files: { input: '.' } },
  },
};

function writeProject(configuration: object = twoApplications): void {
  work.writeLibraries('shop/target/lib');
  work.write('shop/target/classes/Main.class', 'main');
  work.write('shop/config/shop.properties', 'a=b');
  work.write('site/package.json', '{"name":"site","dependencies":{"ms":"2"}}');
  work.write('site/node_modules/ms/package.json', '{"name":"ms","version":"2.1.3"}');
  work.write('site/main.js', 'require("ms")');
  work.write('block-pack.config.json', JSON.stringify(configuration, undefined, 2));
}

interface PackedDocument {
  readonly applications: readonly {
    readonly name: string;
    readonly packs: readonly { readonly name: string; readonly frozen?: { readonly same: boolean } }[];
    readonly images: readonly { readonly image: { readonly digest: string } }[];
  }[];
}

function packed(...words: readonly string[]): PackedDocument & { readonly exitCode: number | null } {
  const { exitCode, document } = work.json('pack', ...words);
  return { ...(document as unknown as PackedDocument), exitCode };
}

const output = new Ajv2020.default({ strict: true, allowUnionTypes: true }).compile(
  schemaOf('output.v1.schema.json'),
);

function expectOutput(document: unknown): void {
  expect(output(document), JSON.stringify(output.errors)).toBe(true);
}

describe('pack', () => {
  it('packs all applications of a project and makes their images', () => {
    writeProject();
    const { exitCode, stdout } = work.run('pack');
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(/^shop\n.*java .*config .*image .*\nsite\n.*npm .*files /s),
    ]);
    expect(existsSync(work.path('shop/block-pack/config.import'))).toBe(true);
    expect(work.read('site/block-pack/npm.import')).toContain('pkg:npm/ms@2.1.3');
    expect(work.run('verify', 'oci:shop/target/image:1.0').exitCode).toBe(0);
    const again = packed();
    expect(again.applications[0]?.images.map(({ image }) => image.digest)).toEqual(
      Array(2).fill(again.applications[0]?.images[0]?.image.digest),
    );
  });

  it('packs the applications that are named', () => {
    writeProject();
    expect(packed('site').applications.map(({ name }) => name)).toEqual(['site']);
    expect(work.run('pack', 'sit').stderr).toMatch(
      /block-pack\.config\.json has no application "sit"\n.*It has shop, site/,
    );
  });

  it('shows with --dry-run the calls that do the very same, and writes nothing', () => {
    writeProject();
    const { document } = work.json('pack', 'shop', '--dry-run');
    expect(existsSync(work.path('shop/block-pack'))).toBe(false);
    expect(existsSync(work.path('store'))).toBe(false);
    const [shop] = document.applications as { calls: string[][] }[];
    for (const call of shop?.calls ?? []) expect(work.run(...call, '-C', 'shop').exitCode).toBe(0);
    const byHand = work.read('shop/target/image/index.json');
    expect(packed('shop').exitCode).toBe(0);
    expect(work.read('shop/target/image/index.json')).toBe(byHand);
    expect(work.run('pack', '--dry-run').stdout).toContain("--env 'GREETING=two words'");
  });

  it('excludes in these calls what is there of its own', () => {
    const site = {
      directory: 'site',
      files: { input: '.', exclude: 'x.md' },
      image: { output: 'oci:out/one:1' },
    };
    writeProject({ applications: { site } });
    work.write('site/x.md', 'x');
    expect(work.run('pack', '--dry-run').stdout).toContain(
      'files . --output block-pack/files.import --exclude x.md\n',
    );
    expect(packed().exitCode).toBe(0);
    const { document } = work.json('pack', '--dry-run');
    const [{ calls: [files = []] = [] } = {}] = document.applications as { calls: string[][] }[];
    expect(files).toContain('out/one');
    const store = { BLOCK_PACK_STORE: work.path('store') };
    expect(work.runWith(store, ...files, '-C', 'site', '--frozen')).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
  });

  it('fails with --frozen when a dependency is another one, makes no image then, and leaves all as it is', () => {
    writeProject();
    work.run('pack');
    expect(packed('--frozen')).toMatchObject({ exitCode: 0, applications: [{ images: [{}, {}] }, {}] });
    work.writeJar('shop/target/lib', 'org.ow2.asm:asm:9.7', { 'New.class': '' });
    const manifest = work.read('shop/block-pack/java.import');
    const { exitCode, stdout } = work.run('pack', '--frozen');
    expect([exitCode, stdout]).toEqual([
      1,
      expect.stringContaining('block-pack/java.import is not up to date: 1 changed'),
    ]);
    expect(packed('--frozen').applications[0]).toMatchObject({
      images: [],
      packs: [{ frozen: { same: false } }, {}, {}],
    });
    expect(work.read('shop/block-pack/java.import')).toBe(manifest);
  });

  it('puts flags above the environment, that above the project, and the project above defaults', () => {
    writeProject();
    const call = (env: Record<string, string>, ...words: string[]) => {
      const { stdout } = work.runWith(env, 'pack', 'shop', '--dry-run', ...words);
      return stdout.match(/(?<=--(output oci:|base ))\S+/g)?.join(' ');
    };
    const env = { BLOCK_PACK_BASE: 'oci:env', BLOCK_PACK_OUTPUT: 'oci:env-out' };
    expect(call({})).toBe('target/image:1.0');
    expect(call(env)).toBe('env-out oci:env');
    expect(call(env, '--base', 'oci:flag', '-o', 'oci:{app}-out')).toBe('shop-out oci:flag');
    expect(work.runWith(env, 'pack').stderr).toContain('2 images cannot all go to oci:env-out');
    expect(work.run('pack', '--no-image', '--dry-run').stdout).not.toContain('block-pack image');
  });

  it('packs a project without a configuration as it recognises it, and says so', () => {
    writeProject();
    const apart = { BLOCK_PACK_STORE: work.path('store') };
    const { exitCode, stdout } = work.runWith(apart, 'pack', '-C', 'site');
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(/^No configuration; as recognised .*\n {2}npm: node_modules.*\n {2}files: /),
    ]);
    work.write('shop/pom.xml', '<project/>');
    expect(work.run('pack', '-C', 'shop').stdout).toContain('java: target/lib, since there is a pom.xml');
    const nothing = work.run('pack', '-C', 'shop/config');
    expect([nothing.exitCode, nothing.stderr]).toEqual([
      2,
      expect.stringContaining('nothing in this directory says what to pack'),
    ]);
  });

  it('reads package.json and pyproject.toml, refuses two at once, and runs none', () => {
    writeProject();
    rmSync(work.path('block-pack.config.json'));
    work.write('package.json', JSON.stringify({ name: 'all', 'block-pack': twoApplications }));
    expect(packed('site').exitCode).toBe(0);
    work.write('pyproject.toml', '[tool.block-pack.applications.site]\nfiles = { input = "site" }\n');
    expect(work.run('pack').stderr).toContain('Both package.json and pyproject.toml hold a configuration');
    expect(work.runWith({ BLOCK_PACK_CONFIG: 'pyproject.toml' }, 'pack').stdout).toMatch(/^site\n/);
    rmSync(work.path('package.json'));
    rmSync(work.path('pyproject.toml'));
    work.write('block-pack.config.js', 'process.exit(7)');
    expect(work.run('pack')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('a configuration is never run'),
    });
  });

  it('says of what fails where it was asked for', () => {
    const failing = (entry: object) => {
      writeProject({ applications: { shop: { directory: 'shop', ...entry } } });
      return work.run('pack');
    };
    const wrong: readonly (readonly [object, number, RegExp])[] = [
      [{ java: { input: 'lib' } }, 3, /lib.* \(block-pack\.config\.json:5, applications\.shop\.java\)/],
      [
        { java: { input: 'target/lib', prefix: 'app' } },
        2,
        /--prefix app is no directory.*applications\.shop\.java/,
      ],
      [
        { files: { input: 'config' }, image: { output: 'nowhere' } },
        2,
        /nowhere.*\.json:8, applications\.shop\.image/s,
      ],
      [{ files: [{ input: 'config' }, { input: 'target' }] }, 2, /Two packers have the name files/],
      [{ files: { input: 'config', name: '../x' } }, 2, /cannot be the name of an import manifest/],
      [{ files: { input: 'config' }, report: { format: 'markdown' } }, 2, /does not say which file/],
    ];
    for (const [entry, exitCode, message] of wrong)
      expect(failing(entry)).toMatchObject({ exitCode, stderr: expect.stringMatching(message) });
  });

  it('runs no interpreter that only the project names', () => {
    writeProject({ applications: { api: { python: { input: '.venv', pyc: 'unchecked-hash' } } } });
    work.write('.venv/pyvenv.cfg', 'home = /usr/bin\n');
    work.write('.venv/bin/python', `#!/bin/sh\ntouch ${work.path('was-run')}\n`, 0o755);
    const { exitCode, stderr } = work.run('pack');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('nobody says by which interpreter')]);
    expect(existsSync(work.path('was-run'))).toBe(false);
    expect(work.run('pack', '--dry-run', '--pyc-python', 'python3').stdout).toContain('--pyc-python python3');
  });

  it('leaves its own images and reports out of what it packs', () => {
    const site = {
      files: { input: '.' },
      image: { output: 'oci:out/image:1' },
      report: { format: ['markdown=out/report.md'] },
    };
    writeProject({ applications: { site: { directory: 'site', ...site } } });
    const first = packed();
    expect(work.read('site/out/report.md')).toContain('`oci:out/image:1`');
    expect(packed().applications).toMatchObject([
      { images: [{ image: first.applications[0]?.images[0]?.image }] },
    ]);
  });

  it('leaves out what other applications write, and what was written where no image is made now', () => {
    const site = (name: string) => ({ directory: 'site', files: { input: '.', name } });
    const image = (name: string) => ({ ...site(name), image: { output: `oci:out/${name}:1` } });
    const applications = { shop: image('shop'), site: image('site'), config: site('config') };
    writeProject({ applications });
    expect(packed().exitCode).toBe(0);
    expect(packed('--frozen').exitCode).toBe(0);
    expect(packed('--frozen', '--no-image').exitCode).toBe(0);
    expect(packed('config', '--frozen').exitCode).toBe(0);
    expect(packed('site', '-o', 'oci:out/other:1', '--frozen').exitCode).toBe(0);
    writeProject({
      applications: { ...applications, config: { ...site('config'), image: { output: 'x' } } },
    });
    expect(work.run('pack', 'site').stderr).toContain('applications.config.image');
  });

  it('ends with 1 and says why where a dependency breaks a rule', () => {
    const report = { rules: 'rules.json' };
    writeProject({ applications: { site: { directory: 'site', npm: {}, report } } });
    work.write('site/rules.json', '{"deny":["pkg:npm/left-pad"]}');
    expect(work.run('pack').exitCode).toBe(0);
    work.write('site/rules.json', '{"deny":["pkg:npm/ms"]}');
    expect(work.run('pack')).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('is denied by pkg:npm/ms'),
    });
    const { document } = work.json('pack');
    expect(document).toMatchObject({ applications: [{ rules: { violations: [{ rule: 'deny' }] } }] });
    expectOutput(document);
  });

  it('packs again when something changes, also what was not there, until it is interrupted', async () => {
    writeProject({ applications: { shop: { java: { input: 'shop/target/lib' } } } });
    rmSync(work.path('shop/target'), { recursive: true });
    const watching = spawn(process.execPath, [inject('cli'), 'pack', '--watch'], {
      cwd: work.directory,
      env: { PATH: process.env.PATH, HOME: work.path('home'), BLOCK_PACK_STORE: 'store' },
    });
    let said = '';
    for (const stream of [watching.stdout, watching.stderr])
      stream.on('data', (data) => (said += String(data)));
    const saying = async (expected: RegExp) => {
      await vi.waitFor(() => expect(said).toMatch(expected), { timeout: 30_000 });
      said = '';
    };
    try {
      await saying(/shop\/target\/lib.*applications\.shop\.java/);
      // All at once: on a busy machine some of them would be packed before the others are there.
      work.writeLibraries('shop/built/lib');
      renameSync(work.path('shop/built'), work.path('shop/target'));
      await saying(/3 new/);
      work.writeJar('shop/target/lib', 'com.example:late:1.0.0');
      await saying(/1 new/);
    } finally {
      watching.kill('SIGINT');
    }
    expect(await once(watching, 'exit')).toEqual([0, null]);
    expect(work.read('block-pack/java.import')).toContain('late');
  });

  it('refuses to watch where one result is expected', () => {
    writeProject();
    expect(work.run('pack', '--watch', '--json').exitCode).toBe(2);
  });
});

describe('the published schema', () => {
  const validate = new Ajv2020.default({ strict: true, allowUnionTypes: true }).compile(
    schemaOf('config.v1.schema.json'),
  );

  it('is that of the reader', () => {
    expect(schemaOf('config.v1.schema.json')).toEqual(JSON.parse(JSON.stringify(configurationSchema())));
  });

  it('takes what is read, and refuses what is refused', () => {
    writeProject();
    const entries = [
      { npm: {} },
      { npm: { omit: 'deb' } },
      { java: {} },
      { java: { input: [] } },
      { image: { output: 'oci:x' }, npm: {} },
      { npm: { npmCache: false } },
    ];
    for (const entry of entries) {
      const configuration = { applications: { a: entry } };
      work.write('block-pack.config.json', JSON.stringify(configuration));
      expect(validate(configuration), JSON.stringify(entry)).toBe(
        work.run('pack', '--dry-run').exitCode === 0,
      );
    }
    expect(validate(twoApplications)).toBe(true);
  });

  it('fits what pack and init print with --json', () => {
    writeProject();
    const documents = [
      ['pack', '--dry-run'],
      ['pack'],
      ['pack', '--frozen'],
      ['init', '-C', 'site'],
      ['init'],
    ];
    for (const words of documents) {
      expectOutput(work.json(...words).document);
    }
  });
});
