import {
  type Bytes,
  type Descriptor,
  type Digest,
  isPart,
  Measure,
  type PartedBytes,
  wholeBytes,
} from '@block-pack/core';
import { CopyThread } from './copy-thread.ts';
import { type DiskCode, diskError } from './disk-error.ts';
import { type Draft, EarlySync } from './draft.ts';
import type { PartFiles } from './part-files.ts';
import { giveTurn } from './turn.ts';

/** Bytes from which on threads of their own, which take some 20 ms to begin, are worth it. */
export const worthThreads = 32 << 20;

/** What is known of a content that comes. */
export interface ComingContent {
  readonly content: PartedBytes;
  /** Bytes, about. */
  readonly about: number;
  /** Where its parts can be read. */
  readonly files: PartFiles;
  /** Called for every piece. */
  onPiece?(): void;
}

/**
 * Writes a content and says what it is; a large one by other threads, which read its parts themselves.
 * @param code what it is when the draft cannot be written
 */
export async function fillDraft(draft: Draft, code: DiskCode, coming: ComingContent): Promise<Descriptor> {
  if (coming.about < worthThreads)
    return measureHere(coming, (chunk) => written(draft, code, () => draft.writeLater(chunk)));
  const sync = new EarlySync(draft.descriptor);
  try {
    const { descriptor, path } = draft;
    return await passThrough(coming, { descriptor, path, code }, (bytes) => sync.written(bytes));
  } finally {
    await written(draft, code, () => sync.end());
  }
}

/** Writes a content of which is known what it is. @returns bytes */
export async function fillKnown(draft: Draft, code: DiskCode, content: Bytes): Promise<number> {
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    await written(draft, code, () => draft.writeLater(chunk));
    await giveTurn();
  }
  return size;
}

async function written({ path }: Draft, code: DiskCode, writing: () => Promise<void>): Promise<void> {
  try {
    await writing();
  } catch (error) {
    throw diskError(error, code, 'write', path);
  }
}

/** Keeps nothing of a content. */
export async function digestContent(coming: ComingContent): Promise<Digest> {
  const { digest } = await (coming.about < worthThreads ? measureHere(coming) : passThrough(coming));
  return digest;
}

async function measureHere(
  { content, onPiece }: ComingContent,
  write?: (chunk: Uint8Array) => Promise<void>,
): Promise<Descriptor> {
  const measure = new Measure();
  for await (const chunk of wholeBytes(content)) {
    measure.add(chunk);
    await write?.(chunk);
    onPiece?.();
    await giveTurn();
  }
  return { size: measure.size, digest: measure.digest() };
}

async function passThrough(
  { content, files, onPiece }: ComingContent,
  output?: ConstructorParameters<typeof CopyThread>[1],
  onPassed?: (bytes: number) => void,
): Promise<Descriptor> {
  const thread = new CopyThread(files, output);
  try {
    for await (const piece of content) {
      await (isPart(piece) ? thread.copy(piece) : thread.add(piece));
      onPassed?.(thread.passed);
      onPiece?.();
    }
    return await thread.end();
  } finally {
    await thread.close();
  }
}
