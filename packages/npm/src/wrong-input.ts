import { BlockPackError } from '@block-pack/core';
import { type Folder, fileIn } from './folder.ts';

/** Why a directory has no node_modules that can be packed, as far as what lies there tells, and the way out. */
export function noModules(root: Folder, name: string): BlockPackError {
  const has = (file: string) => fileIn(root, file) !== undefined;
  const unsupported = (message: string, hint: string) =>
    new BlockPackError('INPUT_UNSUPPORTED', message, { hint, details: { path: name } });
  if (root.children.get('node_modules')?.kind === 'symlink')
    return unsupported(
      `${name}/node_modules is a link`,
      'Give the directory that the real node_modules lies in.',
    );
  if (has('.pnp.cjs') || has('.pnp.loader.mjs') || has('.pnp.js'))
    return unsupported(
      `${name} is installed with Yarn Plug'n'Play: there is no node_modules`,
      'Set "nodeLinker: node-modules" in .yarnrc.yml and run yarn install, then pack again.',
    );
  if (has('bun.lockb') || has('bun.lock'))
    return unsupported(
      `${name} has a lock file of Bun and no node_modules`,
      'Run bun install, or npm install, then pack again.',
    );
  if (modulesOnly.some(has))
    return unsupported(
      `${name} is a node_modules folder, not a project`,
      'Give the directory that holds node_modules and package.json.',
    );
  return missing(name, has('package.json') ? [] : packagesIn(root));
}

/** What installers write into a node_modules and nowhere else. */
const modulesOnly = ['.package-lock.json', '.modules.yaml', '.yarn-state.yml', '.yarn-integrity'];

/** A node_modules of an installer that leaves no trace, or a directory of projects: by what lies there they are the same. */
function missing(name: string, packages: readonly string[]): BlockPackError {
  const [first] = packages;
  return new BlockPackError(
    'INPUT_MISSING',
    first === undefined
      ? `There is no node_modules in ${name}`
      : `There is no node_modules in ${name}, but packages: ${packages.slice(0, 3).join(', ')}`,
    {
      hint:
        first === undefined
          ? 'Install the dependencies first, such as with npm ci; then give the directory that holds node_modules.'
          : `Give the directory that holds node_modules: ${name}/${first}, say, or where ${name} is a node_modules itself, the one above.`,
      details: { path: name },
    },
  );
}

function packagesIn(root: Folder): string[] {
  return [...root.children].flatMap(([name, item]) =>
    item.kind === 'folder' && item.children.has('package.json') ? [name] : [],
  );
}
