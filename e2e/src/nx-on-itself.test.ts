import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { blockPack } from './block-pack.ts';
import { root, succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-nx-on-itself-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('this workspace packs its own command by its own plug-in for Nx', () => {
  const env = { ...process.env, BLOCK_PACK_STORE: join(scratch, 'store') };
  const nx = join(root, 'node_modules/nx/dist/bin/nx.js');
  succeed(process.execPath, [nx, 'run', 'block-pack:block-pack-image'], { cwd: root, env });
  expect(blockPack(['verify', `oci:${root}/packages/cli/block-pack/image`], { env })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('1 layer exactly as imports say'),
  });
});

test('before the first build there are no such tasks, and nothing else fails', () => {
  cpSync(join(root, 'tools/nx-plugin.mjs'), join(scratch, 'nx-plugin.mjs'));
  const program =
    "import('./nx-plugin.mjs').then(({ createNodes: [, create] }) => process.stdout.write(JSON.stringify(create([]))))";
  expect(succeed(process.execPath, ['--eval', program], { cwd: scratch })).toBe('[]');
});
