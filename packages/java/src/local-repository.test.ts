import { emptyMemory, MemoryBlobStore, pack } from '@block-pack/core';
import { fakeFile, fakeInput, fakeJar } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import { coordinatesText } from './coordinates.ts';
import {
  gradleCache,
  type LocalRepository,
  mavenRepository,
  type RepositoryDisk,
} from './local-repository.ts';
import { createJavaPacker } from './packer.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

interface FakeDisk extends RepositoryDisk {
  readonly listed: string[];
}

function diskOf(files: Files): FakeDisk {
  const listed: string[] = [];
  return {
    name: 'repository',
    listed,
    async list(path) {
      listed.push(path);
      const start = path === '' ? '' : `${path}/`;
      const inside = Object.keys(files).filter((name) => name.startsWith(start));
      return [...new Set(inside.map((name) => /^[^/]+\/?/.exec(name.slice(start.length))?.[0] ?? ''))];
    },
    async open(path) {
      const content = files[path];
      return content === undefined ? undefined : fakeFile(path, content);
    },
  };
}

async function candidates(repository: LocalRepository, fileName: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { coordinates, file } of repository.candidates(fileName))
    found.push(`${coordinatesText(coordinates)} ${file.path}`);
  return found;
}

async function purl(fileName: string, content: Uint8Array, repository: LocalRepository): Promise<string> {
  const packer = createJavaPacker({ evidence: [], repositories: [repository], applications: [] });
  const context = { memory: emptyMemory(), warn: () => {} };
  const { imports } = await pack(
    packer,
    [fakeInput({ [fileName]: content })],
    new MemoryBlobStore(),
    context,
  );
  return `${imports[0]?.component.purl} ${imports[0]?.component.evidence[0]?.source}`;
}

const asm = fakeJar({ 'a.class': 'asm' });
const otherAsm = fakeJar({ 'a.class': 'ASM' });

const maven: Files = {
  'org/ow2/asm/asm/9.7/asm-9.7.jar': asm,
  'org/ow2/asm/asm/9.7/asm-9.7.pom': '<project/>',
  'org/ow2/asm/asm-tree/9.7/asm-tree-9.7.jar': asm,
  'com/copied/asm/9.7/asm-9.7.jar': otherAsm,
  'io/netty/netty/4/netty-4-linux-x86_64.jar': asm,
  'com/acme/shop/1.0-SNAPSHOT/shop-1.0-20240101.120000-3.jar': asm,
};

describe("Maven's local repository", () => {
  it('offers what has the name of the file', async () => {
    const repository = mavenRepository(diskOf(maven));
    expect(await candidates(repository, 'asm-9.7.jar')).toEqual([
      'org.ow2.asm:asm:9.7 org/ow2/asm/asm/9.7/asm-9.7.jar',
      'com.copied:asm:9.7 com/copied/asm/9.7/asm-9.7.jar',
    ]);
    expect(await candidates(repository, 'netty-4-linux-x86_64.jar')).toEqual([
      'io.netty:netty:4:linux-x86_64 io/netty/netty/4/netty-4-linux-x86_64.jar',
    ]);
    expect(await candidates(repository, 'shop-1.0-SNAPSHOT.jar')).toHaveLength(1);
    expect(await candidates(repository, 'org.ow2.asm.asm-tree-9.7.jar')).toHaveLength(1);
    expect(await candidates(repository, 'asm-9.8.jar')).toEqual([]);
    expect(await candidates(repository, 'asm.jar')).toEqual([]);
  });

  it('is walked once, not at all before it is asked, and never into versions that are not asked for', async () => {
    const disk = diskOf(maven);
    const repository = mavenRepository(disk);
    expect(disk.listed).toEqual([]);
    await candidates(repository, 'asm-9.7.jar');
    expect(disk.listed.filter((path) => path === '')).toHaveLength(1);
    const before = disk.listed.length;
    await candidates(repository, 'asm-9.7.jar');
    expect(disk.listed.slice(before)).toEqual([
      'org/ow2/asm',
      'org/ow2/asm/asm',
      'com/copied/asm',
      'org/ow2/asm/asm/9.7',
      'com/copied/asm/9.7',
    ]);
    expect(disk.listed).not.toContain('io/netty/netty/4');
  });

  it('names a jar by its bytes', async () => {
    const repository = mavenRepository(diskOf(maven));
    expect(await purl('asm-9.7.jar', asm, repository)).toBe('pkg:maven/org.ow2.asm/asm@9.7 maven-repository');
    expect(await purl('asm-9.7.jar', otherAsm, repository)).toBe(
      'pkg:maven/com.copied/asm@9.7 maven-repository',
    );
    expect(await purl('asm-9.7.jar', fakeJar(), repository)).toBe('pkg:generic/asm@9.7 file-name');
  });

  it('does not choose between two groups that have the same bytes', async () => {
    const twice = { 'a/asm/9.7/asm-9.7.jar': asm, 'b/asm/9.7/asm-9.7.jar': asm };
    expect(await purl('asm-9.7.jar', asm, mavenRepository(diskOf(twice)))).toContain('pkg:generic/asm@9.7');
  });
});

describe("Gradle's cache", () => {
  const file = 'org.ow2.asm/asm/9.7/073d7b3086e14beb604ced229c302feff6449723/asm-9.7.jar';

  it.each(['', 'files-2.1/', 'modules-2/files-2.1/', 'caches/modules-2/files-2.1/'])(
    'offers what has the name of the file, be it given by %j or below',
    async (start) => {
      const repository = gradleCache(diskOf({ [`${start}${file}`]: asm }));
      expect(await candidates(repository, 'asm-9.7.jar')).toEqual([`org.ow2.asm:asm:9.7 ${start}${file}`]);
      expect(await purl('asm-9.7.jar', asm, repository)).toBe(
        'pkg:maven/org.ow2.asm/asm@9.7 gradle-repository',
      );
    },
  );
});
