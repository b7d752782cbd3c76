import type { Placement } from '@block-pack/core';
import type { RecordLine } from './record.ts';

/** What a placement of the Python packer is. */
export type PythonPart =
  | DistributionPart
  /** Scripts that stand for the entry points of all distributions, made for one interpreter. */
  | { readonly kind: 'scripts' }
  | BytecodePart
  /** What no distribution owns. */
  | { readonly kind: 'rest' };

/** A distribution, as its own `*.dist-info` directory tells. */
export interface DistributionPart {
  readonly kind: 'distribution';
  /** As its METADATA spells it. */
  readonly name: string;
  readonly version: string;
  /** Where name and version were read. */
  readonly source: 'METADATA' | 'dist-info';
  /** Its `*.dist-info` directory, relative to the block's root. */
  readonly distInfo: string;
  /** Tags of its wheel, such as `cp311-cp311-manylinux_2_28_x86_64`. */
  readonly tags: readonly string[];
  /** The wheel itself, where the input is one. */
  readonly wheel?: WheelFile;
  /** What its RECORD says of the block's files. */
  readonly recorded: readonly RecordLine[];
  /** Installed from a directory of the machine: the application's own. */
  readonly isLocal: boolean;
  /** Files of its RECORD that stand in another distribution's block, since both claim them. */
  readonly elsewhere: readonly string[];
}

/** The compiled modules of a distribution, or of what no distribution owns. */
export interface BytecodePart {
  readonly kind: 'bytecode';
  /** The distribution's, as its METADATA spells it. */
  readonly name?: string;
  readonly version?: string;
  /** What the interpreter calls its bytecode, such as `cpython-311`. */
  readonly cacheTag: string;
  /** How many there are; those that cannot be compiled are not in the block. */
  readonly modules: number;
}

/** A wheel of the input. */
export interface WheelFile {
  readonly fileName: string;
  sha256(): Promise<string>;
}

/** A placement of the Python packer. */
export interface PythonPlacement extends Placement {
  /** Where it was found, for messages: `.venv/lib/python3.11/site-packages/six-1.17.0.dist-info`. */
  readonly origin: string;
  readonly part: PythonPart;
}
