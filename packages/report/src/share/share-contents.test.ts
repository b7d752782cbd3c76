import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Contents } from '../contents/contents.ts';
import { formats } from '../document/formats.ts';
import { type FakeLine, fakeContents } from '../testing/fake-contents.ts';
import { shareContents } from './share-contents.ts';

function service(name: string, ...lines: readonly FakeLine[]): Contents {
  return fakeContents(lines, 'java', {}, name);
}

/** A jar of one letter, as many bytes as told. */
function jar(artifact: string, version: string, size: number, letter = version.slice(-1)): FakeLine {
  return [`/app/${artifact}-${version}.jar`, letter.repeat(size), `maven/g/${artifact}@${version}`];
}

const three = [
  service('shop', jar('asm', '9.7', 100, 'x'), jar('log', '1', 10), jar('own', '1', 5, 's')),
  service('cart', jar('asm', '9.7', 100, 'x'), jar('log', '2', 20)),
  service('pay', jar('asm', '9.8', 110, 'y'), jar('log', '2', 20)),
];

test('says what each two images have in common, and what all save together', async () => {
  const { figures, images, matrix } = await shareContents(three);
  expect(matrix).toEqual([
    [115, 100, 0],
    [100, 120, 20],
    [0, 20, 130],
  ]);
  expect(figures).toMatchObject({ alone: 365, together: 245, saved: 120, inAll: 0, blocks: 5 });
  expect(images.map(({ name, bytes, shared, nearest }) => [name, bytes, shared, nearest])).toEqual([
    ['shop', 115, 100, 1],
    ['cart', 120, 120, 0],
    ['pay', 130, 20, 1],
  ]);
});

test('finds the version that most bytes already are, and what aligning saves', async () => {
  const { skews, figures } = await shareContents(three);
  expect(skews.map(({ name, versions, common, saves }) => [name, versions[common]?.version, saves])).toEqual([
    ['g:asm', '9.7', 110],
    ['g:log', '2', 10],
  ]);
  expect(skews[0]).toMatchObject({
    step: 'minor',
    moving: 1,
    versions: [
      { version: '9.7', images: [0, 1], bytes: 200 },
      { version: '9.8', images: [2], bytes: 110 },
    ],
  });
  expect(figures.alignable).toBe(120);
});

test('takes the newest of versions with equal bytes', async () => {
  const all = ['9', '10', '2'].map((version) =>
    service(version, jar('a', version, 7, `${version.length}${version}`[1])),
  );
  const [skew] = (await shareContents(all)).skews;
  expect(skew?.versions.map(({ version }) => version)).toEqual(['2', '9', '10']);
  expect(skew?.common).toBe(2);
});

test('one version with different content is skewed as well', async () => {
  const { skews } = await shareContents([
    service('a', jar('x', '1', 5, 'p')),
    service('b', jar('x', '1', 5, 'q')),
    service('c', jar('x', '1', 5, 'q')),
  ]);
  expect(skews).toMatchObject([{ step: 'same', moving: 1, saves: 5, versions: [{ images: [0, 1, 2] }] }]);
});

test('several versions that every image has are no skew', async () => {
  const both = [jar('x', '1', 5), jar('x', '2', 5)];
  expect((await shareContents([service('a', ...both), service('b', ...both)])).skews).toEqual([]);
  expect((await shareContents([service('a', ...both), service('b')])).skews).toEqual([]);
});

test('a block that something else still needs is not saved', async () => {
  const other: FakeLine = ['/app/copy.jar', '1'.repeat(50)];
  const { skews } = await shareContents([
    service('a', jar('x', '1', 50), other),
    service('b', jar('x', '2', 60)),
    service('c', jar('x', '2', 60)),
  ]);
  expect(skews).toMatchObject([{ saves: 0 }]);
  const renamed: FakeLine = ['/app/y.jar', '1'.repeat(50), 'maven/g/y@1'];
  const twice = await shareContents([
    service('a', jar('x', '1', 50), renamed),
    service('b', jar('x', '2', 60), jar('y', '2', 70, 'z')),
    service('c', jar('x', '2', 60), jar('y', '2', 70, 'z')),
  ]);
  expect(twice.skews.map(({ name, saves }) => [name, saves])).toEqual([
    ['g:x', 0],
    ['g:y', 50],
  ]);
});

test('layers of a common base are shared', async () => {
  const base = { digest: three[0]?.packages[0]?.digest ?? expect.fail(), size: 1000 };
  const upon = three.map((one, at) => ({ ...one, packages: [], layers: at < 2 ? [base] : [] }));
  expect((await shareContents(upon)).matrix).toEqual([
    [1000, 1000, 0],
    [1000, 1000, 0],
    [0, 0, 0],
  ]);
});

const letters = ['x', 'y', 'z'];
const lines = fc.array(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    version: fc.constantFrom('1', '2', '3'),
    letter: fc.constantFrom(...letters),
    size: fc.integer({ min: 1, max: 4 }),
  }),
  { maxLength: 8 },
);

test('what aligning saves is exactly what is less, whatever the images have', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(lines, { minLength: 1, maxLength: 5 }), async (all) => {
      const images = all.map((parts, at) =>
        service(
          String(at),
          ...parts.map(
            ({ name, version, letter, size }, number): FakeLine => [
              `/${number}`,
              letter.repeat(size),
              `maven/g/${name}@${version}`,
            ],
          ),
        ),
      );
      const sharing = await shareContents(images);
      const kept = new Map(sharing.skews.map((skew) => [skew.name, skew.versions[skew.common]?.digests[0]]));
      const left = new Map(
        images.flatMap(({ packages }) => packages).map((one) => [kept.get(one.name) ?? one.digest, 0]),
      );
      for (const { digest, size = 0 } of images.flatMap(({ packages }) => packages))
        if (left.has(digest)) left.set(digest, size);
      const after = [...left.values()].reduce((sum, size) => sum + size, 0);
      expect(sharing.figures.together - sharing.figures.alignable).toBe(after);
      for (const [i, row] of sharing.matrix.entries())
        for (const [j, bytes] of row.entries()) {
          const has = new Map(images[j]?.packages.map(({ digest, size = 0 }) => [digest, size]));
          const common = new Map(
            images[i]?.packages.flatMap(({ digest, size = 0 }) => (has.has(digest) ? [[digest, size]] : [])),
          );
          expect(bytes).toBe([...common.values()].reduce((sum, size) => sum + size, 0));
        }
    }),
    { numRuns: 100 },
  );
});

/** 200 services of 1,000 packages, each made when it is asked for. */
function* many(onRead: () => void): Generator<Contents> {
  const packages = Array.from({ length: 1000 }, (_, at) =>
    [1, 2].map(
      (version) =>
        fakeContents([jar(`p${at}`, String(version), 10, `${at} ${version}`)]).packages[0] ?? expect.fail(),
    ),
  );
  for (let image = 0; image < 200; image++) {
    yield {
      name: `service-${image}`,
      source: { kind: 'manifest' },
      layers: [],
      get packages() {
        onRead();
        return packages.flatMap((versions, at) => versions[(at * image) % 7 === 1 ? 1 : 0] ?? []);
      },
    };
  }
}

test('reads each of 200 images once and keeps none of them, and its text can be read', async () => {
  let reads = 0;
  const sharing = await shareContents(many(() => reads++));
  expect(reads).toBe(200);
  expect(JSON.stringify(sharing)).not.toContain('paths');
  const text = formats.text({ kind: 'share', sharing }, {});
  const widths = text.split('\n').map((line) => line.length);
  expect(Math.max(...widths)).toBeLessThan(200);
  expect(widths.length).toBeLessThan(60);
  expect(text).toContain('... and 180 more (--all shows them)');
});
