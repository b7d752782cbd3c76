import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAnswer } from './consumers/answer.ts';
import { startPodman } from './consumers/podman.ts';
import { digestInLayout } from './consumers/segments.ts';
import { basePlace } from './consumers/services.ts';
import { hasTier, hasTool } from './consumers/tiers.ts';
import { fetchCorpus } from './corpus.ts';
import { copyExample } from './example-projects.ts';
import { changedPaths, edit, gradleImage, purlsIn } from './java-builds.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-gradle-example-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const at = (...names: string[]) => join(scratch, ...names);
const build = { home: at('home'), store: at('store') };
const offline = { ...build, words: ['--offline'] };
const manifest = (project: string) => at(project, 'block-pack/java.import');
const image = (project: string) => digestInLayout(at(project, 'build/image'), 'latest');

if (hasTier('T2')) await fetchCorpus('bases.mjs');

describe.skipIf(!hasTool('gradle'))('blockPackImage of examples/gradle-service', () => {
  let cold = '';
  // Gradle fetches all that it needs.
  beforeAll(() => {
    cold = gradleImage(copyExample('gradle-service', at('first')), build);
  });

  test('packs what installDist made, named by the lock', () => {
    expect(cold).toMatch(/java +9 blocks, [^:]+: 9 new/);
    expect(cold).not.toContain('warning');
    expect(purlsIn(manifest('first'))).toEqual([
      'pkg:generic/app',
      'pkg:maven/org.apache.commons/commons-lang3@3.14.0',
      'pkg:maven/org.apache.commons/commons-text@1.12.0',
      'pkg:maven/com.google.errorprone/error_prone_annotations@2.27.0',
      'pkg:generic/gradle-service@1.0.0 (application)',
      'pkg:maven/com.google.code.gson/gson@2.11.0',
      'pkg:maven/org.nanohttpd/nanohttpd@2.3.1',
      'pkg:maven/org.slf4j/slf4j-api@2.0.16',
      'pkg:maven/org.slf4j/slf4j-simple@2.0.16',
    ]);
  });

  test('does nothing the second time', () => {
    const again = gradleImage(at('first'), offline);
    expect(again).toMatch(/:blockPack UP-TO-DATE\n/);
    expect(again).toMatch(/:blockPackImage UP-TO-DATE\n/);
  });

  test('gives the same manifest and the same image in another directory, without a network', () => {
    expect(gradleImage(copyExample('gradle-service', at('second')), offline)).toMatch(
      /9 blocks, [^:]+: 0 new/,
    );
    expect(readFileSync(manifest('second'), 'utf8')).toBe(readFileSync(manifest('first'), 'utf8'));
    expect(image('second')).toBe(image('first'));
  });

  test('makes exactly the bumped jars and the start scripts that name them new blocks', () => {
    const project = copyExample('gradle-service', at('bumped'));
    edit(join(project, 'build.gradle'), ':2.0.16', ':2.0.17');
    const unlocked = gradleImage(project, build);
    expect(unlocked).toMatch(/9 blocks, [^:]+: 3 new/);
    expect(unlocked).toContain('slf4j-api-2.0.17.jar (2.0.16 is locked)');
    const bumped = ['slf4j-api', 'slf4j-simple'].flatMap((name) =>
      ['2.0.16', '2.0.17'].map((version) => `/app/lib/${name}-${version}.jar`),
    );
    expect(changedPaths(manifest('first'), manifest('bumped'))).toEqual(['/app', ...bumped]);
  });

  test('has nothing to say once the bump is locked as well', () => {
    edit(at('bumped/gradle.lockfile'), ':2.0.16=', ':2.0.17=');
    const locked = gradleImage(at('bumped'), offline);
    expect(locked).toMatch(/:installDist UP-TO-DATE\n:blockPack\n/);
    expect(locked).not.toContain('is locked');
    expect(purlsIn(manifest('bumped'))).toContain('pkg:maven/org.slf4j/slf4j-api@2.0.17');
  });

  test('packs what bootJar of Spring Boot made, where there is no installDist', () => {
    const project = copyExample('gradle-service', at('boot'));
    // The last Spring Boot of which the plug-in runs in Gradle 4.4.
    const plugin = 'org.springframework.boot:spring-boot-gradle-plugin:2.1.18.RELEASE';
    const buildscript = `buildscript {\n  repositories { mavenCentral() }\n  dependencies { classpath '${plugin}' }\n}\n`;
    edit(join(project, 'build.gradle'), 'plugins {', `${buildscript}plugins {`);
    edit(join(project, 'build.gradle'), "  id 'application'\n", '');
    edit(
      join(project, 'build.gradle'),
      'apply from: ',
      "apply plugin: 'org.springframework.boot'\napply from: ",
    );
    edit(join(project, 'build.gradle'), '  mainClassName =', '  bootJar.mainClassName =');
    const boot = 'build/libs/gradle-service-1.0.0.jar';
    edit(join(project, 'block-pack.config.json'), 'build/install/gradle-service', boot);
    expect(gradleImage(project, build)).toContain(':bootJar\n');
    expect(purlsIn(manifest('boot'))).toEqual([
      'pkg:generic/app (application)',
      'pkg:maven/org.apache.commons/commons-lang3@3.14.0',
      'pkg:maven/org.apache.commons/commons-text@1.12.0',
      'pkg:maven/com.google.errorprone/error_prone_annotations@2.27.0',
      'pkg:maven/com.google.code.gson/gson@2.11.0',
      'pkg:maven/org.nanohttpd/nanohttpd@2.3.1',
      'pkg:maven/org.slf4j/slf4j-api@2.0.16',
      'pkg:maven/org.slf4j/slf4j-simple@2.0.16',
      'pkg:maven/org.springframework.boot/spring-boot-loader@2.1.18.RELEASE',
    ]);
  });

  describe.skipIf(!hasTier('T2'))('and its image', () => {
    const podman = startPodman(at('podman'));
    afterAll(() => podman.stop());

    test('tells the day', async () => {
      const project = copyExample('gradle-service', at('running'));
      const output = 'docker-archive:build/image/clock.tar:localhost/clock:1';
      const env = `"env": { "HOST": "127.0.0.1", "PORT": "0" }, "output": "${output}"`;
      edit(join(project, 'block-pack.config.json'), '"output": "oci:build/image:latest"', env);
      gradleImage(project, { ...build, words: ['--offline', `-PblockPackBase=${basePlace('java')}`] });
      podman.load(join(project, 'build/image/clock.tar'));
      const answer = { day: expect.stringMatching(/^[A-Z][a-z]+day$/) };
      await expectAnswer(podman.start('localhost/clock:1'), { path: '/', answer });
    });
  });
});
