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
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockPack } from './block-pack.ts';
import { builtCli, root, succeed } from './workspace.ts';

const workspace = mkdtempSync(join(tmpdir(), 'block-pack-nx-'));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), content);
}

/** A workspace with block-pack, the plug-in and nx installed, and one service whose build and dependencies version control ignores. */
beforeAll(() => {
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
  install('@block-pack/nx', join(root, 'packages/nx'));
  install('nx', join(root, 'node_modules/nx'));
  install('block-pack', join(root, 'packages/cli'));
  install('.bin/block-pack', builtCli);
});

function install(name: string, from: string): void {
  const to = join(workspace, 'node_modules', name);
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(from, to);
}

/** As another team releases it, where Nx does not look. */
function makeBase(content: string): void {
  write('target/base/file', content);
  const words = ['image', '--files', 'target/base:/base', '-o', 'oci:base:1', '--store', 'store'];
  expect(blockPack(words, { cwd: workspace }).exitCode).toBe(0);
}

afterAll(() => rmSync(workspace, { recursive: true, force: true }));

function nx(...words: readonly string[]): string {
  return succeed(process.execPath, ['node_modules/nx/dist/bin/nx.js', ...words], {
    cwd: workspace,
    env: {
      PATH: '/usr/bin:/bin',
      HOME: workspace,
      NX_DAEMON: 'false',
      CI: 'true',
      BLOCK_PACK_STORE: join(workspace, 'store'),
    },
  });
}

const digest = () =>
  JSON.parse(readFileSync(join(workspace, 'shop/block-pack/image/index.json'), 'utf8')).manifests[0].digest;

describe('the plug-in in a workspace of Nx', () => {
  test('packs behind the build, and takes the image from the cache only while all that is in it is the same', () => {
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
