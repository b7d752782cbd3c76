import { compareBytewise, type ImagePath, parseImagePath } from '@block-pack/core';
import { type LayerHardLink, type LayerObject, layerInvalid, shown, type Whiteout } from './layer-entry.ts';
import type { RootDirectory, RootEntry, RootView } from './root-view.ts';

/** What stands at a path; one thing may stand at several, as a file with several names does. */
interface Node {
  readonly what: RootEntry;
  /** Of a directory alone. */
  readonly children: Map<string, Node> | undefined;
}

interface DirectoryNode extends Node {
  readonly children: Map<string, Node>;
}

/** Where a path leads: the things on the way that are there, and the names behind them that are not. */
interface Way {
  readonly there: { readonly name: string; readonly node: Node }[];
  readonly missing: string[];
}

interface Walk {
  /** Whether a link at the very end is followed, too. */
  readonly followLast: boolean;
  /** A link at one of these paths is not followed, and ends the walk. */
  readonly own?: ReadonlySet<string>;
}

/** As many links as Linux follows for one path. */
const linkLimit = 40;

/** A single path can need two thousand directories that nobody names, and each knows its own path. */
const nodeLimit = 2_000_000;
const textLimit = 1 << 27;

/** The tree that layers make, entry by entry. */
export class RootTree implements RootView {
  #root: DirectoryNode = { what: implied('/' as ImagePath, 0), children: new Map() };
  #nodes = 0;
  #text = 0;
  #layer = 0;
  /** For messages. */
  #name = '';

  /** What follows belongs to this layer. */
  begin(name: string, layer: number): void {
    this.#name = name;
    this.#layer = layer;
  }

  /**
   * @param own paths of the layer's own entries: where one of them takes the place of a link, what the link leads to is not meant
   */
  takeAway({ kind, path }: Whiteout, own: ReadonlySet<string>): void {
    const names = namesOf(path);
    const last = kind === 'whiteout' ? names.pop() : undefined;
    const way = this.#walk(names, { followLast: true, own });
    if (way === undefined || way.missing.length > 0) return;
    const { children } = this.#end(way);
    if (last === undefined) children?.clear();
    else children?.delete(last);
  }

  put(entry: LayerObject | LayerHardLink, index: number): void {
    const names = namesOf(entry.path);
    const last = names.pop();
    if (last === undefined) {
      if (entry.kind === 'directory')
        this.#root = { ...this.#root, what: this.#placed(entry, entry.path, index) };
      return;
    }
    const above = this.#walk(names, { followLast: true }) as Way;
    const directory = this.#directory(above, entry.path);
    const path = this.#path([...wayNames(above), last], entry.path);
    directory.children.set(last, this.#made(entry, path, index, directory.children.get(last)));
    this.#count(path);
  }

  #made(entry: LayerObject | LayerHardLink, path: ImagePath, index: number, before: Node | undefined): Node {
    if (entry.kind === 'hardlink') return this.#linked(entry);
    const what = this.#placed(entry, path, index);
    return { what, children: entry.kind === 'directory' ? (before?.children ?? new Map()) : undefined };
  }

  #placed(entry: LayerObject, path: ImagePath, index: number): RootEntry {
    return { ...entry, path, layer: this.#layer, index };
  }

  /** The link keeps the owner and mode of what it names: the two are one. */
  #linked({ path, target }: LayerHardLink): Node {
    const way = this.#walk(namesOf(target), { followLast: false });
    const found = way === undefined || way.missing.length > 0 ? undefined : this.#end(way);
    if (found !== undefined && found.children === undefined) return found;
    const flaw = found === undefined ? 'is not there' : 'is a directory';
    throw layerInvalid(this.#name, `the hard link ${shown(path)} names ${shown(target)}, which ${flaw}`);
  }

  /** The directory at the end of a way; those that are missing are made. @throws ARCHIVE_INVALID below what is none */
  #directory(way: Way, wanted: string): DirectoryNode {
    let here = this.#end(way);
    const names = way.there.map(({ name }) => name);
    if (here.children === undefined) {
      throw layerInvalid(
        this.#name,
        `${shown(wanted)} lies below ${shown(`/${names.join('/')}`)}, a ${here.what.kind}`,
      );
    }
    let path = `/${names.join('/')}`;
    // What is above a proper path is one as well.
    if (way.missing.length > 0) this.#path([...names, ...way.missing], wanted);
    for (const name of way.missing) {
      path = `${path === '/' ? '' : path}/${name}`;
      const made = { what: implied(path as ImagePath, this.#layer), children: new Map<string, Node>() };
      here.children?.set(name, made);
      here = made;
      this.#count(path);
    }
    return here as DirectoryNode;
  }

  #count(path: string): void {
    this.#nodes++;
    this.#text += path.length;
    if (this.#nodes <= nodeLimit && this.#text <= textLimit) return;
    const flaw = `it needs more than ${nodeLimit} files and directories, or too long paths for them`;
    throw layerInvalid(this.#name, flaw, undefined, 'ARCHIVE_BOMB');
  }

  #path(names: readonly string[], wanted: string): ImagePath {
    const path = `/${names.join('/')}`;
    if (path === wanted) return path as ImagePath;
    try {
      return parseImagePath(path);
    } catch (cause) {
      throw layerInvalid(
        this.#name,
        `a link on the way leads ${shown(wanted)} to where no path can be`,
        cause,
      );
    }
  }

  #end({ there }: Way): Node {
    return there.at(-1)?.node ?? this.#root;
  }

  /** Follows names and links from the root; `..` never leads out of it. */
  #walk(names: readonly string[], { followLast, own }: Walk): Way | undefined {
    const pending = [...names].reverse();
    const way: Way = { there: [], missing: [] };
    let links = 0;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (name === '..') {
        if (way.missing.pop() === undefined) way.there.pop();
        continue;
      }
      const node = way.missing.length > 0 ? undefined : this.#end(way).children?.get(name);
      if (node === undefined) way.missing.push(name);
      else if (node.what.kind !== 'symlink' || (pending.length === 0 && !followLast))
        way.there.push({ name, node });
      else {
        if (own?.has(`/${[...wayNames(way), name].join('/')}`)) return undefined;
        if (++links > linkLimit) throw this.#tooManyLinks(names);
        const { target } = node.what;
        if (target.startsWith('/')) way.there.length = 0;
        pending.push(...target.split('/').filter(isName).reverse());
      }
    }
    return way;
  }

  #tooManyLinks(names: readonly string[]): Error {
    return layerInvalid(
      this.#name,
      `${shown(`/${names.join('/')}`)} leads through more than ${linkLimit} symbolic links`,
    );
  }

  entry(path: ImagePath): RootEntry | undefined {
    let node: Node | undefined = this.#root;
    for (const name of namesOf(path)) node = node?.children?.get(name);
    return node === undefined ? undefined : at(path, node);
  }

  resolve(path: ImagePath): ImagePath {
    const way = this.#walk(namesOf(path), { followLast: true });
    return way === undefined ? path : this.#path(wayNames(way), path);
  }

  *directories(): Iterable<RootDirectory> {
    for (const entry of this.entries()) if (entry.kind === 'directory') yield entry;
  }

  *entries(): Iterable<RootEntry> {
    const pending: [path: string, node: Node][] = [['', this.#root]];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [path, node] = next;
      yield at((path === '' ? '/' : path) as ImagePath, node);
      const names = [...(node.children?.keys() ?? [])].sort((a, b) => compareBytewise(b, a));
      for (const name of names) {
        const child = node.children?.get(name);
        if (child !== undefined) pending.push([`${path}/${name}`, child]);
      }
    }
  }
}

function at(path: ImagePath, { what }: Node): RootEntry {
  return what.path === path ? what : { ...what, path };
}

/** What all who unpack layers give a directory that an entry needs and no layer names. */
function implied(path: ImagePath, layer: number): RootDirectory {
  return { kind: 'directory', path, mode: 0o755, uid: 0, gid: 0, mtime: 0, xattrs: [], layer, index: -1 };
}

function namesOf(path: ImagePath): string[] {
  return path.split('/').filter(isName);
}

function wayNames({ there, missing }: Way): string[] {
  return [...there.map(({ name }) => name), ...missing];
}

function isName(name: string): boolean {
  return name !== '' && name !== '.';
}
