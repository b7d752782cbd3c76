import { bytesOf } from '@block-pack/core';
import { describe, expect, it } from 'vitest';
import { directory, type FakeEntry, fakeLayer, file, symlink } from '../testing/fake-layer.ts';
import { hiddenEntries, type WatchedLayer } from './hidden-entries.ts';
import { readLayer } from './read-layer.ts';

/** The second of the layers is watched. @returns such as `/app/a gone by 2` */
async function hiddenOf(...layers: readonly (readonly FakeEntry[])[]): Promise<string[]> {
  async function* laid(): AsyncIterable<WatchedLayer> {
    for (const [at, entries] of layers.entries()) {
      const layer = fakeLayer(...entries);
      const { digest, entries: listed } = await readLayer(bytesOf(layer), gzip, 'layer');
      yield { name: digest, entries: listed, watched: at === 1 };
    }
  }
  const hidden = await hiddenEntries(laid());
  return hidden.map(({ path, by, gone }) => `${path} ${gone ? 'gone' : 'replaced'} by ${by}`);
}

const gzip = 'application/vnd.oci.image.layer.v1.tar+gzip';
const base = [symlink('lib', 'usr/lib'), file('app/a', 'old')];
const watched = [
  directory('app'),
  file('app/a'),
  file('app/b/c'),
  symlink('app/b/d', 'c'),
  file('usr/lib/x.so'),
];

describe('what later layers hide of a layer', () => {
  it('is nothing where they add files, or say other attributes of directories', async () => {
    expect(await hiddenOf(base, watched)).toEqual([]);
    expect(await hiddenOf(base, watched, [directory('app', { mode: 0o700 }), file('app/b/more')])).toEqual(
      [],
    );
  });

  it.each([
    ['a file in its place', [file('app/a')], ['/app/a replaced by 2']],
    ['a directory in its place', [directory('app/a')], ['/app/a replaced by 2']],
    ['a whiteout', [file('app/b/.wh.d')], ['/app/b/d gone by 2']],
    ['a whiteout of its directory', [file('app/.wh.b')], ['/app/b/c gone by 2', '/app/b/d gone by 2']],
    ['an opaque directory', [file('app/b/.wh..wh..opq')], ['/app/b/c gone by 2', '/app/b/d gone by 2']],
    ['a file in the place of its directory', [file('app/b')], ['/app/b/c gone by 2', '/app/b/d gone by 2']],
    ['a file on another way to its place', [file('lib/x.so')], ['/usr/lib/x.so replaced by 2']],
  ])('is told: %s', async (_, upper, expected) => {
    expect(await hiddenOf(base, watched, upper)).toEqual(expected);
  });

  it('is told of the first layer that does', async () => {
    const upper = [file('app/.wh.a')];
    expect(await hiddenOf(base, watched, [file('other')], upper, [file('app/a')])).toEqual([
      '/app/a gone by 3',
    ]);
  });
});
