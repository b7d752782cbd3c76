import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  BlockPackError,
  checkSignal,
  type ErrorCode,
  errorFamilies,
  type ImportManifest,
} from '@block-pack/core';
import { diskError, openStore, type Store } from '@block-pack/store';
import { readManifestFile } from '../../read-manifest.ts';
import type { Surroundings } from './surroundings.ts';

/** What came out of packing a copy. */
export interface PackedCopy {
  readonly manifest: ImportManifest;
  readonly store: Store;
}

/**
 * Packs in a process of its own, with a store of its own.
 * @param words the command and its options, without output and store
 * @param directory where the copy lies
 * @throws what the process ended with, OUTPUT_REFUSED, DISK_FULL, INTERRUPTED
 */
export async function packCopy(
  words: readonly string[],
  directory: string,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<PackedCopy> {
  const output = join(directory, 'copy.import');
  const storeDirectory = join(directory, 'store');
  const home = join(directory, 'home');
  try {
    mkdirSync(home);
  } catch (error) {
    throw diskError(error, 'OUTPUT_REFUSED', 'make', home);
  }
  const all = [...words, '--output', output, '--store', storeDirectory, '--json', '--quiet'];
  const env = { ...process.env, ...surroundings.env, HOME: home, USERPROFILE: home };
  const { exitCode, document } = await runSelf(all, env, surroundings.umask, signal);
  checkSignal(signal);
  if (exitCode !== 0) throw failure(document, exitCode);
  return { manifest: readManifestFile(output, output), store: await openStore(storeDirectory) };
}

interface Ran {
  readonly exitCode: number | null;
  readonly document: string;
}

function runSelf(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  umask: number,
  signal: AbortSignal,
): Promise<Ran> {
  const [, self = ''] = process.argv;
  // A child has its parent's umask, and nothing else happens until it is set back.
  const own = process.umask(umask);
  const child = spawn(process.execPath, [self, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    signal,
  });
  process.umask(own);
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => void pieces.push(piece));
    child.on('error', (error) => {
      // Then it is being ended, and `close` follows.
      if (error.name !== 'AbortError') reject(error);
    });
    child.on('close', (exitCode) => resolve({ exitCode, document: Buffer.concat(pieces).toString() }));
  });
}

/** The error that the process told, as if it had been ours. */
function failure(document: string, exitCode: number | null): Error {
  const told = errorIn(document);
  if (told === undefined)
    return new Error(`packing a copy ended with ${exitCode}: ${document.slice(0, 1000)}`);
  const { code, message, hint } = told;
  return new BlockPackError(
    code,
    `A copy of the input cannot be packed: ${message}`,
    hint === undefined ? {} : { hint },
  );
}

function errorIn(
  document: string,
): { readonly code: ErrorCode; readonly message: string; readonly hint?: string } | undefined {
  try {
    const { error } = JSON.parse(document);
    return Object.hasOwn(errorFamilies, error.code) ? error : undefined;
  } catch {
    return undefined;
  }
}
