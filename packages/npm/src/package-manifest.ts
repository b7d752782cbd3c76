import { posix } from 'node:path';
import { BlockPackError, collect, type FileEntry, mapOf } from '@block-pack/core';
import * as v from 'valibot';

/** What a package.json says, as far as it matters here. */
export interface PackageManifest {
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** Commands and the files that they start, relative to the package, as npm understands them. */
  readonly commands: ReadonlyMap<string, string>;
  /** A folder whose files are commands. */
  readonly commandFolder: string | undefined;
  readonly dependencies: PackageDependencies;
  /** Its tarball brings other packages along. */
  readonly bundles: boolean;
  readonly hasInstallScript: boolean;
  /** npm 6 and older wrote into the package.json that it installed. */
  readonly rewritten: boolean;
}

/** Names only: what is on disk decides the version. */
export interface PackageDependencies {
  readonly prod: readonly string[];
  readonly dev: readonly string[];
  readonly optional: readonly string[];
  readonly peer: readonly string[];
}

/** Hundreds of times the largest that is published. */
const sizeLimit = 16 << 20;

/** Longer ones no registry takes. */
const nameLimit = 214;
const versionLimit = 256;

/** Fields that are not what they should be count as missing: there are odd ones in real packages, and npm takes them. */
const looseRecord = v.fallback(mapOf(v.unknown()), {});
const looseText = v.fallback(v.optional(v.string()), undefined);
const schema = v.object({
  name: looseText,
  version: looseText,
  bin: v.optional(v.unknown()),
  directories: looseRecord,
  scripts: looseRecord,
  dependencies: looseRecord,
  devDependencies: looseRecord,
  optionalDependencies: looseRecord,
  peerDependencies: looseRecord,
  bundleDependencies: v.optional(v.unknown()),
  bundledDependencies: v.optional(v.unknown()),
  gypfile: v.optional(v.unknown()),
  _id: v.optional(v.unknown()),
  _resolved: v.optional(v.unknown()),
});

/** What is known of a folder without a package.json. */
export const noManifest: PackageManifest = {
  name: undefined,
  version: undefined,
  commands: new Map(),
  commandFolder: undefined,
  dependencies: { prod: [], dev: [], optional: [], peer: [] },
  bundles: false,
  hasInstallScript: false,
  rewritten: false,
};

/** What a package.json does not say itself. */
export interface ManifestSurroundings {
  /** A binding.gyp beside it: npm then builds, without any script saying so. */
  readonly hasGypFile?: boolean;
  /** Of the project or one of its workspaces: then nobody can install it again. */
  readonly isFirstParty?: boolean;
}

/**
 * @param where the file's path, for messages
 * @throws INPUT_UNSUPPORTED when it is not a JSON object
 */
export async function readPackageManifest(
  file: FileEntry,
  where: string,
  surroundings: ManifestSurroundings,
): Promise<PackageManifest> {
  const text = new TextDecoder().decode(await collect(file.read(), sizeLimit, where));
  return parsePackageManifest(text, where, surroundings);
}

export function parsePackageManifest(
  text: string,
  where: string,
  { hasGypFile = false, isFirstParty = false }: ManifestSurroundings,
): PackageManifest {
  const refuse = (flaw: string, cause?: unknown) => notAManifest(where, isFirstParty, flaw, cause);
  const json = parseJson(text, refuse);
  const parsed = v.safeParse(schema, json);
  if (!parsed.success || Array.isArray(json)) throw refuse('it is not a JSON object');
  const fields = parsed.output;
  const scripts = ['preinstall', 'install', 'postinstall'].some((name) =>
    Object.hasOwn(fields.scripts, name),
  );
  const builds = hasGypFile && fields.gypfile !== false;
  const name = fields.name !== undefined && isPackageName(fields.name) ? fields.name : undefined;
  const { version } = fields;
  const folder = fields.directories.bin;
  return {
    name,
    version:
      version !== undefined && /^[\w.+-]+$/.test(version) && version.length <= versionLimit
        ? version
        : undefined,
    commands: commandsOf(fields.bin, name),
    commandFolder: fields.bin === undefined && typeof folder === 'string' ? insidePackage(folder) : undefined,
    dependencies: {
      prod: Object.keys(fields.dependencies),
      dev: Object.keys(fields.devDependencies),
      optional: Object.keys(fields.optionalDependencies),
      peer: Object.keys(fields.peerDependencies),
    },
    bundles: isList(fields.bundleDependencies ?? fields.bundledDependencies),
    hasInstallScript: scripts || builds,
    rewritten: fields._id !== undefined && fields._resolved !== undefined,
  };
}

/** npm also takes `true` for all dependencies, and writes `false` for none. */
function isList(bundled: unknown): boolean {
  return bundled === true || (Array.isArray(bundled) && bundled.length > 0);
}

function parseJson(text: string, refuse: (flaw: string, cause: unknown) => BlockPackError): unknown {
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch (cause) {
    throw refuse('it is not JSON', cause);
  }
}

function notAManifest(where: string, isFirstParty: boolean, flaw: string, cause: unknown): BlockPackError {
  return new BlockPackError('INPUT_UNSUPPORTED', `${where} cannot be read: ${flaw}`, {
    hint: isFirstParty
      ? "Mend it: it is the application's own, and npm refuses it, too."
      : 'Mend it, or install the package again (npm ci).',
    details: { path: where },
    cause,
  });
}

/** With or without a scope. */
export function isPackageName(name: string): boolean {
  return name.length <= nameLimit && /^(?:@[^\s/@\\%]+\/)?[^\s/@.\\%][^\s/@\\%]*$/.test(name);
}

/** @see https://docs.npmjs.com/cli/configuring-npm/package-json#bin */
function commandsOf(bin: unknown, name: string | undefined): ReadonlyMap<string, string> {
  const commands = new Map<string, string>();
  const given = typeof bin === 'string' ? (name === undefined ? [] : [[name, bin]]) : listed(bin);
  for (const [command, file] of given) {
    const target = typeof file === 'string' ? insidePackage(file) : undefined;
    const base = posix.basename(String(command).replaceAll(/[\\:]/g, '/'));
    if (target !== undefined && isCommand(base)) commands.set(base, target);
  }
  return commands;
}

function listed(bin: unknown): (readonly unknown[])[] {
  if (typeof bin !== 'object' || bin === null) return [];
  return Array.isArray(bin) ? bin.map((file) => [posix.basename(String(file)), file]) : Object.entries(bin);
}

/** Also a name that a link can have in every block. */
export function isCommand(name: string): boolean {
  return /^[^\s/\\\0]{1,200}$/.test(name) && name !== '.' && name !== '..' && name.isWellFormed();
}

/** As npm cleans it: whatever is said, it stays inside the package. Undefined when it names nothing. */
function insidePackage(file: string): string | undefined {
  const path = posix.join('/', file.replaceAll('\\', '/')).slice(1).replace(/\/$/, '');
  return path === '' ? undefined : path;
}
