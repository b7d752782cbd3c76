import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifierIn, jarStem, readJarName, spellingOf } from './jar-name.ts';

describe('a file name alone', () => {
  it.each([
    ['asm-9.7.jar', 'asm', '9.7', undefined],
    ['jackson-module-scala_2.13-2.15.3.jar', 'jackson-module-scala_2.13', '2.15.3', undefined],
    ['guava-33.0.0-jre.jar', 'guava', '33.0.0-jre', undefined],
    ['guava-33.0.0-android.jar', 'guava', '33.0.0-android', undefined],
    [
      'listenablefuture-9999.0-empty-to-avoid-conflict-with-guava.jar',
      'listenablefuture',
      '9999.0-empty-to-avoid-conflict-with-guava',
      undefined,
    ],
    ['jboss-logging-3.6.1.Final.jar', 'jboss-logging', '3.6.1.Final', undefined],
    ['guava-r09.jar', 'guava', 'r09', undefined],
    ['json-20231013.jar', 'json', '20231013', undefined],
    ['geronimo-jcache_1.0_spec-1.0-alpha-1.jar', 'geronimo-jcache_1.0_spec', '1.0-alpha-1', undefined],
    [
      'google-api-services-storage-v1-rev20230101-2.0.0.jar',
      'google-api-services-storage',
      'v1-rev20230101-2.0.0',
      undefined,
    ],
    ['log4j-1.2-api-2.20.0.jar', 'log4j-1.2-api', '2.20.0', undefined],
    ['hibernate-jpa-2.1-api-1.0.0.Final.jar', 'hibernate-jpa-2.1-api', '1.0.0.Final', undefined],
    ['flink-shaded-guava-31.1-jre-17.0.jar', 'flink-shaded-guava', '31.1-jre-17.0', undefined],
    ['bcprov-jdk18on-1.77.jar', 'bcprov-jdk18on', '1.77', undefined],
    ['zstd-jni-1.5.5-1.jar', 'zstd-jni', '1.5.5-1', undefined],
    [
      'opentelemetry-api-incubator-1.32.0-alpha.jar',
      'opentelemetry-api-incubator',
      '1.32.0-alpha',
      undefined,
    ],
    [
      'netty-transport-native-epoll-4.1.128.Final-linux-x86_64.jar',
      'netty-transport-native-epoll',
      '4.1.128.Final',
      'linux-x86_64',
    ],
    ['json-lib-2.4-jdk15.jar', 'json-lib', '2.4', 'jdk15'],
    ['hadoop-common-3.3.6-tests.jar', 'hadoop-common', '3.3.6', 'tests'],
    ['shop-1.0-20240101.120000-3.jar', 'shop', '1.0-20240101.120000-3', undefined],
    ['flink-shaded-asm-9-9.5-17.0.jar', 'flink-shaded-asm-9', '9.5-17.0', undefined],
    ['org-openide-util-RELEASE210.jar', 'org-openide-util', 'RELEASE210', undefined],
    ['org.jacoco.agent-0.8.12-runtime.jar', 'org.jacoco.agent', '0.8.12', 'runtime'],
    ['app-1.0-jar-with-dependencies.jar', 'app', '1.0', 'jar-with-dependencies'],
    ['shop.jar', 'shop', undefined, undefined],
    ['javax.inject.jar', 'javax.inject', undefined, undefined],
    ['-.jar', '-', undefined, undefined],
    ['.jar', 'jar', undefined, undefined],
    ['-1.0.jar', '-1.0', undefined, undefined],
  ])('%s', (fileName, artifact, version, classifier) => {
    expect(readJarName(jarStem(fileName))).toEqual(
      Object.fromEntries(
        Object.entries({ artifact, version, classifier }).filter(([, said]) => said !== undefined),
      ),
    );
  });
});

describe('any file name', () => {
  it('is read without losing a part of it', () => {
    const word = fc.oneof(
      fc.stringMatching(/^[\w.]{0,8}$/),
      fc.constantFrom('', '1', '1.0', 'v1', 'tests', 'jre', '20240101.120000'),
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        const stem = words.join('-');
        const { artifact, version, classifier } = readJarName(stem);
        expect(artifact).not.toBe('');
        const said = [artifact, version, classifier].filter((part) => part !== undefined).join('-');
        expect(said).toBe(stem || 'jar');
      }),
    );
  });

  it('spells the coordinates it was made of', () => {
    const word = fc.stringMatching(/^[A-Za-z][\w.]{0,8}$/);
    const version = fc.stringMatching(/^\d[\w.-]{0,8}$/);
    fc.assert(
      fc.property(
        word,
        word,
        version,
        fc.option(word, { nil: undefined }),
        (group, artifact, number, classifier) => {
          const coordinates = { group, artifact, version: number, classifier };
          const stem = [artifact, number, ...(classifier === undefined ? [] : [classifier])].join('-');
          expect(spellingOf(stem, { ...coordinates, classifierKnown: true })).toBe('plain');
          expect(spellingOf(`${group}.${stem}`, { ...coordinates, classifierKnown: true })).toBe(
            'with-group',
          );
          expect(classifierIn(stem, coordinates)).toBe(classifier);
        },
      ),
    );
  });
});

describe('a file name beside coordinates', () => {
  const asm = { group: 'org.ow2.asm', artifact: 'asm', version: '9.7', classifierKnown: true };
  const open = { ...asm, classifierKnown: false };

  it.each([
    ['asm-9.7', asm, 'plain'],
    ['org.ow2.asm.asm-9.7', asm, 'with-group'],
    ['asm', asm, 'without-version'],
    ['asm-9.7-linux', asm, undefined],
    ['asm-9.7-linux', open, 'with-classifier'],
    ['asm-9.7-linux', { ...asm, classifier: 'linux' }, 'plain'],
    ['asm-9.7', { ...asm, classifier: 'linux' }, undefined],
    ['asm-9.70', open, undefined],
    ['asm-tree-9.7', open, undefined],
  ] as const)('%s', (stem, coordinates, spelling) => {
    expect(spellingOf(stem, coordinates)).toBe(spelling);
  });

  it('is that of the snapshot, be it called by its time or by its base version', () => {
    const base = { ...asm, version: '9.7-SNAPSHOT' };
    const timed = { ...asm, version: '9.7-20240101.120000-3' };
    for (const version of [base, timed]) {
      expect(spellingOf('asm-9.7-SNAPSHOT', version)).toBe('plain');
      expect(spellingOf('asm-9.7-20240101.120000-3', version)).toBe('plain');
    }
    expect(spellingOf('asm-9.7', base)).toBeUndefined();
  });
});
