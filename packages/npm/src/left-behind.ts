/** What installers and tools leave in a node_modules beside the packages. */
const names: ReadonlyMap<string, string> = new Map([
  ['.package-lock.json', 'what npm installed, for npm'],
  ['.modules.yaml', 'what pnpm installed, with paths and times of this machine'],
  ['.pnpm-workspace-state.json', 'state of pnpm, with paths and times of this machine'],
  ['.pnpm-workspace-state-v1.json', 'state of pnpm, with paths and times of this machine'],
  ['.yarn-state.yml', 'what yarn installed, for yarn'],
  ['.package-map.json', 'what yarn installed, for Node with a flag'],
  ['.yarn-integrity', 'what yarn installed, for yarn'],
  ['.pnpm-debug.log', 'a log of pnpm'],
  ['.cache', 'a cache of build tools'],
  ['.vite', 'a cache of Vite'],
  ['.vite-temp', 'a cache of Vite'],
  ['.vitest', 'a cache of Vitest'],
  ['.tmp', 'temporary files'],
  ['.staging', 'left by an installation that was broken off'],
  ['.ignored', 'moved aside by pnpm'],
  ['.DS_Store', 'written by a file manager'],
]);

/** Why something that lies directly in a node_modules is not shipped; undefined for what is. */
export function leftBehind(name: string): string | undefined {
  const reason = names.get(name);
  if (reason !== undefined) return reason;
  if (/^\.pnpm-workspace-state.*\.json$/.test(name)) return names.get('.pnpm-workspace-state.json');
  if (name.startsWith('.ignored_')) return names.get('.ignored');
  // npm moves a folder aside under this name while it replaces it.
  return /^\.[\w.-]+-[A-Za-z0-9]{8}$/.test(name) ? names.get('.staging') : undefined;
}
