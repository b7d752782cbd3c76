import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BlockFacts } from '../contents/block-facts.ts';
import { declaredLicense } from '../contents/declared-license.ts';
import { diffContents } from '../difference/diff-contents.ts';
import { type FormatName, formats } from '../document/formats.ts';
import type { RenderOptions } from '../document/renderer.ts';
import type { ReviewDocument } from '../document/report-document.ts';
import { summarize } from '../summary/summarize.ts';
import { type FakeLine, fakeContents } from '../testing/fake-contents.ts';

const lines: readonly FakeLine[] = [
  ['/lib/asm.jar', 'a', 'maven/org.ow2.asm/asm@9.7', { evidence: 'pom.properties' }],
  ['/app/node_modules/@babel/core', 'b', 'npm/%40babel/core@7.0.0', { type: 'tree', files: '3' }],
  ['/app/a/node_modules/@babel/core', 'b', 'npm/%40babel/core@7.0.0', { type: 'tree', files: '3' }],
  ['/app/main.js', 'm', 'generic/shop@1', { role: 'application' }],
  ['/etc/app.conf', 'c'],
];

function report(licenses: readonly string[] = [], from = lines): ReviewDocument {
  const facts: BlockFacts = { licenses: licenses.map(declaredLicense), nativeCode: ['x.so'] };
  const contents = fakeContents(from, 'java', { facts: () => facts });
  return { kind: 'contents', contents, summary: summarize(contents) };
}

type Json = { readonly [key: string]: Json } & readonly Json[] & string;

function render(format: FormatName, document: ReviewDocument, options: RenderOptions = {}): Json {
  return JSON.parse(formats[format](document, options));
}

const isCycloneDx = cycloneDxSchema();

/** CycloneDX 1.6 as the project's own library carries it. */
function cycloneDxSchema() {
  const library = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library');
  const file = (name: string) => join(dirname(library), '../res/schema', `${name}.SNAPSHOT.schema.json`);
  const schema = (name: string) => JSON.parse(readFileSync(file(name), 'utf8'));
  const ajv = new Ajv.default({ strict: false });
  addFormats.default(ajv);
  for (const format of ['iri-reference', 'idn-email']) ajv.addFormat(format, true);
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs'])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  return ajv.compile(schema('bom-1.6'));
}

function expectCycloneDx(bill: Json): void {
  expect(isCycloneDx(bill), JSON.stringify(isCycloneDx.errors, undefined, 1)).toBe(true);
}

const licensesOf = (licenses: readonly string[]) => {
  const bill = render('cyclonedx', report(licenses));
  expectCycloneDx(bill);
  return bill.components?.[0]?.licenses;
};

describe('cyclonedx', () => {
  test('lists every package once, with purl, paths and what is known of it', () => {
    const bill = render('cyclonedx', report());
    expectCycloneDx(bill);
    expect(bill.components?.map(({ type, group, name, version }) => [type, group, name, version])).toEqual([
      ['file', undefined, '/etc/app.conf', undefined],
      ['library', '@babel', 'core', '7.0.0'],
      ['library', 'org.ow2.asm', 'asm', '9.7'],
      ['application', undefined, 'shop', '1'],
    ]);
    expect(bill.components?.[1]).toMatchObject({
      purl: 'pkg:npm/%40babel/core@7.0.0',
      evidence: {
        occurrences: [
          { location: '/app/a/node_modules/@babel/core' },
          { location: '/app/node_modules/@babel/core' },
        ],
      },
    });
    expect(bill.components?.[2]?.properties).toContainEqual({
      name: 'block-pack:evidence',
      value: 'pom.properties',
    });
  });

  test('has the digest of a jar as its hash, and that of a tree only as the digest of its block', () => {
    const [, tree, jar] = render('cyclonedx', report()).components ?? [];
    expect(jar?.hashes).toEqual([
      { alg: 'SHA-256', content: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb' },
    ]);
    expect(tree?.hashes).toBeUndefined();
    expect(tree?.properties).toContainEqual({
      name: 'block-pack:block',
      value: 'sha256:3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d',
    });
  });

  test('has licences as expressions where they are known, else as names', () => {
    const acknowledgement = 'declared';
    expect(licensesOf([])).toBeUndefined();
    expect(licensesOf(['MIT OR Apache-2.0'])).toEqual([{ expression: 'MIT OR Apache-2.0', acknowledgement }]);
    expect(licensesOf(['The Apache License 2.0'])).toEqual([{ expression: 'Apache-2.0', acknowledgement }]);
    expect(licensesOf(['Bouncy Castle Licence'])).toEqual([
      { license: { name: 'Bouncy Castle Licence', acknowledgement } },
    ]);
    expect(licensesOf(['MIT', 'GPL-2.0-or-later WITH Classpath-exception-2.0'])).toEqual([
      { license: { id: 'MIT', acknowledgement } },
      { license: { name: 'GPL-2.0-or-later WITH Classpath-exception-2.0', acknowledgement } },
    ]);
  });

  test('is the same for the same content, and has no time but the one that it is given', () => {
    const text = (document: ReviewDocument) => formats.cyclonedx(document, {});
    expect(text(report())).toBe(text(report([], [...lines].reverse())));
    expect(text(report())).not.toContain('timestamp');
    const [one, other] = [render('cyclonedx', report()), render('cyclonedx', report(['MIT']))];
    expect(one.serialNumber).not.toBe(other.serialNumber);
    const created = '2024-01-02T03:04:05Z';
    const bill = render('cyclonedx', report(), { created });
    expectCycloneDx(bill);
    expect(bill.metadata?.timestamp).toBe(created);
  });

  test('says that layers are not explained', () => {
    const contents = {
      ...fakeContents(lines),
      source: { kind: 'image', digest: `sha256:${'0'.repeat(64)}`, platform: 'linux/amd64' },
      layers: [{ digest: `sha256:${'1'.repeat(64)}`, size: 5 }],
    } as unknown as ReturnType<typeof fakeContents>;
    const bill = render('cyclonedx', { kind: 'contents', contents, summary: summarize(contents) });
    expectCycloneDx(bill);
    expect(bill.metadata?.component?.type).toBe('container');
    expect(bill.compositions).toEqual([{ aggregate: 'incomplete', assemblies: ['application'] }]);
  });

  test('fits the schema whatever packages are called', () => {
    const hostile = fc.array(fc.tuple(fc.string(), fc.string(), fc.array(fc.string())), { maxLength: 5 });
    fc.assert(
      fc.property(hostile, (names) => {
        const from = names.map(([purl, version], at): FakeLine => [`/${at}`, purl, `${purl}@${version}`]);
        expectCycloneDx(render('cyclonedx', report(names[0]?.[2], from)));
      }),
      { numRuns: 50 },
    );
  });

  test('of a difference is of the newer side', () => {
    const [before, after] = [fakeContents(lines), fakeContents(lines.slice(0, 1))];
    const difference = diffContents(before, after);
    const bill = render('cyclonedx', { kind: 'difference', difference, before, after });
    expect(bill.components).toHaveLength(1);
  });
});

describe('spdx', () => {
  test('lists every package, contained in the application', () => {
    const bill = render('spdx', report(['MIT', 'Bouncy Castle Licence']));
    const jar = bill.packages?.find(({ name }) => name === 'org.ow2.asm:asm');
    expect(jar).toMatchObject({
      versionInfo: '9.7',
      packageFileName: '/lib/asm.jar',
      filesAnalyzed: false,
      checksums: [{ algorithm: 'SHA256' }],
      externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:maven/org.ow2.asm/asm@9.7' }],
      // Maven's projects let their users choose.
      licenseDeclared: expect.stringMatching(/^\(MIT\) OR \(LicenseRef-[0-9a-f]{32}\)$/),
    });
    expect(bill.packages?.find(({ name }) => name === '@babel/core')).not.toHaveProperty('checksums');
    expect(bill.hasExtractedLicensingInfos).toMatchObject([{ extractedText: 'Bouncy Castle Licence' }]);
    const ids = bill.packages?.map(({ SPDXID }) => SPDXID);
    expect(new Set(ids).size).toBe(5);
    expect(bill.relationships?.map(({ relatedSpdxElement }) => relatedSpdxElement)).toEqual(ids);
  });

  test('is of no time, unless it is given one', () => {
    expect(render('spdx', report()).creationInfo?.created).toBe('1970-01-01T00:00:00Z');
    const created = '2024-01-02T03:04:05Z';
    expect(render('spdx', report(), { created }).creationInfo?.created).toBe(created);
    expect(formats.spdx(report(), {})).toBe(formats.spdx(report([], [...lines].reverse()), {}));
  });

  test('declares the licences that an expression refers to, and none of other documents', () => {
    const bill = render('spdx', report(['LicenseRef-mine OR MIT']));
    expect(bill.packages?.[1]?.licenseDeclared).toBe('LicenseRef-mine OR MIT');
    expect(bill.hasExtractedLicensingInfos).toMatchObject([{ licenseId: 'LicenseRef-mine' }]);
    const other = render('spdx', report(['DocumentRef-a:LicenseRef-b']));
    expect(other.packages?.[1]?.licenseDeclared).toMatch(/^LicenseRef-[0-9a-f]{32}$/);
    expect(render('spdx', report()).packages?.[1]?.licenseDeclared).toBe('NOASSERTION');
  });
});
