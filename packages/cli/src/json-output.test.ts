import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
  work.writeJar('lib', 'org.ow2.asm:asm:9.7');
  work.write('lib/NOTICE.txt', 'notice');
});
afterEach(() => work.remove());

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const validate = new Ajv2020.default({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(read('../schema/output.v1.schema.json')),
);

function expectValid(document: unknown): void {
  expect(validate(document), JSON.stringify(validate.errors, undefined, 1)).toBe(true);
}

const author = ['-c', 'user.name=me', '-c', 'user.email=me@example.org'];
const commit = [...author, 'commit', '--quiet', '-m', 'step'];

describe('--json', () => {
  it('prints one document that fits the published schema, for every command', () => {
    const packed = work.json('java', 'lib', '-o', 'java.import', '--tag', 'shop');
    const imports = packed.document.imports as { digest: string }[];
    const calls = [
      packed,
      work.json('java', 'lib', '-o', '-'),
      work.json('files', 'lib', '-o', 'files.import'),
      work.json('java', 'lib', '-o', 'java.import', '--frozen'),
      work.json('image', 'java.import', '--files', 'lib:/srv', '-o', 'oci:image:base'),
      work.json(
        'image',
        'app=java.import',
        '--base',
        'oci:image:base',
        '--replace-base-files',
        '-o',
        'oci:image:2',
      ),
      work.json('image', '--join', 'oci:image:base', '-o', 'oci-archive:image.tar'),
      work.json('image', 'java.import', '--form', 'native', '-o', 'oci-archive:native.tar'),
      work.json('convert', 'oci:image:base', '--form', 'native', '-o', 'oci:image:native'),
      work.json('bundle', 'oci:image:2', '--since', 'oci:image:base', '-o', 'update.tar'),
      work.json('bundle', 'oci:image:2', '--since', 'oci:image:base', '--dry-run'),
      work.json('bundle', 'oci:image:2', 'oci:image:native', '--dry-run'),
      work.json('inventory', 'oci:image', 'store:', '-o', 'site.inventory'),
      work.json('bundle', 'oci:image:2', '--since', 'inventory:site.inventory', '-o', 'nothing.tar'),
      work.json('apply', 'update.tar', '--have', 'oci:image', '--to', 'oci:site'),
      work.json('resolve', 'java.import', 'out'),
      work.json('resolve', 'oci:image:native', 'rootfs'),
      work.json('ls'),
      work.json('inspect', 'java.import'),
      work.json('inspect', 'shop'),
      work.json('inspect', 'update.tar'),
      ...imports.map((one) => work.json('inspect', one.digest)),
      work.json('verify'),
      work.json('verify', 'oci:image:2'),
      work.json('inspect', 'oci:image:2'),
      work.json('inspect', 'oci:image:2', '--ranges'),
      work.json('inspect', 'oci:image:native'),
      work.json('gc', '--keep', '0'),
    ];
    for (const { exitCode, document } of calls) {
      expect(exitCode).toBe(0);
      expectValid(document);
    }
  });

  it('does so for reports', () => {
    work.json('java', 'lib', '-o', 'java.import');
    work.writeJar('lib', 'org.ow2.asm:asm:9.7', { 'New.class': '' });
    work.json('java', 'lib', '-o', 'new.import');
    for (const format of ['csv', 'markdown']) {
      expectValid(work.json('diff', 'java.import', 'new.import', '--format', format).document);
      expectValid(work.json('report', 'new.import', '--format', format).document);
      expectValid(work.json('share', 'java.import', 'new.import', '--format', format).document);
    }
    for (const words of [
      ['init', '--quiet'],
      ['add', 'java.import'],
      commit,
      ['mv', 'java.import', 'old.import'],
      commit,
    ])
      execFileSync('git', words, { cwd: work.directory });
    const { exitCode, document } = work.json('forecast', 'old.import');
    expect([exitCode, document.changes]).toEqual([0, [expect.objectContaining({ kind: 'first' })]]);
    expectValid(document);
  });

  it('fits the schema for rules that are broken, and for breaches that are accepted', () => {
    const accept = [{ rule: 'deny', package: '/*NOTICE*', reason: 'ours' }];
    work.write('rules.json', JSON.stringify({ deny: ['/*'], maxBlock: 1, accept }));
    work.run('java', 'lib', '-o', 'java.import');
    const { exitCode, document } = work.json('report', 'java.import', '--rules', 'rules.json');
    expect([exitCode, (document.rules as { violations: unknown[] }).violations.length > 0]).toEqual([
      1,
      true,
    ]);
    expectValid(document);
  });

  it('fits the schema for a diagnosis, with findings and a check', () => {
    work.write('lib/settings.txt', work.path('lib', 'NOTICE.txt'), 0o600);
    const { exitCode, document } = work.json('doctor', 'lib', '--check');
    expect([exitCode, document.totals]).toEqual([1, { differs: 1, mayDiffer: 0, scrubbed: 1 }]);
    expectValid(document);
  });

  it('has the manifest as data where it goes to stdout', () => {
    work.json('java', 'lib', '-o', 'java.import');
    expect(work.json('java', 'lib', '-o', '-').document.data).toBe(work.read('java.import'));
  });

  it('counts what is new, and lists each import with its evidence', () => {
    const { document } = work.json('java', 'lib');
    expect(document).toMatchObject({
      totals: { imports: 2, blocks: 2, newBlocks: 2, knownBlocks: 0 },
      imports: [
        { path: '/app/lib', type: 'tree', files: 1, role: 'other' },
        {
          path: '/app/lib/asm-9.7.jar',
          new: true,
          role: 'dependency',
          evidence: [{ source: 'pom.properties', confidence: 'strong' }],
        },
      ],
    });
  });

  it('says what is different with --frozen, and what is damaged', () => {
    work.json('java', 'lib', '-o', 'java.import');
    work.writeJar('lib', 'org.ow2.asm:asm:9.7', { 'New.class': '' });
    const frozen = work.json('java', 'lib', '-o', 'java.import', '--frozen');
    expect(frozen.exitCode).toBe(1);
    expect(frozen.document).toMatchObject({ frozen: { same: false, added: [], removed: [], changed: [{}] } });
    expectValid(frozen.document);
    work.write('store/blobs/sha256/foreign', '');
    const verified = work.json('verify');
    expect([verified.exitCode, verified.document.damages]).toEqual([
      1,
      [{ kind: 'foreign', path: expect.any(String) }],
    ]);
    expectValid(verified.document);
  });

  it('is a document also when the command fails, and warnings are in it', () => {
    const failed = work.json('java', 'nothing');
    expect(failed).toMatchObject({ exitCode: 3, document: { error: { code: 'INPUT_MISSING' } } });
    expectValid(failed.document);
    work.write('lib/mystery-1.0.jar', readFileSync(work.path('lib/asm-9.7.jar')));
    const { document } = work.json('java', 'lib');
    expect(document.warnings).toMatchObject([{ message: expect.stringContaining('mystery') }]);
    expectValid(document);
  });

  it('looks as the format page shows it', () => {
    const page = read('../../../docs/format/json.md');
    const [, example = ''] = /^```json\n(.*?)^```$/ms.exec(page) ?? [];
    expectValid(JSON.parse(example));
  });
});
