import { BlockPackError, type InputDirectory, type TreeEntry } from '@block-pack/core';

/** @throws INPUT_UNSUPPORTED for a wheel in the place of its directory: taken for what is installed, it would be another block */
export function refuseSingleWheel({ name, archive }: InputDirectory): void {
  if (archive !== undefined && /\.whl$/i.test(archive.path))
    throw unsupported(`${name} is a single wheel`, 'Give the directory that it lies in.', name);
}

/** @throws INPUT_UNSUPPORTED for an environment of another package manager, before it is taken for one of Python */
export function refuseConda(name: string, entries: readonly TreeEntry[]): void {
  const conda = entries.find(({ path }) => path.startsWith('conda-meta/'));
  if (conda !== undefined)
    throw unsupported(
      `${name} is a conda environment (${conda.path})`,
      'conda packages are not Python distributions and cannot be packed. Install what the application needs with pip install --target DIR, and give that directory.',
      name,
    );
}

const eggs =
  /^((?:lib\/[^/]+|Lib)\/site-packages\/)?([^/]+\.egg-info|[^/]+\.egg-link|easy-install\.pth)(\/|$)/;

/** @throws INPUT_UNSUPPORTED when a distribution was installed in a way that leaves no list of its files */
export function refuseEggs(name: string, entries: readonly TreeEntry[]): void {
  const egg = entries.find(({ path }) => eggs.test(path));
  if (egg === undefined) return;
  throw unsupported(
    `${name} holds ${egg.path}, which says nothing about the files of its distribution`,
    egg.path.includes('.egg-info')
      ? 'It was installed by an old tool. Install it again with pip 23.1 or later, or with uv: both leave a *.dist-info directory.'
      : 'It was installed in development mode. Install it without -e.',
    name,
  );
}

export function editable(name: string, distribution: string): BlockPackError {
  return unsupported(
    `${distribution} in ${name} is installed in editable mode: its files lie elsewhere`,
    'Install it without -e (pip install ., uv sync --no-editable), then pack again.',
    name,
  );
}

export function noRecord(name: string, folder: string): BlockPackError {
  return unsupported(
    `${folder} in ${name} has no RECORD, so nobody can tell which files are its`,
    'Distribution packages of Linux and conda leave it out. Install with pip or uv, then pack again.',
    name,
  );
}

export function severalPythons(name: string, folders: readonly string[]): BlockPackError {
  return unsupported(
    `${name} holds distributions for several Pythons: ${folders.join(', ')}`,
    `Give one of them: ${name}/${folders[0]}.`,
    name,
  );
}

/** @throws INPUT_UNSUPPORTED for the place where Python itself is installed, such as /usr/local of an image */
export function refuseWholePython(name: string, entries: readonly TreeEntry[]): void {
  const library = entries.find(({ path }) => /^(lib\/python\d+\.\d+t?|Lib)\/os\.py$/.test(path));
  if (library === undefined) return;
  const folder = library.path.slice(0, -'/os.py'.length);
  throw unsupported(
    `${name} holds a whole Python: ${library.path} is its standard library`,
    `Did you mean ${name}/${folder}/site-packages?`,
    name,
  );
}

/** The commonest mistakes: the project instead of its environment, an environment that nothing was installed into, source archives. */
export function noDistributions(name: string, entries: readonly TreeEntry[]): BlockPackError {
  const better = [...new Set(entries.map(betterPath).filter((path) => path !== undefined))].slice(0, 3);
  if (better.length > 0)
    return unsupported(
      `${name} holds no distributions itself: it looks like a whole project`,
      `Did you mean ${better.map((path) => `${name}/${path}`).join(', or ')}?`,
      name,
    );
  refuseEggs(name, entries);
  refuseSources(name, entries);
  const first = entries.find(({ kind }) => kind === 'file');
  const found = first === undefined ? 'it is empty' : `it holds files such as ${first.path}`;
  return new BlockPackError('INPUT_EMPTY', `There is no Python distribution in ${name}: ${found}`, {
    hint: 'Give a virtual environment, the directory of pip install --target, or a directory of wheels (pip download, pip wheel).',
    details: { path: name },
  });
}

/** @throws INPUT_UNSUPPORTED for a source archive: without what is built from it, the application would lack a distribution */
export function refuseSources(name: string, entries: readonly TreeEntry[]): void {
  const source = entries.find(({ path }) => /^[^/]+\.(tar\.gz|zip)$/.test(path));
  if (source === undefined) return;
  throw unsupported(
    `${name} holds ${source.path}, which is no wheel and is to be built first`,
    'Make wheels of all with: pip wheel --wheel-dir wheels -r requirements.txt',
    name,
  );
}

function betterPath({ path }: TreeEntry): string | undefined {
  return (
    /^(.+?)\/pyvenv\.cfg$/.exec(path)?.[1] ??
    /^((?:[^/]+\/)*?[^/]+)\/[^/]+\.dist-info\//.exec(path)?.[1] ??
    /^((?:[^/]+\/)+)[^/]+\.whl$/.exec(path)?.[1]?.replace(/\/$/, '')
  );
}

export function unsupported(message: string, hint: string, path: string): BlockPackError {
  return new BlockPackError('INPUT_UNSUPPORTED', message, { hint, details: { path } });
}
