import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '@block-pack/core';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from './open-store.ts';
import type { Store } from './store.ts';
import { temporaryFolder } from './testing/processes.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const target = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digestOf(new Uint8Array(3)),
  size: 3,
};
const other = { ...target, digest: digestOf(new Uint8Array(4)), size: 4 };

let store: Store;
let index: string;
let count = 0;
beforeEach(async () => {
  store = await openStore(join(folder, `store-${count++}`), { create: true });
  index = join(store.directory, 'index.json');
});

describe('tags', () => {
  it('lead to one blob each, and are listed by name', async () => {
    await store.tag('b', target);
    await store.tag('a', { ...target, artifactType: 'application/x', annotations: { 'org.example': '1' } });
    await store.tag('b', other);
    const ref = 'org.opencontainers.image.ref.name';
    expect(await store.tags()).toEqual([
      {
        name: 'a',
        ...target,
        artifactType: 'application/x',
        annotations: { 'org.example': '1', [ref]: 'a' },
      },
      { name: 'b', ...other, annotations: { [ref]: 'b' } },
    ]);
  });

  it('can be taken away, once', async () => {
    await store.tag('a', target);
    expect(await store.untag('a')).toBe(true);
    expect(await store.untag('a')).toBe(false);
    expect(await store.tags()).toEqual([]);
  });

  it('leave alone what other tools wrote into the index', async () => {
    const foreign = {
      mediaType: 'application/x',
      digest: `sha512:${'0'.repeat(128)}`,
      size: 1,
      platform: { os: 'linux' },
    };
    writeFileSync(
      index,
      JSON.stringify({ schemaVersion: 2, manifests: [foreign], annotations: { a: 'b' }, extra: [1] }),
    );
    await store.tag('a', target);
    expect(JSON.parse(readFileSync(index, 'utf8'))).toMatchObject({
      annotations: { a: 'b' },
      extra: [1],
      manifests: [foreign, { digest: target.digest }],
    });
  });

  it.each(['', ' ', 'a b', '../x', '-a', 'a\n', `sha256:${'0'.repeat(64)}`, 'x'.repeat(256)])(
    'cannot be called %j',
    async (name) => {
      await expect(store.tag(name, target)).rejects.toMatchObject({ code: 'USAGE' });
    },
  );

  it.each(['app', 'app:1.0', 'registry.example:5000/team/app:1.0', 'imports/java/lib'])(
    'can be called %s',
    async (name) => {
      await store.tag(name, target);
      expect(await store.tags()).toHaveLength(1);
    },
  );

  it.each([
    ['', 'it is not JSON'],
    ['[]', 'schemaVersion'],
    ['{"schemaVersion":1,"manifests":[]}', 'schemaVersion'],
    ['{"schemaVersion":2,"manifests":{}}', 'manifests'],
    ['{"schemaVersion":2,"manifests":[{"digest":1}]}', 'manifests.0'],
    ['{"schemaVersion":2,"manifests":[{"mediaType":"a","digest":"b","size":-1}]}', 'size'],
    ['['.repeat(100_000), 'it is not JSON'],
  ])('say what is wrong with a damaged index: %.40s', async (text, flaw) => {
    writeFileSync(index, text);
    const invalid = {
      code: 'STORE_INVALID',
      message: expect.stringContaining(flaw),
      hint: expect.stringMatching(/Restore it.*pack every input again before you run gc/),
    };
    await expect(store.tags()).rejects.toMatchObject(invalid);
    await expect(store.tag('a', target)).rejects.toMatchObject(invalid);
    expect(readFileSync(index, 'utf8')).toBe(text);
  });

  it('say so when another tool has nested the index too deeply', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    writeFileSync(index, `{"schemaVersion":2,"manifests":[],"extra":${deep}}`);
    await expect(store.tag('a', target)).rejects.toMatchObject({ code: 'STORE_INVALID' });
  });

  it('are written although a process was killed while it wrote the index', async () => {
    const lock = join(store.directory, 'index.lock');
    mkdirSync(lock, { recursive: true });
    writeFileSync(join(lock, 'its-claim'), '{"half');
    utimesSync(join(lock, 'its-claim'), 1, 1);
    await store.tag('a', target);
    expect(await store.tags()).toHaveLength(1);
  });

  it('wait for another process that is writing the index', async () => {
    const lock = join(store.directory, 'index.lock');
    mkdirSync(lock, { recursive: true });
    writeFileSync(join(lock, 'its-claim'), '');
    let released = false;
    setTimeout(() => {
      released = true;
      rmSync(join(lock, 'its-claim'));
    }, 100);
    await store.tag('a', target);
    expect(released).toBe(true);
  });
});
