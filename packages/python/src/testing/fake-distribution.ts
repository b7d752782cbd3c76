import { createHash } from 'node:crypto';
import { type FileEntry, type InputDirectory, randomAccessOf, zipDirectory } from '@block-pack/core';
import { type FakeZipEntry, fakeInput, fakeZip } from '@block-pack/core/testing';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A distribution as its authors publish it: paths as in a wheel. */
export interface FakeDistribution {
  readonly name: string;
  readonly version: string;
  /** `{data}` stands for the wheel's `*.data` folder, `{info}` for its `*.dist-info` folder. */
  readonly files: Files;
  readonly executable?: readonly string[];
}

/** Everything in the wheel but its RECORD. */
export function wheelFiles({ name, version, files }: FakeDistribution): Record<string, string | Uint8Array> {
  const stem = `${name}-${version}`;
  const spelled = Object.entries(files).map(([path, content]) => [
    path.replace('{data}', `${stem}.data`).replace('{info}', `${stem}.dist-info`),
    content,
  ]);
  return {
    [`${stem}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\nName: not this\n`,
    [`${stem}.dist-info/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    ...Object.fromEntries(spelled),
  };
}

export function recordLine(path: string, content: string | Uint8Array): string {
  const digest = createHash('sha256').update(content).digest('base64url');
  return `${/[,"]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path},sha256=${digest},${Buffer.byteLength(content)}`;
}

/** The wheel's file name and bytes. */
export function fakeWheel(
  distribution: FakeDistribution,
  more: readonly FakeZipEntry[] = [],
): [fileName: string, bytes: Uint8Array] {
  const files = wheelFiles(distribution);
  const record = `${distribution.name}-${distribution.version}.dist-info/RECORD`;
  const lines = Object.entries(files).map(([path, content]) => recordLine(path, content));
  const entries = Object.entries(files).map(([path, content]) => ({
    path,
    content,
    executable: distribution.executable?.includes(path) ?? false,
  }));
  const content = `${[...lines, `${record},,`].join('\r\n')}\r\n`;
  const fileName = `${distribution.name}-${distribution.version}-py3-none-any.whl`;
  return [fileName, fakeZip([...entries, { path: record, content }, ...more])];
}

/** How an installer lays out what a wheel holds, and what it adds of its own. */
export interface FakeInstaller {
  readonly modules: string;
  /** Before the modules' paths in a RECORD there is nothing; before those of scripts and data there is this. */
  readonly recordedRoot: string;
  readonly headers: (name: string) => string;
  readonly interpreter: string;
  readonly tool: 'pip' | 'uv';
}

export const installers: Readonly<Record<string, FakeInstaller>> = {
  'an environment made by pip': {
    modules: 'lib/python3.11/site-packages/',
    recordedRoot: '../../../',
    headers: (name) => `include/site/python3.11/${name}/`,
    interpreter: '#!/srv/venv/bin/python3.11',
    tool: 'pip',
  },
  'a target directory made by pip': {
    modules: '',
    recordedRoot: '../../',
    headers: (name) => `include/python/${name}/`,
    interpreter: '#!/usr/local/bin/python3.11',
    tool: 'pip',
  },
  'an environment made by uv': {
    modules: 'lib/python3.13/site-packages/',
    recordedRoot: '../../../',
    headers: (name) => `include/site/python3.13/${name}/`,
    interpreter: `#!/bin/sh\n'''exec' '/a long way/bin/python' "$0" "$@"\n' '''`,
    tool: 'uv',
  },
  'an environment that Poetry or PDM filled': {
    modules: 'lib/python3.14t/site-packages/',
    recordedRoot: '../../../',
    headers: (name) => `include/python3.14t/${name}/`,
    interpreter: '#!/srv/venv/bin/python',
    tool: 'pip',
  },
  'a target directory made by uv': {
    modules: '',
    recordedRoot: '',
    headers: (name) => `include/${name}/`,
    interpreter: '#!/usr/bin/python3',
    tool: 'uv',
  },
};

/** What is on the disk when the installer is done. */
export function installed(
  distributions: readonly FakeDistribution[],
  installer: FakeInstaller,
): InputDirectory {
  const files: Record<string, string | Uint8Array> = {};
  const executable: string[] = [];
  for (const distribution of distributions) install(distribution, installer, files, executable);
  if (installer.modules !== '') files['pyvenv.cfg'] = 'home = /usr/bin\n';
  return fakeInput(files, { executable });
}

function install(
  distribution: FakeDistribution,
  installer: FakeInstaller,
  files: Record<string, string | Uint8Array>,
  executable: string[],
): void {
  const { name, version } = distribution;
  const info = `${name}-${version}.dist-info`;
  const lines: string[] = [];
  const add = (path: string, content: string | Uint8Array, isBeside: boolean, mode = false) => {
    files[isBeside ? path : `${installer.modules}${path}`] = content;
    lines.push(recordLine(isBeside ? `${installer.recordedRoot}${path}` : path, content));
    if (mode) executable.push(isBeside ? path : `${installer.modules}${path}`);
  };
  for (const [path, content] of Object.entries(wheelFiles(distribution))) {
    const mode = distribution.executable?.includes(path) ?? false;
    const [folder, category = '', ...rest] = path.split('/');
    const inside = rest.join('/');
    if (folder !== `${name}-${version}.data`) add(path, content, false, mode);
    else if (category === 'scripts') add(`bin/${inside}`, scriptFor(content, installer), true, true);
    else if (category === 'headers') add(`${installer.headers(name)}${inside}`, content, true, mode);
    else add(inside, content, category === 'data', mode);
  }
  const points = String(files[`${installer.modules}${info}/entry_points.txt`] ?? '').split('\n\n')[0] ?? '';
  for (const [, script] of points.matchAll(/^(\S+) *= *\S+:\S+$/gm))
    add(`bin/${script}`, `${installer.interpreter}\nmade by ${installer.tool}\n`, true, true);
  add(`${info}/INSTALLER`, installer.tool, false);
  add(`${info}/REQUESTED`, '', false);
  if (installer.tool === 'uv') add(`${info}/uv_cache.json`, '{}', false);
  else add(`${name}/__pycache__/x.cpython-311.pyc`, `compiled at ${installer.modules}`, false);
  const sorted = [...lines].sort();
  files[`${installer.modules}${info}/RECORD`] = `${[...sorted, `${info}/RECORD,,`].join('\n')}\n`;
}

function scriptFor(content: string | Uint8Array, { interpreter }: FakeInstaller): string | Uint8Array {
  return typeof content === 'string' ? content.replace(/^#!python[^\n]*/, interpreter) : content;
}

/** A directory of wheels, and what opens them. */
export function wheelDirectory(wheels: readonly (readonly [string, Uint8Array])[]) {
  const bytes = new Map(wheels);
  return {
    input: () => fakeInput(Object.fromEntries(wheels), { name: 'wheels' }),
    openWheel: async (file: FileEntry) => {
      const found = bytes.get(file.path);
      if (found === undefined) throw new Error(`no ${file.path}`);
      return await zipDirectory(randomAccessOf(found), file, file.path);
    },
  };
}
