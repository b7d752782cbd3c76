import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageInMemory } from '../testing/fake-image.ts';
import { errnoError, intercept } from '../testing/fault.ts';
import { temporaryFolder } from '../testing/processes.ts';
import { parsePlace } from './place.ts';
import { publishImage } from './publish.ts';

let here: string;
beforeEach(() => {
  here = temporaryFolder();
});
afterEach(() => rmSync(here, { recursive: true, force: true }));

describe('a publication that fails', () => {
  it.each(['out', 'new/folder/out'])('leaves no empty layout behind in %s', async (path) => {
    const { blobs, root } = await imageInMemory('one');
    for (const letThrough of [0, 1, 2]) {
      let calls = 0;
      const restore = intercept('writeSync', (args, real) => {
        if (calls++ >= letThrough) throw errnoError('ENOSPC', 'write');
        return real(...args);
      });
      try {
        await expect(publishImage(parsePlace(`oci:${path}`, here), { root }, blobs)).rejects.toMatchObject({
          code: 'DISK_FULL',
        });
      } finally {
        restore();
      }
      expect(readdirSync(here)).toEqual([]);
    }
  });

  it('leaves alone what others are writing to the same new layout', async () => {
    const { blobs, root } = await imageInMemory('one');
    const restore = intercept('writeSync', () => {
      mkdirSync(join(here, 'out/.block-pack-draft-another'), { recursive: true });
      throw errnoError('ENOSPC', 'write');
    });
    try {
      await expect(publishImage(parsePlace('oci:out', here), { root }, blobs)).rejects.toMatchObject({
        code: 'DISK_FULL',
      });
    } finally {
      restore();
    }
    expect(readdirSync(join(here, 'out'))).toContain('.block-pack-draft-another');
  });
});
