import { mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectRefused } from './testing/refusal.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeAll(() => {
  work = new Workplace();
  for (const release of ['1.0', '1.1']) {
    work.writeJar(`lib-${release}`, `com.example:shop:${release}`, { 'S.class': `shop ${release}` });
    done('java', `lib-${release}`, '-o', `${release}.import`);
    done('image', `${release}.import`, '-o', `oci:out:${release}`);
  }
  done('image', '1.0.import', '-o', 'oci:site:1.0');
  done('image', '1.0.import', '--label', 'a=b', '-o', 'oci:other:0.9');
  done('image', '1.0.import', '-o', 'oci-archive:image.tar:1.0');
  done('bundle', 'oci:out:1.1', '--since', 'oci:out:1.0', '-o', 'update.tar');
  work.write('cut.tar', readFileSync(work.path('update.tar')));
  truncateSync(work.path('cut.tar'), 700);
  work.write('empty.tar', '');
  work.write('letter.txt', 'hello');
  mkdirSync(work.path('letters'));
  work.write('letters/letter.txt', 'hello');
});
afterAll(() => work.remove());

function done(...words: readonly string[]): void {
  const ran = work.run(...words);
  expect(ran.exitCode, ran.stderr).toBe(0);
}

const to = ['--to', 'oci:site'];
const made = ['-o', 'x.tar'];

/** What is called, its exit code and error code, what it says, and the next step. */
it.each([
  [['bundle', 'oci:none:1', ...made], 3, 'INPUT_MISSING', /nothing at .*none/, /Check the path/],
  [['bundle', 'oci:out:7', ...made], 3, 'INPUT_MISSING', /no image named "7"/, /It has 1\.0, 1\.1\./],
  [['bundle', 'oci:out', ...made], 2, 'USAGE', /more than one image/, /It has 1\.0, 1\.1\./],
  [['bundle', 'out:1.1', ...made], 2, 'USAGE', /"out" is no kind of place/, /oci:DIR/],
  [['bundle', 'oci:out:1.1'], 2, 'USAGE', /not said where the bundle goes/, /-o FILE/],
  [
    ['bundle', 'oci:out:1.1', '--since', 'oci:none', ...made],
    3,
    'INPUT_MISSING',
    /nothing at/,
    /Check the path/,
  ],
  [
    ['bundle', 'oci:out:1.1', '--since', 'inventory:none', ...made],
    3,
    'INPUT_MISSING',
    /no inventory/,
    /Check/,
  ],
  [
    ['bundle', 'oci:out:1.1', '--since', 'inventory:letter.txt', ...made],
    3,
    'INPUT_UNSUPPORTED',
    /is no inventory/,
    /at the site/,
  ],
  [['bundle', 'oci:out:1.1', ...made, '--split', 'big'], 2, 'USAGE', /is no size/, /4G, 650M/],
  [['apply', 'none.tar', ...to], 3, 'INPUT_MISSING', /no bundle at none\.tar/, /Check the path/],
  [['apply', 'letters', ...to], 3, 'INPUT_UNSUPPORTED', /directory without parts/, /\.001/],
  [['apply', 'image.tar', ...to], 3, 'INPUT_UNSUPPORTED', /no bundle of this version/, /copy it/],
  [['apply', 'cut.tar', ...to], 4, 'BUNDLE_INVALID', /cannot be unpacked/, /Copy the bundle again/],
  [['apply', 'empty.tar', ...to], 4, 'BUNDLE_INVALID', /ends too early/, /Copy the bundle again/],
  [['apply', 'update.tar', '--to', 'site'], 2, 'USAGE', /what kind of place/, /Did you mean oci:site/],
  [['apply', 'update.tar', '--to', 'oci:letters'], 2, 'OUTPUT_REFUSED', /something else/, /new directory/],
  [['apply', 'update.tar', '--to', 'oci-archive:site'], 2, 'OUTPUT_REFUSED', /is a directory/, /oci:/],
  [['apply', 'update.tar', '--to', 'oci:new'], 5, 'BLOB_MISSING', /needs what is not there/, /has 1\.0\. /],
  [['apply', 'update.tar', '--to', 'oci:other'], 5, 'BLOB_MISSING', /needs/, /has 1\.0; here is 0\.9/],
  [['apply', 'update.tar', ...to, '--have', 'oci:none'], 3, 'INPUT_MISSING', /nothing at/, /Check the path/],
  [['apply', 'update.tar', ...to, '--have', 'inventory:x'], 2, 'USAGE', /holds none/, /Name the place/],
  [['apply', 'update.tar', ...to, '--partial'], 2, 'USAGE', /no docker-archive:/, /Write --to/],
  [['inspect', 'cut.tar'], 4, 'BUNDLE_INVALID', /cannot be unpacked/, /Copy the bundle again/],
  [['inspect', 'letter.txt'], 4, 'MANIFEST_INVALID', /not an import manifest/, /first line/],
  [['inspect', 'update.tar', '--ranges'], 2, 'USAGE', /for images/, /Name a place/],
  [['verify', 'oci:none'], 3, 'INPUT_MISSING', /nothing at/, /Check the path/],
  [['verify', 'oci:out:7'], 3, 'INPUT_MISSING', /no image named "7"/, /It has/],
  [['verify', 'oci-archive:update.tar'], 3, 'INPUT_UNSUPPORTED', /is compressed/, /block-pack inspect FILE/],
  [['verify', 'oci:out:1.0', '--remove'], 2, 'USAGE', /is for the store/, /Leave it out/],
] as const)('%j ends with %i, %s, and a next step', (words, exitCode, code, said, next) => {
  const ran = work.run(...words);
  expectRefused(work, ran, exitCode, said, next);
  const { document } = work.json(...words);
  expect(document).toMatchObject({ error: { code } });
});
