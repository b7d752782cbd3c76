import { setTimeout as sleep } from 'node:timers/promises';
import { bytesOf, cutBlock, type Descriptor, digestOf, parseDigest } from '@block-pack/core';
import { walkDirectory } from '../disk-walk.ts';
import { openStore } from '../open-store.ts';
import type { Store } from '../store.ts';

/**
 * Processes that work with a store, for the tests of what happens between processes:
 * `pack STORE INPUT TAG`, `use STORE TAG START DIGEST...`, `gc STORE START MILLISECONDS`, `tag STORE PREFIX COUNT`, `walk DIRECTORY`.
 * START is a time in milliseconds since 1970.
 */
const deeds: Readonly<Record<string, (...words: string[]) => Promise<unknown>>> = {
  pack,
  use,
  gc,
  tag,
  walk,
};

const [name = '', ...words] = process.argv.slice(2);
const deed = deeds[name];
if (deed === undefined) throw new Error(`no such deed: ${name}`);
process.stdout.write(`${JSON.stringify(await deed(...words).catch(told))}\n`);

function told(error: unknown): object {
  return error instanceof Error
    ? { error: 'code' in error ? error.code : error.stack, message: error.message }
    : { error };
}

/** Packs a directory as the pack flow does: eight at once, then the manifest, then the tag. */
async function pack(directory = '', input = '', tagName = ''): Promise<unknown> {
  const store = await openStore(directory, { create: true });
  const lease = await store.lease();
  const entries = await walkDirectory(input);
  const blocks: Descriptor[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < entries.length; index = next++) {
      const entry = entries[index];
      if (entry?.kind === 'file') blocks[index] = await cutBlock({ kind: 'file', file: entry }, store);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  const tagged = await publish(store, tagName, blocks);
  await lease.release();
  return tagged;
}

/** Uses blobs whose content is known, as a repeated pack does: what the store has is not written again. */
async function use(directory = '', tagName = '', start = '', ...contents: string[]): Promise<unknown> {
  const store = await openStore(directory);
  await sleep(Math.max(0, Number(start) - Date.now()));
  const lease = await store.lease();
  const blocks: Descriptor[] = [];
  for (const content of contents) {
    const bytes = new TextEncoder().encode(content);
    const digest = digestOf(bytes);
    if (!(await store.has(digest))) await store.write(bytesOf(bytes), digest);
    blocks.push({ digest, size: bytes.length });
  }
  for (const { digest } of blocks) for await (const _ of store.read(digest));
  const tagged = await publish(store, tagName, blocks);
  await lease.release();
  return tagged;
}

async function publish(store: Store, tagName: string, blocks: readonly Descriptor[]): Promise<Descriptor> {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const layers = blocks.map(({ digest, size }) => ({ mediaType: 'application/octet-stream', digest, size }));
  const text = JSON.stringify({ schemaVersion: 2, mediaType, layers });
  const { digest, size } = await store.write(bytesOf(new TextEncoder().encode(text)));
  await store.tag(tagName, { mediaType, digest, size });
  return { digest, size };
}

async function gc(directory = '', start = '', length = ''): Promise<unknown> {
  const store = await openStore(directory);
  await sleep(Math.max(0, Number(start) - Date.now()));
  const end = Date.now() + Number(length);
  let removed = 0;
  let runs = 0;
  do {
    removed += (await store.gc({ keepMs: 0 })).removed.count;
    runs++;
  } while (Date.now() < end);
  return { runs, removed };
}

async function tag(directory = '', prefix = '', count = ''): Promise<unknown> {
  const store = await openStore(directory);
  const digest = parseDigest(`sha256:${'0'.repeat(64)}`);
  for (let number = 0; number < Number(count); number++) {
    await store.tag(`${prefix}-${number}`, { mediaType: 'application/octet-stream', digest, size: 0 });
  }
  return count;
}

async function walk(directory = ''): Promise<unknown> {
  const entries = await walkDirectory(directory);
  for (const entry of entries) if (entry.kind === 'file') for await (const _ of entry.read());
  return entries.length;
}
