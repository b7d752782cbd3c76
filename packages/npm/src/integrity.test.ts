import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { BlockPackError, emptyMemory, type Integrity, MemoryBlobStore, pack } from '@block-pack/core';
import { fakeFile, fakeInput } from '@block-pack/core/testing';
import fc from 'fast-check';
import { Header, Pax } from 'tar';
import { describe, expect, it } from 'vitest';
import { createNpmPacker } from './packer.ts';
import { strongestHash } from './subresource-integrity.ts';
import { readTarball } from './tarball.ts';
import { npmCache, type TarballSource, tarballDirectory } from './tarball-source.ts';

type Files = Readonly<Record<string, string>>;

const manifest = (name: string, fields: object = {}) => JSON.stringify({ name, version: '1.0.0', ...fields });

/** A tarball as registries hold them, written by npm's own writer of headers. */
function tarball(files: Files, options: { readonly mode?: number; readonly top?: string } = {}): Buffer {
  const { mode = 0o644, top = 'package' } = options;
  const parts: Buffer[] = [];
  for (const [path, content] of Object.entries(files)) {
    const body = Buffer.from(content);
    const header = {
      path: `${top}/${path}`,
      size: body.length,
      mode,
      type: 'File',
      mtime: new Date(0),
    } as const;
    const block = new Header(header);
    block.encode();
    if (block.needPax) parts.push(new Pax(header).encode());
    parts.push(Buffer.from(block.block ?? ''), body, Buffer.alloc((512 - (body.length % 512)) % 512));
  }
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]));
}

const sri = (bytes: Buffer) => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;

function sourceOf(...tarballs: readonly Buffer[]): TarballSource {
  const byHash = new Map(tarballs.map((bytes) => [createHash('sha512').update(bytes).digest('hex'), bytes]));
  return {
    name: 'the cache',
    async find({ hash }) {
      const bytes = byHash.get(hash.hex);
      return bytes && fakeFile('p.tgz', bytes);
    },
  };
}

async function integrities(files: Files, packages: object, tarballs: TarballSource) {
  const input = fakeInput({
    ...files,
    'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages }),
  });
  const memory = emptyMemory();
  const once = async () => {
    const packed = await pack(createNpmPacker({ omit: [], tarballs }), [input], new MemoryBlobStore(), {
      memory,
      warn: () => {},
    });
    return packed.imports.map(({ component }) => component.integrity);
  };
  const first = await once();
  expect(await once()).toEqual(first);
  return first;
}

const published: Files = {
  'package.json': manifest('p', { bin: './cli.js' }),
  'cli.js': '#!/usr/bin/env node\r\nhello\r\n',
  'lib/.gitignore': 'x',
  [`lib/${'long/'.repeat(40)}name.js`]: 'long',
};
const installed: Files = {
  'node_modules/p/package.json': manifest('p', { bin: './cli.js' }),
  'node_modules/p/cli.js': '#!/usr/bin/env node\nhello\r\n',
  'node_modules/p/lib/.npmignore': 'x',
  [`node_modules/p/lib/${'long/'.repeat(40)}name.js`]: 'long',
};

async function integrityOf(
  files: Files,
  bytes: Buffer,
  source: TarballSource,
): Promise<Integrity | undefined> {
  return (
    await integrities(files, { 'node_modules/p': { version: '1.0.0', integrity: sri(bytes) } }, source)
  )[0];
}

describe('a package whose published tarball is there', () => {
  it('is verified, in spite of what installers do differently', async () => {
    const bytes = tarball(published);
    expect(await integrityOf(installed, bytes, sourceOf(bytes))).toEqual({
      state: 'verified',
      against: 'the sha512 of p@1.0.0 in package-lock',
    });
  });

  it('is modified when somebody changed it, and the files are named', async () => {
    const bytes = tarball({ ...published, 'gone.js': '' });
    const changed = { ...installed, 'node_modules/p/cli.js': 'evil', 'node_modules/p/new.js': '' };
    expect(await integrityOf(changed, bytes, sourceOf(bytes))).toMatchObject({
      state: 'modified',
      changes: [
        { path: 'cli.js', change: 'changed' },
        { path: 'gone.js', change: 'removed' },
        { path: 'new.js', change: 'added' },
      ],
    });
  });

  it('is modified when a file became executable', async () => {
    const files = { 'package.json': manifest('p') };
    const bytes = tarball(files, { mode: 0o755, top: 'some-other-folder' });
    expect(
      await integrityOf({ 'node_modules/p/package.json': manifest('p') }, bytes, sourceOf(bytes)),
    ).toMatchObject({
      changes: [{ path: 'package.json', change: 'changed' }],
    });
  });

  it('is verified in the tarball of the package that it came with', async () => {
    const owner = manifest('p', { bundleDependencies: ['q'] });
    const q = manifest('q');
    const bytes = tarball({
      'package.json': owner,
      'node_modules/q/package.json': q,
      'node_modules/q/node_modules/r/package.json': manifest('r'),
      'node_modules/.bin/q': 'shim',
    });
    const files = {
      'node_modules/p/package.json': owner,
      'node_modules/p/node_modules/q/package.json': q,
      'node_modules/p/node_modules/q/node_modules/r/package.json': manifest('r'),
    };
    const packages = {
      'node_modules/p': { version: '1.0.0', integrity: sri(bytes) },
      'node_modules/p/node_modules/q': { version: '1.0.0', inBundle: true },
    };
    const states = (await integrities(files, packages, sourceOf(bytes))).map((one) => one?.state);
    expect(states).toEqual(['verified', 'verified', 'verified']);
  });
});

describe('a package is neither verified nor modified', () => {
  const bytes = tarball(published);
  const unknown = async (entry: object | undefined, source: TarballSource) => {
    const packages = entry === undefined ? {} : { 'node_modules/p': { version: '1.0.0', ...entry } };
    const [integrity] = await integrities(installed, packages, source);
    return integrity?.state === 'unknown' ? integrity.reason : integrity?.state;
  };

  it('when no lock lists it, or none with a hash that is known', async () => {
    expect(await unknown(undefined, sourceOf(bytes))).toBe('no lock lists it');
    expect(await unknown({}, sourceOf(bytes))).toBe('its entry in package-lock has no hash of a tarball');
    expect(await unknown({ integrity: 'md5-xyz' }, sourceOf(bytes))).toBe(
      'its entry in package-lock has a hash of an unknown kind',
    );
  });

  it('when it is not as it came with another package, and may be its own tarball, which is not there', async () => {
    const owner = manifest('p', { bundleDependencies: ['q'] });
    const brought = tarball({ 'package.json': owner, 'node_modules/q/package.json': manifest('q') });
    const whole = tarball({ 'package.json': manifest('q'), 'types.d.ts': '' });
    const files = {
      'node_modules/p/package.json': owner,
      'node_modules/p/node_modules/q/package.json': manifest('q'),
      'node_modules/p/node_modules/q/types.d.ts': '',
    };
    const packages = {
      'node_modules/p': { version: '1.0.0', integrity: sri(brought) },
      'node_modules/p/node_modules/q': { version: '1.0.0', integrity: sri(whole) },
    };
    const states = async (source: TarballSource) =>
      (await integrities(files, packages, source)).map((one) => one?.state);
    expect(await states(sourceOf(brought))).toEqual(['verified', 'unknown']);
    expect(await states(sourceOf(brought, whole))).toEqual(['verified', 'verified']);
  });

  it('when its tarball is not there, or another one', async () => {
    expect(await unknown({ integrity: sri(bytes) }, sourceOf())).toBe('its tarball is not in the cache');
    const liar: TarballSource = {
      name: 'the folder',
      find: async () => fakeFile('p.tgz', tarball({ a: '' })),
    };
    expect(await unknown({ integrity: sri(bytes) }, liar)).toBe(
      'its tarball in the folder is not the one that the lock names',
    );
  });

  it('when its tarball cannot be read', async () => {
    for (const broken of [Buffer.from('text'), bytes.subarray(0, 60), gzipSync(Buffer.alloc(512, 'x'))]) {
      const source = { name: 'x', find: async () => fakeFile('p.tgz', broken) };
      expect(await unknown({ integrity: sri(broken) }, source)).toContain('its tarball cannot be read: ');
    }
  });
});

describe('tarballs are found', () => {
  const hash = { algorithm: 'sha512', hex: 'abcdef'.padEnd(128, '0') } as const;
  const disk = (wanted: string) => ({
    name: 'disk',
    open: async (path: string) => (path === wanted ? fakeFile(path, '') : undefined),
  });
  const wanted = { name: '@acme/cli', version: '1.0.0', hash };

  it('in the cache of npm, or in the folder inside it', async () => {
    const path = `content-v2/sha512/ab/cd/${hash.hex.slice(4)}`;
    expect(await npmCache(disk(`_cacache/${path}`)).find(wanted)).toBeDefined();
    expect(await npmCache(disk(path)).find(wanted)).toBeDefined();
    expect(await npmCache(disk('else')).find(wanted)).toBeUndefined();
  });

  it('in a directory, under the names that npm pack gives', async () => {
    expect(await tarballDirectory(disk('acme-cli-1.0.0.tgz')).find(wanted)).toBeDefined();
  });
});

describe('the hash of a lock', () => {
  it('is the strongest of several', () => {
    const sha1 = `sha1-${Buffer.alloc(20, 1).toString('base64')}`;
    const sha512 = `sha512-${Buffer.alloc(64, 2).toString('base64')}`;
    expect(strongestHash(`${sha1} ${sha512}?opt`)).toEqual({ algorithm: 'sha512', hex: '02'.repeat(64) });
    expect(strongestHash(sha1)).toEqual({ algorithm: 'sha1', hex: '01'.repeat(20) });
    expect(strongestHash('sha512-dG9vIHNob3J0')).toBeUndefined();
  });
});

describe('whatever a tarball holds', () => {
  const hash = { algorithm: 'sha512', hex: '0'.repeat(128) } as const;
  const outcome = async (bytes: Uint8Array) =>
    readTarball(fakeFile('p.tgz', bytes), hash).catch((error: unknown) => error);

  it('it is read, or refused with its name', async () => {
    const valid = [...tarball(published)];
    const damaged = fc
      .tuple(fc.nat(valid.length - 1), fc.nat(255))
      .map(([at, byte]) => Buffer.from(valid.map((old, index) => (index === at ? byte : old))));
    const blocks = fc.uint8Array({ maxLength: 3000 }).map((bytes) => gzipSync(bytes));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array(), damaged, blocks), async (bytes) => {
        const found = await outcome(bytes);
        expect(found === undefined || found instanceof BlockPackError).toBe(true);
      }),
    );
  });

  it('names that lead out are no files of the package', async () => {
    const bytes = tarball({ '../../etc/passwd': 'x', 'package.json': '{}' });
    const hash = { algorithm: 'sha512', hex: createHash('sha512').update(bytes).digest('hex') } as const;
    expect([...((await readTarball(fakeFile('p.tgz', bytes), hash)) ?? [])].map(([path]) => path)).toEqual([
      'package.json',
    ]);
  });
});
