import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockPack } from './block-pack.ts';
import { mavenJars, spdxVerifier, trueJars } from './corpus.ts';
import { run } from './workspace.ts';

const corpus = await mavenJars('small');
const verifier = await spdxVerifier();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'block-pack-bills-'));
  const call = (...words: readonly string[]) => {
    const { exitCode, stderr } = blockPack([...words, '--store', 'store'], { cwd: folder });
    expect(exitCode, stderr).toBe(0);
  };
  call('java', join(corpus, 'lib'), '-o', 'java.import');
  call('report', 'java.import', '--format', 'spdx=bill.spdx.json', '--format', 'cyclonedx=bill.cdx.json');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Licences as the jar of the verifier has them, so that nothing is asked of the network. */
function verify(file: string): string {
  const words = ['-Dorg.spdx.useJARLicenseInfoOnly=true', '-jar', verifier, 'Verify', file, 'JSON'];
  const { stdout, stderr } = run('java', words, { cwd: folder });
  return stdout + stderr;
}

const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

describe('the bill of materials of real jars', () => {
  test('is an SPDX document for the verifier of the SPDX project', () => {
    expect(verify('bill.spdx.json')).toContain('This SPDX Document is valid.');
    expect(read('bill.spdx.json').hasExtractedLicensingInfos.length).toBeGreaterThan(0);
  });

  test('is none any more when a licence is no expression', () => {
    const bill = read('bill.spdx.json');
    bill.packages[1].licenseDeclared = 'AS YOU LIKE IT';
    writeFileSync(join(folder, 'bad.spdx.json'), JSON.stringify(bill));
    expect(verify('bad.spdx.json')).not.toContain('This SPDX Document is valid.');
  });

  test('has every jar with the digest that it has in Maven', () => {
    const { components } = read('bill.cdx.json') as {
      components: { hashes?: { content: string }[]; evidence: { occurrences: { location: string }[] } }[];
    };
    const found = components.flatMap(({ hashes = [], evidence }) =>
      evidence.occurrences.map(({ location }) => [location.split('/').at(-1), hashes[0]?.content]),
    );
    const jars = trueJars(corpus).map(({ file, sha256 }) => [file, sha256]);
    expect(found.sort()).toEqual(jars.sort());
  });
});
