import { fakeFile, fakeInput } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import { packPython, refusal } from './testing/pack-python.ts';

type Files = Readonly<Record<string, string>>;

const six: Files = {
  'six-1.17.0.dist-info/METADATA': 'Name: six\nVersion: 1.17.0\n\n',
  'six-1.17.0.dist-info/RECORD': '',
};
const modules = 'lib/python3.11/site-packages';

function below(folder: string, files: Files): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
}

function refused(files: Files): Promise<string> {
  return refusal(packPython(fakeInput(files, { name: 'shop' })));
}

describe('the wrong input is told, with a way out:', () => {
  it.each<[what: string, files: Files, seen: string, way: string]>([
    [
      'a project with an environment in it',
      {
        'pyproject.toml': '',
        'shop.egg-info/PKG-INFO': '',
        '.venv/pyvenv.cfg': '',
        ...below(`.venv/${modules}`, six),
      },
      'INPUT_UNSUPPORTED: shop holds no distributions itself: it looks like a whole project',
      'Did you mean shop/.venv',
    ],
    [
      'a project with wheels in it',
      { 'dist/shop-1-py3-none-any.whl': '' },
      'INPUT_UNSUPPORTED',
      'Did you mean shop/dist?',
    ],
    [
      'a project with a target directory',
      below('build/libs', six),
      'INPUT_UNSUPPORTED',
      'Did you mean shop/build/libs?',
    ],
    [
      'an empty directory',
      {},
      'INPUT_EMPTY: There is no Python distribution in shop: it is empty',
      'pip install --target',
    ],
    [
      'something else',
      { 'a.txt': '' },
      'INPUT_EMPTY: There is no Python distribution in shop: it holds files such as a.txt',
      'wheels',
    ],
    [
      'source archives',
      { 'six-1.17.0.tar.gz': '' },
      'shop holds six-1.17.0.tar.gz, which is no wheel and is to be built first',
      'pip wheel',
    ],
    [
      'a source archive among wheels',
      { 'six-1.17.0.tar.gz': '', 'shop-1-py3-none-any.whl': '' },
      'shop holds six-1.17.0.tar.gz, which is no wheel',
      'pip wheel',
    ],
    [
      'a conda environment',
      { 'conda-meta/python-3.11.json': '{}', ...below(modules, six) },
      'shop is a conda environment (conda-meta/python-3.11.json)',
      'pip install --target',
    ],
    [
      'an egg-info directory',
      { ...six, 'old-1.0.egg-info/PKG-INFO': '' },
      'shop holds old-1.0.egg-info/PKG-INFO, which says nothing about the files',
      'pip 23.1',
    ],
    [
      'an egg-info file in an environment',
      below(modules, { ...six, 'old-1.0-py3.11.egg-info': '' }),
      `shop holds ${modules}/old-1.0-py3.11.egg-info`,
      'pip 23.1',
    ],
    ['an egg-link', { ...six, 'old.egg-link': '' }, 'shop holds old.egg-link', 'Install it without -e'],
    [
      'an editable installation',
      {
        ...six,
        'six-1.17.0.dist-info/direct_url.json': '{"dir_info": {"editable" : true}, "url": "file:///six"}',
      },
      'six-1.17.0.dist-info in shop is installed in editable mode',
      'uv sync --no-editable',
    ],
    [
      'distributions for two Pythons',
      { ...below(modules, six), ...below('lib/python3.12/site-packages', six) },
      `shop holds distributions for several Pythons: ${modules}, lib/python3.12/site-packages`,
      `Give one of them: shop/${modules}.`,
    ],
    [
      'the place of Python itself',
      { 'lib/python3.11/os.py': '', ...below(modules, six) },
      'shop holds a whole Python: lib/python3.11/os.py',
      `Did you mean shop/${modules}?`,
    ],
  ])('%s', async (_, files, seen, way) => {
    const message = await refused(files);
    expect(message).toContain(seen);
    expect(message).toContain(way);
  });

  it('an interpreter that no script can begin with', async () => {
    for (const python of ['python3', '/usr/bin/python 3', `/${'x'.repeat(200)}`, '/usr/bin/python3\nevil'])
      expect(await refusal((async () => await packPython(fakeInput(six), { python }))())).toContain('USAGE');
  });

  it('but not an egg-info directory deep inside a distribution', async () => {
    const inside = 'vendor/tests/data/a.egg-info/PKG-INFO';
    const packed = await packPython(fakeInput({ ...six, [inside]: '' }));
    expect(packed.imports).toHaveLength(2);
  });

  it('a single wheel', async () => {
    const archive = fakeFile('six-1.17.0-py3-none-any.whl', '');
    const input = { ...fakeInput(six, { name: 'wheels/six.whl' }), archive };
    expect(await refusal(packPython(input))).toBe(
      'INPUT_UNSUPPORTED: wheels/six.whl is a single wheel. Give the directory that it lies in.',
    );
  });
});
