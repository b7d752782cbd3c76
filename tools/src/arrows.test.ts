import { describe, expect, test } from 'vitest';
import { arrowFindings, type SourcePackage } from './arrows.ts';
import { type PackageManifest, packageNames, readManifest } from './manifest.ts';
import { readText, showFindings, workspaceFiles } from './workspace.ts';

test('every import of the house runs to a lower floor and to a declared dependency', () => {
  expect(showFindings(arrowFindings(packageNames().map(sourcePackage), readManifest('')))).toEqual([]);
});

function sourcePackage(name: string): SourcePackage {
  const files = workspaceFiles().filter(
    (file) => file.startsWith(`packages/${name}/src/`) && file.endsWith('.ts'),
  );
  return {
    name,
    manifest: readManifest(`packages/${name}`),
    sources: new Map(files.map((file) => [file, readText(file)])),
  };
}

describe('the arrow rule names', () => {
  test('an import from a room of the same floor', () => {
    expect(findingsFor("import { openStore } from '@block-pack/store';\n")).toEqual([
      'packages/java/src/a.ts:1: java stands on floor 2 and may not import store on floor 2',
    ]);
  });

  test('an import past the face of another package', () => {
    expect(
      findingsFor("import {\n  purlOf,\n  parsePurl,\n} from '@block-pack/core/src/purl.ts';\n"),
    ).toEqual([
      'packages/java/src/a.ts:4: @block-pack/core/src/purl.ts reaches into core; its package.json does not export ./src/purl.ts',
    ]);
  });

  test('a relative import into another package', () => {
    expect(findingsFor("export type { Purl } from '../../core/src/purl.ts';\n")).toEqual([
      'packages/java/src/a.ts:1: ../../core/src/purl.ts leaves packages/java; import by package name',
    ]);
  });

  test('a third-party package that is not listed', () => {
    expect(findingsFor("const zip = await import('yauzl');\n")).toEqual([
      'packages/java/src/a.ts:1: java may not use yauzl: tools/src/floors.ts does not list it',
    ]);
  });

  test('a disk that is touched by a package that should not', () => {
    expect(findingsFor("import { readFileSync } from 'node:fs';\n")).toEqual([
      'packages/java/src/a.ts:1: java does not touch the disk, so it may not import node:fs',
    ]);
  });

  test('a dependency that nobody imports', () => {
    expect(findingsFor('', { tar: '1.0.0' })).toEqual([
      'packages/java/package.json:1: tar is a dependency that no source imports',
    ]);
  });

  test('nothing in a test that uses a development dependency or the disk', () => {
    const text = "import { open } from 'yauzl';\nimport { rmSync } from 'node:fs';\n";
    expect(findingsFor(text, {}, 'packages/java/src/a.test.ts')).toEqual([]);
  });
});

function findingsFor(
  text: string,
  dependencies: Record<string, string> = {},
  file = 'packages/java/src/a.ts',
): string[] {
  const core = packageOf('core', {}, new Map());
  const store = packageOf('store', {}, new Map());
  const java = packageOf('java', dependencies, new Map([[file, text]]));
  return showFindings(arrowFindings([core, store, java], manifest('root', {}, { yauzl: '1' })));
}

function packageOf(
  name: string,
  dependencies: Record<string, string>,
  sources: ReadonlyMap<string, string>,
): SourcePackage {
  return { name, manifest: manifest(`@block-pack/${name}`, dependencies, {}), sources };
}

function manifest(
  name: string,
  dependencies: Record<string, string>,
  devDependencies: Record<string, string>,
): PackageManifest {
  return { name, version: '0.0.0', exports: { '.': './dist/index.js' }, dependencies, devDependencies };
}
