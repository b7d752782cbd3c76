import { describe, expect, it } from 'vitest';
import { parsePlace } from './place.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const parsed = (text: string) => {
  const { kind, path, reference, digest } = parsePlace(text, '/here');
  return {
    kind,
    path,
    ...(reference !== undefined && { reference }),
    ...(digest !== undefined && { digest }),
  };
};

describe('a place', () => {
  it.each([
    ['oci:out', { kind: 'oci', path: '/here/out' }],
    ['oci:/out:1.0', { kind: 'oci', path: '/out', reference: '1.0' }],
    [`oci:out@${digest}`, { kind: 'oci', path: '/here/out', digest }],
    [`oci:out:1.0@${digest}`, { kind: 'oci', path: '/here/out', reference: '1.0', digest }],
    ['oci:me@home', { kind: 'oci', path: '/here/me@home' }],
    [
      'oci-archive:a.tar:shop/app:1.0',
      { kind: 'oci-archive', path: '/here/a.tar', reference: 'shop/app:1.0' },
    ],
    ['docker-archive:../a.tar', { kind: 'docker-archive', path: '/a.tar' }],
    ['docker-archive:a.tar:app:1', { kind: 'docker-archive', path: '/here/a.tar', reference: 'app:1' }],
  ])('%s is understood', (text, expected) => {
    expect(parsed(text)).toEqual(expected);
  });

  it('keeps the colon of a Windows drive in the path', () => {
    const { path, reference } = parsePlace('oci:C:\\images\\app:1.0', '/here');
    expect(path.endsWith('C:\\images\\app')).toBe(true);
    expect(reference).toBe('1.0');
  });

  it.each([
    ['target/app', 'oci:target/app'],
    ['app.tar', 'oci-archive:app.tar'],
    ['/tmp/app.tar:1', 'oci-archive:/tmp/app.tar:1'],
    ['C:\\images', 'oci:C:\\images'],
    ['./a:b', 'oci:./a:b'],
  ])('%s is taken for a path without its kind, and the hint guesses it', (text, guess) => {
    expect(() => parsePlace(text, '/here')).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining(`Did you mean ${guess}?`) }),
    );
  });

  it.each([
    ['docker://alpine:3', 'skopeo copy docker://alpine:3 oci:DIR:tag'],
    ['containers-storage:app', 'skopeo copy'],
    ['scratch', '--base scratch'],
    ['dir:somewhere', 'skopeo copy'],
    ['ftp:x', 'oci:DIR[:tag]'],
    ['oci:', 'oci:DIR[:tag]'],
    ['oci:a\0b', 'oci:DIR[:tag]'],
    ['oci:a:b c', 'letters and digits'],
    ['oci:a:', 'letters and digits'],
    ['oci:a@sha256:abc', '64 lower-case'],
  ])('%s is refused with the next step', (text, hint) => {
    expect(() => parsePlace(text, '/here')).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining(hint) }),
    );
  });
});
