import { readJson, workspaceFiles } from './workspace.ts';

/** The parts of a package.json that house rules look at. */
export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly description?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export function readManifest(folder: string): PackageManifest {
  return readJson(folder === '' ? 'package.json' : `${folder}/package.json`) as PackageManifest;
}

/** Folder names in packages/. */
export function packageNames(): string[] {
  return workspaceFiles().flatMap((file) => /^packages\/([^/]+)\/package\.json$/.exec(file)?.[1] ?? []);
}
