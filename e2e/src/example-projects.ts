import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { builtCli, type Ended, root, run, succeed } from './workspace.ts';

/** A machine of somebody who tries an example: caches of its own, which begin empty, and commands on its path. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv;
}

/** @param commands by the names that they have on the path; `block-pack` is always there */
export function newMachine(
  folder: string,
  base: string,
  commands: Readonly<Record<string, readonly string[]>> = {},
): Machine {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [name, words] of Object.entries({ 'block-pack': [process.execPath, builtCli], ...commands })) {
    const line = words.map((word) => `'${word}'`).join(' ');
    writeFileSync(join(bin, name), `#!/bin/sh\nexec ${line} "$@"\n`, { mode: 0o755 });
  }
  // The environment of the npm that runs these tests speaks of another project.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_(registry|userconfig))|BLOCK_PACK_|VIRTUAL_ENV$)/i.test(name),
  );
  const at = (name: string) => join(folder, name);
  return {
    env: {
      ...Object.fromEntries(inherited),
      PATH: `${bin}:${process.env.PATH}`,
      XDG_CACHE_HOME: at('cache'),
      XDG_DATA_HOME: at('data'),
      npm_config_cache: at('npm'),
      npm_config_fund: 'false',
      npm_config_audit: 'false',
      YARN_GLOBAL_FOLDER: at('yarn'),
      YARN_CACHE_FOLDER: at('yarn-1'),
      YARN_ENABLE_TELEMETRY: '0',
      BLOCK_PACK_BASE: base,
      NO_COLOR: '1',
      COLUMNS: '100',
      // What installers ask for in CI is not asked for on somebody's machine.
      CI: '',
    },
  };
}

/** What is committed of an example, or would be, and nothing that was built. */
export function copyExample(name: string, folder: string): string {
  const source = `examples/${name}`;
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', source];
  for (const file of succeed('git', listed, { cwd: root }).split('\0').filter(Boolean)) {
    const target = join(folder, file.slice(source.length));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, file), target);
  }
  return folder;
}

/** An example outside of this clone, as a repository of its own with one commit. */
export class ExampleProject {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(name: string, folder: string, { env }: Machine) {
    this.folder = folder;
    this.#env = env;
    copyExample(name, folder);
    const me = ['-c', 'user.name=me', '-c', 'user.email=me@example.org'];
    succeed('git', ['init', '--quiet'], { cwd: folder });
    succeed('git', ['add', '.'], { cwd: folder });
    succeed('git', [...me, 'commit', '--quiet', '-m', 'As it was'], { cwd: folder });
  }

  at(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  read(...names: readonly string[]): string {
    return readFileSync(this.at(...names), 'utf8');
  }

  /** The first of its configurations that holds a text. */
  fileWith(text: string): string {
    const files = ['block-pack.config.json', 'package.json', 'pyproject.toml'];
    const found = files.find((file) => existsSync(this.at(file)) && this.read(file).includes(text));
    if (found === undefined) throw new Error(`no configuration of ${this.folder} holds ${text}`);
    return found;
  }

  run(command: string, env: NodeJS.ProcessEnv = {}): Ended {
    return run('sh', ['-c', command], { cwd: this.folder, env: { ...this.#env, ...env } });
  }

  /** It must end well; its stdout. */
  succeed(command: string, env: NodeJS.ProcessEnv = {}): string {
    const { exitCode, stdout, stderr } = this.run(command, env);
    if (exitCode === 0) return stdout;
    throw new Error(`${command} ended with ${exitCode}:\n${stdout}${stderr}`);
  }
}
