import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { blockPack, packJava, startBlockPack } from './block-pack.ts';
import { applications, mavenJars } from './corpus.ts';
import { showFigures } from './figures.ts';
import { expectSound } from './sound-store.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-many-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const corpus = await mavenJars('small');
const folders = await applications('quarkus-service', 'apache-maven', 'hawtio', 'allure-commandline');

test('sixteen packs of the same input into one new store at once end with one good store', async () => {
  const input = join(corpus, 'lib');
  const alone = join(scratch, 'alone');
  packJava([input, '--store', alone, '-o', `${alone}.import`]);
  const store = join(scratch, 'together');
  const outputs = Array.from({ length: 16 }, (_, at) => join(scratch, `${at}.import`));
  const before = performance.now();
  const packs = outputs.map(
    (output) => startBlockPack(['java', input, '--store', store, '-o', output]).ended,
  );
  for (const ended of await Promise.all(packs)) expect(ended, ended.stderr).toMatchObject({ exitCode: 0 });
  showFigures('Sixteen packs at once', [{ seconds: ((performance.now() - before) / 1000).toFixed(1) }]);
  const reference = readFileSync(`${alone}.import`, 'utf8');
  for (const output of outputs) expect(readFileSync(output, 'utf8')).toBe(reference);
  expect(readdirSync(join(store, 'blobs/sha256')).sort()).toEqual(
    readdirSync(join(alone, 'blobs/sha256')).sort(),
  );
  expect(readdirSync(join(store, 'drafts'))).toEqual([]);
  expectSound(store);
});

interface Tally {
  packs: number;
  gcs: number;
  /** Blobs. */
  removed: number;
}

describe('packs into a store that is collected all the time', () => {
  const inputs = [
    join(folders['quarkus-service'], 'quarkus-app'),
    join(folders['apache-maven'], 'apache-maven-3.9.9-bin.tar.gz'),
    join(folders.hawtio, 'hawtio-default-2.17.7.war'),
    folders['allure-commandline'],
  ];
  const store = join(scratch, 'collected');
  const packers = ['one', 'two', 'three'];
  const phases = 6;
  const end = new AbortController();

  test('end well, and every tag is whole', async () => {
    const references = inputs.map(manifestOf);
    const tally = { packs: 0, gcs: 0, removed: 0 };
    await Promise.all([collectUntilEnd(tally), workThroughPhases(tally)]);
    showFigures('gc --keep 0 beside packs', [tally]);
    expectSound(store);
    for (const [at, name] of packers.entries()) {
      const reference = references[(phases - 1 + at) % inputs.length];
      expect(readFileSync(join(scratch, `${name}.import`), 'utf8')).toBe(reference);
      expect(blockPack(['resolve', name, join(scratch, name), '--store', store])).toMatchObject({
        exitCode: 0,
      });
    }
  });

  function manifestOf(input: string, at: number): string {
    const place = join(scratch, `reference-${at}`);
    packJava([input, '--store', place, '-o', `${place}.import`]);
    return readFileSync(`${place}.import`, 'utf8');
  }

  async function workThroughPhases(tally: Tally): Promise<void> {
    try {
      for (let phase = 0; phase < phases; phase++) {
        await Promise.all(
          packers.map((name, at) => work(name, inputs[(phase + at) % inputs.length] ?? '', tally)),
        );
      }
    } finally {
      end.abort();
    }
  }

  /**
   * Packs until some garbage is gone. With each phase the tags move to the next inputs, and the blocks of one input become garbage, until a
   * later phase needs them again.
   */
  async function work(name: string, input: string, tally: Tally): Promise<void> {
    const { removed } = tally;
    const isFirstPhase = tally.packs < packers.length;
    do {
      await packAs(name, input);
      tally.packs++;
    } while (!isFirstPhase && tally.removed === removed && !end.signal.aborted);
  }

  async function packAs(name: string, input: string): Promise<void> {
    const place = ['--store', store, '--tag', name, '-o', join(scratch, `${name}.import`)];
    const { exitCode, stderr } = await startBlockPack(['java', input, ...place]).ended;
    expect(exitCode, stderr).toBe(0);
  }

  async function collectUntilEnd(tally: Tally): Promise<void> {
    try {
      while (!end.signal.aborted) {
        // Until the first pack has made the store there is nothing to collect.
        if (!existsSync(join(store, 'index.json'))) await setTimeout(20);
        else await collect(tally);
      }
    } finally {
      end.abort();
    }
  }

  async function collect(tally: Tally): Promise<void> {
    const { exitCode, stdout, stderr } = await startBlockPack([
      'gc',
      '--keep',
      '0',
      '--json',
      '--store',
      store,
    ]).ended;
    expect(exitCode, stderr).toBe(0);
    tally.gcs++;
    tally.removed += JSON.parse(stdout).removed.count;
  }
});
