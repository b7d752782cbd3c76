import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bytesOf, collect, digestOf, randomAccessOf } from '@block-pack/core';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mixEarly } from '../mixing/section-mixer.ts';
import { applyDifference, OpenDifference } from './apply-difference.ts';
import { type EarlySteps, EarlyThreads } from './early-threads.ts';
import { mixableStreams } from './section.ts';
import { streamNames } from './streams.ts';
import { writeDifference } from './write-difference.ts';

const folder = mkdtempSync(join(tmpdir(), 'block-pack-early-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Node 20 runs no TypeScript. */
const program = pathToFileURL(join(folder, 'program.mjs'));
const none = pathToFileURL(join(folder, 'none.mjs'));
beforeAll(() =>
  build({
    entryPoints: [fileURLToPath(new URL('early-program.ts', import.meta.url))],
    outfile: fileURLToPath(program),
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@block-pack/source'],
    logLevel: 'error',
  }),
);

describe('a change with so many covers that they are apart', () => {
  const { base, difference, size, digest } = vector('mixed: so many covers that where they lie is apart');

  it('is made with what another thread reads ahead, and without', async () => {
    for (const url of [program, none]) expect(await outcomeOf(difference, url)).toBe(digest);
  });

  it('has what a thread reads of it', async () => {
    const { streams, early, packed } = mixedOnes();
    const threads = new EarlyThreads(program, 2);
    const made = await bothOf(threads.read(packed));
    await threads.close();
    const nothing = streams.map(() => new Uint8Array());
    expect(made).toEqual([
      nothing,
      streams.map((stream, place) => (early.has(place) ? stream : new Uint8Array())),
    ]);
    expect([...early].map((place) => streamNames[place])).toEqual([
      'coverLengths',
      'literalLengths',
      'origins',
      'seeks',
    ]);
  });

  it('is read by no thread where that was stopped, or where none is of use', async () => {
    const { packed } = mixedOnes();
    const stopped = new EarlyThreads(program, 2);
    const stopping = stopped.read(packed);
    await stopped.close();
    for (const steps of [stopping, stopped.read(packed), new EarlyThreads(program, 1).read(packed)])
      expect(await bothOf(steps)).toEqual([undefined, undefined]);
  });

  it('is refused, or makes other bytes, with a thread as without, wherever it is damaged', async () => {
    for (let at = 4; at < difference.length; at += Math.ceil(difference.length / 6)) {
      const damaged = difference.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x15;
      const outcome = await outcomeOf(damaged, program);
      expect(outcome).not.toBe(digest);
      expect(outcome).toBe(await outcomeOf(damaged, none));
    }
  });

  it('is made here where the thread ends', async () => {
    const failing = pathToFileURL(join(folder, 'failing.mjs'));
    writeFileSync(failing, "throw new Error('no room for a thread');");
    expect(await outcomeOf(difference, failing)).toBe(digest);
  });

  it('comes back as it was written', async () => {
    const before = lines((at) => `${noise(at)}${noise(at * at)} ${noise(at ** 3)}\n`);
    const after = lines((at) => `${noise(at)}${noise(at * at)}, ${noise(at ** 3)}\n`);
    const bases = [randomAccessOf(before)];
    const written = writeDifference(bases, [{ content: randomAccessOf(after), base: 0 }], { quality: 1 });
    expect(await collect(applyDifference(bases, written, after.length), 1 << 20, 'it')).toEqual(after);
  });

  /** The digest of what is made, or what is said instead. */
  async function outcomeOf(bytes: Uint8Array, url: URL): Promise<string> {
    const opened = new OpenDifference(bytesOf(bytes), {}, url);
    try {
      return digestOf(await collect(opened.contents([randomAccessOf(base)], size), size, 'what it makes'));
    } catch (error) {
      return String(error);
    } finally {
      await opened.close();
    }
  }
});

function bothOf({ ofTransform, all }: EarlySteps) {
  return Promise.all([ofTransform, all]);
}

function mixedOnes() {
  const raw = streamNames.map((_, place) => (place === 0 ? 0 : 1 << 13));
  const streams = raw.map((length) => new Uint8Array(length).fill(1));
  const mixable = mixableStreams('none', 'split', streams, new Set([1, 2, 3, 4, 5, 6, 7]));
  const { mixed, early } = mixable;
  const lengths = { raw, mixed, early, parts: [] };
  return {
    streams,
    early,
    packed: { transform: 'none', form: 'split', lengths, packed: mixEarly(mixable) } as const,
  };
}

function vector(name: string) {
  const file = new URL('../../../../docs/format/vectors/difference.json', import.meta.url);
  const all: { name: string; bases: string[]; difference: string; size: number; digest: string }[] =
    JSON.parse(readFileSync(file, 'utf8'));
  const { bases = [], difference = '', size = 0, digest = '' } = all.find((one) => one.name === name) ?? {};
  return {
    base: new Uint8Array(Buffer.from(bases[0] ?? '')),
    difference: new Uint8Array(Buffer.from(difference, 'base64')),
    size,
    digest,
  };
}

/** So many that to say where a byte came in takes more than 2^15 bytes. */
function lines(line: (at: number) => string): Uint8Array {
  return new TextEncoder().encode(Array.from({ length: 8400 }, (_, at) => line(at)).join(''));
}

function noise(at: number): string {
  return (Math.imul(at + 1, 0x2c1b3c6d) >>> 0).toString(36);
}
