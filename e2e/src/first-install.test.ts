import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { packJava } from './block-pack.ts';
import { mavenJars } from './corpus.ts';
import { builtCli, succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-first-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const corpus = await mavenJars('small');
const jars = ['asm-9.2.jar', 'asm-tree-9.9.jar', 'aopalliance-1.0.jar'];

/** More than one section, of which jars are the smaller part. */
const text = Buffer.alloc(40 << 20, 'a line of a long text\n');

test('what --smallest made is put together by as many threads as there is work for, and without any', () => {
  const bundle = smallestBundle();

  const [telling, without] = [copiedCli('telling'), copiedCli('without')];
  const told = join(telling.folder, 'told');
  mkdirSync(told);
  // A module of its own: the program has names of its own.
  writeFileSync(join(dirname(telling.program), 'telling.js'), tellingIn(told));
  writeFileSync(telling.program, `import './telling.js';\n${readFileSync(telling.program, 'utf8')}`);
  rmSync(without.program);
  const [by, alone] = [telling, without].map(({ cli, folder }) => {
    const site = join(folder, 'site');
    run(cli, 'apply', bundle, '--to', `oci:${site}`, '--store', join(folder, 'store'));
    return readFileSync(join(site, 'index.json'), 'utf8');
  });
  expect(by).toBe(alone);
  expect(readdirSync(told)).toHaveLength(availableParallelism() === 1 ? 0 : 2);
});

function smallestBundle(): string {
  const at = (name: string): string => join(scratch, name);
  const [store, manifest, image, bundle] = [
    at('store'),
    at('java.import'),
    `oci:${at('vendor')}:1`,
    at('bundle.tar'),
  ];
  mkdirSync(at('input'));
  for (const jar of jars) cpSync(join(corpus, 'lib', jar), join(at('input'), jar));
  writeFileSync(join(at('input'), 'text.txt'), text);
  packJava([at('input'), '--store', store, '-o', manifest]);
  run(builtCli, 'image', manifest, '-o', image, '--store', store);
  run(builtCli, 'bundle', image, '--smallest', '-o', bundle, '--store', store);
  return bundle;
}

function run(cli: string, ...words: readonly string[]): void {
  succeed(process.execPath, [cli, ...words, '--quiet']);
}

/** The built command in a folder of its own, and what its threads run. */
function copiedCli(name: string) {
  const folder = join(scratch, name);
  const dist = join(folder, 'dist');
  cpSync(dirname(builtCli), dist, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return { folder, cli: join(dist, basename(builtCli)), program: join(dist, 'section-program.js') };
}

/** Has a thread tell in a folder that it has begun. */
function tellingIn(folder: string): string {
  return `import { writeFileSync as tell } from 'node:fs';
import { threadId as id } from 'node:worker_threads';
tell(${JSON.stringify(`${folder}/`)} + id, '');
`;
}
