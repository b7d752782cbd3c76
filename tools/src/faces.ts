import { posix } from 'node:path';
import { type PackageManifest, packageNames, readManifest } from './manifest.ts';
import { readText } from './workspace.ts';

/** A name that a package gives to others. */
export interface FaceName {
  readonly name: string;
  readonly kind: string;
  /** The first sentence of its doc comment, or nothing. */
  readonly meaning: string;
}

/** One of a package's entries: what can be imported from `specifier`. */
export interface Face {
  readonly specifier: string;
  readonly names: readonly FaceName[];
}

const begin = '<!-- face: written by `npm run docs` from the doc comments -->';
const end = '<!-- /face -->';

/** The READMEs with the faces that the sources have now. */
export function renewedReadmes(): { readonly file: string; readonly text: string }[] {
  return packageNames().flatMap((name) => {
    const faces = facesOf(`packages/${name}`, readManifest(`packages/${name}`));
    const file = `packages/${name}/README.md`;
    return faces.length === 0 ? [] : [{ file, text: withFaces(readText(file), faces) }];
  });
}

function facesOf(folder: string, manifest: PackageManifest): Face[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([path, conditions]) => {
    const source = typeof conditions === 'string' ? undefined : conditions['@block-pack/source'];
    if (source === undefined) return [];
    const specifier = posix.join(manifest.name, path);
    return [{ specifier, names: namesOf(posix.join(folder, source), readText) }];
  });
}

/** @param read gives the text of a source file */
export function namesOf(file: string, read: (file: string) => string): FaceName[] {
  const text = read(file);
  if (/^export \*/m.test(text))
    throw new Error(`${file}: "export *" hides what the face is; name each export`);
  return reexports(file, text).map(({ name, from }) => describe(name, from, read));
}

function reexports(file: string, text: string): { name: string; from: string }[] {
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)].flatMap(
    ([, names = '', source = '']) => {
      const from = posix.join(posix.dirname(file), source);
      const list = names.split(',').map((name) => name.trim().replace(/^type /, ''));
      return list.filter((name) => name !== '').map((name) => ({ name, from }));
    },
  );
}

function describe(name: string, file: string, read: (file: string) => string): FaceName {
  const text = read(file);
  const further = reexports(file, text).find((one) => one.name === name);
  if (further !== undefined) return describe(name, further.from, read);
  const declaration = new RegExp(
    String.raw`(?:/\*\*((?:(?!\*/)[^])*?)\*/\s*)?^export (?:declare )?(?:async |abstract )?(function|class|const|interface|type)\*? ${name}\b`,
    'm',
  );
  const [, comment = '', kind = 'const'] = declaration.exec(text) ?? [];
  return { name, kind: kind === 'interface' ? 'type' : kind, meaning: firstSentence(comment) };
}

function firstSentence(comment: string): string {
  const prose = comment
    .replace(/^\s*\* ?/gm, '')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .split(/^@/m)[0];
  const text = (prose ?? '').replace(/\s+/g, ' ').trim();
  return (/^.*?[.:](?= [A-Z]|$)/.exec(text)?.[0] ?? text).replaceAll('|', '\\|');
}

/** @throws when the page has no place for faces */
export function withFaces(page: string, faces: readonly Face[]): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`expected the lines "${begin}" and "${end}"`);
  const tables = faces.map((face) => `${table(face)}\n\n`).join('');
  return `${page.slice(0, from)}${begin}\n${tables}${page.slice(to)}`;
}

function table({ specifier, names }: Face): string {
  const rows = names.map(({ name, kind, meaning }) => `| \`${name}\` | ${kind} | ${meaning} |`);
  return [`| from \`${specifier}\` | kind | what it is |`, '|---|---|---|', ...rows].join('\n');
}
