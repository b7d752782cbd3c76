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
 * From a directory of jars to an image: block-pack (pack, then image) against what a user would call instead, everything new and after one jar
 * changed. Docker's and Podman's builds leave a layer that is not compressed yet; what is to be carried costs a push more, which is a row of its own.
 */
export async function bench() {
  const lib = jarsOf(wanted);
  const jar = join(lib, readdirSync(lib).at(-7));
  const content = readFileSync(jar);
  const peers = await buildPeers(lib);
  const us = { name: 'block-pack', build: blockPackBuild(lib), clean: () => emptied('image-store') };
  const all = [us, ...peers.list];
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
        ...peers.list.map(({ name }) => ratio(name, 'cold', 1)),
        {
          text: 'ms after one jar changed',
          seen: (medians) => medians[row('block-pack', 'one jar changed')].ms,
          limit: 1500,
        },
        ...peers.list.map(({ name }) => ratio(name, 'one jar changed', 0.1)),
        { text: 'peak MB', seen: (medians) => medians[row('block-pack', 'cold')].peakMb, limit: 250 },
      ],
    });
  } finally {
    peers.stop();
  }
}

function row(name, state) {
  return `${name}, ${state}`;
}

function ratio(peer, state, limit) {
  return {
    text: `time of block-pack / ${peer}, ${state}`,
    seen: (medians) => medians[row('block-pack', state)].ms / medians[row(peer, state)].ms,
    limit,
  };
}

/** Both commands, one after the other, as a build calls them. */
function blockPackBuild(lib) {
  const store = emptied('image-store');
  const output = emptied('image-output');
  const manifest = emptied('image.import');
  return () => {
    rmSync(output, { recursive: true, force: true });
    const packing = nodeRun(blockPack('java', lib, '--store', store, '-o', manifest));
    const making = nodeRun(blockPack('image', manifest, '--store', store, '-o', `oci:${output}:v1`));
    return { ms: packing.ms + making.ms, peakMb: Math.max(packing.peakMb, making.peakMb) };
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
