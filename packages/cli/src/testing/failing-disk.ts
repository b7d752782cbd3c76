import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** Calls that change a disk. Those that only take something away find room on a full one. */
const changes = {
  writeSync: 'takes room',
  writeFileSync: 'takes room',
  mkdirSync: 'takes room',
  mkdtempSync: 'takes room',
  renameSync: 'takes room',
  linkSync: 'takes room',
  copyFileSync: 'takes room',
  rmSync: 'gives room',
  unlinkSync: 'gives room',
  rmdirSync: 'gives room',
  chmodSync: 'neither',
  utimesSync: 'neither',
  futimesSync: 'neither',
} as const;

type Change = keyof typeof changes;

/** What stands for the end of a process in a test. */
export class Killed extends Error {}

/** `full`: a change that takes room finds none. `killed`: it is the last one, half done where it writes, and nothing is changed any more. */
export type Fault = 'full' | 'killed';

/**
 * Does something on a disk that fails at one of its changes.
 * @param at the change, from 0 on; `Infinity` for a disk that does not fail
 * @returns how many changes there were, and the error that it ended with
 */
export async function onFailingDisk(
  at: number,
  fault: Fault,
  deed: () => Promise<unknown>,
): Promise<{ readonly changes: number; readonly error: unknown }> {
  const holder = fs as unknown as Record<Change, (...args: unknown[]) => unknown>;
  const names = Object.keys(changes) as Change[];
  const real = Object.fromEntries(names.map((name) => [name, holder[name]])) as typeof holder;
  let seen = 0;
  for (const name of names)
    holder[name] = (...args) => {
      const isHere = seen++ === at;
      if (fault === 'killed' && seen > at) {
        if (isHere && name === 'writeSync') half(args, real.writeSync);
        throw new Killed(name);
      }
      if (isHere && changes[name] === 'takes room') throw full(name);
      return real[name](...args);
    };
  syncBuiltinESMExports();
  try {
    await deed();
    return { changes: seen, error: undefined };
  } catch (error) {
    return { changes: seen, error };
  } finally {
    Object.assign(holder, real);
    syncBuiltinESMExports();
  }
}

function half([file, bytes, from = 0]: unknown[], write: (...args: unknown[]) => unknown): void {
  if (bytes instanceof Uint8Array && typeof from === 'number')
    write(file, bytes, from, (bytes.length - from) >> 1);
}

function full(syscall: string): Error {
  return Object.assign(new Error(`ENOSPC: no space left on device, ${syscall}`), { code: 'ENOSPC', syscall });
}
