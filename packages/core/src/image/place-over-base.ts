import type { BlobSource } from '../blob.ts';
import { readCanonicalTar } from '../canonical-tar.ts';
import { BlockPackError } from '../error.ts';
import { type ImagePath, joinImagePath, parseImagePath } from '../image-path.ts';
import { type Import, importKind, sortImports } from '../import-manifest.ts';
import { checkSignal } from '../pack.ts';
import type { Warning } from '../packer.ts';
import type { ImportsFile } from './imports-layer.ts';

/** The root file system that is built upon. */
export interface BaseView {
  /** What stands at exactly this path, no link followed. */
  entry(path: ImagePath): { readonly kind: string } | undefined;
  /** Where the path leads when all links are followed, inside the root. */
  resolve(path: ImagePath): ImagePath;
}

export interface PlaceOverBaseOptions {
  /** Lets imports stand in the place of the base's files. */
  readonly replace: boolean;
  readonly signal?: AbortSignal;
  warn(warning: Warning): void;
}

/**
 * The manifests as they can be laid over the base and over each other: where a directory of the base is a link, as /lib often is, imports go to where it leads.
 * @throws IMPORT_COLLISION for two manifests with one path, for a file over one of the base, a file over a directory or the reverse, and links inside of
 * trees; USAGE for a name that the base has
 */
export async function placeOverBase(
  files: readonly ImportsFile[],
  blocks: BlobSource,
  base: BaseView,
  options: PlaceOverBaseOptions,
): Promise<readonly ImportsFile[]> {
  for (const { name } of files) refuseKnownName(name, base);
  const placed = files.map((file) => throughLinks(file, base, options));
  const claims = new Claims(placed, base, options.replace);
  for (const tree of claims.trees()) {
    checkSignal(options.signal);
    if (!claims.mustLookInto(tree)) continue;
    const { digest, path: root } = tree.line;
    for await (const { path, kind } of readCanonicalTar(blocks.read(digest), digest))
      claims.add(joinImagePath(root, path), kind === 'directory', tree);
  }
  return placed;
}

function refuseKnownName(name: string, base: BaseView): void {
  if (base.entry(parseImagePath(`/.import.${name}`)) === undefined) return;
  throw new BlockPackError('USAGE', `The base has imports under the name ${name} already: /.import.${name}`, {
    hint: `Give the manifest another name, for example app-${name}=FILE.${name === 'files' ? ' Of what --files packs, block-pack files writes a FILE.' : ''}`,
    details: { name },
  });
}

function throughLinks(file: ImportsFile, base: BaseView, { warn }: PlaceOverBaseOptions): ImportsFile {
  const moved = new Map<ImagePath, ImagePath>();
  const imports = file.manifest.imports.map((line) => {
    const from = directoryOf(line);
    const to = resolved(from, { name: file.name, line }, base);
    if (from === to) return line;
    moved.set(from, to);
    return { ...line, path: importKind(line) === 'tree' ? to : joinImagePath(to, nameOf(line.path)) };
  });
  for (const [from, to] of moved) {
    const message = `Imports of ${file.name} go to ${to} in place of ${from}: a link of the base leads there`;
    warn({ code: 'PATH_THROUGH_LINK', message });
  }
  return { ...file, manifest: { ...file.manifest, imports: sortImports(imports) } };
}

/** @throws IMPORT_COLLISION where links of the base lead nowhere */
function resolved(from: ImagePath, claimant: Claimant, base: BaseView): ImagePath {
  try {
    return base.resolve(from);
  } catch (cause) {
    if (!(cause instanceof BlockPackError)) throw cause;
    throw new BlockPackError(
      'IMPORT_COLLISION',
      `${shown(claimant)} cannot be placed: links of the base lead nowhere at ${from}`,
      {
        hint: belowAnother,
        details: { path: from, imports: [claimant.line.path] },
        cause,
      },
    );
  }
}

/** The directory that an import goes into: the tree's own, or the one that the file lies in. */
function directoryOf(line: Import): ImagePath {
  return importKind(line) === 'tree' ? line.path : parentOf(line.path);
}

function nameOf(path: ImagePath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

interface Claimant {
  readonly name: string;
  readonly line: Import;
}

/** Who fills which path, over all manifests. Trees that nothing else reaches into are not looked into. */
class Claims {
  readonly #files = new Map<ImagePath, Claimant>();
  /** With the names of all manifests that have something there. */
  readonly #directories = new Map<ImagePath, Set<string>>();
  readonly #claimants: readonly Claimant[];
  readonly #base: BaseView;
  readonly #replace: boolean;

  constructor(files: readonly ImportsFile[], base: BaseView, replace: boolean) {
    this.#base = base;
    this.#replace = replace;
    this.#claimants = files.flatMap(({ name, manifest }) => manifest.imports.map((line) => ({ name, line })));
    for (const claimant of this.#claimants) this.#addImport(claimant);
  }

  #addImport(claimant: Claimant): void {
    this.add(claimant.line.path, importKind(claimant.line) === 'tree', claimant);
  }

  /** So that a tree which reaches into deeper ones is known before them. */
  trees(): Claimant[] {
    const depth = ({ line }: Claimant) => line.path.split('/').length;
    const trees = this.#claimants.filter(({ line }) => importKind(line) === 'tree');
    return trees.sort((a, b) => depth(a) - depth(b));
  }

  /** Whether anything but its own manifest has something at the tree's root or below. */
  mustLookInto({ line: { path } }: Claimant): boolean {
    if (path === '/' || this.#base.entry(path) !== undefined) return true;
    return (this.#directories.get(path)?.size ?? 0) > 1;
  }

  add(path: ImagePath, isDirectory: boolean, claimant: Claimant): void {
    for (const directory of [...(isDirectory ? [path] : []), ...upwards(path)])
      if (!this.#addDirectory(directory, claimant)) break;
    if (!isDirectory) this.#addFile(path, claimant);
  }

  #addFile(path: ImagePath, claimant: Claimant): void {
    if (path.startsWith('/.import.')) throw reserved(path, claimant);
    const other = this.#files.get(path) ?? this.#otherBelow(path, claimant);
    if (other !== undefined && other.name !== claimant.name) throw twice(path, other, claimant);
    const seen = this.#base.entry(path);
    if (seen?.kind === 'directory') throw overBase(path, 'a directory', 'a file', claimant);
    if (seen !== undefined && !this.#replace) throw overFile(path, claimant);
    this.#files.set(path, claimant);
  }

  /** Somebody for whom the path is a directory. */
  #otherBelow(path: ImagePath, { name }: Claimant): Claimant | undefined {
    const other = [...(this.#directories.get(path) ?? [])].find((one) => one !== name);
    return this.#claimants.find((one) => one.name === other);
  }

  /** False where it is known, and all above it. */
  #addDirectory(path: ImagePath, claimant: Claimant): boolean {
    const names = this.#directories.get(path);
    if (names?.has(claimant.name)) return false;
    const file = this.#files.get(path);
    if (file !== undefined && file.name !== claimant.name) throw twice(path, file, claimant);
    const seen = this.#base.entry(path);
    if (seen !== undefined && seen.kind !== 'directory')
      throw overBase(path, seen.kind === 'symlink' ? 'a symbolic link' : 'a file', 'a directory', claimant);
    if (names === undefined) this.#directories.set(path, new Set([claimant.name]));
    else names.add(claimant.name);
    return true;
  }
}

/** The directories that a path lies in, the nearest first, the root last. */
function upwards(path: ImagePath): ImagePath[] {
  const found: ImagePath[] = [];
  for (let at = path; at !== '/'; ) {
    at = parentOf(at);
    found.push(at);
  }
  return found;
}

function parentOf(path: ImagePath): ImagePath {
  return parseImagePath(path.slice(0, Math.max(1, path.lastIndexOf('/'))));
}

const belowAnother =
  'Import it below another path: that of --files DIR:/path, or of --prefix where it is packed.';

function reserved(path: ImagePath, { name }: Claimant): BlockPackError {
  return new BlockPackError(
    'IMPORT_COLLISION',
    `${name} imports ${path}, where the image keeps its import manifests`,
    {
      hint: 'Take the file out of the input, or import it below another path.',
      details: { path },
    },
  );
}

function twice(path: ImagePath, first: Claimant, second: Claimant): BlockPackError {
  return new BlockPackError(
    'IMPORT_COLLISION',
    `${JSON.stringify(path)} would stand twice in the image: ${shown(first)} and ${shown(second)} both bring it`,
    {
      hint: 'Leave it out of one of the two inputs, or import it below another path.',
      details: { path, imports: [first.line.path, second.line.path] },
    },
  );
}

function overFile(path: ImagePath, claimant: Claimant): BlockPackError {
  return new BlockPackError('IMPORT_COLLISION', `${shown(claimant)} would replace the base's ${path}`, {
    hint: 'Import it below another path, or allow it with --replace-base-files.',
    details: { path, imports: [claimant.line.path] },
  });
}

function overBase(path: ImagePath, seen: string, wanted: string, claimant: Claimant): BlockPackError {
  return new BlockPackError(
    'IMPORT_COLLISION',
    `${path} is ${seen} in the base, and ${wanted} in ${shown(claimant)}`,
    {
      hint: belowAnother,
      details: { path, imports: [claimant.line.path] },
    },
  );
}

function shown({ name, line }: Claimant): string {
  return `${line.attributes.get('purl') ?? line.digest} at ${line.path} (${name})`;
}
