import { type Digest, parseDigest } from './digest.ts';
import { BlockPackError } from './error.ts';
import { compareBytewise, type ImagePath, parseImagePath } from './image-path.ts';
import { decodeToken, encodeToken, splitTokens } from './manifest-token.ts';

/** Says which block belongs at which path. Specified in docs/format/import-manifest.md. */
export interface ImportManifest {
  /** The packer that wrote it, such as `java`. */
  readonly packer: string;
  /** `#` lines that this version gives no meaning to, without the `#`; kept in their order. */
  readonly directives: readonly string[];
  /** Sorted by path, then digest; see {@link sortImports}. */
  readonly imports: readonly Import[];
}

/** A path, and the block that belongs there. */
export interface Import {
  readonly path: ImagePath;
  readonly digest: Digest;
  /** `key=value` pairs behind the digest, in the order they are written; see {@link importKind} and its neighbours. */
  readonly attributes: ReadonlyMap<string, string>;
}

export const importManifestMediaType = 'application/vnd.dev.block-pack.imports.v1';

const header = '#block-pack import manifest v1';
const anyVersion = /^#block-pack import manifest v/;
const packerName = /^[a-z][a-z0-9-]{0,62}$/;
const attributeKey = /^[a-z][a-z0-9.-]{0,62}$/;

/** Where a packer's import manifest lies beside what it packs, unless the user says otherwise. */
export function manifestPlace(packer: string): string {
  return `block-pack/${packer}.import`;
}

/** True for a file in such a place: made anew by every pack, so no part of what is packed. */
export function isManifestPlace(path: string): boolean {
  return /(^|\/)block-pack\/[^/]+\.import$/.test(path);
}

/** A file at the path itself, or a tree whose root the path is. */
export function importKind(line: Import): 'file' | 'tree' {
  return line.attributes.get('type') === 'tree' ? 'tree' : 'file';
}

/** Bytes of the block, where the line says it. */
export function importSize(line: Import): number | undefined {
  const size = line.attributes.get('size');
  return size === undefined ? undefined : Number(size);
}

/** True for a file import that is to be executable. A tree keeps its files' modes itself. */
export function importExecutable(line: Import): boolean {
  return line.attributes.get('mode') === '755';
}

export function sortImports(imports: readonly Import[]): Import[] {
  return [...imports].sort(compareImports);
}

/** The order of a manifest's lines. */
export function compareImports(a: Import, b: Import): number {
  return compareBytewise(a.path, b.path) || compareBytewise(a.digest, b.digest);
}

/** The manifest's one canonical text, ending in a line feed. */
export function encodeImportManifest(manifest: ImportManifest): string {
  const lines = [header, `#packer ${manifest.packer}`, ...manifest.directives.map((text) => `#${text}`)];
  for (const line of sortImports(manifest.imports)) lines.push(encodeImport(line));
  return `${lines.join('\n')}\n`;
}

export function encodeImport(line: Import): string {
  const attributes = [...line.attributes].map(([key, value]) => ` ${key}=${encodeToken(value)}`);
  return `${encodeToken(line.path)} from ${line.digest}${attributes.join('')}`;
}

/**
 * Reads a manifest in any order of lines and with LF or CRLF, as git may have left it.
 * @param name where the text comes from, for messages
 * @param onLine told of each import and the number of its line, from 1, in the order of the text
 * @throws MANIFEST_INVALID naming the line
 */
export function decodeImportManifest(
  text: string,
  name: string,
  onLine?: (line: Import, number: number) => void,
): ImportManifest {
  let packer: string | undefined;
  const directives: string[] = [];
  const imports: Import[] = [];
  for (const [number, line] of linesOf(text)) {
    if (number === 1) checkHeader(line, name);
    if (number === 1 || line === '') continue;
    try {
      if (!line.startsWith('#')) {
        const decoded = decodeImport(line);
        imports.push(decoded);
        onLine?.(decoded, number);
      } else if (!line.startsWith('#packer ')) directives.push(decodeDirective(line));
      else if (packer === undefined) packer = decodePacker(line);
      else throw flaw('a second #packer line');
    } catch (error) {
      throw lineInvalid(name, number, line, error);
    }
  }
  if (packer === undefined) throw manifestInvalid(`${name} has no #packer line`);
  imports.sort(compareImports);
  checkImports(imports, name);
  return { packer, directives, imports };
}

/** One by one, counted from 1: a text of line feeds alone would else become an array many times its size. */
function* linesOf(text: string): Iterable<[number: number, line: string]> {
  let number = 0;
  for (let start = 0; start <= text.length; ) {
    const feed = text.indexOf('\n', start);
    const end = feed === -1 ? text.length : feed;
    yield [++number, text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end)];
    start = end + 1;
  }
}

/**
 * A file import's path stands once and nothing lies below it; the same tree does not stand twice at one path.
 * Whether two trees at one path hold the same file cannot be seen from the lines.
 * @param imports sorted
 * @throws MANIFEST_INVALID
 */
export function checkImports(imports: readonly Import[], name: string): void {
  const files = new Set<string>();
  for (const [index, line] of imports.entries()) {
    const kind = importKind(line);
    if (kind === 'file') files.add(line.path);
    const before = imports[index - 1];
    if (before?.path !== line.path) continue;
    if (files.has(line.path)) throw manifestInvalid(`${name} imports ${line.path} twice`);
    if (before.digest === line.digest)
      throw manifestInvalid(`${name} has the same import twice: ${line.path}`);
  }
  for (const line of imports) {
    const above = ancestors(line.path).find((path) => files.has(path));
    if (above !== undefined)
      throw manifestInvalid(`${name} imports ${line.path} below ${above}, which is a file`);
  }
}

function ancestors(path: string): string[] {
  const found: string[] = [];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
    found.push(path.slice(0, end));
  return found;
}

function checkHeader(first: string, name: string): void {
  if (first === header) return;
  if (anyVersion.test(first)) {
    throw manifestInvalid(
      `${name} is an import manifest of another version: "${first}"`,
      'Use a newer block-pack.',
    );
  }
  throw manifestInvalid(`${name} is not an import manifest`, `Its first line should be "${header}".`);
}

function decodePacker(line: string): string {
  const packer = line.slice('#packer '.length);
  if (!packerName.test(packer)) throw flaw('the packer has no proper name');
  return packer;
}

function decodeDirective(line: string): string {
  if (anyVersion.test(line)) throw flaw('a second header');
  return line.slice(1);
}

function decodeImport(line: string): Import {
  const [path, from, digest, ...rest] = splitTokens(line);
  if (path === undefined || from !== 'from' || digest === undefined)
    throw flaw('expected <path> from <digest>');
  const attributes = new Map<string, string>();
  for (const token of rest) {
    const equals = token.indexOf('=');
    const key = token.slice(0, Math.max(equals, 0));
    if (!attributeKey.test(key)) throw flaw(`expected key=value, found ${token}`);
    if (attributes.has(key)) throw flaw(`the attribute ${key} stands twice`);
    attributes.set(key, decodeToken(token.slice(equals + 1)));
  }
  checkAttributes(attributes);
  return { path: parseImagePath(decodeToken(path)), digest: parseDigest(digest), attributes };
}

const meanings: Readonly<Record<string, RegExp>> = {
  type: /^(file|tree)$/,
  size: /^(0|[1-9][0-9]{0,14})$/,
  files: /^(0|[1-9][0-9]{0,14})$/,
  mode: /^(644|755)$/,
};

function checkAttributes(attributes: ReadonlyMap<string, string>): void {
  for (const [key, value] of attributes) {
    const meaning = Object.hasOwn(meanings, key) ? meanings[key] : undefined;
    if (meaning !== undefined && !meaning.test(value)) throw flaw(`${key}=${value} is not understood`);
  }
  if (attributes.get('type') === 'tree' && attributes.has('mode'))
    throw flaw('a tree has no mode of its own');
}

function flaw(message: string): BlockPackError {
  return manifestInvalid(message);
}

function lineInvalid(name: string, line: number, text: string, cause: unknown): unknown {
  if (!(cause instanceof BlockPackError)) return cause;
  const shown = text.length > 120 ? `${text.slice(0, 120)}...` : text;
  return new BlockPackError('MANIFEST_INVALID', `${name}:${line}: ${cause.message}`, {
    hint: `The line reads: ${shown}`,
    details: { name, line },
    cause,
  });
}

function manifestInvalid(message: string, hint?: string): BlockPackError {
  return new BlockPackError('MANIFEST_INVALID', message, hint === undefined ? {} : { hint });
}

/** True for text that could be an import manifest, judged by its first line. */
export function looksLikeImportManifest(text: string): boolean {
  return anyVersion.test(text);
}
