import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Interpreter, startInterpreter } from './python-interpreter.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
let opened: Interpreter[] = [];
beforeEach(() => {
  work = new Workplace();
});
afterEach(async () => {
  for (const one of opened) await one.close();
  opened = [];
  work.remove();
});

/**
 * Notes its process in a file, then answers each source with its own bytes: `wait` only when a file `go` is there, and `die` never.
 * @param greeting a JavaScript expression of what it says first, given how many have been started
 */
function writeInterpreter(greeting = '"fake-37\\n3.7"'): void {
  const program = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
appendFileSync('started', process.pid + '\\n');
const started = readFileSync('started', 'utf8').trim().split('\\n').length;
const answer = (text) => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(Buffer.byteLength(text));
  process.stdout.write(Buffer.concat([head, Buffer.from(text)]));
};
answer(${greeting});
const take = (source) => {
  if (source === 'die') process.kill(process.pid, 'SIGSEGV');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (source === 'wait' && !existsSync('go')) Atomics.wait(pause, 0, 0, 10);
  answer(source);
};
let input = Buffer.alloc(0);
process.stdin.on('data', (chunk) => {
  input = Buffer.concat([input, chunk]);
  while (input.length >= 8) {
    const path = input.readUInt32BE(0);
    const end = 8 + path + input.readUInt32BE(4);
    if (input.length < end) return;
    take(input.subarray(8 + path, end).toString());
    input = input.subarray(end);
  }
});
`;
  work.write('python', program, 0o755);
}

async function open(processes: number, signal = new AbortController().signal): Promise<Interpreter> {
  const options = { directory: work.directory, signal, processes };
  const interpreter = await startInterpreter(work.path('python'), options);
  opened.push(interpreter);
  return interpreter;
}

async function compile(interpreter: Interpreter, source: string, path = '/app/one.py'): Promise<string> {
  const bytecode = await interpreter.compile(Buffer.from(source), path);
  return Buffer.from(bytecode ?? []).toString();
}

function started(): number[] {
  return readFileSync(work.path('started'), 'utf8').trim().split('\n').map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('an interpreter', () => {
  it('is one process as long as that has nothing else to do', async () => {
    writeInterpreter();
    const interpreter = await open(4);
    for (const source of ['one', 'two', 'three']) expect(await compile(interpreter, source)).toBe(source);
    expect(started()).toHaveLength(1);
  });

  it('is as many processes as may be while there is work for all, and none when it is closed', async () => {
    writeInterpreter();
    const interpreter = await open(3);
    const sources = ['wait', 'wait', 'wait', 'four', 'five', 'six', ''];
    const all = sources.map((source) => compile(interpreter, source));
    work.write('go', '');
    expect(await Promise.all(all)).toEqual(sources);
    expect(started()).toHaveLength(3);
    expect(started().every(isAlive)).toBe(true);
    await interpreter.close();
    expect(started().some(isAlive)).toBe(false);
  });

  it('ends with all its processes when it is interrupted', async () => {
    writeInterpreter();
    const interruption = new AbortController();
    const interpreter = await open(2, interruption.signal);
    const all = ['wait', 'wait', 'three'].map((source) => compile(interpreter, source));
    for (const one of all) one.catch(() => {});
    while (started().length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    interruption.abort();
    for (const one of await Promise.allSettled(all))
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'INTERRUPTED' } });
    await interpreter.close();
    expect(started().some(isAlive)).toBe(false);
  });

  it('that breaks down in one process tells which module it was', async () => {
    writeInterpreter();
    const interpreter = await open(2);
    const well = compile(interpreter, 'one', '/app/one.py');
    await expect(compile(interpreter, 'die', '/app/two.py')).rejects.toMatchObject({
      code: 'INPUT_UNSUPPORTED',
      message: expect.stringContaining('failed on /app/two.py: SIGSEGV'),
    });
    expect(await well).toBe('one');
  });

  it('must stay the same version in all its processes', async () => {
    writeInterpreter('"fake-37\\n3." + started');
    const interpreter = await open(2);
    const all = [compile(interpreter, 'one'), compile(interpreter, 'two')];
    expect(await all[0]).toBe('one');
    await expect(all[1]).rejects.toMatchObject({ message: expect.stringContaining('another version') });
  });
});
