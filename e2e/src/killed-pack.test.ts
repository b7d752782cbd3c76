import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockPack, packJava, startBlockPack } from './block-pack.ts';
import { applications, mavenJars } from './corpus.ts';
import { showFigures } from './figures.ts';
import { expectSound } from './sound-store.ts';
import { eventually } from './waiting.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-killed-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const corpus = await mavenJars('small');
const folders = await applications('quarkus-service', 'apache-maven');

let places = 0;

/** A new store and a new import manifest's file, and the options that name them. */
function newPlace() {
  const folder = join(scratch, String(++places));
  mkdirSync(folder);
  const [store, output] = [join(folder, 'store'), join(folder, 'java.import')];
  return { folder, store, output, options: ['--store', store, '-o', output] };
}

describe('a pack that is killed at any moment', () => {
  const seed = Number(process.env.BLOCK_PACK_E2E_SEED ?? Math.floor(Math.random() * 2 ** 32));
  const random = randomFrom(seed);
  const killsOfEach = 24;
  const inputs = [
    { name: 'a directory', input: join(folders['quarkus-service'], 'quarkus-app') },
    { name: 'an archive', input: join(folders['apache-maven'], 'apache-maven-3.9.9-bin.tar.gz') },
  ];
  const tally = { kills: 0, afterTheStore: 0, afterBlobs: 0, afterTheManifest: 0 };

  test.each(inputs)('of $name leaves a sound store, and the next run completes it', async ({ input }) => {
    const whole = newPlace();
    const before = performance.now();
    packJava([input, ...whole.options]);
    let milliseconds = performance.now() - before;
    const reference = readFileSync(whole.output, 'utf8');
    for (let kills = 0; kills < killsOfEach; ) {
      const place = newPlace();
      // Before a fifth of the time Node itself is only starting.
      const moment = (0.2 + 0.8 * random()) * milliseconds;
      const killed = await killAt(moment, ['java', input, ...place.options]);
      if (killed) {
        kills++;
        count(place);
      } else {
        // This one was faster than the first.
        milliseconds = moment;
      }
      const context = `seed ${seed}, killed after ${moment} ms`;
      if (existsSync(join(place.store, 'oci-layout'))) expectSound(place.store, context);
      if (existsSync(place.output)) expect(readFileSync(place.output, 'utf8'), context).toBe(reference);
      packJava([input, ...place.options]);
      expect(readFileSync(place.output, 'utf8'), context).toBe(reference);
      expectSound(place.store, context);
      rmSync(place.folder, { recursive: true });
    }
  });

  test('was killed often, and in the midst of its work', () => {
    showFigures('Packs killed by SIGKILL', [{ seed, ...tally }]);
    expect(tally.kills).toBe(killsOfEach * inputs.length);
    expect(tally.afterBlobs).toBeGreaterThan(0);
  });

  /** False where the pack had ended by then. */
  async function killAt(milliseconds: number, args: readonly string[]): Promise<boolean> {
    const pack = startBlockPack(args);
    await setTimeout(milliseconds);
    pack.process.kill('SIGKILL');
    const { exitCode } = await pack.ended;
    return exitCode === null;
  }

  /** How far the killed pack had come. */
  function count({ store, output }: ReturnType<typeof newPlace>): void {
    tally.kills++;
    if (existsSync(store)) tally.afterTheStore++;
    if (blobsOf(store).length > 0) tally.afterBlobs++;
    if (existsSync(output)) tally.afterTheManifest++;
  }
});

describe('a pack that is interrupted with Ctrl-C', () => {
  const place = newPlace();
  let ended = { exitCode: null as number | null, stderr: '' };

  beforeAll(async () => {
    const pack = startBlockPack(['java', join(corpus, 'lib'), ...place.options]);
    await eventually('a first blob', pack, () => blobsOf(place.store)[0]);
    pack.process.kill('SIGINT');
    ended = await pack.ended;
  });

  test('says so, and ends with 130', () => {
    expect(ended).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('Interrupted') });
  });

  test('leaves neither drafts nor a lease, a manifest or a tag', () => {
    const left = ['drafts', 'leases'].flatMap((name) => readdirSync(join(place.store, name)));
    expect([left, readdirSync(place.folder)]).toEqual([[], ['store']]);
    expect(JSON.parse(blockPack(['ls', '--json', '--store', place.store]).stdout).tags).toEqual([]);
    expectSound(place.store);
  });
});

function blobsOf(store: string): readonly string[] {
  const blobs = join(store, 'blobs/sha256');
  return existsSync(blobs) ? readdirSync(blobs) : [];
}

/** Numbers from 0 to 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let count = 0;
  return () => createHash('sha256').update(`${seed} ${++count}`).digest().readUInt32BE() / 2 ** 32;
}
