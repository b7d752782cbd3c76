import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const outdir = process.argv[2] ?? here('dist');
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: { 'block-pack': here('src/entry.ts') },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  conditions: ['@block-pack/source'],
  minifySyntax: true,
  legalComments: 'linked',
  // Bundled CommonJS packages ask for Node's own modules by require.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
  },
  chunkNames: '[name]-[hash]',
  logLevel: 'warning',
});
chmodSync(join(outdir, 'block-pack.js'), 0o755);
