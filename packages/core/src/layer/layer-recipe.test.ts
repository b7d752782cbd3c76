import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { parseImagePath } from '../image-path.ts';
import { decodeImportManifest, encodeImportManifest, type ImportManifest } from '../import-manifest.ts';
import { type LayerRecipe, layerRecipe, withLayerRecipe, withoutLayerRecipe } from './layer-recipe.ts';

/** Any that Unicode has. What fast-check has for it, `binary`, takes 0.8 s to begin. */
const character = fc.nat(0x10ffff).map((code) => String.fromCodePoint(code));

const digest = digestOf(new TextEncoder().encode('a'));
const other = digestOf(new TextEncoder().encode('b'));
const path = parseImagePath;

const manifest: ImportManifest = {
  packer: 'npm',
  directives: ['later something'],
  imports: [
    { path: path('/app/a.js'), digest, attributes: new Map([['size', '1']]) },
    { path: path('/app/b'), digest, attributes: new Map([['type', 'tree']]) },
  ],
};

const recipe: LayerRecipe = {
  layer: { digest, size: 700 },
  diffId: other,
  encoding: 'gzip-6',
  head: 120,
  directories: new Map([
    [path('/app'), { mode: 0o1777, uid: 0, gid: 12 }],
    [path('/app/with space'), { mode: 0o700, uid: 1000, gid: 1000 }],
  ]),
  segments: [
    { packed: 200, empty: [] },
    { packed: 300, empty: ['logs', 'tmp/"quoted"'] },
  ],
};

const text = `#block-pack import manifest v1
#packer npm
#layer ${digest} size=700 diffid=${other} encoding=gzip-6 head=120
#dir /app mode=1777 uid=0 gid=12
#dir "/app/with space" mode=700 uid=1000 gid=1000
#later something
/app/a.js from ${digest} size=1 packed=200
/app/b from ${digest} type=tree packed=300 empty="[\\"logs\\",\\"tmp/\\\\\\"quoted\\\\\\"\\"]"
`;

describe("a layer's recipe", () => {
  it('stands in the import manifest as text', () => {
    expect(encodeImportManifest(withLayerRecipe(manifest, recipe))).toBe(text);
  });

  it('is read back, also from a text that git gave other line ends', () => {
    expect(layerRecipe(decodeImportManifest(text, 'x'))).toEqual(recipe);
    expect(layerRecipe(decodeImportManifest(text.replaceAll('\n', '\r\n'), 'x'))).toEqual(recipe);
  });

  it('leaves the manifest as it was when it is taken out, and replaces an earlier one', () => {
    expect(withoutLayerRecipe(decodeImportManifest(text, 'x'))).toEqual(manifest);
    const again = withLayerRecipe(withLayerRecipe(manifest, { ...recipe, head: 1 }), recipe);
    expect(encodeImportManifest(again)).toBe(text);
  });

  it('is not there where the manifest was never in an image', () => {
    expect(layerRecipe(manifest)).toBeUndefined();
  });

  const refused: readonly (readonly [string, (whole: string) => string])[] = [
    ['a second layer', (whole) => whole.replace('#later something', `#layer ${digest}`)],
    ['a layer without a size', (whole) => whole.replace('size=700 ', '')],
    ['a layer with something behind', (whole) => whole.replace('head=120', 'head=120 x=1')],
    ['a size that is none', (whole) => whole.replace('size=700', 'size=0x10')],
    ['a digest that is none', (whole) => whole.replace(`diffid=${other}`, 'diffid=sha256:1')],
    ['a directory without an owner', (whole) => whole.replace(' uid=0 gid=12', '')],
    ['a mode that is none', (whole) => whole.replace('mode=1777', 'mode=0999')],
    ['a directory twice', (whole) => whole.replace('"/app/with space"', '/app')],
    ['directories out of order', (whole) => whole.replace('"/app/with space"', '/a')],
    ['a relative directory', (whole) => whole.replace('#dir /app ', '#dir app ')],
    ['a segment without a size', (whole) => whole.replace(' packed=200', '')],
    ['a segment of a broken size', (whole) => whole.replace('packed=200', 'packed=-1')],
    ['empty directories that are no list', (whole) => whole.replace('[\\"logs\\",', '[1,')],
    ['empty directories out of order', (whole) => whole.replace('logs', 'zzz')],
    ['empty directories that climb out', (whole) => whole.replace('logs', '../x')],
    ['empty directories of a file', (whole) => whole.replace('packed=200', 'packed=200 empty="[\\"x\\"]"')],
  ];
  it.each(refused)('with %s is refused', (_, broken) => {
    const changed = broken(text);
    expect(changed).not.toBe(text);
    expect(() => layerRecipe(decodeImportManifest(changed, 'x'))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(MANIFEST|DIGEST|PATH)_INVALID$/) }),
    );
  });

  it('with an encoding of a newer version is refused as such', () => {
    const newer = decodeImportManifest(text.replace('gzip-6', 'zstd-19'), 'x');
    expect(() => layerRecipe(newer)).toThrow(expect.objectContaining({ code: 'INPUT_UNSUPPORTED' }));
  });

  it('ends in a recipe or a clear error, whatever its lines are', () => {
    const noise = fc.tuple(fc.nat(text.length), fc.nat(8), fc.string({ unit: character, maxLength: 4 }));
    fc.assert(
      fc.property(noise, ([at, length, inserted]) => {
        try {
          const read = decodeImportManifest(text.slice(0, at) + inserted + text.slice(at + length), 'x');
          const found = layerRecipe(read);
          if (found !== undefined) expect(layerRecipe(withLayerRecipe(read, found))).toEqual(found);
        } catch (error) {
          expect(error).toMatchObject({ name: 'BlockPackError' });
        }
      }),
      { numRuns: 400 },
    );
  });
});
