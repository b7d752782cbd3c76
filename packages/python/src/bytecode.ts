import {
  bytesOf,
  collect,
  compareBytewise,
  type FileEntry,
  type ImagePath,
  joinImagePath,
  type PackContext,
  stampOf,
  type TreeEntry,
} from '@block-pack/core';
import type { Layout } from './layout.ts';
import type { PythonPlacement } from './placement.ts';

/** Compiles modules as one interpreter does, to bytecode that is never compared with its source: the form `unchecked-hash` of PEP 552. */
export interface BytecodeCompiler {
  /** What the interpreter calls its bytecode, such as `cpython-311`. */
  readonly cacheTag: string;
  /** Another string whenever the same source may be compiled to other bytes. */
  readonly stamp: string;
  /**
   * The whole `.pyc` file; undefined for a source that the interpreter does not understand.
   * @param path of the module in the image, as tracebacks show it
   */
  compile(source: Uint8Array, path: string): Promise<Uint8Array | undefined>;
}

/**
 * Starts an interpreter that compiles.
 * @param own path of the input's own interpreter, relative to the input; undefined for an input that has none
 */
export type OpenCompiler = (own: string | undefined) => Promise<BytecodeCompiler>;

/** Bytes; the largest real modules have 10 MB, and they are tables. */
const sourceLimit = 16 << 20;

/** What an import statement can name. Other sources, such as templates of projects, are data. */
const importable = /^(?:[\p{L}_][\p{L}\p{N}_]*\/)*[\p{L}_][\p{L}\p{N}_]*\.py$/u;
const besideModules = /^(bin|include|share)\//;

/**
 * The bytecode of each placement's modules, as a block beside theirs, which stays as it was published whichever interpreter compiles it.
 * @param name of the input, for messages
 */
export async function bytecodePlacements(
  name: string,
  layout: Layout,
  placements: readonly PythonPlacement[],
  { openCompiler }: { readonly openCompiler?: OpenCompiler | undefined },
  context: PackContext,
): Promise<readonly PythonPlacement[]> {
  const compiler = await openCompiler?.(ownInterpreter(layout));
  if (compiler === undefined) return [];
  warnOfOtherPython(name, layout, compiler, context);
  const bytecode = placements.flatMap((one) => bytecodePlacement(one, compiler) ?? []);
  return largestFirst(bytecode);
}

function ownInterpreter(layout: Layout): string | undefined {
  if (layout.kind !== 'environment') return undefined;
  return layout.sitePackages.startsWith('Lib/') ? 'Scripts/python.exe' : 'bin/python';
}

/** Python takes bytecode of its own version only, and where there is none it compiles without a word. */
function warnOfOtherPython(
  name: string,
  layout: Layout,
  { cacheTag }: BytecodeCompiler,
  context: PackContext,
): void {
  if (layout.kind !== 'environment') return;
  const [version, major, minor] = /(\d+)\.(\d+)/.exec(layout.sitePackages) ?? [];
  if (version === undefined || /\d+/.exec(cacheTag)?.[0] === `${major}${minor}`) return;
  context.warn({
    code: 'PYTHON_DIFFERS',
    message: `${name} is an environment for Python ${version}, and the bytecode is made for ${cacheTag}: only an image with that Python uses it`,
  });
}

/** So that the largest is not compiled alone at the end, with nothing left for other processors. */
function largestFirst(placements: readonly PythonPlacement[]): PythonPlacement[] {
  const size = ({ content }: PythonPlacement) => (content.kind === 'made' ? content.size : 0);
  return placements.toSorted((a, b) => size(b) - size(a));
}

/** Undefined where there are no modules. */
function bytecodePlacement(
  { path: root, origin, content, part }: PythonPlacement,
  compiler: BytecodeCompiler,
): PythonPlacement | undefined {
  if (content.kind !== 'tree' || part.kind === 'scripts' || part.kind === 'bytecode') return undefined;
  const modules = modulesOf(content.entries, compiler.cacheTag);
  if (modules.length === 0) return undefined;
  const paths = modules.map(({ path }) => path);
  const stamp = bytecodeStamp(modules, root, compiler);
  return {
    path: root,
    origin,
    content: {
      kind: 'made',
      size: modules.reduce((sum, { source }) => sum + source.size, 0),
      paths,
      ...(stamp === undefined ? {} : { stamp }),
      make: () => compileAll(modules, root, compiler),
    },
    part: {
      kind: 'bytecode',
      ...(part.kind === 'distribution' ? { name: part.name, version: part.version } : {}),
      cacheTag: compiler.cacheTag,
      modules: modules.length,
    },
  };
}

interface Module {
  readonly source: FileEntry;
  /** Where its bytecode belongs. */
  readonly path: string;
}

/** In the order of a tar. */
function modulesOf(entries: readonly TreeEntry[], cacheTag: string): Module[] {
  const paths = new Set(entries.map(({ path }) => path));
  const modules: Module[] = [];
  for (const source of entries) {
    const [, beside] = besideModules.exec(source.path) ?? [];
    const isData = beside !== undefined && !paths.has(`${beside}/__init__.py`);
    if (source.kind !== 'file' || isData || !importable.test(source.path)) continue;
    modules.push({ source, path: bytecodePath(source.path, cacheTag) });
  }
  return modules.sort((a, b) => compareBytewise(a.path, b.path));
}

/** @see https://peps.python.org/pep-3147/ */
function bytecodePath(module: string, cacheTag: string): string {
  const slash = module.lastIndexOf('/') + 1;
  return `${module.slice(0, slash)}__pycache__/${module.slice(slash, -'.py'.length)}.${cacheTag}.pyc`;
}

function bytecodeStamp(
  modules: readonly Module[],
  root: ImagePath,
  compiler: BytecodeCompiler,
): string | undefined {
  const sources = stampOf({ kind: 'tree', entries: modules.map(({ source }) => source) });
  return sources && `bytecode ${JSON.stringify([compiler.stamp, root, sources])}`;
}

async function* compileAll(
  modules: readonly Module[],
  root: ImagePath,
  compiler: BytecodeCompiler,
): AsyncIterable<FileEntry> {
  for (const { source, path } of modules) {
    if (source.size > sourceLimit) continue;
    const bytes = await collect(source.read(), sourceLimit, source.path);
    const bytecode = await compiler.compile(bytes, joinImagePath(root, source.path));
    if (bytecode === undefined) continue;
    yield {
      kind: 'file',
      path,
      size: bytecode.length,
      executable: false,
      read: () => bytesOf(bytecode),
    };
  }
}
