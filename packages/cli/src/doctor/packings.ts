import {
  type BlobStore,
  type Component,
  type InputDirectory,
  type Packer,
  type PackOptions,
  type Placement,
  purlParts,
} from '@block-pack/core';
import type { JavaPlacement } from '@block-pack/java';
import type { NpmPlacement } from '@block-pack/npm';
import type { PythonPlacement } from '@block-pack/python';
import type { CommandContext } from '../command.ts';
import { filesPackerFor, filesView } from '../commands/files.ts';
import { javaPackerFor, javaView } from '../commands/java.ts';
import { npmPackerFor, npmView } from '../commands/npm.ts';
import { pythonPackerFor, pythonView } from '../commands/python.ts';
import type { InputView } from '../pack-run.ts';
import type { LeftOut } from '../pack-summary.ts';
import type { Ecosystem } from './ecosystems.ts';
import { type Examination, examine, type Provenance, type ProvenanceOf } from './examination.ts';

/** Options that the packers take; each belongs to one of them. */
export interface PackerOptions {
  readonly omit?: readonly string[];
  readonly workspace?: readonly string[];
  readonly npmCache?: string | true;
  readonly tarballs?: string;
  readonly lock?: readonly string[];
  readonly application?: readonly string[];
  readonly exclude?: readonly string[];
}

/** A packer, ready for one input. */
export interface Packing {
  readonly ecosystem: Ecosystem;
  readonly view: InputView;
  examine(input: InputDirectory, store: BlobStore, options: PackOptions): Promise<Examination>;
  /** It must be called. */
  close(): Promise<void>;
}

/** @param input as the user wrote it @throws USAGE */
export function packingFor(
  ecosystem: Ecosystem,
  input: string,
  options: PackerOptions,
  context: CommandContext,
): Packing {
  switch (ecosystem) {
    case 'java':
      return packing(ecosystem, javaPackerFor(options, context), javaView, javaProvenance);
    case 'npm':
      return packing(ecosystem, npmPackerFor(options, context), npmView, npmProvenance);
    case 'python': {
      const { packer, close } = pythonPackerFor(input, options, context);
      return { ...packing(ecosystem, packer, pythonView, pythonProvenance(input)), close };
    }
    case 'files':
      return packing(ecosystem, filesPackerFor(options, context), filesView, () => ({
        maker: 'application',
        path: '.',
      }));
  }
}

function packing<P extends Placement>(
  ecosystem: Ecosystem,
  packer: Packer<P>,
  view: InputView,
  provenanceOf: ProvenanceOf<P>,
): Packing {
  return {
    ecosystem,
    view,
    examine: (input, store, options) =>
      examine(packer, provenanceOf, input, (one) => view.view(one), store, options),
    close: async () => {},
  };
}

/** A snapshot under its base version may have been built here; one with a time was fetched. */
function javaProvenance({ part }: JavaPlacement, { role, purl }: Component): Provenance {
  const path = part.kind === 'jar' ? part.file : '.';
  const isOwn = part.kind === 'jar' ? role === 'application' || isSnapshot(purl) : part.kind !== 'loader';
  return { maker: isOwn ? 'application' : 'publisher', path };
}

export function isSnapshot(purl: Component['purl']): boolean {
  return purlParts(purl).version?.endsWith('-SNAPSHOT') === true;
}

function npmProvenance(
  { part }: NpmPlacement,
  { hasInstallScript }: Component,
  leftOut: readonly LeftOut[],
): Provenance {
  if (part.kind !== 'package') return { maker: 'application', path: '.' };
  if (part.isFirstParty) return { maker: 'application', path: part.folder };
  // What node-gyp leaves beside the compiled module.
  const build = `${part.folder}/build/`;
  const isBuilt = hasInstallScript === true && leftOut.some(({ path }) => path.startsWith(build));
  return { maker: isBuilt ? 'machine' : 'publisher', path: part.folder };
}

/** PyPI takes no wheel whose tag names plain Linux: such a one was built on a machine like this. */
function pythonProvenance(input: string): ProvenanceOf<PythonPlacement> {
  return ({ part, origin }) => {
    if (part.kind !== 'distribution') return { maker: 'application', path: '.' };
    const path = origin.startsWith(`${input}/`) ? origin.slice(input.length + 1) : origin;
    if (part.isLocal) return { maker: 'application', path };
    const isBuilt = part.wheel === undefined && part.tags.some((tag) => /-linux_\w+$/.test(tag));
    return { maker: isBuilt ? 'machine' : 'publisher', path };
  };
}
