import { emptyMemory, MemoryBlobStore, pack, type Warning } from '@block-pack/core';
import { fakeInput, fakeJar } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import { readEvidence } from './evidence/read-evidence.ts';
import { createJavaPacker } from './packer.ts';

async function warnings(fileNames: readonly string[], list: string): Promise<Warning[]> {
  const evidence = [readEvidence(list, 'the list')];
  const packer = createJavaPacker({ evidence, repositories: [], applications: ['shop-*'] });
  const files = Object.fromEntries(fileNames.map((name) => [name, fakeJar({ name })]));
  const told: Warning[] = [];
  const context = { memory: emptyMemory(), warn: (warning: Warning) => void told.push(warning) };
  await pack(packer, [fakeInput(files)], new MemoryBlobStore(), context);
  return told.filter(({ code }) => code !== 'GROUP_UNKNOWN');
}

const lock = [
  'com.acme:one:1.0=compileClasspath,runtimeClasspath',
  'com.acme:two:2.0=runtimeClasspath',
  'com.acme:junit:4=testRuntimeClasspath',
].join('\n');

describe('a gradle.lockfile', () => {
  it('has nothing to say of what is packed as it was locked, the application aside', async () => {
    expect(await warnings(['one-1.0.jar', 'two-2.0.jar', 'shop-1.0.jar'], lock)).toEqual([]);
  });

  it('says what is packed without it or in another version, and what is missing', async () => {
    const [warning, ...more] = await warnings(['one-1.1.jar', 'three-3.0.jar'], lock);
    expect(more).toEqual([]);
    expect(warning?.code).toBe('LOCK_DISAGREES');
    expect(warning?.message).toContain(
      'the list does not have one-1.1.jar (1.0 is locked), three-3.0.jar; of the list these are not packed: com.acme:two:2.0.',
    );
  });

  it('does not miss what no file belongs to', async () => {
    const names = ['a:netty-bom:4', 'a:spring-boot-dependencies:3', 'a:okio:3', 'a:okio-jvm:3'];
    const platforms = names.map((name) => `${name}=runtimeClasspath`).join('\n');
    expect(await warnings(['okio-jvm-3.jar'], platforms)).toEqual([]);
  });

  it('does not miss what tests or builds alone need, nor what a configuration of others needs', async () => {
    const other = 'a:b:1=testRuntimeClasspath\na:c:1=annotationProcessor\na:d:1=runtimeClasspath';
    expect(await warnings(['d-1.jar'], other)).toEqual([]);
  });
});

describe('a list of Maven', () => {
  it('tells what is there for tests alone', async () => {
    const list = '   com.acme:one:jar:1.0:compile\n   com.acme:two:jar:2.0:test\n';
    const [warning, ...more] = await warnings(['one-1.0.jar', 'two-2.0.jar', 'other-1.jar'], list);
    expect(more).toEqual([]);
    expect(warning?.code).toBe('TESTS_PACKED');
    expect(warning?.message).toContain('1 of 3 libraries are there for tests alone: two-2.0.jar.');
  });
});
