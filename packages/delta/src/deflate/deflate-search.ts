import type { Bytes } from '@block-pack/core';
import { type DeflateParameters, deflateCode } from './deflate-parameters.ts';
import { redeflate, redeflatesTo } from './redeflate.ts';
import { sameBytes } from './same-bytes.ts';

/**
 * The parameters with which an encoder writes exactly this raw deflate stream for this content; undefined when none of those that are
 * tried does. Where several do, the first of a fixed order counts.
 */
export function deflateParameters(packed: Uint8Array, content: Uint8Array): DeflateParameters | undefined {
  return new DeflateSearch().find(packed, content);
}

/**
 * Finds the parameters of one stream after another. The entries of an archive mostly come from one encoder: what was found last is tried
 * first, and where nothing is ever found the search soon tries little. So results depend on the streams before, and on nothing else.
 */
export class DeflateSearch {
  #last: DeflateParameters | undefined;
  #missesInARow = 0;

  find(packed: Uint8Array, content: Uint8Array): DeflateParameters | undefined {
    let tried = 0;
    const note = (bytes: number): void => {
      tried += bytes;
    };
    const mayTry = (): boolean => tried <= triedInMemory + content.length;
    return this.#note(
      this.#candidates().find((candidate) => mayTry() && redeflatesTo(packed, content, candidate, note)),
    );
  }

  /** {@link find} for a stream that is too large for memory; both are read from their beginning once for every guess. */
  async findInStream(
    packed: () => Bytes,
    content: () => Bytes,
    size: number,
  ): Promise<DeflateParameters | undefined> {
    let tried = 0;
    const note = (bytes: number): void => {
      tried += bytes;
    };
    for (const candidate of this.#candidates()) {
      if (tried > triedInStream + size) break;
      if (await sameBytes(redeflate(noted(content(), note), candidate), packed()))
        return this.#note(candidate);
    }
    return this.#note(undefined);
  }

  #candidates(): readonly DeflateParameters[] {
    const likely = this.#missesInARow < patience ? searchOrder : searchOrder.slice(0, usual);
    const last = this.#last;
    if (last === undefined) return likely;
    return [last, ...likely.filter((candidate) => deflateCode(candidate) !== deflateCode(last))];
  }

  #note(found: DeflateParameters | undefined): DeflateParameters | undefined {
    this.#last = found ?? this.#last;
    this.#missesInARow = found === undefined ? this.#missesInARow + 1 : 0;
    return found;
  }
}

/**
 * Bytes of content beside its own size after which no other guess is made. A wrong one mostly shows in the first hundreds of kilobytes, but not where all bytes are alike, since an
 * encoder writes nothing before it has seen megabytes of them.
 */
const triedInMemory = 1 << 20;
/** A layer is worth more: that of a small base image has two or three megabytes. */
const triedInStream = 1 << 23;

/** In small steps, however the content is cut: a wrong guess is charged with what it was seen by, and not with a megabyte that was read at once. */
async function* noted(content: Bytes, note: (bytes: number) => void): Bytes {
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length; at += triedAtOnce) {
      const step = chunk.subarray(at, at + triedAtOnce);
      note(step.length);
      yield step;
    }
  }
}

const triedAtOnce = 1 << 16;

/** Streams that nothing is found for before the search gives up what is rare. */
const patience = 8;

/**
 * Of 258,743 streams in 1,660 real jars all but 33 were made by the first two; Go's own zips have level 5, and its gzip files 6, but for those of ko, kaniko, crane and buildpacks,
 * which have 1; Debian's images have level 9 of pigz, those of busybox the last one of gzip. Tools of containers/image have level 5 of pgzip.
 */
const searchOrder: readonly DeflateParameters[] = [
  { encoder: 'zlib', level: 6, memLevel: 8 },
  { encoder: 'zlib', level: 9, memLevel: 8 },
  { encoder: 'zlib', level: 6, memLevel: 9 },
  { encoder: 'zlib', level: 9, memLevel: 9 },
  { encoder: 'chromium', level: 6, memLevel: 8 },
  { encoder: 'chromium', level: 9, memLevel: 8 },
  { encoder: 'go', level: 6, memLevel: 8 },
  { encoder: 'go', level: 5, memLevel: 8 },
  { encoder: 'go', level: 9, memLevel: 8 },
  { encoder: 'go', level: 1, memLevel: 8 },
  { encoder: 'pgzip-1.15', level: 5, memLevel: 8 },
  { encoder: 'pgzip-1.18', level: 5, memLevel: 8 },
  { encoder: 'go-1.27', level: 6, memLevel: 8 },
  { encoder: 'go-1.27', level: 5, memLevel: 8 },
  { encoder: 'go-1.27', level: 1, memLevel: 8 },
  { encoder: 'pgzip-1.15', level: 5, memLevel: 6 },
  { encoder: 'pgzip-1.18', level: 5, memLevel: 6 },
  { encoder: 'pigz', level: 9, memLevel: 8 },
  { encoder: 'pigz', level: 6, memLevel: 8 },
  { encoder: 'gzip', level: 6, memLevel: 8 },
  { encoder: 'gzip', level: 9, memLevel: 8 },
  { encoder: 'gzip', level: 1, memLevel: 8 },
  { encoder: 'gzip', level: 6, memLevel: 6 },
  ...(['zlib', 'chromium'] as const).flatMap((encoder) =>
    [8, 9].flatMap((memLevel) =>
      [1, 2, 3, 4, 5, 7, 8].map((level) => ({ encoder, level, memLevel }) as const),
    ),
  ),
  { encoder: 'chromium', level: 6, memLevel: 9 },
  { encoder: 'chromium', level: 9, memLevel: 9 },
  ...[2, 3, 4, 7, 8].map((level) => ({ encoder: 'go', level, memLevel: 8 }) as const),
  { encoder: 'pigz', level: 1, memLevel: 8 },
  ...(['pgzip-1.15', 'pgzip-1.18'] as const).flatMap((encoder) =>
    [6, 1].map((level) => ({ encoder, level, memLevel: 8 }) as const),
  ),
];

const usual = 4;
