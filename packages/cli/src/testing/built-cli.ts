import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The built command, made anew for the test run. */
    cli: string;
    /** What runs its command lines in one process. */
    server: string;
  }
}

/** Builds the command once for all test files, so that they run what users run. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'block-pack-cli-'));
  chmodSync(folder, 0o755);
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  execFileSync(process.execPath, [here('../../build.mjs'), folder, here('command-server.ts')]);
  project.provide('cli', join(folder, 'block-pack.js'));
  project.provide('server', join(folder, 'command-server.js'));
  return () => rmSync(folder, { recursive: true });
}
