import type { InputDirectory } from '@block-pack/core';
import type { Ecosystem } from './ecosystems.ts';

/** What lies in an input of each packer; the first that matches is asked, and `files` takes everything. */
const signs: readonly (readonly [Ecosystem, RegExp])[] = [
  ['npm', /^node_modules(\/|$)/],
  [
    'python',
    /^(pyvenv\.cfg|[^/]+\.whl|([^/]+|(lib\/(python|pypy)[\d.]+t?|Lib)\/site-packages\/[^/]+)\.dist-info\/.*)$/,
  ],
  ['java', /^((BOOT-INF|WEB-INF)\/.*|[^/]+\.jar|libs?\/[^/]+\.jar)$/],
];

/** The packer that an input is for, by what lies inside; one folder around it all makes no difference. */
export async function recogniseEcosystem(input: InputDirectory): Promise<Ecosystem> {
  if (input.archive !== undefined && /\.[jwe]ar$/i.test(input.archive.path)) return 'java';
  const paths = (await input.entries()).map(({ path }) => path);
  return ecosystemOf(paths) ?? ecosystemOf(withoutTopFolder(paths)) ?? 'files';
}

function ecosystemOf(paths: readonly string[]): Ecosystem | undefined {
  return signs.find(([, sign]) => paths.some((path) => sign.test(path)))?.[0];
}

/** Nothing where there is more than one folder, since then none of them is the input. */
function withoutTopFolder(paths: readonly string[]): string[] {
  const [first = ''] = paths;
  const top = first.slice(0, first.indexOf('/') + 1);
  return top !== '' && paths.every((path) => path.startsWith(top))
    ? paths.map((path) => path.slice(top.length))
    : [];
}
