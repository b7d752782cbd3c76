import { afterAll, describe, expect, test } from 'vitest';
import { BuiltCommand, callFindings, ExampleDirectory, exampleFindings, hasExamples } from './examples.ts';
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
