import {
  BlockPackError,
  emptyMemory,
  type InputDirectory,
  MemoryBlobStore,
  type Packed,
  pack,
  readCanonicalTar,
} from '@block-pack/core';
import { createPythonPacker, type PythonOptions } from '../packer.ts';

/** A pack, what it warned of, what it left out and why, and where its blocks are. */
export interface PythonPack extends Packed {
  readonly warnings: readonly string[];
  readonly leftOut: ReadonlyMap<string, string>;
  readonly store: MemoryBlobStore;
}

export async function packPython(
  input: InputDirectory,
  options: Partial<PythonOptions> = {},
): Promise<PythonPack> {
  const warnings: string[] = [];
  const leftOut = new Map<string, string>();
  const store = new MemoryBlobStore();
  const packer = createPythonPacker({ locks: [], openWheel: refuseWheel, ...options });
  const packed = await pack(packer, [input], store, {
    memory: emptyMemory(),
    warn: ({ code, message }) => void warnings.push(`${code}: ${message}`),
    leaveOut: (path, reason) => void leftOut.set(path, reason),
  });
  return { ...packed, warnings, leftOut, store };
}

async function refuseWheel(): Promise<never> {
  throw new Error('a wheel is opened');
}

/** The texts of a block by path, `*` behind those that are executable. */
export async function filesOf(packed: PythonPack, purl: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const { line, component } of packed.imports) {
    if (!component.purl.startsWith(purl)) continue;
    for await (const entry of readCanonicalTar(packed.store.read(line.digest), purl)) {
      if (entry.kind !== 'file') continue;
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry.read()) chunks.push(new Uint8Array(chunk));
      files[`${entry.path}${entry.executable ? '*' : ''}`] = Buffer.concat(chunks).toString();
    }
  }
  return files;
}

/** What a pack was refused with. */
export async function refusal(packing: Promise<unknown>): Promise<string> {
  const error = await packing.then(
    () => new Error('it was packed'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof BlockPackError)) throw error;
  return `${error.code}: ${error.message}. ${error.hint}`;
}
