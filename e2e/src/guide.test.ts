import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  BuiltCommand,
  ExampleDirectory,
  type ExamplePlace,
  exampleFindings,
  wantsEndToEnd,
} from '../../tools/src/examples.ts';
import { podmanOnThePath } from './consumers/podman.ts';
import { hasTier } from './consumers/tiers.ts';
import { fetchCorpus } from './corpus.ts';
import { root, succeed } from './workspace.ts';

await fetchCorpus('bases.mjs');

const command = new BuiltCommand();
const scratch = mkdtempSync(join(tmpdir(), 'block-pack-guide-'));
const podman = hasTier('T2') ? podmanOnThePath(join(scratch, 'podman')) : undefined;
afterAll(() => {
  podman?.stop();
  command.remove();
  rmSync(scratch, { recursive: true, force: true });
});

const pages = readdirSync(join(root, 'docs/guide'))
  .map((name) => ({ file: `docs/guide/${name}`, text: readFileSync(join(root, 'docs/guide', name), 'utf8') }))
  .filter(({ text }) => wantsEndToEnd(text));

test.skipIf(podman === undefined).each(pages)(
  '$file: all of its commands print what it says',
  ({ file, text }) => {
    const directory = new ExampleDirectory(command, podman?.env);
    if (podman !== undefined) directory.addCommand('podman', podman.line);
    try {
      const findings = exampleFindings(file, text, withTools(directory), 'e2e');
      expect(findings.map(({ line, message }) => `${file}:${line}: ${message}`)).toEqual([]);
    } finally {
      directory.remove();
    }
  },
);

/** `<!-- before: command -->` runs a command that the reader need not see; `<!-- node in base -->` puts a base image there. */
function withTools(directory: ExampleDirectory): ExamplePlace {
  return {
    run: (line) => directory.run(line),
    prepare(comment) {
      const [, hidden] = /^before: (.+)$/.exec(comment) ?? [];
      const [, base, where] = /^(node|python|java) in (\S+)$/.exec(comment) ?? [];
      if (hidden !== undefined) expect(directory.run(hidden), hidden).toMatchObject({ exitCode: 0 });
      else if (base !== undefined && where !== undefined) putBase(base, join(directory.path, 'work', where));
      else directory.prepare(comment);
    },
  };
}

/** Under its own name: in a layout, and in podman. */
function putBase(base: string, layout: string): void {
  const source = `oci:${join(root, '.cache/corpus/bases', base, 'oci')}:base`;
  const archive = join(scratch, `${base}.tar`);
  for (const place of [`oci:${layout}:${base}`, `docker-archive:${archive}:${base}:latest`])
    succeed('skopeo', ['copy', '--quiet', '--insecure-policy', source, place]);
  podman?.load(archive);
}
