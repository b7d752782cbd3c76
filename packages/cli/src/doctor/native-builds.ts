import type { Ecosystem } from './ecosystems.ts';
import type { Examined, PackedFile } from './examination.ts';
import { type Finding, finding } from './finding.ts';

/** Compiled files of a component that its publisher did not bring. */
export function nativeBuilds(
  component: Examined,
  files: readonly PackedFile[],
  ecosystem: Ecosystem,
): Finding[] {
  if (component.component.integrity?.state === 'verified' && ecosystem === 'npm') return [];
  switch (ecosystem) {
    case 'npm':
      return nodeModules(component, files);
    case 'python':
      return extensionModules(component, files);
    case 'java':
    case 'files':
      return [];
  }
}

/** What node-gyp makes lies in `build/`; without its makefiles beside it, an install script may have fetched it. */
function nodeModules({ component, maker, path: folder }: Examined, files: readonly PackedFile[]): Finding[] {
  if (maker === 'publisher' && component.hasInstallScript !== true) return [];
  const what =
    maker === 'publisher'
      ? 'fetched or compiled by the install script of'
      : 'compiled on this machine by node-gyp for';
  return files
    .filter(({ path }) => path.startsWith(`${folder}/build/`) && path.endsWith('.node'))
    .map(({ path }) => finding('NATIVE_BUILD', path, `${what} ${component.purl}`));
}

function extensionModules({ component, maker }: Examined, files: readonly PackedFile[]): Finding[] {
  if (maker === 'publisher' || component.purl.startsWith('pkg:generic/')) return [];
  return files
    .filter(({ path }) => /\.(so|pyd|dylib)(\.\d+)*$/.test(path))
    .map(({ path }) => finding('NATIVE_BUILD', path, `compiled on this machine for ${component.purl}`));
}
