import { createHash } from 'node:crypto';
import { readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type Block, isDigest, type PackMemory } from '@block-pack/core';
import * as v from 'valibot';
import { diskError } from './disk-error.ts';
import { Draft } from './draft.ts';
import type { Store } from './store.ts';
import { giveTurn } from './turn.ts';

/** What earlier packs of the same input paths learnt, kept in the store's cache. */
export interface SavedPackMemory extends PackMemory {
  /** Keeps what was used or learnt in this run and forgets the rest. */
  save(): Promise<void>;
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const blockRow = v.tuple([
  v.string(),
  v.custom<Block['digest']>((text) => typeof text === 'string' && isDigest(text)),
  v.picklist(['file', 'tree']),
  count,
  count,
]);
const factRow = v.tuple([v.string(), v.string(), v.unknown()]);
/** Its rows are looked at one by one, since there may be many. */
const document = v.object({ blocks: v.array(v.unknown()), facts: v.array(v.unknown()) });

interface Document {
  readonly blocks: readonly v.InferOutput<typeof blockRow>[];
  readonly facts: readonly v.InferOutput<typeof factRow>[];
}

const day = 86_400_000;

/** One memory per set of input paths. What cannot be read, whatever the reason, is an empty memory. */
export async function openPackMemory(
  store: Store,
  realInputPaths: readonly string[],
): Promise<SavedPackMemory> {
  const key = createHash('sha256')
    .update(JSON.stringify([...realInputPaths].sort()))
    .digest('hex');
  const directory = store.cacheDirectory;
  const path = join(directory, `${key}.json`);
  return new DiskMemory(directory, path, await load(path));
}

class DiskMemory implements SavedPackMemory {
  readonly #directory: string;
  readonly #path: string;
  readonly #blocks = new Map<string, Block>();
  readonly #facts = new Map<string, unknown>();
  readonly #used = new Set<string>();
  /** True when the file does not say what is known now. */
  #changed = false;

  constructor(directory: string, path: string, saved: Document) {
    this.#directory = directory;
    this.#path = path;
    for (const [stamp, digest, kind, size, files] of saved.blocks)
      this.#blocks.set(stamp, { digest, kind, size, files });
    for (const [digest, name, value] of saved.facts) this.#facts.set(factKey(digest, name), value);
  }

  blockOf(stamp: string): Block | undefined {
    const block = this.#blocks.get(stamp);
    if (block !== undefined) this.#used.add(stamp);
    return block;
  }

  remember(stamp: string, block: Block): void {
    const { digest, kind, size, files } = block;
    this.#blocks.set(stamp, { digest, kind, size, files });
    this.#used.add(stamp);
    this.#changed = true;
  }

  fact(block: Block, name: string): unknown {
    return this.#facts.get(factKey(block.digest, name));
  }

  learn(block: Block, name: string, value: unknown): void {
    this.#facts.set(factKey(block.digest, name), value);
    this.#changed = true;
  }

  async save(): Promise<void> {
    try {
      if (this.#changed || this.#used.size < this.#blocks.size) await this.#write();
      else this.#touch();
    } catch (error) {
      throw diskError(error, 'STORE_UNUSABLE', 'write', this.#path);
    }
  }

  async #write(): Promise<void> {
    const body = JSON.stringify(await this.#document());
    const draft = new Draft(this.#directory);
    try {
      draft.write(Buffer.from(`${seal(body)}\n${body}\n`));
      draft.finish(0o644);
      draft.rename(this.#path);
      this.#changed = false;
    } finally {
      draft.discard();
    }
  }

  async #document(): Promise<Document> {
    for (const stamp of [...this.#blocks.keys()]) if (!this.#used.has(stamp)) this.#blocks.delete(stamp);
    const digests = new Set<string>();
    const blocks: v.InferOutput<typeof blockRow>[] = [];
    for (const [stamp, { digest, kind, size, files }] of this.#blocks) {
      await giveTurn();
      digests.add(digest);
      blocks.push([stamp, digest, kind, size, files]);
    }
    const facts: v.InferOutput<typeof factRow>[] = [];
    for (const [key, value] of this.#facts) {
      await giveTurn();
      const [digest, name] = factParts(key);
      if (digests.has(digest)) facts.push([digest, name, value]);
    }
    return { blocks, facts };
  }

  /** The time of the last use, by which gc judges; once a day is enough. */
  #touch(): void {
    const stats = statSync(this.#path, { throwIfNoEntry: false });
    if (stats === undefined || Date.now() - stats.mtimeMs < day) return;
    utimesSync(this.#path, new Date(), new Date());
  }
}

/** The first line seals the second, since a flipped bit in a digest would let a wrong block pass for the right one. */
async function load(path: string): Promise<Document> {
  try {
    const [header = '', body = ''] = readFileSync(path, 'utf8').split('\n');
    if (header !== seal(body)) return nothing;
    const { blocks, facts } = v.parse(document, JSON.parse(body));
    return { blocks: await parseRows(blockRow, blocks), facts: await parseRows(factRow, facts) };
  } catch {
    return nothing;
  }
}

async function parseRows<T>(row: v.GenericSchema<unknown, T>, rows: readonly unknown[]): Promise<T[]> {
  const parsed: T[] = [];
  for (const one of rows) {
    await giveTurn();
    parsed.push(v.parse(row, one));
  }
  return parsed;
}

const nothing: Document = { blocks: [], facts: [] };

function seal(body: string): string {
  return `#block-pack memory v1 ${createHash('sha256').update(body).digest('hex')}`;
}

function factKey(digest: string, name: string): string {
  return `${digest} ${name}`;
}

function factParts(key: string): [digest: string, name: string] {
  const space = key.indexOf(' ');
  return [key.slice(0, space), key.slice(space + 1)];
}
