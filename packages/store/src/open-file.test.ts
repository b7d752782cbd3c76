import { linkSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBlobFile, openFile } from './open-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'block-pack-open-'));
  writeFileSync(join(folder, 'blob'), 'content');
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('a blob that is open', () => {
  it('is read on while others link it and mark it as used', async () => {
    const blob = openBlobFile(join(folder, 'blob'));
    expect(text(await blob.bytes.read(0, 3))).toBe('con');
    linkSync(join(folder, 'blob'), join(folder, 'link'));
    utimesSync(join(folder, 'blob'), 1, 1);
    expect(text(await blob.bytes.read(3, 4))).toBe('tent');
    await expect(blob.bytes.read(3, 5)).rejects.toThrow(RangeError);
    blob.close();
  });

  it('is named when it cannot be opened', () => {
    expect(() => openBlobFile(join(folder, 'none'))).toThrow(/none/);
  });
});

it('refuses to read on in any other file that changes', async () => {
  const file = openFile(join(folder, 'blob'));
  utimesSync(join(folder, 'blob'), 1, 1);
  await expect(file.bytes.read(0, 3)).rejects.toThrow(expect.objectContaining({ code: 'INPUT_CHANGED' }));
  file.close();
});
