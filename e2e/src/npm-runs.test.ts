import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { start } from './block-pack.ts';
import { type Installer, installedBy } from './npm-installed.ts';
import { packProject, resolveProject } from './npm-packing.ts';
import { run } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-npm-runs-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What a server answers in which every package does its work, native ones included. */
const answer = {
  bcrypt: true,
  esbuild: 'let a = 1;',
  fastify: 'hi',
  graphql: 3,
  lodash: 2,
  sharp: true,
  zod: 1,
};

test.each(['npm', 'pnpm', 'yarn-1', 'yarn-4'] satisfies Installer[])(
  'the application that %s installed answers a request after resolve, with nothing else installed',
  async (installer) => {
    const [store, target] = [join(scratch, 'store'), join(scratch, installer)];
    const project = await installedBy(installer);
    resolveProject(packProject(project, store, { omit: ['dev'] }), store, target);
    for (const file of ['server.mjs', 'package.json']) cpSync(join(project, file), join(target, file));

    const server = start(process.execPath, ['server.mjs'], { cwd: target, env: { PATH: process.env.PATH } });
    try {
      const port = await firstLine(server.said, server.ended);
      const response = await fetch(`http://127.0.0.1:${port}/`);
      expect(await response.json()).toMatchObject(answer);
    } finally {
      server.process.kill();
      await server.ended;
    }
    expect(run(join(target, 'node_modules/.bin/esbuild'), ['--version']).stdout).toBe('0.28.2\n');
  },
  600_000,
);

async function firstLine(
  said: { readonly stdout: string; readonly stderr: string },
  ended: Promise<unknown>,
): Promise<string> {
  let isRunning = true;
  ended.then(() => {
    isRunning = false;
  });
  while (isRunning) {
    const [line, rest] = said.stdout.split('\n');
    if (rest !== undefined && line !== undefined) return line;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the server ended: ${said.stderr}`);
}
