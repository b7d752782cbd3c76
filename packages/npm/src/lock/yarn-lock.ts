import { parseSyml } from '@yarnpkg/parsers';
import * as v from 'valibot';
import { type LockEvidence, type LockedPackage, type PackageSource, sourceOf } from './lock-evidence.ts';

const text = v.fallback(v.optional(v.string()), undefined);
const entrySchema = v.object({ version: text, resolved: text, integrity: text, resolution: text });
type Entry = v.InferOutput<typeof entrySchema>;

/**
 * yarn.lock, of yarn 1 and of Berry.
 * @throws an error that says what is wrong with it
 */
export function readYarnLock(content: string, file: string): LockEvidence {
  const packages = new Map<string, LockedPackage>();
  for (const [key, value] of Object.entries(parseSyml(content))) {
    if (key === '__metadata') continue;
    const parsed = v.safeParse(entrySchema, value);
    if (parsed.success) addPackage(packages, key, parsed.output);
  }
  return {
    kind: 'yarn-lock',
    file,
    find: (_, name, version) => packages.get(`${name}@${version}`),
  };
}

function addPackage(packages: Map<string, LockedPackage>, key: string, entry: Entry): void {
  const [first = ''] = key.split(', ');
  const asked = descriptor(entry.resolution ?? first);
  const { version } = entry;
  if (asked === undefined || version === undefined) return;
  packages.set(`${asked.name}@${version}`, {
    lock: 'yarn-lock',
    name: asked.name,
    version,
    source:
      entry.resolution === undefined
        ? sourceOf(entry.resolved, (url) => key.includes(withoutHash(url)))
        : berrySource(asked.range),
    integrity: entry.integrity ?? sha1In(entry.resolved),
    isBundled: false,
  });
}

/** `name@range`; an alias, `name@npm:other@range`, is the other. */
function descriptor(spec: string): { name: string; range: string } | undefined {
  const [, name, range] = /^((?:@[^/@]+\/)?[^/@]+)@(.*)$/.exec(spec) ?? [];
  if (name === undefined || range === undefined) return undefined;
  const alias = /^npm:((?:@[^/@]+\/)?[^/@]+)@(.*)$/.exec(range);
  return alias === null ? { name, range } : { name: alias[1] ?? name, range: alias[2] ?? range };
}

function berrySource(range: string): PackageSource {
  const git = /^(.*?)#(?:.*&)?commit=([0-9a-f]+)/.exec(range);
  if (git !== null) {
    const [, url = '', commit = ''] = git;
    return { kind: 'git', url: `${/^git[+:@]/.test(url) ? url : `git+${url}`}#${commit}` };
  }
  return sourceOf(range.startsWith('npm:') ? undefined : range, () => true);
}

/** yarn 1 writes the SHA-1 behind the address. */
function sha1In(resolved: string | undefined): string | undefined {
  const [, hex] = /#([0-9a-f]{40})$/.exec(resolved ?? '') ?? [];
  return hex === undefined ? undefined : `sha1-${Buffer.from(hex, 'hex').toString('base64')}`;
}

function withoutHash(url: string): string {
  return url.replace(/#.*$/, '');
}
