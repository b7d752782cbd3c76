import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Tools of which all must be there, or tests with them cannot run. T0, own readers and tars, needs none. */
const tiers = {
  T1: ['skopeo', 'umoci', 'docker-registry', 'busybox', 'jlink', 'mvn'],
  T2: ['podman', 'runc', 'containerd', 'ctr', 'dockerd', 'docker', 'ip', 'nsenter'],
} as const;

export type Tier = keyof typeof tiers;

/** Debian's own docker client is wanted: another one on the PATH may be too new for the daemon. */
const folders = ['/usr/sbin', '/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];

/** The full path of a tool. */
export function tool(name: string): string {
  const found = pathOf(name);
  if (found === undefined) throw new Error(`${name} is not on this machine`);
  return found;
}

export function hasTool(name: string): boolean {
  return pathOf(name) !== undefined;
}

function pathOf(name: string): string | undefined {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Whether the tools of a tier are here; containers are only started as root. */
export function hasTier(tier: Tier): boolean {
  return missing(tier).length === 0;
}

function missing(tier: Tier): readonly string[] {
  const lacking = tiers[tier].filter((name) => !hasTool(name));
  return tier === 'T2' && process.getuid?.() !== 0 ? [...lacking, 'root'] : lacking;
}

/** Says which tiers run here, and why others do not. */
export function showTiers(): void {
  for (const tier of ['T1', 'T2'] as const) {
    const lacking = missing(tier);
    process.stdout.write(
      `consumers, tier ${tier}: ${lacking.length === 0 ? 'runs' : `skipped, without ${lacking.join(', ')}`}\n`,
    );
  }
}
