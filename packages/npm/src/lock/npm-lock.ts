import { mapOf } from '@block-pack/core';
import * as v from 'valibot';
import { isPackageName } from '../package-manifest.ts';
import { type LockEvidence, type LockedPackage, type LockKind, sourceOf } from './lock-evidence.ts';

const text = v.fallback(v.optional(v.string()), undefined);
const flag = v.fallback(v.optional(v.boolean()), undefined);
const record = v.fallback(mapOf(v.unknown()), {});

const entrySchema = v.object({
  name: text,
  version: text,
  resolved: text,
  integrity: text,
  inBundle: flag,
  bundled: flag,
  link: flag,
  dependencies: record,
  devDependencies: record,
  optionalDependencies: record,
});
type Entry = v.InferOutput<typeof entrySchema>;

const lockSchema = v.object({
  lockfileVersion: v.fallback(v.optional(v.number()), undefined),
  packages: v.optional(mapOf(v.unknown())),
  dependencies: v.optional(mapOf(v.unknown())),
});

/**
 * A lock of npm, in all its versions: 1 nests `dependencies`, 3 and the hidden one list `packages` by path, 2 has both.
 * @throws an error that says what is wrong with it
 */
export function readNpmLock(content: string, kind: LockKind, file: string): LockEvidence {
  const parsed = v.safeParse(lockSchema, JSON.parse(content.replace(/^\ufeff/, '')));
  if (!parsed.success) throw new Error('it is not a lock file of npm');
  const { packages, dependencies } = parsed.output;
  if (packages === undefined && dependencies === undefined) throw new Error('it lists no packages');
  const entries = packages === undefined ? nested(dependencies ?? {}) : entriesOf(packages);
  const specs = new Set([...entries.values()].flatMap(specsOf));
  return {
    kind,
    file,
    find(folder) {
      const entry = entries.get(folder);
      return entry === undefined || entry.link ? undefined : locked(entry, kind, specs);
    },
  };
}

function locked(entry: Entry, kind: LockKind, specs: ReadonlySet<string>): LockedPackage {
  // Version 1 has the address where the version should be, for all that is not from a registry.
  const isAddress = entry.version !== undefined && /^(?:git|https?:|file:|github:|npm:)/.test(entry.version);
  const alias = /^npm:(.+)@([^@]+)$/.exec(entry.version ?? '');
  const address = isAddress && alias === null ? entry.version : undefined;
  return {
    lock: kind,
    name: alias?.[1] ?? (entry.name !== undefined && isPackageName(entry.name) ? entry.name : undefined),
    version: alias?.[2] ?? (isAddress ? undefined : entry.version),
    source: sourceOf(address ?? entry.resolved, (url) => url === address || specs.has(url)),
    integrity: entry.integrity,
    isBundled: (entry.inBundle ?? entry.bundled) === true,
  };
}

function specsOf(entry: Entry): string[] {
  return [entry.dependencies, entry.devDependencies, entry.optionalDependencies]
    .flatMap((specs) => Object.values(specs))
    .filter((spec) => typeof spec === 'string')
    .filter((spec) => spec.includes(':'));
}

function entriesOf(packages: Readonly<Record<string, unknown>>): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [path, value] of Object.entries(packages)) {
    const parsed = v.safeParse(entrySchema, value);
    if (parsed.success) entries.set(path, parsed.output);
  }
  return entries;
}

/** Deeper than any path on a disk can be. */
const depthLimit = 300;

function nested(dependencies: Readonly<Record<string, unknown>>): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const visit = (level: Readonly<Record<string, unknown>>, above: string, depth: number): void => {
    if (depth > depthLimit) throw new Error('it is nested deeper than any node_modules');
    for (const [name, value] of Object.entries(level)) {
      const parsed = v.safeParse(entrySchema, value);
      if (!parsed.success) continue;
      const path = `${above}node_modules/${name}`;
      entries.set(path, { ...parsed.output, dependencies: {} });
      visit(parsed.output.dependencies, `${path}/`, depth + 1);
    }
  };
  visit(dependencies, '', 0);
  return entries;
}
