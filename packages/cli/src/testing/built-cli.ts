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
  }
}

/** Builds the command once for all test files, so that they run what users run. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'block-pack-cli-'));
  chmodSync(folder, 0o755);
  execFileSync(process.execPath, [fileURLToPath(new URL('../../build.mjs', import.meta.url)), folder]);
  project.provide('cli', join(folder, 'block-pack.js'));
  return () => rmSync(folder, { recursive: true });
}
