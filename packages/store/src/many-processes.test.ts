import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf } from '@block-pack/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from './open-store.ts';
import type { Store } from './store.ts';
import { bundleProgram, run, start, temporaryFolder } from './testing/processes.ts';

const folder = temporaryFolder();
const input = join(folder, 'input');
let program: string;

beforeAll(async () => {
  program = await bundleProgram(folder);
  mkdirSync(input);
  for (let number = 0; number < 40; number++) {
    writeFileSync(join(input, `library-${number}.jar`), Buffer.alloc(60_000 + 7 * number, `${number} `));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a store that many processes use at once', () => {
  it('is good after sixteen processes packed the same input', { timeout: 30_000 }, async () => {
    const directory = join(folder, 'sixteen');
    const packs = Array.from({ length: 16 }, (_, number) =>
      run(program, ['pack', directory, input, `app-${number}`]),
    );
    const tagged = await Promise.all(packs);
    const store = await openStore(directory);
    expect(new Set(tagged.map((one) => JSON.stringify(one))).size).toBe(1);
    expect((await store.tags()).map((tag) => tag.name)).toHaveLength(16);
    expect(await store.verify()).toMatchObject({ blobs: 41, damages: [] });
    expect(readdirSync(join(directory, 'drafts'))).toEqual([]);
    expect(readdirSync(join(directory, 'leases'))).toEqual([]);
  });

  it('keeps every tag when processes tag at the same time', { timeout: 30_000 }, async () => {
    const directory = join(folder, 'tags');
    const store = await openStore(directory, { create: true });
    await Promise.all(
      Array.from({ length: 8 }, (_, number) => run(program, ['tag', directory, `p${number}`, '12'])),
    );
    expect(await store.tags()).toHaveLength(8 * 12);
    expect(readdirSync(join(directory, 'index.lock'))).toEqual([]);
  });

  it('is good whenever a pack is killed, and the next pack completes it', { timeout: 60_000 }, async () => {
    const directory = join(folder, 'killed');
    const began = performance.now();
    await run(program, ['pack', join(folder, 'unhurried'), input, 'app']);
    const whole = performance.now() - began;
    for (let round = 0; round < 12; round++) {
      // Half of the rounds begin with no store at all, so that its making is hit as well.
      if (round % 2 === 0) rmSync(directory, { recursive: true, force: true });
      const delays = [0, 1].map(() => whole * (0.3 + 0.8 * Math.random()));
      await Promise.all(delays.map((delay) => killAfter(delay, ['pack', directory, input, `app-${round}`])));
      const store = await openStore(directory, { create: true });
      const { damages } = await store.verify();
      expect(damages, `killed after ${delays.join(' and ')} ms`).toEqual([]);
    }
    await run(program, ['pack', directory, input, 'app']);
    const store = await openStore(directory);
    const { blobs, damages } = await store.verify();
    expect({ blobs, damages }).toEqual({ blobs: 41, damages: [] });
    await store.gc({ keepMs: 0, now: Date.now() + 86_400_000 });
    expect(readdirSync(join(directory, 'drafts'))).toEqual([]);
    expect(readdirSync(join(directory, 'leases'))).toEqual([]);
  });

  it('never collects what a running pack needs', { timeout: 60_000 }, async () => {
    const directory = join(folder, 'collected');
    const store = await openStore(directory, { create: true });
    let removed = 0;
    for (let round = 0; round < 6; round++) {
      const contents = Array.from({ length: 80 }, (_, number) => `blob ${number} of round ${round}`);
      abandon(store, contents);
      const at = Date.now() + 350;
      const users = [0, 1, 2].map((user) =>
        run(program, ['use', directory, `user-${user}`, String(at), ...shuffled(contents)]),
      );
      // A little earlier, as a user who comes first leaves nothing to collect.
      const collectors = [0, 1].map(() => run(program, ['gc', directory, String(at - 5), '150']));
      for (const user of await Promise.all(users)) expect(user).toHaveProperty('digest');
      for (const one of await Promise.all(collectors)) removed += (one as { removed: number }).removed;
      const { damages } = await store.verify();
      expect(damages).toEqual([]);
    }
    // Else the two never met in any round, and nothing is shown.
    expect(removed).toBeGreaterThan(0);
  });
});

async function killAfter(delay: number, words: readonly string[]): Promise<void> {
  const child = start(program, words);
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  await sleep(delay);
  child.kill('SIGKILL');
  await ended;
}

/** Puts blobs into the store that no tag leads to and nobody has used for an hour. */
function abandon(store: Store, contents: readonly string[]): void {
  const hourAgo = Date.now() / 1000 - 3600;
  for (const content of contents) {
    const path = store.blobPath(digestOf(new TextEncoder().encode(content)));
    writeFileSync(path, content);
    utimesSync(path, hourAgo, hourAgo);
  }
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
