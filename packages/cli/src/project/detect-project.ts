import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** What a project seems to be made of: a configuration of one application, and what led to it. */
export interface DetectedProject {
  readonly name: string;
  /** As it stands in a configuration; empty where nothing is known. */
  readonly application: Readonly<Record<string, object>>;
  /** One sentence each. */
  readonly reasons: readonly string[];
  /** What has to be done before there is anything to pack. */
  readonly preparations: readonly string[];
}

interface Part {
  readonly packer: 'java' | 'npm' | 'python' | 'files';
  readonly entry: object;
  readonly reason: string;
  readonly preparation?: string;
}

/** Looks at build files and at what builds leave, one directory deep; nothing is run. */
export function detectProject(directory: string): DetectedProject {
  const java = detectJava(directory);
  const scripted = [...detectNpm(directory), ...detectPython(directory)];
  const whole: Part = {
    packer: 'files',
    entry: { input: '.' },
    reason: 'files: the project itself, less what the other packers pack',
  };
  const found = [...java, ...scripted, ...(scripted.length > 0 && java.length === 0 ? [whole] : [])];
  const parts = found.length > 0 ? found : detectDistribution(directory);
  return {
    name: applicationName(directory),
    application: Object.fromEntries(parts.map(({ packer, entry }) => [packer, entry])),
    reasons: parts.map(({ reason }) => reason),
    preparations: parts.flatMap(({ preparation }) => preparation ?? []),
  };
}

/** The first that is there; else the first whose build file is there, which the build has yet to make. */
function detectJava(directory: string): Part[] {
  const maven = textOf(directory, 'pom.xml');
  const gradle = textOf(directory, 'build.gradle.kts') ?? textOf(directory, 'build.gradle');
  if (maven === undefined && gradle === undefined) return [];
  const [built, tool] = maven === undefined ? (['build', 'Gradle'] as const) : (['target', 'Maven'] as const);
  const quarkus = `${built}/quarkus-app`;
  if (isDirectory(directory, quarkus)) return [packedWhole(quarkus, `${tool} made a Quarkus application`)];
  const boot = /spring-boot-maven-plugin|org\.springframework\.boot/.test(`${maven}${gradle}`);
  const jar = boot ? onlyJar(directory, maven === undefined ? 'build/libs' : 'target') : undefined;
  if (jar !== undefined) return [packedWhole(jar, `${tool} made a Spring Boot jar`)];
  return maven === undefined ? gradleInstall(directory) : mavenLibraries(directory);
}

function packedWhole(input: string, why: string): Part {
  return { packer: 'java', entry: { input }, reason: `java: ${input}, since ${why}` };
}

function mavenLibraries(directory: string): Part[] {
  const folders = ['target/lib', 'target/libs', 'target/dependency'];
  const found = folders.find((folder) => isDirectory(directory, folder));
  const input = found ?? 'target/lib';
  const preparation = found
    ? {}
    : {
        preparation: `mvn package dependency:copy-dependencies -DoutputDirectory=${input} -DincludeScope=runtime`,
      };
  const evidence = existsSync(join(directory, 'target/dependencies.txt'))
    ? { evidence: 'target/dependencies.txt' }
    : {};
  return [
    {
      packer: 'java',
      entry: { input, ...evidence, mavenRepository: true },
      reason: `java: ${input}, since there is a pom.xml`,
      ...preparation,
    },
    {
      packer: 'files',
      entry: { input: 'target/classes', prefix: '/app/classes' },
      reason: "files: target/classes, the application's own",
    },
  ];
}

function gradleInstall(directory: string): Part[] {
  const installed = foldersIn(directory, 'build/install');
  const [only] = installed.length === 1 ? installed : [];
  const input = `build/install/${only ?? applicationName(directory)}`;
  const evidence = existsSync(join(directory, 'gradle.lockfile')) ? { evidence: 'gradle.lockfile' } : {};
  const preparation = only === undefined ? { preparation: 'gradle installDist' } : {};
  return [
    {
      packer: 'java',
      entry: { input, ...evidence },
      reason: `java: ${input}, since there is a build of Gradle`,
      ...preparation,
    },
  ];
}

/** An application that was built elsewhere, as it is unpacked. */
function detectDistribution(directory: string): Part[] {
  const folder = ['lib', 'libs'].find((name) =>
    namesIn(directory, name).some((file) => /\.jar$/i.test(file)),
  );
  if (folder === undefined) return [];
  return [
    {
      packer: 'java',
      entry: { input: '.' },
      reason: `java: the application itself, since there are jars in ${folder}`,
    },
  ];
}

function detectNpm(directory: string): Part[] {
  if (!existsSync(join(directory, 'package.json'))) return [];
  const installed = isDirectory(directory, 'node_modules');
  // A package.json of tools alone, as many projects in other languages have, makes no Node.js application.
  if (!installed && !/"dependencies"\s*:/.test(textOf(directory, 'package.json') ?? '')) return [];
  const preparation = installed ? {} : { preparation: 'npm ci' };
  return [
    {
      packer: 'npm',
      entry: { omit: 'dev' },
      reason: 'npm: node_modules, less development dependencies, since there is a package.json',
      ...preparation,
    },
  ];
}

const locks = ['uv.lock', 'poetry.lock', 'pdm.lock', 'pylock.toml', 'Pipfile.lock'];

function detectPython(directory: string): Part[] {
  const environment = ['.venv', 'venv'].find((name) => existsSync(join(directory, name, 'pyvenv.cfg')));
  const project =
    existsSync(join(directory, 'pyproject.toml')) || existsSync(join(directory, 'requirements.txt'));
  if (environment === undefined && !project) return [];
  const input = environment ?? '.venv';
  const lock = locks.find((name) => existsSync(join(directory, name)));
  const evidence = lock === undefined ? {} : { lock };
  const preparation =
    environment === undefined
      ? { preparation: `make the virtual environment ${input}: uv sync, or python3 -m venv and pip install` }
      : {};
  return [
    {
      packer: 'python',
      entry: { input, ...evidence },
      reason: `python: ${input}, since there is ${environment === undefined ? 'a Python project' : 'a virtual environment'}`,
      ...preparation,
    },
  ];
}

/** A name that can be part of a tag, of what the directory is called. */
function applicationName(directory: string): string {
  const name = basename(resolve(directory)).replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return name.replaceAll(/^[._-]+|[._-]+$/g, '') || 'app';
}

/** The jar that runs: the only one, but for those that builds put beside it. */
function onlyJar(directory: string, folder: string): string | undefined {
  const aside = /-(plain|sources|javadoc|tests)\.jar$|^original-/;
  const jars = namesIn(directory, folder).filter((name) => /\.[jw]ar$/.test(name) && !aside.test(name));
  return jars.length === 1 ? `${folder}/${jars[0]}` : undefined;
}

function foldersIn(directory: string, folder: string): readonly string[] {
  return namesIn(directory, folder).filter((name) => isDirectory(directory, join(folder, name)));
}

function namesIn(directory: string, folder: string): readonly string[] {
  return isDirectory(directory, folder) ? readdirSync(join(directory, folder)).sort() : [];
}

function isDirectory(directory: string, path: string): boolean {
  return statSync(join(directory, path), { throwIfNoEntry: false })?.isDirectory() === true;
}

/** More than any build file. */
const limit = 4 << 20;

function textOf(directory: string, name: string): string | undefined {
  const path = join(directory, name);
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() && stats.size <= limit ? readFileSync(path, 'utf8') : undefined;
}
