import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packAs } from '../block-pack.ts';
import { applications, fetchCorpus } from '../corpus.ts';
import { filesBelow } from '../file-list.ts';
import { root, succeed } from '../workspace.ts';

/** A service in two states, `old` and `new`, which differ in one dependency. */
export const states = ['old', 'new'] as const;
export type State = (typeof states)[number];

/** A real application, and how an image is made of it. */
export interface Service<Name extends string = State> {
  readonly name: string;
  /** Which base image it runs on. */
  readonly base: 'java' | 'node' | 'python';
  /** Packs a state; arguments of `block-pack image` for it. */
  pack(state: Name, folder: string, store: string): readonly string[];
  /** Every file that belongs below `/app` of the image, as `filesBelow` gives it. */
  files(state: Name): Readonly<Record<string, string>>;
  /** Those of them that are made anew for the image, so their content is another one. */
  readonly madeAnew?: RegExp;
  readonly path: string;
  /** Part of what it answers at that path. */
  readonly answer: Readonly<Record<string, unknown>>;
  /** Lines of the import manifest that the new state changes. */
  readonly changes: RegExp;
  /** The file in the image that says what its dependencies are. */
  readonly imports: string;
}

/** The base images and services, made or fetched where they are not here yet. */
export async function realServices(): Promise<readonly Service[]> {
  await fetchCorpus('bases.mjs');
  await fetchCorpus('services.mjs');
  const jars = await applications('spring-boot-service', 'spring-boot-service-bumped');
  return [
    springBootService({ old: jars['spring-boot-service'], new: jars['spring-boot-service-bumped'] }),
    nodeService(join(services, 'node')),
    pythonService(join(services, 'python')),
  ];
}

/** Three releases of one application, each with other versions of its dependencies. */
export type Release = '1.0' | '1.1' | '1.2';

/** The Java service in releases, and a base image for it. */
export async function releasedService(): Promise<Service<Release>> {
  await fetchCorpus('bases.mjs');
  const name = 'spring-boot-service';
  const jars = await applications(name, `${name}-bumped`, `${name}-later`);
  return springBootService({
    '1.0': jars[`${name}-bumped`],
    '1.1': jars[name],
    '1.2': jars[`${name}-later`],
  });
}

const services = join(root, '.cache/corpus/services');

export function basePlace(base: Service['base']): string {
  return `oci:${join(root, '.cache/corpus/bases', base, 'oci')}:base`;
}

function springBootService<Name extends string>(folders: Readonly<Record<Name, string>>): Service<Name> {
  const jar = (state: Name) => join(folders[state], 'spring-boot-service-1.0.0.jar');
  const start = [
    'java',
    // Quick to start is all that is asked of it.
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    '-cp',
    '/app',
    'org.springframework.boot.loader.launch.JarLauncher',
  ];
  return {
    name: 'a Spring Boot service',
    base: 'java',
    pack(state, folder, store) {
      const manifest = join(folder, `java-${state}.import`);
      packAs('java', [jar(state), '--store', store, '-o', manifest]);
      const place = ['--server.port=0', '--server.address=127.0.0.1'];
      return [manifest, '--entrypoint', JSON.stringify([...start, ...place])];
    },
    files(state) {
      const extracted = mkdtempSync(join(tmpdir(), 'block-pack-service-'));
      try {
        succeed('unzip', ['-q', jar(state), '-d', extracted]);
        return filesBelow(extracted);
      } finally {
        rmSync(extracted, { recursive: true });
      }
    },
    path: '/greetings/world',
    answer: { name: 'world' },
    // The application itself lists the jars that it wants.
    changes: /\/snakeyaml-|^\/app from/,
    imports: '.import.java',
  };
}

/** Its packages as npm installed them, and its own files beside them. */
function nodeService(folder: string): Service {
  const own = join(root, 'e2e/npm/app');
  return {
    name: 'a Node service',
    base: 'node',
    pack(state, into, store) {
      const manifest = join(into, `npm-${state}.import`);
      packAs('npm', [join(folder, state), '--omit', 'dev', '--store', store, '-o', manifest]);
      return [manifest, '--files', `${own}:/app`, '--entrypoint', '["node","/app/server.mjs"]'];
    },
    files(state) {
      const installed = filesBelow(join(folder, state, 'node_modules'), 'node_modules/');
      // npm's note to itself.
      delete installed['node_modules/.package-lock.json'];
      return { ...filesBelow(own), ...installed };
    },
    path: '/',
    answer: { bcrypt: true, esbuild: 'let a = 1;', fastify: 'hi', lodash: 2, sharp: true },
    changes: /\/node_modules\/lodash from/,
    imports: '.import.npm',
  };
}

function pythonService(folder: string): Service {
  const own = join(root, 'e2e/services/python');
  return {
    name: 'a Python service',
    base: 'python',
    pack(state, into, store) {
      const manifest = join(into, `python-${state}.import`);
      packAs('python', [join(folder, state), '--store', store, '-o', manifest]);
      const environment = ['--env', 'PYTHONPATH=/app/site-packages'];
      return [
        manifest,
        '--files',
        `${own}:/app`,
        ...environment,
        '--entrypoint',
        '["python3","/app/app.py"]',
      ];
    },
    files(state) {
      const installed = Object.entries(filesBelow(join(folder, state), 'site-packages/'));
      // What pip notes for itself.
      const published = installed.filter(([path]) => !/\.dist-info\/(INSTALLER|REQUESTED)$/.test(path));
      return { ...filesBelow(own), ...Object.fromEntries(published) };
    },
    path: '/',
    answer: { greeting: 'world', sum: 10, image: 3, xml: 'b' },
    madeAnew: /\.dist-info\/RECORD$|^site-packages\/bin\//,
    changes: /purl=pkg:pypi\/markupsafe@/,
    imports: '.import.python',
  };
}
