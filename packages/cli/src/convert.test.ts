import { existsSync, readdirSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeBase } from './testing/fake-base.ts';
import { Layout } from './testing/layout.ts';
import { expectRefused } from './testing/refusal.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
let out: Layout;
beforeEach(() => {
  work = new Workplace();
  out = new Layout(work, 'out');
  work.writeApplication();
});
afterEach(() => work.remove());

describe('block-pack convert', () => {
  const words = ['java.import', '--files', 'dist:/app/dist'];
  beforeEach(() => void work.run('image', ...words, '-o', 'oci:out:standard'));

  it('brings an image into native form and back, through another store, with the same digest', () => {
    expect(
      work.run('convert', 'oci:out:standard', '--form', 'native', '-o', 'oci:native', '--store', 'two')
        .exitCode,
    ).toBe(0);
    const native = new Layout(work, 'native');
    const [manifest] = native.published().document.manifests.map(({ digest }) => native.document(digest));
    expect([manifest?.blocks.length, manifest?.layers.length]).toEqual([4, 1]);
    for (const { digest, size } of manifest?.blocks ?? [])
      expect(statSync(work.path(`native/blobs/sha256/${digest.slice(7)}`)).size).toBe(size);
    const back = work.json(
      'convert',
      'oci:native',
      '--form',
      'standard',
      '-o',
      'oci:again',
      '--store',
      'three',
    );
    expect(back.document).toMatchObject({
      converted: true,
      image: { digest: out.published('standard').digest },
    });
    expect(readdirSync(work.path('again/blobs/sha256'))).toHaveLength(5);
  });

  it('is what image makes at once with --form native', () => {
    work.run('image', ...words, '-o', 'oci:out:native', '--form', 'native');
    work.run('convert', 'oci:out:standard', '--form', 'native', '-o', 'oci:native');
    expect(new Layout(work, 'native').published().digest).toBe(new Layout(work, 'native').published().digest);
  });

  it('copies an image that has the form already', () => {
    const { document } = work.json('convert', 'oci:out:standard', '--form', 'standard', '-o', 'oci:copy');
    expect([document.converted, new Layout(work, 'copy').published().digest]).toEqual([
      false,
      out.published('standard').digest,
    ]);
  });

  it('cannot be built upon or joined in native form', () => {
    work.run('convert', 'oci:out:standard', '--form', 'native', '-o', 'oci:native');
    work.write('more/x', 'x');
    for (const words of [
      ['--files', 'more:/more', '--base', 'oci:native'],
      ['--join', 'oci:native'],
    ])
      expectRefused(work, work.run('image', ...words, '-o', 'oci:no'), 3, 'native form', '--form standard');
  });

  it('is not for Docker in native form, which is said before anything is made', () => {
    for (const call of [
      ['image', ...words],
      ['convert', 'oci:out:standard'],
    ]) {
      const ran = work.run(...call, '--form', 'native', '-o', 'docker-archive:no.tar', '--store', 'new');
      expectRefused(work, ran, 2, 'docker-archive:no.tar', 'standard form');
      expect(existsSync(work.path('new'))).toBe(false);
    }
  });

  it('says that an image of another tool has no other form', () => {
    writeBase(work, '1', [{ file: 'x', content: 'x' }]);
    expectRefused(
      work,
      work.run('convert', 'oci:base:1', '--form', 'native', '-o', 'oci:no'),
      3,
      'no imports',
    );
    expectRefused(work, work.run('convert', 'oci:base:1', '--form', 'other', '-o', 'oci:no'), 2, 'native');
  });
});
