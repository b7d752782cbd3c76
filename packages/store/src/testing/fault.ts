import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type SyncCall = 'mkdirSync' | 'writeSync' | 'renameSync' | 'readSync' | 'copyFileSync' | 'linkSync';

/**
 * Puts something in the way of a call of the file system until the returned function is called.
 * @param around is given the arguments, and the true call
 */
export function intercept(
  call: SyncCall,
  around: (args: unknown[], real: (...args: unknown[]) => unknown) => unknown,
): () => void {
  const holder = fs as unknown as Record<SyncCall, (...args: unknown[]) => unknown>;
  const real = holder[call];
  holder[call] = (...args) => around(args, real);
  syncBuiltinESMExports();
  return () => {
    holder[call] = real;
    syncBuiltinESMExports();
  };
}

/** An error as the file system throws it. */
export function errnoError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: made by a test, ${syscall}`), { code, syscall });
}
