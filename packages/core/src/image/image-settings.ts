import { compareBytewise } from '../image-path.ts';
import type { RunConfig } from './image-documents.ts';

/** How the image is run, where it differs from its base. What is undefined stays as the base has it. */
export interface ImageSettings {
  /** Takes the base's `cmd` away, as its words were meant for another program. */
  readonly entrypoint?: readonly string[] | undefined;
  readonly cmd?: readonly string[] | undefined;
  /** Variables to set, in this order behind those of the base; one that the base has is replaced in its place. */
  readonly env?: ReadonlyMap<string, string> | undefined;
  readonly user?: string | undefined;
  readonly workdir?: string | undefined;
  readonly labels?: ReadonlyMap<string, string> | undefined;
  /** Such as `8080/tcp`. */
  readonly ports?: readonly string[] | undefined;
  readonly volumes?: readonly string[] | undefined;
  readonly stopSignal?: string | undefined;
}

/** The base's run configuration with the settings over it; the keys in one order whoever wrote the base. */
export function withSettings(base: RunConfig, settings: ImageSettings): RunConfig {
  const { User, ExposedPorts, Env, Entrypoint, Cmd, Volumes, WorkingDir, Labels, StopSignal, ...rest } = base;
  const cmd = settings.cmd ?? (settings.entrypoint === undefined ? Cmd : undefined);
  return {
    User: settings.user ?? User,
    ExposedPorts: merged(ExposedPorts, emptyObjects(settings.ports)),
    Env: mergedEnv(Env, settings.env),
    Entrypoint: list(settings.entrypoint ?? Entrypoint),
    Cmd: list(cmd),
    Volumes: merged(Volumes, emptyObjects(settings.volumes)),
    WorkingDir: settings.workdir ?? WorkingDir,
    Labels: merged(Labels, settings.labels),
    StopSignal: settings.stopSignal ?? StopSignal,
    ...rest,
  };
}

function list(words: readonly string[] | undefined): string[] | undefined {
  return words && [...words];
}

function mergedEnv(
  base: readonly string[] | undefined,
  added: ReadonlyMap<string, string> | undefined,
): string[] | undefined {
  if (added === undefined || added.size === 0) return list(base);
  const rest = new Map(added);
  const kept = (base ?? []).map((line) => {
    const name = line.split('=', 1)[0] ?? line;
    const value = rest.get(name);
    rest.delete(name);
    return value === undefined ? line : `${name}=${value}`;
  });
  return [...kept, ...[...rest].map(([name, value]) => `${name}=${value}`)];
}

/** How the specification writes a set of names. */
function emptyObjects(
  names: readonly string[] | undefined,
): ReadonlyMap<string, Record<string, unknown>> | undefined {
  return names && new Map(names.map((name) => [name, {}]));
}

/** Sorted, so that the order in which they were given makes no difference. */
function merged<T>(
  base: Readonly<Record<string, T>> | undefined,
  added: ReadonlyMap<string, T> | undefined,
): Record<string, T> | undefined {
  if (base === undefined && (added === undefined || added.size === 0)) return undefined;
  const all = new Map([...Object.entries(base ?? {}), ...(added ?? [])]);
  return Object.fromEntries([...all].sort(([a], [b]) => compareBytewise(a, b)));
}
