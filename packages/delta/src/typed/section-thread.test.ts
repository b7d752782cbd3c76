import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ByteReader, bytesOf, collect, randomAccessOf } from '@block-pack/core';
import { fakeClassOfAllForms } from '@block-pack/core/testing';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPackedSection } from './packed-section.ts';
import { readTyped } from './read-typed.ts';
import { SectionThread } from './section-thread.ts';
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

const contents = ['one', 'two', 'three'].map((name) => fakeClassOfAllForms(name));
const sizes = contents.map(({ length }) => length);
const whole = new Uint8Array(Buffer.concat(contents));

describe('sections', () => {
  it('are made by another thread, one after the other in the same room', async () => {
    const typed = await written();
    const reader = new ByteReader(bytesOf(typed.subarray(typedMagic.length)), () => new Error('ended'));
    const thread = new SectionThread(program, Math.max(...sizes));
    for (const content of contents) {
      const made = await thread.join(await readPackedSection(reader, content.length));
      expect(made).toEqual(content);
      if (made !== undefined) thread.recycle(made);
    }
    await thread.close();
  });

  it('come back by it as they do without', async () => {
    expect(await read(await written(), program)).toEqual(whole);
  });

  it('that are damaged are refused as they are without it', async () => {
    const typed = await written();
    for (let at = typedMagic.length; at < typed.length; at += Math.ceil(typed.length / 6)) {
      const damaged = typed.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x15;
      expect(await outcomeOf(read(damaged, program))).toEqual(await outcomeOf(read(damaged)));
    }
  });

  it('are made here where the thread ends, or cannot begin', async () => {
    const failing = pathToFileURL(join(folder, 'failing.mjs'));
    writeFileSync(failing, "throw new Error('no room for a thread');");
    for (const one of [failing, pathToFileURL(join(folder, 'none.mjs'))])
      expect(await read(await written(), one)).toEqual(whole);
  });
});

function written(): Promise<Uint8Array> {
  const typed = writeTyped(contents.map(randomAccessOf), { sectionLength: Math.max(...sizes), quality: 1 });
  return collect(typed, 1 << 24, 'typed contents');
}

function read(typed: Uint8Array, by?: URL): Promise<Uint8Array> {
  return collect(readTyped(bytesOf(typed), whole.length, { program: by }), whole.length, 'contents');
}

function outcomeOf(made: Promise<Uint8Array>): Promise<unknown> {
  return made.catch((error: Error) => error.message);
}
