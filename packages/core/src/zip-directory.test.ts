import { describe, expect, it } from 'vitest';
import { collect, randomAccessOf } from './bytes.ts';
import { type FakeZipEntry, type FakeZipOptions, fakeZip } from './testing/zip-fixture.ts';
import type { FileEntry } from './tree.ts';
import { zipDirectory } from './zip.ts';

describe('An archive as a directory', () => {
  it('holds files, links and empty directories, sorted bytewise', async () => {
    const entries = await unpack([
      { path: 'b/', content: '' },
      { path: 'b/run.sh', content: '#!/bin/sh\n', executable: true, method: 'deflated' },
      { path: 'empty/' },
      { path: 'a', content: 'b/run.sh', symlink: true },
    ]);
    expect(entries).toEqual([
      { kind: 'symlink', path: 'a', target: 'b/run.sh' },
      { kind: 'file', path: 'b/run.sh', executable: true, content: '#!/bin/sh\n' },
      { kind: 'directory', path: 'empty' },
    ]);
  });
});

async function unpack(entries: readonly FakeZipEntry[], options?: FakeZipOptions): Promise<unknown[]> {
  const bytes = fakeZip(entries, options);
  const directory = await zipDirectory(randomAccessOf(bytes), archiveFile(bytes), 'app.zip');
  const unpacked = [];
  for (const entry of await directory.entries()) {
    if (entry.kind !== 'file') unpacked.push(entry);
    else {
      const { kind, path, executable } = entry;
      const content = Buffer.from(await collect(entry.read(), 1 << 20, path)).toString();
      unpacked.push({ kind, path, executable, content });
    }
  }
  return unpacked;
}

function archiveFile(bytes: Uint8Array, stamp?: string): FileEntry {
  const file = { kind: 'file', path: 'app.zip', size: bytes.length, executable: false } as const;
  return {
    ...file,
    ...(stamp === undefined ? {} : { stamp }),
    read: async function* () {
      yield bytes;
    },
  };
}
