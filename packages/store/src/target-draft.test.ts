import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, parseImagePath } from '@block-pack/core';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStore } from './open-store.ts';
import { type ResolveReport, resolveImports } from './resolve.ts';
import type { Store } from './store.ts';
import { temporaryFolder } from './testing/processes.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let store: Store;
let place: string;
let target: string;
let count = 0;
beforeEach(async () => {
  store = await openStore(join(folder, `store-${count}`), { create: true });
  place = join(folder, `place-${count++}`);
  mkdirSync(place);
  target = join(place, 'target');
});

describe('the place that imports are resolved to', () => {
  it('is refused inside the store, also by a link', async () => {
    symlinkSync(store.directory, join(place, 'link'));
    const insides = [join(store.directory, 'out'), join(place, 'link', 'deep', 'out')];
    for (const inside of [...insides, join(store.directory, 'drafts'), store.directory]) {
      await expect(resolve(inside)).rejects.toMatchObject({
        code: 'USAGE',
        message: `The target ${inside} lies inside the store ${store.directory}`,
      });
    }
    expect(readdirSync(store.directory).sort()).toEqual(untouched);
  });

  it('is left to another run that was quicker, be it files or a file', async () => {
    const winners = [
      () => mkdirSync(join(target, 'theirs'), { recursive: true }),
      () => writeFileSync(target, ''),
    ];
    for (const win of winners) {
      rmSync(target, { recursive: true, force: true });
      await expect(resolve(target, win)).rejects.toMatchObject({ code: 'TARGET_NOT_EMPTY' });
      expect(readdirSync(place)).toEqual(['target']);
    }
  });

  it('is cleared of what a killed run left beside it, once that has been dead for an hour', async () => {
    let abandoned = '';
    const abandon = () => {
      const [draft = ''] = readdirSync(place);
      abandoned = draft.replace(/.{4}$/, 'dead');
      mkdirSync(join(place, abandoned, 'half'), { recursive: true });
    };
    await resolve(join(place, 'first'), abandon);
    await resolve(join(place, 'second'));
    expect(readdirSync(place)).toEqual([abandoned, 'first', 'second']);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
    try {
      await resolve(join(place, 'third'));
    } finally {
      vi.useRealTimers();
    }
    expect(readdirSync(place)).toEqual(['first', 'second', 'third']);
  });
});

const untouched = ['blobs', 'cache', 'drafts', 'index.json', 'index.lock', 'leases', 'oci-layout'];

async function resolve(to: string, onProgress = () => {}): Promise<ResolveReport> {
  const { digest } = await store.write(bytesOf(new TextEncoder().encode('a')));
  const imports = [{ path: parseImagePath('/a'), digest, attributes: new Map() }];
  const manifest = { packer: 'files', directives: [], imports };
  return resolveImports(manifest, store, to, { method: 'copy', onProgress });
}
