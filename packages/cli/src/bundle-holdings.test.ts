import { cpSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Layout } from './testing/layout.ts';
import { Workplace } from './testing/workplace.ts';

/** Text that does not compress to nothing, the same on every day. */
function story(seed: number, words: number): string {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8).toString(36);
  };
  return Array.from({ length: words }, next).join(' ');
}

/** Releases 1.0 to 1.3, a store in which 1.0 was packed, and an image of something else: no test changes them. */
let work: Workplace;
beforeAll(() => {
  work = new Workplace();
  for (const release of ['1.0', '1.1', '1.2', '1.3']) makeImage(release);
  done('java', 'lib-1.0', '--prefix', '/app/lib', '-o', 'again.import', '--store', 'packed');
  work.write('other-app/other.txt', story(9, 3000));
  done('files', 'other-app', '--prefix', '/other', '-o', 'other.import');
  done('image', 'other=other.import', '-o', 'oci:out:other');
  done('image', 'java=1.1.import', 'other=other.import', '-o', 'oci:out:both');
}, 60_000);
afterAll(() => work.remove());
beforeEach(() => {
  for (const path of ['site', 'site-store', 'update.tar'])
    rmSync(work.path(path), { recursive: true, force: true });
});

function done(...words: readonly string[]): string {
  const ran = work.run(...words);
  expect(ran.exitCode, ran.stderr).toBe(0);
  return ran.stdout;
}

/** One library that stays, and one that changes a little with each release. */
function makeImage(release: string): void {
  const lib = `lib-${release}`;
  work.writeJar(lib, 'org.ow2.asm:asm:9.7', { 'A.class': story(1, 3000) });
  work.writeJar(lib, `com.example:shop:${release}`, { 'S.class': `${story(4, 4000)}${release}` });
  done('java', lib, '--prefix', '/app/lib', '-o', `${release}.import`);
  done('image', `java=${release}.import`, '-o', `oci:out:${release}`);
}

const bundle = (...words: readonly string[]) => work.run('bundle', ...words, '-o', 'update.tar');
const bundleSize = () => readFileSync(work.path('update.tar')).length;
const apply = (...words: readonly string[]) =>
  work.run('apply', 'update.tar', '--store', 'site-store', ...words);
const digest = (directory: string, tag: string) => new Layout(work, directory).published(tag).digest;

function expectApplied(release: string, ...words: readonly string[]): void {
  const ran = apply('--to', 'oci:site', ...words);
  expect(ran.exitCode, ran.stderr).toBe(0);
  expect(digest('site', release)).toBe(digest('out', release));
}

describe('an inventory', () => {
  beforeAll(() => {
    done('image', 'java=1.0.import', '-o', 'oci:stable:stable');
    done('inventory', 'oci:stable', '-o', 'site.inventory');
  });
  beforeEach(() => cpSync(work.path('stable'), work.path('site'), { recursive: true }));

  it('brings about the bundle that the images themselves would', () => {
    expect(bundle('oci:out:1.1', '--since', 'oci:out:1.0').exitCode).toBe(0);
    const size = bundleSize();
    const ran = bundle('oci:out:1.1', '--since', 'inventory:site.inventory');
    expect(ran.stderr).toBe('');
    // But for the name of the older image, which an inventory does not have.
    expect(size - bundleSize()).toBeLessThan(40);
    expect(work.json('inspect', 'update.tar').document.since).toEqual([]);
    expectApplied('1.1');
  });

  it('says nothing of names and paths, and is the same for the same images in any order', () => {
    const text = work.read('site.inventory');
    expect(text).toMatch(/^block sha256:\w+ \d+ pkg:maven\/com\.example\/shop@1\.0$/m);
    expect(text).not.toMatch(/stable|\/app|site/);
    for (const [place, releases] of Object.entries({ one: ['1.0', '1.1'], two: ['1.1', '1.0'] })) {
      for (const release of releases)
        done('image', `java=${release}.import`, '-o', `oci:${place}:${release}`);
      done('inventory', `oci:${place}`, '-o', `${place}.inventory`);
    }
    expect(work.read('one.inventory')).toBe(work.read('two.inventory'));
    done('inventory', 'oci:two:1.0', '-o', 'one-image.inventory');
    expect(work.read('one-image.inventory')).toBe(text);
    const { document } = work.json('inventory', 'oci:two:1.0', '-o', 'again.inventory');
    expect(document).toMatchObject({ images: 1, imports: 1, blobs: 3, blocks: 2, bytes: text.length });
  });

  it('leads to what it lists in other places, and names what would be a base and is nowhere', () => {
    done('image', 'java=1.1.import', '-o', 'oci:new:1.1');
    const words = ['oci:new:1.1', '--since', 'inventory:site.inventory', '--store', 'other-store'];
    const ran = bundle(...words);
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(ran.stderr).toContain(
      'pkg:maven/com.example/shop@1.1 (it has pkg:maven/com.example/shop@1.0). Name the images that hold it with --from',
    );
    const large = bundleSize();
    expect(bundle(...words, '--from', 'oci:out:1.0').stderr).toBe('');
    expect(bundleSize()).toBeLessThan(large - 5000);
    expectApplied('1.1');
    // What did not change is no part of either: the wanted image has it.
    bundle(...words);
    expectApplied('1.1');
  });

  it('of a store lists its packs, whose blocks apply takes from there', () => {
    done('inventory', 'store:packed', '-o', 'store.inventory');
    expect(work.read('store.inventory')).toMatch(/^blob sha256:\w+ \d+ pkg:maven\/org\.ow2\.asm\/asm@9\.7$/m);
    bundle('oci:out:1.1', '--since', 'inventory:store.inventory');
    expect(bundleSize()).toBeLessThan(15_000);
    expect(work.run('apply', 'update.tar', '--to', 'oci:empty', '--store', 'site-store').exitCode).toBe(5);
    expectApplied('1.1', '--have', 'store:packed');
  });

  it('is refused where it is damaged, missing, or to be read from', () => {
    work.write('damaged.inventory', work.read('site.inventory').replace('1.0', '1.2'));
    const ran = bundle('oci:out:1.1', '--since', 'inventory:damaged.inventory');
    expect(ran.stderr).toMatch(/inventory:damaged\.inventory is not as an inventory has it: its digest is/);
    expect(ran.exitCode).toBe(4);
    expect(bundle('oci:out:1.1', '--since', 'inventory:absent').exitCode).toBe(3);
    expect(bundle('oci:out:1.1', '--since', 'inventory:1.0.import').exitCode).toBe(3);
    expect(bundle('oci:out:1.1', '--since', 'oci:out:1.0', '--from', 'oci:out:1.2').exitCode).toBe(2);
    bundle('oci:out:1.1', '--since', 'oci:out:1.0');
    expect(apply('--to', 'oci:site', '--have', 'inventory:site.inventory').exitCode).toBe(2);
    expect(work.run('inventory', 'inventory:site.inventory', '-o', 'x').exitCode).toBe(2);
    expect(work.run('inventory', 'oci:nothing', '-o', 'x').exitCode).toBe(3);
    done('image', 'java=1.0.import', '-o', 'oci-archive:old.tar');
    expect(work.run('inventory', 'oci-archive:old.tar', '-o', 'old.tar').exitCode).toBe(2);
  });
});

describe('what a site has', () => {
  it('may be a store, whose packs count as had', () => {
    expect(bundle('oci:out:1.1', '--since', 'store:packed').exitCode).toBe(0);
    expect(bundleSize()).toBeLessThan(15_000);
    expectApplied('1.1', '--have', 'store:packed');
    expect(bundle('oci:out:1.1', '--since', 'store:nothing').exitCode).toBe(2);
  });

  it('may be the store of the call, without its path', () => {
    cpSync(work.path('packed'), work.path('site-store'), { recursive: true });
    bundle('oci:out:1.1', '--since', 'store:site-store');
    expect(apply('--to', 'oci:site').exitCode).toBe(5);
    expectApplied('1.1', '--have', 'store:');
  });

  it('may be several images, all of which it has', () => {
    bundle('oci:out:both', '--since', 'oci:out:1.0', '--since', 'oci:out:other');
    const oneOf = bundleSize();
    expect(bundle('oci:out:both', '--since', 'oci:out:1.0', '--have', 'oci:out:other').exitCode).toBe(0);
    expect(bundleSize()).toBeLessThan(oneOf - 10_000);
    done('image', 'java=1.0.import', '-o', 'oci:site:1.0');
    expect(apply('--to', 'oci:site').exitCode).toBe(5);
    done('image', 'other=other.import', '-o', 'oci:site:other');
    expectApplied('both');
    const { document } = work.json('bundle', 'oci:out:both', '--have', 'oci:out:other', '--dry-run');
    expect(document).toMatchObject({ since: [], have: [{ place: 'oci:out:other' }] });
  });

  it('may be any one of three releases, each brought to the next on the way', () => {
    const pasts = ['1.1', '1.0', '1.2'];
    expect(bundle('oci:out:1.3', ...pasts.flatMap((one) => ['--since', `oci:out:${one}`])).exitCode).toBe(0);
    // The library travels as three small changes; whole, it takes more than 15 kB.
    expect(bundleSize()).toBeLessThan(20_000);
    for (const past of pasts) {
      rmSync(work.path('site'), { recursive: true, force: true });
      done('image', `java=${past}.import`, '-o', `oci:site:${past}`);
      expectApplied('1.3');
    }
  });
});
