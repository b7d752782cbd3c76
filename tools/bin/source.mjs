/**
 * `node tools/bin/source.mjs write-docs` runs tools/src/write-docs.ts: what is made from the sources, and committed. tools/src is TypeScript,
 * so it is bundled first.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [name] = process.argv.slice(2);
const root = fileURLToPath(new URL('../../', import.meta.url));
// The bundle stands as deep below the workspace as its source, which finds the workspace by its own place.
const outfile = `${root}.cache/tools/${name}.mjs`;

mkdirSync(`${root}.cache/tools`, { recursive: true });
await build({
  entryPoints: [`${root}tools/src/${name}.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  conditions: ['@block-pack/source'],
  // A compiler of 13 MB, which finds its library by its own place.
  external: ['assemblyscript'],
  // Bundled CommonJS packages ask for Node's own modules by require.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});
await import(pathToFileURL(outfile).href);
