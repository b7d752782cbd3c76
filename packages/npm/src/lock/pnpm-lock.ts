import { mapOf } from '@block-pack/core';
import { JSON_SCHEMA, loadAll } from 'js-yaml';
import * as v from 'valibot';
import { type LockEvidence, type LockedPackage, type PackageSource, sourceOf } from './lock-evidence.ts';

const text = v.fallback(v.optional(v.string()), undefined);
const resolutionSchema = v.object({
  integrity: text,
  tarball: text,
  type: text,
  repo: text,
  commit: text,
});
const entrySchema = v.object({
  name: text,
  version: text,
  resolution: v.fallback(v.optional(resolutionSchema), undefined),
});
const lockSchema = v.object({ packages: v.fallback(mapOf(v.unknown()), {}) });

/**
 * pnpm-lock.yaml, or `.pnpm/lock.yaml`, which says what is installed. Versions 5 to 9 and later: they differ in how a package's key is spelled.
 * @throws an error that says what is wrong with it
 */
export function readPnpmLock(content: string, file: string): LockEvidence {
  const packages = new Map<string, LockedPackage>();
  // Newer pnpm puts a document about itself before the one about the project.
  for (const document of loadAll(content, undefined, { schema: JSON_SCHEMA })) {
    const parsed = v.safeParse(lockSchema, document);
    if (!parsed.success) throw new Error('it is not a lock file of pnpm');
    for (const [key, value] of Object.entries(parsed.output.packages)) {
      const entry = v.safeParse(entrySchema, value);
      if (entry.success) addPackage(packages, key, entry.output);
    }
  }
  return {
    kind: 'pnpm-lock',
    file,
    find: (_, name, version) => packages.get(`${name}@${version}`),
  };
}

function addPackage(
  packages: Map<string, LockedPackage>,
  key: string,
  entry: v.InferOutput<typeof entrySchema>,
): void {
  const id = identityIn(key);
  const name = entry.name ?? id?.name;
  const version = entry.version ?? id?.version;
  if (name === undefined || version === undefined) return;
  packages.set(`${name}@${version}`, {
    lock: 'pnpm-lock',
    name,
    version,
    source: sourceIn(entry.resolution),
    integrity: entry.resolution?.integrity,
    isBundled: false,
  });
}

/** `foo@1.0.0`, `/foo@1.0.0(peer@2)`, `/foo/1.0.0_peer@2`: what stands before the peers. */
function identityIn(key: string): { name: string; version: string } | undefined {
  const plain = key.replace(/\(.*$/, '').replace(/^\//, '');
  const [, name, version] =
    /^((?:@[^/@]+\/)?[^/@]+)[@/]([^_/@]+)(?:_.*)?$/.exec(plain) ??
    /^((?:@[^/@]+\/)?[^/@]+)@(.+)$/.exec(plain) ??
    [];
  return name === undefined || version === undefined ? undefined : { name, version };
}

function sourceIn(resolution: v.InferOutput<typeof resolutionSchema> | undefined): PackageSource {
  if (resolution === undefined) return { kind: 'registry' };
  const { type, repo, commit, tarball, integrity } = resolution;
  if (type === 'git' && repo !== undefined) {
    const url = /^git[+:@]/.test(repo) ? repo : `git+${repo}`;
    return { kind: 'git', url: commit === undefined ? url : `${url}#${commit}` };
  }
  // A registry's tarball has a hash; its address stands here only when it cannot be told from the name.
  return sourceOf(tarball, () => integrity === undefined);
}
