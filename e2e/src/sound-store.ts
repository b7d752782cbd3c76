import { expect } from 'vitest';
import { blockPack } from './block-pack.ts';

/** `verify` reads the whole store and finds no fault. */
export function expectSound(store: string, context = ''): void {
  const { exitCode, stdout, stderr } = blockPack(['verify', '--store', store]);
  expect({ exitCode, stderr }, `${context}\n${stdout}`).toEqual({ exitCode: 0, stderr: '' });
}
