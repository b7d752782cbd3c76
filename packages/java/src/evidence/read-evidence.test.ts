import { BlockPackError } from '@block-pack/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coordinatesText } from '../coordinates.ts';
import { readEvidence } from './read-evidence.ts';

function listed(text: string): string[] {
  return readEvidence(text, 'deps').components.map(coordinatesText);
}

function root(text: string): string | undefined {
  const found = readEvidence(text, 'deps').root;
  return found && coordinatesText(found);
}

describe('the output of mvn dependency:list', () => {
  const list = `
The following files have been resolved:
   ch.qos.logback:logback-classic:jar:1.5.20:compile -- module ch.qos.logback.classic
   io.netty:netty-transport-native-epoll:jar:linux-x86_64:4.1.128.Final:runtime -- module io.netty.x [auto]
   org.slf4j:slf4j-api:jar:2.0.7:compile (optional) -- module org.slf4j
   org.jacoco:org.jacoco.agent:jar:runtime:0.8.12:runtime
   com.acme:model:test-jar:tests:1.0-SNAPSHOT:test
`;
  const expected = [
    'ch.qos.logback:logback-classic:1.5.20',
    'io.netty:netty-transport-native-epoll:4.1.128.Final:linux-x86_64',
    'org.slf4j:slf4j-api:2.0.7',
    'org.jacoco:org.jacoco.agent:0.8.12:runtime',
    'com.acme:model:1.0-SNAPSHOT:tests',
  ];

  it('is read from a file', () => {
    expect(listed(list)).toEqual(expected);
    expect(readEvidence(list, 'deps').source).toBe('maven-list');
    expect(readEvidence(list, 'deps').complete).toBe(true);
  });

  it('is read with Windows line ends and a byte order mark', () => {
    expect(listed(`\uFEFF${list.replaceAll('\n', '\r\n')}`)).toEqual(expected);
  });

  it('is found among a coloured build log', () => {
    const log = `\u001b[[1;34mINFO\u001b[m] noise`.replace('[[', '[');
    const coloured = list.replaceAll(/^/gm, '[\u001b[1;34mINFO\u001b[m] ');
    const frame = `[INFO] --- maven-dependency-plugin:3.8.1:list (default-cli) @ shop ---\n[INFO] Finished at: 2026-11-21T22:10:36Z\n`;
    expect(listed(`${log}\n${frame}${coloured}${frame}`)).toEqual(expected);
  });

  it('gives the paths of files, on Windows too', () => {
    const text = `[INFO]    a:b:jar:1:compile:/home/me/.m2/repository/a/b/1/b-1.jar (optional) -- module b
[INFO]    a:c:jar:1:compile:C:\\Users\\My Name\\.m2\\a\\c\\1\\c-1.jar -- module c`;
    expect(readEvidence(text, 'deps').components.map(({ path }) => path)).toEqual([
      '/home/me/.m2/repository/a/b/1/b-1.jar',
      'C:\\Users\\My Name\\.m2\\a\\c\\1\\c-1.jar',
    ]);
  });

  it('may say that there is nothing', () => {
    expect(listed('\nThe following files have been resolved:\n   none\n')).toEqual([]);
  });
});

describe('the output of mvn dependency:tree', () => {
  const expected = [
    'ch.qos.logback:logback-classic:1.5.20',
    'ch.qos.logback:logback-core:1.5.20',
    'org.slf4j:slf4j-api:2.0.7',
  ];

  it.each([
    [
      'text',
      `com.acme:shop:jar:1.0.0
+- ch.qos.logback:logback-classic:jar:1.5.20:compile
|  +- ch.qos.logback:logback-core:jar:1.5.20:compile
|  \\- (org.slf4j:slf4j-api:jar:2.0.17:compile - omitted for conflict with 2.0.7)
\\- org.slf4j:slf4j-api:jar:2.0.7:compile (scope not updated to runtime)
`,
    ],
    [
      'text with extended tokens',
      `com.acme:shop:jar:1.0.0
├─ ch.qos.logback:logback-classic:jar:1.5.20:compile
│  └─ ch.qos.logback:logback-core:jar:1.5.20:compile
└─ org.slf4j:slf4j-api:jar:2.0.7:compile (optional)
`,
    ],
    [
      'JSON',
      JSON.stringify({
        groupId: 'com.acme',
        artifactId: 'shop',
        version: '1.0.0',
        type: 'jar',
        scope: '',
        classifier: '',
        children: [
          {
            ...{ groupId: 'ch.qos.logback', artifactId: 'logback-classic', version: '1.5.20', type: 'jar' },
            ...{ scope: 'compile', classifier: '' },
            children: [
              { groupId: 'ch.qos.logback', artifactId: 'logback-core', version: '1.5.20', scope: 'compile' },
            ],
          },
          { groupId: 'org.slf4j', artifactId: 'slf4j-api', version: '2.0.7', type: 'jar', scope: 'compile' },
        ],
      }),
    ],
  ])('is read as %s', (_, text) => {
    expect(listed(text)).toEqual(expected);
    expect(root(text)).toBe('com.acme:shop:1.0.0');
    expect(readEvidence(text, 'deps').source).toBe('maven-tree');
  });
});

describe('a gradle.lockfile', () => {
  it('is read', () => {
    const text = `# This is a Gradle generated file for dependency locking.
# Manual edits can break the build and are not advised.
com.google.guava:guava:33.0.0-jre=compileClasspath,runtimeClasspath
org.ow2.asm:asm:9.7=runtimeClasspath
empty=annotationProcessor
`;
    expect(listed(text)).toEqual(['com.google.guava:guava:33.0.0-jre', 'org.ow2.asm:asm:9.7']);
    expect(readEvidence(text, 'deps').source).toBe('gradle-lockfile');
  });

  it('may lock nothing', () => {
    expect(listed('# This is a Gradle generated file\nempty=runtimeClasspath\n')).toEqual([]);
  });
});

describe("a fast-jar's quarkus-app-dependencies.txt", () => {
  it('is read', () => {
    const text = 'io.netty:netty-codec::jar:4.1\r\nio.netty:netty-tcnative:linux-x86_64:jar:2.0\r\n';
    expect(listed(text)).toEqual(['io.netty:netty-codec:4.1', 'io.netty:netty-tcnative:2.0:linux-x86_64']);
    expect(readEvidence(text, 'deps').source).toBe('quarkus');
  });
});

describe('a CycloneDX bill of materials', () => {
  const hash = 'AB'.repeat(32);

  it('is read as JSON, with nested components and hashes', () => {
    const text = JSON.stringify({
      bomFormat: 'CycloneDX',
      metadata: { component: { group: 'com.acme', name: 'shop', version: '1.0.0' } },
      components: [
        {
          purl: 'pkg:maven/org.ow2.asm/asm@9.7?type=jar',
          hashes: [
            { alg: 'SHA-256', content: hash },
            { alg: 'BLAKE3', content: hash },
          ],
          components: [{ purl: 'pkg:maven/io.netty/netty@4?classifier=linux-x86_64&type=jar' }],
        },
        { purl: 'pkg:npm/left-pad@1.0.0' },
        { purl: 'no purl at all' },
        { name: 'no group', version: '1' },
        7,
      ],
    });
    expect(listed(text)).toEqual(['org.ow2.asm:asm:9.7', 'io.netty:netty:4:linux-x86_64']);
    expect(root(text)).toBe('com.acme:shop:1.0.0');
    expect(readEvidence(text, 'deps').components[0]?.hashes).toEqual([
      { algorithm: 'sha256', hex: hash.toLowerCase() },
    ]);
  });

  it('is read as XML, whatever the name space is called', () => {
    const text = `<?xml version="1.0" encoding="UTF-8"?>
<c:bom xmlns:c="http://cyclonedx.org/schema/bom/1.6" version="1">
  <c:metadata><c:component type="application"><c:group>com.acme</c:group><c:name>shop</c:name><c:version>1.0.0</c:version></c:component></c:metadata>
  <c:components><c:component type="library"><c:group>org.ow2.asm</c:group><c:name>asm</c:name><c:version>9.7</c:version>
    <c:hashes><c:hash alg="SHA-256">${hash}</c:hash></c:hashes></c:component></c:components>
</c:bom>`;
    expect(listed(text)).toEqual(['org.ow2.asm:asm:9.7']);
    expect(root(text)).toBe('com.acme:shop:1.0.0');
    expect(readEvidence(text, 'deps').components[0]?.hashes).toHaveLength(1);
  });
});

describe('an SPDX document', () => {
  const sha1 = 'cd'.repeat(20);

  it('is read as JSON', () => {
    const purl = (of: string) => [
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: of },
    ];
    const text = JSON.stringify({
      spdxVersion: 'SPDX-2.3',
      documentDescribes: ['SPDXRef-shop'],
      packages: [
        { SPDXID: 'SPDXRef-shop', externalRefs: purl('pkg:maven/com.acme/shop@1.0.0') },
        {
          SPDXID: 'SPDXRef-asm',
          externalRefs: purl('pkg:maven/org.ow2.asm/asm@9.7'),
          checksums: [{ algorithm: 'SHA1', checksumValue: sha1 }],
        },
      ],
    });
    expect(listed(text)).toEqual(['org.ow2.asm:asm:9.7']);
    expect(root(text)).toBe('com.acme:shop:1.0.0');
    expect(readEvidence(text, 'deps').components[0]?.hashes).toEqual([{ algorithm: 'sha1', hex: sha1 }]);
  });

  it('is read as tags and values', () => {
    const text = `SPDXVersion: SPDX-2.3
SPDXID: SPDXRef-DOCUMENT

PackageName: shop
SPDXID: SPDXRef-shop
ExternalRef: PACKAGE-MANAGER purl pkg:maven/com.acme/shop@1.0.0

PackageName: asm
SPDXID: SPDXRef-asm
PackageChecksum: SHA1: ${sha1}
ExternalRef: PACKAGE-MANAGER purl pkg:maven/org.ow2.asm/asm@9.7

Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-shop
`;
    expect(listed(text)).toEqual(['org.ow2.asm:asm:9.7']);
    expect(root(text)).toBe('com.acme:shop:1.0.0');
    expect(readEvidence(text, 'deps').components[0]?.hashes).toEqual([{ algorithm: 'sha1', hex: sha1 }]);
  });
});

describe('a pom.xml', () => {
  it('tells the dependencies that it names with a version', () => {
    const text = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><groupId>com.acme</groupId><artifactId>parent</artifactId><version>1.0.0</version></parent>
  <artifactId>shop</artifactId>
  <properties><asm.version>9.7</asm.version><loop>\${loop}</loop></properties>
  <dependencies>
    <dependency><groupId>org.ow2.asm</groupId><artifactId>asm</artifactId><version>\${asm.version}</version></dependency>
    <dependency><groupId>\${project.groupId}</groupId><artifactId>model</artifactId><version>\${project.version}</version></dependency>
    <dependency><groupId>managed</groupId><artifactId>elsewhere</artifactId></dependency>
    <dependency><groupId>a</groupId><artifactId>b</artifactId><version>\${loop}</version></dependency>
  </dependencies>
</project>`;
    expect(listed(text)).toEqual(['org.ow2.asm:asm:9.7', 'com.acme:model:1.0.0']);
    expect(root(text)).toBe('com.acme:shop:1.0.0');
    expect(readEvidence(text, 'deps').complete).toBe(false);
  });
});

describe('a list made to hurt', () => {
  const many = 200_000;

  it.each([
    [
      'a bill of materials',
      `{"bomFormat":"CycloneDX","components":[{"purl":"pkg:maven/a/b@1","components":[`,
      ']}]}',
      '{}',
    ],
    [
      'a tree',
      `{"groupId":"a","artifactId":"r","version":"1","children":[{"groupId":"a","artifactId":"b","version":"1","children":[`,
      ']}]}',
      '{}',
    ],
  ])('may hold more in one place than a call can have arguments: %s', (_, start, end, node) => {
    expect(listed(`${start}${`${node},`.repeat(many)}${node}${end}`)).toEqual(['a:b:1']);
  });

  it('may do so in XML, too', () => {
    const inner = `<components>${'<component/>'.repeat(many)}</components>`;
    const text = `<bom><components><component><purl>pkg:maven/a/b@1</purl>${inner}</component></components></bom>`;
    expect(listed(text)).toEqual(['a:b:1']);
  });

  it('may nest as deep as it likes', () => {
    const deep = (start: string, end: string) => `${start.repeat(many)}${end.repeat(many)}`;
    expect(listed(`{"bomFormat":"CycloneDX","components":[${deep('{"components":[', ']}')}]}`)).toEqual([]);
  });

  it.each([
    ['remarks', ' (optional'],
    ['remarks with an end', ' (version managed from ('],
    ['modules', ' -- module \r'],
    ['colours', '\u001b[1;'],
    ['branches', '|  '],
    ['colons', 'a:'],
    ['spaces', ' '],
  ])('is passed over where one line is 2 MB of %s, and costs no more where it is cut in many', (_, token) => {
    const line = 'a:b:jar:1:compile\n';
    const huge = token.repeat((2 << 20) / token.length);
    expect(listed(`${huge}\n${line}`)).toEqual(['a:b:1']);
    const short = `${token.repeat(4_000 / token.length)}\n`;
    expect(listed(`${short.repeat(500)}${line}`)).toEqual(['a:b:1']);
  });

  it('may give one package thousands of names and hashes', () => {
    const text = `SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-a\n${`PackageChecksum: ${'::'.repeat(2_000)} a b\n`.repeat(500)}`;
    const purls = 'ExternalRef: PACKAGE-MANAGER purl pkg:maven/a/b@1\n'.repeat(20_000);
    const hashes = `PackageChecksum: SHA1: ${'0'.repeat(40)}\n`.repeat(20_000);
    const { components } = readEvidence(`${text}${purls}${hashes}`, 'deps');
    expect(components.reduce((sum, one) => sum + one.hashes.length, 0)).toBeLessThanOrEqual(20_000 * 16);
  });
});

describe('anything else', () => {
  it.each([
    ['', 'it begins with ""'],
    ['hello world', 'it begins with "hello world"'],
    ['{"bomFormat": "Other"}', 'it begins with'],
    ['{"bomFormat": "Cyc', 'is not valid JSON'],
    ['<project><unclosed></project>', 'it begins with'],
    ['<html></html>', 'it begins with "<html></html>"'],
    [`<project>${'<a>'.repeat(200)}${'</a>'.repeat(200)}</project>`, 'it begins with'],
    ['a:b:1=x\nnot a lock line', 'it begins with "a:b:1=x"'],
  ])('is refused with the kinds that are known: %j', (text, said) => {
    const thrown = catchError(() => readEvidence(text, 'deps.txt'));
    expect(thrown.code).toBe('EVIDENCE_INVALID');
    expect(thrown.message).toContain(`deps.txt`);
    expect(thrown.message).toContain(said);
    expect(thrown.hint).toBeTruthy();
  });

  it('never ends in another error, and never yields names that could not be published', () => {
    const line = fc.stringMatching(/^[ |+\\-]{0,6}[\w.:${}()/ <>-]{0,60}$/);
    const json = fc.json({ maxDepth: 4 });
    const hostile = fc.constantFrom(
      '{"bomFormat":"CycloneDX","components":[{"__proto__":{"purl":"pkg:maven/a/b@1"}}]}',
      '{"bomFormat":"CycloneDX","metadata":null,"components":[null,[],{"purl":{}}]}',
      '{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":1}],"relationships":"x"}',
      '<!DOCTYPE a [<!ENTITY b "&b;&b;">]><bom><components><component><name>&b;</name></component></components></bom>',
      `{"groupId":"a","artifactId":"b","version":"1","children":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    );
    const text = fc.oneof(
      fc.array(line).map((lines) => lines.join('\n')),
      json,
      hostile,
      fc.string(),
    );
    fc.assert(
      fc.property(text, (said) => {
        try {
          for (const { group, artifact, version } of readEvidence(said, 'x').components)
            expect([group, artifact, version].join('')).toMatch(/^[\w.+~-]+$/);
        } catch (error) {
          if (!(error instanceof BlockPackError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

function catchError(deed: () => unknown): BlockPackError {
  try {
    deed();
  } catch (error) {
    if (error instanceof BlockPackError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
