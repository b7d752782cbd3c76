import { isAbsolute, resolve } from 'node:path';
import { BlockPackError, type Digest, isDigest } from '@block-pack/core';
import { isTagName } from '../tags.ts';

/**
 * Where images are, written as in the container world: `oci:DIR[:tag]`, `oci-archive:FILE[:tag]`, `docker-archive:FILE[:name[:tag]]`, each
 * with `@<digest>` behind it where one manifest is meant.
 * @see https://github.com/containers/image/blob/main/docs/containers-transports.5.md
 */
export interface Place {
  readonly kind: PlaceKind;
  /** As it was written, for messages. */
  readonly text: string;
  /** Of the directory or the file; absolute. */
  readonly path: string;
  readonly reference?: string;
  readonly digest?: Digest;
}

/** An image layout on disk; one in a tar; what `docker save` writes, or a tar that is both. */
export type PlaceKind = 'oci' | 'oci-archive' | 'docker-archive';

const kinds: readonly string[] = ['oci', 'oci-archive', 'docker-archive'] satisfies PlaceKind[];

const forms = 'Write oci:DIR[:tag], oci-archive:FILE[:tag] or docker-archive:FILE[:name:tag].';

/**
 * Understands what a user wrote; nothing is looked for.
 * @param cwd what a relative path starts from
 * @throws USAGE, with a guess where one can be made
 */
export function parsePlace(text: string, cwd: string): Place {
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(colon, 0));
  if (!isKind(kind)) throw noPlace(text, kind);
  const { path, reference, digest } = splitRest(text, text.slice(colon + 1));
  if (path === '') throw misplaced(text, 'it names no path', forms);
  if (path.includes('\0')) throw misplaced(text, 'its path holds a NUL', forms);
  if (reference !== undefined && !isTagName(reference)) {
    throw misplaced(
      text,
      `${JSON.stringify(reference)} cannot be a tag`,
      'A tag has letters and digits, with one of - . _ : @ + / between them.',
    );
  }
  return {
    kind,
    text,
    path: resolve(cwd, path),
    ...(reference !== undefined && { reference }),
    ...(digest !== undefined && { digest }),
  };
}

function isKind(text: string): text is PlaceKind {
  return kinds.includes(text);
}

/** The path ends at the first colon, as it does for skopeo and podman; that of a Windows drive is part of the path. */
function splitRest(text: string, rest: string): { path: string; reference?: string; digest?: Digest } {
  const at = rest.lastIndexOf('@');
  const end = at === -1 ? undefined : rest.slice(at + 1);
  if (end !== undefined && isDigest(end)) return { ...splitRest(text, rest.slice(0, at)), digest: end };
  if (end?.startsWith('sha256:'))
    throw misplaced(text, `${end} is no digest`, 'A digest is sha256: and 64 lower-case hexadecimal digits.');
  const colon = rest.indexOf(':', beginsWithDrive(rest) ? 2 : 0);
  if (colon === -1) return { path: rest };
  return { path: rest.slice(0, colon), reference: rest.slice(colon + 1) };
}

function beginsWithDrive(path: string): boolean {
  return /^[A-Za-z]:[\\/]/.test(path);
}

function noPlace(text: string, kind: string): BlockPackError {
  if (text === 'scratch')
    return misplaced(text, 'scratch is the empty image', 'It is understood only as a base (--base scratch).');
  if (['docker', 'docker-daemon', 'containers-storage'].includes(kind)) {
    return misplaced(
      text,
      `${kind}: is not read or written yet`,
      `Bring the image to a layout first: skopeo copy ${text} oci:DIR:tag`,
    );
  }
  if (kind === 'dir')
    return misplaced(
      text,
      'dir: has no index',
      `skopeo copy ${text} oci:DIR:tag makes an image layout of it.`,
    );
  if (looksLikePath(text)) return misplaced(text, 'it does not say what kind of place it is', guess(text));
  return misplaced(text, `${JSON.stringify(kind)} is no kind of place`, forms);
}

function looksLikePath(text: string): boolean {
  return !text.includes(':') || isAbsolute(text) || /^\.{1,2}[\\/]/.test(text) || beginsWithDrive(text);
}

function guess(text: string): string {
  const path = `${/\.tar(?=$|:)/.test(text) ? 'oci-archive' : 'oci'}:${text}`;
  return `Did you mean ${path}? ${forms}`;
}

function misplaced(text: string, flaw: string, hint: string): BlockPackError {
  return new BlockPackError('USAGE', `${JSON.stringify(text)} names no place of images: ${flaw}`, {
    hint,
    details: { place: text },
  });
}
