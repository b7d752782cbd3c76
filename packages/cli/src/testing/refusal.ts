import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { expect, inject } from 'vitest';
import type { Ran, Workplace } from './workplace.ts';

/** Fails as told, with a next step, without a stack, and without a manifest or a draft left behind. */
export function expectRefused(
  work: Workplace,
  ran: Ran,
  exitCode: number,
  ...words: readonly (string | RegExp)[]
): void {
  for (const word of words) expect(ran.stderr).toMatch(word);
  expect(ran.exitCode, ran.stderr).toBe(exitCode);
  expect(ran.stderr).not.toMatch(/^ +at /m);
  expect(ran.stdout).toBe('');
  expect(existsSync(work.path('block-pack/java.import'))).toBe(false);
  if (existsSync(work.path('store/drafts'))) expect(readdirSync(work.path('store/drafts'))).toEqual([]);
}

/** Root may do everything; what is refused to other users has to be tried as one. */
export function runAsNobody(work: Workplace, ...words: readonly string[]): Ran {
  const isRoot = process.getuid?.() === 0;
  chmodSync(work.directory, 0o777);
  if (isRoot && existsSync(work.path('store'))) {
    spawnSync('find', [work.path('store'), '-type', 'f', '-exec', 'chmod', 'a+r', '{}', '+']);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [inject('cli'), ...words], {
    cwd: work.directory,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: work.path('home'), BLOCK_PACK_STORE: 'store' },
    ...(isRoot ? { uid: 65534, gid: 65534 } : {}),
  });
  return { exitCode: status, stdout, stderr };
}
