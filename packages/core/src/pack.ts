import { type BlobStore, blobAccess } from './blob.ts';
import type { Block } from './block.ts';
import { type CutBlock, cutBlock, stampOf } from './cut.ts';
import { BlockPackError } from './error.ts';
import { checkLinkTarget } from './image-path.ts';
import type { Import, ImportManifest } from './import-manifest.ts';
import { compareImports } from './import-manifest.ts';
import type { Component, PackContext, Packer, Placed, Placement } from './packer.ts';
import { checkPlacedPaths } from './placed-paths.ts';
import type { InputDirectory, TreeEntry } from './tree.ts';

/** One import of a finished pack, with all that is known of it. */
export interface PackedImport {
  readonly line: Import;
  readonly block: CutBlock;
  readonly component: Component;
}

export interface Packed {
  readonly manifest: ImportManifest;
  /** In the manifest's order. */
  readonly imports: readonly PackedImport[];
}

export interface PackProgress {
  readonly blocks: number;
  readonly totalBlocks: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface PackOptions extends PackContext {
  readonly signal?: AbortSignal;
  onProgress?(progress: PackProgress): void;
}

/** Blocks that are cut at the same time: enough that the wait for the disk is filled with the digesting of others. */
const atOnce = 8;

/**
 * The flow of every packer: place the input's files, cut them into blocks, name the blocks, write it all down.
 * Naming comes after cutting because an identity may hang on the block's digest, and because facts found inside a block hold for its digest for ever.
 */
export async function pack<P extends Placement>(
  packer: Packer<P>,
  inputs: readonly InputDirectory[],
  store: BlobStore,
  options: PackOptions,
): Promise<Packed> {
  const placements: P[] = [];
  const origins: string[] = [];
  for (const input of inputs) {
    for (const placement of await placeInput(packer, input, options)) {
      placements.push(placement);
      origins.push(input.name);
    }
  }
  checkPlacedPaths(placements, origins, (warning) => options.warn(warning));

  const blocks = await cutAll(packer, placements, store, options);
  const placed = placements.map((placement, index) => placedAt(placement, at(blocks, index), store));
  checkSignal(options.signal);
  const components = await packer.identify(placed, options);
  checkSignal(options.signal);

  const imports = placed.flatMap((one, index): PackedImport[] => {
    const component = at(components, index);
    const block = at(blocks, index);
    if (one.placement.content.kind === 'made' && block.files === 0) return [];
    return [{ line: lineOf(one, component), block, component }];
  });
  imports.sort((a, b) => compareImports(a.line, b.line));
  const lines = imports.map(({ line }) => line);
  return { manifest: { packer: packer.ecosystem, directives: [], imports: lines }, imports };
}

/** The packer's placements, after a look at the links that it keeps while the input's name is known. */
async function placeInput<P extends Placement>(
  packer: Packer<P>,
  input: InputDirectory,
  options: PackOptions,
): Promise<readonly P[]> {
  const entries = await input.entries();
  const leftOut = new Set<string>();
  const { memory } = options;
  const placements = await packer.place(listed(input, entries), {
    memory,
    warn: (warning) => options.warn(warning),
    leaveOut(path, reason) {
      leftOut.add(path);
      options.leaveOut?.(path, reason);
    },
  });
  for (const entry of entries) {
    if (entry.kind !== 'symlink' || leftOut.has(entry.path)) continue;
    checkLinkTarget(entry.path, entry.target, input.name);
  }
  return placements;
}

function listed({ name, archive }: InputDirectory, entries: readonly TreeEntry[]): InputDirectory {
  return { name, ...(archive === undefined ? {} : { archive }), entries: async () => entries };
}

function placedAt<P extends Placement>(placement: P, block: CutBlock, store: BlobStore): Placed<P> {
  return { placement, block, bytes: blobAccess(store, block) };
}

async function cutAll<P extends Placement>(
  packer: Packer<P>,
  placements: readonly P[],
  store: BlobStore,
  options: PackOptions,
): Promise<readonly CutBlock[]> {
  const totalBytes = placements.reduce((sum, placement) => sum + contentSize(placement), 0);
  const blocks: CutBlock[] = [];
  let next = 0;
  let cut = 0;
  let bytes = 0;
  const failures: unknown[] = [];
  const worker = async () => {
    for (let index = next++; index < placements.length && failures.length === 0; index = next++) {
      checkSignal(options.signal);
      const placement = at(placements, index);
      const block = await cutOrRecall(placement, store, options);
      await lookInto(packer, placedAt(placement, block, store), store, options);
      blocks[index] = block;
      cut++;
      bytes += contentSize(placement);
      options.onProgress?.({ blocks: cut, totalBlocks: placements.length, bytes, totalBytes });
    }
  };
  // All of them are waited for, so that none still writes when the error is told.
  await Promise.all(
    Array.from({ length: atOnce }, () => worker().catch((error: unknown) => failures.push(error))),
  );
  if (failures.length > 0) throw failures[0];
  return blocks;
}

/** When a packer cannot make sense of a block, the store may have damaged it: then that is said, and not that the input is bad. */
async function lookInto<P extends Placement>(
  packer: Packer<P>,
  placed: Placed<P>,
  store: BlobStore,
  context: PackContext,
): Promise<void> {
  try {
    await packer.look?.(placed, context);
  } catch (error) {
    for await (const _ of store.read(placed.block.digest)) {
      // Reading it whole checks its digest.
    }
    throw error;
  }
}

/** The block an earlier pack made of the very same content, if the store still has it; else a new one. */
async function cutOrRecall(placement: Placement, store: BlobStore, options: PackOptions): Promise<CutBlock> {
  const stamp = stampOf(placement.content);
  const known = stamp === undefined ? undefined : options.memory.blockOf(stamp);
  if (
    known !== undefined &&
    known.kind === (placement.content.kind === 'file' ? 'file' : 'tree') &&
    (await store.has(known.digest, known.size))
  ) {
    return { ...known, added: false };
  }
  const block = await cutBlock(placement.content, store);
  const { added: _, ...remembered } = block;
  if (stamp !== undefined) options.memory.remember(stamp, remembered);
  return block;
}

function contentSize({ content }: Placement): number {
  if (content.kind === 'file') return content.file.size;
  if (content.kind === 'made') return content.size;
  return content.entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0);
}

function lineOf({ placement, block }: Placed, component: Component): Import {
  const attributes = new Map<string, string>();
  if (block.kind === 'tree') attributes.set('type', 'tree');
  attributes.set('size', String(block.size));
  if (block.kind === 'tree') attributes.set('files', String(block.files));
  if (placement.content.kind === 'file' && placement.content.file.executable) attributes.set('mode', '755');
  attributes.set('purl', component.purl);
  if (component.role === 'application') attributes.set('role', 'application');
  const [strongest] = component.evidence;
  if (strongest !== undefined) attributes.set('evidence', strongest.source);
  return { path: placement.path, digest: block.digest, attributes };
}

export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new BlockPackError('INTERRUPTED', 'Interrupted; nothing was published');
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`nothing at ${index} of ${list.length}`);
  return item;
}

/** A memory that starts empty and is forgotten at the end. */
export function emptyMemory(): PackContext['memory'] {
  const blocks = new Map<string, Block>();
  const facts = new Map<string, unknown>();
  return {
    blockOf: (stamp) => blocks.get(stamp),
    remember: (stamp, block) => void blocks.set(stamp, block),
    fact: (block, name) => facts.get(`${block.digest} ${name}`),
    learn: (block, name, value) => void facts.set(`${block.digest} ${name}`, value),
  };
}
