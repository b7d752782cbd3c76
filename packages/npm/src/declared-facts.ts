import { BlockPackError } from '@block-pack/core';
import * as v from 'valibot';
import { parsePackageManifest } from './package-manifest.ts';

/** What a package says of itself that a reviewer wants to know. */
export interface DeclaredFacts {
  readonly licenses: readonly string[];
  readonly hasInstallScript: boolean;
}

const longest = 200;

/** Older packages have an object, or a list of them. */
const license = v.union([v.string(), v.object({ type: v.string() })]);
const schema = v.object({
  license: v.fallback(v.optional(license), undefined),
  licenses: v.fallback(v.optional(v.array(v.unknown())), undefined),
});

/**
 * @param text of a package.json
 * @param hasGypFile a binding.gyp lies beside it: then npm builds
 * @returns undefined for what is no package.json
 * @see https://docs.npmjs.com/cli/configuring-npm/package-json#license
 */
export function declaredFacts(text: string, hasGypFile: boolean): DeclaredFacts | undefined {
  try {
    const { hasInstallScript } = parsePackageManifest(text, 'package.json', { hasGypFile });
    return { licenses: licensesOf(text), hasInstallScript };
  } catch (error) {
    if (error instanceof BlockPackError) return undefined;
    throw error;
  }
}

function licensesOf(text: string): readonly string[] {
  const parsed = v.safeParse(schema, JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text));
  if (!parsed.success) return [];
  const said = [parsed.output.license, ...(parsed.output.licenses ?? [])];
  const names = said.flatMap((one) => {
    const known = v.safeParse(license, one);
    if (!known.success) return [];
    return typeof known.output === 'string' ? known.output : known.output.type;
  });
  return [...new Set(names.map((name) => name.trim()))].filter(
    (name) => name !== '' && name.length <= longest,
  );
}
