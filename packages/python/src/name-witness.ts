import type { PackContext } from '@block-pack/core';
import type { Distribution } from './distribution.ts';
import { distInfoParts, normalName } from './project-name.ts';
import { isVersionInName } from './version.ts';

/** Tells of distributions that call themselves otherwise than the files that they come in. */
export function warnOfNames(distributions: readonly Distribution[], { warn }: PackContext): void {
  for (const one of distributions) {
    const { name, version, origin, distInfo, wheel } = one;
    const other = [wheel?.fileName, distInfo].find((file) => file !== undefined && !isNamedAfter(file, one));
    if (other === undefined) continue;
    warn({
      code: 'NAME_DISAGREES',
      message: `METADATA in ${origin} says ${name} ${version}, and ${other} is named after something else; it is packed as METADATA says`,
    });
  }
}

function isNamedAfter(file: string, { name, version }: Distribution): boolean {
  const said = distInfoParts(file) ?? wheelParts(file);
  return normalName(said.name) === normalName(name) && isVersionInName(said.version, version);
}

/** @see https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention */
function wheelParts(fileName: string): { readonly name: string; readonly version: string } {
  const [name = '', version = ''] = fileName.split('-');
  return { name, version };
}
