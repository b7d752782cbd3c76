import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Layout } from './testing/layout.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
  // Bytes that no encoding makes smaller, so that there is something to cut.
  let state = 1;
  const noise = Uint8Array.from({ length: 40_000 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >> 16;
  });
  work.write('app/noise.bin', noise);
  done('files', 'app', '--prefix', '/app', '-o', 'app.import');
  done('image', 'app=app.import', '-o', 'oci:out:1.0');
});
afterEach(() => work.remove());

function done(...words: readonly string[]): string {
  const ran = work.run(...words);
  expect(ran.exitCode, ran.stderr).toBe(0);
  return ran.stdout;
}

const bundle = (...words: readonly string[]) =>
  done('bundle', 'oci:out:1.0', '-o', 'disk/first.tar', ...words);
const apply = (path: string, ...words: readonly string[]) =>
  work.run('apply', path, '--to', 'oci:site', '--store', 'site-store', ...words);
const digest = (directory: string) => new Layout(work, directory).published('1.0').digest;

/** Says no with the exit code, and has written nothing at all. */
function refused(exitCode: number, said: RegExp, path: string, ...words: readonly string[]): void {
  const ran = apply(path, ...words);
  expect(ran.stderr).toMatch(said);
  expect(ran.exitCode).toBe(exitCode);
  expect(existsSync(work.path('site'))).toBe(false);
}

describe('a bundle in parts', () => {
  beforeEach(() => {
    expect(bundle('--split', '20k')).toContain('first.tar.001 to .00');
  });

  const parts = () => readdirSync(work.path('disk')).sort();

  it('has no part that is larger than the medium, and leaves nothing beside them', () => {
    expect(parts()).toEqual(['first.tar.001', 'first.tar.002', 'first.tar.003']);
    for (const part of parts()) expect(statSync(work.path('disk', part)).size).toBeLessThanOrEqual(20_000);
  });

  it.each(['disk/first.tar.001', 'disk/first.tar.003', 'disk/first.tar', 'disk'])(
    'is applied without being joined, given %s',
    (path) => {
      expect(apply(path).exitCode).toBe(0);
      expect(digest('site')).toBe(digest('out'));
      expect(parts()).toHaveLength(3);
    },
  );

  it('is the bundle that it is without --split, in pieces', () => {
    done('bundle', 'oci:out:1.0', '-o', 'whole.tar');
    const whole = readFileSync(work.path('whole.tar'));
    const joined = Buffer.concat(parts().map((part) => readFileSync(work.path('disk', part))));
    expect(joined.subarray(0, whole.length).equals(whole)).toBe(true);
  });

  it('is not looked for in a directory that has no part of one', () => {
    refused(3, /out is a directory without parts of a bundle\n.*Give the file/, 'out');
  });

  it('names the part that lacks', () => {
    rmSync(work.path('disk/first.tar.002'));
    refused(3, /parts are missing: first\.tar\.002;/, 'disk/first.tar.001');
  });

  it('names the part that is damaged', () => {
    const path = work.path('disk/first.tar.002');
    const bytes = readFileSync(path);
    bytes[10_000] = (bytes[10_000] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    refused(4, /first\.tar\.002 is not the part/, 'disk/first.tar.001');
  });

  it('says how many there are, with --json', () => {
    const { document } = work.json('bundle', 'oci:out:1.0', '-o', 'disk/first.tar', '--split', '30k');
    expect(document.files).toEqual([work.path('disk/first.tar.001'), work.path('disk/first.tar.002')]);
    expect(parts()).toHaveLength(2);
  });
});

describe('a bundle that cannot be cut', () => {
  it('is refused with a size that is none, or too small', () => {
    for (const size of ['4X', '100']) {
      const ran = work.run('bundle', 'oci:out:1.0', '-o', 'disk/first.tar', '--split', size);
      expect(ran.exitCode).toBe(2);
      expect(existsSync(work.path('disk')) ? readdirSync(work.path('disk')) : []).toEqual([]);
    }
  });

  it('is refused before anything is read where no part could hold the list of them', () => {
    const ran = work.run('bundle', 'oci:nowhere', '-o', 'first.tar', '--split', '5');
    expect([ran.exitCode, ran.stderr]).toEqual([2, expect.stringMatching(/Parts of 5 bytes are too small/)]);
  });

  it('is refused under a name that a part would have', () => {
    const ran = work.run('bundle', 'oci:out:1.0', '-o', 'first.001');
    expect(ran.stderr).toMatch(/ends as a part/);
    expect(ran.exitCode).toBe(2);
    expect(readdirSync(work.path('store/drafts'))).toEqual([]);
  });

  it('is refused beside a whole one of the same name, which would be taken for it', () => {
    bundle();
    const ran = work.run('bundle', 'oci:out:1.0', '-o', 'disk/first.tar', '--split', '20k');
    expect(ran.stderr).toMatch(/is there already/);
    expect(ran.exitCode).toBe(2);
    expect(readdirSync(work.path('disk'))).toEqual(['first.tar']);
    expect(readdirSync(work.path('store/drafts'))).toEqual([]);
  });
});

describe('a signed bundle', () => {
  function writePair(name: string): void {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    work.write(`${name}.key`, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    work.write(`${name}.pub`, publicKey.export({ type: 'spki', format: 'pem' }).toString());
  }

  beforeEach(() => {
    for (const name of ['release', 'other']) writePair(name);
  });

  it('is applied by those who trust the key, and by those who do not ask', () => {
    const { document } = work.json('bundle', 'oci:out:1.0', '-o', 'disk/first.tar', '--sign', 'release.key');
    const [fingerprint = ''] = document.signedBy as string[];
    expect(fingerprint).toMatch(/^SHA256:/);
    const ran = apply('disk/first.tar', '--verify-key', 'other.pub', '--verify-key', 'release.pub');
    expect(ran.stdout).toContain(`signed  ${fingerprint}`);
    expect(digest('site')).toBe(digest('out'));
    expect(JSON.parse(apply('disk/first.tar', '--json').stdout)).toMatchObject({ signedBy: null });
  });

  it('is the same every time, in parts as well', () => {
    bundle('--sign', 'release.key', '--sign', 'other.key', '--split', '30k');
    const first = readdirSync(work.path('disk')).map((one) => readFileSync(work.path('disk', one)));
    bundle('--sign', 'other.key', '--sign', 'release.key', '--split', '30k');
    const second = readdirSync(work.path('disk')).map((one) => readFileSync(work.path('disk', one)));
    expect(second).toEqual(first);
    expect(apply('disk', '--verify-key', 'other.pub').exitCode).toBe(0);
  });

  it('is refused without a signature that is trusted, before anything is written', () => {
    bundle();
    refused(4, /cannot be trusted: it is not signed/, 'disk/first.tar', '--verify-key', 'release.pub');
    bundle('--sign', 'other.key');
    refused(4, /it is signed by SHA256:.*and only/, 'disk/first.tar', '--verify-key', 'release.pub');
    expect(existsSync(work.path('site-store'))).toBe(false);
    const { error } = JSON.parse(apply('disk/first.tar', '--verify-key', 'release.pub', '--json').stdout);
    expect(error).toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  it('is refused when a part of it is damaged, and the part is named', () => {
    bundle('--sign', 'release.key', '--split', '20k');
    const path = work.path('disk/first.tar.001');
    const bytes = readFileSync(path);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    refused(4, /first\.tar\.001 is not the part/, 'disk', '--verify-key', 'release.pub');
  });

  it('is neither made nor applied with a key that is none', () => {
    work.write('no.key', 'no key');
    const words = ['bundle', 'oci:out:1.0', '-o', 'disk/first.tar', '--sign'];
    expect(work.run(...words, 'no.key')).toMatchObject({ exitCode: 3 });
    expect(work.run(...words, 'release.pub').stderr).toMatch(/it is a public key/);
    expect(work.run(...words, 'absent.key').stderr).toMatch(/There is no key at absent\.key/);
    expect(existsSync(work.path('disk/first.tar'))).toBe(false);
    bundle('--sign', 'release.key');
    refused(3, /"PRIVATE KEY"/, 'disk/first.tar', '--verify-key', 'release.key');
    refused(3, /directory/, 'disk/first.tar', '--verify-key', 'disk');
  });
});
