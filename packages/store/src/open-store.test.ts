import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, digestOf } from '@block-pack/core';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore } from './open-store.ts';
import { errnoError, intercept } from './testing/fault.ts';
import { temporaryFolder } from './testing/processes.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const content = new TextEncoder().encode('content');

describe('opening a store', () => {
  it('makes an image layout that other tools understand', async () => {
    const directory = join(folder, 'a', 'new');
    const store = await openStore(directory, { create: true });
    const { digest } = await store.write(bytesOf(content));
    expect(readFileSync(join(directory, 'oci-layout'), 'utf8')).toBe('{"imageLayoutVersion":"1.0.0"}\n');
    expect(JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8'))).toMatchObject({
      schemaVersion: 2,
      manifests: [],
    });
    expect(readFileSync(join(directory, 'blobs', 'sha256', digest.slice(7)), 'utf8')).toBe('content');
    expect(statSync(store.blobPath(digest)).mode & 0o777).toBe(0o444);
  });

  it('reads the layout of another tool without writing there', async () => {
    const directory = join(folder, 'foreign');
    const digest = digestOf(content);
    mkdirSync(join(directory, 'blobs', 'sha256'), { recursive: true });
    writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion": "1.0.0"}');
    writeFileSync(join(directory, 'blobs', 'sha256', digest.slice(7)), content);
    writeFileSync(join(directory, 'index.json'), '{"schemaVersion":2,"manifests":[]}');
    const store = await openStore(directory);
    expect(await store.has(digest)).toBe(true);
    expect(await store.verify()).toMatchObject({ blobs: 1, damages: [] });
    expect(readdirSync(directory).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
  });

  it('does not make one unasked', async () => {
    const directory = join(folder, 'absent');
    await expect(openStore(directory)).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      message: expect.stringContaining(directory),
    });
    expect(existsSync(directory)).toBe(false);
  });

  it('completes a store whose making was killed before it had an index', async () => {
    const directory = join(folder, 'unborn');
    mkdirSync(join(directory, 'blobs', 'sha256'), { recursive: true });
    mkdirSync(join(directory, 'drafts'));
    writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    expect(await (await openStore(directory)).tags()).toEqual([]);
    await openStore(directory, { create: true });
    expect(existsSync(join(directory, 'index.json'))).toBe(true);
  });

  it.each(['absent', 'empty'])('says that nothing has been packed yet when it is %s', async (name) => {
    const directory = join(folder, `not-yet-${name}`);
    if (name === 'empty') mkdirSync(directory);
    await expect(openStore(directory)).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      message: `Nothing has been packed into ${directory} yet: there is no store`,
      hint: expect.stringContaining('block-pack java target/lib'),
    });
  });

  it('does not take another directory for a store', async () => {
    const directory = join(folder, 'other');
    mkdirSync(join(directory, 'src'), { recursive: true });
    await expect(openStore(directory)).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      message: `${directory} is no store: it has no oci-layout`,
      hint: expect.stringContaining('--store'),
    });
  });

  it('leaves a directory alone that holds something else', async () => {
    const directory = join(folder, 'precious');
    mkdirSync(directory);
    writeFileSync(join(directory, 'thesis.txt'), '');
    await expect(openStore(directory, { create: true })).rejects.toMatchObject({ code: 'STORE_UNUSABLE' });
    expect(readdirSync(directory)).toEqual(['thesis.txt']);
  });

  it.each(['{"imageLayoutVersion":"2.0.0"}', '{}', 'null', 'x', ''])(
    'refuses a layout that says %s',
    async (marker) => {
      const directory = join(folder, `version-${marker.length}`);
      mkdirSync(directory);
      writeFileSync(join(directory, 'oci-layout'), marker);
      await expect(openStore(directory, { create: true })).rejects.toMatchObject({ code: 'STORE_INVALID' });
    },
  );

  it('says so when a file is in the way', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    await expect(openStore(path, { create: true })).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      details: { errno: 'ENOTDIR' },
    });
    await expect(openStore(join(path, 'below'), { create: true })).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
    });
  });
});

describe('a store on a disk that does not do as it is told', () => {
  it('names the full disk, and keeps nothing of what did not fit', async () => {
    const store = await openStore(join(folder, 'full'), { create: true });
    const restore = intercept('writeSync', (args, real) => {
      if (args[1] instanceof Uint8Array && args[1].length === 7) throw errnoError('ENOSPC', 'write');
      return real(...args);
    });
    try {
      await expect(store.write(bytesOf(new Uint8Array(100), content))).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringContaining(join(folder, 'full', 'drafts')),
        hint: expect.stringContaining('gc'),
      });
    } finally {
      restore();
    }
    expect(readdirSync(join(folder, 'full', 'drafts'))).toEqual([]);
    expect(await store.verify()).toMatchObject({ blobs: 0 });
  });

  it('writes on when the system takes only a part at a time', async () => {
    const store = await openStore(join(folder, 'slow'), { create: true });
    const restore = intercept('writeSync', ([file, bytes, at = 0], real) => real(file, bytes, at, 1));
    try {
      const { digest } = await store.write(bytesOf(content));
      expect(readFileSync(store.blobPath(digest), 'utf8')).toBe('content');
    } finally {
      restore();
    }
  });

  it.each(['EROFS', 'EACCES', 'EIO'])(
    'names the store when a blob cannot get its name (%s)',
    async (errno) => {
      const store = await openStore(join(folder, errno), { create: true });
      const restore = intercept('renameSync', () => {
        throw errnoError(errno, 'rename');
      });
      try {
        const failure = {
          code: 'STORE_UNUSABLE',
          message: expect.stringContaining(errno),
          details: { errno },
        };
        await expect(store.write(bytesOf(content))).rejects.toMatchObject(failure);
      } finally {
        restore();
      }
      expect(readdirSync(join(folder, errno, 'drafts'))).toEqual([]);
    },
  );
});
