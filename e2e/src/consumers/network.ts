import { succeed } from '../workspace.ts';
import { tool } from './tiers.ts';

/** Where programs run as far as a network goes. */
export interface Network {
  /** The command that runs a program there. */
  within(program: string, args: readonly string[]): readonly [string, readonly string[]];
}

/** That of this machine. */
export const machineNetwork: Network = { within: (program, args) => [program, args] };

/** A network with loopback and nothing else: no link to the machine, and none to another such network. */
export interface LonelyNetwork extends Network {
  /** The interfaces that it has. */
  interfaces(): readonly string[];
  remove(): void;
}

/** Entered by nsenter alone: `ip netns exec` makes mounts of its own, in which a container could not be found again. */
export function lonelyNetwork(name: string): LonelyNetwork {
  const ip = (...args: string[]) => succeed(tool('ip'), args);
  ip('netns', 'add', name);
  ip('-netns', name, 'link', 'set', 'lo', 'up');
  return {
    within: (program, args) => [tool('nsenter'), [`--net=/run/netns/${name}`, program, ...args]],
    interfaces: () =>
      [...ip('-netns', name, '-oneline', 'link').matchAll(/^\d+: ([^:@]+)/gm)].map(([, found = '']) => found),
    remove: () => ip('netns', 'delete', name),
  };
}
