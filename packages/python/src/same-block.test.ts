import { emptyMemory, type InputDirectory, MemoryBlobStore, type Packed, pack } from '@block-pack/core';
import { packerContract } from '@block-pack/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPythonPacker } from './packer.ts';
import {
  type FakeDistribution,
  fakeWheel,
  installed,
  installers,
  wheelDirectory,
} from './testing/fake-distribution.ts';
import type { OpenWheel } from './wheel.ts';

const noWheels: OpenWheel = async (file) => {
  throw new Error(`${file.path} is opened`);
};

function packOnce(input: InputDirectory, openWheel = noWheels): Promise<Packed> {
  const packer = createPythonPacker({ locks: [], openWheel });
  return pack(packer, [input], new MemoryBlobStore(), { memory: emptyMemory(), warn: () => {} });
}

/** A bit of everything that wheels hold. */
const published: readonly FakeDistribution[] = [
  { name: 'six', version: '1.17.0', files: { 'six.py': 'six = 6\n' } },
  {
    name: 'google_cloud_core',
    version: '2.8.0',
    files: { 'google/cloud/core.py': 'core', 'google/cloud/a, "b".txt': 'odd name' },
  },
  { name: 'google_cloud_storage', version: '3.0', files: { 'google/cloud/storage.py': 'storage' } },
  {
    name: 'Native.Thing',
    version: '0.17',
    files: {
      'native/__init__.py': '',
      'native.libs/libx.so': 'elf',
      '_native_backend.so': 'elf',
      'native-hook.pth': 'import native\n',
      '{data}/scripts/native': Uint8Array.of(0x7f, 0x45, 0x4c, 0x46),
      '{data}/scripts/native-shell': '#!/bin/sh\nexec native\n',
      '{data}/scripts/native-script': '#!python -E\nprint(1)\n',
      '{data}/headers/native.h': '#pragma once\n',
      '{data}/data/share/man/man1/native.1': '.TH',
      '{data}/purelib/pure.py': 'pure',
      '{data}/platlib/plat.py': 'plat',
      '{info}/entry_points.txt':
        '[console_scripts]\nnative-run = native:main\n\n[native.plugins]\nx = native:x\n',
    },
    executable: ['native.libs/libx.so'],
  },
];

const wheels = wheelDirectory(published.map((one) => fakeWheel(one)));

packerContract(
  'a directory of wheels',
  () => createPythonPacker({ locks: [], openWheel: wheels.openWheel }),
  () => installed(published, Object.values(installers)[0] ?? raise()),
  { generates: true },
);
for (const [name, installer] of Object.entries(installers)) {
  packerContract(
    name,
    () => createPythonPacker({ locks: [], openWheel: noWheels }),
    () => installed(published, installer),
    { generates: true },
  );
}

function raise(): never {
  throw new Error('no installer');
}

describe('a distribution', () => {
  it.each(Object.keys(installers))('is the same block from its wheel and from %s', async (how) => {
    const installer = installers[how] ?? raise();
    const fromWheels = await packOnce(wheels.input(), wheels.openWheel);
    const fromDisk = await packOnce(installed(published, installer));
    const digests = ({ imports }: Packed) =>
      imports.map(({ line, component }) => `${line.path} ${component.purl} ${line.digest}`);
    expect(digests(fromDisk)).toEqual(digests(fromWheels));
    expect(fromDisk.imports.map(({ component }) => component.integrity?.state ?? 'none')).toEqual([
      ...published.map(() => 'verified'),
      'none',
    ]);
  });

  it('is the same block whatever lies in it', async () => {
    await fc.assert(
      fc.asyncProperty(distributionFiles, async (files) => {
        const some: readonly FakeDistribution[] = [{ name: 'Some_Thing', version: '1.0', files }];
        const { input, openWheel } = wheelDirectory(some.map((one) => fakeWheel(one)));
        const digests = new Set<string>();
        for (const packed of [
          await packOnce(input(), openWheel),
          ...(await Promise.all(Object.values(installers).map((one) => packOnce(installed(some, one))))),
        ])
          digests.add(packed.imports.map(({ line }) => `${line.path} ${line.digest}`).join('\n'));
        expect(digests.size).toBe(1);
      }),
      { numRuns: 50 },
    );
  });
});

const folders = [
  '',
  'pkg/',
  'google/cloud/',
  '{info}/licenses/',
  '{data}/scripts/',
  '{data}/headers/',
  '{data}/data/share/',
  '{data}/platlib/',
  '{data}/purelib/x/',
];
const fileName = fc.stringMatching(/^[a-z"', ]{1,8}(\.py|\.so|\.txt)?$/);
const fileText = fc.constantFrom(
  '',
  'x = 1\n',
  '#!python\n',
  '#!python -E\r\nx',
  '#!/bin/sh\n',
  '#!/usr/bin/env python3\nx\n',
  'caf\u00e9',
);

/** Paths are apart from each other, as they must be in a wheel that can be installed. */
const distributionFiles = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...folders), fileName, fileText), {
    selector: ([, name]) => name,
    maxLength: 12,
  })
  .map((files) => Object.fromEntries(files.map(([folder, name, text]) => [`${folder}${name}`, text])));
