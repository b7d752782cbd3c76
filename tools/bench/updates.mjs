import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { create, extract } from 'tar';
import { emptied } from './corpus.mjs';
import { blockPack, root, scratch } from './process-run.mjs';

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

/** What each update of a real application moves: the whole directory as one gzip layer, or the blocks that the store did not have. */
export async function bench() {
  const store = emptied('updates-store');
  const rows = [];
  for (const release of releases) {
    const input = await fetched(release);
    rows.push({ release, layer: await layerSize(input), ...packed(input, store) });
  }
  const updates = rows.slice(1);
  const layer = sum(updates, 'layer');
  const newBytes = sum(updates, 'newBytes');
  print(`\n${application} ${releases[0]} to ${releases.at(-1)}: bytes of each update`);
  for (const row of rows) {
    const blocks = `${row.newBlocks} of ${row.blocks} blocks`;
    print(
      `  ${row.release.padEnd(8)} ${size(row.layer)} as a layer  ${size(row.newBytes)} as blocks (${blocks})`,
    );
  }
  const share = newBytes / layer;
  const met = share <= 0.25;
  print(`  ${updates.length} updates: ${size(layer)} as layers, ${size(newBytes)} as blocks`);
  print(`  ${met ? 'met   ' : 'MISSED'} blocks / layers: ${share.toFixed(3)}, at most 0.25`);
  writeFileSync(
    join(scratch, 'updates.json'),
    `${JSON.stringify({ application, rows, layer, newBytes }, null, 2)}\n`,
  );
  return met;
}

export async function fetched(release) {
  const directory = join(root, '.cache', application, release);
  if (existsSync(directory)) return directory;
  const draft = `${directory}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  const { status } = spawnSync(
    'npm',
    ['pack', `${application}@${release}`, '--pack-destination', draft, '--silent'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  if (status !== 0) throw new Error(`${application} ${release} could not be fetched`);
  await extract({ file: join(draft, `${application}-${release}.tgz`), cwd: draft, strip: 1 });
  renameSync(join(draft, 'dist'), directory);
  rmSync(draft, { recursive: true });
  return directory;
}

/** Bytes of the directory as a container layer: tar, gzip at the level that builders use. */
async function layerSize(directory) {
  let bytes = 0;
  const count = async (chunks) => {
    for await (const chunk of chunks) bytes += chunk.length;
  };
  await pipeline(create({ cwd: directory, portable: true }, ['.']), createGzip({ level: 6 }), count);
  return bytes;
}

function packed(input, store) {
  const words = [
    'java',
    input,
    '--store',
    store,
    '--tag',
    'updates',
    '-o',
    join(scratch, 'updates.import'),
    '--json',
  ];
  const { stdout, stderr, status } = spawnSync(process.execPath, blockPack(...words), { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const { blocks, newBlocks, newBytes } = JSON.parse(stdout).totals;
  return { blocks, newBlocks, newBytes };
}

function sum(rows, field) {
  return rows.reduce((total, row) => total + row[field], 0);
}

function size(bytes) {
  return `${(bytes / 1e6).toFixed(1).padStart(6)} MB`;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
