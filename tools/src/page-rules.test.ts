import { errorFamilies, exitCodes } from '@block-pack/core';
import { describe, expect, test } from 'vitest';
import { pageFindings } from './page-rules.ts';
import { readText, showFindings, workspaceFiles } from './workspace.ts';

test('every link of the docs leads somewhere and every JSON example parses', () => {
  const files = workspaceFiles();
  const pages = new Map(files.filter((file) => file.endsWith('.md')).map((file) => [file, readText(file)]));
  expect(showFindings(pageFindings({ pages, files: new Set(files) }))).toEqual([]);
});

test('every page of the guide stands in its index', () => {
  const index = readText('docs/guide/README.md');
  const pages = workspaceFiles().flatMap((file) => /^docs\/guide\/((?!README).+\.md)$/.exec(file)?.[1] ?? []);
  expect(pages.filter((page) => !index.includes(`](${page})`))).toEqual([]);
});

test('every error code stands in the guide with its exit code, and no other does', () => {
  const rows = readText('docs/guide/errors.md').matchAll(/^\| `([A-Z_]+)` \| (\d+) \| \S/gm);
  const documented = [...rows].map(([, code = '', exit]) => [code, Number(exit)]);
  const known = Object.entries(errorFamilies).map(([code, family]) => [code, exitCodes[family]]);
  expect(documented).toEqual(known);
});

test('every third-party package has its reason in docs/decisions/dependencies.md', () => {
  const page = readText('docs/decisions/dependencies.md');
  const manifests = workspaceFiles().filter((file) => /^(packages\/[^/]+\/)?package\.json$/.test(file));
  const names = manifests.flatMap((file) => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readText(file));
    return [...Object.keys(dependencies), ...Object.keys(devDependencies)];
  });
  const foreign = new Set(names.filter((name) => !name.startsWith('@block-pack/')));
  expect([...foreign].filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
});

describe('a page rule names file and line of', () => {
  const files = new Set(['README.md', 'docs/format/block.md']);

  test('a link to a file that is not there', () => {
    expect(findings('[a](docs/format/layer.md) and [b](docs/format)')).toEqual([
      'README.md:1: docs/format/layer.md leads to no file',
    ]);
  });

  test('a link to a heading that is not there', () => {
    expect(findings('# Short `names`\n[a](#short-names)\n[b](docs/format/block.md#tar)')).toEqual([
      'README.md:3: docs/format/block.md#tar leads to no heading of docs/format/block.md',
    ]);
  });

  test('JSON that does not parse', () => {
    expect(findings('```json\n{"a": 1,}\n```')).toEqual([
      expect.stringContaining('README.md:2: this is not JSON'),
    ]);
  });

  test('no link inside code', () => {
    expect(findings('`[a](b)`\n```text\n[a](b)\n```')).toEqual([]);
  });

  function findings(readme: string): string[] {
    const pages = new Map([
      ['README.md', readme],
      ['docs/format/block.md', '# Block\n'],
    ]);
    return showFindings(pageFindings({ pages, files }));
  }
});
