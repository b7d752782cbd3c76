import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { gzipSize } from '../gzip-size.mjs';
import { digestIn } from '../layout-digest.mjs';
import { blockPack, scratch } from '../process-run.mjs';
import { tarsOfChanges } from './changes.mjs';
import { GaveUp, measuredRun } from './measured-run.mjs';

const folder = join(scratch, 'peers-work');
const at = (...names) => join(folder, ...names);
const store = ['--store', at('store')];

/**
 * Brings an application from release to release, by block-pack and by its peers. All are given the same bytes: of each release the uncompressed layer of
 * its image, with times and owners made equal already, which peers would otherwise have to move as well.
 * @param releases `[{ name, words }]`: what `block-pack` is told to make an import manifest of it
 * @returns a map of contestants to their results by update: `{ bytes, make?: { cpu, peakMb }, apply?: { cpu, peakMb } }`, or at last `{ gaveUp: true }`
 */
export async function updatesOf(releases, peers) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const results = new Map();
  const add = (name, result) => results.set(name, [...(results.get(name) ?? []), result]);
  for (const [index, { name, words }] of releases.entries()) {
    const layer = build(name, words);
    await pipeline(createReadStream(layer), createGunzip(), createWriteStream(at('after.tar')));
    if (index > 0) {
      add('the layer, gzip', { bytes: await gzipSize(createReadStream(at('after.tar'))) });
      add('block-pack', bundled(releases[index - 1].name, name));
      const changes = tarsOfChanges(at('before.tar'), at('after.tar'), at('changes'));
      for (const peer of peers.filter(({ name }) => !results.get(name)?.at(-1).gaveUp))
        add(peer.name, attempted(peer, changes));
    }
    renameSync(at('after.tar'), at('before.tar'));
  }
  rmSync(folder, { recursive: true });
  return results;
}

/** The image of a release, in a layout of its own; the path of the layer that holds its dependencies. */
function build(name, words) {
  const [manifest, layout] = [at('manifest.import'), at(name)];
  run(...words, ...store, '-o', manifest);
  run('image', manifest, ...store, '-o', `oci:${layout}:${name}`);
  const blob = (digest) => join(layout, 'blobs/sha256', digest.slice('sha256:'.length));
  return blob(JSON.parse(readFileSync(blob(digestIn(layout, name)), 'utf8')).layers[0].digest);
}

/** At a site that has the release before and no store: it must become the image that was built. */
function bundled(before, name) {
  const [file, site] = [at('update.tar'), at('site')];
  const since = ['--since', `oci:${at(before)}:${before}`];
  const make = run('bundle', `oci:${at(name)}:${name}`, ...since, ...store, '-o', file);
  execFileSync('cp', ['-a', at(before), site]);
  const apply = run('apply', file, '--to', `oci:${site}:${name}`, '--store', at('site-store'));
  if (digestIn(site, name) !== digestIn(at(name), name)) throw new Error(`${name} became another image`);
  for (const used of [site, at('site-store')]) rmSync(used, { recursive: true, force: true });
  return { bytes: statSync(file).size, make, apply };
}

function run(...words) {
  const { cpu, peakMb } = measuredRun(process.execPath, [...blockPack(...words), '--quiet']);
  return { cpu, peakMb };
}

function attempted(peer, changes) {
  try {
    return contested(peer, changes);
  } catch (error) {
    if (!(error instanceof GaveUp)) throw error;
    return { gaveUp: true };
  }
}

/** What the peer makes must be the tar that it was given. */
function contested(peer, changes) {
  const whole = { before: at('before.tar'), after: at('after.tar'), beforeFiles: changes.beforeFiles };
  const { before, after, beforeFiles } = peer.of === 'tar' ? whole : changes;
  const [delta, made] = [at('delta'), at('made.tar')];
  const { bytes, ...make } = peer.make({ before, after, delta });
  const apply = peer.apply({ before, beforeFiles, delta, made });
  execFileSync('cmp', [made, after]);
  rmSync(made);
  return { bytes, make, apply: { cpu: apply.cpu, peakMb: apply.peakMb } };
}
