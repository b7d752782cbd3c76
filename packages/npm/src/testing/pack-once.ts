import { emptyMemory, type InputDirectory, MemoryBlobStore, pack } from '@block-pack/core';
import { createNpmPacker, type NpmOptions } from '../packer.ts';

/** Contents by path; `-> target` is a link. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A package.json. */
export const manifest = (name: string, fields: object = {}) =>
  JSON.stringify({ name, version: '1.0.0', ...fields });

/** Packs into a store of its own; what it said is kept. */
export async function packOnce(input: InputDirectory, options: Partial<NpmOptions> = {}) {
  const warnings: string[] = [];
  const left = new Map<string, string>();
  const packed = await pack(createNpmPacker({ omit: [], ...options }), [input], new MemoryBlobStore(), {
    memory: emptyMemory(),
    warn: ({ code, message }) => void warnings.push(`${code}: ${message}`),
    leaveOut: (path, reason) => void left.set(path, reason),
  });
  const imports = packed.imports.map(
    ({ line, component }) => `${line.path} ${component.role} ${component.purl}`,
  );
  return { packed, imports, warnings, left };
}
