import { expect, test } from 'vitest';
import { readEvidence } from './evidence/read-evidence.ts';
import { relationKey, relationsIn } from './relations.ts';

function relationsOf(text: string): Record<string, string> {
  const relations = relationsIn([readEvidence(text, 'list')]);
  return Object.fromEntries([...relations].map(([key, relation]) => [JSON.parse(key)[1], relation]));
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
  const relations = relationsIn([
    readEvidence(tree, 'a'),
    readEvidence(
      tree.replaceAll(/one|two/g, (name) => (name === 'one' ? 'two' : 'one')),
      'b',
    ),
  ]);
  expect(relations.get(relationKey({ group: 'org.a', artifact: 'two', version: '9' }))).toBe('direct');
});
