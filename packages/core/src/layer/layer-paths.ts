import { concat } from '../bytes.ts';
import { BlockPackError } from '../error.ts';
import { compareBytewise, type ImagePath, joinImagePath } from '../image-path.ts';
import { type Import, importKind } from '../import-manifest.ts';
import { encodeTarHeader } from '../tar-header.ts';
import { type DirectoryOwner, defaultOwner } from './layer-recipe.ts';

/** Every path of a layer, each once: what files and links fill, and the directories that they and empty directories make. */
export class LayerPaths {
  readonly #claims = new Map<ImagePath, Claim>();

  /** To be called for every import before its entries. @throws IMPORT_COLLISION, MANIFEST_INVALID, NAME_UNSUPPORTED */
  addImport(line: Import): void {
    if (importKind(line) === 'tree') this.#directory(line.path, line);
    else if (line.path === '/') throw fileAtRoot(line);
    else this.#fill(line.path, line);
  }

  /** @param path relative to the import's path */
  addEntry(line: Import, kind: 'file' | 'symlink' | 'directory', path: string): void {
    const placed = joinImagePath(line.path, path);
    if (kind === 'directory') this.#directory(placed, line);
    else this.#fill(placed, line);
  }

  #fill(path: ImagePath, line: Import): void {
    checkName(path, line);
    const other = this.#claims.get(path);
    if (other !== undefined) throw collision(path, other.line, line);
    this.#claim(path, { line, isDirectory: false });
    this.#directory(parentOf(path), line);
  }

  /** With all above it, which are known where it is known. */
  #directory(path: ImagePath, line: Import): void {
    for (let at = path; at !== '/'; at = parentOf(at)) {
      const other = this.#claims.get(at);
      if (other?.isDirectory === true) return;
      if (other !== undefined) throw collision(at, other.line, line);
      checkName(at, line);
      this.#claim(at, { line, isDirectory: true });
    }
  }

  #claim(path: ImagePath, claim: Claim): void {
    if (this.#claims.size === pathLimit) throw tooManyPaths(claim.line);
    this.#claims.set(path, claim);
  }

  /** All directories but the root, sorted. */
  directories(): ImagePath[] {
    const directories: ImagePath[] = [];
    for (const [path, { isDirectory }] of this.#claims) if (isDirectory) directories.push(path);
    return directories.sort(compareBytewise);
  }
}

/** As many as are read of any layer; a hostile one could else fill the memory with names. */
const pathLimit = 1_000_000;

interface Claim {
  readonly line: Import;
  readonly isDirectory: boolean;
}

/** The tar that a layer begins with: an entry for each directory. */
export function headTar(
  directories: readonly ImagePath[],
  owners: ReadonlyMap<ImagePath, DirectoryOwner>,
): Uint8Array {
  return concat(
    directories.map((path) =>
      encodeTarHeader({ kind: 'directory', path: path.slice(1), owner: owners.get(path) ?? defaultOwner }),
    ),
  );
}

function parentOf(path: ImagePath): ImagePath {
  return (path.slice(0, path.lastIndexOf('/')) || '/') as ImagePath;
}

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#whiteouts */
function checkName(path: ImagePath, line: Import): void {
  if (!path.startsWith('.wh.', path.lastIndexOf('/') + 1)) return;
  throw new BlockPackError(
    'NAME_UNSUPPORTED',
    `${JSON.stringify(path)} cannot stand in an image: a name that begins with .wh. takes a file away there`,
    {
      hint: `Rename it in the input of ${line.path}, or leave it out.`,
      details: { path, import: line.path },
    },
  );
}

function tooManyPaths(line: Import): BlockPackError {
  return new BlockPackError(
    'INPUT_UNSUPPORTED',
    `The layer would have more than ${pathLimit} files and directories`,
    {
      hint: `Make more than one import manifest of the imports; the one of ${line.path} was too much.`,
      details: { limit: pathLimit, path: line.path },
    },
  );
}

function fileAtRoot(line: Import): BlockPackError {
  return new BlockPackError('MANIFEST_INVALID', `The import of ${line.digest} puts a file at /`, {
    hint: 'Give the file a path, or say type=tree where the block is a tree.',
    details: { path: line.path, digest: line.digest },
  });
}

function collision(path: ImagePath, first: Import, second: Import): BlockPackError {
  const [a, b] = [first, second].map(nameOf);
  return new BlockPackError(
    'IMPORT_COLLISION',
    first === second
      ? `${JSON.stringify(path)} would stand twice in the layer: ${a} has it as a file and as a directory`
      : `${JSON.stringify(path)} would stand twice in the layer: ${a} and ${b} both bring it`,
    {
      hint: 'Take one of the two imports out, or import it below another path.',
      details: { path, imports: [first.path, second.path], digests: [first.digest, second.digest] },
    },
  );
}

/** Trees may share a path, so the component says more. */
function nameOf(line: Import): string {
  return `${line.attributes.get('purl') ?? line.digest} at ${line.path}`;
}
