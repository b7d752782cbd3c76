import { readStart } from '@block-pack/core';
import type { Examined } from './examination.ts';
import { type Finding, finding } from './finding.ts';

/** What of a component is not as it was published, or may not be. */
export async function unverified(examined: Examined): Promise<Finding[]> {
  const { component, path } = examined;
  const { purl, integrity, hasInstallScript } = component;
  if (integrity?.state === 'verified') return [];
  if (integrity?.state === 'modified') {
    const { changes, against } = integrity;
    return changes.map(({ path: inside, change }) =>
      finding(
        'CONTENT_MODIFIED',
        pathInInput(examined, inside),
        `${inside} is ${change} in ${purl}, compared with ${against}`,
      ),
    );
  }
  if (hasInstallScript !== true || (await onlyBuilds(examined))) return [];
  const reason = integrity === undefined ? '' : `; ${integrity.reason}`;
  return [finding('CONTENT_UNKNOWN', path, `${purl} runs a script when it is installed${reason}`)];
}

/** Of what is removed, the component's own path. */
function pathInInput({ content, path }: Examined, inside: string): string {
  if (content.kind !== 'tree') return path;
  const entry = content.entries.find((one) => one.path === inside);
  if (entry === undefined) return path;
  return (entry.kind === 'file' ? entry.origin : undefined) ?? path;
}

/** Bytes of a package.json that are read; larger ones are not judged. */
const manifestLimit = 1 << 20;

/** They write below `build/` and nowhere else, which is looked for by itself. */
const builder = /^(node-gyp-build|prebuild-install|node-gyp)\b[^;&|]*$/;

/** Whether the install script can have changed nothing else than compiled modules. */
async function onlyBuilds({ content }: Examined): Promise<boolean> {
  if (content.kind !== 'tree') return false;
  const file = content.entries.find(({ path }) => path === 'package.json');
  if (file?.kind !== 'file') return false;
  const scripts = scriptsIn(Buffer.from(await readStart(file.read(), manifestLimit)).toString());
  const { preinstall, install = 'node-gyp rebuild', postinstall } = scripts;
  if (preinstall !== undefined || postinstall !== undefined || typeof install !== 'string') return false;
  return install.split(/&&|\|\|/).every((command) => builder.test(command.trim()));
}

function scriptsIn(json: string): Readonly<Record<string, unknown>> {
  try {
    const { scripts } = JSON.parse(json);
    return typeof scripts === 'object' && scripts !== null ? scripts : {};
  } catch {
    return {};
  }
}
