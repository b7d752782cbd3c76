import { compareBytewise, type FileEntry, type PackContext } from '@block-pack/core';
import type { EntryPoint } from './entry-points.ts';
import { generatedFile } from './generated-file.ts';
import type { Settled } from './ownership.ts';

/** Folder for the scripts that distributions bring along, below that of the scripts that start them. */
const published = '.published';

/**
 * The scripts of all distributions, for one interpreter. They stand in one block, since they depend on where the interpreter is, which the
 * distributions do not.
 */
export function scriptFiles(settled: readonly Settled[], python: string, context: PackContext): FileEntry[] {
  const scripts = new Map<string, Script>();
  const taken = new Set(settled.flatMap(({ files }) => [...files.keys()]));
  const add = (script: Script) => {
    const earlier = scripts.get(script.name);
    if (earlier === undefined && !taken.has(`bin/${script.name}`)) scripts.set(script.name, script);
    else if (earlier?.start !== script.start || earlier.body !== script.body)
      context.warn({
        code: 'SCRIPT_TWICE',
        message: `${script.of} has a script ${script.name} that ${earlier?.of ?? 'another distribution'} has too; the other one is kept`,
      });
  };
  for (const { distribution } of settled) {
    const of = distribution.name;
    for (const entryPoint of distribution.entryPoints)
      add({ name: entryPoint.name, of, start: startOf(entryPoint), body: undefined });
    for (const [name, body] of distribution.scripts) add({ name, of, start: startOfPublished, body });
  }
  const files = [...scripts.values()].flatMap(({ name, start, body }) => [
    generatedFile(name, `#!${python}\n${findModules}${start}`, true),
    ...(body === undefined ? [] : [generatedFile(`${published}/${name}`, `#!python\n${body}`)]),
  ]);
  return files.sort((a, b) => compareBytewise(a.path, b.path));
}

interface Script {
  readonly name: string;
  /** The distribution's name. */
  readonly of: string;
  /** What it does when it has found the distributions. */
  readonly start: string;
  /** A published script less its first line. */
  readonly body: string | undefined;
}

/**
 * The distributions lie beside the scripts wherever the directory is, so nothing needs to be set. They stand on the path where an
 * environment has them: behind the standard library and before what the system has. `addsitedir` has their `.pth` files read.
 */
const findModules = `import os
import site
import sys

scripts = os.path.dirname(os.path.realpath(__file__))
modules = os.path.dirname(scripts)
path = [one for one in sys.path if one not in (scripts, modules)]
others = [at for at, one in enumerate(path) if one.endswith(("site-packages", "dist-packages"))]
path.insert(others[0] if others else len(path), modules)
sys.path[:] = path
site.addsitedir(modules)

`;

function startOf({ module, attribute }: EntryPoint): string {
  const [first = attribute] = attribute.split('.');
  return `from ${module} import ${first}

if __name__ == "__main__":
    sys.exit(${attribute}())
`;
}

/** Where a published script may be changed is its authors' secret (a docstring, an import from __future__), so it is started as it is. */
const startOfPublished = `import runpy

if __name__ == "__main__":
    runpy.run_path(os.path.join(scripts, "${published}", os.path.basename(__file__)), run_name="__main__")
`;
