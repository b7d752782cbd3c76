/**
 * Fetches or builds real applications, one of each shape that the Java packer reads.
 *
 *     node e2e/corpus/applications.mjs [name...]
 *
 * Fills `.cache/corpus/apps/<name>/`. Doing it twice changes nothing.
 */
import { cpSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { corpus, dependencyPlugin, fail, makeOnce, maven, run } from './commands.mjs';

const springBoot = resolve(import.meta.dirname, '../../examples/spring-boot-service');
const quarkus = join(import.meta.dirname, 'quarkus-service');

const applications = {
  /** `spring-boot-service-1.0.0.jar` (fat jar) and `lib/` (the same dependencies, flat). */
  'spring-boot-service': springBootService('the Spring Boot service'),
  /** The same with another version of one dependency. */
  'spring-boot-service-bumped': springBootService('the Spring Boot service', '-Dsnakeyaml.version=2.3'),
  /** The same as a later release: nine jars in other versions. */
  'spring-boot-service-later': springBootService(
    'the Spring Boot service',
    '-Djackson-bom.version=2.19.4',
    '-Dtomcat.version=10.1.49',
  ),
  /** `quarkus-app/`: a fast-jar, jars named `<group>.<artifact>-<version>.jar`. */
  'quarkus-service': {
    sources: filesBelow(quarkus),
    make(folder) {
      maven('building the Quarkus service', '-f', quarkus, 'clean', 'package');
      cpSync(join(quarkus, 'target/quarkus-app'), join(folder, 'quarkus-app'), { recursive: true });
    },
  },
  /** A plain war: `WEB-INF/lib` and `WEB-INF/classes`, made by no framework's plug-in. */
  hawtio: {
    sources: [],
    make: (folder) => copyArtifact('io.hawt:hawtio-default:2.17.7:war', folder),
  },
  /** An application distribution (bin + boot + lib), packed as `.tar.gz` and `.zip`. */
  'apache-maven': {
    sources: [],
    make(folder) {
      copyArtifact('org.apache.maven:apache-maven:3.9.9:tar.gz:bin', folder);
      copyArtifact('org.apache.maven:apache-maven:3.9.9:zip:bin', folder);
    },
  },
  /** An application distribution (bin + lib + plugins) as a directory: `bin/`, `lib/`. */
  'allure-commandline': allure('2.46.1'),
  /** Two older releases of it, one behind the other. */
  'allure-commandline-2.39.0': allure('2.39.0'),
  'allure-commandline-2.40.0': allure('2.40.0'),
};

main(process.argv.slice(2));

function main(names) {
  for (const name of names.length > 0 ? names : Object.keys(applications)) {
    const application = applications[name];
    if (!application) fail(`unknown application '${name}': expected ${Object.keys(applications).join(', ')}`);
    makeOnce(join(corpus, 'apps', name), [import.meta.filename, ...application.sources], application.make);
  }
}

function allure(version) {
  return {
    sources: [],
    make(folder) {
      const wanted = `allure-commandline@${version}`;
      run('fetching allure', 'npm', 'pack', wanted, '--silent', '--pack-destination', folder);
      const tarball = join(folder, `allure-commandline-${version}.tgz`);
      run('unpacking allure', 'tar', '-xzf', tarball, '-C', folder, 'package/dist');
      for (const entry of readdirSync(join(folder, 'package/dist'))) {
        renameSync(join(folder, 'package/dist', entry), join(folder, entry));
      }
      rmSync(join(folder, 'package'), { recursive: true });
      rmSync(tarball);
    },
  };
}

function springBootService(name, ...properties) {
  return {
    sources: filesBelow(springBoot),
    make(folder) {
      maven(`building ${name}`, '-f', springBoot, 'clean', 'package', ...properties);
      const jar = 'spring-boot-service-1.0.0.jar';
      cpSync(join(springBoot, 'target', jar), join(folder, jar));
      cpSync(join(springBoot, 'target/lib'), join(folder, 'lib'), { recursive: true });
    },
  };
}

function copyArtifact(coordinates, folder) {
  const properties = [
    `-Dartifact=${coordinates}`,
    `-DoutputDirectory=${folder}`,
    '-Dmdep.useBaseVersion=true',
  ];
  maven(`fetching ${coordinates}`, `${dependencyPlugin}:copy`, ...properties);
}

/** The pom and the sources, not what was built from them. */
function filesBelow(project) {
  const sources = readdirSync(join(project, 'src'), { recursive: true }).map((path) =>
    join(project, 'src', path),
  );
  return [join(project, 'pom.xml'), ...sources.filter((path) => statSync(path).isFile()).sort()];
}
