import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes a folder with the `node_modules` of an application of many packages, as they were installed for its first or its second release. */
export function writeNpmApplication(folder: string, packages: number, release: 1 | 2): void {
  writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'shop', version: `${release}.0.0` }));
  for (let at = 0; at < packages; at++) {
    const isThere = at % 200 === 7 ? release === 2 : at % 300 === 9 ? release === 1 : true;
    if (isThere) writePackage(join(folder, 'node_modules'), at, at % 17 === 3 ? release : 1);
  }
}

/** The size of what is in it falls as that of real packages does: few are large, most are small. */
function writePackage(modules: string, at: number, minor: number): void {
  const name = `${at % 5 === 0 ? '@scope/' : ''}package-${at}`;
  const folder = join(modules, name);
  const text = `${name} ${minor} `;
  writeFile(join(folder, 'index.js'), text.repeat(20 + Math.floor(60_000 / (at + 1))));
  writeFile(join(folder, hostileName), text);
  writeFile(join(folder, 'kept.js'), name);
  const scripts = at % 90 === 3 ? { install: 'node index.js' } : {};
  const license = at % 11 === 0 ? 'BSD-3-Clause' : 'MIT';
  writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name, version: `1.${minor}.${at % 4}`, license, scripts }),
  );
}

/** A file may be called this. */
const hostileName = '"><img src=x onerror=alert(1)><\u202e.js';

function writeFile(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}
