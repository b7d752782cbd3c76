import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The folder of the whole workspace, without a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** The command line tool as `npm run build` left it. */
export const builtCli = `${root}/packages/cli/dist/block-pack.js`;

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever its exit code. */
export function run(program: string, args: readonly string[], options: SpawnSyncOptions = {}): Ended {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    maxBuffer: 1 << 28,
    ...options,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  return { exitCode: status, stdout: String(stdout), stderr: String(stderr) };
}

/** Runs a program that must end well; its stdout. */
export function succeed(program: string, args: readonly string[], options: SpawnSyncOptions = {}): string {
  const { exitCode, stdout, stderr } = run(program, args, options);
  if (exitCode === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}:\n${stdout}${stderr}`);
}
