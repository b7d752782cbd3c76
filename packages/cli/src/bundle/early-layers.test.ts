import { cpSync, readdirSync, rmSync } from 'node:fs';
import { EarlySegments } from '@block-pack/core';
import { ScratchBlobs } from '@block-pack/store';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { apply } from '../commands/apply.ts';
import { contextIn } from '../testing/command-context.ts';
import { Workplace } from '../testing/workplace.ts';

const work = new Workplace();
afterAll(() => work.remove());

const context = contextIn(work, 'site-store');

beforeAll(() => {
  for (const release of ['1.0', '1.1']) {
    work.writeJar(`lib-${release}`, 'org.ow2.asm:asm:9.7', { 'A.class': 'asm '.repeat(9999) });
    work.writeJar(`lib-${release}`, `com.example:shop:${release}`, { 'S.class': `shop ${release}` });
    done('java', `lib-${release}`, '--prefix', '/app/lib', '-o', `${release}.import`);
    done('image', `java=${release}.import`, '-o', `oci:out-${release}:${release}`);
  }
  done('bundle', 'oci:out-1.1', '-o', 'first.tar');
  done('bundle', 'oci:out-1.1', '--since', 'oci:out-1.0', '--self-contained', '-o', 'update.tar');
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(work.path('site'), { recursive: true });
});

function done(...words: readonly string[]): void {
  const ran = work.run(...words);
  expect(ran.exitCode, ran.stderr).toBe(0);
}

/** Applies a bundle, and sees that the release is there and sound. */
async function applied(file: string): Promise<void> {
  await apply(work.path(file), { to: 'oci:site:1.1' }, context);
  done('verify', 'oci:site:1.1');
  expect(readdirSync(work.path('site-store/drafts'))).toEqual([]);
}

it('makes segments of a layer early where all of it comes', async () => {
  const copiers = vi.spyOn(ScratchBlobs.prototype, 'roomCopier');
  const found = vi.spyOn(EarlySegments.prototype, 'read');
  await applied('first.tar');
  expect(copiers).toHaveBeenCalledTimes(1);
  expect(found).toHaveBeenCalledTimes(2);
});

it('copies segments that are there', async () => {
  const rooms = vi.spyOn(ScratchBlobs.prototype, 'room');
  cpSync(work.path('out-1.0'), work.path('site'), { recursive: true });
  await applied('update.tar');
  expect(rooms).not.toHaveBeenCalled();
});

it('makes the layer without them where one could not be made', async () => {
  vi.spyOn(EarlySegments.prototype, 'add').mockRejectedValueOnce(new Error('no room'));
  const copiers = vi.spyOn(ScratchBlobs.prototype, 'roomCopier');
  await applied('first.tar');
  expect(copiers).not.toHaveBeenCalled();
});

it('makes the layer without them where they are damaged', async () => {
  const begin = ScratchBlobs.prototype.room;
  vi.spyOn(ScratchBlobs.prototype, 'room').mockImplementation(function (this: ScratchBlobs, digest) {
    const room = begin.call(this, digest);
    const write = room.write.bind(room);
    room.write = (chunk, position) => write(position === 0 ? chunk : chunk.map((byte) => byte ^ 1), position);
    return room;
  });
  const copiers = vi.spyOn(ScratchBlobs.prototype, 'roomCopier');
  await applied('first.tar');
  expect(copiers).toHaveBeenCalledTimes(1);
});
