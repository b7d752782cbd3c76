import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addCompanion, signatureTag } from './testing/fake-companion.ts';
import { Layout } from './testing/layout.ts';
import { expectRefused } from './testing/refusal.ts';
import { Workplace } from './testing/workplace.ts';

/** Three services with jars in common, as manifests and as images of one layout. Tests only read them. */
let work: Workplace;
beforeAll(() => {
  work = new Workplace();
  const services = { shop: '9.7', cart: '9.7', pay: '9.8' };
  for (const [name, version] of Object.entries(services)) {
    work.writeJar(`${name}-lib`, `org.ow2.asm:asm:${version}`, { 'A.class': version });
    work.writeJar(`${name}-lib`, 'com.example:kept:1.0.0');
    work.writeJar(`${name}-lib`, `com.example:${name}:1.0.0`);
    work.run('java', `${name}-lib`, '-o', `${name}/block-pack/java.import`, '--prefix', '/app/lib');
    work.run('image', `${name}/block-pack/java.import`, '-o', `oci:images:${name}`);
  }
  work.run('image', 'shop/block-pack/java.import', '-o', 'oci:images:again');
  const { digest } = new Layout(work, 'images').published('shop');
  addCompanion(work, 'images', 'signature', { tag: signatureTag(digest) });
});
afterAll(() => work.remove());

interface Shared {
  readonly images: readonly { readonly name: string; readonly packages: number }[];
  readonly matrix: readonly (readonly number[])[];
  readonly skews: readonly { readonly name: string; readonly saves: number }[];
}

const shared = (...words: readonly string[]) => work.json('share', ...words).document as unknown as Shared;

describe('share', () => {
  it('says what services have in common, and what to align', () => {
    const { stdout, exitCode } = work.run('share', 'shop', 'cart', 'pay/block-pack/java.import');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^3 images: .* each by itself, .* together, \d+\.\d % saved\n/);
    expect(stdout).toMatch(/^1 package in different versions; aligned, they would ship \d+ B less\.$/m);
    expect(stdout).toMatch(/^ {2}org\.ow2\.asm:asm +9\.7 +9\.8 \(1\) +minor +1 +\d+ B$/m);
  });

  it('takes a place for all images in it, each once, and a file that lists more', () => {
    const layout = shared('oci:images');
    expect(layout.images.map(({ name }) => name).sort()).toEqual([
      'oci:images:cart',
      'oci:images:pay',
      'oci:images:shop',
    ]);
    work.write('services.txt', '# those of the shop\nshop\n\ncart/block-pack/java.import\r\n');
    const listed = shared('pay', '--list', 'services.txt');
    expect(listed.images.map(({ name }) => name)).toEqual(['pay', 'shop', 'cart/block-pack/java.import']);
    expect(listed.skews).toMatchObject([{ name: 'org.ow2.asm:asm' }]);
  });

  it('counts images as their manifests', () => {
    const [images, manifests] = [shared('oci:images:shop', 'oci:images:pay'), shared('shop', 'pay')];
    expect([images.matrix, images.skews]).toEqual([manifests.matrix, manifests.skews]);
  });

  it('says what is wrong with what it is given', () => {
    expectRefused(work, work.run('share', 'shop'), 2, 'Expected 2 to 1000 images', '--list');
    expectRefused(work, work.run('share', 'shop', 'nothing'), 3, 'nothing is no file');
    expectRefused(work, work.run('share', 'shop', '--list', 'gone'), 3, 'There is no list at gone');
    expectRefused(work, work.run('share', 'shop', 'oci:gone'), 3, 'gone');
  });
});
