import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleFindings } from '../../tools/src/examples.ts';
import { expectAnswer } from './consumers/answer.ts';
import { startPodman } from './consumers/podman.ts';
import { basePlace } from './consumers/services.ts';
import { hasTier } from './consumers/tiers.ts';
import { ExampleProject, type Machine, newMachine } from './example-projects.ts';
import { root } from './workspace.ts';

/** A project below `examples`, whose README bumps a dependency. */
export interface Example {
  readonly name: string;
  readonly base: 'node' | 'python';
  /** Installers by the names that the README has for them. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
  /** Files that the bump changes, besides import manifests. */
  readonly bumped: readonly string[];
  /** Lines of import manifests that it adds, one each. */
  readonly blocks: readonly RegExp[];
  /** What is run before the network is taken away. */
  readonly warm?: string;
  /** Takes the network away, as installers have it. */
  readonly offline: Readonly<Record<string, string>>;
  /** Installs and packs once more. */
  readonly again: readonly string[];
  readonly service: {
    /** Text of the configuration that begins an image's variables, or where they can be put. */
    readonly variables: readonly [text: string, withPort: string];
    readonly path: string;
    readonly answer: Readonly<Record<string, unknown>>;
  };
}

/** What every example promises. @param more tests of this one alone, behind all others */
export function exampleSuite(example: Example, more?: (project: () => ExampleProject) => void): void {
  describe(example.name, () => {
    const scratch = mkdtempSync(join(tmpdir(), 'block-pack-example-'));
    const at = (...names: readonly string[]) => join(scratch, ...names);
    afterAll(() => rmSync(scratch, { recursive: true, force: true }));

    let machine: Machine;
    let first: ExampleProject;
    beforeAll(() => {
      machine = newMachine(at('machine'), basePlace(example.base), example.commands);
      first = new ExampleProject(example.name, at('first'), machine);
    });

    test('does what its README says, in a fresh clone with empty caches', () => {
      const page = `examples/${example.name}/README.md`;
      const run = (command: string) => {
        const { exitCode, stdout, stderr } = first.run(command);
        return { exitCode, output: exitCode === 0 ? stdout : stdout + stderr };
      };
      const findings = exampleFindings(page, readFileSync(join(root, page), 'utf8'), { run, prepare() {} });
      expect(findings.map(({ line, message }) => `${page}:${line}: ${message}`)).toEqual([]);
    });

    test('changed the blocks of the bump and no others', () => {
      const added = first.succeed('git diff --unified=0 -- block-pack').match(/^\+\/.*$/gm) ?? [];
      expect(added).toHaveLength(example.blocks.length);
      for (const block of example.blocks)
        expect(added.filter((line) => block.test(line.slice(1)))).toHaveLength(1);
    });

    test('is packed the same in another clone, without a network and with nothing packed before', () => {
      if (example.warm !== undefined) first.succeed(example.warm);
      const second = new ExampleProject(example.name, at('else', 'where', 'second'), machine);
      for (const file of example.bumped) cpSync(first.at(file), second.at(file));
      const lonely = { ...example.offline, BLOCK_PACK_STORE: at('second-store') };
      for (const command of example.again) second.succeed(command, lonely);
      for (const file of readdirSync(first.at('block-pack')).filter((one) => one.endsWith('.import')))
        expect(second.read('block-pack', file), file).toBe(first.read('block-pack', file));
      const images = (project: ExampleProject) =>
        JSON.parse(project.read('block-pack/image/index.json')).manifests;
      // Where two images are made at once, one of them is first.
      expect(images(second)).toHaveLength(images(first).length);
      expect(images(second)).toEqual(expect.arrayContaining(images(first)));
    });

    test.skipIf(!hasTier('T2'))('has an image that answers a request', async () => {
      const { variables, ...service } = example.service;
      const third = new ExampleProject(example.name, at('third'), machine);
      for (const command of example.again) third.succeed(command);
      const file = third.fileWith(variables[0]);
      writeFileSync(third.at(file), third.read(file).replace(variables[0], variables[1]));
      third.succeed('block-pack pack shop --output docker-archive:image.tar:shop:1');
      const podman = startPodman(at('podman'));
      try {
        podman.load(third.at('image.tar'));
        await expectAnswer(podman.start('docker.io/library/shop:1'), service);
      } finally {
        await podman.stop();
      }
    });

    more?.(() => first);

    test('can begin without a configuration', () => {
      first.succeed('rm -rf block-pack block-pack.config.json');
      if (first.run('test -e pyproject.toml').exitCode === 0)
        first.succeed("sed -i '/^.tool.block-pack/,$d' pyproject.toml");
      expect(first.succeed('block-pack init --base scratch')).toContain('written  block-pack.config.json');
      expect(first.succeed('block-pack init --base scratch')).not.toContain('written');
      first.succeed('block-pack pack');
      expect(first.succeed('block-pack pack --frozen')).toMatch(/(npm|python) +up to date/);
    });
  });
}
