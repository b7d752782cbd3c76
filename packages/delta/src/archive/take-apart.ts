import { crc32 } from 'node:zlib';
import { type Bytes, type Digest, digestOf, Measure, type RandomAccess, readRange } from '@block-pack/core';
import type { DeflateParameters } from '../deflate/deflate-parameters.ts';
import { DeflateSearch } from '../deflate/deflate-search.ts';
import { atOnceSize, inflate, inflateAtOnce, NotInflated } from '../deflate/inflate.ts';
import { BaseSearch, oldContents } from './base-part.ts';
import { type ArchiveLimits, archiveLimits } from './limits.ts';
import { readAhead } from './read-ahead.ts';
import { innerAccess, type Layout, type Part } from './read-layout.ts';
import type { ZipEntryPart, ZipLayout } from './zip-layout.ts';

/** An archive taken apart. */
export interface Archive<L extends Layout = Layout> {
  readonly layout: L;
  /** As many as the layout has parts. */
  readonly contents: readonly Content[];
}

export interface Content {
  /** Bytes of the content: for `raw` parts, of what lies in the archive. */
  readonly size: number;
  /** `deflated`: a stream that inflates, and whose encoder was not looked for. `copied`: an older archive has the same, and it was not looked into. */
  readonly packing: 'stored' | 'raw' | 'deflated' | 'copied' | DeflateParameters;
  readonly digest: Digest;
  /** Of the bytes as they lie in the archive. */
  readonly packedDigest: Digest;
  readonly nested: Archive<ZipLayout> | undefined;
}

export interface TakeApartOptions {
  /** `skip`: for an archive that only serves as a base; it cannot be put together again. */
  readonly encoders?: 'find' | 'skip';
  readonly limits?: ArchiveLimits;
  /** Older archives that its skeleton will be written against: what is copied from them anyway is not looked into. */
  readonly olds?: readonly Archive[];
}

/**
 * Reads the contents of all parts, and finds how each is packed. A part that cannot be unpacked and packed again to the same bytes is `raw`;
 * nothing in an archive is an error.
 */
export async function takeApart(
  source: RandomAccess,
  layout: Layout,
  { encoders = 'find', limits = archiveLimits(), olds = [] }: TakeApartOptions = {},
): Promise<Archive> {
  const search = olds.length === 0 ? undefined : new BaseSearch(oldContents(olds));
  return await examine(source, layout, new Examiner(encoders === 'find', limits, search));
}

async function examine<L extends Layout>(
  source: RandomAccess,
  layout: L,
  examiner: Examiner,
): Promise<Archive<L>> {
  const contents: Content[] = [];
  const near = readAhead(source);
  for (const [i, part] of layout.parts.entries()) {
    const content = await examiner.content(near, part);
    const isClosed = content.packing === 'raw' || content.packing === 'copied';
    const inner = isClosed ? undefined : layout.nested.get(i);
    contents.push(
      inner === undefined ? content : { ...content, nested: await nested(source, part, inner, examiner) },
    );
  }
  return { layout, contents };
}

async function nested(
  source: RandomAccess,
  part: Part,
  layout: ZipLayout,
  examiner: Examiner,
): Promise<Archive<ZipLayout> | undefined> {
  const inner = await innerAccess(source, part);
  return inner && (await examine(inner, layout, examiner.forAnother()));
}

class Examiner {
  readonly #limits: ArchiveLimits;
  readonly #findsEncoders: boolean;
  readonly #olds: BaseSearch | undefined;
  readonly #search = new DeflateSearch();

  constructor(findsEncoders: boolean, limits: ArchiveLimits, olds?: BaseSearch) {
    this.#findsEncoders = findsEncoders;
    this.#limits = limits;
    this.#olds = olds;
  }

  /** For an archive inside of this one, which another encoder may have made. */
  forAnother(): Examiner {
    return new Examiner(this.#findsEncoders, this.#limits);
  }

  async content(source: RandomAccess, part: Part): Promise<Content> {
    if (part.kind === 'symlink' || part.kind === 'directory') return nothing;
    if (part.kind !== 'entry') return await kept(source, part.offset, part.size, 'stored');
    const { facts, head, offset } = part;
    const { method, flags } = head.form;
    if (this.#olds !== undefined) {
      const { digest } = await measured(readRange(source, offset, facts.packedSize));
      if (this.#olds.hasCopy(part, digest))
        return { size: facts.size, packing: 'copied', digest, packedDigest: digest, nested: undefined };
    }
    if ((flags & 1) === 0 && method === 8 && this.#affords(facts.size)) {
      const isSmall = Math.max(facts.size, facts.packedSize) <= atOnceSize;
      const content = isSmall ? await this.#atOnce(source, part) : await this.#inStream(source, part);
      if (content !== undefined) return content;
    }
    const mayBeStored = (flags & 1) === 0 && method === 0 && facts.size === facts.packedSize;
    return await kept(source, offset, facts.packedSize, mayBeStored ? facts : 'raw');
  }

  #affords(size: number): boolean {
    const { entrySize, contents } = this.#limits;
    if (size > entrySize || size > contents.left) return false;
    contents.left -= size;
    return true;
  }

  async #atOnce(source: RandomAccess, { facts, offset }: ZipEntryPart): Promise<Content | undefined> {
    const packed = await source.read(offset, facts.packedSize);
    const content = inflateAtOnce(packed, facts.size);
    if (content === undefined || crc32(content) !== facts.crc32) return undefined;
    const packing = this.#findsEncoders ? this.#search.find(packed, content) : 'deflated';
    if (packing === undefined) return undefined;
    return {
      size: facts.size,
      packing,
      digest: digestOf(content),
      packedDigest: digestOf(packed),
      nested: undefined,
    };
  }

  async #inStream(source: RandomAccess, { facts, offset }: ZipEntryPart): Promise<Content | undefined> {
    const packed = (): Bytes => readRange(source, offset, facts.packedSize);
    const content = (): Bytes => inflate(packed(), facts.packedSize, facts.size);
    const seen = await measured(content()).catch(unlessNotInflated);
    if (seen === undefined || seen.crc32 !== facts.crc32) return undefined;
    const packing = this.#findsEncoders
      ? await this.#search.findInStream(packed, content, facts.size)
      : 'deflated';
    if (packing === undefined) return undefined;
    const { digest: packedDigest } = await measured(packed());
    return { size: facts.size, packing, digest: seen.digest, packedDigest, nested: undefined };
  }
}

/** Content that lies in the archive as it is; where facts are given, it is `stored` if they say its checksum. */
async function kept(
  source: RandomAccess,
  offset: number,
  size: number,
  as: 'stored' | 'raw' | { readonly crc32: number },
): Promise<Content> {
  const seen = await measured(readRange(source, offset, size));
  const packing = typeof as === 'string' ? as : seen.crc32 === as.crc32 ? 'stored' : 'raw';
  return { size, packing, digest: seen.digest, packedDigest: seen.digest, nested: undefined };
}

const nothing: Content = {
  size: 0,
  packing: 'stored',
  digest: digestOf(new Uint8Array()),
  packedDigest: digestOf(new Uint8Array()),
  nested: undefined,
};

async function measured(content: Bytes): Promise<{ readonly digest: Digest; readonly crc32: number }> {
  const measure = new Measure();
  let sum = 0;
  for await (const chunk of content) {
    measure.add(chunk);
    sum = crc32(chunk, sum);
  }
  return { digest: measure.digest(), crc32: sum };
}

function unlessNotInflated(error: unknown): undefined {
  if (error instanceof NotInflated) return undefined;
  throw error;
}
