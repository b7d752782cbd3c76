import { ByteReader } from '../byte-reader.ts';
import type { Bytes } from '../bytes.ts';
import { readCanonicalTar } from '../canonical-tar.ts';
import { digestOf, Measure } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import type { ImagePath } from '../image-path.ts';
import { type Import, type ImportManifest, importKind } from '../import-manifest.ts';
import { checkSignal } from '../pack.ts';
import { ownThreadDigest, type StreamDigest } from '../stream-digest.ts';
import { gzipMember, memberContent } from './gzip-member.ts';
import { headTar, LayerPaths } from './layer-paths.ts';
import { type LayerRecipe, requiredRecipe } from './layer-recipe.ts';
import { Relay } from './relay.ts';
import { blockFromSegment, endOfTar } from './segment.ts';
import { isOfZlib } from './through-zlib.ts';

/** Something about a layer that is not as its manifest says. */
export interface LayerFinding {
  /** Where: in the whole layer, its directories, the segment of an import, or its end. */
  readonly part: 'layer' | 'head' | 'segment' | 'end';
  /** The import's. */
  readonly path?: ImagePath;
  readonly message: string;
}

/** How a layer is checked. */
export interface CheckLayerOptions {
  readonly signal?: AbortSignal;
  /** For the tar inside. @param about bytes that will come */
  openDigest?(about: number): StreamDigest;
  /** @param bytes of the layer that are checked */
  onProgress?(bytes: number): void;
}

/**
 * Holds a layer's bytes against its manifest: size, digest and diffID; every directory, every block, nothing else and nothing twice; and that the bytes are
 * the ones that its encoder writes, so that the layer can be made again.
 * @throws MANIFEST_INVALID for a manifest without a layer's recipe
 */
export async function checkLayer(
  manifest: ImportManifest,
  layer: Bytes,
  options: CheckLayerOptions = {},
): Promise<readonly LayerFinding[]> {
  const check = new LayerCheck(requiredRecipe(manifest), layer, options);
  try {
    await check.all(manifest.imports);
  } finally {
    await check.close();
  }
  return check.findings;
}

/** A layer that is shorter than its recipe says. */
class EndsTooEarly extends Error {}

/** What every gzip member begins with: where it does not, all members from there on are elsewhere, too. */
const memberStart = Buffer.of(0x1f, 0x8b, 8);

class LayerCheck {
  readonly findings: LayerFinding[] = [];
  readonly #recipe: LayerRecipe;
  readonly #reader: ByteReader;
  readonly #options: CheckLayerOptions;
  readonly #blob = new Measure();
  readonly #tar: StreamDigest;
  readonly #paths = new LayerPaths();
  /** Where members lie is not known from here on. */
  #lost = false;

  constructor(recipe: LayerRecipe, layer: Bytes, options: CheckLayerOptions) {
    this.#recipe = recipe;
    this.#options = options;
    this.#tar = options.openDigest?.(recipe.layer.size) ?? ownThreadDigest();
    this.#reader = new ByteReader(this.#measured(layer), () => new EndsTooEarly());
  }

  async *#measured(layer: Bytes): Bytes {
    for await (const chunk of layer) {
      checkSignal(this.#options.signal);
      this.#blob.add(chunk);
      this.#options.onProgress?.(this.#blob.size);
      yield chunk;
    }
  }

  async all(imports: readonly Import[]): Promise<void> {
    try {
      await this.#members(imports);
    } catch (error) {
      if (!(error instanceof EndsTooEarly)) throw error;
      this.#find('layer', 'it ends too early');
    }
    await drain(this.#reader.rest());
    this.#whole();
    const diffId = await this.#tar.digest();
    if (!this.#lost && diffId !== this.#recipe.diffId)
      this.#find('layer', `its diffID is ${diffId}, expected ${this.#recipe.diffId}`);
  }

  async #members(imports: readonly Import[]): Promise<void> {
    const { head, layer, segments, directories } = this.#recipe;
    const seenHead = new Measure();
    await this.#member(head, 'head', undefined, async (tar) => {
      for await (const chunk of tar) seenHead.add(chunk);
    });
    let size = head;
    for (const [index, line] of imports.entries()) {
      const { packed, empty } = segments[index] ?? { packed: 0, empty: [] };
      const start = await this.#reader.take(Math.min(packed, memberStart.length));
      if (memberStart.compare(start) !== 0) return this.#lose(size, line, imports.length - index);
      size += packed;
      await this.#member(packed, 'segment', line, (tar) => this.#segment(line, empty, tar), start);
    }
    await this.#member(layer.size - size, 'end', undefined, async (tar) => {
      const end = new Measure();
      for await (const chunk of tar) end.add(chunk);
      if (end.digest() !== digestOf(endOfTar)) throw flaw('it is not the two zero blocks that end a tar');
    });
    const expected = digestOf(headTar(this.#paths.directories(), directories));
    if (seenHead.digest() !== expected)
      this.#find('head', 'its directories are not the ones that the imports and the #dir lines make');
  }

  /** One wrong length would else be told once for every import behind it. */
  #lose(offset: number, line: Import, unchecked: number): void {
    this.#lost = true;
    const imports = unchecked === 1 ? 'this import is' : `this import and ${unchecked - 1} behind it are`;
    const message = `no gzip member begins at byte ${offset}: the layer is damaged, or head= or a packed= is wrong; ${imports} not checked`;
    this.#find('segment', message, line.path);
  }

  /** Its block, and every path that it fills. */
  async #segment(line: Import, empty: readonly string[], tar: Bytes): Promise<void> {
    this.#paths.addImport(line);
    const block = new Measure();
    const entries = new Relay();
    const listing = importKind(line) === 'tree' ? this.#list(line, entries.bytes()) : undefined;
    for await (const chunk of blockFromSegment(line, empty, tar)) {
      block.add(chunk);
      if (listing !== undefined) await Promise.race([entries.push(chunk), listing]);
    }
    entries.end();
    await listing;
    const seen = block.digest();
    if (seen !== line.digest) throw flaw(`its block is ${seen}, expected ${line.digest}`);
  }

  async #list(line: Import, block: Bytes): Promise<void> {
    for await (const { kind, path } of readCanonicalTar(block, line.digest))
      this.#paths.addEntry(line, kind, path);
  }

  /**
   * Inflates a member, lets `look` judge what is inside, digests it, and encodes it again.
   * @param start what was read of it already
   */
  async #member(
    length: number,
    part: LayerFinding['part'],
    line: Import | undefined,
    look: (tar: Bytes) => Promise<void>,
    start: Uint8Array = new Uint8Array(),
  ): Promise<void> {
    const member = shared(behind(start, this.#reader.part(Math.max(0, length - start.length))));
    const packed = new Measure();
    const tee = new Relay();
    const again = measured(gzipMember(tee.bytes(), this.#recipe.encoding));
    const tar = shared(this.#inflated(watched(member, packed), tee, again));
    try {
      await this.#looked(part, line, () => look(tar));
      await this.#looked(part, line, () => drain(tar));
      await drain(member);
    } finally {
      tee.end();
    }
    const expected = (await again).digest();
    if (
      packed.digest() !== expected &&
      !this.findings.some((one) => one.part === part && one.path === line?.path)
    )
      this.#find(part, `its bytes are not the ones that ${this.#recipe.encoding} writes`, line?.path);
  }

  async #looked(
    part: LayerFinding['part'],
    line: Import | undefined,
    look: () => Promise<void>,
  ): Promise<void> {
    try {
      await look();
    } catch (error) {
      this.#find(part, reasonOf(error), line?.path);
    }
  }

  async *#inflated(member: Bytes, tee: Relay, again: Promise<Measure>): Bytes {
    for await (const chunk of memberContent(member)) {
      await this.#tar.add(chunk);
      await Promise.race([tee.push(chunk), again]);
      yield chunk;
    }
  }

  #find(part: LayerFinding['part'], message: string, path?: ImagePath): void {
    this.findings.push({ part, message, ...(path === undefined ? {} : { path }) });
  }

  async close(): Promise<void> {
    await this.#tar.close();
    await this.#reader.close();
  }

  #whole(): void {
    const { digest, size } = this.#recipe.layer;
    if (this.#blob.size !== size) this.#find('layer', `it has ${this.#blob.size} bytes, expected ${size}`);
    const seen = this.#blob.digest();
    if (seen !== digest) this.#find('layer', `its digest is ${seen}, expected ${digest}`);
  }
}

async function measured(content: Bytes): Promise<Measure> {
  const measure = new Measure();
  for await (const chunk of content) measure.add(chunk);
  return measure;
}

async function* watched(content: Bytes, measure: Measure): Bytes {
  for await (const chunk of content) {
    measure.add(chunk);
    yield chunk;
  }
}

async function* behind(start: Uint8Array, content: Bytes): Bytes {
  if (start.length > 0) yield start;
  yield* content;
}

/** A stream that several readers read in turn: none of them ends it by leaving it. */
function shared(content: Bytes): Bytes {
  const source = content[Symbol.asyncIterator]();
  return { [Symbol.asyncIterator]: () => ({ next: () => source.next() }) };
}

async function drain(content: Bytes): Promise<void> {
  for await (const _ of content) {
    // Read for those that watch.
  }
}

function flaw(message: string): BlockPackError {
  return new BlockPackError('TAR_INVALID', message);
}

/** What is wrong with the content. Any other error is none of the layer's. */
function reasonOf(error: unknown): string {
  if (error instanceof BlockPackError && error.code !== 'INTERRUPTED') return error.message;
  if (isOfZlib(error)) return `it is no gzip member: ${error.message}`;
  throw error;
}
