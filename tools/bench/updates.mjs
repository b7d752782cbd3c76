import { spawnSync } from 'node:child_process';
import { cpSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create } from 'tar';
import { npmPackage } from '../examples/npm-package.mjs';
import { emptied } from './corpus.mjs';
import { gzipSize } from './gzip-size.mjs';
import { digestIn } from './layout-digest.mjs';
import { blockPack, nodeRun, scratch } from './process-run.mjs';

/** Releases of a Java application that is published on npm; the package holds it under `dist`. */
const application = 'allure-commandline';
export const releases = [
  '2.33.0',
  '2.34.0',
  '2.34.1',
  '2.35.1',
  '2.36.0',
  '2.37.0',
  '2.38.0',
  '2.38.1',
  '2.39.0',
  '2.40.0',
];

/**
 * What each update of a real application moves: the whole directory as one gzip layer, the blocks that the store did not have, or a bundle. Every
 * bundle is applied at a site that has the release before, and must make the image that was built there.
 */
export async function bench() {
  const store = emptied('updates-store');
  const vendor = emptied('updates-vendor');
  const site = emptied('updates-site');
  const place = { store, vendor, site };
  const rows = [];
  for (const release of releases) {
    const input = await fetched(release);
    const blocks = packed(input, store);
    run('image', manifest, '--store', store, '-o', `oci:${vendor}:${release}`);
    const previous = rows.at(-1)?.release;
    const smallest =
      previous && bundled(release, previous, { ...place, site: likeSite(site) }, ['--smallest']);
    const bundle = bundled(release, previous, place);
    rows.push({
      release,
      layer: await gzipSize(create({ cwd: input, portable: true }, ['.'])),
      ...blocks,
      ...bundle,
      smallest,
    });
  }
  const updates = rows.slice(1);
  const layer = sum(updates, 'layer');
  const newBytes = sum(updates, 'newBytes');
  const bundle = sum(updates, 'bundle');
  const smallest = updates.map((row) => row.smallest);
  const least = sum(smallest, 'bundle');
  print(`\n${application} ${releases[0]} to ${releases.at(-1)}: bytes of each update`);
  for (const row of rows) {
    const blocks = `${row.newBlocks} of ${row.blocks} blocks`;
    print(
      `  ${row.release.padEnd(8)} ${size(row.layer)} as a layer  ${size(row.newBytes)} as blocks (${blocks})  ${size(row.bundle)} as a bundle, made in ${seconds(row.makeMs)}, applied in ${seconds(row.applyMs)}`,
    );
  }
  print(
    `  ${updates.length} updates: ${size(layer)} as layers, ${size(newBytes)} as blocks, ${size(bundle)} as bundles`,
  );
  print(
    `  with --smallest: ${size(least)}, each made within ${slowest(smallest, 'makeMs').toFixed(1)} s and applied within ${slowest(smallest, 'applyMs').toFixed(1)} s`,
  );
  const goals = [
    { text: 'blocks / layers', seen: newBytes / layer, limit: 0.25 },
    { text: 'MB of all bundles', seen: bundle / 1e6, limit: 2.7 },
    { text: 'MB of all bundles, --smallest', seen: least / 1e6, limit: 1.5 },
    { text: 'first bundle / layer', seen: rows[0].bundle / rows[0].layer, limit: 0.28 },
    { text: 's to make a bundle, the slowest', seen: slowest(updates, 'makeMs'), limit: 15 },
    { text: 's to apply one, the slowest', seen: slowest(updates, 'applyMs'), limit: 1.5 },
  ];
  for (const { text, seen, limit } of goals)
    print(`  ${seen <= limit ? 'met   ' : 'MISSED'} ${text}: ${seen.toFixed(3)}, at most ${limit}`);
  writeFileSync(
    join(scratch, 'updates.json'),
    `${JSON.stringify({ application, rows, layer, newBytes, bundle, least, goals }, null, 2)}\n`,
  );
  return goals.every(({ seen, limit }) => seen <= limit);
}

const manifest = join(scratch, 'updates.import');

/** Another site that has the same. */
function likeSite(site) {
  const other = emptied('updates-site-smallest');
  cpSync(site, other, { recursive: true });
  return other;
}

/** Makes a bundle since the release before, and applies it. Times of whole processes, in milliseconds. */
function bundled(release, previous, { store, vendor, site }, words = []) {
  const file = emptied('update.tar');
  const since = previous === undefined ? [] : ['--since', `oci:${vendor}:${previous}`];
  const made = nodeRun(
    blockPack('bundle', `oci:${vendor}:${release}`, ...since, ...words, '-o', file, '--store', store),
  );
  const applied = nodeRun(
    blockPack('apply', file, '--to', `oci:${site}:${release}`, '--store', emptied('updates-site-store')),
  );
  if (digestIn(site, release) !== digestIn(vendor, release))
    throw new Error(`${release} became another image at the site`);
  return {
    bundle: statSync(file).size,
    makeMs: made.ms,
    makeMb: made.peakMb,
    applyMs: applied.ms,
    applyMb: applied.peakMb,
  };
}

function slowest(rows, field) {
  return Math.max(...rows.map((row) => row[field])) / 1000;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

export function fetched(release) {
  return npmPackage(application, release, 'dist');
}

function packed(input, store) {
  const { stdout } = run('java', ...[input, '--store', store, '--tag', 'updates', '-o', manifest, '--json']);
  const { blocks, newBlocks, newBytes } = JSON.parse(stdout).totals;
  return { blocks, newBlocks, newBytes };
}

function run(...words) {
  const { stdout, stderr, status } = spawnSync(process.execPath, blockPack(...words), { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return { stdout };
}

function sum(rows, field) {
  return rows.reduce((total, row) => total + row[field], 0);
}

function size(bytes) {
  return `${(bytes / 1e6).toFixed(2).padStart(6)} MB`;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
