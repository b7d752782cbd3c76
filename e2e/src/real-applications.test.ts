import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockPack, type PackDocument, packJava, start } from './block-pack.ts';
import { applications } from './corpus.ts';
import { showFigures } from './figures.ts';
import { filesBelow } from './file-list.ts';
import { expectSound } from './sound-store.ts';
import { eventually } from './waiting.ts';
import { succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-applications-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Application {
  readonly name: string;
  /** What is packed. */
  readonly input: string;
  /** The directory that it stands for, made by another tool where the input is an archive. */
  readonly expected: string;
  /** Where that directory lies in the image. */
  readonly prefix: string;
}

const folders = await applications(
  'spring-boot-service',
  'hawtio',
  'quarkus-service',
  'apache-maven',
  'allure-commandline',
);
const fatJar = join(folders['spring-boot-service'], 'spring-boot-service-1.0.0.jar');
const war = join(folders.hawtio, 'hawtio-default-2.17.7.war');
const mavenTar = join(folders['apache-maven'], 'apache-maven-3.9.9-bin.tar.gz');
const mavenZip = join(folders['apache-maven'], 'apache-maven-3.9.9-bin.zip');
const mavenFromTar = join(extracted(mavenTar), 'apache-maven-3.9.9');
const mavenFromZip = join(extracted(mavenZip), 'apache-maven-3.9.9');

const shapes: readonly Application[] = [
  { name: 'a directory of jars', ...asItIs(join(folders['spring-boot-service'], 'lib')), prefix: '/app/lib' },
  { name: 'a Spring Boot jar', input: fatJar, expected: extracted(fatJar), prefix: '/app' },
  { name: 'a war', input: war, expected: extracted(war), prefix: '/app' },
  { name: 'a Quarkus fast-jar', ...asItIs(join(folders['quarkus-service'], 'quarkus-app')), prefix: '/app' },
  { name: 'Apache Maven as a directory', ...asItIs(mavenFromTar), prefix: '/app' },
  { name: 'Apache Maven as .tar.gz', input: mavenTar, expected: mavenFromTar, prefix: '/app' },
  { name: 'Apache Maven as .zip', input: mavenZip, expected: mavenFromZip, prefix: '/app' },
  { name: 'Allure with its plug-ins', ...asItIs(folders['allure-commandline']), prefix: '/app' },
];

function asItIs(directory: string): Pick<Application, 'input' | 'expected'> {
  return { input: directory, expected: directory };
}

/** The archive's content as tar or unzip lays it down. */
function extracted(archive: string): string {
  const folder = join(scratch, `extracted-${basename(archive)}`);
  mkdirSync(folder);
  if (archive.endsWith('.tar.gz')) succeed('tar', ['-xzf', archive, '-C', folder]);
  else succeed('unzip', ['-q', archive, '-d', folder]);
  return folder;
}

const store = join(scratch, 'store');
const packed = new Map<string, PackDocument>();

const manifestOf = (name: string) => join(scratch, `${name}.import`);
const resolvedFolder = (name: string) => join(scratch, `resolved ${name}`);

function packedImports(name: string): PackDocument['imports'] {
  return packed.get(name)?.imports ?? [];
}

beforeAll(() => {
  const figures = shapes.map(({ name, input, prefix }) => {
    const before = performance.now();
    const document = packJava([input, '--store', store, '-o', manifestOf(name)]);
    packed.set(name, document);
    const seconds = ((performance.now() - before) / 1000).toFixed(1);
    const place = [resolvedFolder(name), '--strip', prefix, '--store', store];
    const { exitCode, stderr } = blockPack(['resolve', manifestOf(name), ...place]);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    const { imports, blocks, knownBlocks } = document.totals;
    return {
      application: name,
      imports,
      blocks,
      known: knownBlocks,
      files: Object.keys(filesBelow(resolvedFolder(name))).length,
      's to pack': seconds,
    };
  });
  showFigures('Real applications, packed into one store', figures);
});

describe.each(shapes)('$name', ({ name, expected, prefix }) => {
  test('comes back file by file, byte by byte, with nothing missing and nothing new', () => {
    const files = filesBelow(expected);
    expect(Object.keys(files).length).toBeGreaterThan(50);
    expect(filesBelow(resolvedFolder(name))).toEqual(files);
  });

  test('has its jars as blocks of their own, under the digest of their bytes', () => {
    const files = filesBelow(expected);
    const jars = packedImports(name).filter(({ type }) => type === 'file');
    expect(jars.length).toBeGreaterThan(20);
    for (const { path, digest } of jars) {
      const [sha256] = (files[path.slice(prefix.length + 1)] ?? '').split(' ');
      expect(digest, path).toBe(`sha256:${sha256}`);
    }
  });
});

test('Apache Maven gives the same import manifest as directory, .tar.gz and .zip', () => {
  const directory = readFileSync(manifestOf('Apache Maven as a directory'), 'utf8');
  expect(readFileSync(manifestOf('Apache Maven as .tar.gz'), 'utf8')).toBe(directory);
  expect(readFileSync(manifestOf('Apache Maven as .zip'), 'utf8')).toBe(directory);
});

test('a Spring Boot jar and the directory of its dependencies share every jar that is in both', () => {
  const loose = new Map(packedImports('a directory of jars').map((one) => [basename(one.path), one]));
  const nested = packedImports('a Spring Boot jar');
  const shared = nested.filter(({ path }) => loose.has(basename(path)));
  expect(shared.length).toBeGreaterThan(80);
  for (const { path, digest, new: isNew } of shared) {
    expect([path, digest, isNew]).toEqual([path, loose.get(basename(path))?.digest, false]);
  }
});

test('the store that holds them all is sound', () => {
  expectSound(store);
});

describe('what was resolved starts', () => {
  test('as a Spring Boot service that answers', async () => {
    const loader = ['-cp', resolvedFolder('a Spring Boot jar')];
    const options = ['--server.port=0', '--server.address=127.0.0.1'];
    const args = [...loader, 'org.springframework.boot.loader.launch.JarLauncher', ...options];
    await withService(args, /Tomcat started on port (\d+)/, async (address) => {
      const answer = await fetch(`${address}/greetings/world`);
      expect(await answer.json()).toMatchObject({ name: 'world' });
    });
  });

  test('as a Quarkus service that answers', async () => {
    const options = ['-Dquarkus.http.port=0', '-Dquarkus.http.host=127.0.0.1'];
    const args = [...options, '-jar', join(resolvedFolder('a Quarkus fast-jar'), 'quarkus-run.jar')];
    await withService(args, /Listening on: http:\/\/127\.0\.0\.1:(\d+)/, async (address) => {
      const answer = await fetch(`${address}/greetings`);
      expect(await answer.text()).toBe('hello');
    });
  });

  test.each(['as a directory', 'as .tar.gz', 'as .zip'])(
    'as Apache Maven that says its version, from Maven %s',
    (form) => {
      const command = join(resolvedFolder(`Apache Maven ${form}`), 'bin/mvn');
      expect(succeed(command, ['-v'], { env: withoutMavenHome() })).toContain('Apache Maven 3.9.9');
    },
  );

  test('as Allure that says its version', () => {
    const command = join(resolvedFolder('Allure with its plug-ins'), 'bin/allure');
    expect(succeed(command, ['--version'])).toContain('2.46.1');
  });
});

/** Otherwise the start script may take the libraries of the Maven that the machine has. */
function withoutMavenHome(): NodeJS.ProcessEnv {
  const { MAVEN_HOME, M2_HOME, MAVEN_OPTS, ...env } = process.env;
  return env;
}

/** Starts a service, asks it at the port that its log names, and stops it. */
async function withService(
  args: readonly string[],
  port: RegExp,
  ask: (address: string) => Promise<void>,
): Promise<void> {
  // Quick to start is all that is asked of it.
  const service = start('java', ['-XX:TieredStopAtLevel=1', ...args]);
  try {
    const found = await eventually('a port', service, () => port.exec(service.said.stdout)?.[1]);
    await ask(`http://127.0.0.1:${found}`);
  } finally {
    service.process.kill('SIGKILL');
    await service.ended;
  }
}
