import type { SpawnSyncOptions } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { blockPack, type PackDocument, packAs } from './block-pack.ts';
import { fetchInto } from './corpus.ts';
import { root, run, succeed } from './workspace.ts';

/** The same distributions, installed in every way that there is. Fetched when they are not here yet. */
export async function pythonEnvironments(): Promise<string> {
  await fetchInto('corpus', [join(root, 'e2e/python/fetch.mjs')]);
  return join(root, '.cache/corpus/python');
}

/** Whether this machine has a Python that the wheels are for. */
export function hasPython(): boolean {
  const program = 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))';
  try {
    return run('python3', ['-c', program]).exitCode === 0;
  } catch {
    return false;
  }
}

/** The interpreter that is on this machine, without an environment around it. */
export function systemPython(): string {
  return succeed('python3', ['-c', 'import sys; print(sys.executable)']).trim();
}

export interface PythonPack extends PackDocument {
  /** The import manifest's file. */
  readonly file: string;
  readonly seconds: number;
}

/** Packs into a store; the manifest lies beside it. */
export function packPython(
  input: string,
  store: string,
  more: readonly string[] = [],
  options: SpawnSyncOptions = {},
): PythonPack {
  const file = `${store}-${randomUUID()}.import`;
  const started = Date.now();
  const words = [input, '--store', store, '-o', file, '--python', systemPython(), ...more];
  const packed = packAs('python', words, options);
  return { ...packed, file, seconds: (Date.now() - started) / 1000 };
}

export function resolvePython({ file }: PythonPack, store: string, target: string): void {
  const args = ['resolve', file, target, '--strip', '/app/site-packages', '--store', store];
  const { exitCode, stderr } = blockPack(args);
  if (exitCode !== 0) throw new Error(`block-pack resolve ended with ${exitCode}: ${stderr}`);
}
