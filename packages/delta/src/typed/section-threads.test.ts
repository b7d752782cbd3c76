import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bytesOf, collect, randomAccessOf } from '@block-pack/core';
import { fakeClassOfAllForms } from '@block-pack/core/testing';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mixableKinds } from '../class/typed-values.ts';
import { type ReadTypedOptions, readTyped } from './read-typed.ts';
import { sectionThreadsFor } from './section-threads.ts';
import { typedMagic, writeTyped } from './write-typed.ts';

const folder = mkdtempSync(join(tmpdir(), 'block-pack-sections-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Node 20 runs no TypeScript. */
const program = pathToFileURL(join(folder, 'program.mjs'));
beforeAll(() =>
  build({
    entryPoints: [fileURLToPath(new URL('section-program.ts', import.meta.url))],
    outfile: fileURLToPath(program),
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@block-pack/source'],
    logLevel: 'error',
  }),
);

const contents = ['one', 'two', 'three', 'four', 'five'].map((name) => fakeClassOfAllForms(name));
const sizes = contents.map(({ length }) => length);
const whole = new Uint8Array(Buffer.concat(contents));

describe('sections', () => {
  it.each([
    { values: 'mixed', mixesValues: true, processors: 2, threads: 2 },
    { values: 'mixed', mixesValues: true, processors: 8, threads: 4 },
    { values: 'packed as streams', mixesValues: false, processors: 8, threads: 1 },
  ])('with values that are $values are made by $threads threads on $processors processors', async (one) => {
    const { told, telling } = tellingProgram();
    const typed = await written(one.mixesValues);
    expect(await read(typed, { processors: one.processors, program: telling })).toEqual(whole);
    expect(readdirSync(told)).toHaveLength(one.threads);
  });

  it('that are damaged are refused as they are where no thread makes them', async () => {
    const typed = await written(true);
    for (let at = typedMagic.length; at < typed.length; at += Math.ceil(typed.length / 6)) {
      const damaged = typed.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x15;
      expect(await outcomeOf(damaged, 2)).toEqual(await outcomeOf(damaged, 1));
    }
  });

  it('are made here where threads end, or cannot begin', async () => {
    const failing = pathToFileURL(join(folder, 'failing.mjs'));
    writeFileSync(failing, "throw new Error('no room for a thread');");
    for (const one of [failing, pathToFileURL(join(folder, 'none.mjs')), new URL('none:at-all')])
      expect(await read(await written(true), { processors: 2, program: one })).toEqual(whole);
  });
});

describe('threads that make sections', () => {
  it.each([
    { processors: 1, mixed: 0, packed: 0 },
    { processors: 2, mixed: 2, packed: 0 },
    { processors: 3, mixed: 3, packed: 1 },
    { processors: 64, mixed: 4, packed: 1 },
  ])('are as many as are worth it on $processors processors', ({ processors, mixed, packed }) => {
    expect(sectionThreadsFor({ mixed: mixableKinds }, processors)).toBe(mixed);
    expect(sectionThreadsFor({ mixed: new Set() }, processors)).toBe(packed);
  });

  it('are gone when the reader stops early', async () => {
    const sections = readTyped(bytesOf(await written(true)), whole.length, { processors: 2, program });
    const before = runningThreads();
    for await (const first of sections) {
      expect(first).toEqual(contents[0]);
      // One that has only begun is not reported yet.
      await vi.waitFor(() => expect(runningThreads()).toBe(before + 2));
      break;
    }
    expect(runningThreads()).toBe(before);
  });

  it('are gone when what is read ends too early', async () => {
    const before = runningThreads();
    const typed = await written(true);
    const cut = readTyped(bytesOf(typed.subarray(0, -1)), whole.length, { processors: 2, program });
    const made: Uint8Array[] = [];
    await expect(
      (async () => {
        for await (const content of cut) made.push(content.slice());
      })(),
    ).rejects.toThrow('it ends too early');
    expect(made).toEqual(contents.slice(0, -1));
    expect(runningThreads()).toBe(before);
  });
});

/** A program whose threads tell in a folder that they have begun. */
function tellingProgram() {
  const told = mkdtempSync(join(folder, 'told-'));
  const source = `
    import { writeFileSync } from 'node:fs';
    import { threadId } from 'node:worker_threads';
    writeFileSync(${JSON.stringify(`${told}/`)} + threadId, '');
    await import(${JSON.stringify(program.href)});`;
  const file = join(folder, 'telling.mjs');
  writeFileSync(file, source);
  return { told, telling: pathToFileURL(file) };
}

function runningThreads(): number {
  const { workers } = process.report.getReport() as unknown as { readonly workers: readonly unknown[] };
  return workers.length;
}

function written(mixesValues: boolean): Promise<Uint8Array> {
  const typed = writeTyped(contents.map(randomAccessOf), {
    sectionLength: Math.max(...sizes),
    quality: 1,
    mixesValues,
  });
  return collect(typed, 1 << 24, 'typed contents');
}

function read(typed: Uint8Array, options: ReadTypedOptions): Promise<Uint8Array> {
  return collect(readTyped(bytesOf(typed), whole.length, options), whole.length, 'contents');
}

/** What came, and why no more did. */
async function outcomeOf(typed: Uint8Array, processors: number): Promise<unknown> {
  const made: Uint8Array[] = [];
  try {
    const options = { processors, program };
    for await (const content of readTyped(bytesOf(typed), whole.length, options)) made.push(content.slice());
    return { made };
  } catch (error) {
    return { made, message: error instanceof Error ? error.message : error };
  }
}
