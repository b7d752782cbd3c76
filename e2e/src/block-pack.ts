import { type ChildProcess, type SpawnOptions, type SpawnSyncOptions, spawn } from 'node:child_process';
import { builtCli, type Ended, run } from './workspace.ts';

/** One row of what a packing command says with `--json`. */
export interface PackedImport {
  readonly path: string;
  readonly digest: string;
  readonly type: 'file' | 'tree';
  readonly size: number;
  readonly new: boolean;
  readonly purl: string;
  readonly role: 'application' | 'dependency' | 'other';
  readonly integrity?: {
    readonly state: 'verified' | 'modified' | 'unknown';
    readonly against?: string;
    readonly changes?: readonly { readonly path: string; readonly change: string }[];
  };
}

export interface PackDocument {
  readonly imports: readonly PackedImport[];
  readonly totals: {
    readonly imports: number;
    readonly blocks: number;
    readonly newBlocks: number;
    readonly knownBlocks: number;
  };
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

/** A process of its own, what it said so far, and how it ended. */
export interface Running {
  readonly process: ChildProcess;
  readonly said: { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<Ended>;
}

/** Runs the built command to its end, whatever its exit code. */
export function blockPack(args: readonly string[], options: SpawnSyncOptions = {}): Ended {
  return run(process.execPath, [builtCli, ...args], options);
}

/** Packs with `--json`, which must end well. */
export function packJava(args: readonly string[], options: SpawnSyncOptions = {}): PackDocument {
  return packAs('java', args, options);
}

/** Packs by any of the packing commands with `--json`, which must end well. */
export function packAs(
  packer: 'java' | 'npm' | 'python' | 'files',
  args: readonly string[],
  options: SpawnSyncOptions = {},
): PackDocument {
  const { exitCode, stdout, stderr } = blockPack([packer, '--json', '--quiet', ...args], options);
  if (exitCode !== 0)
    throw new Error(`block-pack ${packer} ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout);
}

export function startBlockPack(args: readonly string[], options: SpawnOptions = {}): Running {
  return start(process.execPath, [builtCli, ...args], options);
}

/** Starts a program and goes on; killed by a signal, it has no exit code. */
export function start(program: string, args: readonly string[], options: SpawnOptions = {}): Running {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...said }));
  });
  return { process: child, said, ended };
}
