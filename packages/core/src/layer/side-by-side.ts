import type { Bytes } from '../bytes.ts';
import { SpareArrays } from '../spare-arrays.ts';
import type { PartedBytes } from './blob-part.ts';
import { wholeBlockSize } from './deflate-stored.ts';

/** A part of a stream that is made when its turn comes, or ahead of it, where making it takes long. */
export type Part = { readonly ahead: true; make(): Bytes } | { readonly ahead: false; make(): PartedBytes };

/** Bytes that wait to be read, of all parts together: so many small ones that none waits for a large one to be made. */
const roomAhead = 48 << 20;

/** Bytes of them that the part which is read now may have, whatever the others have. */
const roomOfCurrent = 8 << 20;

/**
 * The bytes of all parts in their order, while the next ones are made already.
 * @param atOnce parts that are made at the same time; those that are whole and wait for their turn do not count
 */
export async function* sideBySide(parts: readonly Part[], atOnce: number): PartedBytes {
  const lanes = new Lanes(parts, atOnce);
  try {
    for (const [index, part] of parts.entries()) {
      yield* lanes.turnOf(index)?.bytes() ?? part.make();
      lanes.leave(index);
    }
  } finally {
    await lanes.stop();
  }
}

/** Parts under way and parts that wait to be read, which share the room ahead. */
class Lanes {
  readonly #parts: readonly Part[];
  readonly #atOnce: number;
  readonly #lanes = new Map<number, Lane>();
  #current: Lane | undefined;
  /** The first part that is not under way yet. */
  #next = 0;
  #making = 0;
  #held = 0;
  #stopped = false;

  constructor(parts: readonly Part[], atOnce: number) {
    this.#parts = parts;
    this.#atOnce = atOnce;
  }

  /** Undefined for a part that is not made ahead. */
  turnOf(index: number): Lane | undefined {
    this.#next = Math.max(this.#next, index);
    this.#start();
    this.#next = Math.max(this.#next, index + 1);
    this.#current = this.#lanes.get(index);
    this.#current?.wakeMaker();
    return this.#current;
  }

  /** To be called when a part was read. */
  leave(index: number): void {
    this.#lanes.delete(index);
  }

  #start(): void {
    while (this.#next < this.#parts.length && this.#making < this.#atOnce && this.#hasRoom()) {
      const index = this.#next++;
      const part = this.#parts[index];
      if (part?.ahead !== true) continue;
      this.#making++;
      this.#lanes.set(index, new Lane(part.make(), this));
    }
  }

  #hasRoom(): boolean {
    return this.#held < roomAhead && !this.#stopped;
  }

  /** Whether a part that holds so many bytes may make more of them; those that must wait are woken when they may. */
  mayGoOn(lane: Lane, held: number): boolean {
    return this.#stopped || (lane === this.#current ? held < roomOfCurrent : this.#hasRoom());
  }

  made(bytes: number): void {
    this.#held += bytes;
  }

  read(bytes: number): void {
    const wasFull = !this.#hasRoom();
    this.#held -= bytes;
    if (wasFull && this.#hasRoom()) this.#wake();
  }

  ended(): void {
    this.#making--;
    this.#start();
  }

  #wake(): void {
    for (const lane of this.#lanes.values()) lane.wakeMaker();
    this.#start();
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Returns when nothing is read or made any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const left = [...this.#lanes.values()];
    for (const lane of left) lane.wakeMaker();
    await Promise.all(left.map((lane) => lane.whole));
  }
}

/** A part that runs ahead of its reader, but only so far. */
class Lane {
  /** Never fails: an error is told to the reader. */
  readonly whole: Promise<void>;
  readonly #lanes: Lanes;
  readonly #chunks: Uint8Array[] = [];
  #held = 0;
  #done = false;
  #error: unknown;
  wakeMaker: () => void = () => {};
  #wakeReader: () => void = () => {};

  constructor(content: Bytes, lanes: Lanes) {
    this.#lanes = lanes;
    this.whole = this.#make(content);
  }

  async #make(content: Bytes): Promise<void> {
    try {
      for await (const chunk of content) {
        this.#add(chunk);
        while (!this.#lanes.mayGoOn(this, this.#held))
          await new Promise<void>((wake) => (this.wakeMaker = wake));
        if (this.#lanes.stopped) return;
      }
    } catch (error) {
      this.#error = error;
    } finally {
      this.#done = true;
      this.#wakeReader();
      this.#lanes.ended();
    }
  }

  #add(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += arraySize)
      this.#chunks.push(copyOf(chunk.subarray(at, at + arraySize)));
    this.#held += chunk.length;
    this.#lanes.made(chunk.length);
    this.#wakeReader();
  }

  async *bytes(): Bytes {
    for (;;) {
      for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) {
        this.#held -= chunk.length;
        this.#lanes.read(chunk.length);
        this.wakeMaker();
        yield chunk;
        if (chunk.buffer.byteLength === arraySize) arrays.give(chunk);
      }
      if (this.#error !== undefined) throw this.#error;
      if (this.#done) return;
      await new Promise<void>((wake) => (this.#wakeReader = wake));
    }
  }
}

/** What the chunks of most layers have: stored blocks. */
const arraySize = wholeBlockSize;

const arrays = new SpareArrays(arraySize, Math.floor(roomAhead / arraySize));

/** Whoever makes a part uses its array again; and a short chunk often lies alone in one that is much larger, which would stay as long as it does. */
function copyOf(chunk: Uint8Array): Uint8Array {
  if (chunk.length < arraySize / 2) return new Uint8Array(chunk);
  const array = arrays.take();
  array.set(chunk);
  return array.subarray(0, chunk.length);
}
