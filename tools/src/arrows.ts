import { posix } from 'node:path';
import { floors, nodeTouches, type Room } from './floors.ts';
import { type ImportSite, importsOf, packageOf } from './imports.ts';
import type { PackageManifest } from './manifest.ts';
import type { Finding } from './workspace.ts';

/** A package as the arrow rule sees it: its manifest and the text of its TypeScript files by path. */
export interface SourcePackage {
  /** Folder in packages/. */
  readonly name: string;
  readonly manifest: PackageManifest;
  readonly sources: ReadonlyMap<string, string>;
}

/** Every import that runs against the house's arrows, and every dependency that is declared and not used or used and not declared. */
export function arrowFindings(packages: readonly SourcePackage[], root: PackageManifest): Finding[] {
  const house = new House(packages, root);
  return packages.flatMap((one) => [...house.importFindings(one), ...house.dependencyFindings(one)]);
}

class House {
  readonly #byName: ReadonlyMap<string, SourcePackage>;
  readonly #root: PackageManifest;

  constructor(packages: readonly SourcePackage[], root: PackageManifest) {
    this.#byName = new Map(packages.map((one) => [one.manifest.name, one]));
    this.#root = root;
  }

  importFindings(from: SourcePackage): Finding[] {
    const room = floors[from.name];
    if (room === undefined)
      return [manifestFinding(from, `packages/${from.name} has no floor in tools/src/floors.ts`)];
    return [...from.sources].flatMap(([file, text]) =>
      importsOf(text).flatMap((site) => {
        const message = this.#flaw(from, room, file, site);
        return message === undefined ? [] : [{ file, line: site.line, message }];
      }),
    );
  }

  #flaw(from: SourcePackage, room: Room, file: string, { specifier }: ImportSite): string | undefined {
    if (specifier.startsWith('.')) return relativeFlaw(from, file, specifier);
    if (specifier.startsWith('node:')) return isTest(file) ? undefined : touchFlaw(from, room, specifier);
    const target = this.#byName.get(packageOf(specifier));
    return target === undefined
      ? this.#thirdPartyFlaw(from, room, file, packageOf(specifier))
      : innerFlaw(from, room, target, specifier);
  }

  #thirdPartyFlaw(from: SourcePackage, room: Room, file: string, name: string): string | undefined {
    if (isTest(file) && (name in devDependencies(this.#root) || name in declared(from))) return undefined;
    if (!room.thirdParty.includes(name))
      return `${from.name} may not use ${name}: tools/src/floors.ts does not list it`;
    return name in declared(from)
      ? undefined
      : `${name} is missing in the dependencies of packages/${from.name}`;
  }

  dependencyFindings(from: SourcePackage): Finding[] {
    const used = new Set(
      [...from.sources.values()].flatMap((text) =>
        importsOf(text).map(({ specifier }) => packageOf(specifier)),
      ),
    );
    return Object.keys(declared(from))
      .filter((name) => !used.has(name) && !name.startsWith('@types/'))
      .map((name) => manifestFinding(from, `${name} is a dependency that no source imports`));
  }
}

function relativeFlaw(from: SourcePackage, file: string, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(file), specifier);
  return target.startsWith(`packages/${from.name}/`)
    ? undefined
    : `${specifier} leaves packages/${from.name}; import by package name`;
}

function touchFlaw(from: SourcePackage, room: Room, specifier: string): string | undefined {
  const touch = Object.hasOwn(nodeTouches, specifier) ? nodeTouches[specifier] : undefined;
  if (touch === undefined || room.touches.includes(touch)) return undefined;
  return `${from.name} does not touch the ${touch}, so it may not import ${specifier}`;
}

function innerFlaw(
  from: SourcePackage,
  room: Room,
  to: SourcePackage,
  specifier: string,
): string | undefined {
  const face = `.${specifier.slice(to.manifest.name.length)}`;
  if (to.manifest.exports?.[face] === undefined)
    return `${specifier} reaches into ${to.name}; its package.json does not export ${face}`;
  if (to === from) return undefined;
  const below = floors[to.name]?.floor ?? 3;
  if (below >= room.floor)
    return `${from.name} stands on floor ${room.floor} and may not import ${to.name} on floor ${below}`;
  return to.manifest.name in declared(from)
    ? undefined
    : `${to.manifest.name} is missing in the dependencies of packages/${from.name}`;
}

/** The CLI carries its dependencies inside its bundle: for it they are development dependencies. */
function declared(one: SourcePackage): Readonly<Record<string, string>> {
  return one.manifest.bin === undefined
    ? (one.manifest.dependencies ?? {})
    : { ...one.manifest.dependencies, ...one.manifest.devDependencies };
}

function devDependencies(one: PackageManifest): Readonly<Record<string, string>> {
  return one.devDependencies ?? {};
}

/** Contract tests ship in `testing/`; they run inside a test runner like any test. */
function isTest(file: string): boolean {
  return file.endsWith('.test.ts') || file.includes('/testing/');
}

function manifestFinding(one: SourcePackage, message: string): Finding {
  return { file: `packages/${one.name}/package.json`, line: 1, message };
}
