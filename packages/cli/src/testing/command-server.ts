import { renameSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import packageJson from '../../package.json' with { type: 'json' };
import { main } from '../main.ts';
import type { Ran } from './workplace.ts';

/** A command line to run, as one line of JSON on stdin. */
export interface Call {
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly words: readonly string[];
  /** The file that the answer is written to, whole. */
  readonly answer: string;
}

/** What became of it; `fault` where it is nothing that a user's process would have come through. */
export type Answer = Ran & { readonly fault?: string };

/** Milliseconds that a command may need to end what it began, once it has returned. */
const patience = 10_000;

const [executable = '', , self = ''] = process.argv;
let open: string | undefined;
process.on('exit', (code) => {
  if (open !== undefined)
    answer(open, { exitCode: code, stdout: '', stderr: '', fault: 'the command ended the process' });
});

for await (const line of createInterface({ input: process.stdin })) {
  const call: Call = JSON.parse(line);
  open = call.answer;
  answer(call.answer, await run(call));
  open = undefined;
}

async function run({ directory, env, words }: Call): Promise<Answer> {
  const atRest = process.getActiveResourcesInfo().length;
  const [stdout, stderr] = [captured('stdout'), captured('stderr')];
  process.chdir(directory);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv = [executable, self, ...words];
  try {
    const exitCode = await main(words, packageJson.version);
    const left = await leftBehind(atRest);
    const fault = left.length === 0 ? {} : { fault: `the command left open: ${left.join(', ')}` };
    return { exitCode, stdout: stdout(), stderr: stderr(), ...fault };
  } catch (error) {
    return { exitCode: null, stdout: stdout(), stderr: stderr(), fault: String(error) };
  } finally {
    // The directory of a test is removed at its end.
    process.chdir('/');
  }
}

/** Puts something in a stream's place that keeps what is written. */
function captured(name: 'stdout' | 'stderr'): () => string {
  const chunks: Buffer[] = [];
  const value = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk);
      done();
    },
  });
  Object.defineProperty(process, name, { configurable: true, value });
  return () => Buffer.concat(chunks).toString();
}

/** What would keep a process of its own from ending. */
async function leftBehind(atRest: number): Promise<readonly string[]> {
  const start = performance.now();
  for (;;) {
    await turn();
    const all = process.getActiveResourcesInfo();
    if (all.length <= atRest) return [];
    if (performance.now() - start > patience) return all;
  }
}

/** Under its name when it is whole, since somebody is looking for it. */
function answer(path: string, said: Answer): void {
  writeFileSync(`${path}.draft`, JSON.stringify(said));
  renameSync(`${path}.draft`, path);
}
