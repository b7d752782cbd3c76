import { BlockPackError, purlOf } from '@block-pack/core';
import { knownPurl } from '../contents/known-purl.ts';
import type { Package } from '../contents/package.ts';

/**
 * Some packages, by their purls: `pkg:<type>/<name>` with or without `@<version>`, where `*` stands for any characters, also none and also `/`.
 * Without a version, all of them are meant; qualifiers such as a jar's classifier are not compared. One that begins with `/` is of paths.
 */
export interface PackagePattern {
  readonly text: string;
  matches(one: Package): boolean;
}

/** Characters of a pattern: more than any name, and few enough to be compared with any. */
const longest = 1000;

/** Type, name and version of `pkg:<type>/<name>@<version>`. The `@` of a scope stands first in its part of the name, so it begins no version. */
const purlForm = /^pkg:([^/@?#]+)\/((?:[^?#]*\/)?[^/?#][^/@?#]*)(?:@([^/@?#]+))?$/;

/** @throws USAGE */
export function packagePattern(text: string): PackagePattern {
  if (text.length > longest) throw noPattern(`${text.slice(0, 40)}…`);
  if (text.startsWith('/')) {
    const isMeant = glob(text.split('*').map((piece) => piece.replaceAll('%2A', '*')));
    return { text, matches: ({ paths }) => paths.some(isMeant) };
  }
  const [, type, name, version = '*'] = purlForm.exec(text) ?? [];
  if (type === undefined || name === undefined) throw noPattern(text);
  const isType = glob(pieces(type, text, type));
  const isName = glob(pieces(name, text, type));
  const isVersion = glob(pieces(version, text));
  return {
    text,
    matches({ purl }) {
      const parts = knownPurl(purl);
      if (parts === undefined || !isType(parts.type)) return false;
      const full = parts.namespace ? `${parts.namespace}/${parts.name}` : parts.name;
      return isName(spelled(full, parts.type)) && isVersion(parts.version ?? '');
    },
  };
}

/** The pattern of this package in this version, and of no other. */
export function exactPattern({ purl, paths }: Package): string {
  const parts = knownPurl(purl);
  if (parts === undefined) return (paths[0] ?? '/').replaceAll('*', '%2A');
  const { type, namespace, name, version } = parts;
  return purlOf({ type, namespace, name, version }).replaceAll('*', '%2A');
}

/** What stands between the asterisks; an asterisk itself is written as `%2A`. */
function pieces(part: string, text: string, type = ''): string[] {
  try {
    return part.split('*').map((piece) => spelled(decodeURIComponent(piece), type));
  } catch {
    throw noPattern(text);
  }
}

/** Names of these ecosystems are the same in any case, as their purls are; Python's in any of its signs. */
function spelled(name: string, type: string): string {
  switch (type) {
    case 'npm':
      return name.toLowerCase();
    case 'pypi':
      return name.toLowerCase().replaceAll('_', '-');
    default:
      return name;
  }
}

/**
 * Whether a text is the pieces with anything between them. Each is looked for once, from where the one before ended, so that no text is gone
 * through again and again.
 */
function glob([first = '', ...rest]: readonly string[]): (text: string) => boolean {
  const last = rest.at(-1);
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const piece of rest.slice(0, -1)) {
      const found = text.indexOf(piece, at);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}

function noPattern(text: string): BlockPackError {
  return new BlockPackError('USAGE', `${JSON.stringify(text)} is no pattern of packages`, {
    hint: 'Expected pkg:<type>/<name> or pkg:<type>/<name>@<version>, where * stands for any characters, such as pkg:maven/org.example/*; or a path that begins with /.',
    details: { seen: text },
  });
}
