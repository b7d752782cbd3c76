import {
  type Bytes,
  bytesOf,
  collect,
  concat,
  digestOf,
  encodeTarHeader,
  randomAccessOf,
} from '@block-pack/core';
import { fakeJar } from '@block-pack/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTarParts } from '../archive/read-tar.ts';
import type { GroupBlock } from './old-block.ts';
import { readGroup } from './read-group.ts';
import { writeGroup } from './write-group.ts';

const limit = 1 << 26;
const keepInner = async (bytes: Uint8Array) => randomAccessOf(bytes);
const limits = (parts: number) => ({ parts, names: 1 << 20, unpacked: 0 });
const text = (content: string) => new TextEncoder().encode(content);

/** A tar as other tools write it: with times, links, directories and long names. */
function tarOf(files: Readonly<Record<string, Uint8Array | string>>, time = 1_700_000_000): Uint8Array {
  const entries = Object.entries(files).flatMap(([path, given]) => {
    const content = typeof given === 'string' ? text(given) : given;
    const header = encodeTarHeader({ kind: 'file', path, size: content.length, executable: false });
    return [timed(header, time), content, new Uint8Array((512 - (content.length % 512)) % 512)];
  });
  const link = encodeTarHeader({ kind: 'symlink', path: 'usr/link', target: 'bin' });
  const folder = encodeTarHeader({ kind: 'directory', path: 'usr' });
  return concat([timed(folder, time), ...entries, timed(link, time), new Uint8Array(10_240)]);
}

/** The last header of these says another time. */
function timed(headers: Uint8Array, time: number): Uint8Array {
  const changed = new Uint8Array(headers);
  const header = changed.subarray(-512);
  header.set(text(time.toString(8).padStart(11, '0')), 136);
  header.set(text('        '), 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.set(text(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return changed;
}

const block = (content: Uint8Array): GroupBlock => ({ kind: 'tar', content: randomAccessOf(content) });

async function send(wanted: Uint8Array, olds: readonly Uint8Array[]) {
  const bases = olds.map((_, at) => at);
  const encoding = olds.length > 0 ? 'delta' : 'inflated';
  const { payload, written } = await writeGroup([{ ...block(wanted), bases }], olds.map(block), encoding, {
    keepInner,
  });
  const bytes = await collect(payload, limit, 'the payload');
  return { ...written(), payload: bytes, encoding } as const;
}

async function receive(
  { payload, encoding, skeleton, blocks }: Awaited<ReturnType<typeof send>>,
  size: number,
  olds: readonly Uint8Array[],
): Promise<Uint8Array> {
  let made = new Uint8Array();
  const keep = async (_: number, content: Bytes) => {
    made = new Uint8Array(await collect(content, limit, 'the tar'));
  };
  const all = blocks.map((one) => ({ ...one, size }));
  await readGroup(bytesOf(payload), olds.map(block), { encoding, skeleton, blocks: all, keep, keepInner });
  return made;
}

async function costOf(wanted: Uint8Array, ...olds: readonly Uint8Array[]): Promise<number> {
  const sent = await send(wanted, olds);
  expect(digestOf(await receive(sent, wanted.length, olds))).toBe(digestOf(wanted));
  return sent.payload.length;
}

/** Noise that is the same every day. */
function noise(seed: number, length: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >> 16;
  });
}

const program = noise(1, 60_000);
const files = {
  'usr/bin/program': program,
  'usr/lib/lib.so.1.0': noise(2, 40_000),
  [`usr/share/${'long/'.repeat(40)}name`]: noise(3, 3000),
  'usr/share/empty': '',
  'var/status': 'Version: 1.0\n'.repeat(40),
};

test('the tar of a base image whose files all have other times costs little more than their names', async () => {
  expect(await costOf(tarOf(files, 1_800_000_000), tarOf(files))).toBeLessThan(400);
});

test('a file that changed, moved or was split over two older layers costs what is new of it', async () => {
  const changed = new Uint8Array(program);
  changed.set(text('patched'), 30_000);
  const wanted = tarOf({
    ...files,
    'usr/bin/program': changed,
    'opt/copy': noise(2, 40_000),
    'opt/other': noise(9, 5000),
  });
  expect(await costOf(wanted, tarOf(files), tarOf({ 'srv/other': noise(9, 5000) }))).toBeLessThan(600);
});

test('a jar in a layer travels as changes of what is in the older jar', async () => {
  const jar = (version: number) =>
    fakeJar({ 'a/Same.class': noise(4, 30_000), 'a/Changed.class': `${'words '.repeat(99)}${version}` });
  const cost = await costOf(tarOf({ 'srv/lib/app-2.jar': jar(2) }), tarOf({ 'srv/lib/app-1.jar': jar(1) }));
  expect(cost).toBeLessThan(500);
});

test('without an older one it is packed, and any bytes are some tar', async () => {
  const wanted = tarOf({ 'etc/words': 'words '.repeat(9000) });
  expect(await costOf(wanted)).toBeLessThan(400);
  for (const odd of [new Uint8Array(), noise(7, 5000), wanted.subarray(0, 20_000), concat([wanted, wanted])])
    await costOf(odd, wanted);
});

test('parts are all bytes of a tar, whatever its headers say', async () => {
  const good = tarOf(files);
  const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 30 }), fc.nat(good.length), async (changes, length) => {
      const bytes = new Uint8Array(good).subarray(0, length);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      let end = 0;
      for (const { offset, size } of (await readTarParts(randomAccessOf(bytes), limits(101))) ?? []) {
        expect(offset).toBe(end);
        expect(size).toBeGreaterThan(0);
        end += size;
      }
      expect(end).toBe(bytes.length);
    }),
    { numRuns: 300 },
  );
});

test('of more entries than are read, the rest stays as it is', async () => {
  const parts = await readTarParts(randomAccessOf(tarOf(files)), limits(3));
  expect(parts?.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'headers usr/bin/program',
    'content usr/bin/program',
    'headers ',
  ]);
  expect(await readTarParts(randomAccessOf(tarOf(files)), limits(0))).toBeUndefined();
});

test('a group of a tar that is damaged makes other bytes or is refused', async () => {
  const [old, wanted] = [
    tarOf(files),
    tarOf({ ...files, 'var/status': 'Version: 1.1\n'.repeat(40) }, 1_800_000_000),
  ];
  const sent = await send(wanted, [old]);
  await fc.assert(
    fc.asyncProperty(fc.nat(sent.payload.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      const payload = new Uint8Array(sent.payload);
      payload[at] = (payload[at] ?? 0) ^ mask;
      const made = await receive({ ...sent, payload }, wanted.length, [old]).catch((error: unknown) => error);
      if (!(made instanceof Uint8Array)) expect(made).toMatchObject({ code: 'DELTA_INVALID' });
    }),
    { numRuns: 200 },
  );
});
