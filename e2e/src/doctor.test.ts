import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { blockPack } from './block-pack.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { hasPython, pythonEnvironments } from './python-environments.ts';
import { succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-e2e-doctor-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Diagnosis {
  readonly exitCode: number | null;
  /** What reaches a block: code and path. */
  readonly found: readonly string[];
  readonly check: { readonly same: boolean } | undefined;
}

function diagnose(input: string, ...more: readonly string[]): Diagnosis {
  const words = ['doctor', input, '--json', '--quiet', '--store', join(scratch, 'store'), ...more];
  const { exitCode, stdout } = blockPack(words, { env: { ...process.env, TMPDIR: scratch } });
  const { findings, check } = JSON.parse(stdout) as {
    findings: { code: string; severity: string; path: string }[];
    check?: { same: boolean };
  };
  const reaching = findings.filter(({ severity }) => severity !== 'scrubbed');
  return { exitCode, found: reaching.map(({ code, path }) => `${code} ${path}`), check };
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Where node-gyp finds the headers of this Node without fetching them. */
const nodeDirectory = dirname(dirname(process.execPath));

describe('doctor of a package that node-gyp has compiled', () => {
  test.skipIf(!existsSync(join(nodeDirectory, 'include/node/node_api.h')))(
    'names the compiled module, and the directory that its debug symbols hold',
    () => {
      const addon = join(scratch, 'addon');
      write(addon, {
        'package.json': '{"name":"greeting-addon","version":"1.0.0","files":["binding.gyp","greeting.c"]}',
        'binding.gyp': '{"targets":[{"target_name":"greeting","sources":["greeting.c"],"cflags":["-g"]}]}',
        'greeting.c':
          '#include <node_api.h>\nstatic napi_value Init(napi_env env, napi_value exports) { return exports; }\nNAPI_MODULE(greeting, Init)\n',
      });
      succeed('npm', ['pack', '--pack-destination', scratch], { cwd: addon });
      const app = join(scratch, 'app');
      write(app, { 'package.json': '{"name":"app","version":"1.0.0"}' });
      const env = { ...process.env, npm_config_nodedir: nodeDirectory };
      succeed(
        'npm',
        ['install', '--offline', '--foreground-scripts', join(scratch, 'greeting-addon-1.0.0.tgz')],
        { cwd: app, env },
      );
      const native = 'node_modules/greeting-addon/build/Release/greeting.node';
      const { exitCode, found, check } = diagnose(app, '--check');
      expect(found).toEqual(expect.arrayContaining([`PATH_LEAKED ${native}`, `NATIVE_BUILD ${native}`]));
      expect([exitCode, check?.same]).toEqual([1, true]);
    },
  );
});

const noPython = !hasPython();
const wheels = noPython ? '' : join(await pythonEnvironments(), 'wheels');

describe('doctor of an environment with a distribution that was compiled here', () => {
  test.skipIf(noPython)('names its module, and nothing of the wheels and scripts beside it', () => {
    const project = join(scratch, 'till');
    write(project, {
      'setup.py':
        'from setuptools import Extension, setup\nsetup(name="till", version="1.0", py_modules=["till"], ext_modules=[Extension("_till", ["_till.c"], extra_compile_args=["-g"])], entry_points={"console_scripts": ["till=till:main"]})\n',
      'till.py': 'def main(): print("till")\n',
      '_till.c':
        '#include <Python.h>\nstatic struct PyModuleDef def = { PyModuleDef_HEAD_INIT, "_till", 0, -1, 0 };\nPyMODINIT_FUNC PyInit__till(void) { return PyModule_Create(&def); }\n',
    });
    const environment = join(scratch, '.venv');
    succeed('python3', ['-m', 'venv', environment]);
    const pip = (...words: readonly string[]) =>
      succeed(join(environment, 'bin/pip'), ['install', '--no-index', '--no-deps', ...words]);
    const wanted = /^(setuptools|wheel|packaging|six)-/;
    pip(
      ...readdirSync(wheels)
        .filter((name) => wanted.test(name))
        .map((name) => join(wheels, name)),
    );
    pip('--no-build-isolation', project);
    const { exitCode, found, check } = diagnose(environment, '--check');
    expect(found.map((one) => one.replace(/ .*_till/, ' _till').replace(/\..*/, ''))).toEqual([
      'PATH_LEAKED _till',
      'NATIVE_BUILD _till',
    ]);
    expect([exitCode, check?.same]).toEqual([1, true]);
  });
});

describe('doctor of the libraries of a Maven build with several modules', () => {
  const parent =
    '<groupId>com.example.shop</groupId><artifactId>shop</artifactId><version>1.0-SNAPSHOT</version>';
  const pom = (content: string) =>
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>${content}</project>`;
  const copy =
    '<build><plugins><plugin><artifactId>maven-dependency-plugin</artifactId><version>3.8.1</version><executions><execution><phase>package</phase><goals><goal>copy-dependencies</goal></goals><configuration><outputDirectory>target/lib</outputDirectory></configuration></execution></executions></plugin></plugins></build>';
  const dependencies =
    '<dependencies><dependency><groupId>com.example.shop</groupId><artifactId>core</artifactId><version>1.0-SNAPSHOT</version></dependency><dependency><groupId>commons-io</groupId><artifactId>commons-io</artifactId><version>2.16.1</version></dependency></dependencies>';

  async function build(name: string, properties: string): Promise<Diagnosis> {
    const project = join(scratch, name);
    const module = (artifact: string, more: string) =>
      pom(`<parent>${parent}</parent><artifactId>${artifact}</artifactId>${more}`);
    write(project, {
      'pom.xml': pom(
        `${parent}<packaging>pom</packaging><modules><module>core</module><module>web</module></modules><properties><maven.compiler.source>17</maven.compiler.source><maven.compiler.target>17</maven.compiler.target><project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>${properties}</properties><build><pluginManagement><plugins><plugin><artifactId>maven-jar-plugin</artifactId><version>3.4.2</version></plugin></plugins></pluginManagement></build>`,
      ),
      'core/pom.xml': module('core', ''),
      'core/src/main/java/shop/Core.java': 'package shop; public class Core { }',
      'web/pom.xml': module('web', `${dependencies}${copy}`),
      'web/src/main/java/shop/Web.java': 'package shop; public class Web { }',
    });
    // As the corpus does, it fetches into the local repository of this machine.
    await oneAtATime('corpus', async () => succeed('mvn', ['-B', '-q', '-ntp', 'package', '-f', project]));
    return diagnose(join(project, 'web/target/lib'), '--check');
  }

  test('names the jar of the other module, and nothing where the build sets the time', async () => {
    expect(await build('times', '')).toEqual({
      exitCode: 1,
      found: ['JAR_TIMES core-1.0-SNAPSHOT.jar'],
      check: expect.objectContaining({ same: true }),
    });
    const fixed = '<project.build.outputTimestamp>2024-01-01T00:00:00Z</project.build.outputTimestamp>';
    expect(await build('fixed', fixed)).toMatchObject({ exitCode: 0, found: [], check: { same: true } });
  });
});
