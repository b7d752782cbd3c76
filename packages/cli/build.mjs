import { chmodSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Tests build more than the command: what runs it from within. */
const [outdir = here('dist'), ...others] = process.argv.slice(2);
rmSync(outdir, { recursive: true, force: true });
const options = {
  outdir,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  conditions: ['@block-pack/source'],
  minifySyntax: true,
  legalComments: 'linked',
  logLevel: 'warning',
};
await build({
  ...options,
  entryPoints: {
    'block-pack': here('src/entry.ts'),
    ...Object.fromEntries(others.map((path) => [basename(path, '.ts'), path])),
  },
  splitting: true,
  // Bundled CommonJS packages ask for Node's own modules by require.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
  },
  chunkNames: '[name]-[hash]',
});
// What a thread runs: looked for beside the code that begins it. With chunks in common with the command it would load ten times as much.
await build({
  ...options,
  entryPoints: {
    'early-program': here('../delta/src/difference/early-program.ts'),
    'section-program': here('../delta/src/typed/section-program.ts'),
  },
});
chmodSync(join(outdir, 'block-pack.js'), 0o755);
