import { join, resolve } from 'node:path';
import {
  emptyMemory,
  type ImportManifest,
  type Packed,
  pack,
  parseImagePath,
  zipDirectory,
} from '@block-pack/core';
import { createPythonPacker, type LockEvidence } from '@block-pack/python';
import { openFile, openInput, openStore, resolveImports } from '@block-pack/store';
import { start } from './block-pack.ts';
import { root, run, succeed } from './workspace.ts';

/** The same distributions, installed in every way that there is. Fetched when they are not here yet. */
export async function pythonEnvironments(): Promise<string> {
  const { ended } = start(process.execPath, [join(root, 'e2e/python/fetch.mjs')]);
  const { exitCode, stderr } = await ended;
  if (exitCode !== 0) throw new Error(`fetch.mjs ended with ${exitCode}:\n${stderr}`);
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

export interface PythonPack extends Packed {
  readonly warnings: readonly string[];
  readonly leftOut: ReadonlyMap<string, string>;
  readonly seconds: number;
}

/** Packs into a store, as a program does that uses the packages as libraries. */
export async function packPython(
  input: string,
  storeDirectory: string,
  locks: readonly LockEvidence[] = [],
): Promise<PythonPack> {
  const store = await openStore(storeDirectory, { create: true });
  const opened = await openInput(input, { scratch: store });
  const files: { close(): void }[] = [];
  const packer = createPythonPacker({
    python: systemPython(),
    locks,
    async openWheel(wheel) {
      const file = openFile(join(resolve(input), wheel.path));
      files.push(file);
      return await zipDirectory(file.bytes, wheel, wheel.path);
    },
  });
  const warnings: string[] = [];
  const leftOut = new Map<string, string>();
  const started = Date.now();
  try {
    const packed = await pack(packer, [opened.directory], store, {
      memory: emptyMemory(),
      warn: ({ code, message }) => void warnings.push(`${code}: ${message}`),
      leaveOut: (path, reason) => void leftOut.set(path, reason),
    });
    return { ...packed, warnings, leftOut, seconds: (Date.now() - started) / 1000 };
  } finally {
    for (const file of files) file.close();
    await opened.close();
  }
}

export async function resolvePython(
  manifest: ImportManifest,
  storeDirectory: string,
  target: string,
): Promise<void> {
  const strip = parseImagePath('/app/site-packages');
  await resolveImports(manifest, await openStore(storeDirectory), target, { strip, method: 'auto' });
}
