import {
  BlockPackError,
  emptyMemory,
  encodeImportManifest,
  type InputDirectory,
  MemoryBlobStore,
  type Packed,
  pack,
  parseImagePath,
  randomAccessOf,
  zipDirectory,
} from '@block-pack/core';
import { fakeFile, fakeInput, fakeJar, fakeZip, packerContract } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import { createJavaPacker } from './packer.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

const packer = () => createJavaPacker({ evidence: [], repositories: [], applications: [] });

function packOnce(input: InputDirectory): Promise<Packed> {
  return pack(packer(), [input], new MemoryBlobStore(), { memory: emptyMemory(), warn: () => {} });
}

async function archiveOf(files: Files, name: string): Promise<InputDirectory> {
  const bytes = fakeZip(files);
  return await zipDirectory(randomAccessOf(bytes), fakeFile(name, bytes), name);
}

/** `path role purl`, less what is the same everywhere. */
async function imports(input: InputDirectory): Promise<string[]> {
  const packed = await packOnce(input);
  return packed.imports.map(({ line, component }) => `${line.path} ${component.role} ${component.purl}`);
}

async function refusal(files: Files, name = 'my-service'): Promise<string> {
  const error = await packOnce(fakeInput(files, { name })).catch((thrown: unknown) => thrown);
  if (!(error instanceof BlockPackError)) throw new Error('it was packed');
  return `${error.code}: ${error.message}. ${error.hint}`;
}

const jar = fakeJar();
const otherJar = fakeJar({ 'a.txt': 'a' });

const springBoot: Files = {
  'META-INF/MANIFEST.MF':
    'Manifest-Version: 1.0\r\nMain-Class: org.springframework.boot.loader.launch.JarLauncher\r\nSpring-Boot-Version: 3.5.7\r\n\r\n',
  'META-INF/maven/com.acme/shop/pom.properties': 'groupId=com.acme\nartifactId=shop\nversion=1.2.0\n',
  'org/springframework/boot/loader/launch/JarLauncher.class': 'launcher',
  'org/springframework/boot/loader/zip/ZipContent.class': 'zip',
  'BOOT-INF/classes/com/acme/Shop.class': 'shop',
  'BOOT-INF/classpath.idx': '- "BOOT-INF/lib/asm-9.7.jar"\n',
  'BOOT-INF/layers.idx':
    '- "dependencies":\n  - "BOOT-INF/lib/asm-9.7.jar"\n- "application":\n  - "BOOT-INF/classes/"\n  - "BOOT-INF/lib/shop-model-1.2.0.jar"\n',
  'BOOT-INF/lib/asm-9.7.jar': jar,
  'BOOT-INF/lib/shop-model-1.2.0.jar': otherJar,
};

const distribution: Files = {
  'bin/shop': '#!/bin/sh\nCLASSPATH=$APP_HOME/lib/shop-1.2.0.jar:$APP_HOME/lib/asm-9.7.jar\n',
  'lib/asm-9.7.jar': jar,
  'lib/shop-1.2.0.jar': otherJar,
  LICENSE: 'free',
};

packerContract('a library directory', packer, () =>
  fakeInput({ 'asm-9.7.jar': jar, 'sub/guava-33.0.0-jre.jar': otherJar, 'README.txt': 'read', 'empty/': '' }),
);
packerContract('an exploded Spring Boot jar', packer, () => fakeInput(springBoot));
packerContract('a distribution', packer, () => fakeInput(distribution));

describe('a library directory', () => {
  it('lands in /app/lib, each jar as a block of its own and the rest as one', async () => {
    const input = fakeInput({
      'asm-9.7.jar': jar,
      'sub/x.jar': otherJar,
      NOTICE: 'n',
      'asm.jar': '-> asm-9.7.jar',
    });
    expect(await imports(input)).toEqual([
      '/app/lib other pkg:generic/lib',
      '/app/lib/asm-9.7.jar dependency pkg:generic/asm@9.7',
      '/app/lib/sub/x.jar dependency pkg:generic/x',
    ]);
  });

  it('names jars whose names hold spaces, quotes, newlines and other scripts', async () => {
    const names = ['a b.jar', 'quo"te.jar', 'new\nline.jar', 'ünï-1.0.jar', `${'x'.repeat(251)}.jar`];
    const packed = await packOnce(fakeInput(Object.fromEntries(names.map((name) => [name, jar]))));
    expect(packed.imports.map(({ line }) => line.path).sort()).toEqual(
      names.map((name) => `/app/lib/${name}`).sort(),
    );
  });

  it('may have jars in sub-folders only', async () => {
    expect(await imports(fakeInput({ 'runtime/a.jar': jar }))).toEqual([
      '/app/lib/runtime/a.jar dependency pkg:generic/a',
    ]);
  });

  it('lands where the user says', async () => {
    const input = fakeInput({ 'a.jar': jar });
    const prefix = parseImagePath('/srv');
    const [placement] = await createJavaPacker({
      prefix,
      evidence: [],
      repositories: [],
      applications: [],
    }).place(input, { memory: emptyMemory(), warn: () => {} });
    expect(placement?.path).toBe('/srv/a.jar');
  });
});

describe('an application distribution', () => {
  const expected = [
    '/app other pkg:generic/app',
    '/app/lib/asm-9.7.jar dependency pkg:generic/asm@9.7',
    '/app/lib/shop-1.2.0.jar application pkg:generic/shop@1.2.0',
  ];

  it('lands in /app', async () => {
    expect(await imports(fakeInput(distribution))).toEqual(expected);
  });

  it('gives the same import manifest from the archive as from the unpacked directory', async () => {
    const inFolder = Object.fromEntries(
      Object.entries(distribution).map(([path, content]) => [`shop-1.2.0/${path}`, content]),
    );
    const fromArchive = await packOnce(await archiveOf(inFolder, 'shop-1.2.0.zip'));
    const fromTar = await packOnce(fakeInput(inFolder, { name: 'shop-1.2.0.tar.gz' }));
    const fromDirectory = await packOnce(fakeInput(distribution));
    expect(encodeImportManifest(fromArchive.manifest)).toBe(encodeImportManifest(fromDirectory.manifest));
    expect(encodeImportManifest(fromTar.manifest)).toBe(encodeImportManifest(fromDirectory.manifest));
  });

  it('makes blocks of the jars of its plug-ins too', async () => {
    expect(await imports(fakeInput({ ...distribution, 'plugins/csv/lib/csv-1.jar': jar }))).toContain(
      '/app/plugins/csv/lib/csv-1.jar dependency pkg:generic/csv@1',
    );
  });

  it('may be one jar beside its libraries, and is none where more jars lie there', async () => {
    const started = { 'shop-1.0.jar': jar, 'lib/asm-9.7.jar': jar };
    expect(await imports(fakeInput(started))).toEqual([
      '/app/lib/asm-9.7.jar dependency pkg:generic/asm@9.7',
      '/app/shop-1.0.jar dependency pkg:generic/shop@1.0',
    ]);
    expect(await imports(fakeInput({ ...started, 'other-1.jar': jar }))).toContain(
      '/app/lib/lib/asm-9.7.jar dependency pkg:generic/asm@9.7',
    );
  });

  it('may do without a bin directory, and call its libraries libs', async () => {
    expect(await imports(fakeInput({ 'libs/a.jar': jar, 'resources/a.yml': 'a: 1' }))).toEqual([
      '/app other pkg:generic/app',
      '/app/libs/a.jar dependency pkg:generic/a',
    ]);
  });
});

describe('a Spring Boot jar', () => {
  const expected = [
    '/app application pkg:maven/com.acme/shop@1.2.0',
    '/app/BOOT-INF/lib/asm-9.7.jar dependency pkg:generic/asm@9.7',
    '/app/BOOT-INF/lib/shop-model-1.2.0.jar application pkg:generic/shop-model@1.2.0',
    '/app/org/springframework/boot/loader dependency pkg:maven/org.springframework.boot/spring-boot-loader@3.5.7',
  ];

  it('is taken apart into its libraries, its loader and the application', async () => {
    expect(await imports(await archiveOf(springBoot, 'shop.jar'))).toEqual(expected);
  });

  it('gives the same import manifest when it is exploded, and whatever the archive is called', async () => {
    const exploded = await packOnce(fakeInput(springBoot));
    for (const name of ['shop.jar', 'target/renamed.jar', 'app.war']) {
      const { manifest } = await packOnce(await archiveOf(springBoot, name));
      expect(encodeImportManifest(manifest)).toBe(encodeImportManifest(exploded.manifest));
    }
  });

  it('covers all that is in the archive', async () => {
    const input = await archiveOf(springBoot, 'shop.jar');
    const { imports: packed } = await packOnce(input);
    expect(packed.reduce((sum, { block }) => sum + block.files, 0)).toBe((await input.entries()).length);
  });

  it('knows the classic loader', async () => {
    const { 'org/springframework/boot/loader/zip/ZipContent.class': _, ...classic } = springBoot;
    expect((await imports(fakeInput(classic))).at(-1)).toContain('spring-boot-loader-classic@3.5.7');
  });

  it('takes exact identities from the bill of materials inside', async () => {
    const components = [{ type: 'library', purl: 'pkg:maven/org.ow2.asm/asm@9.7?type=jar' }];
    const bom = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components });
    const input = fakeInput({ ...springBoot, 'META-INF/sbom/application.cdx.json': bom });
    expect(await imports(input)).toContain(
      '/app/BOOT-INF/lib/asm-9.7.jar dependency pkg:maven/org.ow2.asm/asm@9.7',
    );
  });

  it('goes on with a warning when the bill of materials inside cannot be read', async () => {
    const codes: string[] = [];
    const input = fakeInput({ ...springBoot, 'META-INF/sbom/application.cdx.json': '{"bomFormat": "Cyc' });
    await pack(packer(), [input], new MemoryBlobStore(), {
      memory: emptyMemory(),
      warn: ({ code }) => codes.push(code),
    });
    expect(codes).toContain('EVIDENCE_IGNORED');
  });

  it.each([
    [
      'is larger than any',
      { 'META-INF/sbom/a.json': `{"bomFormat":"CycloneDX","a":"${'x'.repeat(8 << 20)}"}` },
      /a\.json has more than \d+ bytes/,
    ],
    [
      'is one of many',
      Object.fromEntries(
        Array.from({ length: 50 }, (_, n) => [`META-INF/sbom/${n}.json`, '{"bomFormat":"CycloneDX"}']),
      ),
      /50 lists .* the first 4 are read/,
    ],
  ] as const)(
    'goes on with one warning when the bill of materials inside %s',
    async (_, files: Files, said) => {
      const messages: string[] = [];
      await pack(packer(), [fakeInput({ ...springBoot, ...files })], new MemoryBlobStore(), {
        memory: emptyMemory(),
        warn: ({ code, message }) => code === 'EVIDENCE_IGNORED' && messages.push(message),
      });
      expect(messages).toEqual([expect.stringMatching(said)]);
    },
  );
});

describe('a web archive', () => {
  it('is taken apart into its libraries and the application', async () => {
    const files = {
      'META-INF/MANIFEST.MF': 'Implementation-Title: shop\nImplementation-Version: 3\n',
      'WEB-INF/web.xml': '<web-app/>',
      'WEB-INF/lib/asm-9.7.jar': jar,
      'WEB-INF/lib-provided/tomcat-10.jar': otherJar,
    };
    expect(await imports(await archiveOf(files, 'shop.war'))).toEqual([
      '/app application pkg:generic/shop@3',
      '/app/WEB-INF/lib-provided/tomcat-10.jar dependency pkg:generic/tomcat@10',
      '/app/WEB-INF/lib/asm-9.7.jar dependency pkg:generic/asm@9.7',
    ]);
  });

  it('may be one of Spring Boot, and start by its loader', async () => {
    const files = {
      'META-INF/MANIFEST.MF': 'Spring-Boot-Version: 3.1.0\n',
      'WEB-INF/lib/asm-9.7.jar': jar,
      'org/springframework/boot/loader/WarLauncher.class': 'launcher',
    };
    expect(await imports(await archiveOf(files, 'shop.war'))).toEqual([
      '/app application pkg:generic/app',
      '/app/WEB-INF/lib/asm-9.7.jar dependency pkg:generic/asm@9.7',
      '/app/org/springframework/boot/loader dependency pkg:maven/org.springframework.boot/spring-boot-loader@3.1.0',
    ]);
  });

  it('may have no libraries', async () => {
    expect(await imports(await archiveOf({ 'WEB-INF/web.xml': '<web-app/>' }, 'shop.war'))).toEqual([
      '/app application pkg:generic/app',
    ]);
  });
});

describe('a Quarkus fast-jar', () => {
  it('keeps every name, and calls the application what the Quarkus build wrote', async () => {
    const pom = 'groupId=jakarta.inject\nartifactId=jakarta.inject-api\nversion=2.0.1\n';
    const named = fakeJar({ 'META-INF/maven/jakarta.inject/jakarta.inject-api/pom.properties': pom });
    const files = {
      'quarkus-run.jar': jar,
      'app/shop-1.0.jar': jar,
      'quarkus/generated-bytecode.jar': jar,
      'quarkus/quarkus-application.dat': 'data',
      'quarkus-app-dependencies.txt': 'org.reactivestreams:reactive-streams::jar:1.0.4\n',
      'lib/main/org.reactivestreams.reactive-streams-1.0.4.jar': otherJar,
      'lib/boot/org.jboss.logging.jboss-logging-3.6.1.Final.jar': otherJar,
      'lib/main/jakarta.inject.jakarta.inject-api-2.0.1.jar': named,
    };
    expect(await imports(fakeInput(files))).toEqual([
      '/app other pkg:generic/app',
      '/app/app/shop-1.0.jar application pkg:generic/shop@1.0',
      '/app/lib/boot/org.jboss.logging.jboss-logging-3.6.1.Final.jar dependency pkg:generic/org.jboss.logging.jboss-logging@3.6.1.Final',
      '/app/lib/main/jakarta.inject.jakarta.inject-api-2.0.1.jar dependency pkg:maven/jakarta.inject/jakarta.inject-api@2.0.1',
      '/app/lib/main/org.reactivestreams.reactive-streams-1.0.4.jar dependency pkg:maven/org.reactivestreams/reactive-streams@1.0.4',
      '/app/quarkus-run.jar application pkg:generic/quarkus-run',
      '/app/quarkus/generated-bytecode.jar application pkg:generic/generated-bytecode',
    ]);
  });
});

describe('the mode of a jar', () => {
  const whole = async (files: Files, executable: readonly string[] = []) =>
    encodeImportManifest((await packOnce(fakeInput(files, { executable }))).manifest);

  it.each([
    ['a library directory', { 'a.jar': jar, 'sub/b.JAR': jar, 'run.sh': '#!' }],
    ['a distribution', distribution],
    ['a Spring Boot jar', springBoot],
    ['a Quarkus fast-jar', { 'quarkus-run.jar': jar, 'lib/main/a.jar': jar }],
  ] as const)('makes no difference in %s', async (_, files: Files) => {
    const jars = Object.keys(files).filter((path) => /\.jar$/i.test(path));
    expect(await whole(files, jars)).toBe(await whole(files));
  });

  it('makes no difference where the jar is the whole input', async () => {
    const bytes = fakeJar({ 'com/acme/Main.class': 'main' });
    const open = (executable: boolean) =>
      zipDirectory(randomAccessOf(bytes), fakeFile('shop.jar', bytes, executable), 'shop.jar');
    const [first, second] = [await packOnce(await open(true)), await packOnce(await open(false))];
    expect(encodeImportManifest(first.manifest)).toBe(encodeImportManifest(second.manifest));
  });

  it('is kept for everything else, such as scripts', async () => {
    expect(await whole(distribution, ['bin/shop'])).not.toBe(await whole(distribution));
  });

  it('is left out of an entry of any class, which stays readable and keeps its stamp', async () => {
    class Entry {
      readonly kind = 'file';
      readonly path = 'a.jar';
      readonly size = jar.length;
      readonly executable = true;
      readonly #bytes = jar;
      get stamp(): string {
        return `stamp of ${this.#bytes.length} bytes`;
      }
      async *read() {
        yield this.#bytes;
      }
    }
    const input = { name: 'lib', entries: async () => [new Entry()] };
    const [placement] = await packer().place(input, { memory: emptyMemory(), warn: () => {} });
    const file = placement?.content.kind === 'file' ? placement.content.file : undefined;
    expect(file).toMatchObject({ executable: false, stamp: `stamp of ${jar.length} bytes` });
    expect((await packOnce(input)).imports).toHaveLength(1);
  });
});

describe('a jar with nothing but its own classes', () => {
  it('stays one block, whatever lies inside', async () => {
    const input = await archiveOf(
      { 'com/acme/Main.class': 'main', 'lib/inner.jar': jar },
      'dist/shop-1.0.jar',
    );
    expect(await imports(input)).toEqual(['/app/shop-1.0.jar application pkg:generic/shop@1.0']);
  });
});

describe('a wrong input', () => {
  it('that is empty is refused', async () => {
    expect(await refusal({})).toMatch(
      /^INPUT_EMPTY: There is no jar in my-service: it is empty\. .*target\/lib/,
    );
  });

  it('without a jar is refused, with what was found', async () => {
    expect(await refusal({ 'a.txt': 'a' })).toMatch(/^INPUT_EMPTY: .*it holds only a\.txt/);
    expect(await refusal({ 'a.txt': 'a', 'b.txt': 'b' })).toMatch(/it holds 2 files, such as a\.txt/);
  });

  it.each([
    [{ 'pom.xml': '', 'target/lib/a.jar': jar, 'target/shop-1.jar': jar }, 'my-service/target/lib'],
    [{ 'pom.xml': '', 'target/dependency/a.jar': jar }, 'my-service/target/dependency'],
    [
      { 'pom.xml': '', 'target/shop-1.jar': jar, 'target/shop-1-sources.jar': jar },
      'my-service/target/shop-1.jar',
    ],
    [{ 'build.gradle': '', 'build/install/shop/lib/a.jar': jar }, 'my-service/build/install/shop/lib'],
    [
      { 'build.gradle.kts': '', 'gradle/wrapper/gradle-wrapper.jar': jar, 'build/libs/s.jar': jar },
      'my-service/build/libs/s.jar',
    ],
    [{ 'pom.xml': '', 'target/quarkus-app/lib/main/a.jar': jar }, 'my-service/target/quarkus-app'],
    [{ 'pom.xml': '', 'lib/a.jar': jar }, 'my-service/lib'],
  ] as const)('that is a project is refused with the place that was meant (%#)', async (files, meant) => {
    expect(await refusal(files as Files)).toMatch(new RegExp(`^INPUT_EMPTY: .*Did you mean ${meant}[,?]`));
  });

  it("that is a build's folder is refused with the place that was meant", async () => {
    const files = { 'shop-1.jar': jar, 'lib/a.jar': jar, 'maven-archiver/pom.properties': '' };
    expect(await refusal(files, 'target')).toMatch(
      /^INPUT_UNSUPPORTED: .*Did you mean target\/lib, or target\/shop-1\.jar\?/,
    );
  });
});
