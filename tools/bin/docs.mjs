/** `npm run docs`: writes the parts of the docs that are made from the sources. tools/src is TypeScript, so it is bundled first. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
// The bundle stands as deep below the workspace as its source, which finds the workspace by its own place.
const outfile = `${root}.cache/tools/write-docs.mjs`;

mkdirSync(`${root}.cache/tools`, { recursive: true });
await build({
  entryPoints: [`${root}tools/src/write-docs.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  conditions: ['@block-pack/source'],
  // Bundled CommonJS packages ask for Node's own modules by require.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});
await import(pathToFileURL(outfile).href);
