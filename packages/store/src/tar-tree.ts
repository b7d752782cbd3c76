import {
  BlockPackError,
  checkLinkTarget,
  checkTreePath,
  type FileEntry,
  type TreeEntry,
} from '@block-pack/core';
import { shown, tarInvalid } from './tar-flaws.ts';

const entryLimit = 1_000_000;

/** What a tar archive holds, as it comes; refused as soon as two entries could not both be there. */
export class TarTree {
  readonly #name: string;
  readonly #kinds = new Map<string, TreeEntry['kind']>();
  /** Directories that hold something. */
  readonly #filled = new Set<string>();
  readonly #entries: TreeEntry[] = [];
  readonly #files = new Map<string, FileEntry>();

  /** @param name the archive's, for messages */
  constructor(name: string) {
    this.#name = name;
  }

  /** Files and links that came so far. */
  get size(): number {
    return this.#entries.length;
  }

  /** All of it: files and links in the order of the archive, then the directories that have stayed empty. */
  finish(): TreeEntry[] {
    for (const [path, kind] of this.#kinds) {
      if (kind === 'directory' && !this.#filled.has(path)) this.#entries.push({ kind, path });
    }
    return this.#entries;
  }

  /**
   * A name of the archive as a path; empty for the root.
   * @throws NAME_UNSUPPORTED, ARCHIVE_INVALID
   */
  clean(raw: string): string {
    if (raw.includes('\ufffd')) {
      throw new BlockPackError('NAME_UNSUPPORTED', `A name in ${this.#name} is not UTF-8: ${shown(raw)}`, {
        hint: 'Make the archive again with UTF-8 names.',
        details: { path: this.#name, name: raw },
      });
    }
    const path = raw.replace(/^(\.\/+)+/, '').replace(/\/+$/, '');
    if (path === '' || path === '.')
      return raw.startsWith('/') ? this.#refuse(raw, 'is an absolute path') : '';
    try {
      checkTreePath(path);
    } catch (error) {
      throw tarInvalid(
        this.#name,
        error instanceof Error ? error.message : `${shown(path)} is no path`,
        error,
      );
    }
    return path;
  }

  /** Takes the path, and those above it as directories. @throws ARCHIVE_INVALID when that cannot be */
  claim(path: string, kind: TreeEntry['kind']): void {
    const earlier = this.#kinds.get(path);
    // Many tools write a directory once for every source that fills it.
    if (earlier !== undefined && (earlier !== 'directory' || kind !== 'directory'))
      this.#refuse(path, 'stands twice');
    this.#note(path, kind);
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const above = path.slice(0, end);
      const known = this.#kinds.get(above) ?? 'directory';
      if (known !== 'directory') this.#refuse(path, `lies below ${shown(above)}, which is a ${known}`);
      if (this.#filled.has(above)) return;
      this.#note(above, 'directory');
      this.#filled.add(above);
    }
  }

  /** Directories that are only implied count as well: a single name can imply two thousand. */
  #note(path: string, kind: TreeEntry['kind']): void {
    this.#kinds.set(path, kind);
    if (this.#kinds.size > entryLimit) throw tarInvalid(this.#name, `it has more than ${entryLimit} entries`);
  }

  /** @throws LINK_ESCAPES */
  addLink(path: string, target: string): void {
    if (target.includes('\ufffd')) this.clean(target);
    checkLinkTarget(path, target);
    this.#entries.push({ kind: 'symlink', path, target });
  }

  addFile(file: FileEntry): void {
    this.#files.set(file.path, file);
    this.#entries.push(file);
  }

  /** The file that a hard link stands for. @throws ARCHIVE_INVALID */
  fileOf(link: string, target: string): FileEntry {
    const file = this.#files.get(target);
    if (file === undefined)
      this.#refuse(link, `is a hard link to ${shown(target)}, which is no file before it`);
    return file;
  }

  #refuse(path: string, flaw: string): never {
    throw tarInvalid(this.#name, `${shown(path)} ${flaw}`);
  }
}
