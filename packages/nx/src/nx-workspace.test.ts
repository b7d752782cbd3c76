import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const workspace = mkdtempSync(join(tmpdir(), 'block-pack-nx-'));
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), content);
}

/** A workspace with block-pack, the plug-in and nx installed, and one service whose build and dependencies version control ignores. */
beforeAll(async () => {
  write(
    'nx.json',
    JSON.stringify({
      plugins: ['@block-pack/nx'],
      analytics: false,
      neverConnectToCloud: true,
      useDaemonProcess: false,
    }),
  );
  write('package.json', '{"name":"all","private":true,"devDependencies":{"block-pack":"*","nx":"*"}}');
  write('.gitignore', 'node_modules\ntarget\n.nx\nstore\nblock-pack/image\nbase\n');
  write(
    'shop/project.json',
    JSON.stringify({
      name: 'shop',
      targets: {
        build: {
          executor: 'nx:run-commands',
          options: { command: 'mkdir -p shop/target/classes && cp shop/Main.java shop/target/classes' },
        },
      },
    }),
  );
  write('shop/Main.java', 'one');
  write(
    'shop/block-pack.config.json',
    JSON.stringify({
      applications: {
        shop: {
          files: { input: 'target/classes', name: 'app' },
          image: { base: 'oci:../base:1', output: 'oci:block-pack/image:1' },
        },
      },
    }),
  );
  const bundle = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@block-pack/source'],
    banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
  } satisfies BuildOptions;
  await build({
    ...bundle,
    entryPoints: [here('index.ts')],
    outfile: join(workspace, 'node_modules/@block-pack/nx/index.js'),
  });
  write(
    'node_modules/@block-pack/nx/package.json',
    '{"name":"@block-pack/nx","version":"0.1.0","type":"module","exports":"./index.js"}',
  );
  await build({
    ...bundle,
    entryPoints: { 'block-pack': here('../../cli/src/entry.ts') },
    outdir: join(workspace, 'node_modules/block-pack/dist'),
    splitting: true,
  });
  write('node_modules/block-pack/package.json', '{"name":"block-pack","version":"0.1.0","type":"module"}');
  mkdirSync(join(workspace, 'node_modules/.bin'), { recursive: true });
  symlinkSync('../block-pack/dist/block-pack.js', join(workspace, 'node_modules/.bin/block-pack'));
  spawnSync('chmod', ['+x', join(workspace, 'node_modules/block-pack/dist/block-pack.js')]);
  symlinkSync(here('../../../node_modules/nx'), join(workspace, 'node_modules/nx'));
});
/** As another team releases it, where Nx does not look. */
function makeBase(content: string): void {
  write('target/base/file', content);
  const words = ['image', '--files', 'target/base:/base', '-o', 'oci:base:1', '--store', 'store'];
  const { status } = spawnSync(process.execPath, ['node_modules/block-pack/dist/block-pack.js', ...words], {
    cwd: workspace,
  });
  expect(status).toBe(0);
}
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

function nx(...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/nx/dist/bin/nx.js', ...words],
    {
      cwd: workspace,
      encoding: 'utf8',
      env: {
        PATH: '/usr/bin:/bin',
        HOME: workspace,
        NX_DAEMON: 'false',
        CI: 'true',
        BLOCK_PACK_STORE: join(workspace, 'store'),
      },
    },
  );
  expect(status, stdout + stderr).toBe(0);
  return stdout;
}

const digest = () =>
  JSON.parse(readFileSync(join(workspace, 'shop/block-pack/image/index.json'), 'utf8')).manifests[0].digest;

describe('the plug-in in a workspace of Nx', () => {
  it('packs behind the build, and takes the image from the cache only while all that is in it is the same', () => {
    makeBase('one');
    expect(nx('run', 'shop:block-pack-image')).not.toContain('cache');
    const first = digest();
    expect(existsSync(join(workspace, 'shop/block-pack/app.import'))).toBe(true);

    rmSync(join(workspace, 'shop/block-pack/image'), { recursive: true });
    expect(nx('run', 'shop:block-pack-image')).toMatch(/cache/);
    expect(digest()).toBe(first);

    write('shop/Main.java', 'two');
    expect(nx('run', 'shop:block-pack-image')).not.toContain('cache');
    expect(digest()).not.toBe(first);

    const second = digest();
    makeBase('two');
    expect(nx('run', 'shop:block-pack-image')).not.toContain('cache');
    expect(digest()).not.toBe(second);
  });
});
