import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { bytesOf, collect, readRange } from '@block-pack/core';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { errnoError, intercept } from '../testing/fault.ts';
import { foldersForTests } from '../testing/folders.ts';
import { openParts } from './open-parts.ts';
import { encodePartList, listEndSize, listLength, parsePartList } from './part-list.ts';
import { isPartName, partsTarget } from './part-names.ts';
import { PartsDraft } from './parts-draft.ts';

const newFolder = foldersForTests();

let here: string;
let target: string;
beforeEach(() => {
  here = newFolder();
  target = join(here, 'update.tar');
});

/** Bytes of which no two kilobytes are the same. */
const content = (size: number) =>
  Uint8Array.from({ length: size }, (_, at) => (at * 7 + (at >> 8) * 13) & 255);

async function write(bytes: Uint8Array, partSize: number, path = target): Promise<number> {
  const draft = new PartsDraft(path, partSize);
  try {
    const size = await draft.write(bytesOf(bytes));
    const drafted = await draft.open();
    expect(await collect(readRange(drafted.bytes), 1e6, 'the draft')).toEqual(bytes);
    drafted.close();
    await draft.name();
    return size;
  } finally {
    draft.discard();
  }
}

async function read(path = target): Promise<Uint8Array> {
  const parts = await openParts(path);
  try {
    await parts.check();
    return await collect(readRange(parts.bytes), 1e6, 'the parts');
  } finally {
    parts.close();
  }
}

const names = (directory = here) => readdirSync(directory).sort();
const part = (number: number) => `${target}.00${number}`;
const sizes = () => names().map((name) => statSync(join(here, name)).size);

describe('a file in parts', () => {
  it('comes back whole, whatever the sizes', async () => {
    let at = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(5000), fc.integer({ min: 800, max: 3000 }), async (size, partSize) => {
        const path = join(here, String(at++), 'x');
        const written = await write(content(size), partSize, path);
        const all = names(join(path, '..')).map((name) => statSync(join(path, '..', name)).size);
        expect(Math.max(...all)).toBeLessThanOrEqual(partSize);
        expect(all.reduce((sum, one) => sum + one, 0)).toBe(written);
        expect(await read(path)).toEqual(content(size));
      }),
      { numRuns: 40 },
    );
  });

  it('can be read anywhere, across the ends of parts', async () => {
    await write(content(3000), 1000);
    const { bytes, close } = await openParts(target);
    for (const [offset, length] of [
      [0, 3000],
      [999, 2],
      [1000, 1000],
      [500, 2000],
      [3000, 0],
    ] as const)
      expect(await bytes.read(offset, length)).toEqual(content(3000).subarray(offset, offset + length));
    await expect(bytes.read(2999, 2)).rejects.toThrow(RangeError);
    close();
  });

  it('is the same on every day, and joins with cat, but for the list behind', async () => {
    await write(content(2500), 1000);
    const first = names().map((name) => readFileSync(join(here, name)));
    expect(Buffer.concat(first).subarray(0, 2500).equals(content(2500))).toBe(true);
    await write(content(2500), 1000, join(here, 'again/update.tar'));
    expect(names(join(here, 'again')).map((name) => readFileSync(join(here, 'again', name)))).toEqual(first);
  });

  it('keeps its list in a part of its own where the last one has no room', async () => {
    await write(content(2000), 1000);
    expect(sizes()).toEqual([1000, 1000, 335]);
    expect(await read()).toEqual(content(2000));
  });

  it('is one part where all fits', async () => {
    await write(content(10), 1000);
    expect(names()).toEqual(['update.tar.001']);
    expect(await read()).toEqual(content(10));
  });

  it('takes the place of an older one, and leaves no part of that', async () => {
    writeFileSync(join(here, 'update.tar.txt'), 'of the user');
    await write(content(5000), 1000);
    writeFileSync(part(7), 'of the user as well');
    await write(content(1500), 1000);
    expect(names()).toEqual(['update.tar.001', 'update.tar.002', 'update.tar.007', 'update.tar.txt']);
    expect(await read()).toEqual(content(1500));
  });
});

describe('where parts are', () => {
  beforeEach(() => write(content(2500), 1000));

  it('is told by any of them, by the name they share, and by their directory', () => {
    for (const path of [part(1), part(3), target, here]) expect(partsTarget(path)).toBe(target);
    rmSync(part(1));
    for (const path of [part(1), part(2), target, here]) expect(partsTarget(path)).toBe(target);
  });

  it('is not asked of a file that is whole, or of nothing', () => {
    writeFileSync(join(here, 'whole.tar'), 'x');
    expect(partsTarget(join(here, 'whole.tar'))).toBeUndefined();
    expect(partsTarget(join(here, 'nothing'))).toBeUndefined();
    expect(partsTarget(join(here, 'no/where'))).toBeUndefined();
    mkdirSync(join(here, 'empty'));
    expect(partsTarget(join(here, 'empty'))).toBeUndefined();
    expect([isPartName('a.tar'), isPartName('a.000'), isPartName('.001'), isPartName('x/a.042')]).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('must be said where a directory holds parts of several files', () => {
    writeFileSync(join(here, 'other.001'), 'x');
    expect(() => partsTarget(here)).toThrow(/more than one file: other, update\.tar/);
  });
});

describe('parts that do not make a file', () => {
  beforeEach(() => write(content(2500), 1000));

  const refused = (code: string, message: RegExp) =>
    expect(read()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });

  it.each([1, 2, 3])('lack number %i', async (number) => {
    rmSync(part(number));
    await refused('INPUT_MISSING', new RegExp(`missing: update\\.tar\\.00${number};`));
  });

  it('lack several', async () => {
    rmSync(part(1));
    rmSync(part(3));
    await refused('INPUT_MISSING', /missing: update\.tar\.001, update\.tar\.003;/);
    rmSync(part(2));
    await refused('INPUT_MISSING', /missing: update\.tar\.001; there is none/);
  });

  it.each([1, 2, 3])('have a damaged number %i', async (number) => {
    const whole = readFileSync(part(number));
    for (const at of [0, 200, 499]) {
      const other = new Uint8Array(whole);
      other[at] = (other[at] ?? 0) ^ 1;
      writeFileSync(part(number), other);
      await refused('BUNDLE_INVALID', new RegExp(`^update\\.tar\\.00${number} `));
    }
  });

  it.each([1, 2])('have a number %i that is too short or too long', async (number) => {
    truncateSync(part(number), 999);
    await refused('BUNDLE_INVALID', new RegExp(`^update\\.tar\\.00${number} .*999 bytes, expected 1000`));
    truncateSync(part(number), 1001);
    await refused('BUNDLE_INVALID', new RegExp(`^update\\.tar\\.00${number} .*1001 bytes, expected 1000`));
  });

  it('are cut short at the end, or damaged in their list', async () => {
    const whole = readFileSync(part(3));
    for (let length = 0; length < whole.length; length += 37) {
      writeFileSync(part(3), whole.subarray(0, length));
      await refused('INPUT_MISSING', /update\.tar\.003 is not the last one, or is cut short/);
    }
    for (let at = 500; at < whole.length; at++) {
      const other = new Uint8Array(whole);
      other[at] = (other[at] ?? 0) ^ 4;
      writeFileSync(part(3), other);
      await expect(read()).rejects.toMatchObject({
        code: expect.stringMatching(/BUNDLE_INVALID|INPUT_MISSING/),
      });
    }
  });

  it('are those of two files', async () => {
    const other = join(here, 'other/update.tar');
    await write(content(2501).reverse(), 1000, other);
    cpSync(`${other}.002`, part(2));
    await refused('BUNDLE_INVALID', /^update\.tar\.002 .*digest/);
  });

  it('have other names than they were given', async () => {
    renameSync(part(3), part(4));
    await refused('BUNDLE_INVALID', /^update\.tar\.004 .*number 3/);
  });
});

describe('writing parts that cannot be written', () => {
  it('says that they are too small', async () => {
    for (const partSize of [1, 100, 300])
      await expect(write(content(5000), partSize)).rejects.toMatchObject({ code: 'USAGE' });
    expect(names()).toEqual([]);
  });

  it('refuses the name of a whole file that is there', () => {
    writeFileSync(target, 'whole');
    expect(() => new PartsDraft(target, 1000)).toThrow(/is there already/);
  });

  it.each([0, 1, 2, 3])('leaves nothing of it when the disk is full after %i writes', async (enough) => {
    await write(content(300), 1000);
    const before = readFileSync(part(1));
    let writes = 0;
    const restore = intercept('writeSync', (args, real) => {
      if (writes++ >= enough) throw errnoError('ENOSPC', 'write');
      return real(...args);
    });
    try {
      await expect(write(content(2500), 1000)).rejects.toMatchObject({ code: 'DISK_FULL' });
    } finally {
      restore();
    }
    expect(names()).toEqual(['update.tar.001']);
    expect(readFileSync(part(1))).toEqual(before);
  });

  it('leaves nothing of it when a name cannot be given', async () => {
    mkdirSync(join(part(2), 'of the user'), { recursive: true });
    await expect(write(content(2500), 1000)).rejects.toMatchObject({ code: 'OUTPUT_REFUSED' });
    expect(names()).toEqual(['update.tar.002']);
  });
});

describe('the list of parts', () => {
  it('is read as it was written, and nothing else is read', () => {
    const parts = [content(3), content(4)].map((bytes) => ({
      digest: `sha256:${Buffer.from(bytes).toString('hex').padStart(64, '0')}` as never,
      size: bytes.length,
    }));
    const list = encodePartList(parts);
    expect(listLength(list.subarray(-listEndSize))).toBe(list.length);
    expect(parsePartList(list)).toEqual(parts);
    expect(parsePartList(encodePartList([]))).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(list.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const other = new Uint8Array(list);
        other[at] = (other[at] ?? 0) ^ mask;
        expect(parsePartList(other)).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(parsePartList(bytes)).toBeUndefined();
        expect(listLength(bytes)).toBeUndefined();
      }),
    );
  });
});
