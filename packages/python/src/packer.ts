import { BlockPackError, type ImagePath, type Packer } from '@block-pack/core';
import type { OpenCompiler } from './bytecode.ts';
import { identifyAll } from './identify.ts';
import type { LockEvidence } from './locks/lock-evidence.ts';
import { placeInput } from './place.ts';
import type { PythonPlacement } from './placement.ts';
import type { OpenWheel } from './wheel.ts';

/** What the user can tell the Python packer. */
export interface PythonOptions {
  /** Where the modules land in the image; by default `/app/site-packages`. */
  readonly prefix?: ImagePath | undefined;
  /** Absolute path of the interpreter in the image, which the scripts are made for; by default `/usr/bin/python3`. */
  readonly python?: string | undefined;
  readonly locks: readonly LockEvidence[];
  /** Opens the inside of a wheel; needed for a directory of wheels only. */
  readonly openWheel: OpenWheel;
  /** Starts the interpreter that compiles the modules; without it no bytecode is packed. */
  readonly openCompiler?: OpenCompiler | undefined;
}

/** Packs what Python installers leave behind: virtual environments, target directories, and directories of wheels. @throws USAGE */
export function createPythonPacker(options: PythonOptions): Packer<PythonPlacement> {
  const python = options.python ?? '/usr/bin/python3';
  checkInterpreter(python);
  return {
    ecosystem: 'python',
    place: (input, context) => placeInput(input, { ...options, python }, context),
    identify: (placed, context) => identifyAll(placed, options.locks, context),
  };
}

/** Linux reads 127 bytes of a script's first line, and takes a space for the end of the path. */
function checkInterpreter(python: string): void {
  if (/^\/[^\s\p{C}]+$/u.test(python) && Buffer.byteLength(python) <= 125) return;
  throw new BlockPackError('USAGE', `${JSON.stringify(python)} cannot stand in the first line of a script`, {
    hint: 'Expected the absolute path of the interpreter in the image, without spaces and of 125 bytes at most, such as /usr/bin/python3.',
    details: { python },
  });
}
