import { afterAll, describe, expect, test } from 'vitest';
import {
  BuiltCommand,
  callFindings,
  ExampleDirectory,
  exampleFindings,
  hasExamples,
  unheldFindings,
} from './examples.ts';
import { shownCalls } from './shown-calls.ts';
import { readText, showFindings, workspaceFiles } from './workspace.ts';

const pages = workspaceFiles().filter((file) => file.endsWith('.md') && hasExamples(readText(file)));

const command = new BuiltCommand();
afterAll(() => command.remove());

/** What the projects below `examples` do wants installers and registries: the end-to-end tests do it. */
test.each(pages.filter((file) => !file.startsWith('examples/')))(
  '%s: its commands print what it says',
  { timeout: 60_000 },
  (file) => {
    const directory = new ExampleDirectory(command);
    try {
      expect(showFindings(exampleFindings(file, readText(file), directory))).toEqual([]);
    } finally {
      directory.remove();
    }
  },
);

test.each(pages)('%s: the commands that it shows have these options', { timeout: 60_000 }, (file) => {
  expect(showFindings(callFindings(file, readText(file), (name) => command.help(name)))).toEqual([]);
});

test('every call that the guide shows is run by a test', () => {
  const guide = pages.filter((file) => file === 'README.md' || file.startsWith('docs/guide/'));
  const texts = new Map(guide.map((file) => [file, readText(file)]));
  const read = (file: string) => (workspaceFiles().includes(file) ? readText(file) : undefined);
  expect(showFindings(unheldFindings(texts, shownCalls, read))).toEqual([]);
});

describe('a call that is only shown', () => {
  const page = new Map([['README.md', '```sh\nnpx block-pack java lib --frozen\n```\n']]);
  const row = { file: 'README.md', call: 'block-pack java lib --frozen', why: 'none', test: 'a.test.ts' };

  test('and is run nowhere is found', () => {
    expect(showFindings(unheldFindings(page, [], () => ''))).toEqual([
      expect.stringMatching(/^README\.md:2: block-pack java lib --frozen is run by no test/),
    ]);
    expect(showFindings(unheldFindings(page, [row], () => "run('java', '--frozen')"))).toEqual([]);
  });

  test('is found where the test that is named runs something else, or nothing is shown any more', () => {
    expect(showFindings(unheldFindings(page, [row], () => "run('java', '--frozen-too')"))).toEqual([
      'README.md:1: block-pack java lib --frozen: a.test.ts says nothing of --frozen',
    ]);
    expect(showFindings(unheldFindings(new Map(), [row], () => 'java --frozen'))).toEqual([
      'README.md:1: block-pack java lib --frozen of tools/src/shown-calls.ts is not shown',
    ]);
  });
});

describe('an example', () => {
  const directory = new ExampleDirectory(command);
  afterAll(() => directory.remove());

  test('that prints something else than its page says is found', () => {
    const page = '# Page\n\n```console\n$ npx block-pack --version\nno version\n```\n';
    expect(showFindings(exampleFindings('docs/page.md', page, directory))).toEqual([
      expect.stringMatching(/^docs\/page\.md:4: npx block-pack --version prints something else:\n\d/),
    ]);
  });

  test('finds the jars that a comment of its page asks for', () => {
    const page = [
      '<!-- jars in target/lib: org.ow2.asm:asm:9.4, commons-io:commons-io:2.15.1 -->',
      '```console',
      '$ ls target/lib',
      'asm-9.4.jar',
      'commons-io-2.15.1.jar',
      '$ block-pack --version',
      '[..].[..].[..]',
      '',
      '```',
    ].join('\n');
    expect(showFindings(exampleFindings('docs/page.md', page, directory))).toEqual([]);
  });

  test('that is only shown may use no option that does not exist', () => {
    const page = '```sh\nnpx block-pack java target/lib --stoer here -o x.import # comment\n```\n';
    expect(
      showFindings(callFindings('README.md', page, (command) => `${command} --store DIR, -o FILE`)),
    ).toEqual(['README.md:2: block-pack java has no option --stoer']);
  });
});
