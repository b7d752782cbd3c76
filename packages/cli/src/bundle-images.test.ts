import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeBase, writeBaseIndex } from './testing/fake-base.ts';
import { addCompanion, signatureTag } from './testing/fake-companion.ts';
import { Layout } from './testing/layout.ts';
import { Workplace } from './testing/workplace.ts';

/** Bytes that no encoding makes smaller, so that what travels twice is seen. */
function noise(seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: 20_000 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >> 16;
  });
}

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
  work.write('common/noise.bin', noise(1));
  done('files', 'common', '--prefix', '/common', '-o', 'common.import');
  for (const name of ['shop', 'stock']) {
    work.write(`${name}/app.txt`, `the application ${name}`);
    done('files', name, '--prefix', '/app', '-o', `${name}.import`);
    done('image', 'common=common.import', `app=${name}.import`, '-o', `oci:out:${name}`);
  }
});
afterEach(() => work.remove());

function done(...words: readonly string[]): string {
  const ran = work.run(...words);
  expect(ran.exitCode, ran.stderr).toBe(0);
  return ran.stdout;
}

const apply = (to: string, ...words: readonly string[]) =>
  work.run('apply', 'update.tar', '--to', to, '--store', 'site-store', ...words);
const digest = (directory: string, tag: string) => new Layout(work, directory).published(tag).digest;
const bundleSize = () => readFileSync(work.path('update.tar')).length;

/** What the index of a layout names: tags, or digests where there is none. */
function listed(directory: string): string[] {
  const { manifests } = JSON.parse(work.read(`${directory}/index.json`));
  return manifests.map(
    (one: { digest: string; annotations?: Record<string, string> }) =>
      one.annotations?.['org.opencontainers.image.ref.name'] ?? one.digest,
  );
}

describe('a bundle of several images', () => {
  it('moves what they have in common once, and brings all of them', () => {
    done('bundle', 'oci:out:shop', '-o', 'update.tar');
    const alone = bundleSize();
    const made = done('bundle', 'oci:out:shop', 'oci:out:stock', '-o', 'update.tar');
    expect(made).toMatch(/for 2 images of/);
    expect(bundleSize()).toBeLessThan(alone + 10_000);
    const ran = JSON.parse(apply('oci:site', '--json').stdout);
    expect(ran.images).toEqual([
      { name: 'shop', digest: digest('out', 'shop') },
      { name: 'stock', digest: digest('out', 'stock') },
    ]);
    for (const name of ['shop', 'stock']) expect(done('verify', `oci:site:${name}`)).toContain('all good');
    expect(apply('oci-archive:both.tar').exitCode).toBe(0);
    expect(done('verify', 'oci-archive:both.tar:stock')).toContain('all good');
  });

  it('brings the same image under two names, and an image twice only once', () => {
    done('image', 'common=common.import', 'app=shop.import', '-o', 'oci:out:stable');
    done('bundle', 'oci:out:shop', 'oci:out:stable', 'oci:out:shop', '-o', 'update.tar');
    expect(apply('oci:site').exitCode).toBe(0);
    expect(listed('site')).toEqual(['shop', 'stable']);
  });

  it('is refused where two would have one name', () => {
    done('image', 'common=common.import', '-o', 'oci:other:shop');
    const ran = work.run('bundle', 'oci:out:shop', 'oci:other:shop', '-o', 'update.tar');
    expect(ran.stderr).toMatch(/oci:out:shop and oci:other:shop are two images of one name/);
    expect(ran.exitCode).toBe(2);
    expect(existsSync(work.path('update.tar'))).toBe(false);
  });

  it('goes to no place that takes only one', () => {
    done('bundle', 'oci:out:shop', 'oci:out:stock', '-o', 'update.tar');
    for (const place of ['oci:site:one', 'docker-archive:site']) {
      const ran = apply(place);
      expect(ran.stderr).toMatch(/brings 2 images, and .* takes one/);
      expect(ran.exitCode).toBe(2);
      expect(existsSync(work.path('site'))).toBe(false);
    }
  });

  it('may be of several platforms', () => {
    const platforms = ['amd64', 'arm64'].map((architecture) => ({ os: 'linux', architecture }));
    const members = platforms.map((platform) => ({
      ...writeBase(work, platform.architecture, [{ file: 'arch', content: platform.architecture }], {
        platform,
      }),
      platform,
    }));
    writeBaseIndex(work, 'all', members);
    const all = ['--platform', 'linux/amd64', '--platform', 'linux/arm64'];
    done('image', 'common=common.import', '--base', 'oci:base:all', ...all, '-o', 'oci:many:1.0');
    done('bundle', 'oci:many:1.0', '-o', 'update.tar');
    expect(bundleSize()).toBeLessThan(20_000 + 40_000);
    expect(apply('oci:site').exitCode).toBe(0);
    expect(digest('site', '1.0')).toBe(digest('many', '1.0'));
    expect(done('verify', 'oci:site:1.0')).toContain('all good');
  });
});

describe('signatures of an image', () => {
  it('travel with it and stand beside it at the site, however they are found', () => {
    const [shop, stock] = ['shop', 'stock'].map((name) => digest('out', name));
    const tag = signatureTag(shop ?? '');
    const bySubject = addCompanion(work, 'out', 'by subject', { subject: shop ?? '' });
    addCompanion(work, 'out', 'by tag', { tag });
    addCompanion(work, 'out', 'of the other image', { tag: signatureTag(stock ?? '') });
    const made = done('bundle', 'oci:out:shop', '-o', 'update.tar');
    expect(made).toContain(`beside  ${tag}`);
    expect(apply('oci:site:stable').exitCode).toBe(0);
    expect(listed('site').sort()).toEqual(['stable', tag, bySubject].sort());
    expect(digest('site', tag)).toBe(digest('out', tag));
    const layers = new Layout(work, 'site').layers(tag);
    expect(layers.map((one) => new Layout(work, 'site').bytes(one).toString())).toEqual(['by tag']);
    const { manifests } = JSON.parse(work.read('site/index.json'));
    expect(manifests).toContainEqual(
      expect.objectContaining({ digest: bySubject, artifactType: 'application/vnd.dev.sigstore.bundle' }),
    );
    // The image is still the only one there, to whoever does not name it.
    expect(done('verify', 'oci:site')).toContain('all good');
  });

  it('travel with an image that cosign saved, under the tag and the kind that cosign looks for', () => {
    const image = digest('out', 'shop');
    const signature = addCompanion(work, 'out', 'signature', {});
    const { manifests } = JSON.parse(work.read('out/index.json'));
    const saved = (of: string, kind: string) => {
      const { mediaType, size } = manifests.find((one: { digest: string }) => one.digest === of);
      return { mediaType, digest: of, size, annotations: { kind: `dev.cosignproject.cosign/${kind}` } };
    };
    const index = { schemaVersion: 2, manifests: [saved(image, 'image'), saved(signature, 'sigs')] };
    work.write('out/index.json', JSON.stringify(index));
    done('bundle', 'oci:out', '-o', 'update.tar');
    expect(apply('oci:site:shop').exitCode).toBe(0);
    expect(listed('site')).toEqual(['shop', signatureTag(image)]);
    expect(digest('site', signatureTag(image))).toBe(signature);
    const written = JSON.parse(work.read('site/index.json')).manifests;
    expect(written.map((one: { annotations: object }) => one.annotations)).toMatchObject(
      index.manifests.map(({ annotations }) => annotations),
    );
  });

  it('come alone where the site has the image already', () => {
    const tag = signatureTag(digest('out', 'shop'));
    done('image', 'common=common.import', 'app=shop.import', '-o', 'oci:site:shop');
    addCompanion(work, 'out', 'signed later', { tag });
    done('bundle', 'oci:out:shop', '--since', 'oci:out:shop', '-o', 'update.tar');
    expect(apply('oci:site').exitCode).toBe(0);
    expect(listed('site')).toEqual(['shop', tag]);
  });

  it('stay behind where they are not whole, and it is said', () => {
    const tag = signatureTag(digest('out', 'shop'), 'att');
    addCompanion(work, 'out', 'lost', { tag, withoutLayer: true });
    const ran = work.run('bundle', 'oci:out:shop', '-o', 'update.tar');
    expect(ran.stderr).toContain(`${tag}, which speaks of an image of the bundle, stays behind`);
    expect(ran.exitCode).toBe(0);
    expect(apply('oci:site').exitCode).toBe(0);
    expect(listed('site')).toEqual(['shop']);
  });

  it('do not go into an archive for docker load, and it is said', () => {
    addCompanion(work, 'out', 'signed', { tag: signatureTag(digest('out', 'shop')) });
    done('bundle', 'oci:out:shop', '-o', 'update.tar');
    const ran = apply('docker-archive:site.tar:shop/app:1.0');
    expect(ran.stderr).toMatch(/1 companion of the image, such as signatures, did not go into/);
    expect(ran.exitCode).toBe(0);
    expect(readdirSync(work.path('site-store/drafts'))).toEqual([]);
  });
});
