import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Registry, startRegistry } from './consumers/registry.ts';
import { hasTier } from './consumers/tiers.ts';
import { mavenJars } from './corpus.ts';
import { showFigures } from './figures.ts';
import { builtCli, run, succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-ranges-'));
const at = (...names: string[]) => join(scratch, ...names);

const corpus = join(await mavenJars('small'), 'lib');
const jars = readdirSync(corpus).sort().slice(0, 80);
/** Of the new release; the earlier one had others under their names. */
const bumped = [jars[11], jars[40]].filter((jar) => jar !== undefined);

/** Three parties, each with a store of its own: who builds, who has the earlier release, and who has nothing. */
function call(store: string, ...words: readonly string[]): string {
  const options = { cwd: scratch };
  return succeed(process.execPath, [builtCli, ...words, '--quiet', '--store', at(store)], options);
}

interface Need {
  readonly imports: string;
  readonly digest: string;
  readonly size: number;
  readonly bytes: number;
  readonly ranges: readonly { readonly offset: number; readonly length: number }[];
  readonly missing: readonly { readonly path: string }[];
}

function needOf(store: string, place: string): Need {
  const { layers } = JSON.parse(call(store, 'inspect', place, '--ranges', '--json'));
  return layers.find(({ imports }: Need) => imports === 'java');
}

function layerOf(place: string): string {
  const { images } = JSON.parse(call('nothing', 'inspect', place, '--json'));
  return images[0].layers.find(({ imports }: { imports?: string }) => imports === 'java').digest;
}

let registry: Registry;

beforeAll(async () => {
  for (const folder of ['old', 'new']) mkdirSync(at(folder));
  for (const jar of jars) {
    cpSync(join(corpus, jar), at('new', jar));
    cpSync(join(corpus, bumped.includes(jar) ? (jars[0] ?? jar) : jar), at('old', jar));
  }
  call('builder', 'java', 'new', '-o', 'new.import', '--prefix', '/app/lib');
  call('builder', 'image', 'new.import', '-o', 'oci:image:new');
  call('site', 'java', 'old', '-o', 'old.import', '--prefix', '/app/lib');
  if (!hasTier('T1')) return;
  registry = await startRegistry(at('registry'));
  registry.push(`oci:${at('image')}:new`, 'shop:new');
});

afterAll(async () => {
  await registry?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

describe.skipIf(!hasTier('T1'))('a site that has the release before', () => {
  test('fetches two blocks of a layer from a registry, with nothing but HTTP, gunzip and tar, and makes the very same layer', async () => {
    const need = needOf('site', 'oci:image:new');
    expect(need.missing).toHaveLength(bumped.length);
    const bytes = await fetchInto('fetched', need);
    expect(bytes).toBe(need.bytes);
    const files = readdirSync(at('fetched/app/lib')).sort();
    expect(files).toEqual(bumped.sort());
    for (const jar of files) {
      succeed('cmp', [at('fetched/app/lib', jar), at('new', jar)]);
      cpSync(at('fetched/app/lib', jar), at('old', jar));
    }
    call('site', 'java', 'old', '-o', 'site.import', '--prefix', '/app/lib');
    call('site', 'image', 'site.import', '-o', 'oci:again:new');
    expect(layerOf('oci:again:new')).toBe(need.digest);
    expect(needOf('site', 'oci:image:new')).toMatchObject({ ranges: [], bytes: 0 });
    showFigures('One layer, two jars of 80 changed', [
      { layer: need.size, fetched: bytes, share: `${((100 * bytes) / need.size).toFixed(1)} %` },
    ]);
  });

  test('has nothing but the whole of the segments to fetch where it has nothing', async () => {
    const need = needOf('nothing', 'oci:image:new');
    expect(need.ranges).toHaveLength(1);
    await fetchInto('all', need);
    succeed('diff', ['-r', at('new'), at('all/app/lib')]);
  });
});

/** What a registry gives for the ranges, unpacked. @returns how many bytes came */
async function fetchInto(folder: string, { digest, ranges }: Need): Promise<number> {
  mkdirSync(at(folder));
  let bytes = 0;
  for (const { offset, length } of ranges) {
    const range = `bytes=${offset}-${offset + length - 1}`;
    const answer = await fetch(`http://${registry.address}/v2/shop/blobs/${digest}`, { headers: { range } });
    expect(answer.status).toBe(206);
    const part = Buffer.from(await answer.arrayBuffer());
    bytes += part.length;
    writeFileSync(at(`${folder}.part`), part);
    // A segment is a tar without an end.
    const unpacked = run('sh', ['-c', 'gunzip < "$0" | tar -C "$1" -xf -', at(`${folder}.part`), at(folder)]);
    expect(unpacked).toMatchObject({ exitCode: 0, stderr: '' });
  }
  return bytes;
}
