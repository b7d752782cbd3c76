import { digestOf } from '@block-pack/core';
import { describe, expect, test } from 'vitest';
import { fakeContents, fakeLine } from '../testing/fake-contents.ts';
import { contentsOf } from './contents.ts';

const names = (contents: ReturnType<typeof fakeContents>) =>
  contents.packages.map(({ ecosystem, name, version }) => [ecosystem, name, version]);

describe('packages', () => {
  test('have the names that their ecosystems give them', () => {
    const contents = fakeContents([
      ['/app/lib/asm-9.7.jar', 'a', 'maven/org.ow2.asm/asm@9.7'],
      ['/app/lib/epoll.jar', 'e', 'maven/io.netty/epoll@4.1.0?classifier=linux-x86_64'],
      ['/app/node_modules/@babel/core', 'b', 'npm/%40babel/core@7.0.0'],
      ['/app/numpy', 'n', 'pypi/numpy@2.0.0'],
      ['/etc/app.conf', 'c'],
    ]);
    expect(names(contents)).toEqual([
      ['other', '/etc/app.conf', undefined],
      ['npm', '@babel/core', '7.0.0'],
      ['maven', 'io.netty:epoll:linux-x86_64', '4.1.0'],
      ['pypi', 'numpy', '2.0.0'],
      ['maven', 'org.ow2.asm:asm', '9.7'],
    ]);
  });

  test('of one block at several paths are one', () => {
    const { packages } = fakeContents(
      [
        ['/app/node_modules/b/node_modules/ms', 'ms', 'npm/ms@2.1.3'],
        ['/app/node_modules/a/node_modules/ms', 'ms', 'npm/ms@2.1.3'],
      ],
      'npm',
    );
    expect(packages.map(({ paths }) => paths)).toEqual([
      ['/app/node_modules/a/node_modules/ms', '/app/node_modules/b/node_modules/ms'],
    ]);
  });

  test('are told from the application and from what belongs to no package', () => {
    const { packages } = fakeContents([
      ['/app/a.jar', 'a', 'maven/g/a@1', { role: 'application' }],
      ['/app/b.jar', 'b', 'generic/b@1', { evidence: 'file-name' }],
      ['/app/c', 'c', 'generic/lib', { evidence: 'layout' }],
    ]);
    expect(packages.map(({ name, role, isIdentified }) => [name, role, isIdentified])).toEqual([
      ['b', 'dependency', false],
      ['g:a', 'application', true],
      ['lib', 'other', true],
    ]);
  });

  test('keep a purl that is none as their name', () => {
    const { packages } = fakeContents([['/a', 'a', 'not\u001b[31m']]);
    expect(packages).toMatchObject([{ name: 'pkg:not\u001b[31m', isIdentified: false, ecosystem: 'other' }]);
  });

  test('say no more than is known', () => {
    const line = fakeLine(['/a.jar', 'a', 'maven/g/a@1']);
    const [bare] = fakeContents([['/a.jar', 'a', 'maven/g/a@1']]).packages;
    expect(Object.keys(bare ?? {}).sort()).toEqual([
      'digest',
      'ecosystem',
      'isIdentified',
      'kind',
      'name',
      'packer',
      'paths',
      'purl',
      'role',
      'size',
      'version',
    ]);
    const facts = { licenses: [], nativeCode: ['a.so'], hasInstallScript: true };
    const { packages } = contentsOf({
      name: 'x',
      source: { kind: 'manifest' },
      manifests: [{ packer: 'java', directives: [], imports: [{ ...line, attributes: new Map() }] }],
      knowledge: {
        facts: (digest) => (digest === digestOf(new TextEncoder().encode('a')) ? facts : undefined),
        findings: () => ({ relation: 'direct', integrity: { state: 'verified', against: 'the lock' } }),
        size: () => 7,
      },
    });
    expect(packages).toMatchObject([{ size: 7, facts, hasInstallScript: true, relation: 'direct' }]);
  });
});
