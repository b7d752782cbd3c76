import { expect, test } from 'vitest';
import { readEvidence } from './evidence/read-evidence.ts';
import { type Resolution, resolutionKey, resolutionsIn } from './resolutions.ts';

function relationsOf(text: string): Record<string, string | undefined> {
  const told = Object.entries(resolved(text)).map(([name, { relation }]) => [name, relation] as const);
  return Object.fromEntries(told.filter(([, relation]) => relation !== undefined));
}

function resolved(...texts: readonly string[]): Record<string, Resolution> {
  const resolutions = resolutionsIn(texts.map((text) => readEvidence(text, 'list')));
  return Object.fromEntries([...resolutions].map(([key, resolution]) => [JSON.parse(key)[1], resolution]));
}

const tree = [
  '[INFO] org.example:shop:jar:1.0',
  '[INFO] +- org.a:one:jar:1.0:compile',
  '[INFO] |  +- org.a:two:jar:1.0:compile',
  '[INFO] |  \\- org.a:three:jar:1.0:compile',
  '[INFO] \\- org.a:four:jar:1.0:runtime',
  '[INFO]    \\- org.a:five:jar:1.0:runtime',
].join('\n');

test('a tree tells what the application names itself', () => {
  expect(relationsOf(tree)).toEqual({
    one: 'direct',
    two: 'transitive',
    three: 'transitive',
    four: 'direct',
    five: 'transitive',
  });
});

test('a tree as JSON tells it, too', () => {
  const node = (artifactId: string, ...children: object[]) => ({
    groupId: 'org.a',
    artifactId,
    version: '1.0',
    type: 'jar',
    scope: 'compile',
    children,
  });
  expect(relationsOf(JSON.stringify(node('shop', node('one', node('two')), node('three'))))).toEqual({
    one: 'direct',
    two: 'transitive',
    three: 'direct',
  });
});

test('a list does not tell', () => {
  expect(relationsOf('The following files have been resolved:\n   org.a:one:jar:1.0:compile\n')).toEqual({});
});

test('a pom tells what stands in it, and nothing of the rest', () => {
  const pom =
    '<project><groupId>g</groupId><artifactId>shop</artifactId><version>1</version><dependencies><dependency><groupId>org.a</groupId><artifactId>one</artifactId><version>1.0</version></dependency></dependencies></project>';
  expect(relationsOf(pom)).toEqual({ one: 'direct' });
});

test('one module that names it is enough', () => {
  const resolutions = resolutionsIn([
    readEvidence(tree, 'a'),
    readEvidence(
      tree.replaceAll(/one|two/g, (name) => (name === 'one' ? 'two' : 'one')),
      'b',
    ),
  ]);
  const two = resolutionKey({ group: 'org.a', artifact: 'two', version: '9' });
  expect(resolutions.get(two)?.relation).toBe('direct');
});

test('lists tell when a component is needed, and trees which are optional', () => {
  const optional = 'g:shop:jar:1\n+- org.a:one:jar:1.0:runtime (optional)\n\\- org.a:two:jar:1.0:test\n';
  expect(resolved(optional)).toEqual({
    one: { relation: 'direct', scope: 'runtime', isOptional: true },
    two: { relation: 'direct', scope: 'test' },
  });
  const node = { groupId: 'g', artifactId: 'one', version: '1', scope: 'provided', optional: 'true' };
  const root = { groupId: 'g', artifactId: 'shop', version: '1', children: [node] };
  expect(resolved(JSON.stringify(root)).one).toEqual({
    relation: 'direct',
    scope: 'provided',
    isOptional: true,
  });
});

test('a gradle.lockfile tells it by the configurations that Java builds have', () => {
  const lock = [
    'a:run:1=compileClasspath,runtimeClasspath,testRuntimeClasspath',
    'a:check:1=testCompileClasspath,testRuntimeClasspath',
    'a:compile:1=annotationProcessor,compileClasspath',
    'a:phone:1=debugRuntimeClasspath',
  ];
  expect(resolved(lock.join('\n'))).toEqual({
    run: { scope: 'runtime' },
    check: { scope: 'test' },
    compile: { scope: 'provided' },
    phone: {},
  });
});

test('of two modules, the one that needs it most is believed', () => {
  const list = (scope: string) => `   org.a:one:jar:1.0:${scope}\n`;
  expect(resolved(list('test'), list('runtime'), list('provided')).one).toEqual({ scope: 'runtime' });
});
