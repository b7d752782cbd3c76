import { createHash } from 'node:crypto';
import {
  BlockPackError,
  type Component,
  emptyMemory,
  MemoryBlobStore,
  type PackMemory,
  pack,
  type Warning,
} from '@block-pack/core';
import { fakeInput, fakeJar, fakeZip } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import { readEvidence } from './evidence/read-evidence.ts';
import { createJavaPacker, type JavaOptions } from './packer.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

interface Outcome {
  readonly components: Readonly<Record<string, Component>>;
  readonly warnings: readonly Warning[];
}

async function identify(
  files: Files,
  options: Partial<JavaOptions> = {},
  memory: PackMemory = emptyMemory(),
): Promise<Outcome> {
  const packer = createJavaPacker({ evidence: [], repositories: [], applications: [], ...options });
  const warnings: Warning[] = [];
  const warn = (warning: Warning) => void warnings.push(warning);
  const { imports } = await pack(packer, [fakeInput(files)], new MemoryBlobStore(), { memory, warn });
  const components = imports.map(({ line, component }) => [line.path.replace('/app/lib/', ''), component]);
  return { components: Object.fromEntries(components), warnings };
}

async function purlOf(
  fileName: string,
  content: Uint8Array,
  options?: Partial<JavaOptions>,
): Promise<string> {
  const { components } = await identify({ [fileName]: content }, options);
  return `${components[fileName]?.purl} ${components[fileName]?.evidence[0]?.source} ${components[fileName]?.evidence[0]?.confidence}`;
}

function properties(group: string, artifact: string, version: string): Files {
  return {
    [`META-INF/maven/${group}/${artifact}/pom.properties`]: `groupId=${group}\nartifactId=${artifact}\nversion=${version}\n`,
  };
}

function pom(group: string, artifact: string, version: string): Files {
  return {
    [`META-INF/maven/${group}/${artifact}/pom.xml`]: `<project><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></project>`,
  };
}

const lock = (...lines: string[]) => ({
  evidence: [readEvidence(lines.map((line) => `${line}=x\n`).join(''), 'gradle.lockfile')],
});
const list = (...lines: string[]) => ({ evidence: [readEvidence(lines.join('\n'), 'list.txt')] });
const asm = fakeJar({ 'org/objectweb/asm/Type.class': 'type' });

describe('a jar with nothing but its name', () => {
  it('gets no group, and a warning that says so once for all of them', async () => {
    const { components, warnings } = await identify({ 'asm-9.7.jar': asm, 'b-1-linux-x86_64.jar': asm });
    expect(components['asm-9.7.jar']?.purl).toBe('pkg:generic/asm@9.7');
    expect(components['b-1-linux-x86_64.jar']?.purl).toBe('pkg:generic/b@1?classifier=linux-x86_64');
    expect(components['asm-9.7.jar']?.evidence[0]).toMatchObject({ source: 'file-name', confidence: 'weak' });
    expect(warnings.map(({ code }) => code)).toEqual(['GROUP_UNKNOWN']);
    expect(warnings[0]?.message).toMatch(
      /^The group of 2 of 2 libraries .*asm-9\.7\.jar, b-1-linux-x86_64\.jar/,
    );
  });

  it('is not guessed at from the names of its modules or bundles', async () => {
    const manifest =
      'Manifest-Version: 1.0\nAutomatic-Module-Name: org.objectweb.asm\nBundle-SymbolicName: org.objectweb.asm\n';
    expect(await purlOf('asm-9.7.jar', fakeJar({ 'META-INF/MANIFEST.MF': manifest }))).toMatch(
      /^pkg:generic/,
    );
  });
});

describe("a jar's own Maven files", () => {
  it('are believed when they agree with the file name', async () => {
    const jar = fakeJar(properties('org.ow2.asm', 'asm', '9.7'));
    expect(await purlOf('asm-9.7.jar', jar)).toBe('pkg:maven/org.ow2.asm/asm@9.7 pom.properties strong');
    expect(await purlOf('asm-9.7-linux.jar', jar)).toContain(
      'pkg:maven/org.ow2.asm/asm@9.7?classifier=linux ',
    );
    expect(await purlOf('org.ow2.asm.asm-9.7.jar', jar)).toContain('pkg:maven/org.ow2.asm/asm@9.7 ');
    expect(await purlOf('asm.jar', jar)).toContain('pkg:maven/org.ow2.asm/asm@9.7 pom.properties weak');
  });

  it('may be a pom.xml alone', async () => {
    const jar = fakeJar(pom('org.ow2.asm', 'asm', '9.7'));
    expect(await purlOf('asm-9.7.jar', jar)).toBe('pkg:maven/org.ow2.asm/asm@9.7 pom.xml strong');
  });

  it('tell where the artifact ends and the version begins', async () => {
    const jar = fakeJar(properties('org.eclipse.jetty', 'jsp-2.1', '6.1.14'));
    expect(await purlOf('jsp-2.1-6.1.14.jar', jar)).toContain('pkg:maven/org.eclipse.jetty/jsp-2.1@6.1.14 ');
  });

  it('are those of something shaded into it when they do not agree with the file name', async () => {
    const shaded = fakeJar(properties('com.google.guava', 'guava', '33.0.0-jre'));
    expect(await purlOf('my-client-1.0.jar', shaded)).toContain('pkg:generic/my-client@1.0 ');
    expect(await purlOf('guava-32.0.0-jre.jar', shaded)).toContain('pkg:generic/guava@32.0.0-jre ');
  });

  it('are found among those of what was shaded into it', async () => {
    const jar = fakeJar({
      ...properties('com.google.guava', 'guava', '33.0.0-jre'),
      ...properties('com.acme', 'my-client', '1.0'),
    });
    expect(await purlOf('my-client-1.0.jar', jar)).toContain('pkg:maven/com.acme/my-client@1.0 ');
  });

  it('decide nothing when two of them fit, and the warning names both', async () => {
    const jar = fakeJar({ ...properties('org.one', 'core', '1'), ...properties('org.two', 'core', '1') });
    const { components, warnings } = await identify({ 'core-1.jar': jar });
    expect(components['core-1.jar']?.purl).toBe('pkg:generic/core@1');
    expect(warnings[0]?.message).toContain('core-1.jar (org.one:core:1 or org.two:core:1?)');
  });

  it('that are damaged, huge or nonsense are as good as none', async () => {
    const jar = fakeJar({
      'META-INF/maven/a/b/pom.properties': 'x'.repeat(2 << 20),
      'META-INF/maven/a/c/pom.xml': '<project>',
      'META-INF/maven/a/d/pom.properties': 'groupId=a b\nartifactId=d\nversion=1\n',
    });
    expect(await purlOf('b-1.jar', jar)).toContain('pkg:generic/b@1 ');
    expect(await purlOf('d-1.jar', jar)).toContain('pkg:generic/d@1 ');
  });
});

describe('a jar with more inside than a jar has', () => {
  const filler = (n: number) =>
    Object.fromEntries(
      Array.from({ length: n }, (_, i) => Object.entries(properties('g', `a${i}`, '1'))[0] ?? []),
    );

  it('is looked at only so far', async () => {
    const own = properties('com.acme', 'shop', '1');
    expect(await purlOf('shop-1.jar', fakeJar({ ...filler(900), ...own }))).toContain(
      'pkg:maven/com.acme/shop@1 ',
    );
    expect(await purlOf('shop-1.jar', fakeJar({ ...filler(1_000), ...own }))).toContain(
      'pkg:generic/shop@1 ',
    );
  });

  it('has its poms read up to half a megabyte', async () => {
    const padding = `<!--${' '.repeat(120 << 10)}-->`;
    const padded = (artifact: string) =>
      Object.fromEntries(
        Object.entries(pom('com.acme', artifact, '1')).map(([path, text]) => [path, `${text}${padding}`]),
      );
    const before = { ...padded('a'), ...padded('b'), ...padded('c') };
    expect(await purlOf('shop-1.jar', fakeJar({ ...before, ...padded('shop') }))).toContain(
      'pkg:maven/com.acme/shop@1 ',
    );
    expect(await purlOf('shop-1.jar', fakeJar({ ...before, ...padded('d'), ...padded('shop') }))).toContain(
      'pkg:generic/shop@1 ',
    );
  });
});

describe("a resolver's list", () => {
  it('names jars by their file names', async () => {
    expect(await purlOf('asm-9.7.jar', asm, list('org.ow2.asm:asm:jar:9.7:compile'))).toBe(
      'pkg:maven/org.ow2.asm/asm@9.7 resolver-name strong',
    );
  });

  it('names jars by the names of the files it lists', async () => {
    const evidence = list('org.ow2.asm:asm:jar:9.7:compile:/m2/org/ow2/asm/asm/9.7/renamed.jar');
    expect(await purlOf('renamed.jar', asm, evidence)).toContain(
      'pkg:maven/org.ow2.asm/asm@9.7 resolver-path',
    );
  });

  it('may leave the classifier to the file name', async () => {
    expect(await purlOf('netty-4-linux-x86_64.jar', asm, lock('io.netty:netty:4'))).toContain(
      'pkg:maven/io.netty/netty@4?classifier=linux-x86_64 ',
    );
  });

  it('leaves names to the input where a list lies only beside it, and tells what is found there', async () => {
    const nameless = fakeJar();
    const text = 'g:shop:jar:1\n+- com.acme:deep:jar:2.0:compile\n\\- org.ow2.asm:asm:jar:9.7:test\n';
    const beside = async () => [readEvidence(text, 'tree')];
    const files = {
      'deep-2.0.jar': nameless,
      'asm-9.7.jar': fakeJar(properties('org.ow2.asm', 'asm', '9.7')),
    };
    const { components, warnings } = await identify(files, { beside });
    expect(components['deep-2.0.jar']).toMatchObject({
      ...{ purl: 'pkg:generic/deep@2.0', resolvedAs: 'pkg:maven/com.acme/deep@2.0' },
      ...{ relation: 'direct', scope: 'compile' },
    });
    expect(components['asm-9.7.jar']?.resolvedAs).toBeUndefined();
    expect(components['asm-9.7.jar']?.scope).toBe('test');
    expect(warnings.map(({ code }) => code)).toEqual(['GROUP_UNKNOWN', 'TESTS_PACKED']);
  });

  it('tells snapshots by their base version as by their time', async () => {
    const evidence = list('com.acme:shop:jar:1.0-20240101.120000-3:compile');
    expect(await purlOf('shop-1.0-SNAPSHOT.jar', asm, evidence)).toContain(
      'pkg:maven/com.acme/shop@1.0-20240101.120000-3 ',
    );
  });

  it('is not enough for a file name without a version, but with the Maven files inside it is', async () => {
    const evidence = list('org.ow2.asm:asm:jar:9.7:compile');
    expect(await purlOf('asm.jar', asm, evidence)).toContain('pkg:generic/asm ');
    const own = fakeJar(properties('org.ow2.asm', 'asm', '9.7'));
    expect(await purlOf('asm.jar', own, evidence)).toContain(
      'pkg:maven/org.ow2.asm/asm@9.7 resolver-name strong',
    );
  });

  it('with one name in two groups is decided by what is inside, or not at all', async () => {
    const evidence = list('org.one:core:jar:1:compile', 'org.two:core:jar:1:compile');
    const { warnings } = await identify({ 'core-1.jar': asm }, evidence);
    expect(warnings[0]?.message).toContain('the lists given do not decide it');
    expect(await purlOf('core-1.jar', asm, evidence)).toContain('pkg:generic/core@1 ');
    const own = fakeJar(properties('org.two', 'core', '1'));
    expect(await purlOf('core-1.jar', own, evidence)).toContain('pkg:maven/org.two/core@1 ');
  });

  it('is believed before the Maven files inside, and agreement is kept as evidence', async () => {
    const own = fakeJar(properties('org.ow2.asm', 'asm', '9.7'));
    const { components } = await identify({ 'asm-9.7.jar': own }, list('org.ow2.asm:asm:jar:9.7:compile'));
    expect(components['asm-9.7.jar']?.evidence.map(({ source }) => source)).toEqual([
      'resolver-name',
      'pom.properties',
    ]);
  });

  it('of other things than jars is not taken for one', async () => {
    expect(await purlOf('shop-1.jar', asm, list('com.acme:shop:war:1:compile'))).toContain(
      'pkg:generic/shop@1 ',
    );
  });
});

describe('a bill of materials', () => {
  const bom = (alg: string, algorithm: string, purl = 'pkg:maven/org.ow2.asm/asm@9.7') => {
    const content = createHash(algorithm).update(asm).digest('hex');
    const components = [{ purl, hashes: [{ alg, content }] }];
    return { evidence: [readEvidence(JSON.stringify({ bomFormat: 'CycloneDX', components }), 'bom.json')] };
  };

  it.each([
    ['SHA-256', 'sha256', 'exact'],
    ['SHA-512', 'sha512', 'exact'],
    ['SHA-1', 'sha1', 'strong'],
    ['MD5', 'md5', 'strong'],
  ])('names a jar by its %s, however the file is called', async (alg, algorithm, confidence) => {
    expect(await purlOf('whatever.jar', asm, bom(alg, algorithm))).toBe(
      `pkg:maven/org.ow2.asm/asm@9.7 sbom-digest ${confidence}`,
    );
  });

  it('is believed before everything else', async () => {
    const { evidence } = bom('SHA-256', 'sha256', 'pkg:maven/true/asm@9.7');
    const both = { evidence: [...evidence, ...list('false:asm:jar:9.7:compile').evidence] };
    expect(await purlOf('asm-9.7.jar', asm, both)).toContain('pkg:maven/true/asm@9.7 ');
  });
});

describe('a list with thousands of things of one name', () => {
  it('decides nothing, and the warning names only some of them', async () => {
    const lines = Array.from({ length: 5_000 }, (_, n) => `g${n}:core:1`);
    const { warnings } = await identify({ 'core-1.jar': asm }, lock(...lines));
    expect(warnings[0]?.message).toContain('core-1.jar (g0:core:1 or g1:core:1');
    expect(warnings[0]?.message.length).toBeLessThan(400);
  });
});

describe('what was learnt of a jar', () => {
  it('is not read again', async () => {
    const memory = emptyMemory();
    const jar = fakeJar(properties('org.ow2.asm', 'asm', '9.7'));
    const learnt: string[] = [];
    const counting = {
      ...memory,
      learn: (...fact: Parameters<PackMemory['learn']>) => {
        learnt.push(fact[1]);
        memory.learn(...fact);
      },
    };
    const first = await identify({ 'asm-9.7.jar': jar }, {}, counting);
    const second = await identify({ 'asm-9.7.jar': jar }, {}, counting);
    expect(second.components).toEqual(first.components);
    expect(learnt).toEqual(['jar/3']);
  });

  it.each([[{ projects: 7 }], ['text'], [null], [{ projects: [{ group: 1 }], classPath: [] }]])(
    'is read again when the memory is damaged: %j',
    async (damage) => {
      const memory = { ...emptyMemory(), fact: () => damage };
      const jar = fakeJar(properties('org.ow2.asm', 'asm', '9.7'));
      const { components } = await identify({ 'asm-9.7.jar': jar }, {}, memory);
      expect(components['asm-9.7.jar']?.purl).toBe('pkg:maven/org.ow2.asm/asm@9.7');
    },
  );
});

describe('a file that is called .jar', () => {
  it.each([
    ['no zip archive', Buffer.from('<html>not found</html>')],
    ['cut off', asm.slice(0, asm.length - 30)],
    ['empty', new Uint8Array()],
  ])('and is %s is refused by name', async (_, content) => {
    const error = await identify({ 'broken.jar': content }).catch((thrown: unknown) => thrown);
    if (!(error instanceof BlockPackError)) throw new Error('it was packed');
    expect(error.code).toBe('ARCHIVE_INVALID');
    expect(error.message).toContain('the input/broken.jar');
    expect(error.hint).toBeTruthy();
  });

  it('and is odd inside is kept as it is', async () => {
    const odd = fakeZip([
      { path: 'a', content: '1' },
      { path: 'a', content: '2' },
    ]);
    const { warnings, components } = await identify({ 'odd-1.jar': odd }, lock('x:odd:1'));
    expect(warnings).toEqual([]);
    expect(components['odd-1.jar']?.purl).toBe('pkg:maven/x/odd@1');
  });
});
