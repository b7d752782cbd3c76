import { createHash } from 'node:crypto';
import { type Component, emptyMemory, MemoryBlobStore, pack, type Warning } from '@block-pack/core';
import { fakeInput, fakeJar } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import { readEvidence } from './evidence/read-evidence.ts';
import type { ResolverEvidence } from './evidence/resolver-evidence.ts';
import { createJavaPacker } from './packer.ts';

type Jars = Readonly<Record<string, Uint8Array>>;

interface Outcome {
  /** In the order of their paths. */
  readonly components: readonly Component[];
  readonly warnings: readonly Warning[];
}

async function identify(files: Jars, evidence: readonly ResolverEvidence[]): Promise<Outcome> {
  const packer = createJavaPacker({ evidence, repositories: [], applications: [] });
  const warnings: Warning[] = [];
  const warn = (warning: Warning) => void warnings.push(warning);
  const context = { memory: emptyMemory(), warn };
  const { imports } = await pack(packer, [fakeInput(files)], new MemoryBlobStore(), context);
  return { components: imports.map(({ component }) => component), warnings };
}

/** A jar that Maven made. */
function mavenJar(group: string, artifact: string, version: string): Uint8Array {
  const path = `META-INF/maven/${group}/${artifact}/pom.properties`;
  return fakeJar({ [path]: `groupId=${group}\nartifactId=${artifact}\nversion=${version}\n` });
}

const list = (line: string) => readEvidence(line, 'list.txt');
const asm = fakeJar({ 'org/objectweb/asm/Type.class': 'type' });

describe('a bill of materials that has another hash for the file of this name', () => {
  const bom = (hashes: object[], more: object = {}, name = 'bom.json') => {
    const components = [{ purl: 'pkg:maven/org.ow2.asm/asm@9.7', ...more, hashes }];
    return readEvidence(JSON.stringify({ bomFormat: 'CycloneDX', components }), name);
  };
  const wrong = { alg: 'SHA-256', content: '0'.repeat(64) };
  const right = { alg: 'SHA-256', content: createHash('sha256').update(asm).digest('hex') };
  const sha1 = { alg: 'SHA-1', content: createHash('sha1').update(asm).digest('hex') };

  async function named(evidence: readonly ResolverEvidence[], files: Jars = { 'asm-9.7.jar': asm }) {
    const { components, warnings } = await identify(files, evidence);
    const [first] = components;
    return {
      says: `${first?.purl} ${first?.evidence.map(({ source, confidence }) => `${source} ${confidence}`)}`,
      warnings,
    };
  }

  it('names it all the same, but weakly, and one warning tells all such jars', async () => {
    const evidence = [bom([wrong]), list('x:b:jar:1:compile')];
    const { says, warnings } = await named(evidence, {
      'asm-9.7.jar': asm,
      'b-1.jar': asm,
      'sub/asm-9.7.jar': asm,
    });
    expect(says).toBe('pkg:maven/org.ow2.asm/asm@9.7 resolver-name weak');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.code).toBe('DIGEST_DISAGREES');
    expect(warnings[0]?.message).toMatch(
      /^2 of 3 jars .*: asm-9\.7\.jar \(another sha256 in bom\.json\), asm/,
    );
  });

  it('leaves nothing strong, since any bytes can hold Maven files, and any list can name them', async () => {
    const own = mavenJar('org.ow2.asm', 'asm', '9.7');
    const evidence = [list('org.ow2.asm:asm:jar:9.7:compile:/m2/asm-9.7.jar'), bom([wrong])];
    expect((await named(evidence, { 'asm-9.7.jar': own })).says).toBe(
      'pkg:maven/org.ow2.asm/asm@9.7 resolver-path weak,resolver-name weak,pom.properties weak',
    );
  });

  it('is judged by the strongest hash that it has, and by SHA-1 where that is all', async () => {
    expect((await named([bom([wrong, sha1])])).warnings).toHaveLength(1);
    const { says, warnings } = await named([bom([{ ...sha1, content: '0'.repeat(40) }])]);
    expect(says).toContain('resolver-name weak');
    expect(warnings[0]?.message).toContain('another sha1 in bom.json');
  });

  it('is overruled by another that has the right one', async () => {
    const { says, warnings } = await named([bom([wrong]), bom([right], {}, 'newer.json')]);
    expect(says).toContain('pkg:maven/org.ow2.asm/asm@9.7 sbom-digest exact');
    expect(warnings).toEqual([]);
  });

  it('says nothing about the file of another classifier', async () => {
    const plain = { purl: undefined, group: 'org.ow2.asm', name: 'asm', version: '9.7' };
    const { says, warnings } = await named([bom([wrong], plain)], { 'asm-9.7-linux.jar': asm });
    expect(says).toBe('pkg:maven/org.ow2.asm/asm@9.7?classifier=linux resolver-name strong');
    expect(warnings).toEqual([]);
  });
});

describe('a list that has another group than the Maven files inside', () => {
  const own = mavenJar('commons-io', 'commons-io', '2.19.0');

  it.each([
    ['com.evil:commons-io:jar:2.19.0:compile', 'resolver-name'],
    ['com.evil:commons-io:jar:2.19.0:compile:/m2/commons-io-2.19.0.jar', 'resolver-path'],
  ])('is believed, but weakly and with a warning: %s', async (line, source) => {
    const { components, warnings } = await identify({ 'commons-io-2.19.0.jar': own }, [list(line)]);
    const [component] = components;
    expect(component?.purl).toBe('pkg:maven/com.evil/commons-io@2.19.0');
    expect(component?.evidence[0]).toMatchObject({ source, confidence: 'weak' });
    expect(warnings.map(({ code }) => code)).toEqual(['GROUP_DISAGREES']);
    expect(warnings[0]?.message).toContain(
      'commons-io-2.19.0.jar (commons-io inside, com.evil:commons-io:2.19.0 in list.txt)',
    );
  });

  it('is no such list when what is inside was shaded', async () => {
    const { warnings } = await identify({ 'client-1.jar': own }, [list('com.acme:client:jar:1:compile')]);
    expect(warnings).toEqual([]);
  });

  it('is beyond doubt where it knows the bytes', async () => {
    const content = createHash('sha256').update(own).digest('hex');
    const components = [
      { purl: 'pkg:maven/com.acme/commons-io@2.19.0', hashes: [{ alg: 'SHA-256', content }] },
    ];
    const evidence = [readEvidence(JSON.stringify({ bomFormat: 'CycloneDX', components }), 'bom.json')];
    const { warnings } = await identify({ 'commons-io-2.19.0.jar': own }, evidence);
    expect(warnings).toEqual([]);
  });
});
