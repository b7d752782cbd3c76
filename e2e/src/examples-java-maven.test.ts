import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockPack } from './block-pack.ts';
import { expectAnswer } from './consumers/answer.ts';
import { startPodman } from './consumers/podman.ts';
import { digestInLayout } from './consumers/segments.ts';
import { basePlace } from './consumers/services.ts';
import { hasTier } from './consumers/tiers.ts';
import { fetchCorpus } from './corpus.ts';
import { copyExample } from './example-projects.ts';
import { changedPaths, edit, mavenPackage, purlsIn } from './java-builds.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-maven-example-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const at = (...names: string[]) => join(scratch, ...names);
const build = { repository: at('repository'), store: at('store') };
const service = (project: string, ...names: string[]) => at(project, 'greetings-service', ...names);
const manifest = (project: string) => service(project, 'block-pack/java.import');
const image = (project: string) => digestInLayout(service(project, 'target/image'), 'latest');
const library = (name: string) => `/app/lib/${name}.jar`;

if (hasTier('T2')) await fetchCorpus('bases.mjs');

let cold = '';
// Maven fetches all that it needs, its plug-ins too.
beforeAll(() => {
  cold = mavenPackage(copyExample('maven-service', at('first')), build);
});

describe('mvn package of examples/maven-service', () => {
  test('packs each dependency as a block, under the name that Maven has for it', () => {
    expect(cold).toMatch(/java +16 blocks, [^:]+: 16 new/);
    const purls = purlsIn(manifest('first'));
    expect(purls).toContain('pkg:maven/org.slf4j/slf4j-simple@2.0.16');
    expect(purls.filter((purl) => !purl.startsWith('pkg:maven/'))).toEqual([]);
  });

  test('names a native library by its classifier', () => {
    const native = 'pkg:maven/io.netty/netty-transport-native-epoll@4.1.128.Final?classifier=linux-x86_64';
    expect(purlsIn(manifest('first'))).toContain(native);
  });

  test("takes the reactor's other module as the application's own", () => {
    const own = purlsIn(manifest('first')).filter((purl) => purl.endsWith(' (application)'));
    expect(own).toEqual(['pkg:maven/dev.block-pack.example/greetings-api@1.0.0-SNAPSHOT (application)']);
  });

  test('says which dependencies the service asks for itself, and when', () => {
    const call = ['report', manifest('first'), '--format', 'csv', '--store', build.store];
    const rows = blockPack(call).stdout.split('\n');
    expect(rows.find((row) => row.includes('jackson-databind'))).toContain(',direct,');
    expect(rows.find((row) => row.includes('jackson-core'))).toContain(',transitive,');
  });

  test('gives the same manifests and the same image in another directory, without a network', () => {
    const warm = mavenPackage(copyExample('maven-service', at('second')), { ...build, words: ['-o'] });
    expect(warm).toMatch(/java +16 blocks, [^:]+: 0 new/);
    for (const name of ['java.import', 'files.import'])
      expect(readFileSync(service('second', 'block-pack', name), 'utf8')).toBe(
        readFileSync(service('first', 'block-pack', name), 'utf8'),
      );
    expect(image('second')).toBe(image('first'));
  });
});

describe('Maven, asked after the build', () => {
  const env = {
    ...process.env,
    BLOCK_PACK_STORE: build.store,
    MAVEN_OPTS: `-Dmaven.repo.local=${build.repository}`,
  };
  const pack = (name: string, words: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const call = ['java', service('first', 'target/lib'), '-o', at(name), '--json', ...words];
    const { exitCode, stdout } = blockPack(call, { env: { ...env, ...more } });
    expect(exitCode).toBe(0);
    return JSON.parse(stdout) as { imports: { path: string; relation?: string; scope?: string }[] };
  };

  test('tells reports what it resolved, and the manifest is that of a machine without Maven', () => {
    const { imports } = pack('asked.import', []);
    const found = imports.map(({ path, relation, scope }) => [path, relation, scope]);
    expect(found).toContainEqual([library('jackson-core-2.20.1'), 'transitive', 'compile']);
    expect(found).toContainEqual([library('slf4j-simple-2.0.16'), 'direct', 'runtime']);
    pack('without.import', [], { PATH: at('nothing') });
    expect(readFileSync(at('asked.import'))).toEqual(readFileSync(at('without.import')));
  });

  test('names as its tree does that the build writes', () => {
    pack('named.import', ['--maven']);
    expect(readFileSync(at('named.import'))).toEqual(readFileSync(manifest('first')));
  });
});

describe('the bump of one dependency', () => {
  const bumped = ['slf4j-api', 'slf4j-simple'].flatMap((name) =>
    ['2.0.16', '2.0.17'].map((version) => library(`${name}-${version}`)),
  );

  test('makes exactly its jars new blocks', () => {
    const project = copyExample('maven-service', at('bumped'));
    edit(join(project, 'pom.xml'), '<slf4j.version>2.0.16<', '<slf4j.version>2.0.17<');
    expect(mavenPackage(project, build)).toMatch(/java +16 blocks, [^:]+: 2 new/);
    expect(changedPaths(manifest('first'), manifest('bumped'))).toEqual(bumped);
    expect(readFileSync(service('bumped', 'block-pack/files.import'))).toEqual(
      readFileSync(service('first', 'block-pack/files.import')),
    );
  });

  test('is the same image once more, built anew without a network', () => {
    const project = copyExample('maven-service', at('bumped-again'));
    edit(join(project, 'pom.xml'), '<slf4j.version>2.0.16<', '<slf4j.version>2.0.17<');
    expect(mavenPackage(project, { ...build, words: ['-o'] })).toMatch(/java +16 blocks, [^:]+: 0 new/);
    expect(image('bumped-again')).toBe(image('bumped'));
    expect(image('bumped-again')).not.toBe(image('first'));
  });

  test('fails a build that is held to the reviewed manifest, and says what is new', () => {
    cpSync(manifest('first'), manifest('bumped'));
    const { exitCode, stdout } = blockPack(['pack', '--frozen', '--store', build.store], {
      cwd: service('bumped'),
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('slf4j-api-2.0.17.jar');
  });
});

describe('a snapshot from a repository', () => {
  const settings = at('settings.xml');
  const names = (project: string) => readdirSync(service(project, 'target/lib'));

  beforeAll(() => {
    const site = `file://${at('site')}`;
    const deployed = copyExample('maven-service', at('deployed'));
    const upstream = ['-pl', 'greetings-api', '-am', `-DaltDeploymentRepository=site::default::${site}`];
    mavenPackage(deployed, { ...build, words: [...upstream, 'deploy'] });
    // Only what was deployed shall be found.
    rmSync(join(build.repository, 'dev/block-pack'), { recursive: true });
    const repository = `<repository><id>site</id><url>${site}</url><snapshots><enabled>true</enabled></snapshots></repository>`;
    const profile = `<profile><id>site</id><repositories>${repository}</repositories></profile>`;
    writeFileSync(
      settings,
      `<settings><profiles>${profile}</profiles><activeProfiles><activeProfile>site</activeProfile></activeProfiles></settings>`,
    );
  });

  /** The service alone, outside of the reactor. */
  function buildAlone(project: string, ...words: string[]): void {
    copyExample('maven-service', at(project));
    mavenPackage(service(project), { ...build, words: ['-s', settings, ...words] });
  }

  test('has one block and one name, whether its file is called by its base version or by its time', () => {
    buildAlone('alone');
    expect(names('alone')).toContain('greetings-api-1.0.0-SNAPSHOT.jar');
    buildAlone('alone-by-time', '-Dmdep.useBaseVersion=false');
    const [timed = ''] = names('alone-by-time').filter((name) => name.startsWith('greetings-api-'));
    expect(timed).toMatch(/^greetings-api-1\.0\.0-\d{8}\.\d{6}-1\.jar$/);
    expect(purlsIn(manifest('alone-by-time'))).toEqual(purlsIn(manifest('first')));
    const line = (project: string) =>
      readFileSync(manifest(project), 'utf8')
        .split('\n')
        .find((one) => one.includes('/greetings-api-'));
    const base = line('alone') ?? '';
    expect(line('alone-by-time')).toBe(base.replace('greetings-api-1.0.0-SNAPSHOT.jar', timed));
  });

  test('is the very jar that the reactor built', () => {
    expect(readFileSync(manifest('alone'), 'utf8')).toBe(readFileSync(manifest('first'), 'utf8'));
  });
});

describe.skipIf(!hasTier('T2'))('the image', () => {
  const podman = startPodman(at('podman'));
  afterAll(() => podman.stop());

  test('greets whoever asks, by the native library of its classifier', async () => {
    const project = copyExample('maven-service', at('running'));
    const env =
      '"env": { "HOST": "127.0.0.1", "PORT": "0" }, "output": "docker-archive:target/image.tar:localhost/greetings:1"';
    edit(service('running', 'block-pack.config.json'), '"output": "oci:target/image:latest"', env);
    const words = ['-o', `-Dblock-pack.base=${basePlace('java')}`];
    mavenPackage(project, { ...build, words });
    podman.load(service('running', 'target/image.tar'));
    const answer = { text: 'Hello', name: 'maven', transport: 'epoll' };
    await expectAnswer(podman.start('localhost/greetings:1'), { path: '/maven', answer });
  });
});
