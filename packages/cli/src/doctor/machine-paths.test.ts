import { describe, expect, it } from 'vitest';
import type { Maker } from './examination.ts';
import { findTexts } from './find-text.ts';
import { MachinePaths, type MachinePlaces } from './machine-paths.ts';

async function leaks(text: string, maker: Maker, places: Partial<MachinePlaces> = {}): Promise<string[]> {
  const machine = new MachinePaths({
    own: ['/home/me/work/shop'],
    home: '/home/me',
    temporary: '/tmp',
    ...places,
  });
  const found: string[] = [];
  const content = (async function* () {
    yield Buffer.from(text);
  })();
  for await (const hit of findTexts(content, machine.textsFor(maker))) {
    const path = machine.leakedPath(hit, maker);
    if (path !== undefined) found.push(path);
  }
  return found;
}

describe('a path of the project', () => {
  it.each([
    ['#!/home/me/work/shop/.venv/bin/python\n', '/home/me/work/shop/.venv/bin/python'],
    ['\0/home/me/work/shop/build\0', '/home/me/work/shop/build'],
    ['gcc -I/home/me/work/shop/include -c', '/home/me/work/shop/include'],
    ['file:///home/me/work/shop/x.js:3:1', '/home/me/work/shop/x.js'],
    ['It lies in /home/me/work/shop.', '/home/me/work/shop'],
  ])('is found in %j', async (text, path) => {
    expect(await leaks(text, 'application')).toEqual([path]);
  });

  it.each([
    '/home/me/work/shopping/x',
    '/mnt/home/me/work/shop/x',
    'https://host/home/me/work/shop',
    '/home/me/work/shop-2',
  ])('is not found in %j', async (text) => {
    expect(await leaks(text, 'publisher')).toEqual([]);
  });

  it('is found with a space in its name', async () => {
    const own = ['/srv/my shop (2)/app'];
    expect(await leaks('"/srv/my shop (2)/app/x.js"', 'application', { own })).toEqual([
      '/srv/my shop (2)/app/x.js',
    ]);
  });

  it('counts in published files only where it leads to something two names below', async () => {
    const here = import.meta.dirname;
    const own = [here.slice(0, here.lastIndexOf('/', here.lastIndexOf('/') - 1))];
    const text = `'${import.meta.filename}', '${here}/not-there.js', '${here.slice(0, here.lastIndexOf('/'))}'`;
    expect(await leaks(text, 'publisher', { own })).toEqual([import.meta.filename]);
  });

  it('counts as much in the settings of an application that lies where many do', async () => {
    for (const place of ['/app', '/srv/shop', '/usr/src/app'])
      expect(
        await leaks(`WORKDIR ${place}\nread ${place}/config/a.json`, 'application', { own: [place] }),
      ).toEqual([]);
  });
});

describe('the home directory', () => {
  const rust = '/home/me/.cargo/registry/src/index.crates.io/serde/lib.rs';

  it('counts in what this machine has compiled, and not in what others have', async () => {
    expect(await leaks(`\0${rust}\0`, 'machine')).toEqual([rust]);
    expect(await leaks(`\0${rust}\0`, 'publisher')).toEqual([]);
  });

  it("counts in the application's own files only where the path leads to something", async () => {
    expect(await leaks(`cat ${rust}`, 'application')).toEqual([]);
    expect(
      await leaks(`cat ${import.meta.filename}`, 'application', {
        home: import.meta.dirname.replace(/\/[^/]+\/[^/]+$/, ''),
      }),
    ).toEqual([import.meta.filename]);
  });
});

describe('the directory for temporary files', () => {
  it('counts where this machine has built something in it', async () => {
    const text = '/tmp/pip-req-build-x1y2/a.c\0/tmp/tmpab12_x9z/b.c\0/tmp/socket';
    expect(await leaks(text, 'machine')).toEqual(['/tmp/pip-req-build-x1y2/a.c', '/tmp/tmpab12_x9z/b.c']);
    expect(await leaks(text, 'application')).toEqual([]);
    expect(await leaks(text, 'publisher')).toEqual([]);
  });
});
