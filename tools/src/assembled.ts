import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';
import { root } from './workspace.ts';

const sources = 'packages/delta/assembly';

/** The programs that are written in AssemblyScript: each has a folder, and its `index.ts` exports what the program offers. */
export function assemblyPrograms(): string[] {
  return readdirSync(root + sources).sort();
}

/** The module that carries a program, relative to the workspace: as text, so that a bundled command needs no file beside it. */
export function carrierOf(program: string): string {
  return `packages/delta/src/assembled/${program}.ts`;
}

export async function carrierText(program: string): Promise<string> {
  const constant = program.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const base64 = Buffer.from(await compile(program)).toString('base64');
  return `// Made by \`npm run wasm\` of ${sources}/${program}.\nexport const ${constant}Program =\n  '${base64}';\n`;
}

/**
 * No runtime and no garbage collector: programs have fixed memory. No check that would throw either: whoever writes past an array writes into
 * the program's own memory, which is all that it can reach.
 */
const options = [
  '--runtime',
  'stub',
  '-O3',
  '--noAssert',
  '--zeroFilledMemory',
  '--enable',
  'simd',
  '--use',
  'abort=',
];

/** @throws what the compiler has against the source */
async function compile(program: string): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await main(['index.ts', '--outFile', 'program.wasm', ...options], {
    readFile: (name, directory) => textOf(join(root, sources, program, directory, name)),
    writeFile: (_name, contents) => {
      if (contents instanceof Uint8Array) binary = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) throw new Error(`${sources}/${program}: ${stderr.toString()}`);
  return binary;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
