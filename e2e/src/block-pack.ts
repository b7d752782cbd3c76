import { type ChildProcess, type SpawnOptions, type SpawnSyncOptions, spawn } from 'node:child_process';
import { builtCli, type Ended, run } from './workspace.ts';

/** One row of what `block-pack java --json` says it packed. */
export interface PackedImport {
  readonly path: string;
  readonly digest: string;
  readonly type: 'file' | 'tree';
  readonly new: boolean;
  readonly purl: string;
}

export interface PackDocument {
  readonly imports: readonly PackedImport[];
  readonly totals: {
    readonly imports: number;
    readonly blocks: number;
    readonly newBlocks: number;
    readonly knownBlocks: number;
  };
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
  const { exitCode, stdout, stderr } = blockPack(['java', '--json', '--quiet', ...args], options);
  if (exitCode !== 0) throw new Error(`block-pack java ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
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
