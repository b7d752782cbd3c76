import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hold } from './contest.mjs';
import { corpus, described, emptied } from './corpus.mjs';
import { buildPeers } from './image-peers/peers.mjs';
import { blockPack, nodeRun } from './process-run.mjs';
import { replaceFile, withComment } from './repack.mjs';

/** Bytes of the application's jars. */
const wanted = 400e6;

/**
 * From a directory of jars to an image: block-pack (pack, then image) against what a user would call instead, everything new and after one jar changed.
 * Each peer is held against the row of ours whose layer is packed as its own: the builds of Docker and Podman leave a plain tar, which a push
 * compresses later; Podman with its push, and Jib, compress, as block-pack does unless it is told otherwise.
 */
export async function bench() {
  const lib = jarsOf(wanted);
  const jar = join(lib, readdirSync(lib).at(-7));
  const content = readFileSync(jar);
  const peers = await buildPeers(lib);
  const ours = [ourBuild(lib, compressed), ourBuild(lib, stored)];
  const all = [...ours, ...peers.list];
  const change = (round) => replaceFile(jar, withComment(content, `change ${round}`));
  try {
    return await hold({
      name: 'image',
      title: `Image of ${described(lib)}`,
      rounds: 3,
      contestants: [
        ...all.map(({ name, build, clean }) => ({ name: `${name}, cold`, prepare: clean, run: build })),
        ...all.map(({ name, build }) => ({ name: `${name}, one jar changed`, prepare: change, run: build })),
      ],
      goals: [
        ...peers.list.map((peer) => ratio(peer, 'cold', 1)),
        ...ours.map(({ name }) => ({
          text: `ms of ${name} after one jar changed`,
          seen: (medians) => medians[row(name, 'one jar changed')].ms,
          limit: 1500,
        })),
        ...peers.list.map((peer) => ratio(peer, 'one jar changed', 0.1)),
        ...ours.map(({ name }) => ({
          text: `peak MB of ${name}`,
          seen: (medians) => medians[row(name, 'cold')].peakMb,
          limit: 250,
        })),
      ],
    });
  } finally {
    peers.stop();
  }
}

const compressed = { name: 'block-pack', options: [] };
const stored = { name: 'block-pack, not compressed', options: ['--encoding', 'gzip-0'] };

function row(name, state) {
  return `${name}, ${state}`;
}

function ratio(peer, state, limit) {
  const us = peer.compresses ? compressed.name : stored.name;
  return {
    text: `time of ${us} / ${peer.name}, ${state}`,
    seen: (medians) => medians[row(us, state)].ms / medians[row(peer.name, state)].ms,
    limit,
  };
}

/** Both commands, one after the other, as a build calls them. */
function ourBuild(lib, { name, options }) {
  const place = (what) => `image-${options.length === 0 ? 'packed' : 'stored'}-${what}`;
  const store = emptied(place('store'));
  const output = emptied(place('output'));
  const manifest = emptied(place('java.import'));
  return {
    name,
    clean: () => emptied(place('store')),
    build() {
      rmSync(output, { recursive: true, force: true });
      const packing = nodeRun(blockPack('java', lib, '--store', store, '-o', manifest));
      const making = nodeRun(
        blockPack('image', manifest, '--store', store, '-o', `oci:${output}:v1`, ...options),
      );
      return { ms: packing.ms + making.ms, peakMb: Math.max(packing.peakMb, making.peakMb) };
    },
  };
}

/** A directory with the first jars of the corpus that have so many bytes together: links, so a jar is replaced, never written into. */
function jarsOf(bytes) {
  const from = corpus();
  const to = emptied('image-lib');
  mkdirSync(to, { recursive: true });
  let sum = 0;
  for (const jar of readdirSync(from).sort()) {
    if (sum >= bytes) break;
    sum += statSync(join(from, jar)).size;
    linkSync(join(from, jar), join(to, jar));
  }
  return to;
}
