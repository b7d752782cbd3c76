import { compareBytewise, type FileEntry, type PackContext } from '@block-pack/core';
import type { EntryPoint } from './entry-points.ts';
import { generatedFile } from './generated-file.ts';
import type { Settled } from './ownership.ts';

/**
 * The scripts of all distributions, for one interpreter. They stand in one block, since they depend on where the interpreter is, which the
 * distributions do not.
 */
export function scriptFiles(settled: readonly Settled[], python: string, context: PackContext): FileEntry[] {
  const files = new Map<string, { readonly text: string; readonly of: string }>();
  const taken = new Set(
    settled.flatMap(({ files: own }) => [...own.keys()].filter((path) => path.startsWith('bin/'))),
  );
  const add = (name: string, text: string, of: string) => {
    const earlier = files.get(name);
    if (earlier === undefined && !taken.has(`bin/${name}`)) files.set(name, { text, of });
    else if (earlier?.text !== text)
      context.warn({
        code: 'SCRIPT_TWICE',
        message: `${of} has a script ${name} that ${earlier?.of ?? 'another distribution'} has too; the other one is kept`,
      });
  };
  for (const { distribution } of settled) {
    for (const entryPoint of distribution.entryPoints)
      add(entryPoint.name, entryPointScript(entryPoint, python), distribution.name);
    for (const [name, body] of distribution.scripts) add(name, `#!${python}\n${body}`, distribution.name);
  }
  return [...files]
    .map(([name, { text }]) => generatedFile(name, text, true))
    .sort((a, b) => compareBytewise(a.path, b.path));
}

/**
 * Finds the distributions beside itself, so that it runs wherever the directory lies, with nothing set.
 * `addsitedir` has the `.pth` files read, which being on the path alone does not.
 */
function entryPointScript({ module, attribute }: EntryPoint, python: string): string {
  const [first = attribute] = attribute.split('.');
  return `#!${python}
import os
import site
import sys

scripts = os.path.dirname(os.path.realpath(__file__))
modules = os.path.dirname(scripts)
sys.path[:] = [modules] + [path for path in sys.path if path not in (scripts, modules)]
site.addsitedir(modules)

from ${module} import ${first}

if __name__ == "__main__":
    sys.exit(${attribute}())
`;
}
