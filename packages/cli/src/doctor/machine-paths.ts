import { lstatSync } from 'node:fs';
import { sep } from 'node:path';
import type { Maker } from './examination.ts';
import type { TextHit } from './find-text.ts';

/** Directories of this machine whose paths have no place in a block. */
export interface MachinePlaces {
  /** The input and the project around it, as they are reached and as they really lie. */
  readonly own: readonly string[];
  readonly home: string | undefined;
  readonly temporary: string;
}

/** Builds that have a random directory of their own: pip, uv, Python's tempfile, compilers, node-gyp, Go. */
const buildDirectory =
  /^(pip-[a-z-]+-|build-env-|tmp[a-z0-9_]{8}(\/|$)|\.tmp[A-Za-z0-9]{6}(\/|$)|uv-|cc[A-Za-z0-9]{6}\.|node-gyp|npm-|go-build\d)/;

/**
 * Recognises paths of this machine in the bytes of a file. Published packages are full of paths of the machines that built them, often
 * the very ones that other machines have (`/app`, the home of root or of a build service), so a name alone counts only where it cannot be theirs.
 */
export class MachinePaths {
  readonly #places: MachinePlaces;
  readonly #texts = new Map<Buffer, string>();
  readonly #there = new Map<string, boolean>();

  constructor(places: MachinePlaces) {
    this.#places = places;
    const { own, home, temporary } = places;
    for (const place of [...own, ...(home === undefined ? [] : [home]), temporary])
      for (const text of spellings(place)) this.#texts.set(Buffer.from(text), place);
  }

  /** What is to be looked for in files of this maker. */
  textsFor(maker: Maker): readonly Buffer[] {
    const { own, home, temporary } = this.#places;
    const wanted = new Set(own);
    if (maker !== 'publisher' && home !== undefined) wanted.add(home);
    if (maker === 'machine') wanted.add(temporary);
    return [...this.#texts].filter(([, place]) => wanted.has(place)).map(([text]) => text);
  }

  /** The path of this machine that stands there; undefined for what only looks like one. */
  leakedPath(hit: TextHit, maker: Maker): string | undefined {
    const place = this.#texts.get(hit.text);
    if (place === undefined || !beginsThere(hit.before)) return undefined;
    const below = namesAt(hit.from.subarray(hit.text.length));
    if (below !== '' && !/^[/\\]/.test(below)) return undefined;
    const path = `${place}${below}`;
    return this.#isOurs(place, path, below, maker) ? path : undefined;
  }

  #isOurs(place: string, path: string, below: string, maker: Maker): boolean {
    const { own, temporary } = this.#places;
    if (own.includes(place)) {
      if (maker === 'machine') return below !== '';
      if (maker === 'application' && !isUsual(place)) return true;
      return namesIn(below) >= 2 && this.#isThere(path);
    }
    // Told already as a path of the input.
    if (own.some((one) => path === one || path.startsWith(one + sep))) return false;
    if (place === temporary && maker === 'machine' && buildDirectory.test(below.slice(1))) return true;
    if (place === temporary) return false;
    return maker === 'machine' ? below.length > 1 : namesIn(below) >= 2 && this.#isThere(path);
  }

  #isThere(path: string): boolean {
    const known = this.#there.get(path);
    if (known !== undefined) return known;
    let there = false;
    try {
      there = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    } catch {
      // A path that cannot even be asked for is none of ours.
    }
    this.#there.set(path, there);
    return there;
  }
}

/** Where images and build services have their applications, so that documents and settings name it, too. */
const usualPlaces =
  /^\/(usr\/(src|local)\/app|home\/(node|runner|app)\/app|opt\/app-root\/src|var\/www\/html|home\/(runner|vsts)\/work\/.*)$/;

function isUsual(place: string): boolean {
  return namesIn(place) <= 2 || usualPlaces.test(place);
}

/** As it stands in programs and, where names are joined by backslashes, in source text and addresses. */
function spellings(path: string): string[] {
  return sep === '/' ? [path] : [path, path.replaceAll(sep, '\\\\'), path.replaceAll(sep, '/')];
}

/** False inside a longer name or path; a compiler's flag may stand before it: `-I/usr/include`. */
function beginsThere(before: Buffer): boolean {
  const text = before.toString('latin1');
  return !/[\w.~@%+-]$/.test(text) || /(^|[^\w-])-[A-Z]$/.test(text);
}

/** Up to what ends a path in text, source or a binary. */
function namesAt(bytes: Buffer): string {
  const length = bytes.findIndex((byte) => byte <= 0x20 || byte === 0x7f || ends.includes(byte));
  const text = bytes.subarray(0, length === -1 ? bytes.length : length).toString();
  return text.replace(/[.,]+$/, '');
}

const ends = [...Buffer.from('"\'`<>|*?:;,()[]{}$')];

function namesIn(path: string): number {
  return path.split(/[/\\]/).filter((name) => name !== '').length;
}
