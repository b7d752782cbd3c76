import { emptyMemory, MemoryBlobStore, pack } from '@block-pack/core';
import { fakeInput, fakeJar } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import { readEvidence } from './evidence/read-evidence.ts';
import { createJavaPacker, type JavaOptions } from './packer.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** File names of the jars that are called the application's own. */
async function own(files: Files, options: Partial<JavaOptions> = {}): Promise<string[]> {
  const packer = createJavaPacker({ evidence: [], repositories: [], applications: [], ...options });
  const context = { memory: emptyMemory(), warn: () => {} };
  const { imports } = await pack(packer, [fakeInput(files)], new MemoryBlobStore(), context);
  return imports.flatMap(({ line, component }) =>
    component.role === 'application' ? [line.path.slice(line.path.lastIndexOf('/') + 1)] : [],
  );
}

function jarOf(group: string, artifact: string, version: string, more: Files = {}): Uint8Array {
  const text = `groupId=${group}\nartifactId=${artifact}\nversion=${version}\n`;
  return fakeJar({ [`META-INF/maven/${group}/${artifact}/pom.properties`]: text, ...more });
}

const tree = (text: string) => ({ evidence: [readEvidence(text, 'tree.txt')] });

const libraries: Files = {
  'asm-9.7.jar': jarOf('org.ow2.asm', 'asm', '9.7'),
  'gson-2.11.jar': jarOf('com.google.code.gson', 'gson', '2.11'),
  'slf4j-api-2.0.jar': jarOf('org.slf4j', 'slf4j-api', '2.0'),
};
const shop = { 'shop-1.0.jar': jarOf('com.acme', 'shop', '1.0') };
const model = { 'shop-model-1.0.jar': jarOf('com.acme', 'shop-model', '1.0') };

describe("an application's own jar", () => {
  it('cannot be told from its dependencies when nothing says so', async () => {
    expect(await own({ ...libraries, ...shop })).toEqual([]);
  });

  it('is the one that the user names', async () => {
    expect(await own({ ...libraries, ...shop }, { applications: ['shop-*.jar'] })).toEqual(['shop-1.0.jar']);
    expect(await own({ ...libraries, ...shop }, { applications: ['*'] })).toHaveLength(4);
    expect(
      await own({ ...libraries, ...shop }, { applications: ['a*a*m*.jar', 'shop', '*-1.0.jarr'] }),
    ).toEqual([]);
  });

  it('brings the other modules of its build along', async () => {
    const other = { 'old-0.9.jar': jarOf('com.acme', 'old', '0.9') };
    const input = { ...libraries, ...shop, ...model, ...other };
    expect(await own(input, { applications: ['shop-1.0.jar'] })).toEqual([
      'shop-1.0.jar',
      'shop-model-1.0.jar',
    ]);
  });

  it('is what the libraries were resolved for', async () => {
    const evidence = tree('com.acme:shop:jar:1.0\n+- org.ow2.asm:asm:jar:9.7:compile\n');
    expect(await own({ ...libraries, ...shop }, evidence)).toEqual(['shop-1.0.jar']);
    expect(await own({ ...libraries, 'shop-1.0.jar': fakeJar() }, evidence)).toEqual(['shop-1.0.jar']);
  });

  it('has the group of what the libraries were resolved for, and is not among them', async () => {
    const evidence = tree(
      'com.acme:parent:pom:2.0\n+- org.ow2.asm:asm:jar:9.7:compile\n\\- com.acme:old:jar:0.9:compile\n',
    );
    const other = { 'old-0.9.jar': jarOf('com.acme', 'old', '0.9') };
    expect(await own({ ...libraries, ...shop, ...other }, evidence)).toEqual(['shop-1.0.jar']);
  });

  it('is another module of what the libraries were resolved for, by group and version', async () => {
    const evidence = tree(
      'com.acme:service:jar:1.0\n+- com.acme:shop-model:jar:1.0:compile\n+- com.acme:old:jar:0.9:compile\n\\- org.ow2.asm:asm:jar:9.7:compile\n',
    );
    const other = { 'old-0.9.jar': jarOf('com.acme', 'old', '0.9') };
    expect(await own({ ...libraries, ...model, ...other }, evidence)).toEqual(['shop-model-1.0.jar']);
  });

  it('is not told by a list that none of the jars is in', async () => {
    expect(await own(shop, tree('com.acme:parent:pom:2.0\n+- a:b:jar:1:compile\n'))).toEqual([]);
    expect(await own(shop, tree('com.acme:parent:pom:1.0\n+- a:b:jar:1:compile\n'))).toEqual([]);
  });

  it('names most others in the Class-Path of its manifest', async () => {
    const manifest = (names: string) => `Manifest-Version: 1.0\r\nClass-Path: ${names}\r\n`;
    const start = fakeJar({
      'META-INF/MANIFEST.MF': manifest('asm-9.7.jar gson-2.11.jar slf4j-api-2.0.jar'),
    });
    expect(await own({ ...libraries, 'start.jar': start })).toEqual(['start.jar']);
    const old = fakeJar({ 'META-INF/MANIFEST.MF': manifest('asm-9.7.jar gone.jar') });
    expect(await own({ ...libraries, 'jaxb-impl-2.1.jar': old })).toEqual([]);
  });

  it('stands first on the class path of the start script', async () => {
    const script =
      'CLASSPATH=$APP_HOME/lib/shop-1.0.jar:$APP_HOME/lib/asm-9.7.jar\nexec java io.ktor.EngineMain "$@"\n';
    const lib = { ...libraries, ...shop, 'ktor-2.jar': fakeJar({ 'io/ktor/EngineMain.class': 'main' }) };
    const input = { 'bin/shop': script, ...inLib(lib) };
    expect(await own(input)).toEqual(['shop-1.0.jar']);
  });

  it('holds the class that the start script starts, unless a resolver lists it', async () => {
    const script = 'CLASSPATH="$REPO"/asm.jar\nexec "$JAVACMD" -classpath "$CLASSPATH" com.acme.Main "$@"\n';
    const main = { 'main-1.jar': jarOf('com.acme', 'main', '1', { 'com/acme/Main.class': 'main' }) };
    const input = { 'bin/shop': script, ...inLib({ ...libraries, ...main }) };
    expect(await own(input)).toEqual(['main-1.jar']);
    expect(await own(input, tree('x:y:jar:1\n+- com.acme:main:jar:1:compile\n'))).toEqual([]);
  });
});

function inLib(files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`lib/${path}`, content]));
}
