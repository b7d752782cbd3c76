import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles the program into the folder, since Node 20 runs no TypeScript, and gives its path. */
export async function bundleProgram(folder: string): Promise<string> {
  const outfile = join(folder, 'program.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('program.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@block-pack/source'],
    logLevel: 'error',
  });
  return outfile;
}

export function start(program: string, words: readonly string[], uid?: number): ChildProcess {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  return spawn(process.execPath, [program, ...words], {
    stdio: [...stdio],
    ...(uid !== undefined && { uid }),
  });
}

/** Runs the program to its end and gives what it says. */
export function run(program: string, words: readonly string[], uid?: number): Promise<unknown> {
  const child = start(program, words, uid);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(JSON.parse(output));
      else reject(new Error(`${words[0]} ended with ${code ?? signal}`));
    });
  });
}

/** A folder of its own below the system's temporary one. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'block-pack-store-'));
}
