import { PackageURL } from 'packageurl-js';
import { BlockPackError } from './error.ts';

declare const brand: unique symbol;

/**
 * A package URL in its canonical spelling.
 * @see https://github.com/package-url/purl-spec
 */
export type Purl = `pkg:${string}` & { readonly [brand]: true };

export interface PurlParts {
  readonly type: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly version?: string | undefined;
  readonly qualifiers?: Readonly<Record<string, string>> | undefined;
  readonly subpath?: string | undefined;
}

/** @throws PURL_INVALID */
export function purlOf(parts: PurlParts): Purl {
  const { type, namespace, name, version, qualifiers, subpath } = parts;
  try {
    return new PackageURL(type, namespace, name, version, qualifiers, subpath).toString() as Purl;
  } catch (cause) {
    throw purlInvalid(JSON.stringify(parts), cause);
  }
}

/** @throws PURL_INVALID */
export function purlParts(purl: string): PurlParts {
  try {
    const { type, namespace, name, version, qualifiers, subpath } = PackageURL.fromString(purl);
    if (type === undefined || name === undefined) throw new Error('type or name is missing');
    return { type, namespace, name, version, qualifiers, subpath };
  } catch (cause) {
    throw purlInvalid(purl, cause);
  }
}

/** The canonical spelling of a purl. @throws PURL_INVALID */
export function parsePurl(text: string): Purl {
  return purlOf(purlParts(text));
}

function purlInvalid(seen: string, cause: unknown): BlockPackError {
  return new BlockPackError('PURL_INVALID', `${seen} is not a package URL`, {
    hint: 'Expected pkg:<type>/<namespace>/<name>@<version>, such as pkg:maven/org.ow2.asm/asm@9.7.',
    details: { seen },
    cause,
  });
}
